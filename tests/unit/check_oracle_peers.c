/* check_oracle_peers.c: what other operators' daemons answer. The asking is
 * tried by tests/integration/quorum.mjs, between daemons. */

#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "oracle/peers.h"
#include "tests/unit/unit.h"

#define DIGEST "0x00112233445566778899aabbccddeeff" \
	"00112233445566778899aabbccddeeff"
#define SIXTEEN "0102030405060708090a0b0c0d0e0f10"
#define SIGNATURE "0x" SIXTEEN SIXTEEN SIXTEEN SIXTEEN "1b"

static enum dc_status read_text(struct peers_answer *out, const char *text)
{
	struct dc_err err = DC_ERR_INIT;
	enum dc_status found;

	memset(out, 0, sizeof(*out));
	found = peers_read(out, text, strlen(text), &err);
	if (found != DC_OK)
		ck_assert_str_eq(err.text, "not a checkpoint");
	return found;
}

START_TEST(digest_and_signatures_are_read_and_the_rest_passed_over)
{
	struct peers_answer a;

	ck_assert_int_eq(read_text(&a, "{\"model\":\"0x12\",\"verdicts\":{"
				   "\"bits\":[1,{}]},\"digest\":\"" DIGEST
				   "\",\"signatures\":[{\"operator\":\"x\","
				   "\"signature\":\"" SIGNATURE "\"},"
				   "{\"signature\":\"" SIGNATURE
				   "\",\"signer\":null}],\"tx\":null}"),
			 DC_OK);
	ck_assert_uint_eq(a.n, 2);
	ck_assert_uint_eq(a.digest.b[1], 0x11);
	ck_assert_uint_eq(a.signature[1][0], 1);
	ck_assert_uint_eq(a.signature[1][64], 0x1b);
}
END_TEST

START_TEST(what_is_no_checkpoint_is_refused)
{
	static const char *const wrong[] = {
		"", "[]", "{}", "<html>", "null",
		"{\"digest\":\"" DIGEST "\"}",
		"{\"signatures\":[]}",
		"{\"digest\":1,\"signatures\":[]}",
		"{\"digest\":\"0x12\",\"signatures\":[]}",
		"{\"digest\":\"" DIGEST "\",\"signatures\":{}}",
		"{\"digest\":\"" DIGEST "\",\"signatures\":[{}]}",
		"{\"digest\":\"" DIGEST "\",\"signatures\":[{\"signature\":"
		"\"0x00\"}]}",
		"{\"digest\":\"" DIGEST "\",\"signatures\":[]} more",
		"{\"digest\":\"" DIGEST "\",\"signatures\":[]",
	};
	struct peers_answer a;

	for (size_t i = 0; i < DC_ARRAY_LEN(wrong); i++)
		ck_assert_msg(read_text(&a, wrong[i]) == DC_EINVAL, "%s",
			      wrong[i]);
}
END_TEST

START_TEST(more_signatures_than_a_pool_has_are_not_looked_at)
{
	struct peers_answer *a = dc_calloc(1, sizeof(*a));
	struct dc_buf b;

	dc_buf_init(&b, PEERS_BODY_BYTES);
	dc_buf_append_text(&b, "{\"digest\":\"" DIGEST "\",\"signatures\":[");
	for (int i = 0; i < 2 * PEERS_SIGNATURES_MAX; i++)
		dc_buf_printf(&b, "%s{\"signature\":\"" SIGNATURE "\"}",
			      i == 0 ? "" : ",");
	dc_buf_append_text(&b, "]}");
	ck_assert_int_eq(read_text(a, dc_buf_text(&b)), DC_OK);
	ck_assert_uint_eq(a->n, PEERS_SIGNATURES_MAX);
	dc_buf_clear(&b);
	free(a);
}
END_TEST

static void never(void *user, const struct peers_ask *ask,
		  const struct peers_answer *answer)
{
	(void)user;
	(void)ask;
	(void)answer;
	ck_abort_msg("nobody can have answered");
}

START_TEST(an_endpoint_that_is_none_is_asked_nothing)
{
	static const char *const endpoints[] = {
		"", "file:///etc/passwd", "ftp://127.0.0.1", "http://",
		"gopher://127.0.0.1:1/", "http://169.254.169.254/",
		"http://[fe80::1]/", "http://[::ffff:169.254.169.254]/",
		"http://a\r\nb/",
	};
	struct peers *p = peers_new();
	struct peers_ask ask = { .epoch = 7 };

	for (size_t i = 0; i < DC_ARRAY_LEN(endpoints); i++) {
		ask.operator_id = i;
		peers_ask(p, &ask, endpoints[i]);
	}
	/* ends at once, as nothing is under way */
	peers_step(p, 60000, never, NULL);
	peers_free(p);
}
END_TEST

START_TEST(more_asks_than_there_is_room_for_end_the_oldest)
{
	struct peers *p = peers_new();
	struct peers_ask ask = { .epoch = 7 };

	for (unsigned i = 0; i < 3 * PEERS_ASKS_MAX; i++) {
		ask.operator_id = i;
		peers_ask(p, &ask, "http://127.0.0.1:1");
	}
	peers_step(p, 60000, never, NULL);
	peers_free(p);
}
END_TEST

UNIT_MAIN("oracle/peers",
	  digest_and_signatures_are_read_and_the_rest_passed_over,
	  what_is_no_checkpoint_is_refused,
	  more_signatures_than_a_pool_has_are_not_looked_at,
	  an_endpoint_that_is_none_is_asked_nothing,
	  more_asks_than_there_is_room_for_end_the_oldest)
