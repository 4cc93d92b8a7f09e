#ifndef DECAID_SQL_OPERATORS_H
#define DECAID_SQL_OPERATORS_H

/* Operators of the pools that the followed models name. */

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/event.h"
#include "sql/db.h"
#include "sql/page.h"

struct sql_operator {
	struct addr20 pool;
	uint64_t id;
	struct addr20 owner, signer, attester, sender;
	struct wei bond_wei;
	const char *endpoint;		/* in the reader's arena */
	uint64_t from_period;
	bool leaving;
	uint64_t until_period;		/* first period not counted; 0 */
	bool slashed;
	uint64_t since_block;
	uint64_t checkpoints_signed, checkpoints_missed;
	uint64_t last_epoch;		/* last it signed; 0 with none */
};

/* Insert or replace the whole row. */
enum dc_status sql_operator_put(struct sql_db *db,
				const struct sql_operator *o,
				struct dc_err *err) DC_MUST_CHECK;
enum dc_status sql_operator_get(struct sql_db *db, struct sql_operator *out,
				bool *found, const struct addr20 *pool,
				uint64_t id, struct dc_arena *arena,
				struct dc_err *err) DC_MUST_CHECK;

/* A key signs for an operator from now on, and what it signed before counts
 * for that one for ever. */
enum dc_status sql_operator_key_put(struct sql_db *db,
				    const struct addr20 *pool,
				    const struct addr20 *signer, uint64_t id,
				    struct dc_err *err) DC_MUST_CHECK;

/* Whose a key is or was. */
enum dc_status sql_operator_of_key(struct sql_db *db, uint64_t *id,
				   bool *found, const struct addr20 *pool,
				   const struct addr20 *signer,
				   struct dc_err *err) DC_MUST_CHECK;

/* By the address of any of its roles, the newest where several match;
 * pool NULL: in any pool. */
enum dc_status sql_operator_find(struct sql_db *db, struct sql_operator *out,
				 bool *found, const struct addr20 *pool,
				 const struct addr20 *role,
				 struct dc_arena *arena,
				 struct dc_err *err) DC_MUST_CHECK;

/* By its attester alone: strangers may name anybody's address as another role
 * of theirs, but a pool gives an attester's key to one operator for ever. */
enum dc_status sql_operator_of_attester(struct sql_db *db,
					struct sql_operator *out, bool *found,
					const struct addr20 *pool,
					const struct addr20 *attester,
					struct dc_arena *arena,
					struct dc_err *err) DC_MUST_CHECK;

/* In order of (pool, id); pool NULL: all pools (see page.h). */
enum dc_status sql_operators_page(struct sql_db *db, struct sql_operator *out,
				  uint32_t *n, char *next,
				  const struct addr20 *pool,
				  const struct sql_page *page,
				  struct dc_arena *arena,
				  struct dc_err *err) DC_MUST_CHECK;

#endif /* DECAID_SQL_OPERATORS_H */
