/* A mirror's state as bytes. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/keccak.h"
#include "oracle/deca_kept.h"

#define MAGIC "decaid mirror 1\n"
#define MAGIC_BYTES 16
#define BODY (MAGIC_BYTES + 32)
#define CLASS_BYTES 72
#define CELL_BYTES 28
#define CLASSES_MAX 1025	/* of oracle/deca_read.h's, and one added */

/* --- out ------------------------------------------------------------------ */

static void put_be(struct dc_buf *out, uint64_t v, unsigned bytes)
{
	for (unsigned i = bytes; i-- > 0;)
		dc_buf_append_byte(out, (uint8_t)(v >> (8 * i)));
}

static void put_u256(struct dc_buf *out, struct u256 v)
{
	uint8_t be[32];

	u256_to_be(v, be);
	dc_buf_append(out, be, sizeof(be));
}

static void put_stats(struct dc_buf *out, const struct deca_mirror_stats *s)
{
	const uint64_t v[] = { s->contributions, s->agreed_before, s->refunds,
			       s->reports, s->rereads, s->rewinds, s->audited,
			       s->differed, s->unanswered };

	for (size_t i = 0; i < DC_ARRAY_LEN(v); i++)
		put_be(out, v[i], 8);
}

static uint32_t classes_of(const struct deca_model *m)
{
	return m->n_count > m->n_class ? (uint32_t)m->n_count : m->n_class;
}

static void put_classes(struct dc_buf *out, const struct deca_model *m)
{
	for (uint32_t k = 0; k < classes_of(m); k++) {
		const struct deca_class *c = deca_class_at(m, k);

		put_u256(out, c->count);
		put_u256(out, c->total);
		put_be(out, c->length, 8);
	}
}

static int cell_order(const void *a, const void *b)
{
	const struct deca_cell *x = a, *y = b;

	if (x->klass != y->klass)
		return x->klass < y->klass ? -1 : 1;
	return x->index < y->index ? -1 : x->index > y->index;
}

/* A table has them in the order of its size; a file in one that stays. */
static void put_cells(struct dc_buf *out, const struct deca_model *m)
{
	struct deca_cell *cell = dc_calloc(m->n_cell + 1, sizeof(*cell));
	const struct deca_cell *one;
	uint64_t at = 0;
	size_t n = 0;

	while ((one = deca_cell_next(m, &at)) != NULL)
		cell[n++] = *one;
	qsort(cell, n, sizeof(*cell), cell_order);
	for (size_t i = 0; i < n; i++) {
		put_be(out, cell[i].klass, 4);
		put_be(out, cell[i].index, 8);
		put_be(out, cell[i].high, 8);
		put_be(out, cell[i].low, 8);
	}
	free(cell);
}

void deca_kept_export(struct dc_buf *out, const struct deca_kept *kept)
{
	static const uint8_t unknown[32];
	const struct deca_model *m = kept->model;
	size_t begin = out->len;
	struct hash32 hash;

	dc_buf_append(out, MAGIC, MAGIC_BYTES);
	dc_buf_append(out, unknown, sizeof(unknown));
	dc_buf_append(out, kept->trainer.b, sizeof(kept->trainer.b));
	dc_buf_append(out, kept->classifier.b, sizeof(kept->classifier.b));
	put_be(out, kept->at.number, 8);
	dc_buf_append(out, kept->at.hash.b, sizeof(kept->at.hash.b));
	put_be(out, kept->at.time_s, 8);
	put_stats(out, &kept->stats);
	put_be(out, m->kind, 4);
	put_be(out, m->n_class, 4);
	put_be(out, m->n_names, 8);
	put_be(out, m->n_count, 8);
	put_be(out, m->n_cell, 8);
	put_be(out, m->learning_rate, 4);
	put_be(out, m->smoothing, 4);
	put_u256(out, m->intercept);
	put_u256(out, m->total_features);
	put_classes(out, m);
	put_cells(out, m);
	if (dc_buf_failed(out))
		return;
	keccak256(&hash, out->data + begin + BODY, out->len - begin - BODY);
	memcpy(out->data + begin + MAGIC_BYTES, hash.b, sizeof(hash.b));
}

/* --- in ------------------------------------------------------------------- */

/* What is left; short: something was not there, and reads as 0. */
struct reader {
	const uint8_t *at, *end;
	bool is_short;
};

static const uint8_t *take(struct reader *r, size_t n)
{
	static const uint8_t none[32];
	const uint8_t *at = r->at;

	r->is_short |= (size_t)(r->end - r->at) < n;
	if (r->is_short)
		return none;
	r->at += n;
	return at;
}

static uint64_t take_be(struct reader *r, unsigned bytes)
{
	const uint8_t *at = take(r, bytes);
	uint64_t v = 0;

	for (unsigned i = 0; i < bytes; i++)
		v = v << 8 | at[i];
	return v;
}

static struct u256 take_u256(struct reader *r)
{
	return u256_from_be(take(r, 32));
}

static void take_stats(struct reader *r, struct deca_mirror_stats *s)
{
	uint64_t *const to[] = { &s->contributions, &s->agreed_before,
				 &s->refunds, &s->reports, &s->rereads,
				 &s->rewinds, &s->audited, &s->differed,
				 &s->unanswered };

	*s = (struct deca_mirror_stats){ .audited = 0 };
	for (size_t i = 0; i < DC_ARRAY_LEN(to); i++)
		*to[i] = take_be(r, 8);
}

static void take_whose(struct reader *r, struct deca_kept *out)
{
	memcpy(out->trainer.b, take(r, 20), 20);
	memcpy(out->classifier.b, take(r, 20), 20);
	out->at.number = take_be(r, 8);
	memcpy(out->at.hash.b, take(r, 32), 32);
	out->at.time_s = take_be(r, 8);
	take_stats(r, &out->stats);
}

/* The header, without what it counts. false: no such model. */
static bool take_header(struct reader *r, struct deca_model *m)
{
	memset(m, 0, sizeof(*m));
	m->kind = (uint32_t)take_be(r, 4);
	m->n_class = (uint32_t)take_be(r, 4);
	m->n_names = take_be(r, 8);
	m->n_count = take_be(r, 8);
	m->n_cell = take_be(r, 8);
	m->learning_rate = (uint32_t)take_be(r, 4);
	m->smoothing = (uint32_t)take_be(r, 4);
	m->intercept = take_u256(r);
	m->total_features = take_u256(r);
	return !r->is_short && m->kind < DECA_KINDS &&
		m->n_class <= CLASSES_MAX && m->n_count <= CLASSES_MAX &&
		m->n_cell <= DECA_KEPT_BYTES_MAX / CELL_BYTES;
}

static void take_classes(struct reader *r, struct deca_model *m,
			 const struct deca_model *header)
{
	uint32_t n = classes_of(header);
	struct deca_class *klass = dc_calloc((size_t)n + 1, sizeof(*klass));

	for (uint32_t k = 0; k < n; k++) {
		klass[k].count = take_u256(r);
		klass[k].total = take_u256(r);
		klass[k].length = take_be(r, 8);
	}
	DC_CHECK(deca_classes_load(m, klass, header->n_class,
				   (uint32_t)header->n_count));
	free(klass);
}

/* false: not ascending, or of a class that is none. */
static bool take_cells(struct reader *r, struct deca_model *m, uint64_t n)
{
	struct deca_cell was = { .index = 0 };

	for (uint64_t i = 0; i < n; i++) {
		struct deca_cell cell = { .klass = (uint32_t)take_be(r, 4) };

		cell.index = take_be(r, 8);
		cell.high = take_be(r, 8);
		cell.low = take_be(r, 8);
		if (cell.klass >= m->n_class ||
		    (i > 0 && cell_order(&was, &cell) >= 0) ||
		    !deca_cell_load(m, &cell))
			return false;
		was = cell;
	}
	return true;
}

static enum dc_status take_model(struct reader *r, struct deca_model **out,
				 struct dc_err *err)
{
	struct deca_model header, *m;
	struct deca_room room;

	if (!take_header(r, &header) ||
	    (size_t)(r->end - r->at) != (size_t)classes_of(&header) *
	    CLASS_BYTES + header.n_cell * CELL_BYTES)
		return dc_fail(err, DC_EINVAL, "it is not as long as it says");
	room = (struct deca_room){ classes_of(&header) + 1,
				   header.n_cell + 256 };
	m = deca_model_init(dc_malloc(deca_model_size(room)),
			    (enum deca_kind)header.kind, room);
	m->n_names = header.n_names;
	m->learning_rate = header.learning_rate;
	m->smoothing = header.smoothing;
	m->intercept = header.intercept;
	m->total_features = header.total_features;
	take_classes(r, m, &header);
	if (!take_cells(r, m, header.n_cell)) {
		free(m);
		return dc_fail(err, DC_EINVAL, "its cells are out of order");
	}
	*out = m;
	return DC_OK;
}

enum dc_status deca_kept_import(struct deca_kept *out, const uint8_t *in,
				size_t len, struct dc_err *err)
{
	struct reader r;
	struct hash32 hash;

	if (len < BODY || memcmp(in, MAGIC, MAGIC_BYTES) != 0)
		return dc_fail(err, DC_EINVAL, "no state of a mirror");
	keccak256(&hash, in + BODY, len - BODY);
	if (memcmp(in + MAGIC_BYTES, hash.b, sizeof(hash.b)) != 0)
		return dc_fail(err, DC_EINVAL, "its bytes are not those that "
			       "were written");
	r = (struct reader){ .at = in + BODY, .end = in + len };
	take_whose(&r, out);
	return take_model(&r, &out->model, err);
}
