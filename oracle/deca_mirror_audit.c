/* A mirror held against its chain: predictions drawn at random, and every
 * number that it knows. */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "oracle/deca_mirror_core.h"

#define AUDIT_FEATURES 48	/* the longest sparse sample drawn */
#define AUDIT_DENSE_MAX 4096
#define AUDIT_AT_ONCE 4		/* predict may be dear */
#define AUDIT_AGAIN 3		/* times, before a difference stands */

/* Source: Steele, Lea, Flood, Fast splittable PRNGs, 2014 (SplitMix64). */
static uint64_t draw(uint64_t *seed)
{
	uint64_t z = *seed += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

/* About as long as the contract's norm asks; now and then of a wrong length,
 * or with an end of the type in it. */
static void draw_dense(struct deca_sample *out, int64_t *data, uint64_t most,
		       uint64_t *seed)
{
	size_t n = (size_t)most;
	int64_t scale = DECA_FLOAT;

	for (size_t k = n; k > 1; k /= 4)
		scale /= 2;
	if (draw(seed) % 16 == 0)
		n = draw(seed) % (n + 1);
	for (size_t i = 0; i < n; i++)
		data[i] = (int64_t)(draw(seed) % (uint64_t)(2 * scale + 1))
			- scale;
	if (n > 0 && draw(seed) % 8 == 0)
		data[draw(seed) % n] = draw(seed) % 2 ? INT64_MAX : INT64_MIN;
	*out = (struct deca_sample){ .data = data, .n = n };
}

/* Half features that the model knows, half near them; repeated at times. */
static void draw_sparse(struct deca_sample *out, int64_t *data,
			const struct deca_model *m, uint64_t *seed)
{
	size_t n = draw(seed) % (AUDIT_FEATURES + 1);

	for (size_t i = 0; i < n; i++) {
		uint64_t at = draw(seed) % m->slots;
		const struct deca_cell *cell = deca_cell_next(m, &at);
		uint64_t known = cell != NULL ? cell->index : 0;

		data[i] = draw(seed) % 2 ? (int64_t)known
					 : (int64_t)(draw(seed) % 1024);
		if (draw(seed) % 256 == 0)
			data[i] = -1 - (int64_t)(draw(seed) % 4);
	}
	*out = (struct deca_sample){ .data = data, .n = n };
}

static bool is_dense(const struct deca_model *m)
{
	return m->kind == DECA_DENSE_PERCEPTRON ||
		m->kind == DECA_NEAREST_CENTROID;
}

static void draw_samples(struct deca_mirror *mirror,
			 struct deca_sample *samples, size_t n,
			 uint64_t *seed)
{
	const struct deca_model *m = mirror->model;
	uint64_t length = AUDIT_FEATURES;

	if (is_dense(m))
		length = deca_class_at(m, 0)->length;
	if (length > AUDIT_DENSE_MAX)
		length = AUDIT_DENSE_MAX;	/* of a wrong length, then */
	for (size_t i = 0; i < n; i++) {
		int64_t *data = dc_arena_alloc(mirror->scratch,
					       (length + 1) * sizeof(*data));

		if (is_dense(m))
			draw_dense(&samples[i], data, length, seed);
		else
			draw_sparse(&samples[i], data, m, seed);
	}
}

/* Both answer alike: the same label, or the same words, or none. */
static bool same_answer(const struct deca_prediction *ours,
			const struct rpc_answer *chain)
{
	uint64_t label;

	if (ours->reason == DECA_DONE)
		return chain->ok &&
			u256_to_u64(&label, u256_from_be(chain->word.b)) &&
			label == ours->label;
	if (chain->ok)
		return false;
	if (deca_reason_passed_on(ours->reason) == DECA_REVERTED)
		return chain->reason[0] == '\0';
	return strcmp(chain->reason, deca_reason_text(ours->reason)) == 0;
}

static void tell_difference(char *where, const struct deca_mirror *mirror,
			    size_t i, const struct deca_prediction *ours,
			    const struct rpc_answer *chain)
{
	char label[U256_DECIMAL_BYTES];

	u256_format(u256_from_be(chain->word.b), label);
	(void)snprintf(where, DC_ERR_TEXT_BYTES,
		       "block %" PRIu64 ", sample %zu: the chain says %s, "
		       "the mirror %s %" PRIu64, mirror->at.number, i,
		       chain->ok ? label : chain->reason,
		       ours->reason == DECA_DONE ? "label"
		       : deca_reason_text(ours->reason), ours->label);
}

static enum dc_status ask_few(struct deca_mirror *mirror,
			      struct rpc_answer *answers,
			      const struct deca_sample *samples, size_t n,
			      struct dc_err *err)
{
	struct rpc_message msg[AUDIT_AT_ONCE];
	struct dc_buf call[AUDIT_AT_ONCE];
	enum dc_status st;

	for (size_t i = 0; i < n; i++) {
		dc_buf_init(&call[i], (AUDIT_DENSE_MAX + 4) * ABI_WORD_BYTES);
		deca_call_predict(&call[i], samples[i].data, samples[i].n);
		msg[i] = (struct rpc_message){
			.to = &mirror->parts.classifier,
			.gas = DECA_PREDICT_GAS,
			.data = call[i].data, .data_len = call[i].len,
		};
	}
	st = rpc_eth_call_answers(mirror->rpc, answers, msg, n,
				  rpc_at_hash(&mirror->at.hash), err);
	for (size_t i = 0; i < n; i++)
		dc_buf_clear(&call[i]);
	return st;
}

/* Few at once; keeps (2): each can take all the gas that it is given. */
static enum dc_status ask_chain(struct deca_mirror *mirror,
				struct rpc_answer *answers,
				const struct deca_sample *samples, size_t n,
				struct dc_err *err)
{
	enum dc_status st = DC_OK;
	size_t step;

	for (size_t i = 0; st == DC_OK && i < n; i += step) {
		step = n - i < AUDIT_AT_ONCE ? n - i : AUDIT_AT_ONCE;
		st = ask_few(mirror, answers + i, samples + i, step, err);
	}
	return st;
}

/* A node that takes in a block while it answers may answer for another state
 * than it was asked about: what differs is asked again, and its last word
 * counts. */
static enum dc_status ask_again(struct deca_mirror *mirror,
				struct rpc_answer *answer,
				const struct deca_sample *sample,
				const struct deca_prediction *ours,
				struct dc_err *err)
{
	enum dc_status st = DC_OK;

	for (unsigned i = 0; st == DC_OK && i < AUDIT_AGAIN; i++) {
		st = ask_few(mirror, answer, sample, 1, err);
		if (st == DC_OK && same_answer(ours, answer)) {
			dc_log(DC_LOG_UNUSUAL, "oracle", "block %" PRIu64
			       ": the node answered for another state, and "
			       "then for this one", mirror->at.number);
			break;
		}
	}
	return st;
}

/* One sample's two answers. */
static enum dc_status judge(struct deca_mirror *mirror,
			    struct rpc_answer *answer,
			    const struct deca_sample *sample, size_t i,
			    char *where, struct dc_err *err)
{
	struct deca_prediction ours = deca_mirror_say(mirror, sample);
	enum dc_status st = DC_OK;

	if (!answer->spent && !same_answer(&ours, answer))
		st = ask_again(mirror, answer, sample, &ours, err);
	if (st != DC_OK)
		return st;
	if (answer->spent) {
		mirror->stats.unanswered++;
		return DC_OK;
	}
	mirror->stats.audited++;
	if (same_answer(&ours, answer))
		return DC_OK;
	mirror->stats.differed++;
	if (where[0] == '\0')
		tell_difference(where, mirror, i, &ours, answer);
	return DC_OK;
}

enum dc_status deca_mirror_audit(struct deca_mirror *mirror, size_t n,
				 uint64_t *seed, char *where,
				 struct dc_err *err)
{
	struct deca_sample *samples;
	struct rpc_answer *answers;
	enum dc_status st;

	where[0] = '\0';
	if (n == 0)
		return DC_OK;
	dc_arena_reset(mirror->scratch);
	samples = dc_arena_alloc(mirror->scratch, n * sizeof(*samples));
	answers = dc_arena_alloc(mirror->scratch, n * sizeof(*answers));
	draw_samples(mirror, samples, n, seed);
	st = deca_mirror_need(mirror, samples, n, err);
	if (st == DC_OK)
		st = ask_chain(mirror, answers, samples, n, err);
	for (size_t i = 0; st == DC_OK && i < n; i++)
		st = judge(mirror, &answers[i], &samples[i], i, where, err);
	return st;
}

enum dc_status deca_mirror_prove(struct deca_mirror *mirror, size_t n,
				 uint64_t *seed, struct dc_err *err)
{
	uint64_t compared = mirror->stats.audited;
	char where[DC_ERR_TEXT_BYTES];
	enum dc_status st = deca_mirror_audit(mirror, n, seed, where, err);

	if (st == DC_OK && where[0] != '\0')
		return dc_fail(err, DC_ECONFLICT, "%s", where);
	if (st == DC_OK && n > 0 && mirror->stats.audited == compared)
		return dc_fail(err, DC_EINVAL, "its predict takes more gas "
			       "than a call may: nothing can be compared");
	return st;
}

/* --- every number again --------------------------------------------------- */

static bool same_cell(const struct deca_cell *a, const struct deca_cell *b)
{
	return b != NULL && a->low == b->low && a->high == b->high;
}

static void compare_models(const struct deca_model *a,
			   const struct deca_model *b, uint64_t *n,
			   char *where)
{
	const struct deca_cell *cell;
	uint64_t at = 0;

	if (a->n_class != b->n_class || a->n_count != b->n_count ||
	    u256_compare(a->intercept, b->intercept) != 0)
		(void)snprintf(where, DC_ERR_TEXT_BYTES,
			       "the head of the model differs");
	for (uint32_t k = 0; k < a->n_class && where[0] == '\0'; k++, (*n)++)
		if (memcmp(deca_class_at(a, k), deca_class_at(b, k),
			   sizeof(struct deca_class)) != 0)
			(void)snprintf(where, DC_ERR_TEXT_BYTES,
				       "class %" PRIu32 " differs", k);
	while (where[0] == '\0' && (cell = deca_cell_next(a, &at)) != NULL) {
		if (!same_cell(cell, deca_cell_find(b, cell->klass,
						    cell->index)))
			(void)snprintf(where, DC_ERR_TEXT_BYTES,
				       "class %" PRIu32 ", feature %" PRIu64
				       " differs", cell->klass, cell->index);
		else
			(*n)++;
	}
}

enum dc_status deca_mirror_compare(struct deca_mirror *mirror, uint64_t *n,
				   char *where, struct dc_err *err)
{
	struct rpc_at block = rpc_at_hash(&mirror->at.hash);
	const struct deca_cell *cell;
	struct deca_model *again;
	struct deca_key *keys;
	size_t n_key = 0;
	uint64_t at = 0;
	enum dc_status st;

	where[0] = '\0';
	*n = 0;
	st = deca_read_model(&again, mirror->rpc, &mirror->parts,
			     mirror->most_cells, block, err);
	if (st != DC_OK)
		return st;
	dc_arena_reset(mirror->scratch);
	keys = dc_arena_alloc(mirror->scratch, (mirror->model->n_cell + 1) *
			      sizeof(*keys));
	while ((cell = deca_cell_next(mirror->model, &at)) != NULL)
		keys[n_key++] = (struct deca_key){ cell->klass, cell->index };
	if (!is_dense(mirror->model))
		st = deca_read_cells(&again, mirror->rpc, &mirror->parts, keys,
				     n_key, block, err);
	if (st == DC_OK)
		compare_models(mirror->model, again, n, where);
	free(again);
	return st;
}
