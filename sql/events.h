#ifndef DECAID_SQL_EVENTS_H
#define DECAID_SQL_EVENTS_H

/*
 * One row for each event followed, in the chain's order: what the event
 * stream resumes from. Contributions are entered by
 * sql_contribution_insert; claims carry their money here; for the others
 * `ref` says which row of another table changed.
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/event.h"
#include "sql/db.h"
#include "sql/page.h"

/* Stored as these numbers: append only. */
enum sql_event_kind {
	SQL_EVENT_CONTRIBUTION = 0,	/* ref: contribution id */
	SQL_EVENT_REFUND = 1,		/* ref: contribution id */
	SQL_EVENT_REPORT = 2,		/* ref: contribution id */
	SQL_EVENT_LATE_CLAIM = 3,	/* ref: contribution id */
	SQL_EVENT_REWARD = 4,		/* ref: 0 */
	SQL_EVENT_CHECKPOINT = 5,	/* ref: epoch */
	SQL_EVENT_REFUTED = 6,		/* ref: epoch */
	SQL_EVENT_MODEL = 7,		/* ref: 0 */
	SQL_EVENT_OPERATOR = 8		/* ref: operator id; model 0 */
};

/* A claim of a mirror's whose transaction does not say what it claims. */
#define SQL_EVENT_NO_REF UINT64_MAX

struct sql_event {
	struct log_ref log;
	enum sql_event_kind kind;
	int64_t model;			/* row; 0: none */
	uint64_t ref;			/* SQL_EVENT_NO_REF: not known */
	struct addr20 account;		/* who acted; zero: nobody */
	struct addr20 contributor;	/* whose data; zero: nobody's */
	struct wei amount_wei;		/* to account (operator: its bond) */
	struct wei shared_wei;		/* to all who hold karma */
	uint64_t karma;			/* gained */
};

/* Errors: DC_ECONFLICT (block, log index) is there already. */
enum dc_status sql_event_insert(struct sql_db *db, const struct sql_event *e,
				struct dc_err *err) DC_MUST_CHECK;

/* Events after (block, index), oldest first; at most max.
 * model  0: of all
 * out    (max)   n  how many; n < max: these are all there are */
enum dc_status sql_events_since(struct sql_db *db, struct sql_event *out,
				uint32_t *n, uint32_t max, int64_t model,
				uint64_t block, uint32_t index,
				struct dc_err *err) DC_MUST_CHECK;

/* The newest first, of one model (0: all), contributions left out: the
 * history of money and verdicts (see page.h). */
enum dc_status sql_claims_page(struct sql_db *db, struct sql_event *out,
			       uint32_t *n, char *next, int64_t model,
			       const struct sql_page *page,
			       struct dc_err *err) DC_MUST_CHECK;

#endif /* DECAID_SQL_EVENTS_H */
