#ifndef DECAID_ORACLE_REGISTRY_WRITE_H
#define DECAID_ORACLE_REGISTRY_WRITE_H

/*
 * The writer's side of oracle/registry.h: the pipeline, and nobody else,
 * calls these, from one thread.
 */

#include "oracle/registry.h"

struct registry *registry_new(void);
void registry_free(struct registry *reg);

/* A model that follows this spec, or is only listed.
 * created, at  copied, texts too
 * refusal  NULL: live if its spec parses; else why it is SKIPPED
 * room_bytes  what its learner may take; over it the model is SKIPPED
 * Owner: the registry. */
struct registry_model *registry_add(struct registry *reg,
				    const struct ev_model_created *created,
				    const struct log_ref *at,
				    const char *refusal, size_t room_bytes);

/* A reorg undid its creation. If it is created again, it is another entry. */
void registry_drop(struct registry *reg, struct registry_model *m);

/* The same as registry_find, for writing. */
struct registry_model *registry_find_mutable(struct registry *reg,
					     const struct addr20 *trainer);

/* A pointer of the writer's own, NULL at first. */
void registry_tag(struct registry_model *m, void *tag);
void *registry_tag_of(const struct registry_model *m);

/* Bytes that the learner of a live model takes, cells and all. */
size_t registry_bytes(const struct registry_model *m);

/* The learner of a live model, to read without a lock (only this thread
 * writes), or to change between write_begin and write_end. */
struct learner *registry_learner(struct registry_model *m);

/* write_end tells readers which state they see from now on. */
void registry_write_begin(struct registry_model *m);
void registry_write_end(struct registry_model *m, uint64_t block);

/* The state root, computed beside readers and told to them. */
void registry_root(struct registry_model *m, struct hash32 *out);

/* Everything learned is forgotten.  Takes the lock itself. */
void registry_reset(struct registry_model *m);

/* A snapshot's bytes (registry_kept_size), as learner_keep writes them, and
 * back.  Both take the lock themselves. */
size_t registry_kept_size(const struct registry_model *m);
void registry_snapshot(struct registry_model *m, uint8_t *out);
enum dc_status registry_restore(struct registry_model *m, const uint8_t *in,
				size_t len, const struct hash32 *root,
				uint64_t block,
				struct dc_err *err) DC_MUST_CHECK;

#endif /* DECAID_ORACLE_REGISTRY_WRITE_H */
