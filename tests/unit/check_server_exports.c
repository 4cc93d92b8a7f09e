/* check_server_exports.c: what strangers can make files cost. */

#include "config.h"

#include <string.h>
#include <time.h>

#include "server/exports.h"
#include "tests/unit/registry_fixture.h"
#include "tests/unit/unit.h"

/* 13 MiB of state; nine such files are all that there is room for. */
static const char spec[] =
	"decaid 1\n"
	"model naive-bayes columns=262144 smoothing=1000000000\n"
	"encoder murmur3-words\n"
	"verdict two-fold credit=1000000000 margin=2000000000\n"
	"sample packed\n"
	"class games\n"
	"class science\n";

static struct registry *reg;
static struct registry_model *m;
static struct exports *e;

static void start(void)
{
	const struct exports_options o = { .ring = NULL };

	reg = registry_new();
	m = registry_fixture_add(reg, spec);
	MUST(exports_new(&e, &o, err));
}

static void finish(void)
{
	struct exports_counters c;

	exports_counters(e, &c);
	ck_assert_uint_eq(c.waiting, 0);
	exports_free(e);
	registry_free(reg);
}

static enum dc_status want(struct export_hold **out, uint64_t changes,
			   uint64_t who, struct dc_err *err)
{
	const struct export_question q = { .model = m,
		.format = EXPORT_STATE, .changes = changes };

	return export_want(out, e, &q, who, err);
}

static void nap(void)
{
	const struct timespec t = { 0, 5000000 };

	(void)nanosleep(&t, NULL);
}

static void becomes_ready(struct export_hold *h)
{
	for (int i = 0; !export_ready(h); i++, nap())
		ck_assert_int_lt(i, 12000);
}

static void bytes_become(uint64_t bytes)
{
	struct exports_counters c;

	exports_counters(e, &c);
	for (int i = 0; c.bytes != bytes; i++, nap()) {
		ck_assert_int_lt(i, 12000);
		exports_counters(e, &c);
	}
}

START_TEST(a_file_is_there_as_long_as_somebody_has_it)
{
	struct export_hold *one, *other;
	const void *a, *b;
	size_t n, k;

	start();
	MUST(want(&one, 1, 0, err));
	becomes_ready(one);
	MUST(want(&other, 1, 0, err));	/* the same: it is there already */
	ck_assert(export_ready(other));
	MUST(export_get(one, &a, &n, err));
	MUST(export_get(other, &b, &k, err));
	ck_assert_ptr_eq(a, b);
	ck_assert_uint_eq(n, k);
	export_leave(one);
	bytes_become(n);
	export_hold_again(other);
	export_leave(other);
	bytes_become(n);
	export_leave(other);
	bytes_become(0);
	finish();
}
END_TEST

START_TEST(one_address_has_two_and_no_more)
{
	struct export_hold *h[3], *none = NULL;

	start();
	MUST(want(&h[0], 1, 7, err));
	MUST(want(&h[1], 2, 7, err));
	ck_assert_int_eq(want(&none, 1, 7, NULL), DC_EREFUSED);
	ck_assert_int_eq(want(&none, 3, 7, NULL), DC_EREFUSED);
	MUST(want(&h[2], 1, 8, err));
	export_leave(h[0]);
	MUST(want(&h[0], 3, 7, err));
	for (size_t i = 0; i < 3; i++)
		export_leave(h[i]);
	bytes_become(0);
	finish();
}
END_TEST

START_TEST(so_many_wait_and_no_more)
{
	struct export_hold *h[EXPORTS_WAITING + 1], *none = NULL;
	struct exports_counters c;

	start();
	registry_write_begin(m);	/* none becomes ready */
	MUST(want(&h[0], 1, 0, err));
	do
		exports_counters(e, &c);
	while (c.waiting > 0);		/* it is being made */
	for (uint64_t i = 1; i <= EXPORTS_WAITING; i++)
		MUST(want(&h[i], 1 + i, 0, err));
	ck_assert_int_eq(want(&none, 99, 0, NULL), DC_EBUSY);
	export_leave(h[5]);		/* before its turn came */
	MUST(want(&h[5], 99, 0, err));
	registry_write_end(m, 1);
	for (size_t i = 0; i <= EXPORTS_WAITING; i++)
		export_leave(h[i]);
	bytes_become(0);
	finish();
}
END_TEST

/* The last waits until one of the others is gone. */
START_TEST(all_files_together_have_so_many_bytes_and_no_more)
{
	struct export_hold *h[EXPORTS_WAITING];
	struct exports_counters c;
	const void *bytes;
	size_t len, most;

	start();
	MUST(want(&h[0], 0, 0, err));
	becomes_ready(h[0]);
	MUST(export_get(h[0], &bytes, &len, err));
	most = EXPORTS_BYTES_MAX / len;
	ck_assert_uint_lt(most, EXPORTS_WAITING);
	for (size_t i = 1; i < most; i++) {
		MUST(want(&h[i], i, 0, err));
		becomes_ready(h[i]);
	}
	MUST(want(&h[most], most, 0, err));
	exports_counters(e, &c);
	ck_assert_uint_eq(c.waiting, 1);
	ck_assert_uint_le(c.bytes, EXPORTS_BYTES_MAX);
	export_leave(h[0]);
	becomes_ready(h[most]);
	for (size_t i = 1; i <= most; i++)
		export_leave(h[i]);
	bytes_become(0);
	finish();
}
END_TEST

START_TEST(the_end_leaves_what_nobody_waits_for)
{
	struct export_hold *h[4];

	start();
	for (uint64_t i = 0; i < 4; i++)
		MUST(want(&h[i], i, 0, err));
	for (size_t i = 0; i < 4; i++)
		export_leave(h[i]);
	finish();	/* one may still be under way */
}
END_TEST

UNIT_MAIN("server/exports", a_file_is_there_as_long_as_somebody_has_it,
	  one_address_has_two_and_no_more, so_many_wait_and_no_more,
	  all_files_together_have_so_many_bytes_and_no_more,
	  the_end_leaves_what_nobody_waits_for)
