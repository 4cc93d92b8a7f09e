#ifndef DECAID_ORACLE_FOLLOW_CORE_H
#define DECAID_ORACLE_FOLLOW_CORE_H

/*
 * The inside of oracle/follow.h, shared by follow*.c alone.
 *
 * Invariants:
 *  1. recent[0] .. recent[n - 1] are consecutive blocks, each the parent of
 *     the next; the last one is the newest that was fed. recent[0] cannot be
 *     undone, or is the very first block followed.
 *  2. A block is fed once between two rewinds that undo it, and after its
 *     parent.
 *  3. An RPC error changes nothing: only a header that differs from ours
 *     under a number of ours is a reorg.
 *  4. trainers are those whose creation was fed, in ascending order of
 *     address.
 *  5. With several endpoints, what becomes final was told by two, where a
 *     second one was well; where they differ, nothing becomes final.
 */

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>

#include "oracle/follow.h"
#include "oracle/rpc.h"

/* The topics of our contracts' events, all kinds. */
#define FOLLOW_TOPICS_MAX 32

struct follow {
	const struct gateway_config *config;
	struct feed *feed;
	struct standing *standing;
	struct nodes *nodes;
	struct node_link *link;
	struct rpc *rpc;	/* of this step: one endpoint, chosen */
	size_t place;		/* which one that is */
	int stop_fd;		/* eventfd */
	atomic_bool stopping;
	bool said_hello;

	struct block_ref *recent;
	struct hash32 *recent_logs;	/* (n_recent) follow_digest of what
					 * was fed; zeros: not known */
	size_t n_recent, room_recent;
	uint64_t finalized;	/* highest final block known */

	struct follow_trainer *trainers;
	size_t n_trainers, room_trainers;
	struct hash32 topics[FOLLOW_TOPICS_MAX];	/* ours, then theirs */
	size_t n_topics, n_own_topics;

	struct follow_mirror mirrors[FOLLOW_MIRRORS_MAX];
	size_t n_mirrors;
	pthread_mutex_t adopt_lock;
	struct feed_batch *adopt;	/* waits to be taken in; under it */
	struct feed_batch *lost;	/* were handed over, and dropped */

	uint64_t span;		/* blocks a range of final ones takes */
	uint64_t span_limit;	/* what the node last refused, or the bound */

	uint64_t audited_block;	/* where trainers were last asked */
	size_t audit_next;	/* which trainer is asked next */
	bool audit_off;		/* the node cannot answer for a block hash */

	uint64_t period_s;	/* of the pool; 0: not asked yet */
	bool said_no_inputs;

	bool disputed;		/* two differ, neither is shown to be wrong */

	/* See follow_doubt.c. Bits are of places. */
	struct {
		bool on;
		uint64_t block;		/* highest where it showed */
		unsigned used;		/* fed what stands above recent[0] */
		unsigned accused;	/* fed all of that alone, and wrongly */
		unsigned rounds;
	} doubt;
};

/* What came of a step. */
enum follow_step {
	FOLLOW_STEP_IDLE,	/* nothing new: wait */
	FOLLOW_STEP_AGAIN,	/* go on at once */
	FOLLOW_STEP_STOP	/* halted, or the feed is closed */
};

/* --- follow_trainers.c -------------------------------------------------- */

void follow_trainers_init(struct follow *f, const struct follow_start *start);

/* Forget those created above the block. */
void follow_trainers_rewind(struct follow *f, uint64_t block);

/* Our logs of the blocks [from, to], or of one block (hash not NULL, from =
 * to its number), trainers created in them included. */
enum dc_status follow_logs(struct follow *f, struct rpc_logs *out,
			   struct dc_arena *arena, uint64_t from, uint64_t to,
			   const struct hash32 *hash,
			   struct dc_err *err) DC_MUST_CHECK;

/* Ask some trainers what they said of themselves at the newest block that
 * was fed; fills b->audits. To be called when the node has a newer one. Does
 * nothing where it is not time, or the node cannot. */
enum dc_status follow_audit(struct follow *f, struct feed_batch *b,
			    struct dc_err *err) DC_MUST_CHECK;

/* --- follow_inputs.c ---------------------------------------------------- */

/* Bring the inputs of accepted checkpoints' transactions along, in b's arena.
 * logs  b's, before they are put into it */
enum dc_status follow_inputs(struct follow *f, struct feed_batch *b,
			     struct rpc_logs *logs,
			     struct dc_err *err) DC_MUST_CHECK;
/* --- follow_mirrors.c --------------------------------------------------- */

void follow_mirrors_init(struct follow *f, const struct follow_start *start);

/* Whether a mirror's logs come from this address. */
bool follow_mirrors_want(const struct follow *f, const struct addr20 *a);

/* The addresses of their filter; out (3 * FOLLOW_MIRRORS_MAX). */
size_t follow_mirrors_addresses(const struct follow *f, struct addr20 *out);

/* Take in the mirror that waits, if one does. */
enum dc_status follow_mirrors_adopt(struct follow *f, enum follow_step *step,
				    struct dc_err *err) DC_MUST_CHECK;

/* The pipeline doubts: mirrors that it has not taken in by then wait to be
 * taken in again. */
void follow_mirrors_again(struct follow *f);

/* Those that wait. */
void follow_mirrors_clear(struct follow *f);

/* --- follow_doubt.c ----------------------------------------------------- */

/* The pipeline doubts what it was fed: from the last block that nobody
 * doubts on it is asked for again, of another endpoint; halts when there is
 * none left that does not say the same. */
enum follow_step follow_doubted(struct follow *f,
				const struct feed_doubt *doubt);

/* After each step: who was accused is blamed once another's word holds. */
void follow_doubt_passed(struct follow *f);

/* --- follow_witness.c --------------------------------------------------- */

/* Of what a block's logs say; not of who said it or when. */
struct hash32 follow_digest(const struct raw_log *logs, size_t n);

/* Keeps (5): logs of the blocks [from, to], which are final, held against
 * another endpoint's.
 * Errors: DC_ECONFLICT they differ, and the chosen one is to blame, which is
 *     told by then, or neither can be shown to be (f->disputed); DC_EIO they
 *     differed a moment ago. */
enum dc_status follow_witness_range(struct follow *f,
				    const struct rpc_logs *logs,
				    uint64_t from, uint64_t to,
				    struct dc_err *err) DC_MUST_CHECK;

/* The same of what was fed before it was final, up to that block; where it
 * turns out wrong it is asked for again. */
enum dc_status follow_witness_fed(struct follow *f, enum follow_step *step,
				  uint64_t final,
				  struct dc_err *err) DC_MUST_CHECK;

/* --- follow_blocks.c ---------------------------------------------------- */

/* The newest block fed; NULL: none yet. */
const struct block_ref *follow_tip(const struct follow *f);
uint64_t follow_next(const struct follow *f);

/* Final blocks up to `final`, one range of them. */
enum dc_status follow_range(struct follow *f, enum follow_step *step,
			    const struct block_ref *final,
			    struct dc_err *err) DC_MUST_CHECK;

/* Blocks above what is final, some of them, up to head. */
enum dc_status follow_live(struct follow *f, enum follow_step *step,
			   const struct block_ref *head,
			   struct dc_err *err) DC_MUST_CHECK;

/* Whether our newest block is still one of the chain that ends in head;
 * where it is not, everything above the common ancestor is undone.
 * same  false: rewound, or nothing of ours can be compared: look again */
enum dc_status follow_reconcile(struct follow *f, enum follow_step *step,
				bool *same, const struct block_ref *head,
				struct dc_err *err) DC_MUST_CHECK;

/* What is below is final: recent begins with that block from now on. */
void follow_set_final(struct follow *f, uint64_t number);

/* Undo everything above our block `to`; NULL: everything. Keeps (1), (4).
 * kind  FEED_REWIND or FEED_AGAIN */
enum follow_step follow_rewind(struct follow *f, const struct block_ref *to,
			       enum feed_kind kind);

/* The same above recent[0], and that too where nothing speaks for it. */
enum follow_step follow_again(struct follow *f);

/* Tell the pipeline why following ends. */
enum follow_step follow_halt(struct follow *f, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

#endif /* DECAID_ORACLE_FOLLOW_CORE_H */
