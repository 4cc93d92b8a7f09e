#ifndef DECAID_SERVER_EXPORTS_H
#define DECAID_SERVER_EXPORTS_H

/*
 * Models as files for who must not wait: one thread copies, writes and
 * compresses them, one after the other; who asked is told when his is there.
 *
 * What strangers can make it cost:
 *
 * (1) Who asks for the same file of the same state shares it; it is there as
 *     long as somebody waits for it or is sent it, and no longer.
 * (2) All files together, the one being made too, have at most
 *     EXPORTS_BYTES_MAX; EXPORTS_WAITING more wait for their turn.
 * (3) A visitor has at most EXPORTS_PER_CLIENT.
 * (4) The thread rests as long as it worked: at most half a processor.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "oracle/mirrors.h"
#include "oracle/registry.h"

#define EXPORTS_BYTES_MAX ((size_t)128 << 20)
#define EXPORTS_WAITING 16
#define EXPORTS_PER_CLIENT 2
#define EXPORT_BYTES_MAX ((size_t)48 << 20)	/* of one file, not packed */

struct exports;
struct export_hold;	/* somebody who wants a file, or is sent it */

enum export_format {
	EXPORT_STATE,	/* the whole state, which operators sign a root of */
	EXPORT_JSON	/* one of 0xDeCA10B's model files */
};

struct export_question {
	const struct registry_model *model;	/* NULL: a mirror, in JSON */
	size_t mirror;		/* its place among the mirrors */
	enum export_format format;
	bool gzip;
	/* Of the state that is asked for: another whenever it may be another.
	 * The file is of that state or of a newer one. */
	uint64_t changes;
};

struct exports_options {
	struct mirrors *mirrors;	/* borrowed; may be NULL */
	/* Some file is there.  Thread: the exports' own. */
	void (*ring)(void *user);
	void *user;
};

/* Errors: DC_EIO no thread. */
enum dc_status exports_new(struct exports **out,
			   const struct exports_options *o,
			   struct dc_err *err) DC_MUST_CHECK;

/* Ends whatever is being made. Every hold must be gone. NULL is taken. */
void exports_free(struct exports *e);

/* Errors: DC_EBUSY as many files wait as may; DC_EREFUSED this visitor has
 *     as many as he may. err is fit for strangers.  Thread: any.
 * who  http_subscriber's number; 0: not limited
 * out  to be left by export_leave, once for each export_hold_again more */
enum dc_status export_want(struct export_hold **out, struct exports *e,
			   const struct export_question *q, uint64_t who,
			   struct dc_err *err) DC_MUST_CHECK;

/* Whether it is there, or failed.  Thread: any. */
bool export_ready(void *hold);

/* The file, once it is ready; good as long as it is held.
 * Errors: DC_EINVAL the format cannot say this model, why; DC_EBUSY the model
 *     is not live. err is fit for strangers. */
enum dc_status export_get(struct export_hold *hold, const void **bytes,
			  size_t *len, struct dc_err *err) DC_MUST_CHECK;
const struct export_question *export_question(const struct export_hold *hold);

/* For a second owner, who leaves it too. */
void export_hold_again(struct export_hold *hold);

/* Done with it; the last one's file is freed.  Thread: any. */
void export_leave(void *hold);

struct exports_counters {
	uint64_t made, failed;
	uint64_t waiting;	/* for their turn, now */
	uint64_t bytes;		/* of files that are there now */
};

/* NULL is taken: zeros.  Thread: any. */
void exports_counters(struct exports *e, struct exports_counters *out);

#endif /* DECAID_SERVER_EXPORTS_H */
