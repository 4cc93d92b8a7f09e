#ifndef DECAID_SERVER_EXPORT_MAKE_H
#define DECAID_SERVER_EXPORT_MAKE_H

/* The files themselves (server/exports.h has who wants them, and when). */

#include <stdatomic.h>

#include "base/buf.h"
#include "server/exports.h"

struct export_file {
	void *memory;		/* (owned) free() */
	const uint8_t *bytes;	/* (len), in memory */
	size_t len;
};

/* The most bytes that the file can have. */
size_t export_most(const struct export_question *q);

/* How long EXPORT_STATE's file of a model is, not packed. */
size_t export_state_bytes(const struct registry_model *m);

/* stop  ends it early, with any error
 * Errors: as export_get's. out is empty then. */
enum dc_status export_make(struct export_file *out, struct mirrors *mirrors,
			   const struct export_question *q,
			   const atomic_bool *stop,
			   struct dc_err *err) DC_MUST_CHECK;

/* Append the JSON of a mirror's model. (export_mirror.c) */
enum dc_status export_mirror_put(struct dc_buf *out, struct mirrors *mirrors,
				 size_t mirror,
				 struct dc_err *err) DC_MUST_CHECK;

#endif /* DECAID_SERVER_EXPORT_MAKE_H */
