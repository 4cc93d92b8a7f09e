/* Which contribution a claim was about. */
#include "config.h"

#include "oracle/deca_claims.h"

static bool is_claim(const struct raw_log *log,
		     const struct hash32 topic[DECA_TOPICS])
{
	if (log->n_topics == 0)
		return false;
	for (size_t i = 0; i < DECA_TOPICS; i++)
		if (hash32_equal(&log->topics[0], &topic[i]))
			return i >= DECA_TOPIC_CLAIMS;
	return false;
}

/* Each transaction once: claims of one stand together.
 * tx     (n)   which  (n) of each claim: its place in tx, else SIZE_MAX */
static size_t list_transactions(struct hash32 *tx, size_t *which,
				const struct raw_log *logs, size_t n)
{
	struct hash32 topic[DECA_TOPICS];
	size_t n_tx = 0;

	deca_topics(topic);
	for (size_t i = 0; i < n; i++) {
		which[i] = SIZE_MAX;
		if (!is_claim(&logs[i], topic))
			continue;
		if (n_tx == 0 || !hash32_equal(&tx[n_tx - 1], &logs[i].at.tx))
			tx[n_tx++] = logs[i].at.tx;
		which[i] = n_tx - 1;
	}
	return n_tx;
}

enum dc_status deca_claims_fetch(struct rpc *rpc, struct raw_log *logs,
				 size_t n, struct dc_arena *arena,
				 struct dc_err *err)
{
	struct hash32 *tx = dc_arena_alloc(arena, (n + 1) * sizeof(*tx));
	size_t *which = dc_arena_alloc(arena, (n + 1) * sizeof(*which));
	size_t n_tx = list_transactions(tx, which, logs, n);
	const struct log_input **input = dc_arena_alloc(
		arena, (n_tx + 1) * sizeof(*input));
	struct dc_err why = DC_ERR_INIT;
	enum dc_status st = rpc_transactions(rpc, input, tx, n_tx, arena,
					     &why);

	if (st == DC_EREFUSED || st == DC_ENOTFOUND || st == DC_EINVAL)
		return DC_OK;	/* a node that serves none: claims without */
	if (st != DC_OK)
		return dc_fail(err, st, "%s", why.text);
	for (size_t i = 0; st == DC_OK && i < n; i++)
		if (which[i] != SIZE_MAX)
			logs[i].input = input[which[i]];
	return st;
}

void deca_claim_join(struct deca_event *e, const struct raw_log *log,
		     const struct addr20 *trainer, struct dc_arena *arena)
{
	const struct log_input *input = log->input;
	struct deca_input in;

	if (input == NULL || !addr20_equal(&input->to, trainer) ||
	    !addr20_equal(&input->from, &e->who) ||
	    deca_input_decode(&in, input->data, input->len, arena, NULL) !=
	    DC_OK ||
	    in.call != (e->kind == DECA_EVENT_REFUND ? DECA_INPUT_REFUND
						      : DECA_INPUT_REPORT))
		return;
	e->is_joined = true;
	e->sample = in.sample;
	e->added_s = in.added_s;
	e->author = in.call == DECA_INPUT_REPORT ? in.author : input->from;
}
