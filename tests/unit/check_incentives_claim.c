/*
 * check_incentives_claim.c: who may claim what, every verdict, time and actor.
 */

#include "config.h"

#include <string.h>

#include "incentives/claim.h"
#include "incentives/share.h"
#include "tests/unit/unit.h"

#define GWEI UINT64_C(1000000000)
#define DEPOSIT (100 * GWEI + 7)
#define FEE (3 * GWEI)

/* A contribution at 1000: refund wait to 1010, deadline 1030. */
static const struct trainer_params params = {
	.refund_wait_s = 10, .verdict_window_s = 20, .challenge_s = 5,
	.owner_claim_wait_s = 100, .any_claim_wait_s = 200,
	.fee_gwei = 3, .reporter_share_bps = 1234,
};

enum { TIME = 1000, JUDGEABLE = 1010, DEADLINE = 1030 };

/* Everything there is to ask. */
struct one_case {
	enum claim_action action;
	struct claim_actor actor;
	struct claim_record r;
	uint64_t now_s;
};

/* The table of oracle/PROTOCOL.md, line by line. */
static bool
table_allows(const struct one_case *c)
{
	const struct claim_record *r = &c->r;
	bool judged = r->verdict != VERDICT_NONE;
	bool effective = judged && c->now_s >= r->accepted_at_s + 5;
	bool late = r->in_late_range && r->accepted_at_s + 5 > DEADLINE;
	bool condemned = effective && r->verdict == VERDICT_DISAGREE && !late;

	if (r->settled)
		return false;
	switch (c->action) {
	case CLAIM_REFUND:
		if (!c->actor.is_contributor)
			return false;
		if (effective)
			return r->verdict != VERDICT_DISAGREE || late;
		/* in challenge, in time: the checkpoint must fall first */
		return c->now_s > DEADLINE && (!judged || r->in_late_range);
	case CLAIM_REPORT:
		return condemned && !c->actor.is_contributor;
	case CLAIM_LATE:
		return condemned && c->now_s > DEADLINE +
			(c->actor.is_owner ? 100u : 200u);
	}
	return false;
}

static uint64_t
small(struct wei w)
{
	uint64_t v;

	unit_require(u256_to_u64(&v, w.v));
	return v;
}

/* What is paid, shared and kept is the deposit, to the wei. */
static void
check_amounts(const struct one_case *c, const struct claim_answer *a)
{
	bool unjudged = c->r.verdict == VERDICT_NONE ||
		c->now_s < c->r.accepted_at_s + 5;
	uint64_t fee = unjudged || c->r.in_late_range ? 0 : FEE;
	uint64_t left = DEPOSIT - fee;
	bool credit = c->action == CLAIM_REFUND && !unjudged &&
		c->r.verdict == VERDICT_CREDIT;

	unit_require(small(a->fee_wei) == fee);
	unit_require(small(a->pays_wei) ==
		     (c->action == CLAIM_REPORT ? left * 1234 / 10000 : left));
	unit_require(small(a->pays_wei) + small(a->shared_wei) == left);
	unit_require(a->karma == credit);
	unit_require(a->when_s == 0);
}

static bool
allowed(const struct one_case *c, uint64_t now_s)
{
	struct claim_answer a;

	claim_check(&a, &params, c->action, c->actor, &c->r, now_s);
	return a.reason == CLAIM_ALLOWED;
}

/* Around everything that can happen. */
static const uint64_t times[] = {
	TIME, JUDGEABLE - 1, JUDGEABLE, JUDGEABLE + 4, JUDGEABLE + 5,
	JUDGEABLE + 6, JUDGEABLE + 7, JUDGEABLE + 8, JUDGEABLE + 9,
	DEADLINE - 6, DEADLINE - 5, DEADLINE - 4, DEADLINE - 3, DEADLINE - 1,
	DEADLINE, DEADLINE + 1, DEADLINE + 2, DEADLINE + 4, DEADLINE + 5,
	DEADLINE + 6, DEADLINE + 54, DEADLINE + 55, DEADLINE + 56,
	DEADLINE + 99, DEADLINE + 100, DEADLINE + 101, DEADLINE + 199,
	DEADLINE + 200, DEADLINE + 201, DEADLINE + 304, DEADLINE + 305,
	DEADLINE + 306, DEADLINE + 100000
};

/* A no tells from when on it is a yes, and not a second earlier. */
static void
check_when(const struct one_case *c, const struct claim_answer *a)
{
	size_t i;

	unit_require(wei_compare(a->pays_wei, wei_from_u64(0)) == 0);
	unit_require(a->karma == 0);
	if (a->when_s == CLAIM_NEVER) {
		for (i = 0; i < DC_ARRAY_LEN(times); i++)
			unit_require(times[i] < c->now_s ||
				     !allowed(c, times[i]));
		return;
	}
	unit_require(a->when_s > c->now_s);
	unit_require(allowed(c, a->when_s));
	unit_require(!allowed(c, a->when_s - 1));
}

static void
check_case(const struct one_case *c)
{
	struct claim_answer a;

	claim_check(&a, &params, c->action, c->actor, &c->r, c->now_s);
	unit_require((a.reason == CLAIM_ALLOWED) == table_allows(c));
	if (a.reason == CLAIM_ALLOWED)
		check_amounts(c, &a);
	else
		check_when(c, &a);
}

static const uint64_t accepted_at[] = {
	JUDGEABLE, JUDGEABLE + 3, DEADLINE - 5, DEADLINE - 4, DEADLINE,
	DEADLINE + 1, DEADLINE + 50, DEADLINE + 300
};

static void
check_times(struct one_case *c)
{
	size_t i, t;

	for (i = 0; i < DC_ARRAY_LEN(accepted_at); i++) {
		c->r.accepted_at_s = accepted_at[i];
		for (t = 0; t < DC_ARRAY_LEN(times); t++) {
			c->now_s = times[t];
			/* a verdict is there from then on */
			if (c->r.verdict == VERDICT_NONE ||
			    c->now_s >= accepted_at[i])
				check_case(c);
		}
	}
}

START_TEST(every_verdict_time_and_actor_gets_what_the_table_says)
{
	struct one_case c = {
		.r = { .time_s = TIME, .deposit_wei = wei_from_u64(DEPOSIT) }
	};
	unsigned bits, v, action;

	for (action = CLAIM_REFUND; action <= CLAIM_LATE; action++)
		for (v = VERDICT_DISAGREE; v <= VERDICT_NONE; v++)
			for (bits = 0; bits < 16; bits++) {
				c.action = (enum claim_action)action;
				c.r.verdict = (enum verdict)v;
				c.actor.is_contributor = bits & 1;
				c.actor.is_owner = (bits & 2) != 0;
				c.r.settled = (bits & 4) != 0;
				/* no range holds what nobody judged */
				c.r.in_late_range = (bits & 8) != 0 &&
					v != VERDICT_NONE;
				check_times(&c);
			}
}
END_TEST

static const struct {
	enum claim_action action;
	bool is_contributor, is_owner, settled;
	enum verdict verdict;
	uint64_t accepted_at_s, now_s;
	bool in_late_range;
	enum claim_reason reason;
	uint64_t when_s;
} reasons[] = {
	{ CLAIM_REFUND, true, false, true, VERDICT_AGREE, 1010, 1050, false,
	  CLAIM_SETTLED, CLAIM_NEVER },
	{ CLAIM_REFUND, false, true, false, VERDICT_AGREE, 1010, 1050, false,
	  CLAIM_NOT_CONTRIBUTOR, CLAIM_NEVER },
	{ CLAIM_REPORT, true, true, false, VERDICT_DISAGREE, 1010, 1050, false,
	  CLAIM_OWN_RECORD, CLAIM_NEVER },
	{ CLAIM_REFUND, true, false, false, VERDICT_NONE, 0, 1009, false,
	  CLAIM_WAITING, 1031 },
	{ CLAIM_REFUND, true, false, false, VERDICT_NONE, 0, 1010, false,
	  CLAIM_NOT_JUDGED, 1031 },
	{ CLAIM_REPORT, false, false, false, VERDICT_NONE, 0, 1010, false,
	  CLAIM_NOT_JUDGED, CLAIM_NEVER },
	{ CLAIM_REFUND, true, false, false, VERDICT_AGREE, 1012, 1014, false,
	  CLAIM_CHALLENGE, 1017 },
	{ CLAIM_REFUND, true, false, false, VERDICT_DISAGREE, 1012, 1014,
	  false,
	  CLAIM_CHALLENGE, CLAIM_NEVER },
	{ CLAIM_REPORT, false, false, false, VERDICT_DISAGREE, 1012, 1014,
	  false, CLAIM_CHALLENGE, 1017 },
	{ CLAIM_REFUND, true, false, false, VERDICT_DISAGREE, 1012, 1050, false,
	  CLAIM_BAD_DATA, CLAIM_NEVER },
	{ CLAIM_REPORT, false, false, false, VERDICT_ABSTAIN, 1012, 1050, false,
	  CLAIM_GOOD_DATA, CLAIM_NEVER },
	{ CLAIM_REPORT, false, false, false, VERDICT_DISAGREE, 1040, 1050, true,
	  CLAIM_TOO_LATE, CLAIM_NEVER },
	{ CLAIM_LATE, false, true, false, VERDICT_DISAGREE, 1012, 1130, false,
	  CLAIM_OWNER_WAIT, 1131 },
	{ CLAIM_LATE, false, false, false, VERDICT_DISAGREE, 1012, 1131, false,
	  CLAIM_ANY_WAIT, 1231 },
	{ CLAIM_LATE, false, true, false, VERDICT_DISAGREE, 1012, 1131, false,
	  CLAIM_ALLOWED, 0 },
};

START_TEST(each_reason_is_given_where_it_belongs)
{
	bool seen[CLAIM_REASONS] = { false };
	struct claim_answer a;
	size_t i;

	for (i = 0; i < DC_ARRAY_LEN(reasons); i++) {
		struct claim_record r = {
			.time_s = TIME, .deposit_wei = wei_from_u64(DEPOSIT),
			.settled = reasons[i].settled,
			.verdict = reasons[i].verdict,
			.accepted_at_s = reasons[i].accepted_at_s,
			.in_late_range = reasons[i].in_late_range,
		};
		struct claim_actor actor = {
			reasons[i].is_contributor, reasons[i].is_owner
		};

		claim_check(&a, &params, reasons[i].action, actor, &r,
			    reasons[i].now_s);
		ck_assert_msg(a.reason == reasons[i].reason &&
			      a.when_s == reasons[i].when_s,
			      "reasons[%zu]: %d, %llu", i, (int)a.reason,
			      (unsigned long long)a.when_s);
		seen[a.reason] = true;
	}
	for (i = 0; i < CLAIM_REASONS; i++) {
		/* drt.h's own: claim_check knows no such thing */
		ck_assert_msg(seen[i] != (i == CLAIM_NO_KARMA),
			      "reason %zu has no case", i);
		ck_assert_uint_gt(strlen(claim_reason_text(
			(enum claim_reason)i)), 10);
	}
}
END_TEST

START_TEST(a_fee_never_passes_the_deposit)
{
	struct trainer_params p = params;
	struct claim_record r = {
		.time_s = TIME, .deposit_wei = wei_from_u64(5),
		.verdict = VERDICT_AGREE, .accepted_at_s = JUDGEABLE,
	};
	struct claim_answer a;

	p.fee_gwei = UINT64_MAX;
	claim_check(&a, &p, CLAIM_REFUND, (struct claim_actor){ true, false },
		    &r, DEADLINE);
	ck_assert_int_eq(a.reason, CLAIM_ALLOWED);
	ck_assert_uint_eq(small(a.pays_wei), 0);
	ck_assert_uint_eq(small(a.fee_wei), 5);
}
END_TEST

/* The hint is what the claim pays, for every deposit and share. */
START_TEST(what_reporting_would_pay_is_what_it_pays)
{
	static const uint64_t deposits[] = { 0, 1, 3, 99, 100, 101, 1000007,
					     UINT64_MAX };
	static const uint16_t shares[] = { 0, 1, 333, 1000, 9999, 10000 };
	struct trainer_params p = params;
	struct claim_answer a;
	size_t i, k;

	for (i = 0; i < DC_ARRAY_LEN(deposits); i++)
		for (k = 0; k < DC_ARRAY_LEN(shares) * 3; k++) {
			struct claim_record r = {
				.time_s = TIME,
				.deposit_wei = wei_from_u64(deposits[i]),
				.verdict = VERDICT_DISAGREE,
				.accepted_at_s = JUDGEABLE
			};
			struct wei hint;

			p.fee_gwei = k % 3;
			p.reporter_share_bps = shares[k / 3];
			hint = claim_report_wei(&p, r.deposit_wei);
			claim_check(&a, &p, CLAIM_REPORT,
				    (struct claim_actor){ false, false }, &r,
				    DEADLINE);
			ck_assert_int_eq(a.reason, CLAIM_ALLOWED);
			ck_assert_int_eq(wei_compare(hint, a.pays_wei), 0);
		}
}
END_TEST

START_TEST(nothing_can_be_reported_before_its_epoch_is_over)
{
	struct trainer_params p = { .refund_wait_s = 100, .epoch_s = 60,
				    .challenge_s = 7 };

	ck_assert_uint_eq(claim_report_least_s(&p, 20), 127);
	ck_assert_uint_eq(claim_report_least_s(&p, 21), 187);
	ck_assert_uint_eq(claim_report_least_s(&p, 79), 187);
	ck_assert_uint_eq(claim_report_least_s(&p, 80), 187);
	ck_assert_uint_eq(claim_report_least_s(&p, UINT64_MAX - 50),
			  UINT64_MAX);
}
END_TEST

START_TEST(far_times_do_not_wrap)
{
	struct claim_record r = {
		.time_s = UINT64_MAX - 3, .verdict = VERDICT_NONE,
		.deposit_wei = wei_from_u64(DEPOSIT),
	};
	struct claim_answer a;

	claim_check(&a, &params, CLAIM_REFUND,
		    (struct claim_actor){ true, false }, &r, UINT64_MAX - 1);
	ck_assert_int_eq(a.reason, CLAIM_WAITING);
	ck_assert_uint_eq(a.when_s, UINT64_MAX);
}
END_TEST

/* A trainer's money over a random life: what it holds covers all it owes,
 * and at the end, dust apart, nothing is stuck. */
#define ACCOUNTS 5
#define RECORDS 60

struct money {
	struct share_pool pool;
	struct share_account account[ACCOUNTS];
	struct claim_record rec[RECORDS];
	unsigned owner_of[RECORDS];
	uint64_t balance, fees;
};

static void
money_claim(struct money *m, unsigned i, unsigned by, enum claim_action action,
	    uint64_t now_s)
{
	struct claim_actor actor = { m->owner_of[i] == by, by == 0 };
	struct claim_answer a;
	uint64_t out;

	claim_check(&a, &params, action, actor, &m->rec[i], now_s);
	if (a.reason != CLAIM_ALLOWED)
		return;
	m->rec[i].settled = true;
	out = small(a.pays_wei) + small(a.fee_wei);
	unit_require(out <= m->balance);
	m->balance -= out;
	m->fees += small(a.fee_wei);
	unit_require(share_forfeit(&m->pool, a.shared_wei));
	unit_require(share_karma_add(&m->pool, &m->account[by], a.karma));
}

/* Deposits that are open, what accounts may pull, and what is carried. */
static void
money_covers(const struct money *m)
{
	uint64_t owed = small(m->pool.carry_wei);
	unsigned i;

	for (i = 0; i < RECORDS; i++)
		if (!m->rec[i].settled)
			owed += small(m->rec[i].deposit_wei);
	for (i = 0; i < ACCOUNTS; i++)
		owed += small(share_owed(&m->pool, &m->account[i]));
	unit_require(owed <= m->balance);
}

static void
money_init(struct money *m, uint64_t *state)
{
	unsigned i;

	memset(m, 0, sizeof(*m));
	for (i = 0; i < RECORDS; i++) {
		uint64_t deposit = FEE + unit_random(state) % (50 * GWEI);

		m->rec[i] = (struct claim_record){
			.time_s = TIME + unit_random(state) % 40,
			.deposit_wei = wei_from_u64(deposit),
			.verdict = (enum verdict)(unit_random(state) % 5),
		};
		m->rec[i].accepted_at_s = m->rec[i].time_s + 10 +
			unit_random(state) % 60;
		m->rec[i].in_late_range = m->rec[i].verdict != VERDICT_NONE &&
			m->rec[i].accepted_at_s + 5 > m->rec[i].time_s + 30;
		m->owner_of[i] = (unsigned)(unit_random(state) % ACCOUNTS);
		m->balance += deposit;
	}
}

static void
money_pull(struct money *m, unsigned by)
{
	uint64_t owed = small(share_claim(&m->pool, &m->account[by]));

	unit_require(owed <= m->balance);
	m->balance -= owed;
}

START_TEST(payouts_never_pass_the_deposits)
{
	uint64_t state = 1;
	struct money m;
	unsigned i, by, round, step;

	for (round = 0; round < 400; round++) {
		money_init(&m, &state);
		for (step = 0; step < 400; step++) {
			i = (unsigned)(unit_random(&state) % RECORDS);
			by = (unsigned)(unit_random(&state) % ACCOUNTS);
			money_claim(&m, i, by, (enum claim_action)
				    (unit_random(&state) % 3), TIME + step);
			if (step % 50 == 0)
				money_pull(&m, by);
			money_covers(&m);
		}
		/* long after the last deadline everybody takes what is left */
		for (i = 0; i < RECORDS; i++)
			for (by = 0; by < ACCOUNTS; by++)
				for (step = 0; step < 3; step++)
					money_claim(&m, i, by,
						    (enum claim_action)step,
						    TIME + 100000);
		for (i = 0; i < RECORDS; i++)
			unit_require(m.rec[i].settled);
		for (by = 0; by < ACCOUNTS; by++)
			money_pull(&m, by);
		money_covers(&m);
		/* rounding leaves at most a wei a sharing and account */
		unit_require(m.pool.karma == 0 ||
			     m.balance < RECORDS * (ACCOUNTS + 1));
	}
}
END_TEST

UNIT_MAIN("incentives/claim",
	  every_verdict_time_and_actor_gets_what_the_table_says,
	  each_reason_is_given_where_it_belongs,
	  a_fee_never_passes_the_deposit,
	  what_reporting_would_pay_is_what_it_pays,
	  nothing_can_be_reported_before_its_epoch_is_over,
	  far_times_do_not_wrap,
	  payouts_never_pass_the_deposits)
