#ifndef DECAID_ORACLE_PIPELINE_H
#define DECAID_ORACLE_PIPELINE_H

/*
 * The one place that commits chain.db: takes batches from the feed, decodes,
 * checks, stores, predicts, learns, judges and counts, and commits.
 */

#include "oracle/feed.h"
#include "oracle/follow.h"
#include "oracle/gateway.h"
#include "oracle/registry.h"
#include "oracle/standing.h"

struct pipeline;

/* Open chain.db under config->data_dir and bring all models to where it is.
 * config, feed, registry, standing are borrowed.
 * Errors: DC_EREFUSED the database is of another factory or a newer program,
 *     or it and its snapshots do not fit together. */
enum dc_status pipeline_new(struct pipeline **out,
			    const struct gateway_config *config,
			    struct feed *feed, struct registry *registry,
			    struct standing *standing,
			    struct dc_err *err) DC_MUST_CHECK;
void pipeline_free(struct pipeline *p);

/* Where following goes on. Texts and arrays are the pipeline's, good until
 * pipeline_run. */
enum dc_status pipeline_start_point(struct pipeline *p,
				    struct follow_start *out,
				    struct dc_err *err) DC_MUST_CHECK;

/* Which chain the database holds.
 * bound  false: none yet */
enum dc_status pipeline_bound(struct pipeline *p, bool *bound,
			      uint64_t *chain_id, struct hash32 *genesis,
			      struct dc_err *err) DC_MUST_CHECK;

void pipeline_on_change(struct pipeline *p, gateway_change_fn *fn,
			void *user);

/* Run until the feed is closed or following halts; then take snapshots. */
void pipeline_run(struct pipeline *p);

#endif /* DECAID_ORACLE_PIPELINE_H */
