/* check_oracle_outbox_money.c: what a transaction may cost: replacements, the
 * caps, an empty purse, and what was paid. */

#include "config.h"

#include "tests/unit/outbox_fixture.h"

START_TEST(a_stuck_one_is_replaced_and_either_hash_counts)
{
	struct fix *x = setup();
	struct sql_tx_row row;
	struct fake_tx *first;

	close_epoch(x, 5, 1);
	step(x);
	x->node.base_fee = 500;		/* over twice the old base fee */
	mine_final(x);
	world.now_s += 29;
	step(x);
	ck_assert_uint_eq(row_of(x, x->epoch).n_hashes, 1);
	world.now_s += 1;
	step(x);
	row = row_of(x, x->epoch);
	ck_assert_int_eq(row.status, SQL_TX_SENT);
	ck_assert_uint_eq(row.n_hashes, 2);
	ck_assert_uint_eq(row.nonce, 0);
	ck_assert_uint_eq(fake_last(&x->node)->fee, 1010);
	ck_assert_uint_eq(fake_last(&x->node)->tip, 11);
	/* the first one is mined after all */
	first = &x->node.txs[0];
	fake_last(&x->node)->gone = true;
	first->gone = false;
	x->node.base_fee = 100;
	mine_final(x);
	step(x);
	step(x);
	ck_assert_int_eq(status_of(x, x->epoch), SQL_TX_FINAL);
	teardown(x);
}
END_TEST

START_TEST(a_replacement_never_passes_the_cap)
{
	struct sql_tx_row row;
	struct fix *x = setup();
	uint64_t sends;

	outbox_free(x->box);
	open_box(x, wei_from_u64(230));
	close_epoch(x, 5, 1);
	step(x);
	ck_assert_uint_eq(fake_last(&x->node)->fee, 210);
	x->node.base_fee = 220;
	sends = x->node.sends;
	world.now_s += 30;
	step(x);			/* 231 would be over the cap */
	row = row_of(x, x->epoch);
	ck_assert_uint_eq(row.n_hashes, 1);
	ck_assert_uint_eq(x->node.sends, sends + 1);	/* offered again */
	x->node.base_fee = 240;
	world.now_s += 30;
	step(x);
	row = row_of(x, x->epoch);
	ck_assert_uint_eq(row.n_hashes, 1);
	teardown(x);
}
END_TEST

/* A gas limit of 125,000 at 210 a gas is 26,250,000. */
START_TEST(without_funds_nothing_is_sent_or_replaced_and_it_is_told)
{
	struct fix *x = setup();
	struct outbox_status s;
	struct sql_tx_row row;

	close_epoch(x, 5, 1);
	x->node.balance = 26249999;
	step(x);
	row = row_of(x, x->epoch);
	ck_assert_int_eq(row.status, SQL_TX_QUEUED);
	ck_assert_ptr_nonnull(strstr(row.error, "funds do not cover"));
	outbox_status(x->box, &s);
	ck_assert_str_eq(s.held_back, row.error);
	ck_assert_uint_eq(x->node.sends, 0);
	x->node.balance = 26250000;
	step(x);
	ck_assert_int_eq(status_of(x, x->epoch), SQL_TX_SENT);
	outbox_status(x->box, &s);
	ck_assert_str_eq(s.held_back, "");
	/* a replacement of 231 a gas would need more: the first one stays */
	x->node.base_fee = 500;
	world.now_s += 30;
	step(x);
	row = row_of(x, x->epoch);
	ck_assert_uint_eq(row.n_hashes, 1);
	ck_assert_uint_eq(x->node.n, 1);
	outbox_status(x->box, &s);
	ck_assert_ptr_nonnull(strstr(s.held_back, "funds do not cover"));
	x->node.base_fee = 100;
	mine_final(x);
	step(x);
	step(x);
	ck_assert_int_eq(status_of(x, x->epoch), SQL_TX_FINAL);
	teardown(x);
}
END_TEST

START_TEST(every_replacement_offers_at_least_a_tenth_more_of_both)
{
	struct fix *x = setup();
	uint64_t fee = 0, tip = 0;

	close_epoch(x, 5, 1);
	step(x);
	for (unsigned i = 0; i < 12; i++) {
		const struct fake_tx *tx = fake_last(&x->node);

		ck_assert_uint_ge(tx->fee * 10, fee * 11);
		ck_assert_uint_ge(tx->tip * 10, tip * 11);
		ck_assert_uint_eq(tx->nonce, 0);
		fee = tx->fee;
		tip = tx->tip;
		world.now_s += 30;
		step(x);
	}
	ck_assert_uint_eq(row_of(x, x->epoch).n_hashes, 13);
	teardown(x);
}
END_TEST

START_TEST(the_days_cap_stops_sending_and_says_so_until_the_next)
{
	struct fix *x = setup();
	struct outbox_status s;

	close_epoch(x, 5, 1);
	outbox_free(x->box);
	signer_stop(x->signer);
	world.day_cap_wei = 26249999;
	x->signer = start_signer(x);
	world.day_cap_wei = UINT64_MAX;
	open_box(x, wei_from_u64(0));
	close_epoch(x, 5, 1);
	step(x);
	ck_assert_int_eq(status_of(x, x->epoch), SQL_TX_QUEUED);
	outbox_status(x->box, &s);
	ck_assert_msg(strstr(s.held_back, "cap") != NULL, "%s", s.held_back);
	ck_assert_uint_eq(x->node.sends, 0);
	x->node.base_fee = 50;		/* what fits under it is sent */
	step(x);
	ck_assert_int_eq(status_of(x, x->epoch), SQL_TX_SENT);
	outbox_status(x->box, &s);
	ck_assert_str_eq(s.held_back, "");
	teardown(x);
}
END_TEST

START_TEST(what_is_paid_is_counted_once_and_when_it_is_final)
{
	const uint64_t paid = 21000 * 100;	/* see fake_receipt */
	struct fix *x = setup();
	struct outbox_status s;
	uint64_t first;

	for (unsigned i = 1; i <= 2; i++) {
		close_epoch(x, 5, 1);
		step(x);
		first = x->epoch;
		fake_mine(&x->node);
		step(x);
		outbox_status(x->box, &s);
		ck_assert_int_eq(wei_compare(s.spent_wei,
				 wei_from_u64((i - 1) * paid)), 0);
		if (i == 2)	/* a revert costs its gas all the same */
			fake_last(&x->node)->success = false;
		mine_final(x);
		accept_epoch(x, first, x->epoch);
		step(x);
		step(x);
		outbox_status(x->box, &s);
		ck_assert_int_eq(wei_compare(s.spent_wei,
					     wei_from_u64(i * paid)), 0);
		ck_assert_int_eq(wei_compare(s.spent_today_wei, s.spent_wei),
				 0);
	}
	teardown(x);
}
END_TEST

START_TEST(a_base_fee_over_the_cap_is_waited_out_and_told)
{
	struct fix *x = setup();
	struct sql_tx_row row;

	outbox_free(x->box);
	open_box(x, wei_from_u64(99));
	close_epoch(x, 5, 1);
	step(x);
	step(x);
	row = row_of(x, x->epoch);
	ck_assert_int_eq(row.status, SQL_TX_QUEUED);
	ck_assert(strstr(row.error, "over the fee cap") != NULL);
	x->node.base_fee = 50;
	step(x);
	ck_assert_int_eq(status_of(x, x->epoch), SQL_TX_SENT);
	ck_assert_str_eq(row_of(x, x->epoch).error, "");
	teardown(x);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		a_stuck_one_is_replaced_and_either_hash_counts,
		a_replacement_never_passes_the_cap,
		without_funds_nothing_is_sent_or_replaced_and_it_is_told,
		every_replacement_offers_at_least_a_tenth_more_of_both,
		the_days_cap_stops_sending_and_says_so_until_the_next,
		what_is_paid_is_counted_once_and_when_it_is_final,
		a_base_fee_over_the_cap_is_waited_out_and_told,
	};
	char command[96];
	int found;

	if (!make_keys())
		return EXIT_FAILURE;
	found = unit_run("oracle/outbox_money", tests, DC_ARRAY_LEN(tests));
	snprintf(command, sizeof(command), "rm -r %s", world.key_dir);
	return system(command) == 0 ? found : EXIT_FAILURE;
}
