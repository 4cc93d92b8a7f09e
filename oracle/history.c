/* The past of a factory and of a trainer, from logs. */
#include "config.h"

#include "oracle/history.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "incentives/record.h"
#include "oracle/abi_decaid.h"

#define FIRST_RANGE 100000	/* blocks asked at once; halved when refused */
#define ARENA_BYTES (1 << 20)

/* One log of the kind asked for. stop: no more are wanted. */
typedef enum dc_status (*log_visit)(void *user, const struct abi_event *e,
				    const struct log_ref *at, bool *stop,
				    struct dc_err *err);

struct scan {
	struct rpc *rpc;
	const struct addr20 *contract;
	enum dc_event_kind kind;
	struct dc_arena *arena;		/* of one range */
	log_visit visit;
	void *user;
	bool stop;
};

/* --- scanning ------------------------------------------------------------ */

/* Block times where the node's logs do not tell them. */
static enum dc_status
fill_times(struct scan *s, struct rpc_logs *logs, struct dc_err *err)
{
	uint64_t *numbers = dc_arena_alloc(s->arena, logs->n *
					   sizeof(*numbers));
	struct block_ref *blocks;
	size_t n = 0, b = 0;
	enum dc_status found;

	for (size_t i = 0; i < logs->n; i++)
		if (logs->items[i].at.time_s == 0 &&
		    (n == 0 || numbers[n - 1] != logs->items[i].at.block))
			numbers[n++] = logs->items[i].at.block;
	if (n == 0)
		return DC_OK;
	blocks = dc_arena_alloc(s->arena, n * sizeof(*blocks));
	found = rpc_blocks(s->rpc, blocks, numbers, n, err);
	for (size_t i = 0; found == DC_OK && i < logs->n; i++) {
		if (logs->items[i].at.time_s != 0)
			continue;
		while (numbers[b] != logs->items[i].at.block)
			b++;
		logs->items[i].at.time_s = blocks[b].time_s;
	}
	return found;
}

static enum dc_status
visit_logs(struct scan *s, const struct rpc_logs *logs, struct dc_err *err)
{
	enum dc_status found = DC_OK;

	for (size_t i = 0; found == DC_OK && !s->stop && i < logs->n; i++) {
		const struct raw_log *log = &logs->items[i];
		struct abi_event e;

		found = abi_event_decode(&e, log->topics, log->n_topics,
					 log->data, log->data_len, s->arena,
					 err);
		if (found == DC_OK && e.kind == s->kind)
			found = s->visit(s->user, &e, &log->at, &s->stop,
					 err);
	}
	return found;
}

/* What a node says when it is asked for too much at once. */
static bool
range_refused(const struct rpc *rpc)
{
	enum rpc_fault fault = rpc_failure(rpc)->fault;

	return fault == RPC_FAULT_RANGE || fault == RPC_FAULT_TOO_LARGE;
}

static enum dc_status
scan_range(struct scan *s, uint64_t from, uint64_t to, struct dc_err *err)
{
	const struct rpc_log_filter filter = {
		.addresses = s->contract, .n_addresses = 1,
		.topic0 = abi_event_topic(s->kind), .n_topic0 = 1,
	};
	struct rpc_logs logs;
	enum dc_status found;

	dc_arena_reset(s->arena);
	found = rpc_logs_range(s->rpc, &logs, s->arena, &filter, from, to,
			       err);
	if (found == DC_OK && s->kind == EVENT_CONTRIBUTED)
		found = fill_times(s, &logs, err);
	return found == DC_OK ? visit_logs(s, &logs, err) : found;
}

static enum dc_status
scan_all(struct scan *s, uint64_t from, struct dc_err *err)
{
	uint64_t range = FIRST_RANGE, head;
	enum dc_status found = rpc_block_number(s->rpc, &head, err);

	s->arena = dc_arena_new(ARENA_BYTES);
	while (found == DC_OK && !s->stop && from <= head) {
		struct dc_err why = DC_ERR_INIT;
		uint64_t to = head - from < range ? head : from + range - 1;

		found = scan_range(s, from, to, &why);
		if (found == DC_OK) {
			from = to + 1;
		} else if (range_refused(s->rpc) && range > 1) {
			range /= 2;
			found = DC_OK;
		} else {
			(void)dc_fail(err, found, "%s", why.text);
		}
	}
	dc_arena_free(s->arena);
	return found;
}

/* --- models -------------------------------------------------------------- */

struct model_search {
	const struct addr20 *trainer;
	struct ev_model_created *out;
	struct dc_arena *arena;
	bool is_there;
};

static enum dc_status
match_model(void *user, const struct abi_event *e, const struct log_ref *at,
	    bool *stop, struct dc_err *err)
{
	const struct ev_model_created *m = &e->u.model_created;
	struct model_search *s = user;

	(void)err;
	if (!addr20_equal(&m->trainer, s->trainer))
		return DC_OK;
	*s->out = *m;
	s->out->created_at_s = at->time_s;
	s->out->name = dc_arena_printf(s->arena, "%s", m->name);
	s->out->description = dc_arena_printf(s->arena, "%s",
					      m->description);
	s->out->encoder = dc_arena_printf(s->arena, "%s", m->encoder);
	s->out->spec = dc_arena_copy(s->arena, m->spec, m->spec_len);
	s->is_there = *stop = true;
	return DC_OK;
}

enum dc_status
history_model(struct ev_model_created *out, struct rpc *rpc,
	      const struct addr20 *factory, const struct addr20 *trainer,
	      uint64_t from_block, struct dc_arena *arena, struct dc_err *err)
{
	struct model_search search = { .trainer = trainer, .out = out,
				       .arena = arena };
	struct scan s = { .rpc = rpc, .contract = factory,
			  .kind = EVENT_MODEL_CREATED, .visit = match_model,
			  .user = &search };
	char text[ADDR20_TEXT_BYTES];
	enum dc_status found = scan_all(&s, from_block, err);

	if (found != DC_OK || search.is_there)
		return found;
	addr20_format(trainer, text);
	return dc_fail(err, DC_ENOTFOUND, "the factory has made no model %s",
		       text);
}

/* --- contributions ------------------------------------------------------- */

struct reading {
	struct history *h;
	size_t room;
};

static enum dc_status
take_contribution(void *user, const struct abi_event *e,
		  const struct log_ref *at, bool *stop, struct dc_err *err)
{
	const struct ev_contributed *c = &e->u.contributed;
	struct reading *r = user;
	struct history_item *item;
	struct record record;

	(void)stop;
	if (c->id != r->h->n)
		return dc_fail(err, DC_ECONFLICT, "the node tells of "
			       "contribution %" PRIu64 " after %zu others",
			       c->id, r->h->n);
	if (r->h->n == r->room) {
		r->room = r->room == 0 ? 1024 : 2 * r->room;
		r->h->items = dc_realloc_array(r->h->items, r->room,
					       sizeof(*r->h->items));
	}
	item = &r->h->items[r->h->n];
	memset(item, 0, sizeof(*item));
	record_from_event(&record, c, at->time_s);
	if (c->id > 0)
		item->claim.prev = item[-1].record;
	record_hash(&item->record, &item->claim.prev, &record);
	item->claim.id = c->id;
	item->claim.contributor = record.contributor;
	item->claim.time_s = record.time_s;
	item->claim.deposit_wei = record.deposit_wei;
	item->claim.label = record.label;
	item->claim.sample = record.sample_hash;
	r->h->n++;
	return DC_OK;
}

static enum dc_status
ask_view(struct dc_buf *reply, struct rpc *rpc, const struct addr20 *trainer,
	 const struct dc_buf *call, struct dc_err *err)
{
	const struct rpc_message msg = {
		.to = trainer, .data = call->data, .data_len = call->len,
	};

	return rpc_eth_call(rpc, reply, &msg, rpc_at_latest(), err);
}

/* Contributions before `to` that no earlier range has. */
static void
set_late(struct history *h, size_t *next, uint64_t to, uint32_t index)
{
	for (; *next < h->n && *next < to; (*next)++)
		h->items[*next].claim.late = index;
}

static enum dc_status
read_late_ranges(struct history *h, struct rpc *rpc,
		 const struct addr20 *trainer, struct dc_err *err)
{
	uint64_t count = 0, range[3];
	struct dc_buf call, reply;
	enum dc_status found;
	size_t next = 0;

	dc_buf_init(&call, 64);
	dc_buf_init(&reply, 1 << 16);
	abi_call_plain(&call, CALL_LATE_RANGE_COUNT);
	found = ask_view(&reply, rpc, trainer, &call, err);
	if (found == DC_OK)
		found = abi_return_u64s(&count, 1, reply.data, reply.len,
					err);
	for (uint32_t i = 0; found == DC_OK && i < count; i++) {
		dc_buf_reset(&call);
		abi_call_number(&call, CALL_LATE_RANGES, i);
		found = ask_view(&reply, rpc, trainer, &call, err);
		if (found == DC_OK)
			found = abi_return_u64s(range, 3, reply.data,
						reply.len, err);
		if (found == DC_OK)
			set_late(h, &next, range[1], i);
	}
	set_late(h, &next, UINT64_MAX, (uint32_t)count);
	dc_buf_clear(&call);
	dc_buf_clear(&reply);
	return found;
}

enum dc_status
history_read(struct history *out, struct rpc *rpc,
	     const struct addr20 *trainer, uint64_t from_block,
	     struct dc_err *err)
{
	struct reading reading = { .h = out };
	struct scan s = { .rpc = rpc, .contract = trainer,
			  .kind = EVENT_CONTRIBUTED,
			  .visit = take_contribution, .user = &reading };
	enum dc_status found;

	memset(out, 0, sizeof(*out));
	found = scan_all(&s, from_block, err);
	if (found == DC_OK)
		found = read_late_ranges(out, rpc, trainer, err);
	if (found != DC_OK)
		history_clear(out);
	return found;
}

void
history_clear(struct history *h)
{
	free(h->items);
	memset(h, 0, sizeof(*h));
}
