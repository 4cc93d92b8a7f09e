#ifndef DECAID_ORACLE_MIRRORS_CORE_H
#define DECAID_ORACLE_MIRRORS_CORE_H

/* The inside of oracle/mirrors.h, shared by mirrors*.c alone. */

#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>

#include "oracle/feed.h"
#include "oracle/mirrors.h"
#include "sql/db.h"

#define MIRROR_KEYS_MAX 65536
#define MIRRORS_AUDIT_SAMPLES 16	/* each time */

struct finder;

/* How far it is with the gateway. */
enum mirror_stage {
	MIRROR_NEW,		/* its history is gathered */
	MIRROR_OFFERED,		/* handed over */
	MIRROR_ADOPTED		/* in the database */
};

/* What was, before the mirror was read. */
struct mirror_history {
	struct dc_arena *arena;		/* NULL: not begun */
	struct rpc_logs logs;
	uint64_t next, to;
};

/* One mirror. What is under the lock is read by any thread and written by
 * the mirrors' own. */
struct mirrored {
	struct addr20 trainer;
	struct deca_mirror *mirror;	/* the thread's alone, as these */
	enum mirror_stage stage;
	struct mirror_history history;
	struct feed_prediction *said;	/* since the last step */
	size_t n_said, said_room;
	struct log_ref told;		/* the newest that the gateway got */
	bool has_told;
	bool is_named;			/* in the configuration */
	bool is_proven;			/* audited since it was read */
	bool differed;			/* from the chain, and was read anew */
	const char *folder;		/* where states are kept */
	struct block_ref pending;	/* of the newest kept state, until it
					 * is final; number 0: none */
	int64_t kept_ms;		/* 0: at once */
	uint64_t rereads;		/* when it was kept */
	uint64_t seed;
	int64_t audited_ms;
	int64_t not_before_ms;		/* others' turn until then */

	pthread_mutex_t lock;
	struct dc_arena *texts;
	struct deca_model *model;	/* the published copy */
	bool is_read, is_live;
	struct mirror_view view;	/* texts in texts */
	char refusal[DC_ERR_TEXT_BYTES];
	struct deca_key *wanted;
	size_t n_wanted;
};

struct mirrors {
	struct gateway *gateway;
	struct node_link *link;
	struct sql_db *chain;		/* the thread's */
	struct finder *finder;		/* the thread's; NULL: none is looked
					 * for */
	char folder[PATH_MAX];
	atomic_uint_fast64_t found, turned_away;	/* since the start */
	uint64_t start_block;
	unsigned poll_ms;
	atomic_uint_fast64_t sequence;
	pthread_t thread;
	bool started;
	pthread_mutex_t lock;
	pthread_cond_t bell;
	bool rung, ended;		/* under lock */
	atomic_size_t n;		/* it rises; those below it are whole */
	struct mirrored *of[MIRRORS_MAX];
};

/* --- mirrors.c ----------------------------------------------------------- */

/* Owner: the caller, free(). */
struct deca_model *mirrors_copy_model(const struct deca_model *from);

/* Texts of parts, into another arena. */
void mirrors_copy_texts(struct deca_parts *p, struct dc_arena *arena);

/* One more, if there is room and it is not there: the thread's, or before
 * it starts. */
enum mirror_origin { MIRROR_FOUND, MIRROR_NAMED };
void mirrors_add(struct mirrors *m, const struct addr20 *trainer,
		 enum mirror_stage stage, enum mirror_origin origin);

/* --- mirrors_find.c ------------------------------------------------------ */

/* From where an earlier one in that folder was. */
struct finder *finder_new(const char *folder, uint64_t start_block);
void finder_free(struct finder *f);

/* Keep where it is: up to `finalized`, the rest may be others' blocks. */
void finder_keep(const struct finder *f, uint64_t finalized);

/* One round of looking for trainers that nobody named. */
enum dc_status mirrors_search(struct mirrors *m, struct rpc *rpc,
			      struct dc_err *err) DC_MUST_CHECK;

/* --- mirrors_adopt.c ----------------------------------------------------- */

/* Mirrors of earlier runs; which of them were found, nobody wrote down. */
enum dc_status mirrors_recall(struct mirrors *m, enum mirror_origin origin,
			      struct dc_err *err) DC_MUST_CHECK;

/* One step on the way into the database. */
enum dc_status mirrors_adopt(struct mirrors *m, struct mirrored *s,
			     struct rpc *rpc,
			     struct dc_err *err) DC_MUST_CHECK;

/* Keep what the mirror said of a contribution: a deca_told of a mirrored. */
void mirrors_told(void *self, const struct deca_event *event,
		  const struct log_ref *at, uint64_t prediction);

/* Tell the database what was kept. */
void mirrors_tell(struct mirrors *m, struct mirrored *s);

/* --- mirrors_keep.c ------------------------------------------------------ */

/*
 * States of mirrors in files, FOLDER/TRAINER.head and FOLDER/TRAINER.final
 * (oracle/deca_kept.h), and where looking for others stands, FOLDER/found.
 *
 * (1) A kept state holds no contribution whose prediction is not in the
 *     database: who goes on from it misses none.
 * (2) .head is renamed to .final when its block is final and still the
 *     chain's, and written again only then, or at the end: a reorg leaves
 *     one of the two.
 * (3) What was read anew has a gap behind it: states from before are gone.
 */
enum dc_status mirrors_keep_folder(struct mirrors *m, const char *data_dir,
				   struct dc_err *err) DC_MUST_CHECK;

/* A deca_recall of a mirrored. */
bool mirrors_recalled(void *self, struct deca_kept *out, unsigned i);

/* Between two steps of an adopted mirror: keep its state, if it is time. */
void mirrors_keep(struct mirrors *m, struct mirrored *s);

/* The same at the end, whatever the time. */
void mirrors_keep_last(struct mirrors *m, struct mirrored *s);

#endif /* DECAID_ORACLE_MIRRORS_CORE_H */
