#ifndef DECAID_ORACLE_SIGNER_H
#define DECAID_ORACLE_SIGNER_H

/*
 * The signer: a child process that holds the keys and signs three typed
 * things only, under limits of its own. The daemon asks it over a socket
 * pair; if it dies, every request fails with DC_EIO and nothing is signed.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/event.h"
#include "base/status.h"
#include "oracle/abi.h"
#include "oracle/ec.h"
#include "oracle/eip712.h"
#include "oracle/tx.h"

#define SIGNER_MAX_RULES 64

enum signer_role {
	SIGNER_CHECKPOINTS,	/* the operator's checkpoint signer */
	SIGNER_ATTESTATIONS,
	SIGNER_SENDER,		/* pays gas */
	SIGNER_ROLES
};

/* A call that transactions may make. */
struct signer_rule {
	struct addr20 to;	/* zero: any contract, without value */
	struct abi_selector selector;
};

struct signer_key_files {
	const char *key_path;	/* NULL: this role is not held */
	const char *pass_path;
};

struct signer_cfg {
	struct eip712_domain domain;
	const char *log_path;	/* oracle/signlog.h */
	struct signer_key_files keys[SIGNER_ROLES];
	uint32_t attest_per_s;
	uint32_t attest_holds_s;	/* what one may hold from now on */
	struct wei fee_cap_wei;		/* per gas */
	struct wei tx_cap_wei;		/* a transaction's worst cost */
	struct wei day_cap_wei;		/* of all in a UTC day */
	const struct signer_rule *rules;
	size_t n_rules;			/* [0, SIGNER_MAX_RULES] */
};

struct signer;

/* Fork the child and wait until it holds its keys. Before any thread or
 * socket of the caller exists.
 * Errors: what kept the child from starting. */
enum dc_status signer_start(struct signer **out,
			    const struct signer_cfg *cfg,
			    struct dc_err *err) DC_MUST_CHECK;

/* Closes the socket; the child ends. */
void signer_stop(struct signer *s);

/* Does it still answer? false from the first failure on. */
bool signer_alive(const struct signer *s);

/* The child's process id, for logs and for who supervises it. */
pid_t signer_pid(const struct signer *s);

/* NULL: the role is not held. Borrowed. */
const struct addr20 *signer_address(const struct signer *s,
				    enum signer_role role);

/* Requests.  Thread: any (one at a time inside).
 * Errors: DC_EREFUSED a limit or slashing protection said no, DC_EBUSY ask
 * later, DC_EIO the signer is gone. */
enum dc_status signer_checkpoint(struct signer *s, struct ec_signature *out,
				 const struct checkpoint *c,
				 uint32_t epoch_s, struct dc_err *err)
	DC_MUST_CHECK;
enum dc_status signer_attest(struct signer *s, struct ec_signature *out,
			     const struct attestation *a,
			     struct dc_err *err) DC_MUST_CHECK;

/* raw   the signed bytes, appended   hash  the transaction's */
enum dc_status signer_tx(struct signer *s, struct dc_buf *raw,
			 struct hash32 *hash, const struct tx *tx,
			 struct dc_err *err) DC_MUST_CHECK;

#endif /* DECAID_ORACLE_SIGNER_H */
