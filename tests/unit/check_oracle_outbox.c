/* check_oracle_outbox.c: an operator's checkpoints from chain.db to a final
 * transaction, against a node that drops, reorders and reorganises. */

#include "config.h"

#include "sql/growth.h"
#include "tests/unit/fault_vfs.h"
#include "tests/unit/outbox_fixture.h"

/* The call data that a trainer would accept, word for word. */
static void
check_call(struct fix *x, const struct fake_tx *tx, uint64_t epoch,
	   uint64_t judged_last)
{
	struct dc_arena *arena = dc_arena_new(1 << 16);
	struct dc_err fault = DC_ERR_INIT;
	struct sql_checkpoint row;
	struct verdicts_chain v = { 0 };
	struct abi_in in, words;
	struct hash32 hash;
	size_t n, len;
	bool is_there;

	MUST(sql_checkpoint_get(x->chain, &row, &is_there, x->model.row,
				epoch, arena, err));
	ck_assert(is_there);
	ck_assert(addr20_equal(&tx->to, &x->model.is.trainer));
	abi_in_init(&in, tx->data + 4, tx->data_len - 4, &fault);
	ck_assert_uint_eq(abi_get_u64(&in), epoch);
	ck_assert_uint_eq(abi_get_u64(&in), row.is.count);
	ck_assert_uint_eq(abi_get_u64(&in), row.is.judged);
	ck_assert_uint_eq(abi_get_u64(&in), row.is.accuracy_fx9);
	hash = abi_get_hash(&in);
	ck_assert(hash32_equal(&hash, &row.is.state_root));
	v.v = abi_get_hash(&in);
	/* the trainer's own fold gives the signed hash */
	v.judged = judged_last - judged_last % VERDICTS_PER_WORD;
	n = abi_get_array(&words, &in, 1);
	ck_assert_uint_eq(n, row.is.judged == judged_last ? 0 :
			  (row.is.judged + 127) / 128 - judged_last / 128);
	for (size_t i = 0; i < n; i++) {
		struct u256 word = abi_get_u256(&words);

		for (unsigned j = 0; j < 128 && v.judged < row.is.judged; j++)
			verdicts_append(&v, verdicts_get(&word, j));
	}
	if (row.is.judged > judged_last) {
		verdicts_hash(&hash, &v);
		ck_assert(hash32_equal(&hash, &row.is.verdicts_hash));
	}
	(void)abi_get_bytes(&in, &len);
	ck_assert_uint_eq(len, 65);
	ck_assert_int_eq(fault.status, DC_OK);
	dc_arena_free(arena);
}

/* --- tests --------------------------------------------------------------- */

START_TEST(an_epochs_checkpoint_is_signed_sent_mined_and_final)
{
	struct fix *x = setup();
	struct outbox_status s;
	struct sql_tx_row row;

	close_epoch(x, 5, 3);
	step(x);
	ck_assert_int_eq(status_of(x, x->epoch), SQL_TX_SENT);
	check_call(x, fake_last(&x->node), x->epoch, 0);
	outbox_status(x->box, &s);
	ck_assert_uint_eq(s.signatures, 1);
	ck_assert_uint_eq(s.sent, 1);
	ck_assert_str_eq(s.last_error, "");
	fake_mine(&x->node);
	step(x);
	ck_assert_int_eq(status_of(x, x->epoch), SQL_TX_MINED);
	mine_final(x);
	step(x);
	row = row_of(x, x->epoch);
	ck_assert_int_eq(row.status, SQL_TX_FINAL);
	ck_assert_uint_eq(row.gas_used, 21000);
	ck_assert_uint_eq(row.n_hashes, 1);
	ck_assert_uint_eq(row.nonce, 0);
	step(x);
	ck_assert_uint_eq(x->node.sends, 1);
	teardown(x);
}
END_TEST

START_TEST(the_next_follows_the_last_accepted_and_links_to_it)
{
	struct fix *x = setup();
	uint64_t first;

	close_epoch(x, 200, 100);
	step(x);
	first = x->epoch;
	check_call(x, fake_last(&x->node), first, 0);
	mine_final(x);
	accept_epoch(x, first, x->epoch);
	step(x);
	close_epoch(x, 200, 200);	/* 300 verdicts: three words */
	step(x);
	ck_assert_int_eq(status_of(x, x->epoch), SQL_TX_SENT);
	check_call(x, fake_last(&x->node), x->epoch, 100);
	mine_final(x);
	accept_epoch(x, x->epoch, x->epoch);
	step(x);
	close_epoch(x, 0, 40);		/* judged rises alone */
	step(x);
	check_call(x, fake_last(&x->node), x->epoch, 300);
	mine_final(x);
	accept_epoch(x, x->epoch, x->epoch);
	step(x);
	close_epoch(x, 9, 0);		/* count rises alone */
	step(x);
	check_call(x, fake_last(&x->node), x->epoch, 340);
	teardown(x);
}
END_TEST

START_TEST(before_the_last_is_effective_nothing_is_posted_then_the_newest)
{
	struct fix *x = setup();
	uint64_t first, second;

	x->model.is.params.challenge_s = 0;
	close_epoch(x, 5, 1);
	step(x);
	first = x->epoch;
	mine_final(x);
	/* effective only from an hour on, whatever the challenge time */
	accept_epoch(x, first, x->epoch + 3600);
	step(x);
	close_epoch(x, 5, 1);
	second = x->epoch;
	step(x);
	ck_assert_int_eq(status_of(x, second), -1);
	close_epoch(x, 5, 1);
	step(x);
	ck_assert_int_eq(status_of(x, x->epoch), -1);
	accept_epoch(x, first, first);
	step(x);
	ck_assert_int_eq(status_of(x, second), -1);	/* skipped */
	ck_assert_int_eq(status_of(x, x->epoch), SQL_TX_SENT);
	check_call(x, fake_last(&x->node), x->epoch, 1);
	teardown(x);
}
END_TEST

START_TEST(an_empty_epoch_and_a_final_one_again_post_nothing)
{
	struct fix *x = setup();

	close_epoch(x, 5, 1);
	step(x);
	mine_final(x);
	accept_epoch(x, x->epoch, x->epoch);
	step(x);
	close_epoch(x, 0, 0);
	step(x);
	step(x);
	ck_assert_int_eq(status_of(x, x->epoch), -1);
	ck_assert_uint_eq(x->node.sends, 1);
	teardown(x);
}
END_TEST

START_TEST(without_a_quorum_it_is_signed_but_not_sent)
{
	struct sql_signature sigs[4];
	struct fix *x = setup();
	struct addr20 of = pool();
	uint32_t n;

	x->node.stake = 2;
	x->node.total = 3;	/* not strictly more than two thirds */
	close_epoch(x, 5, 1);
	step(x);
	ck_assert_int_eq(status_of(x, x->epoch), -1);
	MUST(sql_signatures_list(x->box->local, sigs, &n, 4, CHAIN, &of,
				 &x->model.is.trainer, x->epoch, err));
	ck_assert_uint_eq(n, 1);
	x->node.stake = 201;
	x->node.total = 300;
	step(x);
	ck_assert_int_eq(status_of(x, x->epoch), SQL_TX_SENT);
	teardown(x);
}
END_TEST

/* It ended before the signer began, which signs nothing older: a minute
 * later, in an epoch that is empty, the same content has another number. */
START_TEST(what_nobody_posted_is_offered_again_under_a_later_empty_epoch)
{
	struct fix *x = setup();
	const uint64_t later = (uint64_t)time(NULL) + 1, again_s = 60;
	struct abi_in in;
	struct dc_err fault = DC_ERR_INIT;
	struct outbox_status s;
	const struct fake_tx *tx;

	put_epoch(x, later - again_s, 5, 1);
	step(x);
	outbox_status(x->box, &s);
	ck_assert_uint_eq(s.signatures, 0);
	ck_assert_int_eq(status_of(x, x->epoch), -1);
	MUST(sql_tx_begin(x->chain, err));
	put_block(x, later + 1);
	MUST(sql_tx_commit(x->chain, err));
	wait_past(later);
	step(x);
	ck_assert_int_eq(status_of(x, x->epoch), -1);
	ck_assert_int_eq(status_of(x, later), SQL_TX_SENT);
	tx = fake_last(&x->node);
	abi_in_init(&in, tx->data + 4, tx->data_len - 4, &fault);
	ck_assert_uint_eq(abi_get_u64(&in), later);
	ck_assert_uint_eq(abi_get_u64(&in), 5);
	ck_assert_uint_eq(abi_get_u64(&in), 1);
	step(x);
	outbox_status(x->box, &s);
	ck_assert_uint_eq(s.signatures, 1);
	ck_assert_uint_eq(x->node.sends, 1);
	teardown(x);
}
END_TEST

START_TEST(mined_reorged_out_and_its_nonce_used_by_another)
{
	struct fix *x = setup();
	struct sql_tx_row row;

	close_epoch(x, 5, 1);
	step(x);
	fake_mine(&x->node);
	step(x);
	ck_assert_int_eq(status_of(x, x->epoch), SQL_TX_MINED);
	fake_reorg(&x->node);
	x->node.foreign = 1;		/* in a final block */
	world.now_s += 10;
	step(x);	/* out of its block: offered, and refused */
	step(x);	/* lost: queued anew */
	step(x);
	row = row_of(x, x->epoch);
	ck_assert_int_eq(row.status, SQL_TX_SENT);
	ck_assert_uint_eq(row.nonce, 1);
	mine_final(x);
	step(x);
	step(x);
	row = row_of(x, x->epoch);
	ck_assert_int_eq(row.status, SQL_TX_FINAL);
	ck_assert_uint_eq(row.nonce, 1);
	ck_assert_uint_eq(fake_last(&x->node)->nonce, 1);
	teardown(x);
}
END_TEST

/* The nth call fails, at the time of sending; returns whether there was one.
 * The step says so, the next goes on, and one transaction is sent. */
static bool
fail_while_sending(enum fault_calls calls, enum fault_end end, uint64_t n)
{
	struct dc_err why = DC_ERR_INIT;
	struct fix *x = setup();
	bool met;

	close_epoch(x, 5, 1);
	fault_vfs_arm(calls, n, end);
	if (outbox_step(x->box, &why) != DC_OK)
		ck_assert_str_ne(why.text, "");
	met = fault_vfs_disarm() >= n;
	step(x);
	world.now_s += 10;		/* offered again, no dearer */
	step(x);
	mine_final(x);
	step(x);
	step(x);
	ck_assert_int_eq(status_of(x, x->epoch), SQL_TX_FINAL);
	for (size_t i = 0; i < x->node.n; i++)
		ck_assert_uint_eq(x->node.txs[i].nonce, 0);
	ck_assert_uint_eq(x->node.n, 1);
	teardown(x);
	return met;
}

START_TEST(a_disk_that_fails_at_any_call_sends_one_transaction)
{
	static const struct {
		enum fault_calls calls;
		enum fault_end end;
		uint64_t step;		/* of the sample */
	} kinds[] = { { FAULT_WRITES, FAULT_IO_ONCE, 4 },
		      { FAULT_SYNCS, FAULT_IO_ONCE, 2 },
		      { FAULT_WRITES, FAULT_DISK_FULL, 7 },
		      { FAULT_WRITES, FAULT_READ_ONLY, 7 } };
	bool all = getenv("SOAK") != NULL;

	fault_vfs_install();
	for (size_t i = 0; i < DC_ARRAY_LEN(kinds); i++) {
		uint64_t n = 1;

		while (fail_while_sending(kinds[i].calls, kinds[i].end, n))
			n += all ? 1 : kinds[i].step;
		ck_assert_uint_gt(n, 2 * kinds[i].step);
		unit_tell("places where the disk failed",
			  all ? n : (n - 1) / kinds[i].step + 1, n);
	}
}
END_TEST

START_TEST(a_reorganisation_sends_it_again)
{
	struct fix *x = setup();

	close_epoch(x, 5, 1);
	step(x);
	fake_mine(&x->node);
	step(x);
	ck_assert_int_eq(status_of(x, x->epoch), SQL_TX_MINED);
	fake_reorg(&x->node);
	world.now_s += 10;
	step(x);
	ck_assert_int_eq(status_of(x, x->epoch), SQL_TX_SENT);
	ck_assert_uint_eq(x->node.n, 2);	/* it is in the pool again */
	ck_assert(hash32_equal(&x->node.txs[0].hash, &x->node.txs[1].hash));
	mine_final(x);
	step(x);
	step(x);
	ck_assert_int_eq(status_of(x, x->epoch), SQL_TX_FINAL);
	teardown(x);
}
END_TEST

START_TEST(one_that_the_pool_lost_is_offered_again)
{
	struct fix *x = setup();

	close_epoch(x, 5, 1);
	step(x);
	fake_drop_pool(&x->node);
	step(x);
	ck_assert_uint_eq(x->node.sends, 1);
	world.now_s += 10;
	step(x);
	ck_assert_uint_eq(x->node.sends, 2);
	ck_assert_uint_eq(row_of(x, x->epoch).n_hashes, 1);
	mine_final(x);
	step(x);
	ck_assert_int_eq(status_of(x, x->epoch), SQL_TX_MINED);
	teardown(x);
}
END_TEST

START_TEST(a_nonce_that_another_used_is_given_up_when_that_is_final)
{
	struct fix *x = setup();
	struct sql_tx_row row;

	close_epoch(x, 5, 1);
	step(x);
	fake_drop_pool(&x->node);
	x->node.foreign = 1;
	step(x);	/* lost, found out, and sent under the next nonce */
	step(x);
	row = row_of(x, x->epoch);
	ck_assert_int_eq(row.status, SQL_TX_SENT);
	ck_assert_uint_eq(row.nonce, 1);
	mine_final(x);
	step(x);
	step(x);
	ck_assert_int_eq(status_of(x, x->epoch), SQL_TX_FINAL);
	teardown(x);
}
END_TEST

/* selector of OutOfOrder() and of BeforeInChallenge() */
static char revert_data[11];

static const char *
revert_with(const char *signature)
{
	struct abi_selector s = abi_selector_of(signature);

	memcpy(revert_data, "0x", 2);
	hex_encode(revert_data + 2, s.b, sizeof(s.b));
	return revert_data;
}

START_TEST(what_would_be_reverted_waits_or_is_dropped_by_its_reason)
{
	struct fix *x = setup();
	struct sql_tx_row row;

	close_epoch(x, 5, 1);
	x->node.revert = revert_with("BeforeInChallenge()");
	step(x);
	row = row_of(x, x->epoch);
	ck_assert_int_eq(row.status, SQL_TX_QUEUED);
	ck_assert_str_eq(row.error,
			 "would be reverted: BeforeInChallenge()");
	x->node.revert = revert_with("OutOfOrder()");
	step(x);
	row = row_of(x, x->epoch);
	ck_assert_int_eq(row.status, SQL_TX_DROPPED);
	ck_assert_str_eq(row.error, "would be reverted: OutOfOrder()");
	ck_assert_uint_eq(x->node.sends, 0);
	/* a minute later, with what is true then */
	x->node.revert = NULL;
	step(x);
	ck_assert_int_eq(status_of(x, x->epoch), SQL_TX_DROPPED);
	world.now_s += OUTBOX_AGAIN_S;
	step(x);
	ck_assert_int_eq(status_of(x, x->epoch), SQL_TX_SENT);
	teardown(x);
}
END_TEST

START_TEST(a_restart_offers_what_was_signed_but_not_sent)
{
	struct fix *x = setup();
	struct sql_tx_row row;
	struct hash32 hash;

	close_epoch(x, 5, 1);
	x->node.send_error = "the pool is on fire";
	step(x);
	row = row_of(x, x->epoch);
	ck_assert_int_eq(row.status, SQL_TX_SENT);
	ck_assert(strstr(row.error, "on fire") != NULL);
	ck_assert_uint_eq(x->node.n, 0);
	hash = row.hashes[0];
	outbox_free(x->box);
	open_box(x, wei_from_u64(0));
	world.now_s += 10;
	step(x);
	ck_assert_uint_eq(x->node.n, 1);
	ck_assert(hash32_equal(&fake_last(&x->node)->hash, &hash));
	mine_final(x);
	step(x);
	step(x);
	ck_assert_int_eq(status_of(x, x->epoch), SQL_TX_FINAL);
	teardown(x);
}
END_TEST

START_TEST(a_node_that_is_down_is_an_error_told_and_retried)
{
	struct fix *x = setup();
	struct outbox_status s;

	close_epoch(x, 5, 1);
	fake_http_fault(&x->node.http, (struct fake_fault){
		.kind = FAKE_STATUS, .status = 503 });
	ck_assert_int_ne(outbox_step(x->box, NULL), DC_OK);
	outbox_status(x->box, &s);
	ck_assert_str_ne(s.last_error, "");
	fake_http_well(&x->node.http);
	(void)usleep(5000);		/* it is left alone for 1 ms */
	step(x);
	ck_assert_int_eq(status_of(x, x->epoch), SQL_TX_SENT);
	outbox_status(x->box, &s);
	ck_assert_str_eq(s.last_error, "");
	teardown(x);
}
END_TEST

START_TEST(a_mined_one_that_failed_is_failed_when_final)
{
	struct fix *x = setup();

	close_epoch(x, 5, 1);
	step(x);
	fake_last(&x->node)->success = false;
	mine_final(x);
	step(x);
	step(x);
	ck_assert_int_eq(status_of(x, x->epoch), SQL_TX_FAILED);
	ck_assert_str_eq(row_of(x, x->epoch).error, "reverted");
	teardown(x);
}
END_TEST

START_TEST(verdicts_that_do_not_give_the_signed_hash_are_not_posted)
{
	struct sql_settlement other = { .verdict = VERDICT_CREDIT };
	struct dc_err told = DC_ERR_INIT;
	struct fix *x = setup();

	close_epoch(x, 5, 3);
	MUST(sql_tx_begin(x->chain, err));
	MUST(sql_contribution_settle(x->chain, x->model.row, 0, &other, err));
	MUST(sql_tx_commit(x->chain, err));
	ck_assert_int_eq(outbox_step(x->box, &told), DC_ECONFLICT);
	ck_assert_int_eq(status_of(x, x->epoch), -1);
	teardown(x);
}
END_TEST

/* Every hour, also where there is nothing to send. */
START_TEST(old_signatures_go_by_themselves)
{
	struct fix *x = setup();
	struct sql_signature s = { .chain_id = CHAIN, .pool = pool(),
				   .model = x->model.is.trainer };
	struct sql_signature kept[2];
	uint32_t n;

	step(x);
	MUST(sql_tx_begin(x->box->local, err));
	for (s.epoch = 1; s.epoch <= SQL_KEEP_EPOCHS + 3; s.epoch++)
		MUST(sql_signature_put(x->box->local, &s, err));
	MUST(sql_tx_commit(x->box->local, err));
	for (unsigned hour = 0; hour < 2; hour++) {
		step(x);
		for (s.epoch = 3; s.epoch <= 4; s.epoch++) {
			MUST(sql_signatures_list(x->box->local, kept, &n, 2,
				CHAIN, &s.pool, &s.model, s.epoch, err));
			ck_assert_uint_eq(n, hour == 0 || s.epoch == 4);
		}
		world.now_s += 3600;
	}
	teardown(x);
}
END_TEST

START_TEST(the_thread_works_when_woken_and_stops_at_once)
{
	struct fix *x = setup();
	struct outbox_status s = { .sent = 0 };

	MUST(outbox_start(x->box, err));
	close_epoch(x, 5, 1);
	outbox_changed(x->box, NULL);
	for (int i = 0; i < 500 && s.sent == 0; i++) {
		(void)usleep(10000);
		outbox_status(x->box, &s);
	}
	ck_assert_uint_eq(s.sent, 1);
	outbox_stop(x->box);
	outbox_stop(x->box);
	teardown(x);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		an_epochs_checkpoint_is_signed_sent_mined_and_final,
		the_next_follows_the_last_accepted_and_links_to_it,
		before_the_last_is_effective_nothing_is_posted_then_the_newest,
		an_empty_epoch_and_a_final_one_again_post_nothing,
		without_a_quorum_it_is_signed_but_not_sent,
		what_nobody_posted_is_offered_again_under_a_later_empty_epoch,
		mined_reorged_out_and_its_nonce_used_by_another,
		a_disk_that_fails_at_any_call_sends_one_transaction,
		a_reorganisation_sends_it_again,
		one_that_the_pool_lost_is_offered_again,
		a_nonce_that_another_used_is_given_up_when_that_is_final,
		what_would_be_reverted_waits_or_is_dropped_by_its_reason,
		a_restart_offers_what_was_signed_but_not_sent,
		a_node_that_is_down_is_an_error_told_and_retried,
		a_mined_one_that_failed_is_failed_when_final,
		verdicts_that_do_not_give_the_signed_hash_are_not_posted,
		old_signatures_go_by_themselves,
		the_thread_works_when_woken_and_stops_at_once,
	};
	char command[96];
	int found;

	if (!make_keys())
		return EXIT_FAILURE;
	found = unit_run("oracle/outbox", tests, DC_ARRAY_LEN(tests));
	snprintf(command, sizeof(command), "rm -r %s", world.key_dir);
	return system(command) == 0 ? found : EXIT_FAILURE;
}
