/* Contracts brought onto a chain, one transaction each. */
#include "config.h"

#include <string.h>

#include "oracle/abi_decaid.h"
#include "oracle/bytecode.h"
#include "server/deploy.h"

#define CALL_MAX_BYTES (512 * 1024)

/* A contract from its code and arguments; args is cleared. */
static enum dc_status create(const struct deploy *d, struct addr20 *out,
			     struct rpc_receipt *receipt, const uint8_t *code,
			     size_t code_len, struct dc_buf *args,
			     struct dc_err *err)
{
	struct chain_call call = { .to = NULL };
	enum dc_status found;
	struct dc_buf data;

	dc_buf_init(&data, CALL_MAX_BYTES);
	dc_buf_append(&data, code, code_len);
	dc_buf_append(&data, args->data, args->len);
	DC_CHECK(!dc_buf_failed(&data));
	call.data = data.data;
	call.data_len = data.len;
	found = chainclient_run(d->client, NULL, receipt, d->from, &call,
				d->timeout_ms, err);
	if (found == DC_OK)
		*out = receipt->created;
	dc_buf_clear(&data);
	dc_buf_clear(args);
	return found;
}

enum dc_status deploy_pool(const struct deploy *d, struct addr20 *out,
			   struct rpc_receipt *receipt,
			   const struct pool_rules *rules, struct dc_err *err)
{
	struct dc_buf args;

	dc_buf_init(&args, CALL_MAX_BYTES);
	abi_args_pool(&args, rules);
	return create(d, out, receipt, oracle_code_operatorpool,
		      oracle_code_operatorpool_len, &args, err);
}

enum dc_status deploy_factory(const struct deploy *d, struct addr20 *out,
			      struct rpc_receipt *receipt,
			      const struct factory_minimums *minimums,
			      struct dc_err *err)
{
	struct dc_buf args;

	dc_buf_init(&args, CALL_MAX_BYTES);
	abi_args_factory(&args, minimums);
	return create(d, out, receipt, oracle_code_modelfactory,
		      oracle_code_modelfactory_len, &args, err);
}

enum dc_status deploy_reader(const struct deploy *d, struct addr20 *out,
			     struct rpc_receipt *receipt,
			     const struct reader_rules *rules,
			     struct dc_err *err)
{
	struct dc_buf args;

	dc_buf_init(&args, CALL_MAX_BYTES);
	abi_args_reader(&args, rules);
	return create(d, out, receipt, oracle_code_predictionreader,
		      oracle_code_predictionreader_len, &args, err);
}

/* The first event of a kind that contract emitted in a transaction. */
static enum dc_status event_of(const struct deploy *d, struct abi_event *out,
			       const struct hash32 *tx,
			       const struct addr20 *contract,
			       enum dc_event_kind kind, struct dc_arena *arena,
			       struct dc_err *err)
{
	struct rpc_logs logs = { 0 };
	enum dc_status found;
	size_t i;

	found = rpc_receipt_logs(d->rpc, &logs, arena, tx, err);
	for (i = 0; found == DC_OK && i < logs.n; i++) {
		const struct raw_log *log = &logs.items[i];

		if (!addr20_equal(&log->address, contract))
			continue;
		found = abi_event_decode(out, log->topics, log->n_topics,
					 log->data, log->data_len, arena, err);
		if (found == DC_OK && out->kind == kind)
			return DC_OK;
	}
	if (found != DC_OK)
		return found;
	return dc_fail(err, DC_EIO, "the receipt has no event %s",
		       abi_event_name(kind));
}

/* Call a contract and read one event of it.  data is cleared. */
static enum dc_status call_for_event(const struct deploy *d,
				     struct abi_event *out,
				     struct rpc_receipt *receipt,
				     const struct chain_call *call,
				     enum dc_event_kind kind,
				     struct dc_arena *arena,
				     struct dc_err *err)
{
	enum dc_status found;
	struct hash32 tx;

	found = chainclient_run(d->client, &tx, receipt, d->from, call,
				d->timeout_ms, err);
	if (found == DC_OK)
		found = event_of(d, out, &tx, call->to, kind, arena, err);
	return found;
}

enum dc_status deploy_model(const struct deploy *d, struct addr20 *out,
			    struct rpc_receipt *receipt,
			    const struct addr20 *factory,
			    const struct model_call *model,
			    struct dc_err *err)
{
	struct dc_arena *arena = dc_arena_new(4096);
	struct chain_call call = { .to = factory };
	struct abi_event event;
	enum dc_status found;
	struct dc_buf data;

	dc_buf_init(&data, CALL_MAX_BYTES);
	abi_call_create_model(&data, model);
	DC_CHECK(!dc_buf_failed(&data));
	call.data = data.data;
	call.data_len = data.len;
	found = call_for_event(d, &event, receipt, &call, EVENT_MODEL_CREATED,
			       arena, err);
	if (found == DC_OK)
		*out = event.u.model_created.trainer;
	dc_buf_clear(&data);
	dc_arena_free(arena);
	return found;
}

enum dc_status deploy_operator(const struct deploy *d, uint64_t *id,
			       struct rpc_receipt *receipt,
			       const struct addr20 *pool,
			       const struct join_call *join,
			       struct wei bond_wei, struct dc_err *err)
{
	struct dc_arena *arena = dc_arena_new(4096);
	struct chain_call call = { .to = pool, .value_wei = bond_wei };
	struct abi_event event;
	enum dc_status found;
	struct dc_buf data;

	dc_buf_init(&data, CALL_MAX_BYTES);
	abi_call_join(&data, join);
	DC_CHECK(!dc_buf_failed(&data));
	call.data = data.data;
	call.data_len = data.len;
	found = call_for_event(d, &event, receipt, &call,
			       EVENT_OPERATOR_JOINED, arena, err);
	if (found == DC_OK)
		*id = event.u.operator_joined.id;
	dc_buf_clear(&data);
	dc_arena_free(arena);
	return found;
}
