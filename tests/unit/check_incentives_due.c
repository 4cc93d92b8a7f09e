/* check_incentives_due.c: events come out by time. */

#include "config.h"

#include "incentives/due.h"
#include "tests/unit/unit.h"

START_TEST(the_earliest_comes_first_and_equals_as_they_went_in)
{
	static const uint64_t times[] = { 5, 3, 5, 9, 3, 0, 5 };
	static const uint32_t want[] = { 5, 1, 4, 0, 2, 6, 3 };
	struct due entry[7], got;
	struct due_queue q = { .entry = entry, .room = 7 };
	uint32_t i;

	for (i = 0; i < 7; i++)
		ck_assert(due_put(&q, times[i], 1, i));
	ck_assert(!due_put(&q, 1, 1, 9));
	for (i = 0; i < 7; i++) {
		ck_assert(due_take(&q, &got));
		ck_assert_uint_eq(got.who, want[i]);
		ck_assert_uint_eq(got.time_s, times[want[i]]);
	}
	ck_assert(!due_take(&q, &got));
}
END_TEST

/* Against a search through all of them. */
START_TEST(a_long_mix_of_puts_and_takes_keeps_the_order)
{
	enum { ROOM = 300 };
	static struct due entry[ROOM], all[20000], got;
	static bool gone[20000];
	struct due_queue q = { .entry = entry, .room = ROOM };
	uint64_t state = 1;
	uint32_t n = 0, i;

	while (n < 20000) {
		if (unit_random(&state) % 2 == 0 && q.n < ROOM) {
			all[n] = (struct due){ unit_random(&state) % 50,
					       n, 0, n };
			unit_require(due_put(&q, all[n].time_s, 0, n));
			n++;
		} else if (q.n > 0) {
			unit_require(due_take(&q, &got));
			unit_require(!gone[got.who]);
			gone[got.who] = true;
			for (i = n > 2000 ? n - 2000 : 0; i < n; i++)
				unit_require(gone[i] ||
					     all[i].time_s > got.time_s ||
					     (all[i].time_s == got.time_s &&
					      i > got.who));
		}
	}
}
END_TEST

UNIT_MAIN("incentives/due",
	  the_earliest_comes_first_and_equals_as_they_went_in,
	  a_long_mix_of_puts_and_takes_keeps_the_order)
