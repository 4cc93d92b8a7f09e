/* check_models_start.c: starting weights packed, unpacked, and begun from. */

#include "config.h"

#include <string.h>

#include "models/learner.h"
#include "models/start.h"
#include "tests/unit/unit.h"

#define CELLS 400

static void goes_round(const int64_t *cells, size_t n, size_t most)
{
	int64_t again[CELLS] = { 0 };
	struct dc_err err = DC_ERR_INIT;
	struct dc_buf b;

	dc_buf_init(&b, START_BYTES_MAX);
	start_encode(&b, cells, n);
	ck_assert(!dc_buf_failed(&b));
	ck_assert_msg(start_decode(again, n, b.data, b.len, &err) == DC_OK,
		      "%s", err.text);
	unit_require(memcmp(cells, again, n * sizeof(*cells)) == 0);
	ck_assert_uint_le(b.len, most);
	dc_buf_clear(&b);
}

START_TEST(any_cells_go_round)
{
	static const int64_t edges[] = {
		0, 0, 1, -1, INT64_C(1) << 61, -(INT64_C(1) << 61), -1, 1000,
		999, DC_FX9_ONE, -DC_FX9_ONE, -1, -1, 0, 0, 0
	};
	uint64_t state = 11;
	int64_t cells[CELLS];

	for (unsigned round = 0; round < 3000; round++) {
		size_t n = 1 + unit_random(&state) % CELLS;

		for (size_t i = 0; i < n; i++)
			cells[i] = unit_random(&state) % (1 + round % 7) != 0
				? 0 : edges[unit_random(&state) %
					    DC_ARRAY_LEN(edges)];
		goes_round(cells, n, 12 * n + 12);
	}
}
END_TEST

/* A word for a weight with its sign, whatever its unit; and zeros cost a run
 * alone. */
START_TEST(what_is_packed_is_short)
{
	int64_t cells[CELLS] = { 0 };

	goes_round(cells, CELLS, 10);
	for (unsigned i = 0; i < CELLS; i += 2) {
		cells[i] = (i % 4 ? -1 : 1) * (int64_t)(1 + i) * 10000000;
		cells[i + 1] = cells[i] < 0 ? -1 : 0;
	}
	/* 1 to 399 hundredths: at most 2 bytes each */
	goes_round(cells, CELLS, CELLS / 2 * 2 + 10);
	memset(cells, 0, sizeof(cells));
	cells[CELLS - 1] = 5;
	goes_round(cells, CELLS, 8);
}
END_TEST

START_TEST(what_is_no_packing_is_refused)
{
	static const struct {
		const char *bytes;
		size_t n;
	} bad[] = {
		{ "", 0 },		/* no unit */
		{ "\x00", 1 },		/* a unit of 0 */
		{ "\x80\x00", 2 },	/* not the shortest */
		{ "\x01\x00", 2 },	/* a gap without a count */
		{ "\x01\x00\x00", 3 },	/* a count of 0 */
		{ "\x01\x00\x01", 3 },	/* a word is missing */
		{ "\x01\x0b\x01\x04", 4 },	/* beyond the cells */
		{ "\x01\x0a\x01\x04", 4 },	/* likewise */
		{ "\x01\x09\x01\x05", 4 },	/* its sign is beyond */
		{ "\x01\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\x01\x04",
		  13 },			/* a gap that wraps */
		{ "\x80\x80\x90\xbb\xba\xd6\xad\xf0\x0e\x00\x01\x04", 12 },
		{ "\x01\x00\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\x04",
		  13 },			/* a count of 2^64 - 1 */
		{ "\x80\x80\x90\xbb\xba\xd6\xad\xf0\x0d\x00\x01\xff\xff\xff"
		  "\x7f", 15 },		/* a product beyond int64 */
	};

	for (size_t i = 0; i < DC_ARRAY_LEN(bad); i++) {
		struct dc_err err = DC_ERR_INIT;
		int64_t cells[10] = { 0 };

		ck_assert_msg(start_decode(cells, 10,
					   (const uint8_t *)bad[i].bytes,
					   bad[i].n, &err) == DC_EINVAL,
			      "case %zu", i);
		ck_assert_int_eq(strncmp(err.text, "start: ", 7), 0);
	}
}
END_TEST

#define HEAD "decaid 1\nmodel deca-sparse-perceptron columns=4 " \
	"learning-rate=500000000\nencoder none\n" \
	"verdict two-fold credit=1 margin=1\nsample packed\n"
#define TAIL "class a\nclass b\n"
/* unit 10^8; an intercept of -0.5, then the weight of column 2: 0.3 */
#define BYTES "\x80\xc2\xd7\x2f" "\x00\x01\x13" "\x04\x01\x0d"
#define TEXT HEAD "start 10\n" TAIL BYTES

static enum dc_status parse(struct model_spec *s, const char *text, size_t n,
			    struct dc_err *err)
{
	*err = (struct dc_err)DC_ERR_INIT;
	return spec_parse(s, text, n, err);
}

START_TEST(a_spec_carries_its_start)
{
	struct dc_err err;
	struct model_spec s;
	struct dc_buf b;

	ck_assert_msg(parse(&s, TEXT, sizeof(TEXT) - 1, &err) == DC_OK, "%s",
		      err.text);
	ck_assert_uint_eq(s.n_start, 10);
	ck_assert_uint_eq(s.n_class, 2);
	dc_buf_init(&b, SPEC_BYTES_MAX);
	spec_format(&b, &s);
	ck_assert_uint_eq(b.len, sizeof(TEXT) - 1);
	ck_assert_mem_eq(b.data, TEXT, sizeof(TEXT) - 1);
	ck_assert_uint_eq(spec_lines_len(TEXT, sizeof(TEXT) - 1),
			  sizeof(TEXT) - 11);
	ck_assert_uint_eq(spec_lines_len(HEAD, sizeof(HEAD) - 1),
			  sizeof(HEAD) - 1);
	dc_buf_clear(&b);
	spec_clear(&s);
}
END_TEST

static void refused(const char *text, size_t n, const char *words)
{
	struct dc_err err;
	struct model_spec s;

	ck_assert_int_eq(parse(&s, text, n, &err), DC_EINVAL);
	ck_assert_msg(strstr(err.text, words) != NULL, "%s", err.text);
}

#define REFUSED(text, words) refused(text, sizeof(text) - 1, words)

START_TEST(a_start_that_no_model_can_be_in_is_refused)
{
	REFUSED(HEAD "start 0\n" TAIL, "spec line 6: expected start NUMBER");
	REFUSED(HEAD "start 010\n" TAIL BYTES, "expected start NUMBER");
	REFUSED(HEAD "start x\n" TAIL BYTES, "expected start NUMBER");
	REFUSED(HEAD "start 999\n" TAIL BYTES, "not behind it");
	REFUSED(HEAD "start 120001\n" TAIL BYTES, "not behind it");
	/* a byte more or less is a byte of the classes, or of the start */
	REFUSED(HEAD "start 9\n" TAIL BYTES, "spec line 9");
	REFUSED(HEAD "start 11\n" TAIL BYTES, "lines of classes must follow");
	/* a weight of 2^80 is none: its second cell is 2^16 */
	REFUSED(HEAD "start 8\n" TAIL "\x01\x03\x01\x80\x80\x10\x00\x01",
		"start: ");
	REFUSED(HEAD "start 6\n" TAIL "\x01\x03\x01\x80\x80\x10",
		"start: no state of a deca-sparse-perceptron");
	/* a trainer's spec hash covers it */
	REFUSED(TEXT "x", "spec line 9");
}
END_TEST

/* Served model and folds begin alike; the state's root says so. */
START_TEST(a_learner_begins_from_the_start)
{
	const uint32_t index[] = { 2 };
	const struct sample x = { SAMPLE_BINARY, 1, index, NULL };
	struct dc_err err;
	struct model_spec s;
	struct learner l;
	struct hash32 root, again;
	int64_t *cells, scores[2];
	void *work;
	uint32_t label;

	ck_assert_int_eq(parse(&s, TEXT, sizeof(TEXT) - 1, &err), DC_OK);
	cells = dc_malloc(learner_cells(&s) * sizeof(*cells));
	work = dc_malloc(learner_work_size(&s));
	learner_init(&l, &s, cells, work);
	for (unsigned i = 0; i < 3; i++) {
		ck_assert_int_eq(l.model[i].cells[0], -500000000);
		ck_assert_int_eq(l.model[i].cells[1], -1);
		ck_assert_int_eq(l.model[i].cells[2 + 2 * 2], 300000000);
	}
	ck_assert(learner_predict(&l, scores, &label, &x));
	ck_assert_int_eq(scores[1], -200000000);
	ck_assert_uint_eq(label, 0);
	ck_assert_uint_eq(learner_count(&l, LEARNER_SEEN), 0);
	learner_root(&l, &root);
	learner_init(&l, &s, cells, work);
	learner_root(&l, &again);
	ck_assert(hash32_equal(&root, &again));
	free(cells);
	free(work);
	spec_clear(&s);
}
END_TEST

UNIT_MAIN("models/start", any_cells_go_round, what_is_packed_is_short,
	  what_is_no_packing_is_refused, a_spec_carries_its_start,
	  a_start_that_no_model_can_be_in_is_refused,
	  a_learner_begins_from_the_start)
