/* Pruned samples come back from a node that is not believed. */

#include "config.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>

#include "base/keccak.h"
#include "oracle/abi_decaid.h"
#include "oracle/samples.h"
#include "tests/unit/unit.h"

#define SAMPLES 5
#define SAMPLE_BYTES 20

/* A node that answers every eth_getLogs with the same body. */
struct node {
	int fd;
	pthread_t thread;
	char url[64];
	struct dc_buf body;
	unsigned asked;
};

static void *answer(void *arg)
{
	struct node *n = arg;
	char buf[8192];
	int fd;

	while ((fd = accept(n->fd, NULL, NULL)) >= 0) {
		while (read(fd, buf, sizeof(buf)) > 0) {
			n->asked++;
			dprintf(fd, "HTTP/1.1 200 OK\r\nContent-Length: %zu"
				"\r\n\r\n%s", n->body.len,
				dc_buf_text(&n->body));
		}
		close(fd);
	}
	return NULL;
}

static void node_start(struct node *n)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(at);

	ck_assert(signal(SIGPIPE, SIG_IGN) != SIG_ERR);
	n->fd = socket(AF_INET, SOCK_STREAM, 0);
	ck_assert_int_eq(bind(n->fd, (struct sockaddr *)&at, len), 0);
	ck_assert_int_eq(listen(n->fd, 8), 0);
	ck_assert_int_eq(getsockname(n->fd, (struct sockaddr *)&at, &len), 0);
	(void)snprintf(n->url, sizeof(n->url), "http://127.0.0.1:%u",
		       ntohs(at.sin_port));
	ck_assert_int_eq(pthread_create(&n->thread, NULL, answer, n), 0);
}

static void node_stop(struct node *n)
{
	shutdown(n->fd, SHUT_RDWR);
	pthread_join(n->thread, NULL);
	close(n->fd);
	dc_buf_clear(&n->body);
}

static const struct addr20 trainer = { { 0x11, 0x22 } };

static void sample_bytes(uint8_t out[SAMPLE_BYTES], unsigned id)
{
	memset(out, (int)(id + 1), SAMPLE_BYTES);
}

/* Contribution id stands in block 10 + id, log 2; even ones are pruned. */
static void remember(struct sql_contribution *c, unsigned id)
{
	uint8_t sample[SAMPLE_BYTES];

	memset(c, 0, sizeof(*c));
	sample_bytes(sample, id);
	c->is.id = id;
	c->log.block = 10 + id;
	c->log.index = 2;
	c->pruned = id % 2 == 0;
	keccak256(&c->sample_hash, sample, sizeof(sample));
}

static void put_word(struct dc_buf *b, unsigned v)
{
	dc_buf_printf(b, "%064x", v);
}

/* The log that brought it; `change` is added to each byte. */
static void put_log(struct dc_buf *b, unsigned id, uint8_t change)
{
	char topic[HASH32_TEXT_BYTES], who[ADDR20_TEXT_BYTES];
	uint8_t sample[32] = { 0 };

	sample_bytes(sample, id);
	for (unsigned i = 0; i < SAMPLE_BYTES; i++)
		sample[i] = (uint8_t)(sample[i] + change);
	hash32_format(abi_event_topic(EVENT_CONTRIBUTED), topic);
	addr20_format(&trainer, who);
	dc_buf_printf(b, "{\"address\":\"%s\",\"topics\":[\"%s\",\"0x%064x\","
		      "\"0x%064x\"],\"data\":\"0x", who, topic, id, 7);
	put_word(b, 1);			/* label */
	put_word(b, 1000);		/* deposit */
	put_word(b, 96);		/* where the sample is */
	put_word(b, SAMPLE_BYTES);
	dc_buf_append_hex(b, sample, sizeof(sample));
	dc_buf_printf(b, "\",\"blockNumber\":\"0x%x\",\"blockHash\":"
		      "\"0x%064x\",\"transactionHash\":\"0x%064x\","
		      "\"transactionIndex\":\"0x0\",\"logIndex\":\"0x2\","
		      "\"removed\":false}", 10 + id, 10 + id, id);
}

/* Logs [0, logs) but skip; that of liar is another. */
static void put_answer(struct node *n, int logs, int skip, int liar)
{
	const char *comma = "";

	dc_buf_init(&n->body, 1 << 16);
	dc_buf_append_text(&n->body, "{\"jsonrpc\":\"2.0\",\"id\":0,"
			   "\"result\":[");
	for (int id = 0; id < logs; id++) {
		if (id == skip)
			continue;
		dc_buf_append_text(&n->body, comma);
		put_log(&n->body, (unsigned)id, id == liar);
		comma = ",";
	}
	dc_buf_append_text(&n->body, "]}");
}

static enum dc_status fetch(struct sql_contribution *c, int skip, int liar,
			    struct dc_arena *arena, struct dc_err *err)
{
	struct node n = { .asked = 0 };
	struct rpc_config config = { .url = n.url, .timeout_ms = 5000 };
	struct rpc *rpc = NULL;
	enum dc_status found;

	put_answer(&n, SAMPLES, skip, liar);
	node_start(&n);
	ck_assert_int_eq(rpc_new(&rpc, &config, NULL), DC_OK);
	for (unsigned id = 0; id < SAMPLES; id++)
		remember(&c[id], id);
	found = samples_fetch(rpc, &trainer, c, SAMPLES, arena, err);
	rpc_free(rpc);
	node_stop(&n);
	ck_assert_uint_eq(n.asked, 1);
	return found;
}

START_TEST(what_was_pruned_comes_back_and_the_rest_is_left_alone)
{
	struct dc_arena *arena = dc_arena_new(1 << 12);
	struct sql_contribution c[SAMPLES];
	struct dc_err err = DC_ERR_INIT;
	uint8_t sample[SAMPLE_BYTES];
	enum dc_status found = fetch(c, 1, 3, arena, &err);

	ck_assert_msg(found == DC_OK, "%s", err.text);
	for (unsigned id = 0; id < SAMPLES; id++) {
		sample_bytes(sample, id);
		ck_assert_uint_eq(c[id].is.sample_len,
				  id % 2 == 0 ? SAMPLE_BYTES : 0);
		ck_assert(id % 2 != 0 ||
			  memcmp(c[id].is.sample, sample, SAMPLE_BYTES) == 0);
	}
	dc_arena_free(arena);
}
END_TEST

START_TEST(a_node_that_lies_or_lacks_a_log_is_told)
{
	struct dc_arena *arena = dc_arena_new(1 << 12);
	struct sql_contribution c[SAMPLES];
	struct dc_err err = DC_ERR_INIT;

	ck_assert_int_eq(fetch(c, -1, 2, arena, &err), DC_EIO);
	ck_assert_ptr_nonnull(strstr(err.text, "another sample of "
				     "contribution 2"));
	dc_err_clear(&err);
	ck_assert_int_eq(fetch(c, 4, -1, arena, &err), DC_ENOTFOUND);
	ck_assert_ptr_nonnull(strstr(err.text, "contribution 4"));
	dc_arena_free(arena);
}
END_TEST

UNIT_MAIN("oracle/samples",
	  what_was_pruned_comes_back_and_the_rest_is_left_alone,
	  a_node_that_lies_or_lacks_a_log_is_told)
