#ifndef DECAID_SERVER_EMBEDDER_H
#define DECAID_SERVER_EMBEDDER_H

/*
 * Texts for models whose encoder is `embedding`: each service that the
 * settings name has a thread, which asks it for whatever texts wait, many in
 * one request; what it said is kept. Whoever wishes embeddings never waits
 * for a service, unless by embedder_wait.
 *
 * What strangers can make the operator pay:
 *
 * (1) One request to each service is under way at a time, and at most
 *     EMBEDDER_TEXTS_WAITING texts wait for one.
 * (2) At most daily_texts texts go to services in a day.
 * (3) While a service fails, nothing is sent for a time that doubles, up to
 *     EMBEDDER_REST_MAX_S: wishes are refused at once.
 */

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"
#include "models/encoder.h"
#include "server/conf.h"

#define EMBEDDER_TEXT_BYTES_MAX ((size_t)64 << 10)
#define EMBEDDER_TEXTS_WAITING 4096	/* for one service */
#define EMBEDDER_VALUES_MAX ((size_t)1 << 20)	/* of one wish */
#define EMBEDDER_REST_S 2
#define EMBEDDER_REST_MAX_S 60
#define EMBEDDER_CACHE_BYTES ((size_t)32 << 20)

struct embedder;
struct embedder_wish;	/* the texts of one request */

/* More than why a wish is not granted. */
struct embedder_no {
	size_t at;		/* DC_EINVAL: which input; n: all of them */
	unsigned retry_after_s;	/* DC_EBUSY: when to come again */
};

struct embedder_options {
	const struct config_embeddings *services;	/* borrowed for _new */
	uint64_t daily_texts;	/* 0: as many as are wished */
	unsigned timeout_ms, pause_ms;	/* 0: the client's own */
	unsigned rest_s;	/* the first; 0: EMBEDDER_REST_S */
	/* Some wish is ready; may be NULL. Calls nothing here, does not wait.
	 * Thread: a service's. */
	void (*ring)(void *user);
	void *user;
};

/* Errors: DC_EINVAL a key without a service; DC_EIO, DC_ENOTFOUND a key's
 *     file; DC_EIO no thread. */
enum dc_status embedder_new(struct embedder **out,
			    const struct embedder_options *o,
			    struct dc_err *err) DC_MUST_CHECK;

/* For commands: no limit a day; NULL where no service is set. */
enum dc_status embedder_open(struct embedder **out,
			     const struct config_embeddings *services,
			     struct dc_err *err) DC_MUST_CHECK;

/* Ends whatever is under way. Every wish must be gone. NULL is taken. */
void embedder_free(struct embedder *e);

/* Whether a spec's service is among the settings. */
bool embedder_knows(const struct embedder *e, const struct model_spec *spec);

/* Whether a text may be wished for.
 * Errors: DC_EINVAL why not. */
enum dc_status embedder_check_text(const struct encoder_input *in,
				   struct dc_err *err) DC_MUST_CHECK;

/* Wish for the embeddings of the texts among inputs; inputs of other kinds
 * are passed over.
 * out    NULL: there was no text, or it failed
 * e      NULL: no service is known
 * spec   of encoder `embedding`
 * in     (n); texts are copied
 * no     when it fails: why not
 * Errors: DC_EINVAL no such service here, a text that is empty, too long or
 *     no UTF-8, too many; DC_EBUSY.  Thread: any. */
enum dc_status embedder_wish(struct embedder_wish **out, struct embedder *e,
			     const struct model_spec *spec,
			     const struct encoder_input *in, size_t n,
			     struct embedder_no *no,
			     struct dc_err *err) DC_MUST_CHECK;

/* Whether each text was answered, or failed.  Thread: any. */
bool embedder_ready(void *wish);

/* The same, in at most so many milliseconds. */
bool embedder_wait(struct embedder_wish *w, unsigned ms);

/* Make features of the texts that were wished for, the same inputs again;
 * they point into the wish. Only when it is ready.
 * Errors: DC_EINVAL the service takes no such text; DC_EBUSY it does not
 *     answer, err says why, to the operator alone. */
enum dc_status embedder_grant(struct embedder_wish *w,
			      struct encoder_input *in, size_t n,
			      struct embedder_no *no,
			      struct dc_err *err) DC_MUST_CHECK;

/* The same for one of the texts that were wished for, counted among those.
 * out  points into the wish */
enum dc_status embedder_grant_text(const struct embedder_wish *w,
				   struct encoder_input *out, size_t i,
				   struct dc_err *err) DC_MUST_CHECK;

/* Done with it. NULL is taken. */
void embedder_leave(void *wish);

/* embedder_wish, as long as it takes, and embedder_grant: for commands.
 * out  NULL where there was no text; the inputs point into it */
enum dc_status embedder_ask(struct embedder_wish **out, struct embedder *e,
			    const struct model_spec *spec,
			    struct encoder_input *in, size_t n,
			    struct dc_err *err) DC_MUST_CHECK;

struct embedder_counters {
	uint64_t texts;		/* sent to services */
	uint64_t kept;		/* wished for, and known */
	uint64_t requests;	/* that services answered */
	uint64_t failures;	/* that they did not, after every attempt */
};

/* NULL is taken: zeros.  Thread: any. */
void embedder_counters(struct embedder *e, struct embedder_counters *out);

#endif /* DECAID_SERVER_EMBEDDER_H */
