/*
 * The pipeline's old samples: deleted when nothing here needs them any more,
 * fetched again should a replay need them after all.
 */

#include "config.h"

#include <inttypes.h>

#include "base/log.h"
#include "oracle/pipeline_core.h"
#include "oracle/samples.h"
#include "sql/growth.h"

#define PRUNE_BLOCKS 64		/* that became final, between two looks */
#define PRUNE_AT_ONCE 2000	/* samples of a model in one transaction */
#define VACUUM_AT_ONCE 1000	/* pages between two batches of blocks */
#define VACUUM_FROM 256		/* so many free pages are left for reuse */

/* Delete what may go of one model.
 * *more  there was more than is done at once */
static enum dc_status prune_model(struct pipeline *p, struct pipe_model *m,
				  bool *more, struct dc_err *err)
{
	uint64_t end, from, n;
	enum dc_status st;

	st = sql_samples_prunable(p->db, &end, m->row.row,
				  p->config->keep_samples, err);
	if (st != DC_OK || end <= m->pruned)
		return st;
	st = sql_samples_first(p->db, &from, m->row.row, err);
	if (st != DC_OK)
		return st;
	if (from < end && end - from > PRUNE_AT_ONCE) {
		end = from + PRUNE_AT_ONCE;
		*more = true;
	}
	st = sql_tx_begin(p->db, err);
	if (st != DC_OK)
		return st;
	st = sql_samples_prune(p->db, &n, m->row.row, from, end, err);
	if (st != DC_OK) {
		sql_tx_rollback(p->db);
		return st;
	}
	m->pruned = end;
	if (n > 0)
		dc_log(DC_LOG_DEBUG, "oracle", "pruned samples=%" PRIu64
		       " model=%s to=%" PRIu64, n, m->row.slug, end);
	return sql_tx_commit(p->db, err);
}

static enum dc_status vacuum(struct pipeline *p, struct dc_err *err)
{
	struct sql_pages pages = { 0 };
	enum dc_status st = sql_pages_get(p->db, &pages, err);

	if (st != DC_OK || pages.free <= VACUUM_FROM)
		return st;
	return sql_vacuum_some(p->db, VACUUM_AT_ONCE, err);
}

enum dc_status pipe_prune(struct pipeline *p, struct dc_err *err)
{
	enum dc_status st = DC_OK;
	bool more = false;
	size_t i;

	if (p->config->keep_samples == 0 || p->finalized < p->prune_at)
		return DC_OK;
	for (i = 0; i < p->n_models && st == DC_OK; i++)
		if (p->models[i]->followed)
			st = prune_model(p, p->models[i], &more, err);
	if (st == DC_OK)
		st = vacuum(p, err);
	p->prune_at = p->finalized + (more ? 1 : PRUNE_BLOCKS);
	return st;
}

enum dc_status pipe_refetch(struct pipeline *p, const struct pipe_model *m,
			    struct sql_contribution *c, size_t n,
			    struct dc_arena *arena, struct dc_err *err)
{
	struct rpc *rpc = NULL;
	enum dc_status st;
	size_t i;

	for (i = 0; i < n && !c[i].pruned; i++)
		;
	if (i == n)
		return DC_OK;
	dc_log(DC_LOG_UNUSUAL, "oracle", "%s is learned anew: fetching pruned "
	       "samples from=%" PRIu64, m->row.slug, c[i].is.id);
	st = nodes_first(&rpc, p->config->rpc_url, err);
	if (st == DC_OK)
		st = samples_fetch(rpc, &m->row.is.trainer, c, n, arena, err);
	rpc_free(rpc);
	return st;
}
