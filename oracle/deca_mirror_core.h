#ifndef DECAID_ORACLE_DECA_MIRROR_CORE_H
#define DECAID_ORACLE_DECA_MIRROR_CORE_H

/* The inside of oracle/deca_mirror.h, shared by deca_mirror*.c alone. */

#include "oracle/deca_mirror.h"

#define DECA_MIRROR_STEP_MAX 2000	/* blocks of one range */

struct deca_mirror {
	struct rpc *rpc;
	struct dc_arena *texts;		/* of parts */
	struct dc_arena *scratch;	/* of one step */
	struct deca_parts parts;
	struct deca_model *model;
	struct block_ref at;
	uint64_t limit;			/* no block above is gone to */
	uint64_t final;			/* no reorg takes it; 0: not known */
	uint64_t most_cells;		/* that are kept */
	uint64_t step, step_limit;	/* blocks of the next range; more were
					 * refused */
	struct hash32 topics[DECA_TOPICS];
	struct deca_mirror_stats stats;
	deca_recall recall;		/* NULL: nothing was kept */
	void *recall_self;
};

/* --- deca_mirror.c -------------------------------------------------------- */

/* Everything at one block; what was read before is kept until it is there. */
enum dc_status deca_mirror_read_at(struct deca_mirror *mirror,
				   const struct block_ref *block,
				   struct dc_err *err) DC_MUST_CHECK;

/* Go back to the newest kept state whose block the node's chain has. */
enum dc_status deca_mirror_go_back(struct deca_mirror *mirror, bool *found,
				   struct dc_err *err) DC_MUST_CHECK;

/* Read what these samples need and the model has not got; keeps (1). */
enum dc_status deca_mirror_need(struct deca_mirror *mirror,
				const struct deca_sample *samples, size_t n,
				struct dc_err *err) DC_MUST_CHECK;

/* Of what is known. */
struct deca_prediction deca_mirror_say(const struct deca_mirror *mirror,
				       const struct deca_sample *s);

#endif /* DECAID_ORACLE_DECA_MIRROR_CORE_H */
