#ifndef DECAID_SQL_TEXTS_H
#define DECAID_SQL_TEXTS_H

/*
 * local.db: the texts behind contributions, by transaction. Their only writer
 * is server/texts.c.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/types.h"
#include "sql/db.h"

struct sql_text {
	struct hash32 tx;
	struct addr20 model;		/* the trainer */
	struct hash32 sample_hash;	/* of the contribution it is of */
	uint64_t time_s;		/* when it was kept */
	const char *text;		/* UTF-8, no NUL in it, one after it */
};

/* Errors: DC_ECONFLICT there is one of that transaction. */
enum dc_status sql_text_insert(struct sql_db *db, const struct sql_text *t,
			       struct dc_err *err) DC_MUST_CHECK;

/* out->text in the arena. */
enum dc_status sql_text_get(struct sql_db *db, struct sql_text *out,
			    bool *found, const struct hash32 *tx,
			    struct dc_arena *arena,
			    struct dc_err *err) DC_MUST_CHECK;

/* existed  whether there was one */
enum dc_status sql_text_delete(struct sql_db *db, bool *existed,
			       const struct hash32 *tx,
			       struct dc_err *err) DC_MUST_CHECK;

/* How many, and how long all of them are. */
enum dc_status sql_texts_sum(struct sql_db *db, uint64_t *n, uint64_t *bytes,
			     struct dc_err *err) DC_MUST_CHECK;

#endif /* DECAID_SQL_TEXTS_H */
