/* check_server_rest_attest.c: predictions that a contract can check: of the
 * effective checkpoint, signed by the attester's key, within limits. */

#include "config.h"

#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>

#include "base/hex.h"
#include "oracle/abi.h"
#include "oracle/attester.h"
#include "oracle/keyguard.h"
#include "oracle/replica.h"
#include "sql/checkpoints.h"
#include "sql/contributions.h"
#include "sql/operators.h"
#include "sql/undo.h"
#include "tests/unit/rest_reply.h"
#include "tests/unit/unit.h"

#define HOLDS_S 300
#define RATE 20
#define ASKED "{\"text\":\"genome matrix\",\"attest\":true}"

static struct rest_fixture f;
static struct signer *s;
static struct attester *a;
static struct ec *ec;
static char dir[] = "/tmp/decaid-check-attest-XXXXXX";
static char key_path[64], pass_path[64];

#define at rest_at
#define int_at rest_int_at
#define text_at rest_text_at

/* ---- a daemon that attests ---- */

static void ring(void *user)
{
	struct rest_fixture *r = user;

	app_changed(&r->app);
}

static void begin(void)
{
	MUST(sql_tx_begin(f.writer, err));
	sql_undo_track(f.writer, REST_HEAD);
}

static void put_operator(const struct addr20 *attester, bool slashed)
{
	struct sql_operator o = { .pool = rest_fixture_address(2), .id = 1,
		.owner = rest_fixture_address(3),
		.signer = rest_fixture_address(4), .attester = *attester,
		.endpoint = "", .bond_wei = wei_from_u64(1), .since_block = 1,
		.slashed = slashed };

	begin();
	MUST(sql_operator_put(f.writer, &o, err));
	MUST(sql_tx_commit(f.writer, err));
}

/* What the model is after so many contributions. */
static void state_after(uint64_t count, struct hash32 *root)
{
	struct replica *r = replica_new(f.folder, SIZE_MAX);
	struct dc_arena *arena = dc_arena_new(1 << 16);
	struct sql_contribution c;
	atomic_bool stop;
	bool found;

	atomic_init(&stop, false);
	MUST(sql_contribution_get(f.writer, &c, &found, f.row[0], count - 1,
				  arena, err));
	MUST(replica_seek(r, f.writer, &f.sections_at, count, &c.record_hash,
			  &stop, err));
	learner_root(replica_learner(r), root);
	replica_free(r);
	dc_arena_free(arena);
}

/* A checkpoint on the chain. */
static void accept(uint64_t epoch, uint64_t count, uint64_t effective_s,
		   const struct hash32 *root)
{
	struct dc_arena *arena = dc_arena_new(1 << 12);
	struct sql_checkpoint c = { .model = f.row[0],
		.is = { .trainer = f.sections_at, .epoch = epoch,
			.count = count, .state_root = *root },
		.computed = true, .accepted = true,
		.effective_s = effective_s,
		.log = { .block = REST_HEAD, .index = (uint32_t)epoch % 1000,
			 .time_s = REST_NOW_S } };

	begin();
	MUST(sql_checkpoint_put(f.writer, &c, err));
	MUST(sql_tx_commit(f.writer, err));
	dc_arena_free(arena);
}

/* Of the first `count` contributions, effective since a while. */
static struct hash32 accept_true(uint64_t epoch, uint64_t count)
{
	struct hash32 root;

	state_after(count, &root);
	accept(epoch, count, REST_NOW_S, &root);
	return root;
}

static struct signer *start_signer(void)
{
	char log[96];
	struct signer_cfg cfg = {
		.domain = { 31337, rest_fixture_address(2) }, .log_path = log,
		.attest_per_s = RATE, .attest_holds_s = HOLDS_S,
	};
	struct signer *out = NULL;

	snprintf(log, sizeof(log), "%s/log%d", dir, (int)getpid());
	cfg.keys[SIGNER_ATTESTATIONS] = (struct signer_key_files){ key_path,
								   pass_path };
	MUST(signer_start(&out, &cfg, err));
	return out;
}

/* per_s  what the daemon allows, whatever the signer does */
static void start_with(uint32_t per_s)
{
	struct attester_options o = { .per_s = per_s, .holds_s = HOLDS_S,
		.bytes_max = (size_t)64 << 20, .ring = ring, .user = &f };

	s = start_signer();	/* before there is a thread */
	rest_fixture_start(&f, 2);
	o.signer = s;
	o.chain_path = f.chain;
	o.data_dir = f.folder;
	MUST(attester_new(&a, &o, err));
	f.app.attester = a;
	put_operator(signer_address(s, SIGNER_ATTESTATIONS), false);
}

static void start(void)
{
	start_with(RATE);
}

static void finish(void)
{
	app_http_stop(&f.app);
	attester_free(a);
	rest_fixture_stop(&f);
	signer_stop(s);
}

/* ---- asking ---- */

static const struct http_answer *ask(const char *body)
{
	static char path[512];

	snprintf(path, sizeof(path), "/v1/models/%s/predict",
		 registry_info(f.sections)->slug);
	return http_client_post(f.client, path, body);
}

static json_t *predict(const char *body)
{
	return rest_ok(&f, ask(body), "PredictReply");
}

static void fails(const char *body, long status, const char *detail)
{
	rest_fails(&f, ask(body), status, detail);
}

static uint64_t seconds(const json_t *v, const char *key)
{
	struct tm tm;

	memset(&tm, 0, sizeof(tm));
	ck_assert_ptr_nonnull(strptime(text_at(v, key), "%Y-%m-%dT%H:%M:%SZ",
				       &tm));
	return (uint64_t)timegm(&tm);
}

/* Who signed what a reply says. */
static struct addr20 signer_of(const json_t *reply, const json_t *one)
{
	const json_t *said = at(one, "attestation");
	const json_t *of = at(reply, "attested_for");
	struct eip712_domain domain = {
		.chain_id = (uint64_t)int_at(of, "chain_id") };
	struct attestation is = {
		.label = (uint32_t)int_at(one, "label"),
		.issued_s = seconds(said, "issued_at"),
		.expires_s = seconds(said, "valid_until") };
	uint8_t bytes[EC_SIGNATURE_BYTES];
	struct ec_signature sig;
	struct hash32 digest;
	struct addr20 who;

	MUST(addr20_parse(&domain.pool, text_at(of, "pool"), err));
	MUST(addr20_parse(&is.trainer, text_at(of, "model"), err));
	MUST(hash32_parse(&is.sample, text_at(said, "sample_hash"), err));
	MUST(hash32_parse(&is.state_root,
			  text_at(at(reply, "as_of"), "state_root"), err));
	MUST(hex_decode(bytes, sizeof(bytes), text_at(said, "signature") + 2,
			err));
	MUST(ec_signature_read(&sig, bytes, err));
	eip712_attestation_digest(&digest, &domain, &is);
	MUST(ec_recover(ec, &who, &digest, &sig, err));
	return who;
}

static void is_signed(const json_t *reply, const json_t *one)
{
	struct addr20 who = signer_of(reply, one);

	ck_assert(addr20_equal(&who, signer_address(s, SIGNER_ATTESTATIONS)));
}

static bool is_root(const json_t *reply, const struct hash32 *root)
{
	char text[HASH32_TEXT_BYTES];

	hash32_format(root, text);
	return strcmp(text_at(at(reply, "as_of"), "state_root"), text) == 0;
}

/* ---- tests ---- */

START_TEST(a_prediction_is_of_the_effective_checkpoint_and_signed)
{
	json_t *reply, *said;
	struct hash32 root;
	time_t now;

	start();
	root = accept_true(20000000, 90);
	now = time(NULL);
	reply = predict(ASKED);
	ck_assert_int_eq(int_at(reply, "label"), 1);
	ck_assert_int_eq(int_at(at(reply, "as_of"), "contributions"), 90);
	ck_assert_int_eq(int_at(at(reply, "as_of"), "block"), 91);
	ck_assert(is_root(reply, &root));
	ck_assert_int_eq(int_at(at(reply, "attested_for"), "epoch"),
			 20000000);
	is_signed(reply, reply);
	said = at(reply, "attestation");
	ck_assert_uint_eq(seconds(said, "issued_at"), REST_NOW_S);
	ck_assert_uint_ge(seconds(said, "valid_until"),
			  (uint64_t)now + HOLDS_S);
	ck_assert_uint_le(seconds(said, "valid_until"),
			  (uint64_t)time(NULL) + HOLDS_S);
	json_decref(reply);
	finish();
}
END_TEST

START_TEST(of_the_newest_state_it_says_what_a_plain_one_says)
{
	json_t *plain, *attested;

	start();
	(void)accept_true(20000000, REST_SECTIONS);
	attested = predict("{\"inputs\":[{\"text\":\"genome\"},"
			   "{\"text\":\"play level\"}],\"attest\":true}");
	plain = predict("{\"inputs\":[{\"text\":\"genome\"},"
			"{\"text\":\"play level\"}]}");
	for (size_t i = 0; i < 2; i++) {
		json_t *x = json_array_get(at(attested, "predictions"), i);
		json_t *y = json_array_get(at(plain, "predictions"), i);

		ck_assert(json_equal(at(x, "scores"), at(y, "scores")));
		ck_assert(json_equal(at(x, "label"), at(y, "label")));
		ck_assert_ptr_null(json_object_get(y, "attestation"));
		is_signed(attested, x);
	}
	ck_assert_ptr_null(json_object_get(plain, "attested_for"));
	json_decref(plain);
	json_decref(attested);
	finish();
}
END_TEST

START_TEST(what_is_in_challenge_or_refuted_is_not_spoken_for)
{
	struct hash32 root, later;
	json_t *reply;

	start();
	root = accept_true(20000000, 90);
	state_after(110, &later);
	accept(20000001, 110, REST_NOW_S + 1, &later);
	reply = predict(ASKED);
	ck_assert(is_root(reply, &root));
	json_decref(reply);
	accept(20000001, 110, REST_NOW_S, &later);
	reply = predict(ASKED);
	ck_assert(is_root(reply, &later));
	json_decref(reply);
	/* back, as after a reorganization */
	begin();
	MUST(sql_checkpoint_put(f.writer, &(struct sql_checkpoint){
		.model = f.row[0], .accepted = true, .refuted = true,
		.is = { .epoch = 20000001, .count = 110 } }, err));
	MUST(sql_tx_commit(f.writer, err));
	reply = predict(ASKED);
	ck_assert(is_root(reply, &root));
	json_decref(reply);
	finish();
}
END_TEST

START_TEST(who_may_not_attest_says_why)
{
	struct addr20 pool;
	struct hash32 root;
	char path[128], address[ADDR20_TEXT_BYTES];

	start();
	addr20_format(&f.board_at, address);
	snprintf(path, sizeof(path), "/v1/models/%s/predict", address);
	rest_fails(&f, http_client_post(f.client, path,
					"{\"indices\":[1],\"attest\":true}"),
		   503, "attest: no checkpoint of this model is effective "
		   "yet");
	root = accept_true(20000000, 90);
	put_operator(signer_address(s, SIGNER_ATTESTATIONS), true);
	fails(ASKED, 503, "attest: this daemon's attester is no operator of "
	      "the model's pool");
	pool = rest_fixture_address(77);
	put_operator(&pool, false);
	fails(ASKED, 503, "attest: this daemon's attester is no operator of "
	      "the model's pool");
	put_operator(signer_address(s, SIGNER_ATTESTATIONS), false);
	f.app.pool = pool;
	fails(ASKED, 400, "attest: this daemon belongs to another pool than "
	      "the model");
	f.app.pool = rest_fixture_address(2);
	f.app.attester = NULL;
	fails(ASKED, 400, "attest: this daemon does not attest");
	f.app.attester = a;
	fails("{\"features\":[1],\"attest\":true}", 400,
	      "this model takes a text");
	json_decref(predict(ASKED));
	root.b[0] ^= 1;
	accept(20000001, 90, REST_NOW_S, &root);
	fails(ASKED, 503, "attest: this daemon computes another state than "
	      "the checkpoint of epoch 20000001 names");
	finish();
}
END_TEST

/* n inputs that differ from those of another round. */
static const char *batch(unsigned round, unsigned n)
{
	static char body[1 << 16];
	size_t len = 0;

	len += (size_t)snprintf(body, sizeof(body), "{\"attest\":true,"
				"\"inputs\":[");
	for (unsigned i = 0; i < n; i++)
		len += (size_t)snprintf(body + len, sizeof(body) - len,
					"%s{\"text\":\"w%u v%u\"}",
					i == 0 ? "" : ",", round, i);
	snprintf(body + len, sizeof(body) - len, "]}");
	return body;
}

START_TEST(more_than_the_rate_is_refused_and_what_is_known_is_not_counted)
{
	struct attester_counters n, later;
	char after[32];
	json_t *reply;

	start_with(5);
	(void)accept_true(20000000, 90);
	fails(batch(0, 6), 400, "attest: at most 5 inputs are attested at "
	      "once");
	/* the bucket refills while this machine is slow, but not by as much
	 * as a hundred requests ask for in a second */
	for (unsigned i = 1;; i++) {
		const struct http_answer *got = ask(batch(i, 5));

		if (got->status == 429) {
			ck_assert_str_eq(http_answer_header(got, "Retry-After",
				after, sizeof(after)), "1");
			break;
		}
		ck_assert_int_eq(got->status, 200);
		ck_assert_uint_lt(i, 200);
	}
	do	/* until there is room again */
		reply = rest_parse(ask(batch(1, 5)));
	while (json_object_get(reply, "predictions") == NULL &&
	       (json_decref(reply), usleep(20000), true));
	ck_assert_uint_eq(json_array_size(at(reply, "predictions")), 5);
	json_decref(reply);
	attester_counters(a, &n);
	ck_assert_uint_ge(n.refused, 1);
	ck_assert_uint_ge(n.kept, 1);	/* of round 1 */
	ck_assert_uint_eq(n.failures, 0);
	/* again and again: nothing is signed */
	for (int i = 0; i < 40; i++)
		(void)ask(batch(1, 5));
	attester_counters(a, &later);
	ck_assert_uint_eq(later.made, n.made);
	reply = predict("{\"text\":\"plain\"}");
	json_decref(reply);
	finish();
}
END_TEST

START_TEST(the_signer_holds_to_its_own_rate)
{
	struct attester_counters n;

	/* a daemon that would sign without end */
	start_with(1000000);
	(void)accept_true(20000000, 90);
	for (unsigned i = 0; i < 4; i++)
		json_decref(rest_ok(&f, ask(batch(i, RATE)),
				    "PredictReply"));
	attester_counters(a, &n);
	ck_assert_uint_eq(n.made, 4 * RATE);
	finish();
}
END_TEST

START_TEST(without_its_signer_a_daemon_predicts_on)
{
	struct attester_counters n;

	start();
	(void)accept_true(20000000, 90);
	json_decref(predict(ASKED));
	ck_assert_int_eq(kill(signer_pid(s), SIGKILL), 0);
	json_decref(predict(ASKED));	/* it is known */
	fails("{\"text\":\"other\",\"attest\":true}", 503,
	      "attest: the prediction could not be signed: try again");
	json_decref(predict("{\"text\":\"other\"}"));
	attester_counters(a, &n);
	ck_assert_uint_eq(n.made, 1);
	ck_assert_uint_eq(n.kept, 1);
	ck_assert_uint_eq(n.failures, 1);
	finish();
}
END_TEST

START_TEST(many_ask_at_once_and_each_gets_its_own)
{
	int fd[16];
	char text[8192];

	start();
	(void)accept_true(20000000, 90);
	for (int i = 0; i < 16; i++) {
		char body[100], head[300];

		snprintf(body, sizeof(body),
			 "{\"text\":\"w%d\",\"attest\":true}", i);
		fd[i] = http_raw_open(http_server_port(f.http));
		snprintf(head, sizeof(head), "POST /v1/models/%s/predict "
			 "HTTP/1.1\r\nHost: x\r\nContent-Type: application/"
			 "json\r\nContent-Length: %zu\r\n\r\n%s",
			 registry_info(f.sections)->slug, strlen(body), body);
		http_raw_send(fd[i], head);
	}
	ck_assert_int_eq(close(fd[3]), 0);	/* one goes away */
	for (int i = 0; i < 16; i++) {
		json_t *reply;
		char *body;

		if (i == 3)
			continue;
		(void)http_raw_read(fd[i], text, sizeof(text), "}}");
		ck_assert_int_eq(close(fd[i]), 0);
		ck_assert_ptr_nonnull(strstr(text, "HTTP/1.1 200"));
		body = strstr(text, "\r\n\r\n");
		ck_assert_ptr_nonnull(body);
		reply = json_loads(body, 0, NULL);
		ck_assert_ptr_nonnull(reply);
		is_signed(reply, reply);
		json_decref(reply);
	}
	finish();
}
END_TEST

/* ---- as contracts ask ---- */

/* Call data of a question, 0x-hex; good until the next. */
static const char *question(const struct addr20 *trainer, const void *sample,
			    size_t len)
{
	static char text[4096];
	struct abi_selector sel = abi_selector_of("attestedPrediction(address,"
						  "bytes)");
	struct abi_out t;
	struct dc_buf b;

	dc_buf_init(&b, sizeof(text) / 2 - 2);
	dc_buf_append(&b, sel.b, sizeof(sel.b));
	abi_open(&t, &b, 2);
	abi_put_addr(&t, trainer);
	abi_put_bytes(&t, sample, len);
	ck_assert(!dc_buf_failed(&b));
	memcpy(text, "0x", 2);
	hex_encode(text + 2, b.data, b.len);
	dc_buf_clear(&b);
	return text;
}

#define SENDER "0x93aaE585365e7B3132b1E036e4698f4B32896eFA"

static const struct http_answer *ccip(const char *sender, const char *data)
{
	static char path[4096];

	snprintf(path, sizeof(path), "/v1/ccip/%s/%s.json", sender, data);
	return http_client_get(f.client, path);
}

/* The word of an answer's tuple. */
static void word_of(uint8_t out[32], const json_t *reply, size_t i)
{
	MUST(hex_decode(out, 32, text_at(reply, "data") + 2 + 64 * (1 + i),
			err));
}

START_TEST(a_gateway_answers_by_address_and_by_body)
{
	static const uint8_t sample[] = { 1, 2, 3, 4 };
	const char *data;
	uint8_t word[32];
	char body[2048];
	json_t *reply, *again;
	struct hash32 root;

	start();
	root = accept_true(20000000, 90);
	data = question(&f.sections_at, sample, sizeof(sample));
	reply = rest_ok(&f, ccip(SENDER, data), "CcipReply");
	word_of(word, reply, 6);
	ck_assert_mem_eq(word, root.b, 32);
	word_of(word, reply, 4);
	ck_assert_uint_eq(word[31], 90);
	snprintf(body, sizeof(body), "{\"sender\":\"" SENDER "\",\"more\":["
		 "{}],\"data\":\"%s\"}", data);
	again = rest_ok(&f, http_client_post(f.client, "/v1/ccip", body),
			"CcipReply");
	ck_assert(json_equal(reply, again));	/* it was kept */
	json_decref(reply);
	json_decref(again);
	finish();
}
END_TEST

/* A problem document whose message says the same. */
static void refuses(const struct http_answer *got, long status,
		    const char *detail)
{
	json_t *reply = rest_parse(got);

	ck_assert_str_eq(text_at(reply, "message"), text_at(reply, "detail"));
	json_decref(reply);
	rest_fails(&f, got, status, detail);
}

static void refuses_body(const char *body, const char *detail)
{
	refuses(http_client_post(f.client, "/v1/ccip", body), 400, detail);
}

START_TEST(a_gateway_refuses_what_no_contract_asks)
{
	static const uint8_t sample[] = { 1, 2, 3, 4 }, junk[1200] = { 9 };
	const char *data;
	char longer[2048];

	start();
	data = question(&f.sections_at, sample, sizeof(sample));
	(void)accept_true(20000000, 90);
	refuses(ccip(SENDER, "0x12345678"), 400, "data: no call of "
		"attestedPrediction(address,bytes)");
	refuses(ccip(SENDER, "0x1"), 400,
		"data: not 0x and pairs of hex digits");
	refuses(ccip(SENDER, "12345678"), 400,
		"data: not 0x and pairs of hex digits");
	refuses(ccip("0x12", data), 400,
		"sender: an address has 0x and 40 hex digits");
	snprintf(longer, sizeof(longer), "%s00", data);
	refuses(ccip(SENDER, longer), 400,
		"data: not as a contract encodes it");
	refuses(ccip(SENDER, question(&f.app.pool, sample, 4)), 404,
		"no such model");
	refuses(ccip(SENDER, question(&f.sections_at, junk, 20)), 400,
		"attest: the model does not take this sample");
	refuses(ccip(SENDER, question(&f.unknown_at, sample, 4)), 503,
		"attest: no checkpoint of this model is effective yet");
	refuses_body("{\"sender\":\"" SENDER "\"}",
		     "sender and data are needed");
	refuses_body("{\"sender\":\"x\",\"data\":\"0x\"}",
		     "sender: not 0x and 40 digits");
	f.app.attester = NULL;
	refuses(ccip(SENDER, question(&f.sections_at, sample, 4)), 400,
		"attest: this daemon does not attest");
	f.app.attester = a;
	finish();
}
END_TEST

/* ---- keys ---- */

static bool make_key(void)
{
	struct keyguard *g = keyguard_new(NULL);
	struct keyslot slot;
	FILE *out;

	snprintf(pass_path, sizeof(pass_path), "%s/pass", dir);
	snprintf(key_path, sizeof(key_path), "%s/key", dir);
	out = fopen(pass_path, "w");
	if (out == NULL || fputs("secret\n", out) < 0 || fclose(out) != 0 ||
	    keyguard_random(g, &slot, NULL) != DC_OK ||
	    keyguard_save(g, slot, key_path, pass_path, KEYSTORE_LIGHT,
			  NULL) != DC_OK)
		return false;
	keyguard_free(g);
	return true;
}

int main(void)
{
	const TTest *const tests[] = {
		a_prediction_is_of_the_effective_checkpoint_and_signed,
		of_the_newest_state_it_says_what_a_plain_one_says,
		what_is_in_challenge_or_refuted_is_not_spoken_for,
		who_may_not_attest_says_why,
		more_than_the_rate_is_refused_and_what_is_known_is_not_counted,
		the_signer_holds_to_its_own_rate,
		without_its_signer_a_daemon_predicts_on,
		many_ask_at_once_and_each_gets_its_own,
		a_gateway_answers_by_address_and_by_body,
		a_gateway_refuses_what_no_contract_asks,
	};
	char command[80];
	int found;

	ec = ec_new(NULL);
	if (ec == NULL || mkdtemp(dir) == NULL || !make_key())
		return EXIT_FAILURE;
	found = unit_run("server/rest_attest", tests, DC_ARRAY_LEN(tests));
	ec_free(ec);
	snprintf(command, sizeof(command), "rm -r %s", dir);
	return system(command) == 0 ? found : EXIT_FAILURE;
}
