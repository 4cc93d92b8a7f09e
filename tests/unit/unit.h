#ifndef DECAID_TESTS_UNIT_UNIT_H
#define DECAID_TESTS_UNIT_UNIT_H

/*
 * What every unit test program shares: a suite of one case from a table of
 * tests, run with Check (CK_FORK=no and the like work as Check says).
 */

#include <check.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/status.h"

enum { UNIT_SECONDS = 120 };	/* that one test may take */

/* A test, and how often it runs, with _i from 0 up (1: once). */
struct unit_test {
	const TTest *test;
	int times;
};

/* Run the tests (n of them), each within so many seconds, as one suite;
 * main's return value. */
static inline int
unit_run_all(const char *name, const struct unit_test *tests, size_t n,
	     double seconds)
{
	Suite *suite = suite_create(name);
	TCase *tcase = tcase_create(name);
	SRunner *runner;
	int failed;
	size_t i;

	for (i = 0; i < n; i++)
		tcase_add_loop_test(tcase, tests[i].test, 0, tests[i].times);
	tcase_set_timeout(tcase, seconds);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* The same of tests that run once. */
static inline int
unit_run(const char *name, const TTest *const *tests, size_t n)
{
	struct unit_test once[64];
	size_t i;

	DC_CHECK(n <= DC_ARRAY_LEN(once));
	for (i = 0; i < n; i++)
		once[i] = (struct unit_test){ tests[i], 1 };
	return unit_run_all(name, once, n, UNIT_SECONDS);
}

/* UNIT_MAIN("base/hex", a_test, another_test) */
#define UNIT_MAIN(name, ...) \
	int \
	main(void) \
	{ \
		const TTest *const tests[] = { __VA_ARGS__ }; \
		return unit_run(name, tests, DC_ARRAY_LEN(tests)); \
	}

/* UNIT_LOOP_MAIN("base/hex", { a_test, 1 }, { another_test, 4 }) */
#define UNIT_LOOP_MAIN(name, ...) \
	int \
	main(void) \
	{ \
		const struct unit_test tests[] = { __VA_ARGS__ }; \
		return unit_run_all(name, tests, DC_ARRAY_LEN(tests), \
				    UNIT_SECONDS); \
	}

/* ck_assert for loops of many thousands: that one tells the parent process of
 * each place that it passes. */
#define unit_require(cond) \
	do { \
		if (!(cond)) \
			ck_abort_msg("failed: %s", #cond); \
	} while (0)

/* The call, which may name err, must succeed; its error text is the
 * failure's. */
#define MUST(call) \
	do { \
		struct dc_err must_err = DC_ERR_INIT; \
		struct dc_err *err = &must_err; \
		enum dc_status must_status = (call); \
		ck_assert_msg(must_status == DC_OK, "%s: %s (%s)", #call, \
			      dc_status_name(must_status), must_err.text); \
	} while (0)

/* The call must end with status. */
#define MUST_BE(status_, call) \
	do { \
		struct dc_err must_err = DC_ERR_INIT; \
		struct dc_err *err = &must_err; \
		enum dc_status must_status = (call); \
		ck_assert_msg(must_status == (status_), \
			      "%s: %s instead of %s (%s)", #call, \
			      dc_status_name(must_status), \
			      dc_status_name(status_), must_err.text); \
		ck_assert(must_err.text[0] != '\0'); \
	} while (0)

/* How much a test tried, into its log: of places that depend on the machine
 * no number is written down anywhere else. */
static inline void
unit_tell(const char *what, uint64_t tried, uint64_t last)
{
	printf("%s: %llu, up to the call %llu\n", what,
	       (unsigned long long)tried, (unsigned long long)last);
	fflush(stdout);
}

/* Does fn end the process badly? Run in a child, its message not shown. */
static inline bool
unit_dies(void (*fn)(void))
{
	pid_t child;
	int status;

	fflush(NULL);
	child = fork();
	ck_assert_int_ge(child, 0);
	if (child == 0) {
		if (freopen("/dev/null", "w", stderr) == NULL)
			_exit(0);
		fn();
		_exit(0);
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	return status != 0;
}

/* A sequence that is the same on every machine, for randomized tests.
 * Source: Steele, Lea, Flood 2014, splitmix64. */
static inline uint64_t
unit_random(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

#endif /* DECAID_TESTS_UNIT_UNIT_H */
