/* check_incentives_share.c: forfeits reach all who hold karma. */

#include "config.h"

#include <string.h>

#include "incentives/share.h"
#include "tests/unit/unit.h"

static uint64_t
small(struct wei w)
{
	uint64_t v;

	unit_require(u256_to_u64(&v, w.v));
	return v;
}

START_TEST(karma_holders_share_by_their_karma)
{
	struct share_pool p = { .karma = 0 };
	struct share_account a = { .karma = 0 }, b = { .karma = 0 };

	ck_assert(share_karma_add(&p, &a, 1));
	ck_assert(share_karma_add(&p, &b, 3));
	ck_assert(share_forfeit(&p, wei_from_u64(1000)));
	ck_assert_uint_eq(small(share_owed(&p, &a)), 250);
	ck_assert_uint_eq(small(share_owed(&p, &b)), 750);
	ck_assert_uint_eq(small(share_claim(&p, &a)), 250);
	ck_assert_uint_eq(small(share_claim(&p, &a)), 0);
	ck_assert_uint_eq(small(share_owed(&p, &b)), 750);
}
END_TEST

START_TEST(karma_earned_later_has_no_part_in_earlier_forfeits)
{
	struct share_pool p = { .karma = 0 };
	struct share_account a = { .karma = 0 }, b = { .karma = 0 };

	ck_assert(share_karma_add(&p, &a, 1));
	ck_assert(share_forfeit(&p, wei_from_u64(100)));
	ck_assert(share_karma_add(&p, &b, 1));
	ck_assert(share_karma_add(&p, &a, 2));
	ck_assert_uint_eq(small(share_owed(&p, &a)), 100);
	ck_assert_uint_eq(small(share_owed(&p, &b)), 0);
	ck_assert(share_forfeit(&p, wei_from_u64(100)));
	ck_assert_uint_eq(small(share_owed(&p, &a)), 175);
	ck_assert_uint_eq(small(share_owed(&p, &b)), 25);
}
END_TEST

START_TEST(what_comes_before_anybody_has_karma_is_kept_for_them)
{
	struct share_pool p = { .karma = 0 };
	struct share_account a = { .karma = 0 };

	ck_assert(share_forfeit(&p, wei_from_u64(100)));
	ck_assert_uint_eq(small(p.carry_wei), 100);
	ck_assert(share_karma_add(&p, &a, 1));
	ck_assert_uint_eq(small(share_owed(&p, &a)), 0);
	ck_assert(share_forfeit(&p, wei_from_u64(1)));
	ck_assert_uint_eq(small(share_owed(&p, &a)), 101);
}
END_TEST

/* acc, carry and owed by the protocol's formulas in 128 bits. */
START_TEST(the_accumulator_follows_the_formulas)
{
	uint64_t state = 1, all = 0, karma = 0;
	unsigned __int128 acc = 0, paid = 0, carry = 0, owed = 0, pot, inc;
	struct share_pool p = { .karma = 0 };
	struct share_account a = { .karma = 0 }, other = { .karma = 0 };
	int i;

	for (i = 0; i < 20000; i++) {
		uint64_t amount = unit_random(&state) >> 30;

		unit_require(share_forfeit(&p, wei_from_u64(amount)));
		pot = carry + amount;
		carry = pot;
		if (all != 0) {
			inc = (pot << 32) / all;
			acc += inc;
			carry = pot - ((inc * all + UINT32_MAX) >> 32);
		}
		if (i % 3 == 0) {
			unit_require(share_karma_add(&p, &a, 1));
			owed += (karma * (acc - paid)) >> 32;
			paid = acc;
			karma++;
			all++;
		}
		if (i % 5 == 0) {
			unit_require(share_karma_add(&p, &other, 2));
			all += 2;
		}
		unit_require(u256_compare(p.acc, u256_from_u128(acc)) == 0);
		unit_require(small(p.carry_wei) == carry);
		unit_require(small(share_owed(&p, &a)) ==
			     owed + ((karma * (acc - paid)) >> 32));
	}
}
END_TEST

START_TEST(what_is_owed_never_passes_what_was_put_in)
{
	uint64_t state = 2;
	int round, i;
	size_t k;

	for (round = 0; round < 200; round++) {
		struct share_pool p = { .karma = 0 };
		struct share_account a[7] = { { .karma = 0 } };
		uint64_t in = 0, out;

		for (i = 0; i < 100; i++) {
			uint64_t v = unit_random(&state) >>
				(20 + unit_random(&state) % 44);

			in += v;
			unit_require(share_forfeit(&p, wei_from_u64(v)));
			unit_require(share_karma_add(&p, &a[v % 7],
						     v % 3));
			out = small(p.carry_wei);
			for (k = 0; k < 7; k++)
				out += small(share_owed(&p, &a[k]));
			unit_require(out <= in);
			unit_require(p.karma == 0 || in - out < 800);
		}
	}
}
END_TEST

START_TEST(what_does_not_fit_the_trainers_slots_is_refused)
{
	struct share_pool p = { .karma = 0 }, was;
	struct share_account a = { .karma = 0 };
	struct wei w88 = { u256_shl(u256_from_u64(1), 88) };
	struct wei below;

	ck_assert(wei_sub(&below, w88, wei_from_u64(1)));
	ck_assert(share_forfeit(&p, below));
	was = p;
	ck_assert(!share_forfeit(&p, wei_from_u64(1)));
	ck_assert_mem_eq(&p, &was, sizeof(p));
	ck_assert(!share_forfeit(&p, (struct wei){ U256_MAX_ }));
	ck_assert(!share_karma_add(&p, &a, UINT64_C(1) << 40));
	ck_assert(share_karma_add(&p, &a, 1));
	/* acc: 128 bits */
	ck_assert(share_forfeit(&p, wei_from_u64(0)));
	p.acc = u256_shr(U256_MAX_, 128);
	ck_assert(!share_forfeit(&p, wei_from_u64(1)));
	/* owed: 88 bits */
	ck_assert(!share_karma_add(&p, &a, 1));
	ck_assert_uint_eq(a.karma, 1);
}
END_TEST

UNIT_MAIN("incentives/share",
	  karma_holders_share_by_their_karma,
	  karma_earned_later_has_no_part_in_earlier_forfeits,
	  what_comes_before_anybody_has_karma_is_kept_for_them,
	  the_accumulator_follows_the_formulas,
	  what_is_owed_never_passes_what_was_put_in,
	  what_does_not_fit_the_trainers_slots_is_refused)
