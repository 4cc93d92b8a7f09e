/*
 * check_models_suspicion.c: flipped labels are found by their neighbours, on
 * real data where it is beside the source folder, on the end positions of
 * tic-tac-toe anywhere; and what the memory promises.
 */

#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/keccak.h"
#include "models/encoder.h"
#include "models/suspicion.h"
#include "tests/unit/unit.h"

#define DATA "../shared/data"
#define ROW_BYTES 65536
#define ROWS_MAX 32768

#define SPEC(columns) \
	"decaid 1\nmodel sparse-perceptron columns=" columns \
	" learning-rate=1000000000\nencoder murmur3-words\n" \
	"verdict two-fold credit=1000000000 margin=2000000000\n" \
	"sample packed\nclass CLICKBAIT\nclass HAM\nclass NEWS\nclass SPAM\n"

static struct sample_room room;
static char line[ROW_BYTES];

struct memory {
	struct model_spec spec;
	struct suspicion s;
	void *block;
};

static void memory_open(struct memory *m, const char *text)
{
	ck_assert_int_eq(spec_parse(&m->spec, text, strlen(text), NULL),
			 DC_OK);
	m->block = dc_malloc(suspicion_size(&m->spec));
	suspicion_init(&m->s, &m->spec, m->block);
}

static void memory_close(struct memory *m)
{
	free(m->block);
	spec_clear(&m->spec);
}

static struct addr20 account(uint64_t i)
{
	return (struct addr20){ { (uint8_t)i, (uint8_t)(i >> 8), 1 } };
}

static uint32_t see(struct memory *m, const struct sample *x, uint32_t label,
		    uint64_t who)
{
	struct addr20 a = account(who);
	struct suspicion_case c = { x, label, &a };
	uint32_t ppm = suspicion_see(&m->s, &c);

	unit_require(ppm < SUSPICION_ONE);
	return ppm;
}

/* ---- how well flips are found ---- */

struct ranked {
	uint32_t ppm;
	bool flipped;
};

static struct ranked list[ROWS_MAX];
static uint32_t n_list;

static int by_suspicion(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;

	return (x->ppm < y->ppm) - (x->ppm > y->ppm);
}

/* Mean over the flipped rows of the precision at their rank, in thousandths.
 * Source: Manning, Raghavan, Schuetze 2008, 8.4. */
static unsigned average_precision(void)
{
	double sum = 0;
	uint32_t hits = 0;

	qsort(list, n_list, sizeof(*list), by_suspicion);
	for (uint32_t i = 0; i < n_list; i++)
		if (list[i].flipped)
			sum += (double)++hits / (i + 1);
	return (unsigned)(1000 * sum / hits);
}

/* One row; a label in ten is another one of the two. */
static void give(struct memory *m, const struct sample *x, uint32_t label,
		 uint32_t other, uint64_t *state, uint64_t accounts)
{
	bool flip = unit_random(state) % 10 == 0;

	unit_require(n_list < ROWS_MAX);
	list[n_list].flipped = flip;
	list[n_list++].ppm = see(m, x, flip ? other : label,
				 unit_random(state) % accounts);
}

static void print_precision(const char *name, unsigned found)
{
	uint64_t state = 5;

	for (uint32_t i = 0; i < n_list; i++)
		list[i].ppm = (uint32_t)(unit_random(&state) % SUSPICION_ONE);
	printf("%-12s average precision 0.%03u, by chance 0.%03u\n", name,
	       found, average_precision());
}

static FILE *data_open(const char *name)
{
	const char *srcdir = getenv("srcdir");
	char path[512], command[600];

	snprintf(path, sizeof(path), "%s/" DATA "/%s.train.tsv.gz",
		 srcdir != NULL ? srcdir : ".", name);
	if (access(path, R_OK) != 0) {
		printf("skipped: no %s\n", path);
		return NULL;
	}
	snprintf(command, sizeof(command), "gzip -dc '%s'", path);
	return popen(command, "r");
}

static void text_give(struct memory *m, const uint32_t pair[2],
		      uint64_t *state, uint64_t accounts)
{
	struct encoder_input in = { .kind = ENCODER_TEXT };
	char *tab = strchr(line, '\t');
	struct sample x;
	uint32_t label;

	ck_assert_ptr_nonnull(tab);
	*tab = '\0';
	unit_require(spec_class_find(&label, &m->spec, line));
	in.text = tab + 1;
	in.n = strlen(in.text);
	unit_require(encoder_encode(&x, &m->spec, &room, &in, NULL) == DC_OK);
	give(m, &x, label, label == pair[0] ? pair[1] : pair[0], state,
	     accounts);
}

/* One account, or many: who has only his own rows to compare with is not
 * worse off. */
static void texts_check(const char *name, uint32_t a, uint32_t b,
			uint64_t accounts)
{
	const uint32_t pair[2] = { a, b };
	FILE *f = data_open(name);
	struct memory m;
	uint64_t state = 7;
	unsigned found;

	if (f == NULL)
		return;
	n_list = 0;
	memory_open(&m, SPEC("65536"));
	while (fgets(line, sizeof(line), f) != NULL)
		text_give(&m, pair, &state, accounts);
	pclose(f);
	found = average_precision();
	print_precision(name, found);
	ck_assert_uint_ge(found, 600);
	memory_close(&m);
}

START_TEST(flipped_messages_are_found)
{
	texts_check("sms", 1, 3, 1);
	texts_check("sms", 1, 3, 50);
}
END_TEST

START_TEST(flipped_headlines_are_found)
{
	texts_check("clickbait", 0, 2, 1);
	texts_check("clickbait", 0, 2, 50);
}
END_TEST

/* ---- tic-tac-toe, all 958 ends of a game; has x won? ---- */

#define CELLS 9

struct end {
	int64_t cell[CELLS];	/* 1 x, -1 o, 0 blank, fx9 */
	bool won;
};

static struct end ends[1000];
static uint32_t n_ends;

static int three(const int8_t *b)
{
	static const uint8_t lines[8][3] = {
		{ 0, 1, 2 }, { 3, 4, 5 }, { 6, 7, 8 }, { 0, 3, 6 },
		{ 1, 4, 7 }, { 2, 5, 8 }, { 0, 4, 8 }, { 2, 4, 6 }
	};

	for (unsigned i = 0; i < 8; i++)
		if (b[lines[i][0]] != 0 && b[lines[i][0]] == b[lines[i][1]] &&
		    b[lines[i][1]] == b[lines[i][2]])
			return b[lines[i][0]];
	return 0;
}

static void end_add(const int8_t *b, bool won)
{
	struct end e = { .won = won };

	for (unsigned i = 0; i < CELLS; i++)
		e.cell[i] = b[i] * DC_FX9_ONE;
	for (uint32_t i = 0; i < n_ends; i++)
		if (memcmp(ends[i].cell, e.cell, sizeof(e.cell)) == 0)
			return;
	ends[n_ends++] = e;
}

static void play(int8_t *b, int8_t who, unsigned moves)
{
	int winner = three(b);

	if (winner != 0 || moves == CELLS) {
		end_add(b, winner == 1);
		return;
	}
	for (unsigned i = 0; i < CELLS; i++)
		if (b[i] == 0) {
			b[i] = who;
			play(b, (int8_t)-who, moves + 1);
			b[i] = 0;
		}
}

/* The same order on every machine, wins and the rest mixed. */
static void ends_make(void)
{
	int8_t board[CELLS] = { 0 };
	uint64_t state = 3;

	n_ends = 0;
	play(board, 1, 0);
	ck_assert_uint_eq(n_ends, 958);
	for (uint32_t i = n_ends - 1; i > 0; i--) {
		uint32_t k = (uint32_t)(unit_random(&state) % (i + 1));
		struct end e = ends[i];

		ends[i] = ends[k];
		ends[k] = e;
	}
}

static void ends_give(struct memory *m, uint64_t *state)
{
	n_list = 0;
	for (uint32_t i = 0; i < n_ends; i++) {
		struct sample x = { SAMPLE_DENSE, CELLS, NULL, ends[i].cell };

		give(m, &x, ends[i].won, !ends[i].won, state, 20);
	}
}

START_TEST(flipped_ends_of_tic_tac_toe_are_found)
{
	struct memory m;
	uint64_t state = 7;
	unsigned found;

	ends_make();
	memory_open(&m, SPEC("9"));
	ends_give(&m, &state);
	found = average_precision();
	print_precision("tic-tac-toe", found);
	ck_assert_uint_ge(found, 600);
	memory_close(&m);
}
END_TEST

/* ---- the numbers themselves ---- */

/* Two topics of 40 columns, and 200 columns of neither. */
static uint32_t topic_row(uint32_t *index, uint32_t label, uint64_t *state)
{
	for (unsigned i = 0; i < 8; i++)
		index[i] = i < 7 ?
			label * 40 + (uint32_t)(unit_random(state) % 40) :
			80 + (uint32_t)(unit_random(state) % 200);
	return (uint32_t)sample_sort_unique(index, 8);
}

static uint32_t topic_see(struct memory *m, uint32_t label, uint32_t said,
			  uint64_t who, uint64_t *state)
{
	uint32_t index[8];
	struct sample x = { .kind = SAMPLE_BINARY, .index = index };

	x.count = topic_row(index, label, state);
	return see(m, &x, said, who);
}

/* Held against a change of any of them, on any machine and compiler. */
START_TEST(the_same_rows_give_the_same_numbers)
{
	uint64_t state = 11, flips = 7;
	uint8_t bytes[4 * 1958];
	struct hash32 hash;
	struct memory m;
	char text[HASH32_TEXT_BYTES];

	memory_open(&m, SPEC("9"));
	ends_make();
	ends_give(&m, &flips);
	memory_close(&m);
	memory_open(&m, SPEC("280"));
	for (uint32_t i = 0; i < 1000; i++, n_list++)
		list[n_list].ppm = topic_see(&m, i % 2, i % 2 ^ (i % 9 == 0),
					     i % 13, &state);
	memory_close(&m);
	for (uint32_t i = 0; i < n_list; i++)
		memcpy(bytes + 4 * (size_t)i, (uint8_t[]){
			(uint8_t)list[i].ppm, (uint8_t)(list[i].ppm >> 8),
			(uint8_t)(list[i].ppm >> 16), 0 }, 4);
	keccak256(&hash, bytes, sizeof(bytes));
	hash32_format(&hash, text);
	ck_assert_str_eq(text, "0x46f28a6fd6203cff8d13259e9e02134f"
			 "24f82e03ce83f852e717c9ccf1246a86");
}
END_TEST

START_TEST(what_nothing_is_near_is_a_tenth)
{
	uint64_t state = 1;
	int64_t one[280] = { 0 };
	struct sample dense = { SAMPLE_DENSE, 280, NULL, one };
	struct sample none = { .kind = SAMPLE_BINARY };
	struct memory m;

	memory_open(&m, SPEC("280"));
	ck_assert_uint_eq(topic_see(&m, 0, 0, 1, &state), 99975);
	ck_assert_uint_eq(see(&m, &dense, 1, 1), 99975);
	ck_assert_uint_eq(see(&m, &none, 1, 2), 99975);
	memory_close(&m);
}
END_TEST

START_TEST(another_label_than_its_neighbours_is_suspicious)
{
	uint64_t state = 1;
	struct memory m;

	memory_open(&m, SPEC("280"));
	for (uint32_t i = 0; i < 200; i++)
		(void)topic_see(&m, i % 2, i % 2, i % 10, &state);
	ck_assert_uint_lt(topic_see(&m, 0, 0, 77, &state), 150000);
	ck_assert_uint_gt(topic_see(&m, 0, 1, 77, &state), 800000);
	/* a label that nobody ever gave */
	ck_assert_uint_gt(topic_see(&m, 1, 3, 77, &state), 850000);
	memory_close(&m);
}
END_TEST

/* His own rows are as near as can be, and do not vote. */
START_TEST(nobody_vouches_for_himself)
{
	uint32_t index[8], first = 0, last = 0;
	struct sample x = { .kind = SAMPLE_BINARY, .index = index };
	uint64_t state = 1;
	struct memory m;

	memory_open(&m, SPEC("280"));
	for (uint32_t i = 0; i < 400; i++)
		(void)topic_see(&m, i % 2, i % 2, i % 10, &state);
	x.count = topic_row(index, 0, &state);
	for (uint32_t i = 0; i < 6; i++) {
		last = see(&m, &x, 1, 99);
		first = i == 0 ? last : first;
	}
	ck_assert_uint_gt(first, 700000);
	ck_assert_uint_gt(last, 700000);
	memory_close(&m);
}
END_TEST

/* Rows that only share a column with what the window lost have no votes. */
START_TEST(what_left_the_window_votes_no_more)
{
	uint32_t column[1] = { 278 };
	struct sample x = { SAMPLE_BINARY, 1, column, NULL };
	struct memory m;

	memory_open(&m, SPEC("280"));
	for (uint32_t i = 0; i < 5; i++)
		(void)see(&m, &x, 0, i);
	column[0] = 1;
	for (uint32_t i = 0; i < SUSPICION_SPARSE_ROWS - 1; i++)
		(void)see(&m, &x, 0, 500 + i % 7);
	column[0] = 278;
	ck_assert_uint_gt(see(&m, &x, 1, 9), 500000);	/* one is left */
	memory_close(&m);
	memory_open(&m, SPEC("280"));
	(void)see(&m, &x, 0, 8);
	column[0] = 1;
	for (uint32_t i = 0; i < SUSPICION_SPARSE_ROWS; i++)
		(void)see(&m, &x, 0, 500 + i % 7);
	column[0] = 278;
	ck_assert_uint_eq(see(&m, &x, 1, 9), 99975);
	memory_close(&m);
}
END_TEST

/* ---- as bytes ---- */

static uint64_t both_see(struct memory *m, uint32_t i, uint64_t *state)
{
	int64_t value[280];
	struct sample x = { SAMPLE_DENSE, 280, NULL, value };
	uint32_t ppm = topic_see(m, i % 2, i % 2 ^ (i % 7 == 0), i % 5, state);

	for (unsigned k = 0; k < 280; k++)
		value[k] = (int64_t)(unit_random(state) % 1000000) +
			(i % 2) * INT64_C(300000);
	return (uint64_t)ppm << 32 | see(m, &x, i % 2, i % 5);
}

START_TEST(what_is_taken_in_again_goes_on_alike)
{
	uint64_t a_state = 1, b_state;
	struct memory a, b;
	uint8_t *bytes;
	size_t len;

	memory_open(&a, SPEC("280"));
	memory_open(&b, SPEC("280"));
	for (uint32_t i = 0; i < 1500; i++)
		(void)both_see(&a, i, &a_state);
	len = suspicion_export_size(&a.spec);
	bytes = dc_malloc(len);
	suspicion_export(&a.s, bytes);
	ck_assert_int_eq(suspicion_import(&b.s, &b.spec, bytes, len, NULL),
			 DC_OK);
	b_state = a_state;
	for (uint32_t i = 0; i < 500; i++)
		unit_require(both_see(&a, i, &a_state) ==
			     both_see(&b, i, &b_state));
	free(bytes);
	memory_close(&a);
	memory_close(&b);
}
END_TEST

START_TEST(other_bytes_are_refused)
{
	struct memory m;
	uint8_t *bytes;
	size_t len;

	memory_open(&m, SPEC("280"));
	len = suspicion_export_size(&m.spec);
	bytes = dc_malloc(len + 1);
	suspicion_export(&m.s, bytes);
	ck_assert_int_eq(suspicion_import(&m.s, &m.spec, bytes, len, NULL),
			 DC_OK);
	ck_assert_int_eq(suspicion_import(&m.s, &m.spec, bytes, len - 1,
					  NULL), DC_EINVAL);
	ck_assert_int_eq(suspicion_import(&m.s, &m.spec, bytes, len + 1,
					  NULL), DC_EINVAL);
	ck_assert_int_eq(suspicion_import(&m.s, &m.spec, bytes, 0, NULL),
			 DC_EINVAL);
	bytes[0] ^= 1;
	ck_assert_int_eq(suspicion_import(&m.s, &m.spec, bytes, len, NULL),
			 DC_EINVAL);
	free(bytes);
	memory_close(&m);
}
END_TEST

/* Rows of 60,000 columns are compared by a part of them, the same part. */
START_TEST(very_long_rows_have_neighbours_too)
{
	static uint32_t index[60000];
	struct sample x = { SAMPLE_BINARY, 60000, index, NULL };
	struct memory m;

	memory_open(&m, SPEC("4194304"));
	for (uint32_t i = 0; i < 60000; i++)
		index[i] = i * 3;
	for (uint32_t i = 0; i < 40; i++) {
		index[0] = i % 2;
		(void)see(&m, &x, 0, i);
		for (uint32_t k = 0; k < 60000; k++)
			index[k] ^= (k & 1) << 20;
		sample_sort_unique(index, 60000);
		(void)see(&m, &x, 1, i);
		for (uint32_t k = 0; k < 60000; k++)
			index[k] = k * 3;
	}
	ck_assert_uint_lt(see(&m, &x, 0, 99), 500000);
	memory_close(&m);
}
END_TEST

UNIT_MAIN("models/suspicion", flipped_messages_are_found,
	  flipped_headlines_are_found, flipped_ends_of_tic_tac_toe_are_found,
	  the_same_rows_give_the_same_numbers, what_nothing_is_near_is_a_tenth,
	  another_label_than_its_neighbours_is_suspicious,
	  nobody_vouches_for_himself, what_left_the_window_votes_no_more,
	  what_is_taken_in_again_goes_on_alike, other_bytes_are_refused,
	  very_long_rows_have_neighbours_too)
