/* check_oracle_registry.c: copies of a model that learns meanwhile. */

#include "config.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "tests/unit/registry_fixture.h"
#include "tests/unit/unit.h"

/* Several pieces of a copy: 2 x 3 x 2^16 cells and more. */
static const char spec[] =
	"decaid 1\n"
	"model naive-bayes columns=65536 smoothing=1000000000\n"
	"encoder murmur3-words\n"
	"verdict two-fold credit=1000000000 margin=2000000000\n"
	"sample packed\n"
	"class games\n"
	"class science\n";

#define LESSONS 200000
#define COPIES 30

static struct registry *reg;
static struct registry_model *m;
static struct hash32 root[LESSONS + 1];	/* after so many lessons */
static atomic_bool started, done;

static void start(void)
{
	reg = registry_new();
	m = registry_fixture_add(reg, spec);
}

static void finish(void)
{
	registry_free(reg);
}

/* One contribution, spread over the whole state. */
static void learn(uint32_t i)
{
	static struct sample_room room;
	const uint32_t index[] = { i % 97, 20000 + i % 9973, 50000 + i % 997 };
	const struct sample x = { SAMPLE_BINARY, 3, index, NULL };
	struct lesson_input in = { .label = i % 2 };
	struct learn_result found;
	struct dc_buf b;

	dc_buf_init(&b, 200);
	sample_encode(&b, &x);
	in.sample = b.data;
	in.sample_len = b.len;
	registry_write_begin(m);
	learner_learn(registry_learner(m), &found, &in, &room);
	registry_write_end(m, i);
	ck_assert(found.valid);
	dc_buf_clear(&b);
}

/* The root of the copy's own cells, and which state it says it is. */
static struct hash32 root_of_copy(uint8_t *bytes, struct registry_as_of *of)
{
	struct hash32 h;

	MUST(registry_export(m, bytes, of, err));
	memcpy(h.b, bytes + 48, sizeof(h.b));
	return h;
}

static void *learn_all(void *arg)
{
	(void)arg;
	atomic_store(&started, true);
	for (uint32_t i = 0; i < LESSONS && !atomic_load(&done); i++) {
		learn(i);
		registry_root(m, &root[i + 1]);
	}
	return NULL;
}

START_TEST(a_copy_is_of_one_moment)
{
	struct hash32 copied[COPIES];
	uint64_t count[COPIES];
	uint8_t *bytes;
	pthread_t writer;

	start();
	bytes = dc_malloc(registry_export_size(m));
	registry_root(m, &root[0]);
	ck_assert_int_eq(pthread_create(&writer, NULL, learn_all, NULL), 0);
	while (!atomic_load(&started))
		;
	for (unsigned i = 0; i < COPIES; i++) {
		struct registry_as_of of;

		copied[i] = root_of_copy(bytes, &of);
		count[i] = of.contributions;
	}
	atomic_store(&done, true);
	ck_assert_int_eq(pthread_join(writer, NULL), 0);
	printf("lessons while it was copied: %llu\n",
	       (unsigned long long)count[COPIES - 1]);
	for (unsigned i = 0; i < COPIES; i++)
		ck_assert(hash32_equal(&copied[i], &root[count[i]]));
	free(bytes);
	finish();
}
END_TEST

START_TEST(a_copy_is_what_the_learner_exports)
{
	uint8_t *here, *there;
	size_t len;

	start();
	for (uint32_t i = 0; i < 10; i++)
		learn(i);
	len = registry_export_size(m);
	here = dc_malloc(len);
	there = dc_malloc(len);
	MUST(registry_export(m, here, NULL, err));
	learner_export(registry_learner(m), there);
	ck_assert_int_eq(memcmp(here, there, len), 0);
	free(here);
	free(there);
	finish();
}
END_TEST

START_TEST(changes_tells_whenever_the_state_may_be_another)
{
	struct hash32 zero;
	uint8_t *kept;
	uint64_t was;

	start();
	kept = dc_malloc(registry_kept_size(m));
	registry_snapshot(m, kept);
	registry_root(m, &zero);
	was = registry_changes(m);
	registry_write_begin(m);	/* a block without contributions */
	registry_write_end(m, 9);
	ck_assert_uint_eq(registry_changes(m), was);
	learn(1);
	ck_assert_uint_gt(registry_changes(m), was);
	was = registry_changes(m);
	registry_reset(m);
	ck_assert_uint_gt(registry_changes(m), was);
	was = registry_changes(m);
	MUST(registry_restore(m, kept, registry_kept_size(m), &zero, 9, err));
	ck_assert_uint_gt(registry_changes(m), was);
	free(kept);
	finish();
}
END_TEST

START_TEST(a_model_that_is_gone_is_not_copied)
{
	struct dc_err err = DC_ERR_INIT;
	uint8_t *bytes;

	start();
	bytes = dc_malloc(registry_export_size(m));
	registry_drop(reg, m);
	ck_assert_int_eq(registry_export(m, bytes, NULL, &err), DC_EBUSY);
	ck_assert_str_eq(err.text, "the model is gone with a reorg");
	free(bytes);
	finish();
}
END_TEST

UNIT_MAIN("oracle/registry", a_copy_is_of_one_moment,
	  a_copy_is_what_the_learner_exports,
	  changes_tells_whenever_the_state_may_be_another,
	  a_model_that_is_gone_is_not_copied)
