#ifndef DECAID_ORACLE_MIRRORS_H
#define DECAID_ORACLE_MIRRORS_H

/*
 * The models of 0xDeCA10B's contracts that a daemon serves: one thread keeps
 * their mirrors (oracle/deca_mirror.h), audits them, and after each step
 * publishes a copy that any thread may ask. A mirror that the chain
 * contradicts is refused, not served.
 *
 * What people did to them is followed as for our own models: the thread
 * gathers a new mirror's history, hands it to the gateway, and from then on
 * goes no farther than the gateway's database; what the mirror said of each
 * contribution before it learned from it is told to the database. Mirrors
 * that are in there already are served again after a restart, from the state
 * that was kept of them: what came meanwhile is computed, with predictions.
 */

#include "base/arena.h"
#include "incentives/deca_trainer.h"
#include "oracle/deca_mirror.h"
#include "oracle/gateway.h"

#define MIRRORS_MAX 64
/* Numbers that a found mirror keeps at most; a named one
 * DECA_MIRROR_CELLS_MAX. */
#define MIRRORS_FOUND_CELLS (1 << 17)
/* Numbers that one question may name, of all classes together. */
#define MIRRORS_SAMPLE_MAX 65536

struct mirrors;

struct mirrors_config {
	struct gateway *gateway;	/* borrowed, outlives the mirrors */
	const char *chain_path;		/* its database, to be read */
	const char *data_dir;		/* states are kept in DIR/mirrors */
	const struct addr20 *trainers;	/* to be mirrored */
	size_t n;
	bool find;	/* and trainers found by their events */
	uint64_t start_block;
	unsigned poll_ms;
};

/* Reads which mirrors the database has. The thread asks nothing before
 * mirrors_start, and then waits for a node that is absent; of several
 * endpoints the next is asked when one fails. */
enum dc_status mirrors_new(struct mirrors **out,
			   const struct mirrors_config *config,
			   struct dc_err *err) DC_MUST_CHECK;

/* Once the gateway runs. */
void mirrors_start(struct mirrors *m);

/* End the thread; NULL is fine, and one that was not started. */
void mirrors_free(struct mirrors *m);

/* All calls below: any thread; m NULL has none. */

/* The gateway has a new block. */
void mirrors_ring(struct mirrors *m);

/* Rises with everything that is published. */
uint64_t mirrors_sequence(struct mirrors *m);

/* By the trainer's address; false: none. */
bool mirrors_find(struct mirrors *m, size_t *out,
		  const struct addr20 *trainer);

struct mirror_view {
	struct deca_parts parts;	/* texts in the arena */
	struct block_ref block;
	struct deca_mirror_stats stats;
	uint64_t features;	/* of a dense sample; 0: any, it is sparse */
	bool is_live;
	const char *refusal;	/* "" where it is live */
};

/* false: it was not read yet; only refusal is set then. */
bool mirrors_view(struct mirrors *m, size_t i, struct dc_arena *arena,
		  struct mirror_view *out);

/* Errors: DC_EBUSY not live, or it knows a cell of the sample not yet: it is
 * being read, come again; DC_EINVAL longer than the mirror is asked about. */
enum dc_status mirrors_predict(struct mirrors *m, size_t i,
			       struct deca_prediction *out,
			       const int64_t *data, size_t n,
			       struct dc_err *err) DC_MUST_CHECK;

/* Whether all features below n are known; more are read otherwise.
 * Errors: DC_EBUSY not live, or being read, come again; DC_EINVAL more than
 *     are asked for at once. */
enum dc_status mirrors_know(struct mirrors *m, size_t i, uint64_t n,
			    struct dc_err *err) DC_MUST_CHECK;

/* The published model as of its block, and what it is (texts in the arena).
 * Owner: the caller, free().
 * Errors: DC_EBUSY not live. */
enum dc_status mirrors_model_copy(struct mirrors *m, size_t i,
				  struct deca_model **out,
				  struct mirror_view *view,
				  struct dc_arena *arena,
				  struct dc_err *err) DC_MUST_CHECK;

/* All of them together, since the start but for what is kept with a state. */
struct mirrors_totals {
	uint64_t live, refused, reading;	/* now */
	uint64_t behind_blocks;	/* how far the one most behind is from the
				 * gateway's block */
	uint64_t cells;		/* numbers kept */
	struct deca_mirror_stats stats;	/* sums */
	uint64_t found, turned_away;	/* by looking for them */
};

void mirrors_totals(struct mirrors *m, struct mirrors_totals *out);

#endif /* DECAID_ORACLE_MIRRORS_H */
