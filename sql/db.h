#ifndef DECAID_SQL_DB_H
#define DECAID_SQL_DB_H

/*
 * One connection to one of decaid's two SQLite files.
 *
 *   chain.db  what was followed and computed; all of it can be rebuilt from
 *             the chain, so it is WAL with synchronous=NORMAL. Its only
 *             writer is oracle/pipeline.c.
 *   local.db  what only this daemon knows (outgoing transactions, nonces,
 *             spending; texts behind contributions): WAL with
 *             synchronous=FULL. Its only writers are oracle/outbox.c, and
 *             server/texts.c of table texts, each at most some rows at a
 *             time.
 *
 * A connection belongs to one thread at a time; each reading thread opens
 * its own. Statements are prepared once a connection and kept. Functions
 * that change something must stand between sql_tx_begin and sql_tx_commit
 * of a writer; when one fails, the caller rolls the transaction back.
 *
 * Every function of sql/ may return, besides what it lists:
 *   DC_EIO    the disk is full or failed, or the file is damaged
 *   DC_EBUSY  another writer held the lock too long, or the deadline passed
 */

#include <stdint.h>

#include "base/status.h"

struct sql_db;

enum sql_file { SQL_CHAIN, SQL_LOCAL };
enum sql_access { SQL_WRITER, SQL_READER };

#define SQL_BUSY_MS 5000	/* how long a lock is waited for */
#define SQL_CHAIN_APP_ID 0x64636831	/* "dch1", PRAGMA application_id */
#define SQL_LOCAL_APP_ID 0x64636c31	/* "dcl1" */

/* Open, and for a writer create and migrate, one file.
 * out  on DC_OK a connection; sql_db_close it
 * Errors: DC_EREFUSED the file is of a newer decaid, or not decaid's: it
 * stays untouched; or a reader found an older schema.
 * DC_ENOTFOUND a reader found no file. */
enum dc_status sql_db_open(struct sql_db **out, const char *path,
			   enum sql_file file, enum sql_access access,
			   struct dc_err *err) DC_MUST_CHECK;

/* NULL is fine; an open transaction is rolled back. */
void sql_db_close(struct sql_db *db);

/* The schema this program writes: the number of its last migration. */
uint32_t sql_db_schema(enum sql_file file);

/* From now on, each transaction or single read that runs longer than ms is
 * stopped with DC_EBUSY; 0: no limit. Counted in processor time of the
 * thread, and ten times as long by the clock, from the first statement of
 * sql_tx_begin_read, or of the read itself outside a transaction. */
void sql_db_set_deadline(struct sql_db *db, uint32_t ms);

/* Stop what runs on db with DC_EBUSY.  Thread: any. */
void sql_db_interrupt(struct sql_db *db);

/* A writing transaction. Nothing is journaled until sql_undo_track. */
enum dc_status sql_tx_begin(struct sql_db *db,
			    struct dc_err *err) DC_MUST_CHECK;

/* A consistent view over several reads; ended by sql_tx_rollback. */
enum dc_status sql_tx_begin_read(struct sql_db *db,
				 struct dc_err *err) DC_MUST_CHECK;

/* Errors: as above; the transaction is then rolled back. */
enum dc_status sql_tx_commit(struct sql_db *db,
			     struct dc_err *err) DC_MUST_CHECK;

/* No transaction open: nothing happens. */
void sql_tx_rollback(struct sql_db *db);

/* How most end: committed where all went well, rolled back where it did not
 * or did not even begin.
 * so_far   how it went, the beginning included
 * Returns so_far, or how the commit went. */
enum dc_status sql_tx_end(struct sql_db *db, enum dc_status so_far,
			  struct dc_err *err) DC_MUST_CHECK;

/* Write a copy of db, as of one moment, to path, which must not exist; what
 * was begun stays there when it fails. Writers go on meanwhile.
 * Errors: DC_EINVAL path exists. */
enum dc_status sql_db_backup(struct sql_db *db, const char *path,
			     struct dc_err *err) DC_MUST_CHECK;

#endif /* DECAID_SQL_DB_H */
