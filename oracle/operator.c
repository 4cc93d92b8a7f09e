/*
 * What an operator does at the end of epochs.
 *
 * (1) Only checkpoints that this daemon computed are signed, and only when a
 *     final block is past their epoch's end.
 * (2) Nothing empty is posted: count or judged is beyond the last accepted.
 * (3) One transaction a model is under way at a time; a checkpoint follows
 *     when the one before is effective. Epochs in between are skipped.
 * (4) A checkpoint that nobody brought to the chain, since operators were
 *     gone and their signers sign nothing that ended before they started, is
 *     offered again under a later epoch's number: that epoch was empty, so
 *     what it ends with is the same. Which number is a function of time, so
 *     that all operators come to the same.
 */
#include "config.h"

#include "oracle/operator.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "oracle/operator_gather.h"
#include "oracle/operator_post.h"
#include "sql/blocks.h"
#include "sql/checkpoints.h"
#include "sql/models.h"
#include "sql/operators.h"
#include "sql/signatures.h"

#define PAGE 32
#define CALL_DATA_MAX_BYTES (90 * 1024)
/* Each operator in turn, the next when that one does not. */
#define TURN_S 30
/* Offered again after so long, then after twice as long each time, ten times
 * (17 hours); from there on each time that has passed. */
#define AGAIN_S (2 * TURN_S)
#define AGAIN_DOUBLINGS 10

/* What one look goes by. */
struct look {
	struct outbox *o;
	uint64_t head_s;	/* the followed head's time */
	uint64_t final_s;	/* the highest final block's time */
};

/* --- which checkpoint ---------------------------------------------------- */

static bool
is_beyond(const struct sql_checkpoint *c, const struct sql_model_totals *t)
{
	if (!t->has_checkpoint)
		return c->is.count > 0;
	return c->is.epoch > t->checkpoint_epoch &&
	       (c->is.count > t->checkpoint_count ||
		c->is.judged > t->checkpoint_judged);
}

static bool
is_final(const struct look *l, const struct sql_model *m, uint64_t epoch)
{
	uint64_t end_s;

	return !__builtin_mul_overflow(epoch + 1,
				       (uint64_t)m->is.params.epoch_s,
				       &end_s) && end_s <= l->final_s;
}

/* The newest row that (1) and (2) allow. */
static enum dc_status
find_candidate(const struct look *l, const struct sql_model *m,
	       struct sql_checkpoint *out, bool *is_there, struct dc_err *err)
{
	struct sql_checkpoint *rows = dc_arena_alloc(l->o->arena, PAGE *
						     sizeof(*rows));
	struct sql_page page = { .limit = PAGE };
	char next[SQL_KEY_BYTES], after[SQL_KEY_BYTES];
	enum dc_status found;
	uint32_t n;

	*is_there = false;
	do {
		found = sql_checkpoints_page(l->o->chain, rows, &n, next,
					     m->row, &page, l->o->arena, err);
		for (uint32_t i = 0; found == DC_OK && i < n; i++) {
			if (!is_final(l, m, rows[i].is.epoch))
				continue;
			*out = rows[i];
			*is_there = rows[i].computed && !rows[i].accepted &&
				    is_beyond(&rows[i], &m->totals);
			return DC_OK;
		}
		memcpy(after, next, sizeof(after));
		page.after = after;
	} while (found == DC_OK && next[0] != '\0');
	return found;
}

/* The number that (4) means: epoch, or epoch + n 2^k, the highest that is
 * over; n epochs are AGAIN_S at least. */
static uint64_t
offered_epoch(const struct look *l, const struct sql_model *m, uint64_t epoch)
{
	uint64_t len = m->is.params.epoch_s;
	uint64_t passed = l->final_s / len - 1 - epoch;
	uint64_t step = (AGAIN_S + len - 1) / len;

	if (passed < step)
		return epoch;
	for (int k = 0; k < AGAIN_DOUBLINGS && 2 * step <= passed; k++)
		step *= 2;
	return epoch + passed / step * step;
}

/* --- posting ------------------------------------------------------------- */

static bool
is_effective(const struct look *l, const struct sql_model *m)
{
	return !m->totals.has_checkpoint ||
	       l->head_s >= m->totals.checkpoint_accepted_s +
				    m->is.params.challenge_s;
}

/* keeps (3). A mined one counts until the followed chain shows it. */
static bool
is_under_way(const struct outbox *o, const struct sql_model *m)
{
	for (uint32_t i = 0; i < o->n_open; i++) {
		const struct sql_tx_row *row = &o->open[i];

		if (row->key.kind != SQL_TX_CHECKPOINT ||
		    !addr20_equal(&row->key.target, &m->is.trainer))
			continue;
		if (row->status == SQL_TX_QUEUED ||
		    row->status == SQL_TX_SENT)
			return true;
		if (row->status == SQL_TX_MINED && row->error[0] == '\0' &&
		    (!m->totals.has_checkpoint ||
		     m->totals.checkpoint_epoch < row->key.epoch))
			return true;
	}
	return false;
}

/* Whose turn is it? The operators that stay, in order of id, take turns by
 * epoch; who does not post in TURN_S is followed by the next. */
static enum dc_status
is_my_turn(const struct look *l, const struct sql_model *m,
	   const struct sql_checkpoint *c, bool *out, struct dc_err *err)
{
	const struct addr20 *me = signer_address(l->o->config.signer,
						 SIGNER_CHECKPOINTS);
	struct sql_operator *rows = dc_arena_alloc(l->o->arena,
			OPERATOR_SIGNERS_MAX * sizeof(*rows));
	struct sql_page page = { .limit = OPERATOR_SIGNERS_MAX };
	uint64_t end_s = (c->is.epoch + 1) * m->is.params.epoch_s;
	uint64_t turn = l->final_s > end_s ? (l->final_s - end_s) / TURN_S
					   : 0;
	char next[SQL_KEY_BYTES];
	uint32_t n, staying = 0, place = 0;
	bool listed = false;
	enum dc_status found;

	found = sql_operators_page(l->o->chain, rows, &n, next,
				   &l->o->config.pool, &page, l->o->arena,
				   err);
	if (found != DC_OK)
		return found;
	for (uint32_t i = 0; i < n; i++) {
		if (rows[i].leaving || rows[i].slashed)
			continue;
		if (me != NULL && addr20_equal(&rows[i].signer, me)) {
			place = staying;
			listed = true;
		}
		staying++;
	}
	*out = !listed || staying < 2 ||
	       (c->is.epoch + turn) % staying == place;
	return DC_OK;
}

static enum dc_status
queue_checkpoint(struct outbox *o, const struct sql_model *m,
		 const struct sql_checkpoint *c,
		 const struct sql_signature *sigs, uint32_t n,
		 struct dc_err *err)
{
	const struct addr20 *sender = signer_address(o->config.signer,
						     SIGNER_SENDER);
	struct sql_tx_row row = {
		.key = { o->config.chain_id, m->is.trainer, c->is.epoch,
			 SQL_TX_CHECKPOINT },
		.to = m->is.trainer, .created_s = o->now_s, .error = "",
	};
	struct dc_buf data;
	enum dc_status found;

	if (sender == NULL)
		return DC_OK;
	row.sender = *sender;
	dc_buf_init(&data, CALL_DATA_MAX_BYTES);
	found = operator_call_data(&data, o->chain, m, c, sigs, n, o->arena,
				   err);
	if (found == DC_OK) {
		row.data = data.data;
		row.data_len = (uint32_t)data.len;
		found = outbox_enqueue(o, &row, err);
	}
	dc_buf_clear(&data);
	return found;
}

static enum dc_status
post(const struct look *l, const struct sql_model *m,
     const struct sql_checkpoint *c, const struct sql_signature *sigs,
     uint32_t n, struct dc_err *err)
{
	bool quorum, my_turn;
	enum dc_status found;

	if (n == 0 || !is_effective(l, m) || is_under_way(l->o, m))
		return DC_OK;
	found = is_my_turn(l, m, c, &my_turn, err);
	if (found != DC_OK || !my_turn)
		return found;
	found = operator_quorum(&quorum, l->o->rpc, &l->o->config.pool, sigs,
				n, err);
	if (found != DC_OK || !quorum)
		return found;
	return queue_checkpoint(l->o, m, c, sigs, n, err);
}

/* --- one look ------------------------------------------------------------ */

static enum dc_status
look_at_model(const struct look *l, const struct sql_model *m,
	      struct dc_err *err)
{
	struct sql_signature sigs[OPERATOR_SIGNERS_MAX];
	struct sql_checkpoint c;
	bool is_there;
	uint32_t n;
	enum dc_status found = find_candidate(l, m, &c, &is_there, err);

	if (found != DC_OK || !is_there)
		return found;
	if (!is_under_way(l->o, m))
		c.is.epoch = offered_epoch(l, m, c.is.epoch);
	found = operator_gather(l->o, m, &c, sigs, &n, err);
	if (found != DC_OK)
		return found;
	return post(l, m, &c, sigs, n, err);
}

/* The final block's time from the database, or where a block without
 * anything of ours was not kept, from the node. */
static enum dc_status
find_times(struct look *l, bool *is_there, struct dc_err *err)
{
	struct outbox *o = l->o;
	struct block_ref head, final;
	bool kept;
	enum dc_status found = sql_block_head(o->chain, &head, is_there, err);

	if (found != DC_OK || !*is_there || o->finalized == 0) {
		*is_there = false;
		return found;
	}
	l->head_s = head.time_s;
	found = sql_block_get(o->chain, &final, &kept, o->finalized, err);
	if (found == DC_OK && !kept)
		found = rpc_block(o->rpc, &final,
				  rpc_at_number(o->finalized), err);
	l->final_s = found == DC_OK ? final.time_s : 0;
	return found;
}

enum dc_status
operator_step(struct outbox *o, struct dc_err *err)
{
	const struct sql_models_filter all = { .kind = -1,
					       .sort = SQL_MODELS_OLD };
	struct sql_model *models = dc_arena_alloc(o->arena, PAGE *
						  sizeof(*models));
	struct look look = { .o = o };
	struct sql_page page = { .limit = PAGE };
	char next[SQL_KEY_BYTES], after[SQL_KEY_BYTES];
	enum dc_status found, first = DC_OK;
	bool is_there;
	uint32_t n;

	found = find_times(&look, &is_there, err);
	if (found != DC_OK || !is_there)
		return found;
	do {
		found = sql_models_page(o->chain, models, &n, next, &all,
					&page, o->arena, err);
		if (found != DC_OK)
			return found;
		for (uint32_t i = 0; i < n; i++) {
			if (!addr20_equal(&models[i].is.params.pool,
					  &o->config.pool))
				continue;
			found = look_at_model(&look, &models[i], err);
			if (first == DC_OK)
				first = found;
		}
		memcpy(after, next, sizeof(after));
		page.after = after;
	} while (next[0] != '\0');
	operator_hear(o);
	return first;
}
