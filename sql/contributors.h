#ifndef DECAID_SQL_CONTRIBUTORS_H
#define DECAID_SQL_CONTRIBUTORS_H

/*
 * Contributors: sums kept a model and over all models (model 0), and by the
 * hour, which windows of time are made from. Who stands where: sql/board.h.
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/event.h"
#include "sql/db.h"
#include "sql/page.h"

#define SQL_ALL_MODELS INT64_C(0)

struct sql_contributor {
	int64_t model;
	struct addr20 address;
	uint64_t karma;
	uint64_t contributions;
	uint64_t agreed;	/* judged agree or credit */
	struct wei deposited_wei;
	struct wei refunded_wei;
	struct wei earned_wei;	/* rewards, reporters' parts, late claims */
	uint64_t first_block, first_log, first_s;
	uint64_t last_s;
	/* The accumulator's state for this account; 0 over all models. */
	struct u256 paid_acc;
	struct wei owed_wei;
};

/* What one event, or all events of one contributor in one hour, add. */
struct sql_contributor_delta {
	int64_t karma, contributions, agreed;	/* may be negative */
	struct wei deposited_wei, refunded_wei, earned_wei;
	uint64_t block, log, time_s;	/* of the (first) event */
	uint64_t last_s;	/* of the last one; earlier: time_s counts */
};

/* Whose they were, and in which model. */
struct sql_deeds {
	int64_t model;
	struct addr20 who;
	struct sql_contributor_delta d;
};

/* Add what each did to the contributor in its model, over all models, and in
 * the hour; who was not there is, and counts in the model's contributors.
 * list  (n) the cheaper the more that follow each other share model and hour
 * Errors: DC_EINVAL a sum leaves its range. */
enum dc_status sql_contributors_add(struct sql_db *db,
				    const struct sql_deeds *list, size_t n,
				    struct dc_err *err) DC_MUST_CHECK;

/* The same of one alone. */
enum dc_status sql_contributor_add(struct sql_db *db, int64_t model,
				   const struct addr20 *address,
				   const struct sql_contributor_delta *d,
				   struct dc_err *err) DC_MUST_CHECK;

/* The accumulator's state; the contributor must be there.
 * Errors: DC_ENOTFOUND. */
enum dc_status sql_contributor_owe(struct sql_db *db, int64_t model,
				   const struct addr20 *address,
				   const struct u256 *paid_acc,
				   struct wei owed_wei,
				   struct dc_err *err) DC_MUST_CHECK;

/* model  SQL_ALL_MODELS: the sums over all */
enum dc_status sql_contributor_get(struct sql_db *db,
				   struct sql_contributor *out, bool *found,
				   int64_t model, const struct addr20 *address,
				   struct dc_err *err) DC_MUST_CHECK;

/* One contributor's rows in every model, by model (see page.h). */
enum dc_status sql_contributor_models(struct sql_db *db,
				      struct sql_contributor *out,
				      uint32_t *n, char *next,
				      const struct addr20 *address,
				      const struct sql_page *page,
				      struct dc_err *err) DC_MUST_CHECK;

#endif /* DECAID_SQL_CONTRIBUTORS_H */
