#ifndef DECAID_SQL_MODELS_H
#define DECAID_SQL_MODELS_H

/*
 * Models: what their creation fixed, and their totals, which change with
 * every block. A model's row number (1, 2, ... in order of creation) is how
 * the other tables name it; it is this file's and leaves the daemon as the
 * modelId of 0xDeCA10B's data service alone.
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/event.h"
#include "sql/db.h"
#include "sql/page.h"

enum sql_origin {
	SQL_ORIGIN_DECAID = 0,
	SQL_ORIGIN_0XDECA10B = 1
};

/* What changes. All of it as of the followed head. */
struct sql_model_totals {
	uint64_t count;		/* contributions */
	uint64_t judged;	/* effectively judged: verdicts [0, judged) */
	uint64_t contributors;	/* kept by sql_contributor_add; read only */
	struct hash32 record_hash;	/* rec[count - 1], settled bit clear */

	struct wei held_wei;	/* deposits neither refunded nor forfeited */
	struct wei paid_out_wei;	/* refunds, late claims, rewards */
	struct wei forfeited_wei;
	struct wei fees_wei;

	uint64_t progressive_right, progressive_counted;
	uint64_t holdout_right, holdout_counted;	/* counted 0: none */

	uint64_t karma;		/* of everybody */
	struct u256 acc;	/* wei per karma times 2^32 */
	struct wei carry_wei;

	/* Price (oracle/PROTOCOL.md). */
	uint64_t level;
	uint64_t level_time_s;

	/* The last accepted checkpoint, effective or not. */
	bool has_checkpoint;
	uint64_t checkpoint_epoch, checkpoint_count, checkpoint_judged;
	struct hash32 checkpoint_root, checkpoint_verdicts;
	uint64_t checkpoint_block, checkpoint_accepted_s;

	/* Root of the learner's state after root_count contributions. */
	bool has_root;
	struct hash32 root;
	uint64_t root_count;
};

struct sql_model {
	int64_t row;
	struct ev_model_created is;	/* texts in the reader's arena */
	struct log_ref created;
	const char *slug;		/* unique */
	const char *type;		/* of the spec's model line */
	uint64_t features;		/* columns of a sample */
	enum sql_origin origin;
	bool followed;			/* false: its row is all we have */
	struct sql_model_totals totals;
};

enum sql_models_sort {
	SQL_MODELS_NEW,			/* newest first */
	SQL_MODELS_OLD,			/* in order of creation */
	SQL_MODELS_ACCURACY,		/* progressive, best first */
	SQL_MODELS_CONTRIBUTIONS,	/* most first */
	SQL_MODELS_DEPOSITS,		/* most held first */
	SQL_MODELS_NAME			/* ASCII case folded */
};

/* NULL (kind: -1) means any.
 * q     ASCII-case-insensitive part of name or description */
struct sql_models_filter {
	const char *q;
	int kind;			/* enum incentive_kind or -1 */
	const char *type;
	enum sql_models_sort sort;
};

/* Insert m and its totals; sets m->row.
 * Errors: DC_ECONFLICT address or slug is there already. */
enum dc_status sql_model_insert(struct sql_db *db, struct sql_model *m,
				struct dc_err *err) DC_MUST_CHECK;

/* Everything in totals but contributors, which is left as it is. */
enum dc_status sql_model_totals_put(struct sql_db *db, int64_t row,
				    const struct sql_model_totals *t,
				    struct dc_err *err) DC_MUST_CHECK;

/* One model by address, by slug, by row. */
enum dc_status sql_model_get(struct sql_db *db, struct sql_model *out,
			     bool *found, const struct addr20 *address,
			     struct dc_arena *arena,
			     struct dc_err *err) DC_MUST_CHECK;
enum dc_status sql_model_by_slug(struct sql_db *db, struct sql_model *out,
				 bool *found, const char *slug,
				 struct dc_arena *arena,
				 struct dc_err *err) DC_MUST_CHECK;
enum dc_status sql_model_by_row(struct sql_db *db, struct sql_model *out,
				bool *found, int64_t row,
				struct dc_arena *arena,
				struct dc_err *err) DC_MUST_CHECK;

/* A page of models (see page.h). A search walks the order and looks at each
 * model, so the deadline of db matters. */
enum dc_status sql_models_page(struct sql_db *db, struct sql_model *out,
			       uint32_t *n, char *next,
			       const struct sql_models_filter *filter,
			       const struct sql_page *page,
			       struct dc_arena *arena,
			       struct dc_err *err) DC_MUST_CHECK;

/* Sums over all models, for /v1/status. */
enum dc_status sql_models_count(struct sql_db *db, uint64_t *models,
				uint64_t *contributions,
				struct dc_err *err) DC_MUST_CHECK;

#endif /* DECAID_SQL_MODELS_H */
