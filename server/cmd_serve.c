/*
 * decaid serve: the daemon, from its parts. Order matters:
 *
 * (1) The signer is forked before any thread or socket.
 * (2) The data directory is locked before HTTP answers from it.
 * (3) HTTP answers before the chain is followed, so that /healthz is up
 *     while a long backlog is read.
 * (4) On the way down following ends first, so that it wakes nothing that
 *     is gone; then HTTP, which reads what the others own.
 */
#include "config.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "oracle/attester.h"
#include "oracle/data_dir.h"
#include "oracle/gateway.h"
#include "oracle/mirrors.h"
#include "server/app.h"
#include "server/cmd.h"
#include "server/embedder.h"
#include "server/event_ring.h"
#include "server/exports.h"
#include "server/holdouts.h"
#include "server/http.h"
#include "server/signing.h"
#include "server/simulations.h"
#include "server/texts.h"
#include "server/vocabulary.h"

struct daemon {
	const struct config *config;
	char chain_path[PATH_MAX], local_path[PATH_MAX];
	struct signing *signing;	/* NULL: nothing is signed */
	struct embedder *embedder;	/* NULL: no service is set */
	struct holdouts *holdouts;
	struct gateway *gateway;
	struct mirrors *mirrors;
	struct app app;
	struct model_spec vocabulary;	/* .encoder NULL: none is set */
	struct http_server *http;
};

/* ---- parts ---- */

static enum dc_status make_folder(struct daemon *d, struct dc_err *err)
{
	const char *folder = d->config->data_dir;

	if (mkdir(folder, 0700) != 0 && errno != EEXIST)
		return dc_fail(err, DC_EIO, "data-dir: %s: %s", folder,
			       strerror(errno));
	if (data_dir_path(d->chain_path, folder, DATA_DIR_CHAIN, err) != DC_OK)
		return DC_EINVAL;
	return data_dir_path(d->local_path, folder, DATA_DIR_LOCAL, err);
}

static struct gateway_finality finality_of(const struct config *c)
{
	struct gateway_finality f = { GATEWAY_FINALIZED, c->finality.depth };

	switch (c->finality.kind) {
	case CONFIG_FINALIZED: f.kind = GATEWAY_FINALIZED; break;
	case CONFIG_SAFE: f.kind = GATEWAY_SAFE; break;
	case CONFIG_DEPTH: f.kind = GATEWAY_DEPTH; break;
	}
	return f;
}

static struct gateway_models models_of(const struct config *c)
{
	struct gateway_models m = { GATEWAY_MODELS_ALL, c->models.who,
				    c->models.n, c->max_models,
				    c->model_memory_mib << 20 };

	switch (c->models.kind) {
	case CONFIG_MODELS_ALL: m.kind = GATEWAY_MODELS_ALL; break;
	case CONFIG_MODELS_LIST: m.kind = GATEWAY_MODELS_LIST; break;
	case CONFIG_MODELS_OWNER: m.kind = GATEWAY_MODELS_OWNER; break;
	}
	return m;
}

static enum dc_status open_gateway(struct daemon *d, struct dc_err *err)
{
	const struct config *c = d->config;
	struct gateway_config g = {
		.rpc_url = c->rpc, .data_dir = c->data_dir,
		.chain_id = c->chain_id, .factory = c->factory,
		.pool = c->pool, .start_block = c->start_block,
		.finality = finality_of(c), .models = models_of(c),
		.poll_ms = (unsigned)c->poll_ms,
		.keep_samples = c->keep_samples,
		.holdout = holdouts_take, .holdout_user = d->holdouts,
	};

	return gateway_open(&d->gateway, &g, err);
}

static enum dc_status open_mirrors(struct daemon *d, struct dc_err *err)
{
	const struct config *c = d->config;
	struct mirrors_config m = {
		.gateway = d->gateway, .chain_path = d->chain_path,
		.data_dir = c->data_dir,
		.trainers = c->mirrors.named.who, .n = c->mirrors.named.n,
		.find = c->mirrors.find,
		.start_block = c->start_block,
		.poll_ms = (unsigned)c->poll_ms,
	};

	return mirrors_new(&d->mirrors, &m, err);
}

static void tell_status(void *user, struct gateway_status *out)
{
	gateway_status(user, out);
}

static uint64_t tell_sequence(void *user)
{
	return gateway_sequence(user);
}

/* What some request waits for is there. */
static void on_there(void *user)
{
	struct daemon *d = user;

	app_changed(&d->app);
}

static enum dc_status start_embedder(struct daemon *d, struct dc_err *err)
{
	const struct embedder_options o = {
		.services = &d->config->embeddings,
		.daily_texts = d->config->embedding_texts,
		.ring = on_there, .user = d,
	};

	return o.services->n == 0 ? DC_OK :
		embedder_new(&d->embedder, &o, err);
}

/* Visitors' simulations run as this very program. */
static enum dc_status start_simulations(struct daemon *d, struct dc_err *err)
{
	struct simulations_options o = {
		.program = "/proc/self/exe",
		.at_once = (unsigned)d->config->simulations,
		.ring = on_there, .user = d,
	};

	return o.at_once == 0 ? DC_OK :
		simulations_new(&d->app.simulations, &o, err);
}

/* Where the signer holds an attester's key. */
static enum dc_status start_attester(struct daemon *d, struct dc_err *err)
{
	const struct config *c = d->config;
	const struct attester_options o = {
		.signer = d->signing == NULL ? NULL :
			  signing_attests(d->signing),
		.chain_path = d->chain_path, .data_dir = c->data_dir,
		.bytes_max = (size_t)c->attest_memory_mib << 20,
		.per_s = (uint32_t)c->attest_rate,
		.holds_s = (uint32_t)c->attest_seconds,
		.ring = on_there, .user = d,
	};

	return o.signer == NULL ? DC_OK :
		attester_new(&d->app.attester, &o, err);
}

static enum dc_status start_exports(struct daemon *d, struct dc_err *err)
{
	const struct exports_options o = {
		.mirrors = d->mirrors, .ring = on_there, .user = d,
	};

	return exports_new(&d->app.exports, &o, err);
}

/* A local.db of an older program, where nothing else opens it for writing. */
static enum dc_status migrate_local(struct daemon *d, struct dc_err *err)
{
	struct sql_db *db = NULL;
	struct stat st;
	enum dc_status found = DC_OK;

	if ((d->signing == NULL || signing_outbox(d->signing) == NULL) &&
	    stat(d->local_path, &st) == 0)
		found = sql_db_open(&db, d->local_path, SQL_LOCAL, SQL_WRITER,
				    err);
	sql_db_close(db);
	return found;
}

static enum dc_status read_vocabulary(struct daemon *d, struct dc_err *err)
{
	enum dc_status st = DC_OK;

	if (*d->config->mirror_vocabulary != '\0') {
		st = vocabulary_read(&d->vocabulary,
				     d->config->mirror_vocabulary, err);
		d->app.vocabulary = &d->vocabulary;
	}
	return st;
}

static enum dc_status start_texts(struct daemon *d, struct dc_err *err)
{
	const struct texts_options o = {
		.chain_path = d->chain_path, .local_path = d->local_path,
		.registry = gateway_registry(d->gateway),
		.vocabulary = d->app.vocabulary,
		.bytes_max = (size_t)d->config->texts_mib << 20,
		.ring = on_there, .user = d,
	};

	return o.bytes_max == 0 ? migrate_local(d, err) :
		texts_new(&d->app.texts, &o, err);
}

static enum dc_status start_http(struct daemon *d, struct dc_err *err)
{
	const struct config *c = d->config;
	struct http_options o = {
		.listen = c->listen, .port = (uint16_t)c->port,
		.loops = (unsigned)c->http_loops,
		.max_connections = (unsigned)c->max_connections,
		.idle_timeout_s = (unsigned)c->idle_timeout_s,
		.rate_limit = (unsigned)c->rate_limit,
		.peer_limit = (unsigned)c->peer_limit,
	};
	enum dc_status status;

	d->app = (struct app){
		.registry = gateway_registry(d->gateway),
		.status = tell_status, .sequence = tell_sequence,
		.user = d->gateway, .chain_path = d->chain_path,
		.local_path = d->local_path, .ready_blocks = c->ready_blocks,
		.ready_s = c->ready_s, .pool = c->pool,
		.mirrors = d->mirrors, .baselines = c->baselines.who,
		.n_baselines = c->baselines.n,
		.embedder = d->embedder,
		.finds_mirrors = c->mirrors.find,
		.http_lock = PTHREAD_MUTEX_INITIALIZER,
	};
	if (d->signing != NULL) {
		d->app.operator_signer = signing_address(d->signing);
		d->app.outbox = signing_outbox(d->signing);
	}
	status = samples_new(&d->app.samples, gateway_nodes(d->gateway),
			     err);
	if (status == DC_OK && c->proof_memory_mib > 0)
		status = prover_new(&d->app.prover, d->chain_path,
				    c->data_dir, c->proof_memory_mib << 20,
				    err);
	if (status == DC_OK)
		status = start_attester(d, err);
	if (status == DC_OK)
		status = app_init(&d->app, err);
	if (status == DC_OK)
		status = start_simulations(d, err);
	if (status == DC_OK)
		status = start_exports(d, err);
	if (status == DC_OK)
		status = read_vocabulary(d, err);
	if (status == DC_OK)
		status = start_texts(d, err);
	if (status != DC_OK)
		return status;
	app_http_options(&d->app, &o);
	status = http_server_start(&d->http, &o, err);
	d->app.http = d->http;
	return status;
}

/* On the pipeline's thread: leave a note, ring a bell, no more. */
static void on_change(void *user, const struct gateway_change *change)
{
	struct daemon *d = user;

	if (change->from_block > change->to_block)
		event_ring_rolled_back(d->app.events, change->to_block);
	app_changed(&d->app);
	texts_changed(d->app.texts);
	mirrors_ring(d->mirrors);
}

/* ---- the whole ---- */

static enum dc_status open_all(struct daemon *d, struct dc_err *err)
{
	enum dc_status status = make_folder(d, err);

	if (status == DC_OK && signing_wanted(d->config))
		status = signing_fork(&d->signing, d->config, err); /* (1) */
	if (status == DC_OK)
		status = start_embedder(d, err);
	if (status == DC_OK)
		status = holdouts_open(&d->holdouts, &d->config->holdouts,
				       d->embedder, err);
	if (status == DC_OK)
		status = open_gateway(d, err);		/* keeps (2) */
	if (status == DC_OK && d->signing != NULL)
		status = signing_open(d->signing, d->config, d->gateway,
				      d->chain_path, d->local_path, err);
	return status;
}

static enum dc_status start(struct daemon *d, struct dc_err *err)
{
	enum dc_status status = open_all(d, err);

	if (status == DC_OK)
		status = open_mirrors(d, err);
	if (status == DC_OK)
		status = start_http(d, err);
	if (status != DC_OK)
		return status;
	gateway_on_change(d->gateway, on_change, d);
	status = gateway_start(d->gateway, err);	/* keeps (3) */
	if (status == DC_OK)
		mirrors_start(d->mirrors);
	if (status == DC_OK && d->signing != NULL)
		status = signing_start(d->signing, err);
	return status;
}

/* Keeps (4). What did not start is NULL. */
static void stop(struct daemon *d)
{
	if (d->gateway != NULL)
		gateway_stop(d->gateway);
	app_http_stop(&d->app);
	attester_free(d->app.attester);
	simulations_free(d->app.simulations);
	exports_free(d->app.exports);
	texts_free(d->app.texts);
	app_clear(&d->app);
	samples_free(d->app.samples);
	prover_free(d->app.prover);
	mirrors_free(d->mirrors);
	signing_free(d->signing);
	gateway_close(d->gateway);
	holdouts_free(d->holdouts);
	embedder_free(d->embedder);
	spec_clear(&d->vocabulary);
}

/* Main alone takes the signals that end the daemon; every thread inherits
 * the mask. A peer that goes away is an error code, not a signal. */
static void take_signals(sigset_t *end)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN };

	DC_CHECK(sigaction(SIGPIPE, &ignore, NULL) == 0);
	sigemptyset(end);
	sigaddset(end, SIGTERM);
	sigaddset(end, SIGINT);
	DC_CHECK(sigprocmask(SIG_BLOCK, end, NULL) == 0);
}

/* Where it answers: the one line on standard output, for people and for
 * programs that start a daemon on port 0. */
static void announce(const struct daemon *d, bool json)
{
	bool v6 = strchr(d->config->listen, ':') != NULL;
	unsigned port = http_server_port(d->http);

	printf(json ? "{\"url\":\"http://%s%s%s:%u/\"}\n" :
	       "http://%s%s%s:%u/\n", v6 ? "[" : "", d->config->listen,
	       v6 ? "]" : "", port);
	(void)fflush(stdout);	/* nobody may be listening */
	dc_log(DC_LOG_INFO, "serve", "listening address=%s port=%u",
	       d->config->listen, port);
}

static int serve(struct cmd_line *line)
{
	struct daemon d = {
		.config = &line->config,
		.app.http_lock = PTHREAD_MUTEX_INITIALIZER,
	};
	struct dc_err err = DC_ERR_INIT;
	sigset_t end;
	int which;

	take_signals(&end);
	if (start(&d, &err) != DC_OK) {
		stop(&d);
		return cmd_fail(line, &err);
	}
	announce(&d, line->json);
	DC_CHECK(sigwait(&end, &which) == 0);
	dc_log(DC_LOG_INFO, "serve", "stopping signal=%d", which);
	stop(&d);
	dc_log(DC_LOG_INFO, "serve", "stopped");
	return CMD_OK;
}

int cmd_serve(const struct command *self, int argc, char **argv)
{
	struct cmd_line line;
	int found = cmd_parse(&line, self, NULL, 0, argc, argv);

	if (found >= 0)
		return found;
	if (line.n_args > 0)
		found = cmd_usage(&line, "takes no arguments");
	else if (addr20_is_zero(&line.config.factory))
		found = cmd_usage(&line, "factory: not set");
	else
		found = serve(&line);
	cmd_line_clear(&line);
	return found;
}
