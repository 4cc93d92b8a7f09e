#ifndef DECAID_ORACLE_MIRRORS_CORE_H
#define DECAID_ORACLE_MIRRORS_CORE_H

/* The inside of oracle/mirrors.h, shared by mirrors*.c alone. */

#include <pthread.h>
#include <stdatomic.h>

#include "oracle/mirrors.h"

#define MIRROR_KEYS_MAX 65536

/* One mirror. What is under the lock is read by any thread and written by
 * the mirrors' own. */
struct mirrored {
	struct addr20 trainer;
	struct deca_mirror *mirror;	/* the thread's alone */
	uint64_t rereads;		/* seen by the thread */
	uint64_t seed;
	int64_t audited_ms;

	pthread_mutex_t lock;
	struct dc_arena *texts;
	struct deca_model *model;	/* the published copy */
	bool is_read, is_live;
	struct mirror_view view;	/* texts in texts */
	char refusal[DC_ERR_TEXT_BYTES];
	struct mirror_contribution *contribution;
	size_t n_contribution, contribution_room;
	struct mirror_person *person;	/* in the order of their first */
	size_t n_person, person_room;
	struct wei held_wei, paid_out_wei;
	struct deca_key *wanted;
	size_t n_wanted;
};

struct mirrors {
	struct node_link *link;
	uint64_t start_block;
	unsigned poll_ms;
	atomic_uint_fast64_t sequence;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t bell;
	bool rung, ended;	/* under lock */
	size_t n;
	struct mirrored *of;
};

/* --- mirrors_list.c ------------------------------------------------------- */

/* Keep one event; s is locked. A deca_told. */
void mirrors_note(void *self, const struct deca_event *event,
		  const struct log_ref *at, uint64_t prediction);

/* Free the lists; they are empty then. */
void mirrors_forget(struct mirrored *s);

#endif /* DECAID_ORACLE_MIRRORS_CORE_H */
