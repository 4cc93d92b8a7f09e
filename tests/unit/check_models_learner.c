/* check_models_learner.c: learning, judging, roots and snapshots. */

#include "config.h"

#include <endian.h>
#include <string.h>
#include <xxhash.h>

#include "base/hex.h"
#include "models/learner.h"
#include "tests/unit/learner_room.h"
#include "tests/unit/unit.h"
#include "tests/unit/vectors.h"

#define BAYES(columns) \
	"decaid 1\nmodel naive-bayes columns=" columns \
	" smoothing=1000000000\nencoder murmur3-words\n" \
	"verdict two-fold credit=1000000000 margin=2000000000\n" \
	"sample packed\nclass a\nclass b\nclass c\n"
#define PERCEPTRON(columns) \
	"decaid 1\nmodel sparse-perceptron columns=" columns \
	" learning-rate=1000000000\nencoder none\n" \
	"verdict two-fold credit=1000000000 margin=1000000000\n" \
	"sample packed\nclass a\nclass b\nclass c\n"

#define LOGISTIC(columns) \
	"decaid 1\nmodel logistic columns=" columns \
	" epsilon=10000000 learning-rate=500000000\nencoder none\n" \
	"verdict two-fold credit=1000000000 margin=1000000000\n" \
	"sample packed\nclass a\nclass b\nclass c\n"
#define HOEFFDING(columns) \
	"decaid 1\nmodel hoeffding columns=" columns \
	" grace=10 nodes=5 trees=2\nencoder none\n" \
	"verdict two-fold credit=1000000000 margin=1000000000\n" \
	"sample packed\nclass a\nclass b\nclass c\n"
#define AGGRESSIVE(columns) \
	"decaid 1\nmodel passive-aggressive aggressiveness=700000000 columns=" \
	columns " horizon=1000\nencoder none\n" \
	"verdict two-fold credit=1000000000 margin=500000000\n" \
	"sample packed\nclass a\nclass b\nclass c\n"

static struct sample_room room;

static size_t
bytes_from_hex(uint8_t *out, const char *hex)
{
	size_t n = strlen(hex) / 2;

	if (strcmp(hex, "-") == 0)
		return 0;
	ck_assert_int_eq(hex_decode(out, n, hex, NULL), DC_OK);
	return n;
}

/* who  the word with the contributor, which may not be there */
static struct lesson_input
input_from(const struct vectors *v, uint8_t *bytes, unsigned who)
{
	struct lesson_input in = {
		.sample = bytes,
		.sample_len = bytes_from_hex(bytes, v->word[1]),
		.label = (uint32_t)atol(v->word[2]),
		.novelty = v->word[3][0] == '1' ? NOVELTY_NEW : NOVELTY_REPEAT,
	};

	if (v->words > who)
		ck_assert_uint_eq(bytes_from_hex(in.contributor.b,
						 v->word[who]), 20);
	return in;
}

static void
vector_spec(struct learner_room *r, const struct vectors *v)
{
	uint8_t text[VECTOR_LINE_BYTES];
	size_t n = bytes_from_hex(text, v->word[1]);

	text[n] = '\0';
	learner_room_init(r, (const char *)text);
}

static void
vector_learn(struct learner_room *r, const struct vectors *v)
{
	uint8_t bytes[VECTOR_LINE_BYTES];
	struct lesson_input in = input_from(v, bytes, 8);
	struct learn_result got;

	learner_learn(&r->l, &got, &in, &room);
	unit_require(got.valid == (v->word[4][0] == '1'));
	unit_require(got.predicted == (uint32_t)atol(v->word[5]));
	unit_require(got.margin_fx9 == atoll(v->word[6]));
	unit_require((got.lesson == LESSON_TAUGHT) == (v->word[7][0] == '1'));
}

static void
vector_judge(struct learner_room *r, const struct vectors *v)
{
	uint8_t bytes[VECTOR_LINE_BYTES];
	struct lesson_input in = input_from(v, bytes, 6);
	enum lesson taught = v->word[4][0] == '1' ? LESSON_TAUGHT : LESSON_NONE;

	unit_require(learner_judge(&r->l, &in, taught, &room) ==
		     (enum verdict)atol(v->word[5]));
}

static void
vector_root(struct learner_room *r, const struct vectors *v)
{
	struct hash32 want, got;

	ck_assert_uint_eq(bytes_from_hex(want.b, v->word[1]), 32);
	learner_root(&r->l, &got);
	unit_require(hash32_equal(&want, &got));
	unit_require(learner_count(&r->l, LEARNER_COUNTED) ==
		     (uint64_t)atoll(v->word[2]));
	unit_require(learner_count(&r->l, LEARNER_RIGHT) ==
		     (uint64_t)atoll(v->word[3]));
}

/* The committed roots are also what holds every compiler and machine to the
 * same bytes. */
START_TEST(a_second_implementation_of_the_protocol_agrees)
{
	struct learner_room r = { .cells = NULL };
	struct vectors v;

	vectors_open(&v, "learner.txt");
	while (vectors_next(&v)) {
		if (strcmp(v.word[0], "spec") == 0) {
			learner_room_clear(&r);
			vector_spec(&r, &v);
		} else if (strcmp(v.word[0], "learn") == 0)
			vector_learn(&r, &v);
		else if (strcmp(v.word[0], "judge") == 0)
			vector_judge(&r, &v);
		else
			vector_root(&r, &v);
	}
	ck_assert_uint_gt(v.lines, 4000);
	learner_room_clear(&r);
}
END_TEST

/* Contribution i of an endless seeded sequence. */
struct fed {
	uint8_t bytes[256];
	struct lesson_input in;
};

static void
feed_make(struct fed *f, uint32_t columns, uint64_t i)
{
	uint32_t index[60], n, k;
	uint64_t state = i / 2;	/* every second one is a repetition */

	n = 1 + (uint32_t)(unit_random(&state) % DC_ARRAY_LEN(index));
	for (k = 0; k < n; k++)
		index[k] = (uint32_t)(unit_random(&state) % columns);
	n = (uint32_t)sample_sort_unique(index, n);
	f->in.sample = f->bytes;
	f->in.sample_len = learner_room_binary(f->bytes, sizeof(f->bytes),
					       index, n);
	f->in.label = (uint32_t)(unit_random(&state) % 3);
	f->in.novelty = i % 2 == 0 ? NOVELTY_NEW : NOVELTY_REPEAT;
	if (i % 17 == 0)
		f->in.sample_len--;	/* no sample */
}

static void
feed(struct learner_room *r, uint64_t from, uint64_t to)
{
	struct learn_result got;
	struct fed f;

	for (; from < to; from++) {
		feed_make(&f, r->spec.columns, from);
		learner_learn(&r->l, &got, &f.in, &room);
	}
}

static const char *const specs[] = {
	BAYES("500"), PERCEPTRON("500"), LOGISTIC("500"), HOEFFDING("500"),
	AGGRESSIVE("500")
};

START_TEST(a_root_asked_often_is_the_root_asked_once)
{
	struct hash32 often, once;
	struct learner_room a, b;
	size_t i;
	uint64_t k;

	for (i = 0; i < DC_ARRAY_LEN(specs); i++) {
		learner_room_init(&a, specs[i]);
		learner_room_init(&b, specs[i]);
		for (k = 0; k < 200; k++) {
			feed(&a, k, k + 1);
			learner_root(&a.l, &often);
		}
		feed(&b, 0, 200);
		learner_root(&b.l, &once);
		ck_assert(hash32_equal(&often, &once));
		learner_room_clear(&a);
		learner_room_clear(&b);
	}
}
END_TEST

START_TEST(a_restored_snapshot_goes_on_with_the_same_roots)
{
	struct learner_room a, b;
	struct hash32 root_a, root_b;
	uint8_t *bytes;
	size_t i, n;
	uint64_t k;

	for (i = 0; i < DC_ARRAY_LEN(specs); i++) {
		learner_room_init(&a, specs[i]);
		learner_room_init(&b, specs[i]);
		feed(&a, 0, 150);
		feed(&b, 900, 950);	/* something to forget */
		n = learner_snapshot_size(&a.spec);
		bytes = dc_malloc(n);
		learner_export(&a.l, bytes);
		learner_root(&a.l, &root_a);
		ck_assert_int_eq(learner_import(&b.l, bytes, n, &root_a, NULL),
				 DC_OK);
		for (k = 150; k < 300; k++) {
			feed(&a, k, k + 1);
			feed(&b, k, k + 1);
			learner_root(&a.l, &root_a);
			learner_root(&b.l, &root_b);
			unit_require(hash32_equal(&root_a, &root_b));
		}
		free(bytes);
		learner_room_clear(&a);
		learner_room_clear(&b);
	}
}
END_TEST

/* Answers, too: derived values are made anew, not saved. */
START_TEST(a_restored_snapshot_gives_the_same_scores)
{
	struct learner_room a, b;
	int64_t was[3], is[3];
	uint8_t *bytes;
	struct sample x;
	uint32_t label;
	struct fed f;
	size_t i, n;
	uint64_t k;

	for (i = 0; i < DC_ARRAY_LEN(specs); i++) {
		learner_room_init(&a, specs[i]);
		learner_room_init(&b, specs[i]);
		feed(&a, 0, 150);
		n = learner_snapshot_size(&a.spec);
		bytes = dc_malloc(n);
		learner_export(&a.l, bytes);
		ck_assert_int_eq(learner_import(&b.l, bytes, n, NULL, NULL),
				 DC_OK);
		for (k = 1; k < 100; k++) {
			feed_make(&f, a.spec.columns, k);
			if (!sample_decode(&x, &room, a.spec.columns,
					   f.in.sample, f.in.sample_len))
				continue;
			unit_require(learner_predict(&a.l, was, &label, &x));
			unit_require(learner_predict(&b.l, is, &label, &x));
			unit_require(memcmp(was, is, sizeof(was)) == 0);
		}
		free(bytes);
		learner_room_clear(&a);
		learner_room_clear(&b);
	}
}
END_TEST

/* What learner_keep wrote is taken back without a hash, and goes on like the
 * one that it is of; an older program's has no checksum. */
START_TEST(what_was_kept_goes_on_like_the_original)
{
	struct learner_room a, b;
	struct hash32 root_a, root_b;
	uint64_t hashed;
	uint8_t *bytes;
	size_t i, n;

	for (i = 0; i < DC_ARRAY_LEN(specs); i++) {
		learner_room_init(&a, specs[i]);
		learner_room_init(&b, specs[i]);
		feed(&a, 0, 150);
		feed(&b, 900, 950);
		n = learner_kept_size(&a.spec);
		bytes = dc_malloc(n);
		learner_keep(&a.l, bytes);
		learner_root(&a.l, &root_a);
		hashed = b.l.tree.n_hashed;
		ck_assert_int_eq(learner_restore(&b.l, bytes, n, &root_a,
						 NULL), DC_OK);
		ck_assert_uint_eq(b.l.tree.n_hashed, hashed);
		feed(&a, 150, 200);
		feed(&b, 150, 200);
		learner_root(&a.l, &root_a);
		learner_root(&b.l, &root_b);
		ck_assert(hash32_equal(&root_a, &root_b));
		learner_export(&a.l, bytes);
		ck_assert_int_eq(learner_restore(&b.l, bytes,
						 learner_snapshot_size(
							 &a.spec), &root_a,
						 NULL), DC_OK);
		free(bytes);
		learner_room_clear(&a);
		learner_room_clear(&b);
	}
}
END_TEST

static void
spoilt(struct learner_room *r, const uint8_t *bytes, size_t n,
       const struct hash32 *root, size_t at)
{
	struct dc_err err = DC_ERR_INIT;

	if (learner_restore(&r->l, bytes, n, root, &err) != DC_EINVAL)
		ck_abort_msg("taken, byte %zu of %zu", at, n);
	ck_assert_uint_eq(learner_count(&r->l, LEARNER_SEEN), 0);
}

/* A torn or altered file is never taken; one whose checksum was put right
 * has another root, which the first hashing says. */
START_TEST(what_was_kept_and_spoilt_is_refused)
{
	struct learner_room a;
	struct hash32 root, other;
	uint8_t *bytes;
	size_t n, i;
	uint64_t sum;

	learner_room_init(&a, specs[0]);
	feed(&a, 0, 50);
	n = learner_kept_size(&a.spec);
	bytes = dc_malloc(n + 1);
	learner_keep(&a.l, bytes);
	learner_root(&a.l, &root);
	for (i = 0; i <= n + 1; i += i < 200 || i > n - 20 ? 1 : 97)
		if (i != n)
			spoilt(&a, bytes, i, &root, i);
	for (i = 0; i < n; i += i < 200 || i > n - 20 ? 1 : 97) {
		bytes[i] ^= 1;
		spoilt(&a, bytes, n, &root, i);
		bytes[i] ^= 1;
	}
	other = root;
	other.b[0] ^= 1;
	spoilt(&a, bytes, n, &other, n);
	bytes[n - 16] ^= 1;
	sum = htole64(XXH64(bytes, n - 8, 0));
	memcpy(bytes + n - 8, &sum, sizeof(sum));
	if (learner_restore(&a.l, bytes, n, &root, NULL) == DC_OK) {
		learner_root(&a.l, &other);
		ck_assert(!hash32_equal(&root, &other));
	}
	free(bytes);
	learner_room_clear(&a);
}
END_TEST

/* What older files have: of the bytes 7 i + 1, i = 0, 1, ..., by xxHash 0.8.1,
 * seed 0. */
START_TEST(the_checksum_of_kept_states_is_xxh64)
{
	static const struct {
		size_t n;
		uint64_t sum;
	} cases[] = {
		{ 0, UINT64_C(0xef46db3751d8e999) },
		{ 1, UINT64_C(0x8a4127811b21e730) },
		{ 3, UINT64_C(0xb6e6c910c2fd373a) },
		{ 4, UINT64_C(0x22eda2cf6af4c124) },
		{ 7, UINT64_C(0x34084d91a233a751) },
		{ 8, UINT64_C(0xc6f1803a5e0b3222) },
		{ 12, UINT64_C(0x9178b724dce384c0) },
		{ 31, UINT64_C(0x6ab1c40e29f50073) },
		{ 32, UINT64_C(0x5a0756fbe9ecd3d1) },
		{ 33, UINT64_C(0xdc50cdc37bb9c183) },
		{ 63, UINT64_C(0x10dd94885c71894a) },
		{ 64, UINT64_C(0x90083da9cdb9d795) },
		{ 71, UINT64_C(0x0f2038704bd83a47) },
		{ 200, UINT64_C(0xb2d27dd52e816618) },
	};
	uint8_t in[201];
	size_t i;

	for (i = 1; i < sizeof(in); i++)	/* at an odd address */
		in[i] = (uint8_t)(7 * (i - 1) + 1);
	for (i = 0; i < DC_ARRAY_LEN(cases); i++)
		ck_assert_uint_eq(XXH64(in + 1, cases[i].n, 0),
				  cases[i].sum);
}
END_TEST

static void
refused(struct learner_room *r, const uint8_t *bytes, size_t n,
	const struct hash32 *root, const char *why)
{
	struct dc_err err = DC_ERR_INIT;

	ck_assert_int_eq(learner_import(&r->l, bytes, n, root, &err),
			 DC_EINVAL);
	ck_assert_str_eq(err.text, why);
	ck_assert_uint_eq(learner_count(&r->l, LEARNER_SEEN), 0);
}

START_TEST(a_snapshot_of_something_else_is_refused)
{
	struct learner_room a, b;
	struct hash32 other = { { 1 } };
	size_t n, i;
	uint8_t *bytes;

	learner_room_init(&a, specs[0]);
	learner_room_init(&b, specs[1]);
	feed(&a, 0, 50);
	n = learner_snapshot_size(&a.spec);
	bytes = dc_malloc(n + 1);
	learner_export(&a.l, bytes);
	refused(&b, bytes, n, NULL, "snapshot of another spec");
	refused(&a, bytes, n, &other, "snapshot has another root");
	for (i = 0; i < n; i += i < 128 ? 1 : 97)
		if (learner_import(&a.l, bytes, i, NULL, NULL) != DC_EINVAL)
			ck_abort_msg("taken when cut to %zu", i);
	refused(&a, bytes, n + 1, NULL, "snapshot has another length");
	refused(&a, bytes, 0, NULL, "not a snapshot");
	for (i = 0; i < n; i += i < 200 ? 1 : 97) {
		bytes[i] ^= 1;
		if (learner_import(&a.l, bytes, n, NULL, NULL) != DC_EINVAL)
			ck_abort_msg("taken with byte %zu changed", i);
		bytes[i] ^= 1;
	}
	ck_assert_int_eq(learner_import(&a.l, bytes, n, NULL, NULL), DC_OK);
	free(bytes);
	learner_room_clear(&a);
	learner_room_clear(&b);
}
END_TEST

/* Its root is right, but no learning leads there: sums could overflow. */
START_TEST(a_snapshot_with_impossible_cells_is_refused)
{
	/* its rule counts what each judge has learned of each class */
	static const char jury[] = "decaid 1\nmodel naive-bayes columns=50 "
		"smoothing=1000000000\nencoder none\n"
		"verdict jury credit=1 folds=3 known=1 margin=1 recent=9\n"
		"sample packed\nclass a\nclass b\n";
	enum { JURY = 2, MEMORY = 1 << 30, COUNTS = 3 * 2 };
	static const struct {
		size_t spec, cell;
		int64_t value;
	} bad[] = {
		{ 0, LEARNER_HEADER_CELLS, -1 },
		{ 0, LEARNER_HEADER_CELLS + 100, (INT64_C(1) << 62) + 1 },
		{ 1, LEARNER_HEADER_CELLS, (INT64_C(1) << 46) + 1 },
		{ 1, LEARNER_HEADER_CELLS, -(INT64_C(1) << 46) - 1 },
		{ 0, LEARNER_RIGHT, 1 },
		{ 0, LEARNER_SEEN, -1 },
		{ 0, LEARNER_SEEN, (INT64_C(1) << 40) + 1 },
		{ JURY, MEMORY, -1 },
		{ JURY, MEMORY, (INT64_C(1) << 40) + 1 },
		{ JURY, MEMORY + COUNTS, -1 },
		{ JURY, MEMORY + COUNTS, (INT64_C(1) << 40) + 1 },
		{ JURY, MEMORY + COUNTS + 1, -1 },
		{ JURY, MEMORY + COUNTS + 1, INT64_C(1) << 62 },
		{ 0, LEARNER_HEADER_CELLS - 1, 1 },
		/* (500 + 2) * 3 = 1506 cells, the rest of the leaf is 0 */
		{ 0, LEARNER_HEADER_CELLS + 1506, 1 },
	};
	struct learner_room r;
	uint8_t *bytes;
	size_t i, n;

	for (i = 0; i < DC_ARRAY_LEN(bad); i++) {
		learner_room_init(&r, bad[i].spec == JURY ? jury :
				  specs[bad[i].spec]);
		n = learner_snapshot_size(&r.spec);
		bytes = dc_malloc(n);
		if (bad[i].cell >= MEMORY)
			r.l.memory.cells[bad[i].cell - MEMORY] = bad[i].value;
		else
			r.cells[bad[i].cell] = bad[i].value;
		merkle_touch_all(&r.l.tree);
		learner_export(&r.l, bytes);
		refused(&r, bytes, n, NULL, "snapshot has cells out of range");
		free(bytes);
		learner_room_clear(&r);
	}
}
END_TEST

START_TEST(what_is_no_sample_is_condemned_and_teaches_nothing)
{
	static const uint8_t broken[] = { 1, 1 }, fine[] = { 1, 1, 0 };
	struct lesson_input in = {
		broken, sizeof(broken), 0, NOVELTY_NEW, { { 0 } }
	};
	struct learner_room r;
	struct learn_result got;
	size_t i;

	learner_room_init(&r, specs[0]);
	learner_learn(&r.l, &got, &in, &room);
	ck_assert(!got.valid);
	ck_assert_int_eq(got.lesson, LESSON_NONE);
	ck_assert_int_eq(learner_judge(&r.l, &in, LESSON_TAUGHT, &room),
			 VERDICT_DISAGREE);
	in.sample = fine;
	in.sample_len = sizeof(fine);
	in.label = 3;
	learner_learn(&r.l, &got, &in, &room);	/* there are labels 0 to 2 */
	ck_assert(!got.valid);
	ck_assert_int_eq(learner_judge(&r.l, &in, LESSON_TAUGHT, &room),
			 VERDICT_DISAGREE);
	ck_assert_uint_eq(learner_count(&r.l, LEARNER_SEEN), 2);
	for (i = 1; i < r.l.n_cells; i++)
		unit_require(r.cells[i] == 0);
	learner_room_clear(&r);
}
END_TEST

/* A contribution and its copies train the fold that does not judge them:
 * however often it is sent, an untrained judge abstains. */
START_TEST(a_contribution_is_never_judged_by_itself)
{
	struct learner_room r;
	struct learn_result got;
	struct fed f;
	size_t i;
	int k;

	for (i = 0; i < DC_ARRAY_LEN(specs); i++) {
		learner_room_init(&r, specs[i]);
		feed_make(&f, r.spec.columns, 2);
		for (k = 0; k < 500; k++)
			learner_learn(&r.l, &got, &f.in, &room);
		ck_assert_uint_eq(got.predicted, f.in.label);
		ck_assert_int_eq(learner_judge(&r.l, &f.in, LESSON_TAUGHT,
					       &room), VERDICT_ABSTAIN);
		learner_room_clear(&r);
	}
}
END_TEST

START_TEST(accuracy_counts_what_is_new_and_valid)
{
	static const uint8_t x[] = { 1, 1, 0 }, broken[] = { 9 };
	struct lesson_input in = { x, sizeof(x), 1, NOVELTY_NEW, { { 0 } } };
	struct learner_room r;
	struct learn_result got;

	learner_room_init(&r, specs[1]);
	ck_assert_uint_eq(learner_accuracy_fx9(&r.l), 0);
	learner_learn(&r.l, &got, &in, &room);	/* says 0: wrong */
	ck_assert_uint_eq(got.predicted, 0);
	ck_assert_uint_eq(learner_accuracy_fx9(&r.l), 0);
	in.novelty = NOVELTY_REPEAT;
	learner_learn(&r.l, &got, &in, &room);	/* right, but not new */
	ck_assert_uint_eq(got.predicted, 1);
	ck_assert_uint_eq(learner_count(&r.l, LEARNER_COUNTED), 1);
	in.novelty = NOVELTY_NEW;
	learner_learn(&r.l, &got, &in, &room);
	learner_learn(&r.l, &got, &in, &room);
	in = (struct lesson_input){ broken, 1, 1, NOVELTY_NEW, { { 0 } } };
	learner_learn(&r.l, &got, &in, &room);
	ck_assert_uint_eq(learner_accuracy_fx9(&r.l), 666666666);
	ck_assert_uint_eq(learner_count(&r.l, LEARNER_SEEN), 5);
	ck_assert_uint_eq(learner_count(&r.l, LEARNER_LEARNED), 4);
	learner_room_clear(&r);
}
END_TEST

/* One contribution of 60 features, a hundredth of a full build at most. */
static void
root_is_cheap(const char *text)
{
	struct learner_room r;
	struct learn_result got;
	struct hash32 root;
	uint64_t full, one;
	uint32_t index[60], i;
	uint8_t bytes[256];
	struct lesson_input in = { bytes, 0, 1, NOVELTY_NEW, { { 0 } } };

	learner_room_init(&r, text);
	learner_root(&r.l, &root);
	full = r.l.tree.n_hashed;
	for (i = 0; i < 60; i++)
		index[i] = i * (r.spec.columns / 60);
	in.sample_len = learner_room_binary(bytes, sizeof(bytes), index, 60);
	learner_learn(&r.l, &got, &in, &room);
	learner_root(&r.l, &root);
	one = r.l.tree.n_hashed - full;
	ck_assert_uint_gt(one, 60);
	ck_assert_msg(one * 100 <= full, "%llu of %llu hashes",
		      (unsigned long long)one, (unsigned long long)full);
	learner_root(&r.l, &root);
	ck_assert_uint_eq(r.l.tree.n_hashed, full + one + 1);
	learner_room_clear(&r);
}

START_TEST(a_root_after_one_contribution_costs_a_hundredth)
{
	root_is_cheap(BAYES("262144"));
	root_is_cheap(PERCEPTRON("262144"));
}
END_TEST

UNIT_MAIN("models/learner",
	  a_second_implementation_of_the_protocol_agrees,
	  a_root_asked_often_is_the_root_asked_once,
	  a_restored_snapshot_goes_on_with_the_same_roots,
	  what_was_kept_goes_on_like_the_original,
	  what_was_kept_and_spoilt_is_refused,
	  the_checksum_of_kept_states_is_xxh64,
	  a_restored_snapshot_gives_the_same_scores,
	  a_snapshot_of_something_else_is_refused,
	  a_snapshot_with_impossible_cells_is_refused,
	  what_is_no_sample_is_condemned_and_teaches_nothing,
	  a_contribution_is_never_judged_by_itself,
	  accuracy_counts_what_is_new_and_valid,
	  a_root_after_one_contribution_costs_a_hundredth)
