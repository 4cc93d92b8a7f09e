/* A transaction pool and the blocks made of it, behind JSON-RPC. */

#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hex.h"
#include "base/status.h"
#include "oracle/tx.h"
#include "tests/unit/fake_node.h"

/* --- state --------------------------------------------------------------- */

static void
fake_block_hash(const struct fake_node *f, uint64_t number, char out[67])
{
	snprintf(out, 67, "0x%032llx%032llx", (unsigned long long)f->fork,
		 (unsigned long long)number);
}

static uint64_t
fake_count(const struct fake_node *f, uint64_t at)
{
	uint64_t n = at >= 1 ? f->foreign : 0;

	for (size_t i = 0; i < f->n; i++)
		n += !f->txs[i].gone && f->txs[i].block != 0 &&
		     f->txs[i].block <= at;
	return n;
}

static struct fake_tx *
fake_pending(struct fake_node *f, uint64_t nonce)
{
	for (size_t i = 0; i < f->n; i++)
		if (!f->txs[i].gone && f->txs[i].block == 0 &&
		    f->txs[i].nonce == nonce)
			return &f->txs[i];
	return NULL;
}

/* Everything that is next in line into one block. */
void
fake_mine(struct fake_node *f)
{
	struct fake_tx *tx;
	uint64_t next;

	fake_http_lock(&f->http);
	next = fake_count(f, f->head);
	f->head++;
	while ((tx = fake_pending(f, next)) != NULL &&
	       tx->fee >= f->base_fee) {
		tx->block = f->head;
		next++;
	}
	fake_http_unlock(&f->http);
}

/* The last block goes; its transactions are forgotten. */
void
fake_reorg(struct fake_node *f)
{
	fake_http_lock(&f->http);
	for (size_t i = 0; i < f->n; i++)
		if (f->txs[i].block == f->head)
			f->txs[i].gone = true;
	f->head--;
	f->fork++;
	fake_http_unlock(&f->http);
}

void
fake_drop_pool(struct fake_node *f)
{
	fake_http_lock(&f->http);
	for (size_t i = 0; i < f->n; i++)
		if (f->txs[i].block == 0)
			f->txs[i].gone = true;
	fake_http_unlock(&f->http);
}

/* The newest transaction that was sent. */
struct fake_tx *
fake_last(struct fake_node *f)
{
	DC_CHECK(f->n > 0);
	return &f->txs[f->n - 1];
}

/* --- methods ------------------------------------------------------------- */

static uint64_t
fake_fee(struct wei w)
{
	uint64_t v = UINT64_MAX;

	if (!u256_to_u64(&v, w.v))
		v = UINT64_MAX;
	return v;
}

/* geth's pool: known, nonce, 10 % on both fields. */
static const char *
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

static json_t *
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
		return fake_error(-32000, no, NULL);
	hash32_format(&hash, text);
	return json_pack("{s:s}", "result", text);
}

static json_t *
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

static json_t *
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
static json_t *
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

static json_t *
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

static json_t *
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

static json_t *
fake_answer(void *user, const char *m, const json_t *params)
{
	struct fake_node *f = user;
	const char *first = json_string_value(json_array_get(params, 0));
	const char *second = json_string_value(json_array_get(params, 1));

	if (strcmp(m, "eth_chainId") == 0)
		return json_pack("{s:s}", "result", "0x7a69");
	if (strcmp(m, "eth_sendRawTransaction") == 0)
		return fake_send(f, first);
	if (strcmp(m, "eth_getTransactionReceipt") == 0)
		return fake_receipt(f, first);
	if (strcmp(m, "eth_getTransactionCount") == 0)
		return fake_count_at(f, second);
	if (strcmp(m, "eth_getBalance") == 0)
		return json_pack("{s:o}", "result", fake_number(f->balance));
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
			       ? fake_error(3, "execution reverted",
						     f->revert)
			       : json_pack("{s:s}", "result", "0x186a0");
	return fake_error(-32601, "no such method", NULL);
}

void
fake_start(struct fake_node *f)
{
	memset(f, 0, sizeof(*f));
	f->base_fee = 100;
	f->tip = 10;
	f->head = 1;
	f->stake = f->total = 1;
	f->balance = UINT64_C(1000000000000000000);
	fake_http_start(&f->http, fake_answer, f);
}

void
fake_stop(struct fake_node *f)
{
	fake_http_stop(&f->http);
}
