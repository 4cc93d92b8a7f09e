#ifndef DECAID_SERVER_EMBEDDING_CLIENT_H
#define DECAID_SERVER_EMBEDDING_CLIENT_H

/*
 * One embedding service over HTTP: asked, asked again while it fails, with
 * pauses that grow or that it names itself (Retry-After), and never believed
 * further than embedding_body.h says. Redirects are not followed: they could
 * carry the key to a stranger. Neither key, texts nor what the service says
 * come into a log or an error.
 *
 * Thread: one at a time, but for embedding_client_stop.
 */

#include "base/status.h"
#include "server/embedding_body.h"

#define EMBEDDING_BATCH_MAX 64		/* texts of one request */
#define EMBEDDING_ATTEMPTS 4
#define EMBEDDING_TIMEOUT_MS 20000	/* of one request */
#define EMBEDDING_PAUSE_MS 500		/* before the second, then twice it */
#define EMBEDDING_PAUSE_MAX_MS 30000	/* also of a Retry-After */

struct embedding_client;

struct embedding_client_options {
	const char *url;	/* of the service's /v1/embeddings; copied */
	const char *key;	/* sent as a bearer token; "": none; copied */
	unsigned timeout_ms;	/* 0: EMBEDDING_TIMEOUT_MS */
	unsigned pause_ms;	/* 0: EMBEDDING_PAUSE_MS */
};

struct embedding_client *
embedding_client_new(const struct embedding_client_options *o);
void embedding_client_free(struct embedding_client *c);

/* What it is asking, or pausing for, ends with DC_EIO; so does all it is asked
 * from then on.  Thread: any. */
void embedding_client_stop(struct embedding_client *c);

/* Ask for the embeddings of texts.
 * out    (n, dimension) fx9
 * taken  (n) false: the service took all others, but refuses this one
 * text   (n) n at most EMBEDDING_BATCH_MAX
 * Errors: DC_EIO it gave no right answer, however often it was asked;
 *     DC_EREFUSED it does not know the key, or the model. Then out and taken
 *     are undefined. */
enum dc_status embedding_client_ask(struct embedding_client *c, int64_t *out,
				    bool *taken, const char *model,
				    uint32_t dimension,
				    const struct embedding_text *text,
				    size_t n, struct dc_err *err)
	DC_MUST_CHECK;

#endif /* DECAID_SERVER_EMBEDDING_CLIENT_H */
