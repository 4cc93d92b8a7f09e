/*
 * Who signed an accepted checkpoint stands in its transaction's input and not
 * in its log: the follower brings the inputs along, and how long a period of
 * the pool is, so that the pipeline can tell who could have signed.
 *
 * Both are for the record alone. A node that does not have a transaction any
 * more, or does not serve them, leaves a gap in it and stops nothing.
 */

#include "config.h"

#include <stdlib.h>

#include "base/log.h"
#include "oracle/abi_calls.h"
#include "oracle/abi_decaid.h"
#include "oracle/follow_core.h"

/* Those of accepted checkpoints.
 * which  (logs->n) */
static size_t find(size_t *which, const struct rpc_logs *logs)
{
	const struct hash32 *topic =
		abi_event_topic(EVENT_CHECKPOINT_ACCEPTED);
	size_t n = 0;

	for (size_t i = 0; i < logs->n; i++)
		if (logs->items[i].n_topics > 0 &&
		    hash32_equal(&logs->items[i].topics[0], topic))
			which[n++] = i;
	return n;
}

/* What the node says no to is not had: that is no failure. */
static enum dc_status allow_no(struct follow *f, enum dc_status st,
			       const char *what, struct dc_err *err)
{
	if (st != DC_EREFUSED && st != DC_ENOTFOUND && st != DC_EINVAL)
		return st;
	if (!f->said_no_inputs)
		dc_log(DC_LOG_UNUSUAL, "oracle", "%s: %s: who signed "
		       "checkpoints is not counted", what, err->text);
	f->said_no_inputs = true;
	dc_err_clear(err);
	return DC_OK;
}

/* The pool's own number never changes: it is asked for once. */
static enum dc_status ask_period(struct follow *f, struct dc_err *err)
{
	struct abi_selector call = abi_call_selector(CALL_PERIOD_S);
	struct rpc_message msg = { .to = &f->config->pool, .data = call.b,
				   .data_len = sizeof(call.b) };
	struct hash32 word;
	enum dc_status st;

	if (f->period_s != 0 || addr20_is_zero(&f->config->pool))
		return DC_OK;
	st = rpc_eth_call_words(f->rpc, &word, &msg, 1, rpc_at_latest(), err);
	if (st != DC_OK)
		return allow_no(f, st, "periodS()", err);
	for (size_t i = sizeof(word.b) - 8; i < sizeof(word.b); i++)
		f->period_s = f->period_s << 8 | word.b[i];
	return DC_OK;
}

enum dc_status follow_inputs(struct follow *f, struct feed_batch *b,
			     struct rpc_logs *logs, struct dc_err *err)
{
	size_t *which = dc_arena_alloc(b->arena,
				       (logs->n + 1) * sizeof(*which));
	size_t n = find(which, logs);
	const struct log_input **inputs;
	struct hash32 *txs;
	enum dc_status st;

	if (n == 0)
		return DC_OK;
	txs = dc_arena_alloc(b->arena, n * sizeof(*txs));
	inputs = dc_arena_alloc(b->arena, n * sizeof(*inputs));
	for (size_t i = 0; i < n; i++) {
		txs[i] = logs->items[which[i]].at.tx;
		inputs[i] = NULL;
	}
	st = ask_period(f, err);
	if (st == DC_OK)
		st = allow_no(f, rpc_transactions(f->rpc, inputs, txs, n,
						  b->arena, err),
			      "eth_getTransactionByHash", err);
	for (size_t i = 0; st == DC_OK && i < n; i++)
		logs->items[which[i]].input = inputs[i];
	b->period_s = f->period_s;
	return st;
}
