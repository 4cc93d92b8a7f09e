/*
 * Log arrays, the hot shape of following: one pass over the answer's bytes
 * into records in an arena, nothing allocated besides.
 */

#include "config.h"

#include <string.h>

#include "base/hex.h"
#include "base/json_scan.h"
#include "oracle/log_scan.h"

static bool fixed_hex(uint8_t *out, size_t n, struct json_slice text)
{
	return text.len == 2 + 2 * n && text.p[0] == '0' &&
		text.p[1] == 'x' &&
		hex_decode(out, n, text.p + 2, NULL) == DC_OK;
}

struct scan_state {
	struct json_scan s;
	const struct log_bounds *bounds;
	struct dc_arena *arena;
	const struct addr20 *last_addr;	/* the one that fitted last time */
	const char *what;		/* NULL, or what is wrong */
};

/* Which members of a log object were there. */
enum {
	HAVE_ADDRESS = 1, HAVE_TOPICS = 2, HAVE_DATA = 4, HAVE_BLOCK = 8,
	HAVE_BLOCK_HASH = 16, HAVE_TX = 32, HAVE_INDEX = 64,
	HAVE_ALL = 127
};

static bool wrong(struct scan_state *st, const char *what)
{
	if (st->what == NULL)
		st->what = what;
	return false;
}

static bool take_hash(struct scan_state *st, struct hash32 *out)
{
	struct json_slice text;

	return json_scan_string(&st->s, &text) &&
		(fixed_hex(out->b, sizeof(out->b), text) ||
		 wrong(st, "a hash that is none"));
}

static bool take_quantity(struct scan_state *st, uint64_t *out)
{
	struct json_slice text;

	return json_scan_string(&st->s, &text) &&
		(hex_quantity(out, text.p, text.len, NULL) == DC_OK ||
		 wrong(st, "a quantity that is none"));
}

static bool take_address(struct scan_state *st, struct addr20 *out)
{
	struct json_slice text;

	return json_scan_string(&st->s, &text) &&
		(fixed_hex(out->b, sizeof(out->b), text) ||
		 wrong(st, "an address that is none"));
}

static bool take_topics(struct scan_state *st, struct raw_log *log)
{
	bool more;

	log->n_topics = 0;
	for (more = json_scan_array(&st->s); more;
	     more = json_scan_more(&st->s)) {
		if (log->n_topics == RAW_LOG_MAX_TOPICS)
			return wrong(st, "more than four topics");
		if (!take_hash(st, &log->topics[log->n_topics++]))
			return false;
	}
	return json_scan_close(&st->s);
}

static bool take_data(struct scan_state *st, struct raw_log *log)
{
	struct json_slice text;
	uint8_t *bytes;

	if (!json_scan_string(&st->s, &text))
		return false;
	if (text.len < 2 || text.len % 2 != 0 || text.p[0] != '0' ||
	    text.p[1] != 'x')
		return wrong(st, "data that is no hex");
	log->data_len = (text.len - 2) / 2;
	bytes = dc_arena_alloc(st->arena, log->data_len + 1);
	log->data = bytes;
	return hex_decode(bytes, log->data_len, text.p + 2, NULL) == DC_OK ||
		wrong(st, "data that is no hex");
}

static bool take_removed(struct scan_state *st)
{
	bool removed = false;

	if (json_scan_kind(&st->s) == JSON_KIND_NULL)
		return json_scan_null(&st->s);
	return json_scan_bool(&st->s, &removed) &&
		(!removed || wrong(st, "a log marked removed"));
}

static bool take_time(struct scan_state *st, struct raw_log *log)
{
	if (json_scan_kind(&st->s) == JSON_KIND_NULL)
		return json_scan_null(&st->s);
	return take_quantity(st, &log->at.time_s);
}

static bool take_index(struct scan_state *st, struct raw_log *log)
{
	uint64_t index = 0;

	if (!take_quantity(st, &index))
		return false;
	if (index > UINT32_MAX)
		return wrong(st, "a log index out of range");
	log->at.index = (uint32_t)index;
	return true;
}

/* One member of a log object.
 * have  bits of what was there */
static bool take_member(struct scan_state *st, struct raw_log *log,
			struct json_slice key, unsigned *have)
{
	if (json_slice_is(key, "address")) {
		*have |= HAVE_ADDRESS;
		return take_address(st, &log->address);
	}
	if (json_slice_is(key, "topics")) {
		*have |= HAVE_TOPICS;
		return take_topics(st, log);
	}
	if (json_slice_is(key, "data")) {
		*have |= HAVE_DATA;
		return take_data(st, log);
	}
	if (json_slice_is(key, "blockNumber")) {
		*have |= HAVE_BLOCK;
		return take_quantity(st, &log->at.block);
	}
	if (json_slice_is(key, "blockHash")) {
		*have |= HAVE_BLOCK_HASH;
		return take_hash(st, &log->at.block_hash);
	}
	if (json_slice_is(key, "transactionHash")) {
		*have |= HAVE_TX;
		return take_hash(st, &log->at.tx);
	}
	if (json_slice_is(key, "logIndex")) {
		*have |= HAVE_INDEX;
		return take_index(st, log);
	}
	if (json_slice_is(key, "removed"))
		return take_removed(st);
	if (json_slice_is(key, "blockTimestamp"))
		return take_time(st, log);
	return json_scan_skip(&st->s);
}

static bool take_log(struct scan_state *st, struct raw_log *log)
{
	struct json_slice key;
	unsigned have = 0;
	bool more;

	memset(log, 0, sizeof(*log));
	for (more = json_scan_object(&st->s); more;
	     more = json_scan_more(&st->s))
		if (!json_scan_key(&st->s, &key) ||
		    !take_member(st, log, key, &have))
			return false;
	return json_scan_close(&st->s) &&
		(have == HAVE_ALL || wrong(st, "a log with a part missing"));
}

static bool address_fits(struct scan_state *st, const struct addr20 *a)
{
	const struct rpc_log_filter *f = st->bounds->filter;
	size_t i;

	if (f == NULL || f->n_addresses == 0)
		return true;
	if (st->last_addr != NULL && addr20_equal(st->last_addr, a))
		return true;
	for (i = 0; i < f->n_addresses; i++)
		if (addr20_equal(&f->addresses[i], a)) {
			st->last_addr = &f->addresses[i];
			return true;
		}
	return false;
}

/* What a node must not send: another block's log, one nobody asked for, one
 * twice or out of its place.
 * before  the log before it, NULL for the first */
static bool check_log(struct scan_state *st, const struct raw_log *log,
		      const struct raw_log *before)
{
	const struct log_bounds *b = st->bounds;

	if (log->at.block < b->from || log->at.block > b->to)
		return wrong(st, "a log of a block outside the range");
	if (b->block_hash != NULL &&
	    !hash32_equal(b->block_hash, &log->at.block_hash))
		return wrong(st, "a log of another block");
	if (!address_fits(st, &log->address))
		return wrong(st, "a log of an address not asked for");
	if (before == NULL)
		return true;
	if (log->at.block < before->at.block)
		return wrong(st, "logs out of order");
	if (log->at.block > before->at.block)
		return true;
	if (log->at.index <= before->at.index)
		return wrong(st, "logs out of order or doubled");
	return hash32_equal(&log->at.block_hash, &before->at.block_hash) ||
		wrong(st, "two hashes for one block");
}

static bool take_array(struct scan_state *st, struct rpc_logs *out)
{
	struct raw_log *items = NULL;
	size_t n = 0, room = 0;
	bool more;

	for (more = json_scan_array(&st->s); more;
	     more = json_scan_more(&st->s)) {
		if (n == room) {	/* the arena keeps the old copies */
			struct raw_log *wider;

			room = room == 0 ? 64 : room * 2;
			wider = dc_arena_alloc(st->arena,
					       room * sizeof(*wider));
			if (n > 0)
				memcpy(wider, items, n * sizeof(*items));
			items = wider;
		}
		if (!take_log(st, &items[n]) ||
		    !check_log(st, &items[n], n > 0 ? &items[n - 1] : NULL))
			return false;
		n++;
	}
	out->items = items;
	out->n = n;
	return json_scan_close(&st->s);
}

/* {"jsonrpc": .., "id": .., "result": [..]}; an error object is left for
 * jansson to describe. */
static bool take_response(struct scan_state *st, struct rpc_logs *out)
{
	struct json_slice key;
	bool more, found = false;

	for (more = json_scan_object(&st->s); more;
	     more = json_scan_more(&st->s)) {
		if (!json_scan_key(&st->s, &key))
			return false;
		if (!json_slice_is(key, "result")) {
			if (!json_scan_skip(&st->s))
				return false;
			continue;
		}
		if (json_scan_kind(&st->s) != JSON_KIND_ARRAY)
			return wrong(st, "logs that are no array");
		if (!take_array(st, out))
			return false;
		found = true;
	}
	return json_scan_close(&st->s) && json_scan_end(&st->s) &&
		(found || wrong(st, "no result"));
}

enum dc_status log_scan(struct rpc_logs *out, struct dc_arena *arena,
			const struct log_bounds *bounds, const char *in,
			size_t len, struct dc_err *err)
{
	struct scan_state st = {
		.bounds = bounds, .arena = arena, .last_addr = NULL,
		.what = NULL
	};
	enum dc_status status;

	memset(out, 0, sizeof(*out));
	json_scan_init(&st.s, in, len);
	if (take_response(&st, out))
		return DC_OK;
	if (st.what != NULL)
		return dc_fail(err, DC_EIO, "%s", st.what);
	status = json_scan_error(&st.s, err);
	DC_CHECK(status != DC_OK);
	return DC_EIO;
}
