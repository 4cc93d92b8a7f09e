#ifndef DECAID_SERVER_APP_H
#define DECAID_SERVER_APP_H

/*
 * What REST handlers see of the daemon: the models, how far the chain is
 * followed, where the databases are. One a process, one app_loop an HTTP
 * thread.
 */

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "models/sample.h"
#include "oracle/gateway.h"
#include "oracle/outbox.h"
#include "oracle/prover.h"
#include "oracle/registry.h"
#include "oracle/samples.h"
#include "server/http.h"
#include "sql/db.h"

struct attester;
struct embedder;
struct event_ring;
struct exports;
struct mirrors;
struct simulations;
struct texts;

/* A read of chain.db that takes longer is stopped: 503. */
#define APP_QUERY_MS 50

/* A text waits so long for the service that embeds it, then 503. What comes
 * later is kept, so that asking again finds it. */
#define APP_EMBED_MS 10000

/* A prediction waits so long for its attestation. */
#define APP_ATTEST_MS 10000

/* Who offers a text waits so long until it is looked at; then it goes on
 * waiting by itself. */
#define APP_OFFER_MS 5000

struct app {
	struct registry *registry;
	/* How far it is; from gateway_status, or a test.  Thread: any. */
	void (*status)(void *user, struct gateway_status *out);
	/* Rises with every commit of chain.db.  Thread: any. */
	uint64_t (*sequence)(void *user);
	void *user;
	const char *chain_path, *local_path;
	uint64_t ready_blocks, ready_s;
	uint32_t query_ms;	/* a query is stopped then; 0: APP_QUERY_MS */
	uint32_t embed_ms;	/* texts wait for a service; 0: APP_EMBED_MS */
	uint32_t attest_ms;	/* for an attestation; 0: APP_ATTEST_MS */
	uint32_t offer_ms;	/* an offered text is looked at; APP_OFFER_MS */
	struct addr20 pool;
	/* Who stands apart on leaderboards, beside a model's owner. */
	const struct addr20 *baselines;
	size_t n_baselines;
	struct addr20 operator_signer;	/* zero: this daemon signs nothing */
	struct outbox *outbox;		/* NULL: this daemon sends nothing */
	struct mirrors *mirrors;	/* NULL: no model of 0xDeCA10B's */
	struct attester *attester;	/* NULL: nothing is attested */
	const struct model_spec *vocabulary;	/* of mirrors' texts; NULL */
	struct prover *prover;		/* NULL: no proofs are made */
	struct samples *samples;	/* NULL: pruned ones are not fetched */
	struct embedder *embedder;	/* NULL: no service embeds texts */
	struct exports *exports;
	struct texts *texts;		/* NULL: no original texts are kept */
	bool finds_mirrors;		/* mirror = auto */
	struct simulations *simulations;	/* NULL: visitors run none */
	/* Filled in by app_init. */
	struct event_ring *events;
	pthread_mutex_t http_lock;	/* of http, which others wake */
	struct http_server *http;	/* may be NULL */
	uint64_t boot;			/* another with every start */
	int64_t started_ms;
};

struct app_loop {
	struct app *app;
	struct sql_db *chain;
	struct sql_db *local;		/* NULL: this daemon has none */
	struct sample_room *room;
};

/* Complete an app whose upper half the caller filled in. */
enum dc_status app_init(struct app *a, struct dc_err *err) DC_MUST_CHECK;
void app_clear(struct app *a);

/* Routes, loop_open, loop_close and app of o; the rest is the caller's. */
void app_http_options(struct app *a, struct http_options *o);

/* Rises with every commit of chain.db, with every step of a mirror and with
 * every text that is kept. */
uint64_t app_state(const struct app *a);

/* The table of routes, for tests and documents. */
const struct http_route *app_routes(size_t *n);

/* chain.db changed, or what a request waits for is there: wake who listens.
 * Thread: any, before app_http_stop and after it. */
void app_changed(struct app *a);

/* End the HTTP server, if there is one: nobody wakes it any more. */
void app_http_stop(struct app *a);

#endif /* DECAID_SERVER_APP_H */
