/*
 * Signatures of one checkpoint: this daemon's own, from its signer, and those
 * of other operators, which are asked while theirs are missing.
 */
#include "config.h"

#include "oracle/operator_gather.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "oracle/eip712.h"
#include "oracle/operator_post.h"
#include "oracle/peers.h"
#include "sql/operators.h"

/* A step waits so long for peers, while one is asked. */
#define HEAR_MS 300

/* The last epoch that the signer refused, a model: told once. */
struct refusal {
	int64_t model;
	uint64_t epoch;
};

struct refusals {
	size_t n;
	struct refusal *each;
};

/* --- refusals ------------------------------------------------------------ */

void
operator_free(struct refusals *r)
{
	if (r == NULL)
		return;
	free(r->each);
	free(r);
}

/* Remember it; false: it was known. */
static bool
first_refusal(struct outbox *o, int64_t model, uint64_t epoch)
{
	struct refusals *r = o->refusals;

	if (r == NULL)
		r = o->refusals = dc_calloc(1, sizeof(*r));
	for (size_t i = 0; i < r->n; i++)
		if (r->each[i].model == model) {
			bool is_new = r->each[i].epoch != epoch;

			r->each[i].epoch = epoch;
			return is_new;
		}
	r->each = dc_realloc_array(r->each, r->n + 1, sizeof(*r->each));
	r->each[r->n++] = (struct refusal){ model, epoch };
	return true;
}

/* --- signing ------------------------------------------------------------- */

static enum dc_status
store_signature(struct outbox *o, const struct sql_signature *s,
		struct dc_err *err)
{
	enum dc_status found = sql_tx_begin(o->local, err);

	if (found == DC_OK)
		found = sql_signature_put(o->local, s, err);
	return sql_tx_end(o->local, found, err);
}

/* A refusal concerns this epoch only and is told once; "not yet" never. */
static enum dc_status
signer_said_no(struct outbox *o, const struct sql_model *m, uint64_t epoch,
	       enum dc_status found, const struct dc_err *why,
	       struct dc_err *err)
{
	if (found == DC_EREFUSED) {
		if (first_refusal(o, m->row, epoch))
			dc_log(DC_LOG_UNUSUAL, "operator", "epoch %" PRIu64
			       " of %s is not signed: %s", epoch, m->slug,
			       why->text);
		return DC_OK;
	}
	return found == DC_EBUSY ? DC_OK
				 : dc_fail(err, found, "%s", why->text);
}

static enum dc_status
sign(struct outbox *o, const struct sql_model *m,
     const struct sql_checkpoint *c, const struct addr20 *me,
     struct dc_err *err)
{
	const struct eip712_domain domain = { o->config.chain_id,
					      o->config.pool };
	struct sql_signature s = {
		.chain_id = domain.chain_id, .pool = domain.pool,
		.model = m->is.trainer, .epoch = c->is.epoch, .signer = *me,
		.time_s = o->now_s,
	};
	struct dc_err why = DC_ERR_INIT;
	struct ec_signature sig;
	enum dc_status found = signer_checkpoint(o->config.signer, &sig,
				&c->is, m->is.params.epoch_s, &why);

	if (found != DC_OK)
		return signer_said_no(o, m, c->is.epoch, found, &why, err);
	eip712_checkpoint_digest(&s.digest, &domain, &c->is);
	ec_signature_write(s.bytes, &sig);
	found = store_signature(o, &s, err);
	if (found != DC_OK)
		return found;
	o->signatures++;
	dc_log(DC_LOG_INFO, "operator", "signed epoch %" PRIu64 " of %s: "
	       "count=%" PRIu64 " judged=%" PRIu64, c->is.epoch, m->slug,
	       c->is.count, c->is.judged);
	return DC_OK;
}

/* Those that are stored, of exactly this digest. */
static enum dc_status
list(struct outbox *o, const struct sql_model *m, uint64_t epoch,
     const struct hash32 *digest, struct sql_signature *sigs, uint32_t *n,
     struct dc_err *err)
{
	uint32_t all, kept = 0;
	enum dc_status found;

	found = sql_signatures_list(o->local, sigs, &all,
				    OPERATOR_SIGNERS_MAX, o->config.chain_id,
				    &o->config.pool, &m->is.trainer, epoch,
				    err);
	for (uint32_t i = 0; found == DC_OK && i < all; i++)
		if (hash32_equal(&sigs[i].digest, digest))
			sigs[kept++] = sigs[i];
	*n = kept;
	return found;
}

static bool
has_signed(const struct sql_signature *sigs, uint32_t n,
	   const struct addr20 *signer)
{
	for (uint32_t i = 0; i < n; i++)
		if (addr20_equal(&sigs[i].signer, signer))
			return true;
	return false;
}

/* --- other operators ----------------------------------------------------- */

/* Ask those whose signatures are missing. */
static enum dc_status
ask_others(struct outbox *o, const struct peers_ask *about,
	   const struct sql_signature *sigs, uint32_t n, struct dc_err *err)
{
	struct sql_operator *rows = dc_arena_alloc(o->arena,
			OPERATOR_SIGNERS_MAX * sizeof(*rows));
	struct sql_page page = { .limit = OPERATOR_SIGNERS_MAX };
	char next[SQL_KEY_BYTES], after[SQL_KEY_BYTES];
	enum dc_status found;
	uint32_t many;

	do {
		found = sql_operators_page(o->chain, rows, &many, next,
					   &o->config.pool, &page, o->arena,
					   err);
		for (uint32_t i = 0; found == DC_OK && i < many; i++) {
			struct peers_ask ask = *about;

			if (rows[i].slashed ||
			    has_signed(sigs, n, &rows[i].signer))
				continue;
			ask.operator_id = rows[i].id;
			peers_ask(o->peers, &ask, rows[i].endpoint);
		}
		memcpy(after, next, sizeof(after));
		page.after = after;
	} while (found == DC_OK && next[0] != '\0');
	return found;
}

/* A signature counts for its maker, if that is an operator's signer. */
static enum dc_status
take_signature(struct outbox *o, const struct peers_ask *ask,
	       const uint8_t bytes[EC_SIGNATURE_BYTES], struct dc_err *err)
{
	struct sql_signature s = {
		.chain_id = o->config.chain_id, .pool = o->config.pool,
		.model = ask->trainer, .epoch = ask->epoch,
		.digest = ask->digest, .time_s = o->now_s,
	};
	struct ec_signature sig;
	struct sql_operator op;
	enum dc_status found = ec_signature_read(&sig, bytes, err);
	bool is_known = false;

	if (found == DC_OK)
		found = ec_recover(o->ec, &s.signer, &ask->digest, &sig, err);
	if (found == DC_OK)
		found = sql_operator_find(o->chain, &op, &is_known,
					  &o->config.pool, &s.signer,
					  o->arena, err);
	if (found == DC_OK && (!is_known || op.slashed ||
			       !addr20_equal(&op.signer, &s.signer)))
		return dc_fail(err, DC_EINVAL, "signed by no operator");
	if (found != DC_OK)
		return found;
	memcpy(s.bytes, bytes, sizeof(s.bytes));
	return store_signature(o, &s, err);
}

/* What a peer says may be anything; it is told where it is of no use. */
static void
take_answer(void *outbox, const struct peers_ask *ask,
	    const struct peers_answer *answer)
{
	struct outbox *o = outbox;

	if (!hash32_equal(&answer->digest, &ask->digest))
		return;
	for (size_t i = 0; i < answer->n; i++) {
		struct dc_err why = DC_ERR_INIT;

		if (take_signature(o, ask, answer->signature[i], &why) !=
		    DC_OK)
			dc_log(DC_LOG_UNUSUAL, "peers", "operator %" PRIu64
			       " gave a signature of no use for epoch %" PRIu64
			       ": %s", ask->operator_id, ask->epoch, why.text);
	}
}

void
operator_hear(struct outbox *o)
{
	peers_step(o->peers, HEAR_MS, take_answer, o);
}

enum dc_status
operator_gather(struct outbox *o, const struct sql_model *m,
		const struct sql_checkpoint *c, struct sql_signature *sigs,
		uint32_t *n, struct dc_err *err)
{
	const struct eip712_domain domain = { o->config.chain_id,
					      o->config.pool };
	const struct addr20 *me = signer_address(o->config.signer,
						 SIGNER_CHECKPOINTS);
	struct peers_ask about = { .trainer = m->is.trainer,
				   .epoch = c->is.epoch };
	enum dc_status found;

	eip712_checkpoint_digest(&about.digest, &domain, &c->is);
	found = list(o, m, c->is.epoch, &about.digest, sigs, n, err);
	if (found == DC_OK && me != NULL && !has_signed(sigs, *n, me)) {
		found = sign(o, m, c, me, err);
		/* once more, in the database's order; it may be refused */
		if (found == DC_OK)
			found = list(o, m, c->is.epoch, &about.digest, sigs,
				     n, err);
	}
	if (found != DC_OK || me == NULL)
		return found;
	return ask_others(o, &about, sigs, *n, err);
}
