/*
 * Texts and the samples that they encode to: by a spec's encoder, or by the
 * encoders that 0xDeCA10B's dashboard knows by name.
 * Source of those: 0xDeCA10B, commit f97e40d, demo/client/src/encoding and
 * components/model.js.
 */
#include "config.h"

#include "server/text_check.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/keccak.h"
#include "models/encoder.h"
#include "server/vocabulary.h"

#define DIFFERS "the text does not encode to what was contributed"

struct text_check {
	struct sample_room *room;
	struct model_spec vocabulary;	/* .encoder NULL: none is set */
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

/* Are the contribution's numbers, modulo m, those of a set? Their order and
 * how often each stands there tell nothing of a text. */
static bool is_set(const struct sql_contribution *c, const struct sample *set,
		   uint32_t m)
{
	size_t n = numbers_of(c), k;
	uint32_t *own = dc_calloc(n + 1, sizeof(*own));
	bool same = true;

	for (size_t i = 0; same && i < n; i++) {
		int64_t v = number_at(c, i);

		same = v >= 0 && v <= UINT32_MAX;
		own[i] = (uint32_t)((uint64_t)v % m);
	}
	k = same ? sample_sort_unique(own, n) : 0;
	same = same && k == set->count &&
		(k == 0 || memcmp(own, set->index, k * sizeof(*own)) == 0);
	free(own);
	return same;
}

/* Whole hashes: no column takes two of them, but for the last one. */
static enum dc_status check_words(struct text_check *k,
				  const struct sql_contribution *c,
				  const struct encoder_input *in,
				  struct dc_err *err)
{
	const struct model_spec whole = { .columns = UINT32_MAX };
	struct sample set;
	enum dc_status st = encoder_murmur3_words.encode(&set, &whole, k->room,
							 in, err);

	if (st == DC_OK && !is_set(c, &set, UINT32_MAX))
		st = dc_fail(err, DC_EINVAL, DIFFERS);
	return st;
}

static enum dc_status check_vocabulary(struct text_check *k,
				       const struct sql_contribution *c,
				       const struct encoder_input *in,
				       struct dc_err *err)
{
	struct sample set;
	enum dc_status st;

	if (k->vocabulary.encoder == NULL)
		return dc_fail(err, DC_EINVAL, "this daemon has no vocabulary "
			       "to check it with");
	st = encoder_encode(&set, &k->vocabulary, k->room, in, err);
	if (st == DC_OK && !is_set(c, &set, UINT32_MAX))
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
	x = floor(json_number_value(v) * 1e9 + 0.5);
	if (!json_is_number(v) || !(x > -9.2e18 && x < 9.2e18))
		return false;
	*out = (int64_t)x;
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

/* Case may differ. */
static enum dc_status check_by_name(struct text_check *k, const char *encoder,
				    const struct sql_contribution *c,
				    const struct encoder_input *in,
				    struct dc_err *err)
{
	if (c->pruned)
		return dc_fail(err, DC_EINVAL, "the sample is not here any "
			       "more to check it with");
	if (strcasecmp(encoder, "MurmurHash3") == 0)
		return check_words(k, c, in, err);
	if (strcasecmp(encoder, "IMDB vocab") == 0)
		return check_vocabulary(k, c, in, err);
	if (strcasecmp(encoder, "none") == 0)
		return check_numbers(c, in, false, err);
	if (strcasecmp(encoder, "Multiply by 1E9, then round") == 0)
		return check_numbers(c, in, true, err);
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

/* A spec that is nothing but its encoder. */
static enum dc_status read_vocabulary(struct model_spec *out,
				      const char *path, struct dc_err *err)
{
	struct dc_buf words, text;
	uint64_t columns = 0;
	enum dc_status st;

	dc_buf_init(&words, (size_t)16 << 20);
	dc_buf_init(&text, (size_t)16 << 20);
	st = vocabulary_put(&words, path, &columns, err);
	dc_buf_printf(&text, "decaid 1\nmodel naive-bayes columns=%llu "
		      "smoothing=1\n", (unsigned long long)columns);
	dc_buf_append(&text, words.data, words.len);
	dc_buf_append_text(&text, "verdict two-fold credit=1 margin=1\n"
			   "sample packed\nclass a\nclass b\n");
	if (st == DC_OK)
		st = spec_parse(out, dc_buf_text(&text), text.len, err);
	dc_buf_clear(&words);
	dc_buf_clear(&text);
	return st;
}

enum dc_status text_check_new(struct text_check **out, const char *vocabulary,
			      struct dc_err *err)
{
	struct text_check *k = dc_calloc(1, sizeof(*k));
	enum dc_status st = DC_OK;

	k->room = dc_malloc(sizeof(*k->room));
	if (*vocabulary != '\0')
		st = read_vocabulary(&k->vocabulary, vocabulary, err);
	if (st == DC_OK) {
		*out = k;
		return DC_OK;
	}
	memset(&k->vocabulary, 0, sizeof(k->vocabulary));
	text_check_free(k);
	return st;
}

void text_check_free(struct text_check *k)
{
	if (k == NULL)
		return;
	spec_clear(&k->vocabulary);
	free(k->room);
	free(k);
}
