#ifndef DECAID_SERVER_WALLET_H
#define DECAID_SERVER_WALLET_H

/*
 * What commands that send transactions share: the node, the account's key,
 * the client between them, and how results are told.
 */

#include "base/status.h"
#include "base/types.h"
#include "oracle/chainclient.h"
#include "oracle/keyguard.h"
#include "oracle/rpc.h"
#include "server/cmd.h"
#include "server/deploy.h"
#include "server/json_out.h"

#define WALLET_WAIT_MS 120000	/* for a receipt */

struct wallet {
	struct rpc *rpc;
	struct keyguard *guard;		/* NULL: only reads */
	struct chainclient *client;
	struct keyslot slot;
};

/* Open the node of the settings and the account of a key file.
 * key_path  NULL: the setting sender-key
 * Errors: DC_EINVAL no node, no key or passphrase file named. */
enum dc_status wallet_open(struct wallet *w, const struct config *config,
			   const char *key_path, struct dc_err *err)
	DC_MUST_CHECK;

/* The node alone. */
enum dc_status wallet_open_reader(struct wallet *w,
				  const struct config *config,
				  struct dc_err *err) DC_MUST_CHECK;

/* A zeroed or closed wallet is fine. */
void wallet_close(struct wallet *w);

const struct addr20 *wallet_address(const struct wallet *w);

/* The wallet as server/deploy.h wants it. */
struct deploy wallet_deploy(const struct wallet *w);

/* A call to a contract, waited for.
 * call  its data; cleared */
enum dc_status wallet_call(struct wallet *w, struct hash32 *tx,
			   struct rpc_receipt *receipt,
			   const struct addr20 *to, struct wei value_wei,
			   struct dc_buf *call, struct dc_err *err)
	DC_MUST_CHECK;

/* A view; out is reset. call is cleared. */
enum dc_status wallet_view(struct wallet *w, struct dc_buf *out,
			   const struct addr20 *to, struct dc_buf *call,
			   struct dc_err *err) DC_MUST_CHECK;

/* --- texts of options ---------------------------------------------------- */

/* A number in [0, most].
 * Errors: DC_EINVAL "NAME: ..." */
enum dc_status option_u64(uint64_t *out, const char *name, const char *text,
			  uint64_t most, struct dc_err *err) DC_MUST_CHECK;
enum dc_status option_wei(struct wei *out, const char *name,
			  const char *text, struct dc_err *err)
	DC_MUST_CHECK;
enum dc_status option_address(struct addr20 *out, const char *name,
			      const char *text, struct dc_err *err)
	DC_MUST_CHECK;

/* --- telling ------------------------------------------------------------- */

/* Members transaction, block, gas_used and cost_wei. */
void wallet_put_receipt(struct json_out *j, const struct hash32 *tx,
			const struct rpc_receipt *r);

/* Print what was collected, with a line's end. Returns CMD_OK, or
 * CMD_FAILED where standard output failed. */
int wallet_print(struct dc_buf *text);

/* A contract that was made: {"NAME": address, receipt}, or the address alone.
 * Returns the exit status. */
int wallet_tell_contract(const struct cmd_line *line, const char *name,
			 const struct addr20 *a, const struct rpc_receipt *r);

#endif /* DECAID_SERVER_WALLET_H */
