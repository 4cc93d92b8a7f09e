/*
 * check_server_tls.c: everybody who is asked over TLS (nodes, embedding
 * services, other operators, daemons) must show a certificate for the host
 * that was named, valid now, of an authority that is trusted; anybody else is
 * told nothing, not even what was to be asked.
 */

#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "oracle/peers.h"
#include "oracle/rpc.h"
#include "server/client.h"
#include "server/embedding_client.h"
#include "tests/unit/fake_tls.h"
#include "tests/unit/unit.h"

#define DIGEST "0x00112233445566778899aabbccddeeff" \
	"00112233445566778899aabbccddeeff"

/* What each of the clients takes for an answer. */
static const char answer[] =
	"{\"jsonrpc\":\"2.0\",\"id\":0,\"result\":\"0x7\","
	"\"digest\":\"" DIGEST "\",\"signatures\":[],"
	"\"data\":[{\"index\":0,\"embedding\":[0.5]}]}";

/* Is there an answer? If not, err says why. */
typedef bool ask_fn(const char *url, struct dc_err *err);

static bool ask_node(const char *url, struct dc_err *err)
{
	const struct rpc_config how = { .url = url, .timeout_ms = 60000 };
	struct rpc *rpc;
	uint64_t number = 0;
	bool found;

	ck_assert_int_eq(rpc_new(&rpc, &how, NULL), DC_OK);
	found = rpc_block_number(rpc, &number, err) == DC_OK;
	if (!found)
		ck_assert_int_eq(rpc_failure(rpc)->fault,
				 RPC_FAULT_UNREACHABLE);
	ck_assert_uint_eq(number, found ? 7 : 0);
	rpc_free(rpc);
	return found;
}

static bool ask_service(const char *url, struct dc_err *err)
{
	const struct embedding_client_options o = {
		.url = url, .key = "a secret", .timeout_ms = 60000,
		.pause_ms = 1
	};
	const struct embedding_text text = { "private", 7 };
	struct embedding_client *c = embedding_client_new(&o);
	int64_t number = 0;
	bool taken = false, found;

	found = embedding_client_ask(c, &number, &taken, "small", 1, &text, 1,
				     err) == DC_OK;
	if (found)
		ck_assert_int_eq(number, 500000000);
	embedding_client_free(c);
	return found;
}

static bool ask_daemon(const char *url, struct dc_err *err)
{
	struct dc_buf reply;
	json_t *root = NULL;
	bool found;

	dc_buf_init(&reply, CLIENT_REPLY_BYTES_MAX);
	found = client_ask(&reply, &root, url, "/v1/status", NULL, err) ==
		DC_OK;
	json_decref(root);
	dc_buf_clear(&reply);
	return found;
}

static void take(void *user, const struct peers_ask *ask,
		 const struct peers_answer *given)
{
	(void)ask;
	(void)given;
	*(bool *)user = true;
}

/* A peer's failures go into the log alone. */
static bool ask_peer(const char *url, struct dc_err *err)
{
	const struct peers_ask ask = { .epoch = 7, .operator_id = 1 };
	struct peers *p = peers_new();
	bool found = false;

	peers_ask(p, &ask, url);
	peers_step(p, 60000, take, &found);
	peers_free(p);
	if (!found)
		(void)dc_fail(err, DC_EIO, "certificate, or a time-out");
	return found;
}

static void try_kind(ask_fn *ask, enum fake_tls_kind kind)
{
	const bool right = kind == FAKE_TLS_RIGHT;
	struct dc_err err = DC_ERR_INIT;
	struct fake_tls t;
	bool found;

	fake_tls_start(&t, kind, answer);
	found = ask(t.url, &err);
	/* a right one may be late on a busy machine */
	for (int i = 0; right && !found && i < 5; i++)
		found = ask(t.url, &err);
	ck_assert_msg(found == right, "kind %d: %s", (int)kind,
		      right ? err.text : "it was believed");
	ck_assert_msg(right || strstr(err.text, "certificate") != NULL,
		      "kind %d: %s", (int)kind, err.text);
	ck_assert_uint_ge(atomic_load(&t.connections), 1);
	ck_assert_int_eq(atomic_load(&t.requests) > 0, right);
	fake_tls_stop(&t);
}

static void try_all(ask_fn *ask)
{
	fake_tls_trust();
	for (int kind = 0; kind < FAKE_TLS_KINDS; kind++)
		try_kind(ask, (enum fake_tls_kind)kind);
}

START_TEST(a_node_shows_who_it_is) { try_all(ask_node); } END_TEST
START_TEST(an_embedding_service_does) { try_all(ask_service); } END_TEST
START_TEST(another_operator_does) { try_all(ask_peer); } END_TEST
START_TEST(a_daemon_that_commands_ask_does) { try_all(ask_daemon); } END_TEST

UNIT_MAIN("server/tls", a_node_shows_who_it_is, an_embedding_service_does,
	  another_operator_does, a_daemon_that_commands_ask_does)
