/* Data made by the program: texts as sets of words. */
#include "config.h"

#include <stdlib.h>

#include "base/buf.h"
#include "server/scenario_data.h"

#define LENGTHS 5
#define BYTES_MAX ((size_t)1 << 31)

/* How often a word of rank i stands in a text of size A is A / (A + 3 + i):
 * these lengths give 31, 55, 80, 107 and 143 of the first 1,000. */
static const uint32_t lengths[LENGTHS] = { 6, 13, 22, 33, 50 };

/* How far a word's frequency in one class lies from that in both, at most,
 * in percent. With 1,000 columns naive Bayes reaches 84 % then and a
 * perceptron 81 %, as on the IMDB reviews' 1,000 most frequent words. */
#define TILT_PERCENT 30

/* A word is there where 16 random bits are below this. */
struct chances {
	uint32_t columns;
	uint16_t *below;	/* (LENGTHS, 2 classes, columns) */
};

static uint16_t *chances_of(const struct chances *c, size_t length,
			    size_t label)
{
	return c->below + (length * 2 + label) * c->columns;
}

/* Most words say little and a few say much: the cube of an even draw. */
static int64_t tilt_draw(struct random *r)
{
	int64_t u = (int64_t)random_below(r, 1001);
	int64_t tilt = u * u / 1000 * u / 1000;

	return random_below(r, 2) == 0 ? tilt : -tilt;
}

static void chances_make(struct chances *c, uint32_t columns,
			 struct random *r)
{
	c->columns = columns;
	c->below = dc_calloc((size_t)LENGTHS * 2 * columns,
			     sizeof(*c->below));
	for (uint32_t i = 0; i < columns; i++) {
		int64_t tilt = tilt_draw(r);

		for (size_t k = 0; k < LENGTHS; k++) {
			int64_t p = (int64_t)lengths[k] * 60000 /
				(lengths[k] + 3 + i);
			int64_t d = p * tilt / 1000 * TILT_PERCENT / 100;

			if (d > 65535 - p)
				d = 65535 - p;
			if (d < p - 65535)
				d = p - 65535;
			chances_of(c, k, 0)[i] = (uint16_t)(p - d);
			chances_of(c, k, 1)[i] = (uint16_t)(p + d);
		}
	}
}

/* Draw a text; returns how many words it has.  index (columns) */
static uint32_t text_draw(uint32_t *index, const struct chances *c,
			  uint32_t label, struct random *r)
{
	const uint16_t *below = chances_of(c, random_below(r, LENGTHS), label);
	uint64_t bits = 0;
	uint32_t n = 0;

	for (uint32_t i = 0; i < c->columns; i++) {
		bits = i % 4 == 0 ? random_u64(r) : bits >> 16;
		index[n] = i;
		n += (uint16_t)bits < below[i];
	}
	return n;
}

static void rows_draw(struct scenario_data *out, const struct chances *c,
		      uint32_t *index, struct random *r)
{
	struct dc_buf b;
	size_t len;

	dc_buf_init(&b, BYTES_MAX);
	for (uint32_t i = 0; i < out->n_row; i++) {
		struct sim_row *row = &out->row[i];
		struct sample x = { .kind = SAMPLE_BINARY, .index = index };

		row->label = (uint32_t)random_below(r, 2);
		x.count = text_draw(index, c, row->label, r);
		row->at = b.len;
		sample_encode(&b, &x);
		row->len = (uint32_t)(b.len - row->at);
	}
	DC_CHECK(!dc_buf_failed(&b));
	out->bytes = dc_buf_take(&b, &len);
}

static void held_draw(struct scenario_data *out, const struct chances *c,
		      uint32_t *index, struct random *r)
{
	const uint32_t *at;
	struct dc_buf b;
	size_t len;

	dc_buf_init(&b, BYTES_MAX);
	for (uint32_t i = 0; i < out->n_held; i++) {
		struct sample *x = &out->held[i];

		out->held_label[i] = (uint32_t)random_below(r, 2);
		x->kind = SAMPLE_BINARY;
		x->count = text_draw(index, c, out->held_label[i], r);
		dc_buf_append(&b, index, x->count * sizeof(*index));
	}
	DC_CHECK(!dc_buf_failed(&b));
	out->held_index = (uint32_t *)(void *)dc_buf_take(&b, &len);
	at = out->held_index;
	for (uint32_t i = 0; i < out->n_held; i++) {
		out->held[i].index = at;
		at += out->held[i].count;
	}
}

void scenario_data_words(struct scenario_data *out, uint32_t columns,
			 uint32_t n_row, uint32_t n_held, uint64_t seed)
{
	uint32_t *index = dc_calloc(columns, sizeof(*index));
	struct chances c;
	struct random r;

	random_seed(&r, seed);
	chances_make(&c, columns, &r);
	out->n_row = n_row;
	out->row = dc_calloc(n_row, sizeof(*out->row));
	rows_draw(out, &c, index, &r);
	out->n_held = n_held;
	out->held = dc_calloc(n_held, sizeof(*out->held));
	out->held_label = dc_calloc(n_held, sizeof(*out->held_label));
	held_draw(out, &c, index, &r);
	free(c.below);
	free(index);
}
