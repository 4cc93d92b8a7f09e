/*
 * Who signed the checkpoints that trainers accepted, and who did not though
 * their stake counted: a record of each operator, kept with its row.
 *
 * It is a record and nothing follows from it: where a transaction's input is
 * not known, or is no call of writeCheckpoint (a contract may have passed one
 * on), the checkpoint counts for nobody. Signatures are checked against what
 * was accepted here, so that a node can leave signers out but not make them up.
 */

#include "config.h"

#include <inttypes.h>

#include "base/log.h"
#include "oracle/abi_calls.h"
#include "oracle/eip712.h"
#include "oracle/pipeline_core.h"
#include "sql/operators.h"

#define SIGNERS_MAX 256		/* of one checkpoint; a pool lists 32 */
#define PAGE 32

/* Operators who signed one checkpoint. */
struct signers {
	uint64_t id[SIGNERS_MAX];
	size_t n;
};

static bool has_signed(const struct signers *s, uint64_t id)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->id[i] == id)
			return true;
	return false;
}

/* The operator whose key made a signature, if one of ours did. */
static enum dc_status take_one(struct signers *out, struct pipeline *p,
			       const struct hash32 *digest,
			       const uint8_t *signature, struct dc_err *err)
{
	struct dc_err why = DC_ERR_INIT;
	struct ec_signature sig;
	struct addr20 signer;
	enum dc_status st;
	uint64_t id;
	bool found;

	if (ec_signature_read(&sig, signature, &why) != DC_OK ||
	    ec_recover(p->ec, &signer, digest, &sig, &why) != DC_OK)
		return DC_OK;	/* the pool takes none of these */
	st = sql_operator_of_key(p->db, &id, &found, &p->config->pool,
				 &signer, err);
	if (st == DC_OK && found && !has_signed(out, id))
		out->id[out->n++] = id;
	return st;
}

static enum dc_status find_signers(struct signers *out, struct pipeline *p,
				   const struct checkpoint *c,
				   const uint8_t *signatures, size_t n,
				   struct dc_err *err)
{
	struct eip712_domain domain = { p->chain_id, p->config->pool };
	enum dc_status st = DC_OK;
	struct hash32 digest;

	out->n = 0;
	eip712_checkpoint_digest(&digest, &domain, c);
	for (size_t i = 0; st == DC_OK && i < n && out->n < SIGNERS_MAX; i++)
		st = take_one(out, p, &digest,
			      signatures + i * EC_SIGNATURE_BYTES, err);
	return st;
}

/* Whether an operator's stake counted in a period: as OperatorPool's
 * schedules have it, its signers being one operator. */
static bool counted(const struct sql_operator *o, uint64_t period)
{
	return !o->slashed && o->from_period <= period &&
	       (!o->leaving || period < o->until_period);
}

static enum dc_status count_one(struct pipeline *p, struct sql_operator *o,
				const struct signers *s, uint64_t epoch,
				uint64_t period, struct dc_err *err)
{
	bool signed_it = has_signed(s, o->id);

	if (!signed_it && !counted(o, period))
		return DC_OK;
	if (signed_it) {
		o->checkpoints_signed++;
		if (epoch > o->last_epoch)
			o->last_epoch = epoch;
	} else {
		o->checkpoints_missed++;
	}
	return sql_operator_put(p->db, o, err);
}

static enum dc_status count_all(struct pipeline *p, const struct signers *s,
				uint64_t epoch, uint64_t period,
				struct dc_err *err)
{
	struct sql_page page = { PAGE, NULL };
	struct sql_operator o[PAGE];
	char next[SQL_KEY_BYTES];
	enum dc_status st;
	uint32_t n;

	do {
		st = sql_operators_page(p->db, o, &n, next, &p->config->pool,
					&page, p->scratch, err);
		for (uint32_t i = 0; st == DC_OK && i < n; i++)
			st = count_one(p, &o[i], s, epoch, period, err);
		page.after = next;
	} while (st == DC_OK && *next != '\0');
	return st;
}

enum dc_status pipe_signers(struct pipeline *p, const struct pipe_model *m,
			    const struct checkpoint *c, uint64_t accepted_s,
			    struct dc_err *err)
{
	struct dc_err why = DC_ERR_INIT;
	const uint8_t *signatures;
	struct signers s;
	enum dc_status st;
	size_t n;

	if (p->log->input == NULL || p->period_s == 0 ||
	    !addr20_equal(&m->row.is.params.pool, &p->config->pool))
		return DC_OK;
	if (abi_checkpoint_signatures(&signatures, &n, p->log->input->data,
				      p->log->input->len, &why) != DC_OK) {
		dc_log(DC_LOG_DEBUG, "oracle", "checkpoint of epoch %" PRIu64
		       ": %s", c->epoch, why.text);
		return DC_OK;
	}
	st = find_signers(&s, p, c, signatures, n, err);
	if (st != DC_OK || s.n == 0)	/* of another call, or another chain */
		return st;
	return count_all(p, &s, c->epoch, accepted_s / p->period_s, err);
}
