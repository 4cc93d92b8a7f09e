/* check_oracle_signer.c: the signer process from outside, and its desk with
 * packets that the daemon never sends. */

#include "config.h"

#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/keccak.h"
#include "oracle/abi_calls.h"
#include "oracle/keyguard.h"
#include "oracle/signer.h"
#include "oracle/signer_desk.h"
#include "tests/unit/unit.h"

#define CHAIN 31337
#define EPOCH_S 1

static char dir[] = "/tmp/decaid-check-signer-XXXXXX";
static char paths[SIGNER_ROLES][64], pass_path[64], log_path[64];
static struct addr20 addresses[SIGNER_ROLES];
static struct ec *ec;
static struct signer_rule rules[2];

static struct addr20
addr(uint8_t i)
{
	struct addr20 a;

	memset(a.b, i, sizeof(a.b));
	return a;
}

/* Everything allowed that the tests need; each gets a log of its own. */
static struct signer_cfg
config(void)
{
	static unsigned n;
	struct signer_cfg cfg = {
		.domain = { CHAIN, addr(0xaa) }, .log_path = log_path,
		.attest_per_s = 10, .attest_holds_s = 60,
		.rules = rules, .n_rules = 2,
		.fee_cap_wei = wei_from_u64(1000),
		.tx_cap_wei = wei_from_u64(1000000),
		.day_cap_wei = wei_from_u64(3000000),
	};

	snprintf(log_path, sizeof(log_path), "%s/log%d.%u", dir,
		 (int)getpid(), n++);
	for (size_t i = 0; i < SIGNER_ROLES; i++)
		cfg.keys[i] = (struct signer_key_files){ paths[i],
							 pass_path };
	rules[0] = (struct signer_rule){
		.selector = abi_call_selector(CALL_CHECKPOINT) };
	rules[1] = (struct signer_rule){ addr(0xbb),
		abi_call_selector(CALL_JOIN) };
	return cfg;
}

static struct signer *
start(const struct signer_cfg *cfg)
{
	struct dc_err err = DC_ERR_INIT;
	struct signer *s = NULL;
	enum dc_status found = signer_start(&s, cfg, &err);

	ck_assert_msg(found == DC_OK, "%s", err.text);
	return s;
}

/* An epoch of one second that has just ended, waited for if need be. */
static struct checkpoint
ended_epoch(void)
{
	struct checkpoint c = { .trainer = addr(1), .count = 5 };

	c.epoch = (uint64_t)time(NULL);
	while ((uint64_t)time(NULL) <= c.epoch)
		(void)usleep(20000);
	return c;
}

START_TEST(a_checkpoint_is_signed_by_its_key)
{
	struct signer_cfg cfg = config();
	struct signer *s = start(&cfg);
	struct checkpoint c = ended_epoch();
	struct dc_err err = DC_ERR_INIT;
	struct ec_signature sig;
	struct hash32 digest;
	struct addr20 who;

	ck_assert_msg(signer_checkpoint(s, &sig, &c, EPOCH_S, &err) == DC_OK,
		      "%s", err.text);
	eip712_checkpoint_digest(&digest, &cfg.domain, &c);
	ck_assert_int_eq(ec_recover(ec, &who, &digest, &sig, NULL), DC_OK);
	ck_assert(addr20_equal(&who, &addresses[SIGNER_CHECKPOINTS]));
	ck_assert(addr20_equal(&who, signer_address(s, SIGNER_CHECKPOINTS)));
	signer_stop(s);
}
END_TEST

START_TEST(another_checkpoint_of_an_epoch_is_refused_also_after_a_kill)
{
	struct signer_cfg cfg = config();
	struct signer *s = start(&cfg);
	struct checkpoint c = ended_epoch(), other = c;
	struct dc_err err = DC_ERR_INIT;
	struct ec_signature sig, again;

	ck_assert_int_eq(signer_checkpoint(s, &sig, &c, EPOCH_S, NULL), DC_OK);
	other.state_root.b[5] = 1;
	ck_assert_int_eq(signer_checkpoint(s, &again, &other, EPOCH_S, &err),
			 DC_EREFUSED);
	ck_assert(strstr(err.text, "another checkpoint") != NULL);
	ck_assert_int_eq(signer_checkpoint(s, &again, &c, EPOCH_S, NULL),
			 DC_OK);
	ck_assert_mem_eq(&sig, &again, sizeof(sig));
	ck_assert_int_eq(kill(signer_pid(s), SIGKILL), 0);
	ck_assert_int_eq(signer_checkpoint(s, &again, &c, EPOCH_S, NULL),
			 DC_EIO);
	signer_stop(s);

	s = start(&cfg);
	ck_assert_int_eq(signer_checkpoint(s, &again, &other, EPOCH_S, NULL),
			 DC_EREFUSED);
	ck_assert_int_eq(signer_checkpoint(s, &again, &c, EPOCH_S, NULL),
			 DC_OK);
	signer_stop(s);
}
END_TEST

START_TEST(a_dead_signer_is_told_and_stays_dead)
{
	struct signer_cfg cfg = config();
	struct signer *s = start(&cfg);
	struct checkpoint c = ended_epoch();
	struct dc_err err = DC_ERR_INIT;
	struct ec_signature sig;

	ck_assert(signer_alive(s));
	ck_assert_int_eq(kill(signer_pid(s), SIGKILL), 0);
	ck_assert_int_eq(signer_checkpoint(s, &sig, &c, EPOCH_S, &err),
			 DC_EIO);
	ck_assert_str_eq(err.text, "the signer is gone");
	ck_assert(!signer_alive(s));
	ck_assert_int_eq(signer_checkpoint(s, &sig, &c, EPOCH_S, NULL),
			 DC_EIO);
	signer_stop(s);
}
END_TEST

/* ^C in a terminal reaches the whole group; TERM comes from systemd. */
START_TEST(signals_for_the_daemon_do_not_end_it)
{
	struct signer_cfg cfg = config();
	struct signer *s = start(&cfg);
	struct checkpoint c = ended_epoch();
	struct ec_signature sig;

	ck_assert_int_eq(kill(signer_pid(s), SIGINT), 0);
	ck_assert_int_eq(kill(signer_pid(s), SIGTERM), 0);
	ck_assert_int_eq(kill(signer_pid(s), SIGHUP), 0);
	ck_assert_int_eq(signer_checkpoint(s, &sig, &c, EPOCH_S, NULL), DC_OK);
	signer_stop(s);
}
END_TEST

START_TEST(nobody_else_can_read_its_memory_or_files)
{
	struct signer_cfg cfg = config();
	struct signer *s = start(&cfg);
	char proc[64], line[256];
	bool no_privileges = false, filtered = false;
	unsigned value;
	FILE *f;

	snprintf(proc, sizeof(proc), "/proc/%d/status", (int)signer_pid(s));
	f = fopen(proc, "r");
	ck_assert_ptr_nonnull(f);
	while (fgets(line, sizeof(line), f) != NULL) {
		if (sscanf(line, "NoNewPrivs: %u", &value) == 1)
			no_privileges = value == 1;
		if (sscanf(line, "Seccomp: %u", &value) == 1)
			filtered = value == 2;
	}
	ck_assert_int_eq(fclose(f), 0);
	ck_assert(no_privileges);
	ck_assert(filtered);
	signer_stop(s);
}
END_TEST

START_TEST(a_start_that_fails_says_why)
{
	struct signer_cfg cfg = config();
	struct dc_err err = DC_ERR_INIT;
	struct signer *s = NULL, *t = NULL;
	const char *const wrong = "/nonexistent/pass";

	cfg.keys[SIGNER_SENDER].pass_path = wrong;
	ck_assert_int_eq(signer_start(&s, &cfg, &err), DC_EIO);
	ck_assert_msg(strstr(err.text, wrong) != NULL, "%s", err.text);
	cfg = config();
	s = start(&cfg);
	dc_err_clear(&err);
	ck_assert_int_eq(signer_start(&t, &cfg, &err), DC_EBUSY);
	ck_assert_msg(strstr(err.text, "key file") != NULL &&
		      strstr(err.text, "another decaid signs with it") != NULL,
		      "%s", err.text);
	signer_stop(s);
}
END_TEST

START_TEST(one_key_may_hold_two_roles)
{
	struct signer_cfg cfg = config();
	struct signer *s;

	cfg.keys[SIGNER_SENDER] = cfg.keys[SIGNER_CHECKPOINTS];
	s = start(&cfg);
	ck_assert(addr20_equal(signer_address(s, SIGNER_SENDER),
			       signer_address(s, SIGNER_CHECKPOINTS)));
	signer_stop(s);
}
END_TEST

START_TEST(a_role_without_a_key_signs_nothing)
{
	struct signer_cfg cfg = config();
	struct attestation a = { .issued_s = 1, .expires_s = 2 };
	struct checkpoint c = ended_epoch();
	struct ec_signature sig;
	struct signer *s;

	cfg.keys[SIGNER_CHECKPOINTS].key_path = NULL;
	cfg.keys[SIGNER_ATTESTATIONS].key_path = NULL;
	s = start(&cfg);
	ck_assert_ptr_null(signer_address(s, SIGNER_CHECKPOINTS));
	ck_assert_ptr_nonnull(signer_address(s, SIGNER_SENDER));
	ck_assert_int_eq(signer_checkpoint(s, &sig, &c, EPOCH_S, NULL),
			 DC_EREFUSED);
	ck_assert_int_eq(signer_attest(s, &sig, &a, NULL), DC_EREFUSED);
	signer_stop(s);
}
END_TEST

/* --- transactions -------------------------------------------------------- */

static struct tx
transaction(enum dc_call call, uint8_t *data)
{
	struct abi_selector sel = abi_call_selector(call);
	struct tx tx = {
		.chain_id = CHAIN, .gas = 1000, .to = addr(1),
		.tip_wei = wei_from_u64(1), .fee_wei = wei_from_u64(1000),
		.data = data, .data_len = 36,
	};

	memset(data, 0, 36);
	memcpy(data, sel.b, sizeof(sel.b));
	return tx;
}

START_TEST(a_transaction_of_an_allowed_call_is_signed_by_the_sender)
{
	struct signer_cfg cfg = config();
	struct signer *s = start(&cfg);
	struct dc_err err = DC_ERR_INIT;
	struct hash32 hash, want, digest;
	struct ec_signature sig;
	struct addr20 who;
	uint8_t data[36];
	struct tx tx = transaction(CALL_CHECKPOINT, data), back;
	struct dc_buf raw;

	dc_buf_init(&raw, 4096);
	ck_assert_msg(signer_tx(s, &raw, &hash, &tx, &err) == DC_OK, "%s",
		      err.text);
	keccak256(&want, raw.data, raw.len);
	ck_assert(hash32_equal(&hash, &want));
	ck_assert_int_eq(tx_decode(&back, &sig, raw.data, raw.len, NULL),
			 DC_OK);
	tx_digest(&digest, &back);
	ck_assert_int_eq(ec_recover(ec, &who, &digest, &sig, NULL), DC_OK);
	ck_assert(addr20_equal(&who, &addresses[SIGNER_SENDER]));
	dc_buf_clear(&raw);
	signer_stop(s);
}
END_TEST

START_TEST(transactions_outside_the_rules_are_refused)
{
	struct signer_cfg cfg = config();
	struct signer *s = start(&cfg);
	uint8_t data[36];
	struct hash32 hash;
	struct dc_buf raw;
	struct tx tx;

	dc_buf_init(&raw, 1 << 20);
#define REFUSED() ck_assert_int_eq(signer_tx(s, &raw, &hash, &tx, NULL), \
				   DC_EREFUSED)
	tx = transaction(CALL_WITHDRAW, data);		/* no such rule */
	REFUSED();
	tx = transaction(CALL_JOIN, data);	/* to another contract */
	REFUSED();
	tx = transaction(CALL_CHECKPOINT, data);	/* with money */
	tx.value = wei_from_u64(1);
	REFUSED();
	tx = transaction(CALL_CHECKPOINT, data);
	tx.data_len = 3;
	REFUSED();
	tx.data_len = 0;
	REFUSED();
	tx = transaction(CALL_CHECKPOINT, data);
	tx.creates = true;
	REFUSED();
	tx = transaction(CALL_CHECKPOINT, data);
	tx.chain_id = 1;
	REFUSED();
	tx = transaction(CALL_CHECKPOINT, data);
	tx.fee_wei = wei_from_u64(1001);		/* over the fee cap */
	REFUSED();
	tx = transaction(CALL_CHECKPOINT, data);
	tx.tip_wei = wei_from_u64(1001);
	REFUSED();
	tx = transaction(CALL_CHECKPOINT, data);
	tx.gas = 1001;					/* over the cost cap */
	REFUSED();
	tx.gas = UINT64_MAX;
	REFUSED();
#undef REFUSED
	ck_assert_uint_eq(raw.len, 0);
	tx = transaction(CALL_JOIN, data);
	tx.to = addr(0xbb);
	tx.gas = 1;
	tx.value = wei_from_u64(5000);
	ck_assert_int_eq(signer_tx(s, &raw, &hash, &tx, NULL), DC_OK);
	dc_buf_clear(&raw);
	signer_stop(s);
}
END_TEST

START_TEST(the_days_cap_holds_also_after_a_restart)
{
	struct signer_cfg cfg = config();
	struct signer *s = start(&cfg);
	struct dc_err err = DC_ERR_INIT;
	uint8_t data[36];
	struct tx tx = transaction(CALL_CHECKPOINT, data);
	struct hash32 hash;
	struct dc_buf raw;

	dc_buf_init(&raw, 1 << 20);
	for (tx.nonce = 0; tx.nonce < 3; tx.nonce++)
		ck_assert_int_eq(signer_tx(s, &raw, &hash, &tx, NULL), DC_OK);
	ck_assert_int_eq(signer_tx(s, &raw, &hash, &tx, &err), DC_EREFUSED);
	ck_assert(strstr(err.text, "day's cap") != NULL);
	signer_stop(s);
	s = start(&cfg);
	ck_assert_int_eq(signer_tx(s, &raw, &hash, &tx, NULL), DC_EREFUSED);
	tx.nonce = 2;	/* a replacement costs nothing more */
	ck_assert_int_eq(signer_tx(s, &raw, &hash, &tx, NULL), DC_OK);
	dc_buf_clear(&raw);
	signer_stop(s);
}
END_TEST

START_TEST(large_call_data_passes_and_too_large_is_refused)
{
	struct signer_cfg cfg = config();
	struct signer *s = start(&cfg);
	size_t most = SIGNER_DATA_MAX_BYTES;
	uint8_t *data = dc_calloc(1, most + 1), head[36];
	struct tx tx = transaction(CALL_CHECKPOINT, head);
	struct dc_err err = DC_ERR_INIT;
	struct hash32 hash;
	struct dc_buf raw;

	dc_buf_init(&raw, 1 << 20);
	memcpy(data, head, sizeof(head));
	tx.data = data;
	tx.data_len = most;
	ck_assert_msg(signer_tx(s, &raw, &hash, &tx, &err) == DC_OK, "%s",
		      err.text);
	tx.data_len = most + 1;
	ck_assert_int_eq(signer_tx(s, &raw, &hash, &tx, NULL), DC_EREFUSED);
	ck_assert(signer_alive(s));
	dc_buf_clear(&raw);
	free(data);
	signer_stop(s);
}
END_TEST

/* --- the desk ------------------------------------------------------------ */

static struct signer_desk *
desk_new(const struct signer_cfg *cfg, uint64_t unix_s)
{
	struct signer_now now = { unix_s, 0 };
	struct dc_err err = DC_ERR_INIT;
	struct signer_desk *d = NULL;

	ck_assert_msg(signer_desk_new(&d, cfg, now, &err) == DC_OK, "%s",
		      err.text);
	return d;
}

START_TEST(attestations_are_rate_capped)
{
	struct signer_cfg cfg = config();
	struct signer_desk *d = desk_new(&cfg, 1000);
	struct signer_request r;
	struct signer_reply reply;
	struct signer_now now = { 1000, 0 };
	unsigned granted[3] = { 0, 0, 0 };

	memset(&r, 0, sizeof(r));
	r.version = SIGNER_WIRE_VERSION;
	r.ask = SIGNER_ASK_ATTESTATION;
	r.u.attestation.issued_s = 1;
	r.u.attestation.expires_s = 2;
	for (unsigned i = 0; i < 3; i++) {
		now.steady_ms = 500u * i;	/* ten a second */
		for (unsigned j = 0; j < 100; j++) {
			signer_desk_answer(d, &reply, (const uint8_t *)&r,
					   sizeof(r), now);
			granted[i] += reply.status == DC_OK;
			ck_assert(reply.status == DC_OK ||
				  reply.status == DC_EBUSY);
		}
	}
	ck_assert_uint_eq(granted[0], 10);
	ck_assert_uint_eq(granted[1], 5);
	ck_assert_uint_eq(granted[2], 5);
	r.u.attestation.expires_s = 1;
	now.steady_ms += 5000;
	signer_desk_answer(d, &reply, (const uint8_t *)&r, sizeof(r), now);
	ck_assert_uint_eq(reply.status, DC_EREFUSED);
	signer_desk_free(d);
}
END_TEST

/* From the clock's time on, or the chain's where that is ahead. */
START_TEST(attestations_hold_no_longer_than_allowed)
{
	static const struct {
		uint64_t issued_s, expires_s;
		bool granted;
	} cases[] = {
		{ 1000, 1060, true }, { 1000, 1061, false },
		{ 1, 1060, true }, { 1, 1061, false },
		{ 5000, 5060, true }, { 5000, 5061, false },
		{ 1000, UINT64_MAX, false }, { UINT64_MAX, 1060, false },
	};
	struct signer_cfg cfg = config();
	struct signer_desk *d = desk_new(&cfg, 1000);
	struct signer_now now = { 1000, 0 };
	struct signer_request r;
	struct signer_reply reply;

	memset(&r, 0, sizeof(r));
	r.version = SIGNER_WIRE_VERSION;
	r.ask = SIGNER_ASK_ATTESTATION;
	for (size_t i = 0; i < DC_ARRAY_LEN(cases); i++) {
		r.u.attestation.issued_s = cases[i].issued_s;
		r.u.attestation.expires_s = cases[i].expires_s;
		signer_desk_answer(d, &reply, (const uint8_t *)&r, sizeof(r),
				   now);
		ck_assert_uint_eq(reply.status, cases[i].granted ?
				  DC_OK : DC_EREFUSED);
	}
	signer_desk_free(d);
}
END_TEST

START_TEST(packets_of_a_wrong_form_are_refused)
{
	struct signer_cfg cfg = config();
	struct signer_desk *d = desk_new(&cfg, 1000);
	uint8_t packet[sizeof(struct signer_request) + 64] = { 0 };
	struct signer_now now = { 1000, 0 };
	struct signer_request r;
	struct signer_reply reply;

	memset(&r, 0, sizeof(r));
	r.version = SIGNER_WIRE_VERSION;
	r.ask = SIGNER_ASK_CHECKPOINT;
	memcpy(packet, &r, sizeof(r));
	for (size_t n = 0; n < sizeof(packet); n++) {
		signer_desk_answer(d, &reply, packet, n, now);
		ck_assert(reply.status ==
			  (n == sizeof(r) ? DC_EREFUSED : DC_EINVAL));
	}
	for (uint32_t ask = 0; ask < 9; ask++) {
		r.ask = ask;
		r.version = SIGNER_WIRE_VERSION + (ask < 4);
		memcpy(packet, &r, sizeof(r));
		signer_desk_answer(d, &reply, packet, sizeof(r), now);
		ck_assert_uint_eq(reply.status, DC_EINVAL);
	}
	/* call data shorter or longer than it says */
	r.version = SIGNER_WIRE_VERSION;
	r.ask = SIGNER_ASK_TX;
	r.u.tx.data_len = 40;
	memcpy(packet, &r, sizeof(r));
	signer_desk_answer(d, &reply, packet, sizeof(r) + 39, now);
	ck_assert_uint_eq(reply.status, DC_EINVAL);
	signer_desk_answer(d, &reply, packet, sizeof(r) + 41, now);
	ck_assert_uint_eq(reply.status, DC_EINVAL);
	signer_desk_answer(d, &reply, packet, sizeof(r) + 40, now);
	ck_assert_uint_eq(reply.status, DC_EREFUSED);
	signer_desk_free(d);
}
END_TEST

/* In its sandbox, where nothing can be opened any more. */
START_TEST(its_log_is_shortened_while_it_signs)
{
	struct signer_cfg cfg = config();
	struct sign_entry e = { .pool = addr(0xaa), .trainer = addr(9),
				.epoch_s = EPOCH_S };
	struct signlog *l;
	struct signer *s;
	struct dc_buf raw;
	struct hash32 hash;
	uint8_t data[36];
	struct tx tx = transaction(CALL_CHECKPOINT, data);
	struct stat st;

	ck_assert_int_eq(signlog_open(&l, log_path, CHAIN, 0, NULL), DC_OK);
	while (stat(log_path, &st) == 0 && st.st_size <= (1 << 20) - 128) {
		e.epoch++;
		ck_assert_int_eq(signlog_admit(l, &e, e.epoch + 1, NULL),
				 DC_OK);
	}
	signlog_close(l);
	s = start(&cfg);
	ck_assert_int_eq(stat(log_path, &st), 0);
	ck_assert_int_gt(st.st_size, (1 << 20) - 128);
	dc_buf_init(&raw, 4096);
	for (tx.nonce = 0; tx.nonce < 3; tx.nonce++)
		ck_assert_int_eq(signer_tx(s, &raw, &hash, &tx, NULL), DC_OK);
	ck_assert_int_eq(stat(log_path, &st), 0);
	ck_assert_int_lt(st.st_size, 1 << 14);
	dc_buf_clear(&raw);
	signer_stop(s);
	ck_assert_int_eq(signlog_open(&l, log_path, CHAIN, 0, NULL), DC_OK);
	memset(e.digest.b, 1, sizeof(e.digest.b));
	ck_assert_int_eq(signlog_admit(l, &e, e.epoch + 1, NULL),
			 DC_EREFUSED);
	signlog_close(l);
}
END_TEST

static bool
make_keys(void)
{
	struct keyguard *g = keyguard_new(NULL);
	struct keyslot slot;
	FILE *f;

	snprintf(pass_path, sizeof(pass_path), "%s/pass", dir);
	f = fopen(pass_path, "w");
	if (f == NULL || fputs("secret\n", f) < 0 || fclose(f) != 0)
		return false;
	for (size_t i = 0; i < SIGNER_ROLES; i++) {
		snprintf(paths[i], sizeof(paths[i]), "%s/key%zu", dir, i);
		if (keyguard_random(g, &slot, NULL) != DC_OK ||
		    keyguard_save(g, slot, paths[i], pass_path,
				  KEYSTORE_LIGHT, NULL) != DC_OK)
			return false;
		addresses[i] = *keyguard_address(g, slot);
	}
	keyguard_free(g);
	return true;
}

int
main(void)
{
	const TTest *const tests[] = {
		a_checkpoint_is_signed_by_its_key,
		another_checkpoint_of_an_epoch_is_refused_also_after_a_kill,
		a_dead_signer_is_told_and_stays_dead,
		signals_for_the_daemon_do_not_end_it,
		nobody_else_can_read_its_memory_or_files,
		a_start_that_fails_says_why,
		one_key_may_hold_two_roles,
		a_role_without_a_key_signs_nothing,
		a_transaction_of_an_allowed_call_is_signed_by_the_sender,
		transactions_outside_the_rules_are_refused,
		the_days_cap_holds_also_after_a_restart,
		large_call_data_passes_and_too_large_is_refused,
		attestations_are_rate_capped,
		attestations_hold_no_longer_than_allowed,
		packets_of_a_wrong_form_are_refused,
		its_log_is_shortened_while_it_signs,
	};
	char command[64];
	int found;

	ec = ec_new(NULL);
	if (ec == NULL || mkdtemp(dir) == NULL || !make_keys())
		return EXIT_FAILURE;
	found = unit_run("oracle/signer", tests, DC_ARRAY_LEN(tests));
	ec_free(ec);
	snprintf(command, sizeof(command), "rm -r %s", dir);
	return system(command) == 0 ? found : EXIT_FAILURE;
}
