/* Blocks, branches and events in memory, and JSON-RPC about them. */

#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/hex.h"
#include "base/keccak.h"
#include "base/status.h"
#include "incentives/record.h"
#include "oracle/abi.h"
#include "oracle/abi_calls.h"
#include "oracle/abi_decaid.h"
#include "oracle/abi_params.h"
#include "tests/unit/fake_chain.h"

#define GENESIS_S 1800000000
#define EVENT_BYTES (1 << 20)
#define CALL_BYTES (1 << 16)

static const char spec[] = "decaid 1\n"
	"model naive-bayes columns=256 smoothing=1000000000\n"
	"encoder none\n"
	"verdict two-fold credit=1000000000 margin=500000000\n"
	"sample packed\n"
	"class a\nclass b\nclass c\n";

/* Deposits cost the same always, so that a script needs no prices. */
#define DEPOSIT_WEI UINT64_C(1000000000000000)

static struct addr20 address(uint8_t kind, size_t n)
{
	struct addr20 a;

	memset(&a, 0, sizeof(a));
	a.b[0] = kind;
	a.b[18] = (uint8_t)(n >> 8);
	a.b[19] = (uint8_t)n;
	return a;
}

struct addr20 fake_chain_factory(void)
{
	return address(0xfa, 1);
}

struct addr20 fake_chain_pool(void)
{
	return address(0xb0, 1);
}

struct addr20 fake_chain_trainer(size_t trainer)
{
	return address(0x70, trainer + 1);
}

static void chain_lock(struct fake_chain *c)
{
	DC_CHECK(pthread_mutex_lock(&c->lock) == 0);
}

static void chain_unlock(struct fake_chain *c)
{
	DC_CHECK(pthread_mutex_unlock(&c->lock) == 0);
}

/* --- blocks ------------------------------------------------------------- */

static void hash_log(struct keccak *k, const struct raw_log *log)
{
	keccak_update(k, log->address.b, sizeof(log->address.b));
	keccak_update(k, log->topics, log->n_topics * sizeof(*log->topics));
	keccak_update(k, log->data, log->data_len);
}

static void hash_block(const struct fake_chain *c, struct fake_block *b)
{
	uint64_t words[4] = { b->ref.number, b->ref.time_s, c->branch,
			      c->seed };
	struct keccak k;

	keccak_init(&k);
	keccak_update(&k, words, sizeof(words));
	keccak_update(&k, b->ref.parent.b, sizeof(b->ref.parent.b));
	for (size_t i = 0; i < b->n_logs; i++)
		hash_log(&k, &b->logs[i]);
	keccak_final(&k, &b->ref.hash);
}

/* The next block begins where the head ends. */
static void begin_next(struct fake_chain *c)
{
	struct fake_block *b = &c->next;

	memset(b, 0, sizeof(*b));
	b->up = c->head;
	for (size_t i = 0; i < FAKE_TRAINERS && c->head != NULL; i++) {
		size_t n = c->head->count[i];

		b->count[i] = n;
		b->records[i] = dc_realloc_array(NULL, n, sizeof(struct
								 hash32));
		if (n > 0)
			memcpy(b->records[i], c->head->records[i],
			       n * sizeof(struct hash32));
	}
}

static void drop_block(struct fake_block *b)
{
	for (size_t i = 0; i < b->n_logs; i++)
		free((void *)(uintptr_t)b->logs[i].data);
	free(b->logs);
	for (size_t i = 0; i < FAKE_TRAINERS; i++)
		free(b->records[i]);
}

static void finish_logs(struct fake_block *b)
{
	for (size_t i = 0; i < b->n_logs; i++) {
		struct log_ref *at = &b->logs[i].at;
		struct keccak k;

		at->block = b->ref.number;
		at->block_hash = b->ref.hash;
		at->index = (uint32_t)i;
		at->time_s = b->ref.time_s;
		keccak_init(&k);
		hash_log(&k, &b->logs[i]);
		keccak_final(&k, &at->tx);
	}
}

static void append_block(struct fake_chain *c, uint64_t time_s)
{
	struct fake_block *b = dc_malloc(sizeof(*b));

	*b = c->next;
	if (b->up != NULL) {
		b->ref.number = b->up->ref.number + 1;
		b->ref.parent = b->up->ref.hash;
	}
	b->ref.time_s = time_s;
	hash_block(c, b);
	finish_logs(b);
	if (c->n_blocks == c->room_blocks) {
		c->room_blocks = c->room_blocks * 2 + 64;
		c->blocks = dc_realloc_array(c->blocks, c->room_blocks,
					     sizeof(struct fake_block *));
	}
	c->blocks[c->n_blocks++] = b;
	c->head = b;
	begin_next(c);
}

/* A block of the branch that ends in head; NULL: none. */
static struct fake_block *at_number(struct fake_block *head, uint64_t number)
{
	while (head != NULL && head->ref.number > number)
		head = head->up;
	return head != NULL && head->ref.number == number ? head : NULL;
}

void fake_chain_mine(struct fake_chain *c)
{
	chain_lock(c);
	append_block(c, c->head->ref.time_s + FAKE_BLOCK_S);
	chain_unlock(c);
}

void fake_chain_switch(struct fake_chain *c, struct fake_block *head)
{
	chain_lock(c);
	DC_CHECK(head != NULL);
	drop_block(&c->next);
	c->head = head;
	c->branch++;
	begin_next(c);
	chain_unlock(c);
}

void fake_chain_fork(struct fake_chain *c, uint64_t number)
{
	fake_chain_switch(c, at_number(c->head, number));
}

void fake_front_lie(struct fake_front *front, struct fake_lies lies)
{
	chain_lock(front->chain);
	front->lies = lies;
	chain_unlock(front->chain);
}

struct fake_asked fake_front_asked(struct fake_front *front)
{
	struct fake_asked asked;

	chain_lock(front->chain);
	asked = front->asked;
	chain_unlock(front->chain);
	return asked;
}

struct block_ref fake_chain_head(struct fake_chain *c)
{
	struct block_ref head;

	chain_lock(c);
	head = c->head->ref;
	chain_unlock(c);
	return head;
}

/* --- events ------------------------------------------------------------- */

static struct hash32 word_of(const struct addr20 *a)
{
	struct hash32 w = { { 0 } };

	memcpy(w.b + 12, a->b, sizeof(a->b));
	return w;
}

static struct hash32 word_of_number(uint64_t v)
{
	struct hash32 w;

	u256_to_be(u256_from_u64(v), w.b);
	return w;
}

static struct raw_log *next_log(struct fake_chain *c)
{
	struct fake_block *b = &c->next;

	b->logs = dc_realloc_array(b->logs, b->n_logs + 1, sizeof(*b->logs));
	memset(&b->logs[b->n_logs], 0, sizeof(*b->logs));
	return &b->logs[b->n_logs++];
}

/* An event of the next block; data is taken. */
static struct raw_log *add_log(struct fake_chain *c, struct addr20 from,
			       enum dc_event_kind kind, struct dc_buf *data)
{
	struct raw_log *log = next_log(c);

	log->address = from;
	log->topics[0] = *abi_event_topic(kind);
	log->n_topics = 1;
	DC_CHECK(!dc_buf_failed(data));
	log->data = dc_buf_take(data, &log->data_len);
	return log;
}

void fake_chain_log(struct fake_chain *c, const struct raw_log *log)
{
	struct raw_log copy = *log;
	uint8_t *data = dc_malloc(log->data_len + 1);

	copy.data = memcpy(data, log->data, log->data_len);
	chain_lock(c);
	*next_log(c) = copy;
	chain_unlock(c);
}

static struct trainer_params params_of(enum incentive_kind kind)
{
	struct trainer_params p = {
		.pool = fake_chain_pool(), .classes = 3,
		.max_sample_bytes = 8192, .refund_wait_s = 10,
		.verdict_window_s = 400, .challenge_s = 0, .epoch_s = 10,
		.owner_claim_wait_s = 30, .any_claim_wait_s = 60,
	};

	if (kind == INCENTIVE_STAKE) {
		p.fee_gwei = 20000;
		p.floor_wei = p.cap_wei = wei_from_u64(DEPOSIT_WEI);
		p.burst = 5;
		p.window_s = 60;
		p.reporter_share_bps = 1000;
	}
	return p;
}

size_t fake_chain_create(struct fake_chain *c, enum incentive_kind kind,
			 const char *name)
{
	struct addr20 owner = address(0x0e, 1), pool = fake_chain_pool();
	struct trainer_params params = params_of(kind);
	struct addr20 trainer;
	struct hash32 spec_hash;
	struct raw_log *log;
	struct abi_out t;
	struct dc_buf data;
	size_t n;

	chain_lock(c);
	n = c->n_trainers++;
	DC_CHECK(n < FAKE_TRAINERS);
	c->kinds[n] = kind;
	trainer = fake_chain_trainer(n);
	keccak256(&spec_hash, spec, sizeof(spec) - 1);
	dc_buf_init(&data, EVENT_BYTES);
	abi_open(&t, &data, 2 + ABI_PARAMS_WORDS + 4);
	abi_put_u64(&t, (uint64_t)kind);
	abi_put_hash(&t, &spec_hash);
	abi_put_params(&t, &params);
	abi_put_text(&t, name);
	abi_put_text(&t, "of the fake chain");
	abi_put_text(&t, "none");
	abi_put_bytes(&t, (const uint8_t *)spec, sizeof(spec) - 1);
	log = add_log(c, fake_chain_factory(), EVENT_MODEL_CREATED, &data);
	log->topics[1] = word_of(&trainer);
	log->topics[2] = word_of(&owner);
	log->topics[3] = word_of(&pool);
	log->n_topics = 4;
	chain_unlock(c);
	return n;
}

static void add_record(struct fake_block *b, size_t trainer,
		       const struct ev_contributed *ev, uint64_t time_s)
{
	static const struct hash32 zero;
	size_t n = b->count[trainer];
	struct hash32 *all = dc_realloc_array(b->records[trainer], n + 1,
					      sizeof(*all));
	struct record r;

	record_from_event(&r, ev, time_s);
	record_hash(&all[n], n == 0 ? &zero : &all[n - 1], &r);
	b->records[trainer] = all;
	b->count[trainer] = n + 1;
}

void fake_chain_contribute(struct fake_chain *c, size_t trainer, unsigned who,
			   const uint8_t *sample, size_t len, uint32_t label)
{
	struct ev_contributed ev = {
		.contributor = address(0xc0, who), .label = label,
		.sample = sample, .sample_len = len,
		.deposit_wei = wei_from_u64(0),
	};
	struct raw_log *log;
	struct abi_out t;
	struct dc_buf data;

	chain_lock(c);
	DC_CHECK(trainer < c->n_trainers);
	ev.id = c->next.count[trainer];
	if (c->kinds[trainer] == INCENTIVE_STAKE)
		ev.deposit_wei = wei_from_u64(DEPOSIT_WEI);
	dc_buf_init(&data, EVENT_BYTES);
	abi_open(&t, &data, 3);
	abi_put_u64(&t, label);
	abi_put_wei(&t, ev.deposit_wei);
	abi_put_bytes(&t, sample, len);
	log = add_log(c, fake_chain_trainer(trainer), EVENT_CONTRIBUTED,
		      &data);
	log->topics[1] = word_of_number(ev.id);
	log->topics[2] = word_of(&ev.contributor);
	log->n_topics = 3;
	add_record(&c->next, trainer, &ev,
		   c->head->ref.time_s + FAKE_BLOCK_S);
	chain_unlock(c);
}

/* --- JSON --------------------------------------------------------------- */

static json_t *hex_of(const uint8_t *in, size_t n)
{
	char *text = dc_malloc(2 * n + 3);
	json_t *v;

	memcpy(text, "0x", 2);
	hex_encode(text + 2, in, n);
	v = json_string(text);
	free(text);
	return v;
}

static json_t *hash_of(const struct hash32 *h)
{
	return hex_of(h->b, sizeof(h->b));
}

static json_t *result(json_t *v)
{
	return json_pack("{s:o}", "result", v);
}

/* What the node takes for its head. */
static struct fake_block *seen_head(const struct fake_front *f)
{
	uint64_t number = f->chain->head->ref.number;

	return at_number(f->chain->head, number > f->lies.lag ?
			 number - f->lies.lag : 0);
}

static struct fake_block *by_hash(const struct fake_chain *c,
				  const char *text)
{
	struct hash32 h;

	if (hash32_parse(&h, text, NULL) != DC_OK)
		return NULL;
	for (size_t i = 0; i < c->n_blocks; i++)
		if (hash32_equal(&c->blocks[i]->ref.hash, &h))
			return c->blocks[i];
	return NULL;
}

static struct fake_block *by_tag(const struct fake_front *f, const char *tag)
{
	struct fake_block *head = seen_head(f);
	uint64_t depth = f->chain->depth;

	if (strcmp(tag, "latest") == 0 || strcmp(tag, "pending") == 0)
		return head;
	if (strcmp(tag, "finalized") == 0 || strcmp(tag, "safe") == 0)
		return depth == 0 || head->ref.number < depth ? NULL :
			at_number(head, head->ref.number - depth);
	return at_number(head, strtoull(tag, NULL, 16));
}

static json_t *block_json(const struct fake_front *f,
			  const struct fake_block *b)
{
	struct hash32 hash, parent;

	if (b == NULL)
		return json_null();
	hash = b->ref.hash;
	parent = b->ref.parent;
	if (b->ref.number == 0 && f->lies.other_genesis != 0)
		hash.b[0] ^= 0x5a;
	if (b->ref.number != 0 && b->ref.number == f->lies.odd_parent)
		parent.b[0] ^= 0x5a;
	return json_pack("{s:o,s:o,s:o,s:o,s:[]}", "number",
			 fake_number(b->ref.number), "hash", hash_of(&hash),
			 "parentHash", hash_of(&parent), "timestamp",
			 fake_number(b->ref.time_s), "transactions");
}

static json_t *log_json(const struct raw_log *log)
{
	json_t *topics = json_array();

	for (unsigned i = 0; i < log->n_topics; i++)
		json_array_append_new(topics, hash_of(&log->topics[i]));
	return json_pack("{s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:b}", "address",
			 hex_of(log->address.b, 20), "topics", topics,
			 "data", hex_of(log->data, log->data_len),
			 "blockNumber", fake_number(log->at.block),
			 "blockHash", hash_of(&log->at.block_hash),
			 "transactionHash", hash_of(&log->at.tx),
			 "transactionIndex", fake_number(log->at.index),
			 "logIndex", fake_number(log->at.index), "removed",
			 0);
}

/* --- logs --------------------------------------------------------------- */

static bool listed(const json_t *list, const uint8_t *in, size_t n)
{
	const json_t *each;
	size_t i;
	bool found = false;
	json_t *mine = hex_of(in, n);

	json_array_foreach(list, i, each)
		found = found || strcasecmp(json_string_value(each),
					    json_string_value(mine)) == 0;
	json_decref(mine);
	return found;
}

static bool matches(const json_t *filter, const struct raw_log *log)
{
	const json_t *addresses = json_object_get(filter, "address");
	const json_t *topics = json_object_get(filter, "topics");

	if (addresses != NULL && !listed(addresses, log->address.b, 20))
		return false;
	return topics == NULL ||
		listed(json_array_get(topics, 0), log->topics[0].b, 32);
}

static void swap_last(json_t *out)
{
	size_t n = json_array_size(out);
	json_t *last;

	if (n < 2)
		return;
	last = json_incref(json_array_get(out, n - 1));
	json_array_remove(out, n - 1);
	json_array_insert_new(out, n - 2, last);
}

/* Those of one block that the filter wants; lies are about the last. */
static void block_logs(struct fake_front *f, json_t *out,
		       const json_t *filter, const struct fake_block *b)
{
	size_t before = json_array_size(out), n;

	for (size_t i = 0; i < b->n_logs; i++)
		if (matches(filter, &b->logs[i]))
			json_array_append_new(out, log_json(&b->logs[i]));
	n = json_array_size(out);
	if (n == before)
		return;
	if (b->ref.number == f->lies.drop) {
		json_array_remove(out, n - 1);
		if (f->lies.drops > 0 && --f->lies.drops == 0)
			f->lies.drop = 0;
	}
	if (b->ref.number == f->lies.twice)
		json_array_append(out, json_array_get(out, n - 1));
	if (b->ref.number == f->lies.swap)
		swap_last(out);
}

static json_t *logs_range(struct fake_front *f, const json_t *filter)
{
	const char *a = json_string_value(json_object_get(filter,
							  "fromBlock"));
	const char *z = json_string_value(json_object_get(filter, "toBlock"));
	uint64_t from = strtoull(a, NULL, 16), to = strtoull(z, NULL, 16);
	const size_t most = f->lies.max_logs > 0 ? f->lies.max_logs : SIZE_MAX;
	struct fake_block *head = seen_head(f);
	json_t *out;

	if (f->lies.max_range > 0 && to - from + 1 > f->lies.max_range)
		return fake_error(-32000, "block range is too wide", NULL);
	if (to > head->ref.number)
		return fake_error(-32000, "block not found", NULL);
	out = json_array();
	for (uint64_t n = from; n <= to && json_array_size(out) <= most; n++)
		block_logs(f, out, filter, at_number(head, n));
	if (json_array_size(out) > most) {
		f->asked.refused++;
		json_decref(out);
		return fake_error(-32005, "query returned more than so many "
				  "results", NULL);
	}
	if (to - from + 1 > f->asked.widest)
		f->asked.widest = to - from + 1;
	return result(out);
}

static json_t *get_logs(struct fake_front *f, const json_t *filter)
{
	const json_t *hash = json_object_get(filter, "blockHash");
	struct fake_block *b;
	json_t *out;

	if (hash == NULL)
		return logs_range(f, filter);
	b = by_hash(f->chain, json_string_value(hash));
	if (b == NULL)
		return fake_error(-32000, "unknown block", NULL);
	out = json_array();
	block_logs(f, out, filter, b);
	return result(out);
}

/* Each log is a transaction of its own. */
static json_t *get_receipt(const struct fake_front *f, const char *text)
{
	struct hash32 tx;

	if (f->lies.no_receipts != 0 ||
	    hash32_parse(&tx, text, NULL) != DC_OK)
		return result(json_null());
	for (struct fake_block *b = seen_head(f); b != NULL; b = b->up)
		for (size_t i = 0; i < b->n_logs; i++)
			if (hash32_equal(&b->logs[i].at.tx, &tx))
				return result(json_pack("{s:[o]}", "logs",
						log_json(&b->logs[i])));
	return result(json_null());
}

/* --- calls -------------------------------------------------------------- */

static json_t *call_trainer(const struct fake_block *b, size_t trainer,
			    const uint8_t *data, size_t len)
{
	struct abi_selector rec = abi_selector_of("rec(uint256)");
	struct hash32 word = { { 0 } };
	uint64_t i = 0;

	if (len < 36 || memcmp(data, rec.b, sizeof(rec.b)) != 0) {
		word = word_of_number(b->count[trainer]);
	} else {
		DC_CHECK(u256_to_u64(&i, u256_from_be(data + 4)));
		if (i < b->count[trainer])
			word = b->records[trainer][i];
	}
	return result(hash_of(&word));
}

static json_t *call(const struct fake_front *f, const json_t *params)
{
	const json_t *msg = json_array_get(params, 0);
	const json_t *at = json_array_get(params, 1);
	const char *to = json_string_value(json_object_get(msg, "to"));
	const char *text = json_string_value(json_object_get(msg, "data"));
	const struct fake_block *b = json_is_object(at) ?
		by_hash(f->chain, json_string_value(json_object_get(at,
							     "blockHash"))) :
		by_tag(f, json_string_value(at));
	static uint8_t data[CALL_BYTES];	/* under the lock */
	size_t len = (strlen(text) - 2) / 2;
	struct addr20 a;

	if (b == NULL)
		return fake_error(-32000, "header not found", NULL);
	DC_CHECK(len <= sizeof(data) && addr20_parse(&a, to, NULL) == DC_OK);
	DC_CHECK(hex_decode(data, len, text + 2, NULL) == DC_OK);
	for (size_t i = 0; i < f->chain->n_trainers; i++) {
		struct addr20 mine = fake_chain_trainer(i);

		if (addr20_equal(&a, &mine))
			return call_trainer(b, i, data, len);
	}
	if (f->chain->call != NULL)
		return f->chain->call(&a, data, len);
	return fake_error(3, "execution reverted", "0x");
}

/* --- serving ------------------------------------------------------------ */

static json_t *answer_method(struct fake_front *f, const char *method,
			     const json_t *params)
{
	const char *first = json_string_value(json_array_get(params, 0));

	if (strcmp(method, "eth_chainId") == 0)
		return result(fake_number(f->lies.chain_id != 0 ?
					  f->lies.chain_id :
					  f->chain->chain_id));
	if (strcmp(method, "eth_blockNumber") == 0)
		return result(fake_number(seen_head(f)->ref.number));
	if (strcmp(method, "eth_getBlockByNumber") == 0)
		return result(block_json(f, by_tag(f, first)));
	if (strcmp(method, "eth_getBlockByHash") == 0)
		return result(block_json(f, by_hash(f->chain, first)));
	if (strcmp(method, "eth_getLogs") == 0)
		return get_logs(f, json_array_get(params, 0));
	if (strcmp(method, "eth_getTransactionReceipt") == 0)
		return get_receipt(f, first);
	if (strcmp(method, "eth_call") == 0)
		return call(f, params);
	return fake_error(-32601, "no such method", NULL);
}

static json_t *answer(void *user, const char *method, const json_t *params)
{
	struct fake_front *f = user;
	json_t *found;

	chain_lock(f->chain);
	found = answer_method(f, method, params);
	chain_unlock(f->chain);
	return found;
}

void fake_chain_start(struct fake_chain *c, uint64_t chain_id, uint64_t seed)
{
	memset(c, 0, sizeof(*c));
	DC_CHECK(pthread_mutex_init(&c->lock, NULL) == 0);
	c->chain_id = chain_id;
	c->seed = seed;
	begin_next(c);
	append_block(c, GENESIS_S);
	for (size_t i = 0; i < FAKE_FRONTS; i++) {
		c->front[i].chain = c;
		fake_http_start(&c->front[i].http, answer, &c->front[i]);
	}
}

void fake_chain_stop(struct fake_chain *c)
{
	for (size_t i = 0; i < FAKE_FRONTS; i++)
		fake_http_stop(&c->front[i].http);
	(void)pthread_mutex_destroy(&c->lock);
	for (size_t i = 0; i < c->n_blocks; i++) {
		drop_block(c->blocks[i]);
		free(c->blocks[i]);
	}
	drop_block(&c->next);
	free(c->blocks);
}
