/* check_models_rules.c: the verdict rules against models kept beside them,
 * and what each is there for. */

#include "config.h"

#include <string.h>

#include "base/keccak.h"
#include "tests/unit/learner_room.h"
#include "tests/unit/unit.h"

#define COLUMNS 300
#define ROWS 600
#define SAMPLE_BYTES 64
#define WIDEST 20
#define RECENT 120
#define TOKENS 12

#define SPEC(verdict) \
	"decaid 1\nmodel naive-bayes columns=300 smoothing=100000000\n" \
	"encoder none\nverdict " verdict "\nsample packed\n" \
	"class a\nclass b\nclass c\n"

static struct sample_room room;

struct given {
	uint8_t bytes[SAMPLE_BYTES];
	uint32_t index[WIDEST], n;
	struct lesson_input in;
	struct learn_result got;
};

static struct addr20
account(uint32_t i)
{
	return (struct addr20){ { (uint8_t)i, (uint8_t)(i >> 8), 7 } };
}

/* Three classes with columns of their own, and noise. */
static void
row_make(struct given *g, uint64_t *state, uint32_t accounts)
{
	uint32_t label = (uint32_t)(unit_random(state) % 3), i;

	g->n = 3 + (uint32_t)(unit_random(state) % 16);
	for (i = 0; i < g->n; i++)
		g->index[i] = i < 2
			? label * 20 + (uint32_t)(unit_random(state) % 20)
			: 60 + (uint32_t)(unit_random(state) % 240);
	if (unit_random(state) % 6 == 0)
		label = (label + 1) % 3;
	g->n = (uint32_t)sample_sort_unique(g->index, g->n);
	g->in = (struct lesson_input){
		g->bytes,
		learner_room_binary(g->bytes, SAMPLE_BYTES, g->index, g->n),
		label, NOVELTY_NEW,
		account((uint32_t)(unit_random(state) % accounts))
	};
}

/* Another row with some columns changed, from whoever sends it. */
static void
row_vary(struct given *g, const struct given *of, uint32_t changes)
{
	uint32_t i;

	memcpy(g->index, of->index, sizeof(g->index));
	g->n = of->n;
	for (i = 1; i <= changes && i <= of->n; i++)
		g->index[of->n - i] = (g->index[of->n - i] + 7) % COLUMNS;
	g->n = (uint32_t)sample_sort_unique(g->index, g->n);
	g->in.sample_len = learner_room_binary(g->bytes, SAMPLE_BYTES,
					       g->index, g->n);
}

/* A model of its own, to hold a fold against. */
static void
model_make(struct model *m, const struct model_spec *spec)
{
	size_t n = spec->model->cells(spec);

	*m = (struct model){
		.spec = spec,
		.cells = dc_calloc(n, 8),
		.derived = dc_calloc(spec->model->derived(spec), 8),
		.dirty = dc_calloc(n / 16 / 64 + 2, 8),
	};
	spec->model->rebuild(m);
}

static void
model_free(struct model *m)
{
	free(m->cells);
	free(m->derived);
	free(m->dirty);
}

static uint64_t
tail(const struct hash32 *h)
{
	uint64_t v = 0;
	int i;

	for (i = 24; i < 32; i++)
		v = v << 8 | h->b[i];
	return v;
}

static uint64_t
mix(uint64_t z)
{
	return unit_random(&z);
}

static unsigned
group_of(const char *rule, const struct given *g, unsigned folds)
{
	uint64_t least = UINT64_MAX;
	struct hash32 hash;
	uint32_t i;

	if (strcmp(rule, "jury") == 0) {
		keccak256(&hash, g->in.contributor.b, 20);
		return (unsigned)(tail(&hash) % folds);
	}
	if (strcmp(rule, "k-fold") == 0) {
		keccak256(&hash, g->bytes, g->in.sample_len);
		return (unsigned)(tail(&hash) % folds);
	}
	for (i = 0; i < g->n; i++)
		if (mix(g->index[i]) < least)
			least = mix(g->index[i]);
	return (unsigned)(mix(least) % folds);
}

static int64_t
ask(const struct model *m, const struct sample *x, uint32_t label)
{
	int64_t scores[3];

	m->spec->model->scores(m, scores, x);
	return model_margin(scores, 3, label);
}

static int
by_value(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

struct shadow {
	struct model fold[6];
	uint64_t rows[6][3];
	bool used[COLUMNS][40];	/* by account */
	struct least {
		int64_t token[WIDEST];
		unsigned n;
	} row[ROWS];
	unsigned n_row;
};

/* The twelve least tokens, by sorting all of them. */
static struct least
least_of(const struct given *g)
{
	struct least l = { .n = g->n < TOKENS ? g->n : TOKENS };
	uint32_t i;

	for (i = 0; i < g->n; i++)
		l.token[i] = (int64_t)(mix(mix(g->index[i]) +
					   (1000000000 >> 20)) >> 2 | 1);
	qsort(l.token, g->n, sizeof(l.token[0]), by_value);
	return l;
}

static unsigned
shared(const struct least *a, const struct least *b)
{
	unsigned i, j, n = 0;

	for (i = 0; i < a->n; i++)
		for (j = 0; j < b->n; j++)
			n += a->token[i] == b->token[j];
	return n;
}

/* Like one of the RECENT rows before it. */
static bool
is_near(const struct shadow *w, const struct given *g)
{
	struct least l = least_of(g);
	unsigned i = w->n_row < RECENT ? 0 : w->n_row - RECENT;

	for (; i < w->n_row; i++) {
		unsigned n = shared(&l, &w->row[i]);

		if (n > 0 && l.n - n <= 2 && w->row[i].n - n <= 2)
			return true;
	}
	return false;
}

static int64_t
jury_opinion(const struct shadow *w, const struct sample *x, uint32_t label,
	     unsigned group, uint64_t known)
{
	int64_t votes[6], scores[3];
	unsigned f, n = 0;
	uint32_t other, c;

	for (f = 0; f < 6; f++) {
		if (f == group ||
		    w->rows[f][0] + w->rows[f][1] + w->rows[f][2] == 0)
			continue;
		w->fold[f].spec->model->scores(&w->fold[f], scores, x);
		other = 3;
		for (c = 0; c < 3; c++)
			if (c != label &&
			    (other == 3 || scores[c] > scores[other]))
				other = c;
		votes[n++] = w->rows[f][label] < known ||
			w->rows[f][other] < known ? 0
			: scores[label] - scores[other];
	}
	if (n == 0)
		return 0;
	qsort(votes, n, sizeof(votes[0]), by_value);
	if (n % 2 == 1)
		return votes[n / 2];
	if ((votes[n / 2 - 1] > 0) != (votes[n / 2] > 0) ||
	    votes[n / 2 - 1] == 0 || votes[n / 2] == 0)
		return 0;
	return votes[n / 2] > 0 ? votes[n / 2 - 1] : votes[n / 2];
}

static int64_t
opinion(const char *rule, const struct shadow *w, const struct given *g,
	unsigned group)
{
	struct sample x = { SAMPLE_BINARY, g->n, g->index, NULL };
	uint32_t kept[WIDEST], i, a, users;

	if (strcmp(rule, "jury") == 0)
		return jury_opinion(w, &x, g->in.label, group, 4);
	if (strcmp(rule, "support") != 0)
		return ask(&w->fold[group], &x, g->in.label);
	x.index = kept;
	for (i = x.count = 0; i < g->n; i++) {
		for (a = users = 0; a < 40; a++)
			users += w->used[g->index[i]][a];
		if (users >= 3)
			kept[x.count++] = g->index[i];
	}
	return x.count == 0 ? 0 : ask(&w->fold[group], &x, g->in.label);
}

static void
shadow_learn(const char *rule, struct shadow *w, const struct given *g,
	     unsigned group)
{
	struct sample x = { SAMPLE_BINARY, g->n, g->index, NULL };
	bool own = strcmp(rule, "jury") == 0;
	int64_t before[3];
	unsigned f;
	uint32_t i;

	for (f = 0; f < 6; f++)
		if ((f == group) == own) {
			struct model *m = &w->fold[f];

			m->spec->model->scores(m, before, &x);
			m->spec->model->learn(m, &x, g->in.label, before);
		}
	w->row[w->n_row++] = least_of(g);
	w->rows[group][g->in.label]++;
	for (i = 0; i < g->n; i++)
		w->used[g->index[i]][g->in.contributor.b[0]] = true;
}

#define MARGIN 1000000000

static enum verdict
expected(int64_t m, enum lesson lesson)
{
	if (m <= -MARGIN)
		return VERDICT_DISAGREE;
	if (m < MARGIN)
		return VERDICT_ABSTAIN;
	return lesson == LESSON_TAUGHT ? VERDICT_CREDIT : VERDICT_AGREE;
}

/* Rows judged as soon as they are learned, and a while later. */
static void
follow_rule(const char *rule, const char *text)
{
	static struct given given[ROWS];
	struct shadow *w = dc_calloc(1, sizeof(*w));
	unsigned seen[4] = { 0 }, f, i, j, near = 0, far = 0;
	bool sketches = strcmp(rule, "jury") == 0;
	struct learner_room r;
	uint64_t state = 1;

	learner_room_init(&r, text);
	for (f = 0; f < 6; f++)
		model_make(&w->fold[f], &r.spec);
	for (i = 0; i < ROWS; i++) {
		struct given *g = &given[i];

		row_make(g, &state, 40);
		if (i % 9 == 8)
			row_vary(g, &given[i - 1 - i % 5], 1 + i % 4);
		learner_learn(&r.l, &g->got, &g->in, &room);
		unit_require(g->got.valid);
		if (sketches && is_near(w, g)) {
			unit_require(g->got.lesson == LESSON_NONE);
			near++;
		} else if (g->got.lesson == LESSON_TAUGHT) {
			far++;
		}
		shadow_learn(rule, w, g, group_of(rule, g, 6));
		for (j = i; j + 50 >= i && j < ROWS; j -= 25) {
			const struct given *o = &given[j];
			enum verdict v = learner_judge(&r.l, &o->in,
						       o->got.lesson, &room);

			unit_require(v == expected(
				opinion(rule, w, o, group_of(rule, o, 6)),
				o->got.lesson));
			seen[v]++;
			if (j < 25)
				break;
		}
	}
	for (i = 0; i < 4; i++)
		ck_assert_msg(seen[i] > 3, "%s: verdict %u is missing", rule,
			      i);
	ck_assert_uint_gt(far, 50);
	if (sketches)
		ck_assert_uint_gt(near, 50);
	for (f = 0; f < 6; f++)
		model_free(&w->fold[f]);
	learner_room_clear(&r);
	free(w);
}

START_TEST(every_rule_does_what_the_protocol_says)
{
	follow_rule("jury", SPEC("jury credit=6000000000 folds=6 known=4 "
				 "margin=1000000000 recent=120"));
	follow_rule("k-fold", SPEC("k-fold credit=1000000000 folds=6 "
				   "margin=1000000000"));
	follow_rule("sketch-fold", SPEC("sketch-fold credit=1000000000 "
					"folds=6 margin=1000000000"));
	follow_rule("support", SPEC("support credit=1000000000 folds=6 "
				    "margin=1000000000 support=3"));
}
END_TEST

/* Whatever an account sends, its own verdicts stay what they were. */
START_TEST(nobody_moves_the_jury_that_judges_him)
{
	struct learner_room r;
	struct given g, own;
	enum verdict before[30];
	uint64_t state = 2;
	int i;

	learner_room_init(&r, SPEC("jury credit=1000000000 folds=5 known=2 "
				   "margin=1000000000 recent=100"));
	for (i = 0; i < 300; i++) {
		row_make(&g, &state, 30);
		learner_learn(&r.l, &g.got, &g.in, &room);
	}
	for (i = 0; i < 30; i++) {
		uint64_t same = 1000 + (uint64_t)i;

		row_make(&own, &same, 1);
		before[i] = learner_judge(&r.l, &own.in, LESSON_NONE, &room);
	}
	for (i = 0; i < 500; i++) {
		uint64_t same = 1000 + (uint64_t)i % 30;

		row_make(&own, &same, 1);
		own.in.label = (own.in.label + (uint32_t)i % 2) % 3;
		learner_learn(&r.l, &own.got, &own.in, &room);
	}
	for (i = 0; i < 30; i++) {
		uint64_t same = 1000 + (uint64_t)i;

		row_make(&own, &same, 1);
		unit_require(before[i] == learner_judge(&r.l, &own.in,
							LESSON_NONE, &room));
	}
	learner_room_clear(&r);
}
END_TEST

/* The second of two near-copies of one account taught nothing. */
START_TEST(a_near_copy_earns_no_credit_from_a_jury)
{
	static const uint32_t base[] = { 3, 70, 90, 110, 130, 150 };
	static const uint32_t near[] = { 3, 70, 90, 110, 130, 151 };
	uint8_t bytes[SAMPLE_BYTES];
	struct learn_result got;
	struct learner_room r;
	struct lesson_input in = { bytes, 0, 0, NOVELTY_NEW, account(1) };
	int i;

	learner_room_init(&r, SPEC("jury credit=1000000000 folds=5 known=2 "
				   "margin=1000000000 recent=0"));
	for (i = 0; i < 2; i++) {
		in.sample_len = learner_room_binary(bytes, SAMPLE_BYTES,
						    i == 0 ? base : near, 6);
		learner_learn(&r.l, &got, &in, &room);
		ck_assert_int_eq(got.lesson, i == 0 ? LESSON_TAUGHT :
				 LESSON_NONE);
	}
	learner_room_clear(&r);
}
END_TEST

/* What account 1 sent, changed a little and sent by others, in other groups,
 * whose own models know nothing of it. */
static enum lesson
lesson_of_copy(const char *text, const struct sample *first,
	       const struct sample *second)
{
	struct learn_result got = { .lesson = LESSON_NONE };
	struct learner_room r;
	unsigned i;

	learner_room_init(&r, text);
	for (i = 0; i < 2; i++) {
		struct dc_buf b;

		dc_buf_init(&b, 256);
		sample_encode(&b, i == 0 ? first : second);
		learner_learn(&r.l, &got, &(struct lesson_input){
			b.data, b.len, i, NOVELTY_NEW, account(1 + i) },
			&room);
		dc_buf_clear(&b);
		unit_require(got.valid);
		unit_require(i == 1 || got.lesson == LESSON_TAUGHT);
	}
	learner_room_clear(&r);
	return got.lesson;
}

#define JURY(recent) SPEC("jury credit=9000000000 folds=5 known=2 " \
			  "margin=1000000000 recent=" recent)

/* Whichever two columns of whatever row are others. */
START_TEST(a_near_copy_of_anybodys_row_earns_no_credit)
{
	static const uint32_t base[] = { 3, 70, 90, 110, 130, 150, 170, 190,
		200, 205, 210, 215, 220, 225, 230, 235 };
	uint32_t index[16], n, i, k;
	struct sample one = { SAMPLE_BINARY, 0, base, NULL };
	struct sample two = { SAMPLE_BINARY, 0, index, NULL };

	for (n = 3; n <= 16; n++) {
		one.count = two.count = n;
		for (i = 0; i < n; i++)
			for (k = i; k < n; k++) {	/* i == k: one alone */
				memcpy(index, base, sizeof(base));
				index[i]++;
				index[k] += 2;
				ck_assert_int_eq(lesson_of_copy(
					JURY("64"), &one, &two), LESSON_NONE);
			}
		ck_assert_int_eq(lesson_of_copy(JURY("0"), &one, &two),
				 LESSON_TAUGHT);
	}
}
END_TEST

START_TEST(columns_more_or_fewer_make_near_copies_too)
{
	static const uint32_t base[] = { 3, 70, 90, 110, 130, 150, 170, 190,
		210, 230, 250, 270, 290, 295 };
	struct sample one = { SAMPLE_BINARY, 0, base, NULL };
	struct sample two = { SAMPLE_BINARY, 0, base, NULL };

	for (one.count = 1; one.count <= 14; one.count++)
		for (two.count = 1; two.count <= 14; two.count++) {
			uint32_t more = one.count > two.count ?
				one.count - two.count :
				two.count - one.count;

			/* of these the twelve least may be the same */
			if (more > 2 && (one.count > 12 || two.count > 12))
				continue;
			ck_assert_int_eq(lesson_of_copy(JURY("64"), &one,
							&two),
					 more <= 2 ? LESSON_NONE :
					 LESSON_TAUGHT);
		}
}
END_TEST

/* Three columns are others, or nothing is the same. */
START_TEST(another_row_is_no_near_copy)
{
	static const uint32_t base[] = { 3, 70, 90, 110, 130, 150, 170, 190,
		210, 230, 250, 270 };
	uint32_t index[12], n, i;
	struct sample one = { SAMPLE_BINARY, 0, base, NULL };
	struct sample two = { SAMPLE_BINARY, 0, index, NULL };

	for (n = 0; n <= 12; n++) {
		one.count = two.count = n;
		memcpy(index, base, sizeof(base));
		for (i = 0; i < n && i < 3; i++)
			index[i]++;
		ck_assert_int_eq(lesson_of_copy(JURY("64"), &one, &two),
				 LESSON_TAUGHT);
	}
}
END_TEST

/* As many rows as are remembered come between, then one more. */
START_TEST(a_row_is_forgotten_when_as_many_came_after_it)
{
	enum { KEPT = 5 };
	unsigned between, i;

	for (between = KEPT - 2; between <= KEPT; between++) {
		uint8_t bytes[SAMPLE_BYTES];
		struct learn_result got;
		struct learner_room r;
		struct lesson_input in = { bytes, 0, 0, NOVELTY_NEW,
			account(1) };

		learner_room_init(&r, JURY("5"));
		for (i = 0; i < between + 2; i++) {
			bool last = i == between + 1;
			uint32_t row[] = { i, 50 + i, 100 + i, 150 + i };

			if (last)
				memcpy(row, (uint32_t[]){ 0, 50, 100, 151 },
				       sizeof(row));
			in.sample_len = learner_room_binary(
				bytes, SAMPLE_BYTES, row, 4);
			in.contributor = account(last ? 9 : 1);
			in.label = last;	/* it is wrong about that */
			learner_learn(&r.l, &got, &in, &room);
			unit_require(got.valid);
		}
		ck_assert_int_eq(got.lesson, between < KEPT ? LESSON_NONE :
				 LESSON_TAUGHT);
		learner_room_clear(&r);
	}
}
END_TEST

START_TEST(near_numbers_are_near_copies)
{
	static const uint32_t index[] = { 1, 2, 3, 4, 5 };
	static const int64_t value[] = { 5 << 20, 1 << 30, 7 << 20, 9 << 20,
		3 << 20 };
	int64_t moved[5];
	struct sample one = { SAMPLE_VALUES, 5, index, value };
	struct sample two = { SAMPLE_VALUES, 5, index, moved };
	unsigned i;

	for (i = 0; i < 5; i++)		/* within its step, all of them */
		moved[i] = value[i] + 1000000;
	ck_assert_int_eq(lesson_of_copy(JURY("64"), &one, &two),
			 LESSON_NONE);
	for (i = 0; i < 5; i++)		/* the same columns, other numbers */
		moved[i] = value[i] + (1 << 21);
	ck_assert_int_eq(lesson_of_copy(JURY("64"), &one, &two),
			 LESSON_TAUGHT);
}
END_TEST

START_TEST(the_state_of_every_rule_survives_a_snapshot)
{
	static const char *const texts[] = {
		SPEC("jury credit=9000000000 folds=16 known=2 margin=1 "
		     "recent=90"),
		SPEC("k-fold credit=1 folds=3 margin=1"),
		SPEC("sketch-fold credit=1 folds=2 margin=1"),
		SPEC("support credit=1 folds=4 margin=1 support=4"),
	};
	struct learner_room a, b;
	struct dc_err err = DC_ERR_INIT;
	struct hash32 root_a, root_b;
	struct given g, next;
	uint8_t *bytes;
	size_t i, k, size;

	for (i = 0; i < DC_ARRAY_LEN(texts); i++) {
		uint64_t state = 3;

		row_make(&next, &state, 20);
		learner_room_init(&a, texts[i]);
		learner_room_init(&b, texts[i]);
		for (k = 0; k < 200; k++) {
			row_make(&g, &state, 20);
			learner_learn(&a.l, &g.got, &g.in, &room);
			if (k == 100)	/* dirty leaves, too */
				learner_root(&a.l, &root_a);
		}
		size = learner_snapshot_size(&a.spec);
		bytes = dc_malloc(size);
		learner_export(&a.l, bytes);
		ck_assert_msg(learner_import(&b.l, bytes, size, NULL, &err) ==
			      DC_OK, "%s", err.text);
		learner_root(&a.l, &root_a);
		learner_root(&b.l, &root_b);
		ck_assert(hash32_equal(&root_a, &root_b));
		row_vary(&next, &g, 1);
		learner_learn(&a.l, &g.got, &next.in, &room);
		learner_learn(&b.l, &next.got, &next.in, &room);
		ck_assert_int_eq(next.got.lesson, g.got.lesson);
		learner_root(&a.l, &root_a);
		learner_root(&b.l, &root_b);
		ck_assert(hash32_equal(&root_a, &root_b));
		free(bytes);
		learner_room_clear(&a);
		learner_room_clear(&b);
	}
}
END_TEST

UNIT_MAIN("models/rules", every_rule_does_what_the_protocol_says,
	  nobody_moves_the_jury_that_judges_him,
	  a_near_copy_earns_no_credit_from_a_jury,
	  a_near_copy_of_anybodys_row_earns_no_credit,
	  columns_more_or_fewer_make_near_copies_too,
	  another_row_is_no_near_copy,
	  a_row_is_forgotten_when_as_many_came_after_it,
	  near_numbers_are_near_copies,
	  the_state_of_every_rule_survives_a_snapshot)
