/* One event of the chain as the text of a Server-Sent Event. */
#include "config.h"

#include <inttypes.h>
#include <string.h>

#include "server/event_text.h"
#include "server/json_out.h"
#include "sql/contributions.h"
#include "sql/mirrors.h"
#include "sql/models.h"

static const char *kind_name(enum sql_event_kind kind)
{
	switch (kind) {
	case SQL_EVENT_CONTRIBUTION: return "contribution";
	case SQL_EVENT_REFUND: return "refund";
	case SQL_EVENT_REPORT: return "report";
	case SQL_EVENT_LATE_CLAIM: return "claim";
	case SQL_EVENT_REWARD: return "reward";
	case SQL_EVENT_CHECKPOINT: return "checkpoint";
	case SQL_EVENT_REFUTED: return "refuted";
	case SQL_EVENT_MODEL: return "model";
	case SQL_EVENT_OPERATOR: return "operator";
	}
	return "unknown";
}

static void begin(struct dc_buf *out, uint64_t block, uint32_t index,
		  const char *kind)
{
	dc_buf_printf(out, "id: %" PRIu64 "-%" PRIu32 "-%s\nevent: %s\n"
		      "data: ", block, index, kind, kind);
}

static void end(struct dc_buf *out)
{
	dc_buf_append_text(out, "\n\n");
}

/* What the reference means differs by kind. */
static void put_reference(struct json_out *j, const struct sql_event *e)
{
	switch (e->kind) {
	case SQL_EVENT_CONTRIBUTION:
	case SQL_EVENT_REFUND:
	case SQL_EVENT_REPORT:
	case SQL_EVENT_LATE_CLAIM:
	case SQL_EVENT_OPERATOR:
		json_put_key(j, "id");
		if (e->ref == SQL_EVENT_NO_REF)
			json_put_null(j);
		else
			json_put_u64(j, e->ref);
		break;
	case SQL_EVENT_CHECKPOINT:
	case SQL_EVENT_REFUTED:
		json_put_key(j, "epoch");
		json_put_u64(j, e->ref);
		break;
	case SQL_EVENT_REWARD:
	case SQL_EVENT_MODEL:
		break;
	}
}

static void put_account(struct json_out *j, const char *name,
			const struct addr20 *a)
{
	if (addr20_is_zero(a))
		return;
	json_put_key(j, name);
	json_put_address(j, a);
}

static void put_common(struct json_out *j, const struct sql_event *e)
{
	put_reference(j, e);
	json_put_key(j, "block");
	json_put_u64(j, e->log.block);
	json_put_key(j, "time");
	json_put_time(j, e->log.time_s);
	json_put_key(j, "tx");
	json_put_hash(j, &e->log.tx);
	put_account(j, "account", &e->account);
	put_account(j, "contributor", &e->contributor);
	json_put_key(j, "amount_wei");
	json_put_wei(j, e->amount_wei);
	json_put_key(j, "shared_wei");
	json_put_wei(j, e->shared_wei);
	json_put_key(j, "karma");
	json_put_u64(j, e->karma);
}

/* NULL: the model has no such class, or it is not known here. */
static const char *class_name(struct registry *registry, struct sql_db *db,
			      const struct sql_model *model, uint32_t label,
			      struct dc_arena *arena)
{
	const struct registry_model *m =
		registry_find(registry, &model->is.trainer);
	const struct model_spec *spec = m == NULL ? NULL :
						    registry_info(m)->spec;
	struct sql_mirror mirror;
	bool found;

	if (model->origin == SQL_ORIGIN_0XDECA10B)
		return sql_mirror_get(db, &mirror, &found, model->row, arena,
				      NULL) == DC_OK && found ?
			sql_mirror_class(&mirror, label) : NULL;

	return spec == NULL || label >= spec->n_class ? NULL :
		spec->class_name[label];
}

static void put_said(struct json_out *j, const struct sql_contribution *c,
		     const char *name)
{
	json_put_key(j, "label");
	json_put_u64(j, c->is.label);
	json_put_key(j, "class");
	json_put_text(j, name);
	json_put_key(j, "deposit_wei");
	json_put_wei(j, c->is.deposit_wei);
	json_put_key(j, "state");
	json_put_text(j, sql_state_name(c->now.state));
	json_put_key(j, "prediction_before");
	if (c->prediction_before < 0)
		json_put_null(j);
	else
		json_put_i64(j, c->prediction_before);
	json_put_key(j, "suspicion");
	json_put_ppm(j, c->suspicion_ppm);
}

enum dc_status event_text_append(struct dc_buf *out,
				 const struct sql_event *e,
				 struct registry *registry,
				 struct sql_db *db, struct dc_arena *arena,
				 struct dc_err *err)
{
	struct sql_contribution c;
	struct sql_model m;
	struct json_out j;
	bool has_model = false, said = false;

	if (e->model != 0 && sql_model_by_row(db, &m, &has_model, e->model,
					      arena, err) != DC_OK)
		return err->status;
	if (e->kind == SQL_EVENT_CONTRIBUTION &&
	    sql_contribution_get(db, &c, &said, e->model, e->ref, arena,
				 err) != DC_OK)
		return err->status;
	begin(out, e->log.block, e->log.index, kind_name(e->kind));
	json_out_init(&j, out);
	json_put_open(&j, '{');
	if (has_model) {
		json_put_key(&j, "model");
		json_put_address(&j, &m.is.trainer);
	}
	put_common(&j, e);
	if (said && has_model)
		put_said(&j, &c, class_name(registry, db, &m, c.is.label,
					    arena));
	json_put_close(&j, '}');
	end(out);
	return DC_OK;
}

void event_text_block(struct dc_buf *out, const struct block_ref *b)
{
	struct json_out j;

	begin(out, b->number, UINT32_MAX, "block");
	json_out_init(&j, out);
	json_put_open(&j, '{');
	json_put_key(&j, "number");
	json_put_u64(&j, b->number);
	json_put_key(&j, "followed");
	json_put_u64(&j, b->number);
	json_put_key(&j, "hash");
	json_put_hash(&j, &b->hash);
	json_put_key(&j, "time");
	json_put_time(&j, b->time_s);
	json_put_close(&j, '}');
	end(out);
}

void event_text_reorg(struct dc_buf *out, uint64_t block)
{
	begin(out, block, UINT32_MAX, "reorg");
	dc_buf_printf(out, "{\"block\":%" PRIu64 "}", block);
	end(out);
}
