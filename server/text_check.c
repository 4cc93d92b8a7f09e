/*
 * Texts and the samples that they encode to: by a spec's encoder, or by the
 * encoders that 0xDeCA10B's contracts name.
 */
#include "config.h"

#include "server/text_check.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/keccak.h"
#include "models/deca_encoder.h"
#include "models/encoder_tokens.h"

#define DIFFERS "the text does not encode to what was contributed"

struct text_check {
	struct sample_room *room;
	const struct model_spec *vocabulary;	/* NULL: none is set */
};

/* ---- our own ---- */

static enum dc_status check_ours(struct text_check *k,
				 const struct model_spec *spec,
				 const struct sql_contribution *c,
				 const struct encoder_input *in,
				 struct dc_err *err)
{
	struct sample sample;
	struct hash32 hash;
	struct dc_buf b;
	enum dc_status st;

	if (encoder_dimension(spec) > 0)
		return dc_fail(err, DC_EINVAL, "a service encodes this model's "
			       "texts: they cannot be checked here");
	st = encoder_encode(&sample, spec, k->room, in, err);
	if (st != DC_OK)
		return st;
	dc_buf_init(&b, (size_t)1 << 20);
	sample_encode(&b, &sample);
	keccak256(&hash, b.data, b.len);
	if (dc_buf_failed(&b) || !hash32_equal(&hash, &c->sample_hash))
		st = dc_fail(err, DC_EINVAL, DIFFERS);
	dc_buf_clear(&b);
	return st;
}

/* ---- 0xDeCA10B's ---- */

static int64_t number_at(const struct sql_contribution *c, size_t i)
{
	const uint8_t *p = c->is.sample + 8 * i;
	uint64_t v = 0;

	for (size_t b = 0; b < 8; b++)
		v = v << 8 | p[b];
	return (int64_t)v;
}

static size_t numbers_of(const struct sql_contribution *c)
{
	return c->is.sample_len / 8;
}

/* Are the contribution's numbers those of the set, in any order and as often
 * as they like?
 * set  (n) sorted */
static bool is_set(const struct sql_contribution *c, const uint32_t *set,
		   size_t n_set)
{
	size_t n = numbers_of(c), k;
	uint32_t *own = dc_calloc(n + 1, sizeof(*own));
	bool same = true;

	for (size_t i = 0; same && i < n; i++) {
		int64_t v = number_at(c, i);

		same = v >= 0 && v <= UINT32_MAX;
		own[i] = (uint32_t)v;
	}
	k = same ? sample_sort_unique(own, n) : 0;
	same = same && k == n_set &&
		(k == 0 || memcmp(own, set, k * sizeof(*own)) == 0);
	free(own);
	return same;
}

/* The dashboard's numbers, or of hashes those of 0xDeCA10B's simulation. */
static bool is_text(const struct sql_contribution *c,
		    enum deca_encoder encoder, uint32_t *number, size_t n,
		    const struct encoder_input *in)
{
	if (is_set(c, number, sample_sort_unique(number, n)))
		return true;
	return encoder == DECA_ENCODER_HASHES &&
		encoder_token_hashes(number, &n, in, ENCODER_SEED_NONE,
				     NULL) == DC_OK &&
		is_set(c, number, sample_sort_unique(number, n));
}

static enum dc_status check_words(struct text_check *k,
				  const struct sql_contribution *c,
				  enum deca_encoder encoder,
				  const struct encoder_input *in,
				  struct dc_err *err)
{
	uint32_t *number = k->room->index;
	size_t n;
	enum dc_status st = deca_encoder_text(number, &n, encoder,
					      k->vocabulary, in, err);

	if (st == DC_OK && !is_text(c, encoder, number, n, in))
		st = dc_fail(err, DC_EINVAL, DIFFERS);
	return st;
}

/* Math.round(x * 1E9), or the number itself; false: it is none. */
static bool number_of(int64_t *out, const json_t *v, bool times)
{
	double x;

	if (!times) {
		*out = json_integer_value(v);
		return json_is_integer(v);
	}
	x = json_number_value(v) * 1e9;
	if (!json_is_number(v) || !(x > -9.2e18 && x < 9.2e18))
		return false;
	*out = (int64_t)floor(x);
	*out += x - floor(x) >= 0.5;
	return true;
}

/* A JSON array of numbers. */
static enum dc_status check_numbers(const struct sql_contribution *c,
				    const struct encoder_input *in,
				    bool times, struct dc_err *err)
{
	json_t *root = json_loadb(in->text, in->n, 0, NULL);
	bool same = json_is_array(root) &&
		json_array_size(root) == numbers_of(c);

	for (size_t i = 0; same && i < numbers_of(c); i++) {
		int64_t v;

		same = number_of(&v, json_array_get(root, i), times) &&
			v == number_at(c, i);
	}
	json_decref(root);
	return same ? DC_OK : dc_fail(err, DC_EINVAL, DIFFERS);
}

static enum dc_status check_by_name(struct text_check *k, const char *name,
				    const struct sql_contribution *c,
				    const struct encoder_input *in,
				    struct dc_err *err)
{
	enum deca_encoder encoder = deca_encoder_find(name);

	if (c->pruned)
		return dc_fail(err, DC_EINVAL, "the sample is not here any "
			       "more to check it with");
	switch (encoder) {
	case DECA_ENCODER_HASHES:
	case DECA_ENCODER_VOCABULARY:
		return check_words(k, c, encoder, in, err);
	case DECA_ENCODER_NONE:
	case DECA_ENCODER_TIMES:
		return check_numbers(c, in, encoder == DECA_ENCODER_TIMES,
				     err);
	case DECA_ENCODER_OTHER:
		break;
	}
	return dc_fail(err, DC_EINVAL, "this model's encoder is not known "
		       "here: its texts cannot be checked");
}

enum dc_status text_check(struct text_check *k, const struct sql_model *m,
			  const struct model_spec *spec,
			  const struct sql_contribution *c, const char *text,
			  size_t len, struct dc_err *err)
{
	const struct encoder_input in = { .kind = ENCODER_TEXT, .text = text,
					  .n = len };

	return spec != NULL ? check_ours(k, spec, c, &in, err) :
		check_by_name(k, m->is.encoder, c, &in, err);
}

/* ---- its life ---- */

struct text_check *text_check_new(const struct model_spec *vocabulary)
{
	struct text_check *k = dc_calloc(1, sizeof(*k));

	k->room = dc_malloc(sizeof(*k->room));
	k->vocabulary = vocabulary;
	return k;
}

void text_check_free(struct text_check *k)
{
	if (k == NULL)
		return;
	free(k->room);
	free(k);
}
