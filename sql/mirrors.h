#ifndef DECAID_SQL_MIRRORS_H
#define DECAID_SQL_MIRRORS_H

/*
 * Models of 0xDeCA10B's contracts: rows of models with origin
 * SQL_ORIGIN_0XDECA10B, and beside each one what its contracts are. Their
 * contributions stand with everybody's. Of such a row
 *	sample       is the int64[] of addData, eight bytes each, big-endian
 *	sample_hash  is the key of the contract's entry (incentives/
 *	             deca_trainer.h), and so is record_hash
 *	prediction, progressive_* are told later (sql_contribution_predicted)
 *	             and read with the row
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sql/contributions.h"
#include "sql/db.h"

struct sql_mirror {
	int64_t model;			/* row of the model */
	struct addr20 data_handler, incentive, classifier;
	struct wei cost_weight_wei;
	const uint8_t *class_names;	/* each followed by a zero byte */
	size_t class_names_len;
	const char *refusal;		/* "": it is followed */
};

enum dc_status sql_mirror_insert(struct sql_db *db,
				 const struct sql_mirror *m,
				 struct dc_err *err) DC_MUST_CHECK;

/* found  false: the model is none */
enum dc_status sql_mirror_get(struct sql_db *db, struct sql_mirror *out,
			      bool *found, int64_t model,
			      struct dc_arena *arena,
			      struct dc_err *err) DC_MUST_CHECK;

/* Write class_names and refusal; the rest is fixed. */
enum dc_status sql_mirror_put(struct sql_db *db, const struct sql_mirror *m,
			      struct dc_err *err) DC_MUST_CHECK;

/* The models of those that are followed, by the trainer's address.
 * out    (max) rows of models      n  how many
 * after  from the next address on; NULL: from the first
 * more   how many stand behind those */
enum dc_status sql_mirrors_listed(struct sql_db *db, int64_t *out,
				  uint32_t *n, uint32_t max,
				  const struct addr20 *after, uint64_t *more,
				  struct dc_err *err) DC_MUST_CHECK;

/* The name of a class, NULL: it has no such. */
const char *sql_mirror_class(const struct sql_mirror *m, uint64_t label);

/* The newest contribution with that entry key: an entry without money left
 * is overwritten by an equal one of the same second. */
enum dc_status sql_entry_get(struct sql_db *db, struct sql_contribution *out,
			     bool *found, int64_t model,
			     const struct hash32 *key,
			     struct dc_arena *arena,
			     struct dc_err *err) DC_MUST_CHECK;

/* The id of the contribution in that log; false: there is none. */
enum dc_status sql_contribution_at(struct sql_db *db, uint64_t *id,
				   bool *found, int64_t model,
				   const struct log_ref *at,
				   struct dc_err *err) DC_MUST_CHECK;

/* The same of one that nothing was said of yet, and its label. */
enum dc_status sql_contribution_unsaid(struct sql_db *db, uint64_t *id,
				       uint32_t *label, bool *found,
				       int64_t model, const struct log_ref *at,
				       struct dc_err *err) DC_MUST_CHECK;

/* What the mirror said before it learned from that contribution, and its
 * sums after it.
 * Errors: DC_ECONFLICT it was told before. */
enum dc_status sql_contribution_predicted(struct sql_db *db, int64_t model,
					  uint64_t id, int64_t prediction,
					  uint64_t right, uint64_t counted,
					  struct dc_err *err) DC_MUST_CHECK;

/* The sums of the newest contribution with a prediction; 0 without. */
enum dc_status sql_predicted_sums(struct sql_db *db, uint64_t *right,
				  uint64_t *counted, int64_t model,
				  struct dc_err *err) DC_MUST_CHECK;

/*
 * What was said of the contribution in that log, whether its row is there or
 * not: it stays through rollbacks until its block is final. Saying it again
 * changes nothing.
 * prediction  0 to 2^63 - 1
 */
enum dc_status sql_said_put(struct sql_db *db, const struct log_ref *at,
			    int64_t prediction,
			    struct dc_err *err) DC_MUST_CHECK;
enum dc_status sql_said_get(struct sql_db *db, int64_t *prediction,
			    bool *found, const struct log_ref *at,
			    struct dc_err *err) DC_MUST_CHECK;

/* Forget what was said in blocks up to and including final. */
enum dc_status sql_said_prune(struct sql_db *db, uint64_t final,
			      struct dc_err *err) DC_MUST_CHECK;

#endif /* DECAID_SQL_MIRRORS_H */
