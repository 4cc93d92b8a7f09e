#ifndef DECAID_TESTS_UNIT_FAKE_NODE_H
#define DECAID_TESTS_UNIT_FAKE_NODE_H

/*
 * An Ethereum node of a few methods for tests of sending: it takes signed
 * transactions as geth's pool does, and mines, drops and reorganises when
 * the test says so. Blocks carry transactions of one sender only.
 */

#include <arpa/inet.h>
#include <jansson.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/hex.h"
#include "oracle/tx.h"
#include "tests/unit/unit.h"

#define FAKE_TXS 64
#define FAKE_DATA_BYTES 8192

struct fake_tx {
	struct hash32 hash;
	uint64_t nonce, fee, tip;
	uint64_t block;		/* 0: in the pool */
	bool gone;		/* replaced or dropped */
	bool success;
	struct addr20 to;
	size_t data_len;
	uint8_t data[FAKE_DATA_BYTES];
};

struct fake_node {
	int fd;
	pthread_t thread;
	pthread_mutex_t lock;
	char url[64];
	bool down;		/* answers 503 */
	uint64_t head;
	uint64_t fork;		/* in every block's hash */
	uint64_t base_fee, tip;
	uint64_t foreign;	/* nonces used up by others, in block 1 */
	const char *revert;	/* hex of what estimates revert with */
	const char *send_error;	/* message for the next send */
	uint64_t sends;		/* eth_sendRawTransaction asked */
	uint64_t stake, total;	/* of any signer, of the pool; gwei */
	size_t n;
	struct fake_tx txs[FAKE_TXS];
};

/* --- state --------------------------------------------------------------- */

static inline void
fake_block_hash(const struct fake_node *f, uint64_t number, char out[67])
{
	snprintf(out, 67, "0x%032llx%032llx", (unsigned long long)f->fork,
		 (unsigned long long)number);
}

static inline uint64_t
fake_count(const struct fake_node *f, uint64_t at)
{
	uint64_t n = at >= 1 ? f->foreign : 0;

	for (size_t i = 0; i < f->n; i++)
		n += !f->txs[i].gone && f->txs[i].block != 0 &&
		     f->txs[i].block <= at;
	return n;
}

static inline struct fake_tx *
fake_pending(struct fake_node *f, uint64_t nonce)
{
	for (size_t i = 0; i < f->n; i++)
		if (!f->txs[i].gone && f->txs[i].block == 0 &&
		    f->txs[i].nonce == nonce)
			return &f->txs[i];
	return NULL;
}

/* Everything that is next in line into one block. */
static inline void
fake_mine(struct fake_node *f)
{
	struct fake_tx *tx;
	uint64_t next;

	(void)pthread_mutex_lock(&f->lock);
	next = fake_count(f, f->head);
	f->head++;
	while ((tx = fake_pending(f, next)) != NULL &&
	       tx->fee >= f->base_fee) {
		tx->block = f->head;
		next++;
	}
	(void)pthread_mutex_unlock(&f->lock);
}

/* The last block goes; its transactions are forgotten. */
static inline void
fake_reorg(struct fake_node *f)
{
	(void)pthread_mutex_lock(&f->lock);
	for (size_t i = 0; i < f->n; i++)
		if (f->txs[i].block == f->head)
			f->txs[i].gone = true;
	f->head--;
	f->fork++;
	(void)pthread_mutex_unlock(&f->lock);
}

static inline void
fake_drop_pool(struct fake_node *f)
{
	(void)pthread_mutex_lock(&f->lock);
	for (size_t i = 0; i < f->n; i++)
		if (f->txs[i].block == 0)
			f->txs[i].gone = true;
	(void)pthread_mutex_unlock(&f->lock);
}

/* The newest transaction that was sent. */
static inline struct fake_tx *
fake_last(struct fake_node *f)
{
	ck_assert_uint_gt(f->n, 0);
	return &f->txs[f->n - 1];
}

/* --- methods ------------------------------------------------------------- */

static inline json_t *
fake_error(const char *message, const char *data)
{
	json_t *error = json_pack("{s:i,s:s}", "code", data ? 3 : -32000,
				  "message", message);

	if (data != NULL)
		json_object_set_new(error, "data", json_string(data));
	return json_pack("{s:o}", "error", error);
}

static inline json_t *
fake_number(uint64_t v)
{
	return json_sprintf("0x%llx", (unsigned long long)v);
}

static inline uint64_t
fake_fee(struct wei w)
{
	uint64_t v = UINT64_MAX;

	if (!u256_to_u64(&v, w.v))
		v = UINT64_MAX;
	return v;
}

/* geth's pool: known, nonce, 10 % on both fields. */
static inline const char *
fake_admit(struct fake_node *f, const struct tx *tx,
	   const struct hash32 *hash)
{
	struct fake_tx *before = fake_pending(f, tx->nonce), *add;
	uint64_t fee = fake_fee(tx->fee_wei), tip = fake_fee(tx->tip_wei);

	for (size_t i = 0; i < f->n; i++)
		if (!f->txs[i].gone && hash32_equal(&f->txs[i].hash, hash))
			return f->txs[i].block != 0 ? "nonce too low"
						    : "already known";
	if (tx->nonce < fake_count(f, f->head))
		return "nonce too low";
	if (before != NULL && (fee * 100 < before->fee * 110 ||
			       tip * 100 < before->tip * 110))
		return "replacement transaction underpriced";
	if (before != NULL)
		before->gone = true;
	if (f->n == FAKE_TXS || tx->data_len > FAKE_DATA_BYTES)
		return "txpool is full";
	add = &f->txs[f->n++];
	*add = (struct fake_tx){ .hash = *hash, .nonce = tx->nonce,
				 .fee = fee, .tip = tip, .success = true,
				 .to = tx->to, .data_len = tx->data_len };
	memcpy(add->data, tx->data, tx->data_len);
	return NULL;
}

static inline json_t *
fake_send(struct fake_node *f, const char *hex)
{
	size_t len = (strlen(hex) - 2) / 2;
	uint8_t *raw = malloc(len);
	char text[HASH32_TEXT_BYTES];
	struct ec_signature sig;
	const char *no = NULL;
	struct hash32 hash;
	struct tx tx;

	f->sends++;
	if (hex_decode(raw, len, hex + 2, NULL) != DC_OK ||
	    tx_decode(&tx, &sig, raw, len, NULL) != DC_OK)
		no = "rlp: not a transaction";
	tx_hash(&hash, raw, len);
	if (no == NULL && f->send_error != NULL) {
		no = f->send_error;
		f->send_error = NULL;
	}
	if (no == NULL)
		no = fake_admit(f, &tx, &hash);
	free(raw);
	if (no != NULL)
		return fake_error(no, NULL);
	hash32_format(&hash, text);
	return json_pack("{s:s}", "result", text);
}

static inline json_t *
fake_receipt(struct fake_node *f, const char *hash)
{
	char text[HASH32_TEXT_BYTES], block[67];

	for (size_t i = 0; i < f->n; i++) {
		const struct fake_tx *tx = &f->txs[i];

		hash32_format(&tx->hash, text);
		if (tx->gone || tx->block == 0 || strcmp(text, hash) != 0)
			continue;
		fake_block_hash(f, tx->block, block);
		return json_pack("{s:{s:s,s:s,s:s,s:s,s:o,s:s,s:n,s:[]}}",
			"result", "transactionHash", text,
			"status", tx->success ? "0x1" : "0x0",
			"blockHash", block, "gasUsed", "0x5208",
			"blockNumber", fake_number(tx->block),
			"effectiveGasPrice", "0x64", "contractAddress",
			"logs");
	}
	return json_pack("{s:n}", "result");
}

static inline json_t *
fake_count_at(struct fake_node *f, const char *at)
{
	uint64_t block = f->head, n;

	if (strncmp(at, "0x", 2) == 0)
		block = strtoull(at, NULL, 16);
	n = fake_count(f, block);
	while (strcmp(at, "pending") == 0 && fake_pending(f, n) != NULL)
		n++;
	return json_pack("{s:o}", "result", fake_number(n));
}

/* The pool's views: everybody who signs has the stake. */
static inline json_t *
fake_call(struct fake_node *f, const char *data)
{
	uint64_t a = 0, b = 0;
	char text[131];

	if (strncmp(data, "0x", 2) == 0)
		data += 2;
	if (strncmp(data, "8b0e9f3f", 8) == 0) {	/* totalStake() */
		a = f->total;
		b = f->total;
	} else if (strlen(data) == 72) {		/* signerOf(address) */
		a = 1;
		b = f->stake;
	}						/* minStakeWei(): 0 */
	snprintf(text, sizeof(text), "0x%064llx%064llx",
		 (unsigned long long)a, (unsigned long long)b);
	return json_pack("{s:s}", "result", text);
}

static inline json_t *
fake_fees(const struct fake_node *f)
{
	json_t *base = json_array(), *reward = json_array();

	for (int i = 0; i < 6; i++)
		json_array_append_new(base, fake_number(f->base_fee));
	for (int i = 0; i < 5; i++)
		json_array_append_new(reward,
				json_pack("[o]", fake_number(f->tip)));
	return json_pack("{s:{s:s,s:o,s:o,s:[f,f,f,f,f]}}", "result",
			 "oldestBlock", "0x1", "baseFeePerGas", base,
			 "reward", reward, "gasUsedRatio", 0.5, 0.5, 0.5, 0.5,
			 0.5);
}

static inline json_t *
fake_block(struct fake_node *f, const char *at)
{
	uint64_t number = strtoull(at, NULL, 16);
	char hash[67], parent[67];

	fake_block_hash(f, number, hash);
	fake_block_hash(f, number - 1, parent);
	return json_pack("{s:{s:o,s:s,s:s,s:o,s:[]}}", "result", "number",
			 fake_number(number), "hash", hash, "parentHash",
			 parent, "timestamp", fake_number(number * 10),
			 "transactions");
}

static inline json_t *
fake_answer(struct fake_node *f, const json_t *request)
{
	const char *m = json_string_value(json_object_get(request, "method"));
	const json_t *params = json_object_get(request, "params");
	const char *first = json_string_value(json_array_get(params, 0));
	const char *second = json_string_value(json_array_get(params, 1));

	if (strcmp(m, "eth_sendRawTransaction") == 0)
		return fake_send(f, first);
	if (strcmp(m, "eth_getTransactionReceipt") == 0)
		return fake_receipt(f, first);
	if (strcmp(m, "eth_getTransactionCount") == 0)
		return fake_count_at(f, second);
	if (strcmp(m, "eth_feeHistory") == 0)
		return fake_fees(f);
	if (strcmp(m, "eth_getBlockByNumber") == 0)
		return fake_block(f, first);
	if (strcmp(m, "eth_call") == 0) {
		const json_t *call = json_array_get(params, 0);
		const json_t *data = json_object_get(call, "input");

		if (data == NULL)
			data = json_object_get(call, "data");
		return fake_call(f, json_string_value(data));
	}
	if (strcmp(m, "eth_estimateGas") == 0)
		return f->revert != NULL
			       ? fake_error("execution reverted", f->revert)
			       : json_pack("{s:s}", "result", "0x186a0");
	return fake_error("no such method", NULL);
}

/* --- HTTP ---------------------------------------------------------------- */

static inline bool
fake_read(int fd, struct dc_buf *in, size_t *body)
{
	char chunk[16384];
	size_t want = 0;

	dc_buf_reset(in);
	*body = 0;
	for (;;) {
		ssize_t n = read(fd, chunk, sizeof(chunk));
		const char *text, *end, *field;

		if (n <= 0)
			return false;
		dc_buf_append(in, chunk, (size_t)n);
		text = dc_buf_text(in);
		end = strstr(text, "\r\n\r\n");
		if (end == NULL)
			continue;
		field = strcasestr(text, "content-length:");
		*body = (size_t)(end - text) + 4;
		want = *body + (size_t)atol(field + 15);
		if (in->len >= want)
			return true;
	}
}

static inline json_t *
fake_one(struct fake_node *f, const json_t *request)
{
	json_t *answer = fake_answer(f, request);

	json_object_set_new(answer, "jsonrpc", json_string("2.0"));
	json_object_set(answer, "id", json_object_get(request, "id"));
	return answer;
}

static inline void
fake_reply(struct fake_node *f, int fd, const char *body)
{
	json_t *in = json_loads(body, 0, NULL), *out, *each;
	char *text;
	size_t i;

	(void)pthread_mutex_lock(&f->lock);
	if (json_is_array(in)) {
		out = json_array();
		json_array_foreach(in, i, each)
			json_array_append_new(out, fake_one(f, each));
	} else {
		out = fake_one(f, in);
	}
	text = json_dumps(out, JSON_COMPACT);
	dprintf(fd, "HTTP/1.1 %s\r\nContent-Length: %zu\r\n\r\n%s",
		f->down ? "503 X" : "200 OK", strlen(text), text);
	(void)pthread_mutex_unlock(&f->lock);
	free(text);
	json_decref(out);
	json_decref(in);
}

static inline void *
fake_run(void *node)
{
	struct fake_node *f = node;
	struct dc_buf in;
	size_t body;
	int fd;

	dc_buf_init(&in, 1 << 20);
	while ((fd = accept(f->fd, NULL, NULL)) >= 0) {
		while (fake_read(fd, &in, &body))
			fake_reply(f, fd, dc_buf_text(&in) + body);
		(void)close(fd);
	}
	dc_buf_clear(&in);
	return NULL;
}

static inline void
fake_start(struct fake_node *f)
{
	struct sockaddr_in at = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	socklen_t len = sizeof(at);

	(void)signal(SIGPIPE, SIG_IGN);
	memset(f, 0, sizeof(*f));
	f->base_fee = 100;
	f->tip = 10;
	f->head = 1;
	f->stake = f->total = 1;
	ck_assert_int_eq(pthread_mutex_init(&f->lock, NULL), 0);
	f->fd = socket(AF_INET, SOCK_STREAM, 0);
	ck_assert_int_eq(bind(f->fd, (struct sockaddr *)&at, len), 0);
	ck_assert_int_eq(listen(f->fd, 8), 0);
	ck_assert_int_eq(getsockname(f->fd, (struct sockaddr *)&at, &len), 0);
	snprintf(f->url, sizeof(f->url), "http://127.0.0.1:%u/",
		 ntohs(at.sin_port));
	ck_assert_int_eq(pthread_create(&f->thread, NULL, fake_run, f), 0);
}

/* After the last client has closed its connection. */
static inline void
fake_stop(struct fake_node *f)
{
	ck_assert_int_eq(shutdown(f->fd, SHUT_RDWR), 0);
	ck_assert_int_eq(pthread_join(f->thread, NULL), 0);
	ck_assert_int_eq(close(f->fd), 0);
}

#endif /* DECAID_TESTS_UNIT_FAKE_NODE_H */
