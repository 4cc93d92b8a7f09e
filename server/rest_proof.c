/*
 * GET /v1/models/{model}/proof and /contributions/{id}/proof: what a model's
 * state says, with what it takes to believe it. The proofs are made by
 * oracle/prover.h; until one is there, the client is told to come again.
 */
#include "config.h"

#include <inttypes.h>
#include <string.h>

#include "models/learner.h"
#include "oracle/prover.h"
#include "server/rest.h"

#define AGAIN_S 1

/* One request for a proof, once its model is known. */
struct asking {
	struct rest *r;
	struct sql_model m;
	const struct registry_model *live;
	struct proof_question q;
	const struct proof *proof;
};

/* ---- asking ---- */

static enum dc_status find(struct asking *a, struct rest *r)
{
	*a = (struct asking){ .r = r };
	if (rest_find_model(r, &a->m, &a->live, &r->err) != DC_OK)
		return r->err.status;
	if (r->app->prover == NULL)
		return dc_fail(&r->err, DC_ENOTFOUND, "this daemon makes no "
			       "proofs (proof-memory)");
	if (a->live == NULL || registry_info(a->live)->spec == NULL)
		return dc_fail(&r->err, DC_ENOTFOUND, "the model is not "
			       "followed here");
	a->q.trainer = a->m.is.trainer;
	return DC_OK;
}

/* rec[count - 1]. */
static enum dc_status record_after(struct asking *a, struct hash32 *out,
				   uint64_t count)
{
	struct rest *r = a->r;
	struct sql_contribution c;
	bool found = true;

	memset(out, 0, sizeof(*out));
	if (count == 0)
		return DC_OK;
	if (count - 1 > SQL_MAX_ID)
		found = false;
	else if (sql_contribution_get(r->chain, &c, &found, a->m.row,
				      count - 1, r->arena, &r->err) != DC_OK)
		return r->err.status;
	if (!found)
		return dc_fail(&r->err, DC_ENOTFOUND, "no such contribution");
	*out = c.record_hash;
	return DC_OK;
}

static enum dc_status take(struct asking *a)
{
	struct rest *r = a->r;
	struct dc_err why = DC_ERR_INIT;
	enum dc_status st = prover_take(r->app->prover, &a->proof, &a->q,
					&why);

	if (st == DC_EBUSY || st == DC_ECONFLICT) {
		rest_later(r, AGAIN_S, "%s: try again", why.text);
		return st;
	}
	return st == DC_OK ? st : dc_fail(&r->err, st, "%s", why.text);
}

/* ---- what both say ---- */

static void put_bytes_of(struct json_out *j, const int64_t *cell)
{
	uint8_t bytes[MERKLE_LEAF_CELLS * 8];

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)((uint64_t)cell[i / 8] >> 8 * (i % 8));
	json_put_bytes(j, bytes, sizeof(bytes));
}

static void put_hash(struct json_out *j, const char *name,
		     const struct hash32 *h)
{
	json_put_key(j, name);
	json_put_hash(j, h);
}

static void put_u64(struct json_out *j, const char *name, uint64_t v)
{
	json_put_key(j, name);
	json_put_u64(j, v);
}

static void put_head(struct asking *a)
{
	struct json_out *j = &a->r->j;

	json_put_open(j, '{');
	json_put_key(j, "model");
	json_put_address(j, &a->q.trainer);
	put_hash(j, "spec", &a->proof->spec);
	put_u64(j, "contributions", a->q.count);
	put_hash(j, "record_hash", &a->q.record);
	put_u64(j, "cells", a->proof->n_cells);
}

static void put_siblings(struct asking *a)
{
	struct json_out *j = &a->r->j;

	json_put_key(j, "siblings");
	json_put_open(j, '[');
	for (size_t i = 0; i < a->proof->n_sibling; i++)
		json_put_hash(j, &a->proof->sibling[i]);
	json_put_close(j, ']');
	json_put_close(j, '}');
}

/* ---- a weight ---- */

/* "header", "model", "memory", "fold-0", ... */
static bool read_part(enum learner_part *part, unsigned *fold,
		      const char *text)
{
	uint64_t n;

	*fold = 0;
	if (text == NULL || strcmp(text, "model") == 0)
		*part = LEARNER_PART_MODEL;
	else if (strcmp(text, "header") == 0)
		*part = LEARNER_PART_HEADER;
	else if (strcmp(text, "memory") == 0)
		*part = LEARNER_PART_MEMORY;
	else if (strncmp(text, "fold-", 5) == 0 &&
		 rest_uint(&n, text + 5, "part", 0, VERDICT_FOLDS_MAX - 1,
			   NULL) == DC_OK) {
		*part = LEARNER_PART_FOLD;
		*fold = (unsigned)n;
	} else {
		return false;
	}
	return true;
}

static enum dc_status read_weight(struct asking *a, uint64_t *weight)
{
	const struct model_spec *spec = registry_info(a->live)->spec;
	const char *text = http_query(a->r->rq, "weight");
	const char *named = http_query(a->r->rq, "part");
	enum learner_part part;
	unsigned fold;
	size_t first, n;

	if (text == NULL)
		return dc_fail(&a->r->err, DC_EINVAL, "weight: missing");
	if (!read_part(&part, &fold, named) ||
	    !learner_part_find(&first, &n, spec, part, fold))
		return dc_fail(&a->r->err, DC_EINVAL, "part: the model has no "
			       "such part");
	if (rest_uint(weight, text, "weight", 0, n - 1, &a->r->err) != DC_OK)
		return DC_EINVAL;
	a->q.cell = first + (size_t)*weight;
	return DC_OK;
}

/* The newest checkpoint, of the chain before this daemon's own; or that of
 * an epoch.
 * found  false: there is none */
static enum dc_status find_checkpoint(struct asking *a,
				      struct sql_checkpoint *out, bool *found,
				      const char *epoch)
{
	const struct sql_page newest = { .limit = 1, .after = NULL };
	struct rest *r = a->r;
	char next[SQL_KEY_BYTES];
	uint64_t e = a->m.totals.checkpoint_epoch;
	uint32_t n;

	*found = false;
	if (epoch != NULL && rest_uint(&e, epoch, "epoch", 0, INT64_MAX / 2,
				       &r->err) != DC_OK)
		return DC_EINVAL;
	if (epoch != NULL || a->m.totals.has_checkpoint)
		return sql_checkpoint_get(r->chain, out, found, a->m.row, e,
					  r->arena, &r->err);
	if (sql_checkpoints_page(r->chain, out, &n, next, a->m.row, &newest,
				 r->arena, &r->err) != DC_OK)
		return r->err.status;
	*found = n > 0;
	return DC_OK;
}

/* Which state is meant: of a number of contributions, of an epoch, or of the
 * newest checkpoint.
 * c, found  its checkpoint, where it was asked for by one */
static enum dc_status read_state(struct asking *a, struct sql_checkpoint *c,
				 bool *found)
{
	const char *count = http_query(a->r->rq, "contributions");
	const char *epoch = http_query(a->r->rq, "epoch");
	struct rest *r = a->r;

	*found = false;
	if (count != NULL && epoch != NULL)
		return dc_fail(&r->err, DC_EINVAL, "contributions and epoch: "
			       "not both");
	if (count != NULL)
		return rest_uint(&a->q.count, count, "contributions", 0,
				 a->m.totals.count, &r->err);
	if (find_checkpoint(a, c, found, epoch) != DC_OK)
		return r->err.status;
	if (!*found)
		return dc_fail(&r->err, DC_ENOTFOUND, "no such checkpoint: "
			       "contributions names another state");
	a->q.count = c->is.count;
	return DC_OK;
}

static void put_checkpoint(struct json_out *j, const struct sql_checkpoint *c,
			   bool found)
{
	json_put_key(j, "checkpoint");
	if (!found) {
		json_put_null(j);
		return;
	}
	json_put_open(j, '{');
	put_u64(j, "epoch", c->is.epoch);
	put_hash(j, "state_root", &c->is.state_root);
	json_put_key(j, "accepted");
	json_put_bool(j, c->accepted && !c->refuted);
	json_put_close(j, '}');
}

static void put_cell(struct asking *a, uint64_t weight)
{
	const struct proof_leaf *leaf = &a->proof->leaf[0];
	const char *part = http_query(a->r->rq, "part");
	struct json_out *j = &a->r->j;

	json_put_key(j, "part");
	json_put_text(j, part == NULL ? "model" : part);
	put_u64(j, "weight", weight);
	put_u64(j, "cell", a->q.cell);
	json_put_key(j, "value");
	json_put_score(j, leaf->after[a->q.cell % MERKLE_LEAF_CELLS]);
	put_hash(j, "state_root", &a->proof->root);
	json_put_key(j, "leaves");
	json_put_open(j, '[');
	json_put_open(j, '{');
	put_u64(j, "leaf", leaf->at);
	json_put_key(j, "cells");
	put_bytes_of(j, leaf->after);
	json_put_close(j, '}');
	json_put_close(j, ']');
}

static enum dc_status write_proof(struct rest *r)
{
	struct sql_checkpoint c;
	struct asking a;
	uint64_t weight;
	bool found;

	if (find(&a, r) != DC_OK || read_weight(&a, &weight) != DC_OK ||
	    read_state(&a, &c, &found) != DC_OK ||
	    record_after(&a, &a.q.record, a.q.count) != DC_OK)
		return r->err.status;
	a.q.kind = PROOF_CELL;
	if (take(&a) != DC_OK)
		return DC_EBUSY;
	put_head(&a);
	put_checkpoint(&r->j, &c, found);
	put_cell(&a, weight);
	put_siblings(&a);
	prover_give(r->app->prover, a.proof);
	return DC_OK;
}

void rest_proof(struct http_request *rq, struct http_reply *rp)
{
	struct rest r;

	if (!rest_open_untagged(&r, rq, rp))
		return;
	rest_close(&r, write_proof(&r));
	rest_tag_body(rq, rp);
}

/* ---- what a contribution changed ---- */

static void put_changes(struct asking *a)
{
	struct json_out *j = &a->r->j;

	put_u64(j, "contribution", a->q.count - 1);
	put_hash(j, "state_root_before", &a->proof->root_before);
	put_hash(j, "state_root", &a->proof->root);
	json_put_key(j, "leaves");
	json_put_open(j, '[');
	for (size_t i = 0; i < a->proof->n_leaf; i++) {
		const struct proof_leaf *leaf = &a->proof->leaf[i];

		json_put_open(j, '{');
		put_u64(j, "leaf", leaf->at);
		json_put_key(j, "before");
		put_bytes_of(j, leaf->before);
		json_put_key(j, "after");
		put_bytes_of(j, leaf->after);
		json_put_close(j, '}');
	}
	json_put_close(j, ']');
}

static enum dc_status write_update(struct rest *r)
{
	struct asking a;
	uint64_t id;

	if (find(&a, r) != DC_OK ||
	    rest_uint(&id, r->rq->param[1], "id", 0, SQL_MAX_ID,
		      &r->err) != DC_OK ||
	    record_after(&a, &a.q.record, id + 1) != DC_OK ||
	    record_after(&a, &a.q.record_before, id) != DC_OK)
		return r->err.status;
	a.q.kind = PROOF_UPDATE;
	a.q.count = id + 1;
	if (take(&a) != DC_OK)
		return DC_EBUSY;
	put_head(&a);
	put_changes(&a);
	put_siblings(&a);
	prover_give(r->app->prover, a.proof);
	return DC_OK;
}

void rest_update_proof(struct http_request *rq, struct http_reply *rp)
{
	struct rest r;

	if (!rest_open_untagged(&r, rq, rp))
		return;
	rest_close(&r, write_update(&r));
	rest_tag_body(rq, rp);
}
