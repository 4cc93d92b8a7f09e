/* check_models_fx9.c: fixed point with nine decimals. */

#include "config.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "models/fx9.h"
#include "tests/unit/unit.h"

/* Units of 10^-9 that fx9_ln is away from the C library's logarithm, which
 * has 64 bits here and so is itself good for 10^-8 of a unit. */
static long double
ln_error(uint64_t x)
{
	long double truth = logl((long double)x) * 1e9L;

	return fabsl((long double)fx9_ln(x) - truth);
}

START_TEST(a_logarithm_is_within_its_proven_bound)
{
	long double worst = 0;
	uint64_t state = 1, x;
	int i;

	if (LDBL_MANT_DIG < 64)
		return;	/* no better logarithm here to compare with */
	for (i = 0; i < 1000000; i++) {
		x = i < 100000 ? (uint64_t)i + 1
			       : unit_random(&state) >> (i % 64);
		if (x == 0)
			continue;
		worst = fmaxl(worst, ln_error(x));
	}
	for (i = 0; i < 64; i++) {
		worst = fmaxl(worst, ln_error(UINT64_C(1) << i));
		worst = fmaxl(worst, ln_error(UINT64_MAX >> i));
	}
	ck_assert(worst < 0.501L);
	ck_assert(worst > 0.4L);	/* or nothing was compared */
}
END_TEST

/* Source: OEIS A002162 (ln 2), A016628 (ln 5), ln 10^9 = 9 ln 10 (A002392). */
START_TEST(published_logarithms_come_out)
{
	ck_assert_int_eq(fx9_ln(1), 0);
	ck_assert_int_eq(fx9_ln(2), 693147181);
	ck_assert_int_eq(fx9_ln(5), 1609437912);
	ck_assert_int_eq(fx9_ln(10), 2302585093);
	ck_assert_int_eq(fx9_ln(1000000000), 20723265837);
	ck_assert_int_eq(fx9_ln(UINT64_MAX), 44361419556);
}
END_TEST

START_TEST(a_quick_logarithm_is_that_of_the_series)
{
	uint64_t state = 2;
	size_t i;

	for (i = 1; i < 300000; i++)
		unit_require(fx9_ln(i) == fx9_ln_series(i));
	for (i = 0; i < 64; i++) {
		uint64_t x = UINT64_C(1) << i;

		ck_assert_int_eq(fx9_ln(x), fx9_ln_series(x));
		ck_assert_int_eq(fx9_ln(2 * x - 1), fx9_ln_series(2 * x - 1));
	}
	/* the ends of all parts of the table, and what lies between */
	for (i = 128; i < 256; i++) {
		uint64_t x = (uint64_t)i << 56;

		ck_assert_int_eq(fx9_ln(x), fx9_ln_series(x));
		ck_assert_int_eq(fx9_ln(x - 1), fx9_ln_series(x - 1));
	}
	for (i = 0; i < 2000000; i++) {
		uint64_t x = unit_random(&state) >> (i % 63);

		unit_require(x == 0 || fx9_ln(x) == fx9_ln_series(x));
	}
}
END_TEST

START_TEST(a_logarithm_never_falls)
{
	int64_t before = -1;
	uint64_t x;

	for (x = 1; x < 300000; x++) {
		int64_t ln = fx9_ln(x);

		unit_require(ln >= before);
		before = ln;
	}
}
END_TEST

static const struct {
	const char *text;
	int64_t fx9;
} numbers[] = {
	{ "0", 0 }, { "-0", 0 }, { "0.0", 0 }, { "1", 1000000000 },
	{ "-1", -1000000000 }, { "1.5", 1500000000 },
	{ "0.000000001", 1 }, { "-0.000000001", -1 },
	{ "0.0000000005", 1 }, { "-0.0000000005", -1 },
	{ "0.00000000049999999999999999999999999999", 0 },
	{ "0.30000000000000004", 300000000 },
	{ "1e3", 1000000000000 }, { "1E+3", 1000000000000 },
	{ "1.5e-3", 1500000 }, { "15e-10", 2 }, { "0e999999999999", 0 },
	{ "1e-999999999999", 0 }, { "9223372036.854775807", INT64_MAX },
	{ "-9223372036.854775807", -INT64_MAX },
	{ "9223372036.8547758074999", INT64_MAX },
	{ "0.00000000000000000000000000000000001e35", 1000000000 },
	{ "100000000000000000000000000000000000e-35", 1000000000 },
	{ "123456789012345678901234567890e-25", 12345678901235 },
};

START_TEST(a_decimal_number_is_rounded_to_nine_places)
{
	int64_t v;
	size_t i;

	for (i = 0; i < DC_ARRAY_LEN(numbers); i++) {
		ck_assert_int_eq(fx9_parse(&v, numbers[i].text,
					   strlen(numbers[i].text), NULL),
				 DC_OK);
		ck_assert_msg(v == numbers[i].fx9, "%s gave %lld",
			      numbers[i].text, (long long)v);
	}
}
END_TEST

START_TEST(what_is_no_number_of_json_or_too_large_is_refused)
{
	static const char *const bad[] = {
		"", "-", "+1", ".5", "1.", "01", "-01", "1e", "1e+", "e3",
		" 1", "1 ", "0x1", "1,5", "nan", "--1", "1.5.5",
		"9223372036.854775808", "-9223372036.8547758075", "1e10",
		"1e999999999999", "123456789012345678901234567890",
	};
	struct dc_err err;
	int64_t v;
	size_t i;

	for (i = 0; i < DC_ARRAY_LEN(bad); i++) {
		dc_err_clear(&err);
		ck_assert_msg(fx9_parse(&v, bad[i], strlen(bad[i]), &err) ==
			      DC_EINVAL, "%s was taken", bad[i]);
		ck_assert(err.text[0] != '\0');
	}
}
END_TEST

START_TEST(text_and_value_go_both_ways)
{
	uint64_t state = 2;
	char text[FX9_TEXT_BYTES];
	int64_t v, back;
	int i;

	for (i = 0; i < 100000; i++) {
		v = (int64_t)unit_random(&state) >> (i % 63);
		if (v == INT64_MIN)
			continue;
		fx9_format(text, v);
		unit_require(fx9_parse(&back, text, strlen(text), NULL) ==
			     DC_OK);
		unit_require(back == v);
	}
	fx9_format(text, INT64_MIN);
	ck_assert_str_eq(text, "-9223372036.854775808");
	fx9_format(text, -2500000000);
	ck_assert_str_eq(text, "-2.5");
	fx9_format(text, 0);
	ck_assert_str_eq(text, "0");
}
END_TEST

START_TEST(what_leaves_the_range_is_cut_to_its_end)
{
	ck_assert_int_eq(fx9_sub(INT64_MIN, 1), INT64_MIN);
	ck_assert_int_eq(fx9_sub(INT64_MAX, -1), INT64_MAX);
	ck_assert_int_eq(fx9_sub(INT64_MIN, INT64_MIN), 0);
	ck_assert_int_eq(fx9_sub(0, INT64_MIN), INT64_MAX);
}
END_TEST

UNIT_MAIN("models/fx9",
	  a_logarithm_is_within_its_proven_bound,
	  published_logarithms_come_out,
	  a_quick_logarithm_is_that_of_the_series,
	  a_logarithm_never_falls,
	  a_decimal_number_is_rounded_to_nine_places,
	  what_is_no_number_of_json_or_too_large_is_refused,
	  text_and_value_go_both_ways,
	  what_leaves_the_range_is_cut_to_its_end)
