/* check_base_clock.c: moments to come are that far away, and well formed. */

#include "config.h"

#include "base/clock.h"
#include "tests/unit/unit.h"

static int64_t ms_of(struct timespec t)
{
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

START_TEST(the_clock_never_goes_back)
{
	int64_t was = dc_clock_ms();

	for (int i = 0; i < 100000; i++) {
		int64_t now = dc_clock_ms();

		ck_assert_int_ge(now, was);
		was = now;
	}
}
END_TEST

/* Asked before and after: between the two lies what it was reckoned from. */
START_TEST(a_moment_lies_as_far_ahead_as_was_said)
{
	for (unsigned ms = 0; ms < 5000; ms += 7) {
		int64_t before = dc_clock_ms();
		struct timespec t = dc_clock_in(ms);
		int64_t after = dc_clock_ms();

		ck_assert_int_ge(t.tv_nsec, 0);
		ck_assert_int_lt(t.tv_nsec, 1000000000);
		ck_assert_int_ge(ms_of(t), before + ms);
		ck_assert_int_le(ms_of(t), after + ms);
	}
}
END_TEST

UNIT_MAIN("base/clock", the_clock_never_goes_back,
	  a_moment_lies_as_far_ahead_as_was_said)
