/* check_oracle_abi_decaid.c: our contracts' calls and events, as viem makes
 * them from the committed artifacts. Values are patterns: addr(i) and
 * hash(i) are the byte i repeated. */

#include "config.h"

#include "oracle/abi_calls.h"
#include "oracle/abi_decaid.h"
#include "tests/unit/json_vectors.h"

static struct addr20
addr(uint8_t i)
{
	struct addr20 a;

	memset(a.b, i, sizeof(a.b));
	return a;
}

static struct hash32
hash(uint8_t i)
{
	struct hash32 h;

	memset(h.b, i, sizeof(h.b));
	return h;
}

static struct wei
ether(uint64_t more)
{
	return wei_from_u64(UINT64_C(1000000000000000000) + more);
}

static struct trainer_params
params(void)
{
	struct trainer_params p = {
		.pool = addr(0x11), .classes = 3, .max_sample_bytes = 4096,
		.refund_wait_s = 10, .verdict_window_s = 3600,
		.challenge_s = 7, .epoch_s = 60, .owner_claim_wait_s = 86400,
		.any_claim_wait_s = 172800, .fee_gwei = 12345,
		.floor_wei = wei_from_u64(UINT64_C(1000000000000000)),
		.burst = 20, .window_s = 600, .reporter_share_bps = 1000,
	};

	p.cap_wei.v = (struct u256){ { UINT64_MAX, UINT32_MAX, 0, 0 } };
	return p;
}

static struct claim
claim(uint8_t i)
{
	return (struct claim){
		.id = i, .prev = hash((uint8_t)(0x20 + i)),
		.contributor = addr((uint8_t)(0x30 + i)),
		.time_s = UINT64_C(1700000000) + i, .deposit_wei = ether(i),
		.label = i, .sample = hash((uint8_t)(0x40 + i)),
		.late = 2u + i,
	};
}

static struct checkpoint
checkpoint(void)
{
	return (struct checkpoint){
		.trainer = addr(0x50), .spec = hash(0x51), .epoch = 7,
		.count = 100, .record_hash = hash(0x52),
		.state_root = hash(0x53), .judged = 90,
		.verdicts_hash = hash(0x54), .accuracy_fx9 = 912345678,
	};
}

static struct dc_buf buf;

static void
expect(const char *name)
{
	json_t *c = vectors_named("abi_calls", name);
	struct dc_buf want;

	dc_buf_init(&want, 1 << 16);
	vectors_hex(&want, vectors_text(c, "data"));
	ck_assert(!dc_buf_failed(&buf));
	ck_assert_msg(buf.len == want.len &&
		      memcmp(buf.data, want.data, want.len) == 0, "%s", name);
	dc_buf_clear(&want);
	dc_buf_reset(&buf);
}

START_TEST(making_a_model_is_encoded)
{
	struct model_call m = {
		.kind = INCENTIVE_STAKE, .params = params(),
		.name = "Name \xc3\xa9", .description = "About",
		.encoder = "murmur3-words",
		.spec = (const uint8_t *)"decaid 1\n", .spec_len = 9,
	};

	abi_call_create_model(&buf, &m);
	expect("createStakeModel");
	m.kind = INCENTIVE_POINTS;
	abi_call_create_model(&buf, &m);
	expect("createPointsModel");
}
END_TEST

START_TEST(contributions_and_claims_are_encoded)
{
	static const uint8_t sample[] = { 1, 2, 3, 4, 5 };
	struct claim one = claim(1), two = claim(2), three = claim(3);
	struct claim both[2] = { one, two };

	abi_call_contribute(&buf, sample, sizeof(sample), 2);
	expect("contribute");
	abi_call_contribute(&buf, NULL, 0, 0);
	expect("contribute_empty");
	abi_call_claim(&buf, CALL_REFUND, &one);
	expect("refund");
	abi_call_claim(&buf, CALL_REPORT, &two);
	expect("report");
	abi_call_claim(&buf, CALL_CLAIM_LATE, &three);
	expect("claimLate");
	abi_call_claims(&buf, CALL_REFUND_BATCH, both, 2);
	expect("refundBatch");
	abi_call_claims(&buf, CALL_REPORT_BATCH, NULL, 0);
	expect("reportBatch");
}
END_TEST

START_TEST(checkpoints_are_encoded)
{
	const struct u256 words[2] = { { { 1, 0, 0, 0 } }, U256_MAX_ };
	uint8_t sigs[2 * 65];
	struct checkpoint_call call = {
		.c = checkpoint(), .prev_chain = hash(0x61),
		.words = words, .n_words = 2,
		.signatures = sigs, .n_signatures = 2,
	};
	struct checkpoint c = checkpoint();

	memset(sigs, 0x62, 65);
	memset(sigs + 65, 0x63, 65);
	abi_call_checkpoint(&buf, &call);
	expect("writeCheckpoint");
	abi_call_slash_equivocation(&buf, &c, sigs, &c, sigs + 65);
	expect("slashEquivocation");
}
END_TEST

START_TEST(a_checkpoints_signatures_are_read_back_or_refused)
{
	const struct u256 words[2] = { { { 1, 0, 0, 0 } }, U256_MAX_ };
	uint8_t sigs[3 * 65];
	struct checkpoint_call call = {
		.c = checkpoint(), .words = words, .n_words = 2,
		.signatures = sigs, .n_signatures = 3,
	};
	struct dc_err err = DC_ERR_INIT;
	const uint8_t *found;
	struct dc_buf b;
	size_t n;

	for (size_t i = 0; i < sizeof(sigs); i++)
		sigs[i] = (uint8_t)i;
	dc_buf_init(&b, 1 << 16);
	abi_call_checkpoint(&b, &call);
	ck_assert_int_eq(abi_checkpoint_signatures(&found, &n, b.data, b.len,
						   &err), DC_OK);
	ck_assert_uint_eq(n, 3);
	ck_assert_int_eq(memcmp(found, sigs, sizeof(sigs)), 0);
	/* Every cut is refused; bytes beyond what is said are not. */
	for (size_t len = 0; len < b.len - 31; len++) {
		struct dc_err why = DC_ERR_INIT;
		uint8_t *cut = dc_malloc(len + 1);

		memcpy(cut, b.data, len);
		if (abi_checkpoint_signatures(&found, &n, cut, len, &why) ==
		    DC_OK)
			ck_assert_uint_le((size_t)(found - cut) + n * 65, len);
		free(cut);
	}
	b.data[0] ^= 1;
	ck_assert_int_eq(abi_checkpoint_signatures(&found, &n, b.data, b.len,
						   &err), DC_EINVAL);
	ck_assert_str_eq(err.text, "no call of writeCheckpoint");
	dc_buf_clear(&b);
}
END_TEST

START_TEST(an_operators_calls_are_encoded)
{
	struct addr20 a = addr(1), b = addr(2), c = addr(3);
	struct join_call join = { a, b, c, "https://operator.example/" };

	abi_call_join(&buf, &join);
	expect("join");
	abi_call_set_roles(&buf, 5, &a, &b, &c);
	expect("setRoles");
	abi_call_set_endpoint(&buf, 5, "x");
	expect("setEndpoint");
}
END_TEST

START_TEST(calls_with_a_number_an_address_or_nothing_are_encoded)
{
	static const struct {
		enum dc_call call;
		const char *name;
	} plain[] = {
		{ CALL_CLAIM_REWARDS, "claimRewards" },
		{ CALL_COLLECT_FEES, "collectFees" },
		{ CALL_TOTAL_SUBMITTED, "totalSubmitted" },
		{ CALL_ACCEPTED, "accepted" }, { CALL_EFFECTIVE, "effective" },
		{ CALL_COMMITMENTS, "commitments" },
		{ CALL_LATE_RANGE_COUNT, "lateRangeCount" },
		{ CALL_PARAMS, "params" }, { CALL_OWNER, "owner" },
		{ CALL_POOL, "pool" }, { CALL_SPEC, "spec" },
		{ CALL_NEXT_COST, "getNextAddDataCost" },
		{ CALL_KARMA_TOTAL, "totalGoodDataCount" },
		{ CALL_PERIOD, "period" }, { CALL_PERIOD_S, "periodS" },
		{ CALL_UNBOND_S, "unbondS" }, { CALL_MIN_BOND, "minBondWei" },
		{ CALL_MIN_STAKE, "minStakeWei" },
		{ CALL_TOTAL_STAKE, "totalStake" },
		{ CALL_OPERATOR_COUNT, "operatorCount" },
	}, number[] = {
		{ CALL_ADD_BOND, "addBond" }, { CALL_LEAVE, "leave" },
		{ CALL_WITHDRAW, "withdraw" },
		{ CALL_WITHDRAW_FEES, "withdrawFees" }, { CALL_REC, "rec" },
		{ CALL_VERDICT_OF, "verdictOf" },
		{ CALL_LATE_RANGES, "lateRanges" },
		{ CALL_OPERATORS, "operators" },
	}, address[] = {
		{ CALL_REWARDS_OF, "rewardsOf" },
		{ CALL_KARMA_OF, "numValidForAddress" },
		{ CALL_SIGNER_OF, "signerOf" },
	};
	struct addr20 a = addr(1);

	for (size_t i = 0; i < DC_ARRAY_LEN(plain); i++) {
		abi_call_plain(&buf, plain[i].call);
		expect(plain[i].name);
	}
	for (size_t i = 0; i < DC_ARRAY_LEN(number); i++) {
		abi_call_number(&buf, number[i].call, 5);
		expect(number[i].name);
	}
	for (size_t i = 0; i < DC_ARRAY_LEN(address); i++) {
		abi_call_address(&buf, address[i].call, &a);
		expect(address[i].name);
	}
}
END_TEST

START_TEST(constructor_arguments_are_encoded)
{
	struct factory_minimums m = { 1, 2, 3, 4, 5, 6 };
	struct pool_rules r = {
		.period_s = 60, .unbond_s = 7200, .min_bond_wei = ether(0),
		.min_stake_wei = wei_from_u64(UINT64_C(2000000000000000000)),
		.verifier = addr(9),
	};

	abi_args_factory(&buf, &m);
	expect("args_factory");
	abi_args_pool(&buf, &r);
	expect("args_pool");
}
END_TEST

/* --- events -------------------------------------------------------------- */

struct log {
	struct hash32 topics[4];
	size_t n_topics;
	struct dc_buf data;
};

static void
load_log(struct log *out, const char *name)
{
	json_t *t, *c = vectors_named("abi_events", name);
	struct dc_buf topic;
	size_t i;

	dc_buf_init(&topic, 64);
	dc_buf_init(&out->data, 1 << 16);
	out->n_topics = json_array_size(json_object_get(c, "topics"));
	json_array_foreach(json_object_get(c, "topics"), i, t) {
		vectors_hex(&topic, json_string_value(t));
		memcpy(out->topics[i].b, topic.data, 32);
	}
	vectors_hex(&out->data, vectors_text(c, "data"));
	dc_buf_clear(&topic);
}

static struct dc_arena *arena;

/* Decode a case; cut data and missing topics must be refused on the way. */
static struct abi_event
decode(const char *name, enum dc_event_kind kind)
{
	struct dc_err err = DC_ERR_INIT;
	struct abi_event e;
	struct log log;

	load_log(&log, name);
	for (size_t n = 0; n < log.data.len; n++) {
		uint8_t *cut = dc_arena_copy(arena, log.data.data, n);

		ck_assert_int_eq(abi_event_decode(&e, log.topics,
				log.n_topics, cut, n, arena, NULL), DC_EINVAL);
	}
	ck_assert_int_eq(abi_event_decode(&e, log.topics, log.n_topics - 1,
			log.data.data, log.data.len, arena, NULL),
			log.n_topics == 1 ? DC_OK : DC_EINVAL);
	ck_assert_int_eq(abi_event_decode(&e, log.topics, log.n_topics,
			dc_arena_copy(arena, log.data.data, log.data.len),
			log.data.len, arena, &err), DC_OK);
	ck_assert_int_eq(e.kind, kind);
	ck_assert_str_eq(abi_event_name(kind), name);
	ck_assert(hash32_equal(abi_event_topic(kind), &log.topics[0]));
	dc_buf_clear(&log.data);
	return e;
}

static void
is_addr(const struct addr20 *a, uint8_t i)
{
	struct addr20 want = addr(i);

	ck_assert(addr20_equal(a, &want));
}

static void
is_wei(struct wei a, uint64_t v)
{
	ck_assert_int_eq(wei_compare(a, wei_from_u64(v)), 0);
}

START_TEST(events_of_contributions_and_claims_are_decoded)
{
	struct abi_event e = decode("Contributed", EVENT_CONTRIBUTED);

	ck_assert_uint_eq(e.u.contributed.id, 5);
	is_addr(&e.u.contributed.contributor, 1);
	ck_assert_uint_eq(e.u.contributed.label, 2);
	ck_assert_int_eq(wei_compare(e.u.contributed.deposit_wei, ether(0)), 0);
	ck_assert_uint_eq(e.u.contributed.sample_len, 5);
	ck_assert_mem_eq(e.u.contributed.sample, "\1\2\3\4\5", 5);

	e = decode("Refunded", EVENT_REFUNDED);
	ck_assert_uint_eq(e.u.refunded.id, 5);
	is_addr(&e.u.refunded.contributor, 1);
	ck_assert_int_eq(wei_compare(e.u.refunded.amount_wei, ether(0)), 0);
	ck_assert_uint_eq(e.u.refunded.karma, 1);

	e = decode("Reported", EVENT_REPORTED);
	is_addr(&e.u.reported.reporter, 2);
	is_addr(&e.u.reported.contributor, 1);
	is_wei(e.u.reported.reward_wei, 100);
	is_wei(e.u.reported.shared_wei, 900);

	e = decode("LateClaimed", EVENT_LATE_CLAIMED);
	is_addr(&e.u.late_claimed.claimant, 2);
	is_addr(&e.u.late_claimed.contributor, 1);
	is_wei(e.u.late_claimed.amount_wei, 1000);

	e = decode("RewardsClaimed", EVENT_REWARDS_CLAIMED);
	is_addr(&e.u.rewards_claimed.account, 1);
	is_wei(e.u.rewards_claimed.amount_wei, 77);
}
END_TEST

START_TEST(events_of_checkpoints_are_decoded)
{
	struct hash32 root = hash(0x53), verdicts = hash(0x54);
	struct abi_event e = decode("CheckpointAccepted",
				    EVENT_CHECKPOINT_ACCEPTED);

	ck_assert_uint_eq(e.u.checkpoint_accepted.epoch, 7);
	ck_assert_uint_eq(e.u.checkpoint_accepted.count, 100);
	ck_assert_uint_eq(e.u.checkpoint_accepted.judged, 90);
	ck_assert_uint_eq(e.u.checkpoint_accepted.accuracy_fx9, 912345678);
	ck_assert(hash32_equal(&e.u.checkpoint_accepted.state_root, &root));
	ck_assert(hash32_equal(&e.u.checkpoint_accepted.verdicts_hash,
			       &verdicts));
	e = decode("CheckpointRefuted", EVENT_CHECKPOINT_REFUTED);
	ck_assert_uint_eq(e.u.checkpoint_refuted_epoch, 7);
}
END_TEST

START_TEST(the_event_of_a_new_model_is_decoded)
{
	struct abi_event e = decode("ModelCreated", EVENT_MODEL_CREATED);
	struct ev_model_created *m = &e.u.model_created;
	struct trainer_params want = params();
	struct hash32 spec = hash(0x51);

	is_addr(&m->trainer, 4);
	is_addr(&m->owner, 5);
	ck_assert_int_eq(m->kind, INCENTIVE_POINTS);
	ck_assert(hash32_equal(&m->spec_hash, &spec));
	ck_assert(addr20_equal(&m->params.pool, &want.pool));
	ck_assert_uint_eq(m->params.classes, 3);
	ck_assert_uint_eq(m->params.max_sample_bytes, 4096);
	ck_assert_uint_eq(m->params.refund_wait_s, 10);
	ck_assert_uint_eq(m->params.verdict_window_s, 3600);
	ck_assert_uint_eq(m->params.challenge_s, 7);
	ck_assert_uint_eq(m->params.epoch_s, 60);
	ck_assert_uint_eq(m->params.owner_claim_wait_s, 86400);
	ck_assert_uint_eq(m->params.any_claim_wait_s, 172800);
	ck_assert_uint_eq(m->params.fee_gwei, 12345);
	ck_assert_int_eq(wei_compare(m->params.floor_wei, want.floor_wei), 0);
	ck_assert_int_eq(wei_compare(m->params.cap_wei, want.cap_wei), 0);
	ck_assert_uint_eq(m->params.burst, 20);
	ck_assert_uint_eq(m->params.window_s, 600);
	ck_assert_uint_eq(m->params.reporter_share_bps, 1000);
	ck_assert_str_eq(m->name, "Name \xc3\xa9");
	ck_assert_str_eq(m->description, "About");
	ck_assert_str_eq(m->encoder, "murmur3-words");
	ck_assert_uint_eq(m->spec_len, 9);
	ck_assert_mem_eq(m->spec, "decaid 1\n", 9);
}
END_TEST

START_TEST(events_of_operators_are_decoded)
{
	struct abi_event e = decode("OperatorJoined", EVENT_OPERATOR_JOINED);

	ck_assert_uint_eq(e.u.operator_joined.id, 5);
	is_addr(&e.u.operator_joined.owner, 4);
	is_addr(&e.u.operator_joined.signer, 1);
	is_addr(&e.u.operator_joined.attester, 2);
	is_addr(&e.u.operator_joined.sender, 3);
	ck_assert_str_eq(e.u.operator_joined.endpoint,
			 "https://operator.example/");
	ck_assert_uint_eq(e.u.operator_joined.from_period, 9);

	e = decode("OperatorRolesChanged", EVENT_OPERATOR_ROLES);
	is_addr(&e.u.operator_roles.signer, 1);
	is_addr(&e.u.operator_roles.attester, 2);
	is_addr(&e.u.operator_roles.sender, 3);
	ck_assert_uint_eq(e.u.operator_roles.from_period, 9);

	e = decode("OperatorEndpointChanged", EVENT_OPERATOR_ENDPOINT);
	ck_assert_str_eq(e.u.operator_endpoint.endpoint,
			 "https://operator.example/");
	e = decode("OperatorOwnerChanged", EVENT_OPERATOR_OWNER);
	is_addr(&e.u.operator_owner.owner, 4);
	e = decode("BondAdded", EVENT_BOND_ADDED);
	is_wei(e.u.bond_added.amount_wei, 100);
	ck_assert_uint_eq(e.u.bond_added.from_period, 9);
	e = decode("OperatorLeft", EVENT_OPERATOR_LEFT);
	ck_assert_uint_eq(e.u.operator_left.until_period, 9);
	e = decode("BondWithdrawn", EVENT_BOND_WITHDRAWN);
	is_wei(e.u.bond_withdrawn.amount_wei, 100);
	e = decode("OperatorSlashed", EVENT_OPERATOR_SLASHED);
	is_addr(&e.u.operator_slashed.reporter, 2);
	is_wei(e.u.operator_slashed.reward_wei, 5);
	is_wei(e.u.operator_slashed.burnt_wei, 95);
}
END_TEST

START_TEST(a_log_of_others_is_no_error)
{
	struct hash32 topic = hash(0xaa);
	struct abi_event e;

	ck_assert_int_eq(abi_event_decode(&e, &topic, 1, NULL, 0, arena,
					  NULL), DC_OK);
	ck_assert_int_eq(e.kind, EVENT_UNKNOWN);
	ck_assert_int_eq(abi_event_decode(&e, NULL, 0, NULL, 0, arena, NULL),
			 DC_OK);
	ck_assert_int_eq(e.kind, EVENT_UNKNOWN);
}
END_TEST

START_TEST(an_error_names_the_event_it_is_about)
{
	struct dc_err err = DC_ERR_INIT;
	struct abi_event e;
	struct log log;

	load_log(&log, "Refunded");
	ck_assert_int_eq(abi_event_decode(&e, log.topics, log.n_topics,
			log.data.data, 10, arena, &err), DC_EINVAL);
	ck_assert_str_eq(err.text, "Refunded: data ends early at word 0");
	dc_buf_clear(&log.data);
}
END_TEST

/* --- reverts ------------------------------------------------------------- */

START_TEST(reverts_are_told_by_name)
{
	static const struct {
		const char *name, *text;
	} cases[] = {
		{ "TooEarly", "TooEarly(5, 1700000000)" },
		{ "NothingNew", "NothingNew()" },
		{ "KeyTaken",
		  "KeyTaken(0x0101010101010101010101010101010101010101)" },
		{ "UnbondTooShort", "UnbondTooShort(7200)" },
	};
	json_t *c, *all = vectors_load("abi_errors");
	char text[128];
	size_t i;

	json_array_foreach(all, i, c) {
		ck_assert_str_eq(vectors_text(c, "name"), cases[i].name);
		vectors_hex(&buf, vectors_text(c, "data"));
		abi_revert_format(text, sizeof(text), buf.data, buf.len);
		ck_assert_str_eq(text, cases[i].text);
	}
	abi_revert_format(text, sizeof(text), NULL, 0);
	ck_assert_str_eq(text, "no reason given");
	vectors_hex(&buf, "0xdeadbeef00");
	abi_revert_format(text, sizeof(text), buf.data, buf.len);
	ck_assert_str_eq(text, "error 0xdeadbeef");
	/* Error("no\n") */
	vectors_hex(&buf, "0x08c379a0"
		"0000000000000000000000000000000000000000000000000000000000000020"
		"0000000000000000000000000000000000000000000000000000000000000003"
		"6e6f0a0000000000000000000000000000000000000000000000000000000000");
	abi_revert_format(text, sizeof(text), buf.data, buf.len);
	ck_assert_str_eq(text, "no\\x0a");
	dc_buf_reset(&buf);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		making_a_model_is_encoded,
		contributions_and_claims_are_encoded,
		checkpoints_are_encoded,
		a_checkpoints_signatures_are_read_back_or_refused,
		an_operators_calls_are_encoded,
		calls_with_a_number_an_address_or_nothing_are_encoded,
		constructor_arguments_are_encoded,
		events_of_contributions_and_claims_are_decoded,
		events_of_checkpoints_are_decoded,
		the_event_of_a_new_model_is_decoded,
		events_of_operators_are_decoded,
		a_log_of_others_is_no_error,
		an_error_names_the_event_it_is_about,
		reverts_are_told_by_name,
	};
	int found;

	dc_buf_init(&buf, 1 << 16);
	arena = dc_arena_new(1 << 16);
	found = unit_run("oracle/abi_decaid", tests, DC_ARRAY_LEN(tests));
	dc_arena_free(arena);
	dc_buf_clear(&buf);
	return found;
}
