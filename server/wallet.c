/* Node, key and client for commands that send transactions. */
#include "config.h"

#include "oracle/nodes.h"
#include "server/wallet.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GWEI 1000000000

enum dc_status wallet_open_reader(struct wallet *w,
				  const struct config *config,
				  struct dc_err *err)
{
	enum dc_status found;

	memset(w, 0, sizeof(*w));
	if (config->rpc[0] == '\0')
		return dc_fail(err, DC_EINVAL, "--rpc: no node is named");
	found = nodes_first(&w->rpc, config->rpc, err);
	if (found == DC_OK)
		found = chainclient_new(&w->client, w->rpc, NULL, err);
	if (found != DC_OK)
		wallet_close(w);
	return found;
}

static enum dc_status load_key(struct wallet *w, const struct config *config,
			       const char *key_path, struct dc_err *err)
{
	const char *path = key_path != NULL ? key_path : config->sender_key;

	if (path[0] == '\0')
		return dc_fail(err, DC_EINVAL,
			       "--key: no account's key file is named");
	if (config->passphrase_file[0] == '\0')
		return dc_fail(err, DC_EINVAL, "--passphrase-file: the key "
			       "file's passphrase is missing");
	w->guard = keyguard_new(err);
	if (w->guard == NULL)
		return DC_EIO;
	return keyguard_load(w->guard, &w->slot, path,
			     config->passphrase_file, err);
}

enum dc_status wallet_open(struct wallet *w, const struct config *config,
			   const char *key_path, struct dc_err *err)
{
	struct wei cap = wei_from_u64(config->max_fee_gwei);
	enum dc_status found = wallet_open_reader(w, config, err);

	if (found != DC_OK)
		return found;
	found = load_key(w, config, key_path, err);
	if (found == DC_OK) {
		chainclient_free(w->client);
		w->client = NULL;
		found = chainclient_new(&w->client, w->rpc, w->guard, err);
	}
	if (found == DC_OK && config->max_fee_gwei > 0) {
		DC_CHECK(u256_mul(&cap.v, cap.v, u256_from_u64(GWEI)));
		chainclient_set_fee_cap(w->client, cap);
	}
	if (found != DC_OK)
		wallet_close(w);
	return found;
}

void wallet_close(struct wallet *w)
{
	chainclient_free(w->client);
	keyguard_free(w->guard);
	rpc_free(w->rpc);
	memset(w, 0, sizeof(*w));
}

const struct addr20 *wallet_address(const struct wallet *w)
{
	return keyguard_address(w->guard, w->slot);
}

struct deploy wallet_deploy(const struct wallet *w)
{
	return (struct deploy){ .client = w->client, .rpc = w->rpc,
				.from = w->slot,
				.timeout_ms = WALLET_WAIT_MS };
}

enum dc_status wallet_call(struct wallet *w, struct hash32 *tx,
			   struct rpc_receipt *receipt,
			   const struct addr20 *to, struct wei value_wei,
			   struct dc_buf *call, struct dc_err *err)
{
	const struct chain_call c = { .to = to, .value_wei = value_wei,
				      .data = call->data,
				      .data_len = call->len };
	enum dc_status found;

	if (dc_buf_failed(call))
		found = dc_fail(err, DC_EINVAL,
				"too large for one transaction");
	else
		found = chainclient_run(w->client, tx, receipt, w->slot, &c,
					WALLET_WAIT_MS, err);
	dc_buf_clear(call);
	return found;
}

enum dc_status wallet_view(struct wallet *w, struct dc_buf *out,
			   const struct addr20 *to, struct dc_buf *call,
			   struct dc_err *err)
{
	enum dc_status found = chainclient_view(w->client, out, to, call,
						err);

	dc_buf_clear(call);
	return found;
}

/* --- texts of options --- */

enum dc_status option_u64(uint64_t *out, const char *name, const char *text,
			  uint64_t most, struct dc_err *err)
{
	struct u256 v;

	if (u256_parse(&v, text, NULL) != DC_OK || !u256_to_u64(out, v) ||
	    *out > most)
		return dc_fail(err, DC_EINVAL, "%s: not a number up to %"
			       PRIu64, name, most);
	return DC_OK;
}

enum dc_status option_wei(struct wei *out, const char *name,
			  const char *text, struct dc_err *err)
{
	if (wei_parse(out, text, NULL) != DC_OK)
		return dc_fail(err, DC_EINVAL, "%s: not an amount in wei",
			       name);
	return DC_OK;
}

enum dc_status option_address(struct addr20 *out, const char *name,
			      const char *text, struct dc_err *err)
{
	struct dc_err why = DC_ERR_INIT;

	if (addr20_parse(out, text, &why) != DC_OK)
		return dc_fail(err, DC_EINVAL, "%s: %s", name, why.text);
	return DC_OK;
}

/* --- telling --- */

void wallet_put_receipt(struct json_out *j, const struct hash32 *tx,
			const struct rpc_receipt *r)
{
	struct wei cost = r->gas_price_wei;

	if (!u256_mul(&cost.v, cost.v, u256_from_u64(r->gas_used)))
		cost.v = U256_MAX_;
	if (tx != NULL) {
		json_put_key(j, "transaction");
		json_put_hash(j, tx);
	}
	json_put_key(j, "block");
	json_put_u64(j, r->block);
	json_put_key(j, "gas_used");
	json_put_u64(j, r->gas_used);
	json_put_key(j, "cost_wei");
	json_put_wei(j, cost);
}

int wallet_print(struct dc_buf *text)
{
	bool printed = !dc_buf_failed(text) &&
		printf("%s\n", dc_buf_text(text)) > 0 && fflush(stdout) == 0;

	dc_buf_clear(text);
	if (printed)
		return CMD_OK;
	fprintf(stderr, "decaid: cannot write the result: %s\n",
		strerror(errno));
	return CMD_FAILED;
}

int wallet_tell_contract(const struct cmd_line *line, const char *name,
			 const struct addr20 *a, const struct rpc_receipt *r)
{
	char text[ADDR20_TEXT_BYTES];
	struct json_out j;
	struct dc_buf b;

	dc_buf_init(&b, 1 << 16);
	addr20_format(a, text);
	if (line->json) {
		json_out_init(&j, &b);
		json_put_open(&j, '{');
		json_put_key(&j, name);
		json_put_address(&j, a);
		wallet_put_receipt(&j, NULL, r);
		json_put_close(&j, '}');
	} else {
		dc_buf_append_text(&b, text);
	}
	return wallet_print(&b);
}
