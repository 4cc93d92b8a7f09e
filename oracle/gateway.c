/* The following half behind one door: its parts, its two threads, its lock
 * on the data directory. */

#include "config.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "oracle/data_dir.h"
#include "oracle/feed.h"
#include "oracle/follow.h"
#include "oracle/gateway.h"
#include "oracle/pipeline.h"
#include "oracle/registry_write.h"
#include "oracle/standing.h"

#define FEED_BATCHES 4
#define BACKOFF_MS 500	/* the first wait after a failure, at most */

struct gateway {
	struct gateway_config config;	/* its texts and arrays are ours */
	int lock_fd;
	struct registry *registry;
	struct standing *standing;
	struct nodes *nodes;
	struct feed *feed;
	struct pipeline *pipeline;
	struct follow *follow;
	pthread_t fetch_thread, pipeline_thread;
	bool running;
};

static void copy_config(struct gateway *g, const struct gateway_config *in)
{
	struct addr20 *who = NULL;

	g->config = *in;
	g->config.rpc_url = dc_strdup(in->rpc_url);
	g->config.data_dir = dc_strdup(in->data_dir);
	if (in->models.n > 0) {
		who = dc_calloc(in->models.n, sizeof(*who));
		memcpy(who, in->models.who, in->models.n * sizeof(*who));
	}
	g->config.models.who = who;
}

static void clear_config(struct gateway_config *c)
{
	free((void *)(uintptr_t)c->rpc_url);
	free((void *)(uintptr_t)c->data_dir);
	free((void *)(uintptr_t)c->models.who);
}

/* A database that was bound to a chain knows which one it must be. */
static enum dc_status make_nodes(struct gateway *g, struct dc_err *err)
{
	const struct nodes_config config = {
		.urls = g->config.rpc_url,
		.timeout_ms = g->config.rpc_timeout_ms,
		.backoff_ms = g->config.poll_ms < BACKOFF_MS ?
			g->config.poll_ms : BACKOFF_MS,
		.chain_id = g->config.chain_id,
	};
	struct hash32 genesis;
	uint64_t chain_id;
	bool bound;
	enum dc_status st = nodes_new(&g->nodes, &config, err);

	if (st == DC_OK)
		st = pipeline_bound(g->pipeline, &bound, &chain_id, &genesis,
				    err);
	if (st == DC_OK && bound && (config.chain_id == 0 ||
				     config.chain_id == chain_id))
		nodes_expect(g->nodes, chain_id, &genesis);
	return st;
}

enum dc_status gateway_open(struct gateway **out,
			    const struct gateway_config *config,
			    struct dc_err *err)
{
	struct gateway *g = dc_calloc(1, sizeof(*g));
	enum dc_status st;

	g->lock_fd = -1;
	copy_config(g, config);
	g->registry = registry_new();
	g->standing = standing_new();
	g->feed = feed_new(FEED_BATCHES);
	st = data_dir_lock(&g->lock_fd, config->data_dir, err);
	if (st == DC_OK)
		st = pipeline_new(&g->pipeline, &g->config, g->feed,
				  g->registry, g->standing, err);
	if (st == DC_OK)
		st = make_nodes(g, err);
	if (st != DC_OK) {
		gateway_close(g);
		return st;
	}
	*out = g;
	return DC_OK;
}

void gateway_close(struct gateway *g)
{
	if (g == NULL)
		return;
	gateway_stop(g);
	follow_free(g->follow);
	nodes_free(g->nodes);
	pipeline_free(g->pipeline);
	feed_free(g->feed);
	standing_free(g->standing);
	registry_free(g->registry);
	data_dir_unlock(g->lock_fd);
	clear_config(&g->config);
	free(g);
}

void gateway_on_change(struct gateway *g, gateway_change_fn *fn, void *user)
{
	DC_CHECK(!g->running);
	pipeline_on_change(g->pipeline, fn, user);
}

static void *run_fetch(void *arg)
{
	follow_run(arg);
	return NULL;
}

static void *run_pipeline(void *arg)
{
	pipeline_run(arg);
	return NULL;
}

enum dc_status gateway_start(struct gateway *g, struct dc_err *err)
{
	struct follow_start start;
	enum dc_status st;
	int rc;

	DC_CHECK(!g->running && g->follow == NULL);
	st = pipeline_start_point(g->pipeline, &start, err);
	if (st == DC_OK)
		st = follow_new(&g->follow, &g->config, &start, g->nodes,
				g->feed, g->standing, err);
	if (st == DC_OK)
		st = nodes_watch(g->nodes, err);
	if (st != DC_OK)
		return st;
	rc = pthread_create(&g->pipeline_thread, NULL, run_pipeline,
			    g->pipeline);
	if (rc != 0)
		return dc_fail(err, DC_EIO, "thread: %s", strerror(rc));
	rc = pthread_create(&g->fetch_thread, NULL, run_fetch, g->follow);
	if (rc != 0) {
		feed_close(g->feed);
		pthread_join(g->pipeline_thread, NULL);
		return dc_fail(err, DC_EIO, "thread: %s", strerror(rc));
	}
	g->running = true;
	return DC_OK;
}

void gateway_stop(struct gateway *g)
{
	if (!g->running)
		return;
	follow_stop(g->follow);
	feed_close(g->feed);
	pthread_join(g->fetch_thread, NULL);
	pthread_join(g->pipeline_thread, NULL);
	nodes_unwatch(g->nodes);
	g->running = false;
}

void gateway_status(struct gateway *g, struct gateway_status *out)
{
	standing_get(g->standing, out);
	out->n_nodes = nodes_status(g->nodes, out->nodes);
}

struct registry *gateway_registry(struct gateway *g)
{
	return g->registry;
}

struct nodes *gateway_nodes(struct gateway *g)
{
	return g->nodes;
}

bool gateway_adopt(struct gateway *g, struct feed_batch *b)
{
	return follow_adopt(g->follow, b);
}

void gateway_tell(struct gateway *g, struct feed_batch *b)
{
	(void)!feed_put(g->feed, b);	/* closed: it is freed */
}

uint64_t gateway_sequence(struct gateway *g)
{
	return standing_sequence(g->standing);
}
