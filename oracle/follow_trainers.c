/*
 * Whose logs are wanted: the factory's, the pool's, and those of the
 * trainers that the policy follows. Strangers can emit events that look like
 * ours, so addresses decide; where there are more than a filter holds, all
 * logs of our topics are asked for and strangers' dropped here.
 */

#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/log.h"
#include "oracle/abi.h"
#include "oracle/abi_decaid.h"
#include "oracle/deca_claims.h"
#include "oracle/follow_core.h"

#define FILTER_MAX_ADDRESSES 1000
#define AUDIT_EVERY_BLOCKS 16
#define AUDIT_TRAINERS 64	/* of one audit */

static int compare(const void *a, const void *b)
{
	const struct follow_trainer *x = a, *y = b;

	return addr20_compare(&x->address, &y->address);
}

static bool wanted(const struct follow *f, const struct addr20 *a)
{
	struct follow_trainer key = { .address = *a };

	return addr20_equal(a, &f->config->factory) ||
		addr20_equal(a, &f->config->pool) ||
		follow_mirrors_want(f, a) ||
		(f->n_trainers > 0 &&
		 bsearch(&key, f->trainers, f->n_trainers,
			 sizeof(*f->trainers), compare) != NULL);
}

/* Keeps (4). */
static void add_trainer(struct follow *f, const struct addr20 *a,
			uint64_t block)
{
	if (f->n_trainers == f->room_trainers) {
		f->room_trainers = f->room_trainers == 0 ? 16 :
			2 * f->room_trainers;
		f->trainers = dc_realloc_array(f->trainers, f->room_trainers,
					       sizeof(*f->trainers));
	}
	f->trainers[f->n_trainers++] = (struct follow_trainer){
		.address = *a, .created_block = block
	};
	qsort(f->trainers, f->n_trainers, sizeof(*f->trainers), compare);
}

void follow_trainers_init(struct follow *f, const struct follow_start *start)
{
	int kind;
	size_t i;

	for (i = 0; i < start->n_trainers; i++)
		add_trainer(f, &start->trainers[i].address,
			    start->trainers[i].created_block);
	for (kind = EVENT_UNKNOWN + 1; kind < EVENT_KINDS; kind++) {
		DC_CHECK(f->n_topics < FOLLOW_TOPICS_MAX);
		f->topics[f->n_topics++] =
			*abi_event_topic((enum dc_event_kind)kind);
	}
	f->n_own_topics = f->n_topics;
}

void follow_trainers_rewind(struct follow *f, uint64_t block)
{
	size_t i, n = 0;

	for (i = 0; i < f->n_trainers; i++)
		if (f->trainers[i].created_block <= block)
			f->trainers[n++] = f->trainers[i];
	f->n_trainers = n;
}

const char *follow_policy(const struct gateway_models *policy,
			  const struct addr20 *trainer,
			  const struct addr20 *owner)
{
	size_t i;

	switch (policy->kind) {
	case GATEWAY_MODELS_ALL:
		return NULL;
	case GATEWAY_MODELS_LIST:
		for (i = 0; i < policy->n; i++)
			if (addr20_equal(&policy->who[i], trainer))
				return NULL;
		return "it is not in the list of models to follow";
	case GATEWAY_MODELS_OWNER:
		for (i = 0; i < policy->n; i++)
			if (addr20_equal(&policy->who[i], owner))
				return NULL;
		return "its owner is not among those to follow";
	}
	dc_abort(__FILE__, __LINE__, "models policy out of range");
}

/* --- asking for logs ---------------------------------------------------- */

/* An indexed address. */
static struct addr20 topic_address(const struct hash32 *topic)
{
	struct addr20 a;

	memcpy(a.b, topic->b + 12, sizeof(a.b));
	return a;
}

static enum dc_status ask(struct follow *f, struct rpc_logs *out,
			  struct dc_arena *arena,
			  const struct addr20 *addresses, size_t n,
			  uint64_t from, uint64_t to,
			  const struct hash32 *hash, struct dc_err *err)
{
	struct rpc_log_filter filter = {
		.addresses = addresses, .n_addresses = n,
		.topic0 = f->topics, .n_topic0 = f->n_topics
	};

	if (hash != NULL)
		return rpc_logs_block(f->rpc, out, arena, &filter, hash, err);
	return rpc_logs_range(f->rpc, out, arena, &filter, from, to, err);
}

static bool before(const struct raw_log *a, const struct raw_log *b)
{
	return a->at.block != b->at.block ? a->at.block < b->at.block :
		a->at.index < b->at.index;
}

/* Two answers as one, in order. They have no log in common: they were asked
 * for different addresses. */
static void merge(struct rpc_logs *a, const struct rpc_logs *b,
		  struct dc_arena *arena)
{
	struct raw_log *all;
	size_t i = 0, j = 0, n = 0;

	if (b->n == 0)
		return;
	all = dc_arena_alloc(arena, (a->n + b->n) * sizeof(*all));
	while (i < a->n || j < b->n)
		if (j == b->n || (i < a->n && before(&a->items[i],
						     &b->items[j])))
			all[n++] = a->items[i++];
		else
			all[n++] = b->items[j++];
	a->items = all;
	a->n = n;
}

/* Trainers created in these logs that the policy wants.
 * out  (logs->n)   Returns how many. */
static size_t created_in(struct follow *f, struct addr20 *out,
			 const struct rpc_logs *logs)
{
	const struct hash32 *topic = abi_event_topic(EVENT_MODEL_CREATED);
	struct addr20 trainer, owner;
	size_t i, n = 0;

	for (i = 0; i < logs->n; i++) {
		const struct raw_log *log = &logs->items[i];

		if (!addr20_equal(&log->address, &f->config->factory) ||
		    log->n_topics < 3 ||
		    !hash32_equal(&log->topics[0], topic))
			continue;
		trainer = topic_address(&log->topics[1]);
		owner = topic_address(&log->topics[2]);
		if (wanted(f, &trainer) || follow_policy(&f->config->models,
							 &trainer, &owner))
			continue;
		add_trainer(f, &trainer, log->at.block);
		out[n++] = trainer;
	}
	return n;
}

static void drop_strangers(const struct follow *f, struct rpc_logs *logs)
{
	size_t i, n = 0;

	for (i = 0; i < logs->n; i++)
		if (wanted(f, &logs->items[i].address))
			logs->items[n++] = logs->items[i];
	logs->n = n;
}

/* The addresses of a filter: everything wanted.
 * Returns how many; 0: too many for one filter. */
static size_t all_addresses(const struct follow *f, struct addr20 *out)
{
	size_t n = 0, i;

	if (f->n_trainers + 3 * f->n_mirrors + 2 > FILTER_MAX_ADDRESSES)
		return 0;
	out[n++] = f->config->factory;
	if (!addr20_is_zero(&f->config->pool))
		out[n++] = f->config->pool;
	for (i = 0; i < f->n_trainers; i++)
		out[n++] = f->trainers[i].address;
	return n + follow_mirrors_addresses(f, out + n);
}

/* A trainer's first contributions can be in the very blocks that create it,
 * so its logs are asked for in a second go. */
static enum dc_status own_logs(struct follow *f, struct rpc_logs *out,
			       struct dc_arena *arena, uint64_t from,
			       uint64_t to, const struct hash32 *hash,
			       struct dc_err *err)
{
	struct addr20 *addresses = dc_arena_alloc(
		arena, FILTER_MAX_ADDRESSES * sizeof(*addresses));
	struct rpc_logs more;
	enum dc_status st;
	size_t n;

	n = all_addresses(f, addresses);
	st = ask(f, out, arena, addresses, n, from, to, hash, err);
	if (st != DC_OK)
		return st;
	addresses = dc_arena_alloc(arena, (out->n + 1) * sizeof(*addresses));
	if (n == 0) {		/* everybody's are here already */
		(void)created_in(f, addresses, out);
		drop_strangers(f, out);
		return DC_OK;
	}
	n = created_in(f, addresses, out);
	if (n == 0)
		return DC_OK;
	st = ask(f, &more, arena, addresses, n, from, to, hash, err);
	if (st == DC_OK)
		merge(out, &more, arena);
	else			/* keeps (4): they come again */
		follow_trainers_rewind(f, from - 1);
	return st;
}

enum dc_status follow_logs(struct follow *f, struct rpc_logs *out,
			   struct dc_arena *arena, uint64_t from, uint64_t to,
			   const struct hash32 *hash, struct dc_err *err)
{
	enum dc_status st = own_logs(f, out, arena, from, to, hash, err);

	if (st != DC_OK || f->n_mirrors == 0)
		return st;
	return deca_claims_fetch(f->rpc, out->items, out->n, arena, err);
}

/* --- audit -------------------------------------------------------------- */

/* The messages of one call to each of the trainers that are asked now.
 * data  (4 + 32) bytes each, in the arena */
static struct rpc_message *messages(struct dc_arena *arena,
				    const struct feed_audit *audits, size_t n,
				    const char *signature)
{
	struct abi_selector selector = abi_selector_of(signature);
	struct rpc_message *msgs = dc_arena_alloc(arena, n * sizeof(*msgs));
	size_t i;

	for (i = 0; i < n; i++) {
		uint8_t *data = dc_arena_alloc(arena, 36);

		memcpy(data, selector.b, sizeof(selector.b));
		u256_to_be(u256_from_u64(audits[i].count > 0 ?
					 audits[i].count - 1 : 0), data + 4);
		msgs[i] = (struct rpc_message){
			.to = &audits[i].trainer, .data = data,
			.data_len = 36
		};
	}
	return msgs;
}

static enum dc_status ask_audits(struct follow *f, struct feed_batch *b,
				 struct feed_audit *audits, size_t n,
				 const struct block_ref *at,
				 struct dc_err *err)
{
	struct hash32 *words = dc_arena_alloc(b->arena, n * sizeof(*words));
	struct rpc_message *msgs;
	enum dc_status st;
	size_t i;

	msgs = messages(b->arena, audits, n, "totalSubmitted()");
	for (i = 0; i < n; i++)
		msgs[i].data_len = 4;
	st = rpc_eth_call_words(f->rpc, words, msgs, n,
				rpc_at_hash(&at->hash), err);
	for (i = 0; st == DC_OK && i < n; i++)
		if (!u256_to_u64(&audits[i].count, u256_from_be(words[i].b)))
			st = dc_fail(err, DC_EIO, "totalSubmitted out of "
				     "range");
	if (st != DC_OK)
		return st;
	msgs = messages(b->arena, audits, n, "rec(uint256)");
	st = rpc_eth_call_words(f->rpc, words, msgs, n,
				rpc_at_hash(&at->hash), err);
	for (i = 0; st == DC_OK && i < n; i++) {
		audits[i].record = words[i];
		audits[i].record.b[31] &= 0xfe;
	}
	return st;
}

/* Asked about our newest block when the node has a newer one: a node that
 * mines between two looks at its state (anvil does) mixes up its head only. */
enum dc_status follow_audit(struct follow *f, struct feed_batch *b,
			    struct dc_err *err)
{
	const struct block_ref *at = follow_tip(f);
	struct dc_err why = DC_ERR_INIT;
	struct feed_audit *audits;
	size_t n = f->n_trainers < AUDIT_TRAINERS ? f->n_trainers :
		AUDIT_TRAINERS;
	enum dc_status st;
	size_t i;

	if (f->audit_off || n == 0 || at == NULL ||
	    (!f->doubt.on &&
	     at->number < f->audited_block + AUDIT_EVERY_BLOCKS))
		return DC_OK;
	audits = dc_arena_alloc(b->arena, n * sizeof(*audits));
	memset(audits, 0, n * sizeof(*audits));
	for (i = 0; i < n; i++)
		audits[i].trainer =
			f->trainers[(f->audit_next + i) % f->n_trainers]
			.address;
	st = ask_audits(f, b, audits, n, at, &why);
	if (st == DC_EREFUSED || st == DC_EINVAL) {
		if (rpc_failure(f->rpc)->fault == RPC_FAULT_UNKNOWN_BLOCK)
			return DC_OK;	/* a reorg meanwhile */
		f->audit_off = true;
		dc_log(DC_LOG_UNUSUAL, "oracle", "records are not compared "
		       "with the contracts': %s", why.text);
		return DC_OK;
	}
	if (st != DC_OK)
		return dc_fail(err, st, "%s", why.text);
	f->audited_block = at->number;
	f->audit_next = (f->audit_next + n) % f->n_trainers;
	b->audits = audits;
	b->n_audits = n;
	return DC_OK;
}
