#ifndef DECAID_ORACLE_MIRRORS_H
#define DECAID_ORACLE_MIRRORS_H

/*
 * The models of 0xDeCA10B's contracts that a daemon serves: one thread keeps
 * their mirrors (oracle/deca_mirror.h), audits them, and after each step
 * publishes a copy that any thread may ask. A mirror that the chain
 * contradicts is refused, not served.
 *
 * What is listed of contributions and people is in memory, made from the
 * events since start_block; after a reorg it is made again.
 */

#include "base/arena.h"
#include "incentives/deca_trainer.h"
#include "oracle/deca_mirror.h"
#include "oracle/nodes.h"

#define MIRROR_SLUG_BYTES 64

struct mirrors;

struct mirrors_config {
	struct nodes *nodes;	/* borrowed, outlives the mirrors */
	const struct addr20 *trainers;
	size_t n;
	uint64_t start_block;
	unsigned poll_ms;
};

/* Opens nothing yet: an absent node is waited for, and of several the next
 * is asked when one fails. */
enum dc_status mirrors_start(struct mirrors **out,
			     const struct mirrors_config *config,
			     struct dc_err *err) DC_MUST_CHECK;
void mirrors_stop(struct mirrors *m);	/* NULL is fine */

/* All calls below: any thread; m NULL has none. */
size_t mirrors_count(const struct mirrors *m);

/* Rises with everything that is published. */
uint64_t mirrors_sequence(struct mirrors *m);

/* By address or by slug; false: none, or not read yet. */
bool mirrors_find(struct mirrors *m, size_t *out, const char *name);

struct mirror_view {
	char slug[MIRROR_SLUG_BYTES];
	struct deca_parts parts;	/* texts in the arena */
	struct block_ref block;
	struct deca_mirror_stats stats;
	uint64_t features;	/* of a dense sample; known cells if sparse */
	uint64_t contributions, contributors;
	struct wei held_wei, paid_out_wei, next_deposit_wei;
	bool is_live;
	const char *refusal;	/* "" where it is live */
};

/* false: it was not read yet. */
bool mirrors_view(struct mirrors *m, size_t i, struct dc_arena *arena,
		  struct mirror_view *out);

/* Errors: DC_EBUSY not live, or it knows a cell of the sample not yet: it is
 * being read, come again. */
enum dc_status mirrors_predict(struct mirrors *m, size_t i,
			       struct deca_prediction *out,
			       const int64_t *data, size_t n,
			       struct dc_err *err) DC_MUST_CHECK;

enum mirror_state {
	MIRROR_PENDING, MIRROR_REFUNDED, MIRROR_TAKEN
};

struct mirror_contribution {
	struct addr20 contributor;
	uint64_t label;
	uint64_t prediction;	/* before; UINT64_MAX: not known */
	struct wei deposit_wei, claimable_wei;
	struct log_ref at;
	uint64_t time_s;
	enum mirror_state state;
	struct hash32 key;	/* of the stored entry */
	int64_t *data;		/* the list's own: see mirrors_sample */
	size_t n;
};

/* Contributions [from, from + n) in the order of the chain; returns how many
 * there were. */
size_t mirrors_contributions(struct mirrors *m, size_t i,
			     struct mirror_contribution *out, uint64_t from,
			     size_t n);

/* One contribution, with its sample copied into the arena.
 * false: there is none of that number. */
bool mirrors_sample(struct mirrors *m, size_t i,
		    struct mirror_contribution *out, struct dc_arena *arena,
		    uint64_t id);

struct mirror_person {
	struct addr20 address;
	uint64_t good;		/* numValid, as events tell */
	uint64_t contributions, refunds;
	struct wei deposited_wei, refunded_wei, earned_wei;
	uint64_t last_seen_s;
};

/* People by good data, then by who was first.  As above. */
size_t mirrors_people(struct mirrors *m, size_t i, struct mirror_person *out,
		      uint64_t from, size_t n);

#endif /* DECAID_ORACLE_MIRRORS_H */
