/* check_server_preview.c: what an incentive's numbers come to. */

#include "config.h"

#include <string.h>

#include "server/preview.h"
#include "tests/unit/unit.h"

#define MILLI_ETHER UINT64_C(1000000000000000)

static uint64_t
small(struct wei w)
{
	uint64_t v;

	unit_require(u256_to_u64(&v, w.v));
	return v;
}

static struct preview
stake(void)
{
	return (struct preview){
		.kind = PREVIEW_STAKE,
		.params = {
			.refund_wait_s = 3600, .verdict_window_s = 604800,
			.challenge_s = 600, .epoch_s = 600,
			.owner_claim_wait_s = 3600, .any_claim_wait_s = 7200,
			.floor_wei = wei_from_u64(MILLI_ETHER * 10),
			.cap_wei = wei_from_u64(MILLI_ETHER * 110),
			.burst = 10, .window_s = 1000,
			.reporter_share_bps = 2000,
		},
	};
}

static bool
warns(const struct preview *p, const char *what)
{
	char *out[PREVIEW_WARNINGS_MAX];
	size_t n = preview_warnings(out, p), i;
	bool found = false;

	for (i = 0; i < n; i++) {
		found = found || strstr(out[i], what) != NULL;
		free(out[i]);
	}
	return found;
}

/* A contribution lifts the level by a tenth; a second lowers it by 10 of
 * 10,000. */
START_TEST(deposits_of_a_stake_follow_the_level)
{
	struct preview p = stake();

	ck_assert_uint_eq(small(preview_deposit(&p, 0, 0)), 10 * MILLI_ETHER);
	ck_assert_uint_eq(small(preview_deposit(&p, 0, 1)), 20 * MILLI_ETHER);
	ck_assert_uint_eq(small(preview_deposit(&p, 50, 1)), 15 * MILLI_ETHER);
	ck_assert_uint_eq(small(preview_deposit(&p, 100, 1)),
			  10 * MILLI_ETHER);
	ck_assert_uint_eq(small(preview_deposit(&p, 0, 10)),
			  110 * MILLI_ETHER);
	ck_assert_uint_eq(small(preview_deposit(&p, 500, 50)),
			  60 * MILLI_ETHER);
}
END_TEST

/* The original demo's own weight: 3.6 ETH a second after, and it says so. */
START_TEST(the_originals_default_is_dear_and_that_is_said)
{
	struct preview p = {
		.kind = PREVIEW_STAKEABLE64,
		.cost_weight_wei = wei_from_u64(MILLI_ETHER),
	};
	struct dc_buf b;

	ck_assert_uint_eq(small(preview_deposit(&p, 1, 0)),
			  3600 * MILLI_ETHER);
	ck_assert_uint_eq(small(preview_deposit(&p, 3600, 0)),
			  60 * MILLI_ETHER);
	ck_assert(warns(&p, "the next deposit is 3.6 ETH"));
	dc_buf_init(&b, 65536);
	preview_text(&b, &p);
	ck_assert_ptr_nonnull(strstr(dc_buf_text(&b),
				     "1 second                     3.6 ETH\n"));
	ck_assert_ptr_nonnull(strstr(dc_buf_text(&b),
				     "1 hour                       0.06 ETH\n"));
	dc_buf_clear(&b);
	p.cost_weight_wei = wei_from_u64(MILLI_ETHER / 1000);
	ck_assert(!warns(&p, "the next deposit is"));
}
END_TEST

START_TEST(each_warning_comes_where_it_should_and_nowhere_else)
{
	struct preview p = stake();
	char *out[PREVIEW_WARNINGS_MAX];

	ck_assert_uint_eq(preview_warnings(out, &p), 0);
	p.params.burst = 0;
	ck_assert(warns(&p, "never rises"));
	p = stake();
	p.params.cap_wei = p.params.floor_wei;
	ck_assert(warns(&p, "burst changes nothing"));
	p = stake();
	p.params.reporter_share_bps = 100;
	ck_assert(warns(&p, "earns 0.0001 ETH, less than its gas"));
	p.params.reporter_share_bps = 10000;
	ck_assert(warns(&p, "take all of a forfeit"));
	p = stake();
	p.params.fee_gwei = 10 * MILLI_ETHER / 1000000000;
	ck_assert(warns(&p, "fee takes all"));
	p = stake();
	p.params.verdict_window_s = 1199;
	ck_assert(warns(&p, "shorter than two epochs"));
	p = stake();
	p.params.challenge_s = 0;
	ck_assert(warns(&p, "no challenge time"));
	p = stake();
	p.params.any_claim_wait_s = 0;
	ck_assert(warns(&p, "before the owner"));
}
END_TEST

/* As contracts/test/Factory.t.sol has it of the contract. */
START_TEST(what_every_factory_refuses_is_told)
{
	struct preview p = stake();

	ck_assert(!warns(&p, "Every factory refuses"));
	p.params.cap_wei = wei_from_u64(MILLI_ETHER * 10 - 1);
	ck_assert(warns(&p, "WrongPrice: the cap is below the floor"));
	p.kind = PREVIEW_POINTS;
	ck_assert(!warns(&p, "Every factory refuses"));
	p = stake();
	p.params.fee_gwei = 10 * MILLI_ETHER / 1000000000 + 1;
	ck_assert(warns(&p, "WrongPrice: the fee is above the floor"));
	p = stake();
	p.params.epoch_s = 1;
	ck_assert(warns(&p, "WaitTooShort: an epoch is at least 2 seconds"));
	p = stake();
	p.params.verdict_window_s = p.params.epoch_s + p.params.challenge_s;
	ck_assert(warns(&p, "WindowTooShort: an epoch and the challenge"));
	p.params.verdict_window_s++;
	ck_assert(!warns(&p, "Every factory refuses"));
	p.params.verdict_window_s--;
	p.kind = PREVIEW_STAKEABLE64;
	ck_assert(!warns(&p, "Every factory refuses"));
}
END_TEST

START_TEST(points_ask_for_nothing)
{
	struct preview p = stake();
	struct dc_buf b;

	p.kind = PREVIEW_POINTS;
	ck_assert_uint_eq(small(preview_deposit(&p, 1, 5)), 0);
	dc_buf_init(&b, 65536);
	preview_text(&b, &p);
	ck_assert_ptr_nonnull(strstr(dc_buf_text(&b), "karma alone"));
	ck_assert_ptr_null(strstr(dc_buf_text(&b), "ETH"));
	dc_buf_clear(&b);
}
END_TEST

UNIT_MAIN("server/preview", deposits_of_a_stake_follow_the_level,
	  the_originals_default_is_dear_and_that_is_said,
	  each_warning_comes_where_it_should_and_nowhere_else,
	  what_every_factory_refuses_is_told,
	  points_ask_for_nothing)
