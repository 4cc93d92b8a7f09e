#ifndef DECAID_SQL_CONTRIBUTIONS_H
#define DECAID_SQL_CONTRIBUTIONS_H

/*
 * Contributions: what each said, what the model said before it learned from
 * it, and what became of it. The first part never changes after the insert;
 * the second (struct sql_settlement) does.
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/event.h"
#include "sql/db.h"
#include "sql/page.h"

#define SQL_MAX_ID ((UINT64_C(1) << 40) - 1)	/* of a contribution */

/* Stored as these numbers: append only. Up to SQL_STATE_INVALID the deposit
 * is still held. */
enum sql_state {
	SQL_STATE_PENDING = 0,		/* no effective verdict */
	SQL_STATE_DISAGREE = 1,
	SQL_STATE_ABSTAIN = 2,
	SQL_STATE_AGREE = 3,
	SQL_STATE_CREDIT = 4,
	SQL_STATE_INVALID = 5,		/* not canonical; will be disagree */
	SQL_STATE_REFUNDED = 6,
	SQL_STATE_FORFEITED = 7
};
#define SQL_STATES 8

/* "pending", "agree", ... as in the REST interface; static. */
const char *sql_state_name(enum sql_state state);
bool sql_state_parse(enum sql_state *out, const char *name);

struct sql_settlement {
	enum sql_state state;
	enum verdict verdict;		/* VERDICT_NONE until judged */
	uint64_t verdict_epoch;		/* 0 while VERDICT_NONE */
	struct wei paid_wei;		/* went to contributor or reporter */
	uint64_t settled_block;		/* 0: still held */
};

struct sql_contribution {
	int64_t model;			/* row of the model */
	struct ev_contributed is;	/* sample in the reader's arena */
	struct log_ref log;
	struct hash32 sample_hash;
	struct hash32 record_hash;	/* rec[id], settled bit clear */
	bool pruned;		/* is.sample is not here any more (growth.h);
				 * of a row that was read */

	bool valid;			/* canonical packed form */
	bool is_new;			/* sample's first valid sight here */
	bool taught;			/* wrong or unsure before, and new */
	int64_t prediction_before;	/* label; -1: the model said nothing */
	int64_t margin_fx9;		/* winning score minus the second */
	int32_t suspicion_ppm;		/* millionths; -1: not computed */
	/* Running sums after this one: accuracy over time is read off. */
	uint64_t progressive_right, progressive_counted;

	struct sql_settlement now;
};

/* Insert c; its id must be the model's next, its block must be there.
 * Errors: DC_ECONFLICT the id is there already. DC_EINVAL id or label or
 * sample is out of bounds. */
enum dc_status sql_contribution_insert(struct sql_db *db,
				       const struct sql_contribution *c,
				       struct dc_err *err) DC_MUST_CHECK;

/* What this daemon made of it in an epoch; its state stays.
 * Errors: DC_ENOTFOUND no such contribution. */
enum dc_status sql_contribution_judge(struct sql_db *db, int64_t model,
				      uint64_t id, enum verdict verdict,
				      uint64_t epoch,
				      struct dc_err *err) DC_MUST_CHECK;

/* All of what became of it.
 * Errors: DC_ENOTFOUND no such contribution. */
enum dc_status sql_contribution_settle(struct sql_db *db, int64_t model,
				       uint64_t id,
				       const struct sql_settlement *s,
				       struct dc_err *err) DC_MUST_CHECK;

enum dc_status sql_contribution_get(struct sql_db *db,
				    struct sql_contribution *out, bool *found,
				    int64_t model, uint64_t id,
				    struct dc_arena *arena,
				    struct dc_err *err) DC_MUST_CHECK;

/* Was this sample seen in this model before (a row with is_new)? */
enum dc_status sql_sample_seen(struct sql_db *db, bool *seen, int64_t model,
			       const struct hash32 *sample_hash,
			       struct dc_err *err) DC_MUST_CHECK;

/* In order of id: [from, from + max) as far as there are. For replay.
 * out  (max)   n  how many */
enum dc_status sql_contributions_range(struct sql_db *db,
				       struct sql_contribution *out,
				       uint32_t *n, uint32_t max,
				       int64_t model, uint64_t from,
				       struct dc_arena *arena,
				       struct dc_err *err) DC_MUST_CHECK;

/* The same, of each no more than a judge looks at: who, when, what, is_new and
 * taught; the rest is zero. */
enum dc_status sql_contributions_judged(struct sql_db *db,
					struct sql_contribution *out,
					uint32_t *n, uint32_t max,
					int64_t model, uint64_t from,
					struct dc_arena *arena,
					struct dc_err *err) DC_MUST_CHECK;

/* How many contributions of model have time_s < before_s: the count of an
 * epoch's checkpoint, or with before_s - refund wait + 1 its judged. */
enum dc_status sql_contributions_before(struct sql_db *db, uint64_t *count,
					int64_t model, uint64_t before_s,
					struct dc_err *err) DC_MUST_CHECK;

/* contributor NULL, state -1, label -1: any. */
struct sql_contributions_filter {
	const struct addr20 *contributor;
	int state;
	int64_t label;
};

/* Newest first (see page.h). */
enum dc_status sql_contributions_page(struct sql_db *db,
				      struct sql_contribution *out,
				      uint32_t *n, char *next, int64_t model,
				      const struct sql_contributions_filter *f,
				      const struct sql_page *page,
				      struct dc_arena *arena,
				      struct dc_err *err) DC_MUST_CHECK;

/* Whose deposit is held, oldest first: judged or not, not yet refunded or
 * forfeited. The caller says from `now` and the deadlines what is claimable
 * and why not. */
enum dc_status sql_contributions_held(struct sql_db *db,
				      struct sql_contribution *out,
				      uint32_t *n, char *next, int64_t model,
				      const struct sql_page *page,
				      struct dc_arena *arena,
				      struct dc_err *err) DC_MUST_CHECK;

/* Whose deposit is held and may still be forfeited (not judged yet, or
 * disagreed with), the most suspicious first, of equals the newest. Not those
 * of which no suspicion was computed. */
enum dc_status sql_contributions_suspects(struct sql_db *db,
					  struct sql_contribution *out,
					  uint32_t *n, char *next,
					  int64_t model,
					  const struct sql_page *page,
					  struct dc_arena *arena,
					  struct dc_err *err) DC_MUST_CHECK;

/* A contributor's in one model whose deposit is neither refunded nor
 * forfeited, from an id on.
 * out  (max)   n  how many; fewer than max: there are no more */
enum dc_status sql_contributions_held_by(struct sql_db *db,
					 struct sql_contribution *out,
					 uint32_t *n, uint32_t max,
					 int64_t model,
					 const struct addr20 *contributor,
					 uint64_t from,
					 struct dc_arena *arena,
					 struct dc_err *err) DC_MUST_CHECK;

/* Where the transactions of the newest contributions of all models are,
 * newest first.
 * out  (max)   n  how many */
struct sql_contribution_tx {
	int64_t model;
	uint64_t id;
	struct hash32 tx;
};
enum dc_status sql_contributions_txs(struct sql_db *db,
				     struct sql_contribution_tx *out,
				     uint32_t *n, uint32_t max,
				     struct dc_err *err) DC_MUST_CHECK;

/* The newest of one contributor over all models.
 * out  (max), newest first */
enum dc_status sql_contributions_recent(struct sql_db *db,
					struct sql_contribution *out,
					uint32_t *n, uint32_t max,
					const struct addr20 *contributor,
					struct dc_arena *arena,
					struct dc_err *err) DC_MUST_CHECK;

#endif /* DECAID_SQL_CONTRIBUTIONS_H */
