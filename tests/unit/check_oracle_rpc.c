/* The JSON-RPC client against a server that answers from a script. */

#include "config.h"

#include <signal.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "oracle/rpc.h"
#include "tests/unit/unit.h"

#define H(d) "0x" d d d d d d d d d d d d d d d d
#define BLOCK(number, hash, parent) \
	"{\"number\":\"" number "\",\"hash\":\"" hash "\",\"parentHash\":\"" \
	parent "\",\"timestamp\":\"0x10\",\"transactions\":[]}"
#define RESULT(id, v) "{\"jsonrpc\":\"2.0\",\"id\":" id ",\"result\":" v "}"
#define ERROR(code, text) \
	"{\"jsonrpc\":\"2.0\",\"id\":0,\"error\":{\"code\":" code \
	",\"message\":\"" text "\"}}"

/* One answer; status 0 hangs until the client goes away. */
struct answer {
	int status;
	const char *headers, *body;
};

struct server {
	int fd;
	pthread_t thread;
	const struct answer *answers;
	size_t n, served;
	unsigned connections;
	char url[64];
	char request[8192];	/* body of the last one */
};

/* Read one request; false: the client is gone. */
static bool read_request(struct server *s, int fd)
{
	char buf[16384];
	size_t len = 0, want = 0;
	char *body = NULL, *field;

	for (;;) {
		ssize_t n = read(fd, buf + len, sizeof(buf) - 1 - len);

		if (n <= 0)
			return false;
		len += (size_t)n;
		buf[len] = '\0';
		if (body == NULL && (body = strstr(buf, "\r\n\r\n")) != NULL) {
			body += 4;
			field = strstr(buf, "Content-Length: ");
			want = (size_t)atol(field + 16);
		}
		if (body != NULL && len >= (size_t)(body - buf) + want)
			break;
	}
	snprintf(s->request, sizeof(s->request), "%s", body);
	return true;
}

static void serve_connection(struct server *s, int fd)
{
	while (s->served < s->n && read_request(s, fd)) {
		const struct answer *a = &s->answers[s->served++];
		size_t len = a->body == NULL ? 0 : strlen(a->body);

		if (a->status == 0) {
			(void)read_request(s, fd);
			return;
		}
		dprintf(fd, "HTTP/1.1 %d X\r\n%sContent-Length: %zu\r\n\r\n%s",
			a->status, a->headers == NULL ? "" : a->headers, len,
			len == 0 ? "" : a->body);
	}
}

static void *serve(void *arg)
{
	struct server *s = arg;

	while (s->served < s->n) {
		int fd = accept(s->fd, NULL, NULL);

		if (fd < 0)
			break;
		s->connections++;
		serve_connection(s, fd);
		close(fd);
	}
	return NULL;
}

static struct rpc *start(struct server *s, const struct answer *answers,
			 size_t n, size_t max_reply)
{
	struct sockaddr_in at = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)
	};
	socklen_t len = sizeof(at);
	struct rpc_config config = {
		.url = s->url, .timeout_ms = 5000,
		.max_reply_bytes = max_reply
	};
	struct rpc *rpc;

	/* A client may hang up while the server still writes. */
	ck_assert(signal(SIGPIPE, SIG_IGN) != SIG_ERR);
	memset(s, 0, sizeof(*s));
	s->answers = answers;
	s->n = n;
	s->fd = socket(AF_INET, SOCK_STREAM, 0);
	ck_assert_int_eq(bind(s->fd, (struct sockaddr *)&at, len), 0);
	ck_assert_int_eq(listen(s->fd, 8), 0);
	ck_assert_int_eq(getsockname(s->fd, (struct sockaddr *)&at, &len), 0);
	snprintf(s->url, sizeof(s->url), "http://127.0.0.1:%u/secret",
		 ntohs(at.sin_port));
	ck_assert_int_eq(pthread_create(&s->thread, NULL, serve, s), 0);
	ck_assert_int_eq(rpc_new(&rpc, &config, NULL), DC_OK);
	return rpc;
}

static void stop(struct server *s, struct rpc *rpc)
{
	rpc_free(rpc);
	shutdown(s->fd, SHUT_RDWR);
	pthread_join(s->thread, NULL);
	close(s->fd);
}

START_TEST(simple_calls_share_one_connection)
{
	static const struct answer script[] = {
		{ 200, NULL, RESULT("0", "\"0x7a69\"") },
		{ 200, NULL, RESULT("0", "\"0x10\"") },
		{ 200, NULL, RESULT("0", BLOCK("0x10", H("aaaa"),
					       H("bbbb"))) },
		{ 200, NULL, RESULT("0", "null") },
	};
	struct server s;
	struct rpc *rpc = start(&s, script, DC_ARRAY_LEN(script), 0);
	struct dc_err err = DC_ERR_INIT;
	struct block_ref block;
	uint64_t v;

	ck_assert_int_eq(rpc_chain_id(rpc, &v, &err), DC_OK);
	ck_assert_uint_eq(v, 31337);
	ck_assert_int_eq(rpc_block_number(rpc, &v, &err), DC_OK);
	ck_assert_uint_eq(v, 16);
	ck_assert_int_eq(rpc_block(rpc, &block, rpc_at_finalized(), &err),
			 DC_OK);
	ck_assert(strstr(s.request, "[\"finalized\",false]") != NULL);
	ck_assert_uint_eq(block.number, 16);
	ck_assert_uint_eq(block.time_s, 16);
	ck_assert_uint_eq(block.parent.b[31], 0xbb);
	ck_assert_int_eq(rpc_block(rpc, &block, rpc_at_number(17), &err),
			 DC_ENOTFOUND);
	ck_assert_uint_eq(s.connections, 1);
	stop(&s, rpc);
}
END_TEST

START_TEST(a_batch_may_be_answered_in_any_order)
{
	static const struct answer script[] = {
		{ 200, NULL, "[" RESULT("1", BLOCK("0x6", H("bbbb"),
						   H("aaaa"))) ","
		  RESULT("0", BLOCK("0x5", H("aaaa"), H("cccc"))) "]" },
		{ 200, NULL, "[" RESULT("1", BLOCK("0x6", H("bbbb"),
						   H("aaaa"))) "]" },
		{ 200, NULL, "[" RESULT("0", "null") "," RESULT("0", "null")
		  "]" },
		{ 200, NULL, ERROR("-32600", "batches are off") },
	};
	static const uint64_t numbers[] = { 5, 6 };
	struct server s;
	struct rpc *rpc = start(&s, script, DC_ARRAY_LEN(script), 0);
	struct block_ref blocks[2];
	struct dc_err err = DC_ERR_INIT;

	ck_assert_int_eq(rpc_blocks(rpc, blocks, numbers, 2, &err), DC_OK);
	ck_assert_uint_eq(blocks[0].number, 5);
	ck_assert_uint_eq(blocks[1].number, 6);
	ck_assert_int_eq(rpc_blocks(rpc, blocks, numbers, 2, &err), DC_EIO);
	ck_assert(strstr(err.text, "unanswered") != NULL);
	dc_err_clear(&err);
	ck_assert_int_eq(rpc_blocks(rpc, blocks, numbers, 2, &err), DC_EIO);
	ck_assert(strstr(err.text, "twice") != NULL);
	dc_err_clear(&err);
	ck_assert_int_eq(rpc_blocks(rpc, blocks, numbers, 2, &err),
			 DC_EREFUSED);
	ck_assert(strstr(err.text, "batches are off") != NULL);
	stop(&s, rpc);
}
END_TEST

START_TEST(each_way_of_failing_has_its_status_and_fault)
{
	static const struct {
		struct answer answer;
		enum dc_status status;
		enum rpc_fault fault;
		const char *why;
	} cases[] = {
		{ { 502, NULL, "<html>Bad\nGateway</html>" }, DC_EIO,
		  RPC_FAULT_HTTP, "http 502: \"<html>Bad\\x0aGateway" },
		{ { 200, NULL, "<html>" }, DC_EIO, RPC_FAULT_MALFORMED,
		  "not JSON" },
		{ { 200, NULL, "" }, DC_EIO, RPC_FAULT_MALFORMED,
		  "not JSON" },
		{ { 200, NULL, "{\"id\":7,\"result\":1}" }, DC_EIO,
		  RPC_FAULT_MALFORMED, "foreign id" },
		{ { 200, NULL, RESULT("0", "\"zz\"") }, DC_EIO,
		  RPC_FAULT_MALFORMED, "no quantity" },
		{ { 429, "Retry-After: 7\r\n", "slow" }, DC_EBUSY,
		  RPC_FAULT_BUSY, "429" },
		{ { 200, NULL, ERROR("-32005", "limit exceeded") }, DC_EBUSY,
		  RPC_FAULT_BUSY, "limit exceeded" },
		{ { 400, NULL, ERROR("-32000", "unknown block") },
		  DC_EREFUSED, RPC_FAULT_UNKNOWN_BLOCK, "unknown block" },
		{ { 200, NULL, ERROR("-32000", "Nonce too low: 3") },
		  DC_EREFUSED, RPC_FAULT_NONCE_TOO_LOW, "Nonce" },
		{ { 200, NULL, ERROR("-32000", "already known") },
		  DC_EREFUSED, RPC_FAULT_ALREADY_KNOWN, "already" },
		{ { 200, NULL, ERROR("-32003",
				     "replacement transaction underpriced") },
		  DC_EREFUSED, RPC_FAULT_UNDERPRICED, "underpriced" },
		{ { 200, NULL, ERROR("-32003", "Insufficient funds for gas") },
		  DC_EREFUSED, RPC_FAULT_FUNDS, "funds" },
		{ { 200, NULL, ERROR("-32601", "no such method") },
		  DC_EREFUSED, RPC_FAULT_OTHER, "-32601" },
	};
	size_t i;

	for (i = 0; i < DC_ARRAY_LEN(cases); i++) {
		struct server s;
		struct rpc *rpc = start(&s, &cases[i].answer, 1, 0);
		struct dc_err err = DC_ERR_INIT;
		uint64_t v;

		ck_assert_int_eq(rpc_block_number(rpc, &v, &err),
				 cases[i].status);
		ck_assert_int_eq(rpc_failure(rpc)->fault, cases[i].fault);
		ck_assert_msg(strstr(err.text, cases[i].why) != NULL,
			      "case %zu: %s", i, err.text);
		ck_assert_ptr_null(strstr(err.text, "secret"));
		if (cases[i].answer.status == 429)
			ck_assert_uint_eq(rpc_failure(rpc)->retry_after_s, 7);
		stop(&s, rpc);
	}
}
END_TEST

START_TEST(a_revert_brings_its_data)
{
	static const struct answer script[] = {
		{ 200, NULL, "{\"id\":0,\"error\":{\"code\":3,\"message\":"
		  "\"execution reverted: \\u0000\",\"data\":"
		  "\"0x08c379a0\"}}" },
	};
	struct server s;
	struct rpc *rpc = start(&s, script, 1, 0);
	struct addr20 to = { { 1 } };
	struct rpc_message msg = {
		.to = &to, .data = (const uint8_t *)"\xab", .data_len = 1
	};
	struct dc_err err = DC_ERR_INIT;
	struct dc_buf out;

	dc_buf_init(&out, 1024);
	ck_assert_int_eq(rpc_eth_call(rpc, &out, &msg, rpc_at_latest(), &err),
			 DC_EREFUSED);
	ck_assert_int_eq(rpc_failure(rpc)->fault, RPC_FAULT_REVERTED);
	ck_assert_uint_eq(rpc_failure(rpc)->revert_len, 4);
	ck_assert_mem_eq(rpc_failure(rpc)->revert, "\x08\xc3\x79\xa0", 4);
	ck_assert(strstr(s.request, "{\"to\":\"0x0100") != NULL);
	ck_assert(strstr(s.request, "\"data\":\"0xab\"},\"latest\"]") != NULL);
	dc_buf_clear(&out);
	stop(&s, rpc);
}
END_TEST

START_TEST(the_words_of_getLogs_limits_mean_a_smaller_range)
{
	static const char *const said[] = {
		"query returned more than 10000 results",
		"eth_getLogs is limited to a 10,000 range",
		"block range is too wide", "Log response size exceeded",
	};
	struct rpc_log_filter none = { .n_addresses = 0 };
	size_t i;

	for (i = 0; i < DC_ARRAY_LEN(said); i++) {
		char body[256];
		struct answer answer = { 200, NULL, body };
		struct server s;
		struct rpc *rpc = start(&s, &answer, 1, 0);
		struct dc_arena *arena = dc_arena_new(64);
		struct rpc_logs logs;

		snprintf(body, sizeof(body), ERROR("-32005", "%s"), said[i]);
		ck_assert_int_eq(rpc_logs_range(rpc, &logs, arena, &none, 1,
						9, NULL), DC_EREFUSED);
		ck_assert_int_eq(rpc_failure(rpc)->fault, RPC_FAULT_RANGE);
		dc_arena_free(arena);
		stop(&s, rpc);
	}
}
END_TEST

START_TEST(an_answer_over_the_bound_is_cut_off)
{
	static char body[70000];
	struct answer answer = { 200, NULL, body };
	struct server s;
	struct rpc *rpc = start(&s, &answer, 1, 1000);
	struct dc_err err = DC_ERR_INIT;
	uint64_t v;

	memset(body, ' ', sizeof(body) - 1);
	ck_assert_int_eq(rpc_block_number(rpc, &v, &err), DC_EIO);
	ck_assert_int_eq(rpc_failure(rpc)->fault, RPC_FAULT_TOO_LARGE);
	stop(&s, rpc);
}
END_TEST

static void *interrupt_soon(void *rpc)
{
	usleep(50000);
	rpc_interrupt(rpc);
	return NULL;
}

START_TEST(an_interrupt_ends_a_call_that_waits)
{
	static const struct answer script[] = { { 0, NULL, NULL } };
	struct server s;
	struct rpc *rpc = start(&s, script, 1, 0);
	struct dc_err err = DC_ERR_INIT;
	pthread_t thread;
	uint64_t v;

	ck_assert_int_eq(pthread_create(&thread, NULL, interrupt_soon, rpc),
			 0);
	ck_assert_int_eq(rpc_block_number(rpc, &v, &err), DC_EBUSY);
	ck_assert_int_eq(rpc_failure(rpc)->fault, RPC_FAULT_INTERRUPTED);
	dc_err_clear(&err);
	ck_assert_int_eq(rpc_block_number(rpc, &v, &err), DC_EBUSY);
	pthread_join(thread, NULL);
	stop(&s, rpc);
}
END_TEST

START_TEST(nobody_there_is_an_io_error)
{
	struct rpc_config config = { .url = "http://127.0.0.1:1/" };
	struct dc_err err = DC_ERR_INIT;
	struct rpc *rpc;
	uint64_t v;

	ck_assert_int_eq(rpc_new(&rpc, &config, NULL), DC_OK);
	ck_assert_int_eq(rpc_block_number(rpc, &v, &err), DC_EIO);
	ck_assert_int_eq(rpc_failure(rpc)->fault, RPC_FAULT_UNREACHABLE);
	rpc_free(rpc);
	config.url = "file:///etc/passwd";
	ck_assert_int_eq(rpc_new(&rpc, &config, NULL), DC_EINVAL);
}
END_TEST

START_TEST(fees_are_the_next_base_fee_and_the_median_tip)
{
	static const struct answer script[] = {
		{ 200, NULL, RESULT("0", "{\"oldestBlock\":\"0x1\","
		  "\"baseFeePerGas\":[\"0x1\",\"0x2\",\"0x3\",\"0x4\"],"
		  "\"reward\":[[\"0x9\"],[\"0x1\"],[\"0x5\"]]}") },
		{ 200, NULL, ERROR("-32601", "the method does not exist") },
		{ 200, NULL, RESULT("0", "\"0x77\"") },
	};
	struct server s;
	struct rpc *rpc = start(&s, script, DC_ARRAY_LEN(script), 0);
	struct dc_err err = DC_ERR_INIT;
	struct rpc_fees fees;
	uint64_t v;

	ck_assert_int_eq(rpc_fees(rpc, &fees, &err), DC_OK);
	ck_assert(u256_to_u64(&v, fees.base_fee_wei.v) && v == 4);
	ck_assert(u256_to_u64(&v, fees.tip_wei.v) && v == 5);
	ck_assert_int_eq(rpc_fees(rpc, &fees, &err), DC_OK);
	ck_assert(u256_to_u64(&v, fees.base_fee_wei.v) && v == 0x77);
	ck_assert(u256_is_zero(fees.tip_wei.v));
	stop(&s, rpc);
}
END_TEST

START_TEST(a_receipt_is_read_with_its_logs)
{
#define A1 "0x1111111111111111111111111111111111111111"
	static const char receipt[] = RESULT("0",
		"{\"status\":\"0x1\",\"blockNumber\":\"0x7\",\"blockHash\":\""
		H("aaaa") "\",\"gasUsed\":\"0x5208\",\"effectiveGasPrice\":"
		"\"0x3b9aca00\",\"contractAddress\":\"" A1 "\",\"logs\":["
		"{\"address\":\"" A1 "\",\"topics\":[],\"data\":\"0x01\","
		"\"blockNumber\":\"0x7\",\"blockHash\":\"" H("aaaa") "\","
		"\"transactionHash\":\"" H("cccc") "\",\"logIndex\":\"0x2\"}"
		"]}");
	static const struct answer script[] = {
		{ 200, NULL, receipt }, { 200, NULL, receipt },
		{ 200, NULL, RESULT("0", "null") },
	};
	struct server s;
	struct rpc *rpc = start(&s, script, DC_ARRAY_LEN(script), 0);
	struct dc_arena *arena = dc_arena_new(64);
	struct dc_err err = DC_ERR_INIT;
	struct hash32 tx = { { 1 } };
	struct rpc_receipt r;
	struct rpc_logs logs;

	ck_assert_int_eq(rpc_receipt(rpc, &r, &tx, &err), DC_OK);
	ck_assert(r.success && r.block == 7 && r.gas_used == 21000);
	ck_assert_uint_eq(r.created.b[0], 0x11);
	ck_assert_int_eq(rpc_receipt_logs(rpc, &logs, arena, &tx, &err),
			 DC_OK);
	ck_assert_uint_eq(logs.n, 1);
	ck_assert_uint_eq(logs.items[0].at.index, 2);
	ck_assert_int_eq(rpc_receipt(rpc, &r, &tx, &err), DC_ENOTFOUND);
	dc_arena_free(arena);
	stop(&s, rpc);
}
END_TEST

UNIT_MAIN("oracle/rpc", simple_calls_share_one_connection,
	  a_batch_may_be_answered_in_any_order,
	  each_way_of_failing_has_its_status_and_fault,
	  a_revert_brings_its_data,
	  the_words_of_getLogs_limits_mean_a_smaller_range,
	  an_answer_over_the_bound_is_cut_off,
	  an_interrupt_ends_a_call_that_waits, nobody_there_is_an_io_error,
	  fees_are_the_next_base_fee_and_the_median_tip,
	  a_receipt_is_read_with_its_logs)
