/* The daemon as REST handlers see it, and the table of its routes. */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/clock.h"
#include "oracle/mirrors.h"
#include "server/app.h"
#include "server/event_ring.h"
#include "server/rest.h"
#include "server/texts.h"

/* What comes from chain.db and the registry changes with a commit. */
static uint64_t chain_state(void *app)
{
	return app_state(app);
}

/* All only rise, so that their sum never comes again. */
uint64_t app_state(const struct app *a)
{
	return a->sequence(a->user) + mirrors_sequence(a->mirrors) +
		texts_sequence(a->texts);
}

#define INFER_ROUTE "/v2/models/{model}/infer"	/* tensors behind JSON */
#define NOTE_BODY_MAX ((size_t)64 << 10)
#define TEXT_BODY_MAX ((size_t)512 << 10)	/* 64 KiB with escapes */
#define SIMULATE_BODY_MAX ((size_t)64 << 10)	/* 16 KiB with escapes */

/* Replies of local.db, of the clock and of the node are made each time.
 * The busiest first. `schema` names a schema of openapi.json. */
static const struct http_route routes[] = {
	{ HTTP_POST, "/v1/models/{model}/predict", rest_predict,
	  HTTP_PREDICT_BODY_MAX, "PredictReply", NULL },
	{ HTTP_GET, "/v1/models", rest_models, 0, "ModelPage", chain_state },
	{ HTTP_GET, "/v1/models/{model}", rest_model, 0, "Model",
	  chain_state },
	{ HTTP_GET, "/v1/models/{model}/contributions", rest_contributions, 0,
	  "ContributionPage", chain_state },
	{ HTTP_GET, "/v1/models/{model}/contributions/{id}",
	  rest_contribution, 0, "ContributionDetail", chain_state },
	{ HTTP_GET, "/v1/models/{model}/contributions/{id}/proof",
	  rest_update_proof, 0, "UpdateProof", NULL },
	{ HTTP_GET, "/v1/models/{model}/proof", rest_proof, 0, "Proof", NULL },
	{ HTTP_GET, "/v1/models/{model}/export", rest_export, 0,
	  "ModelFile", NULL },
	{ HTTP_GET, "/v1/models/{model}/accuracy", rest_accuracy, 0,
	  "Accuracy", chain_state },
	{ HTTP_GET, "/v1/models/{model}/leaderboard", rest_leaderboard, 0,
	  "Leaderboard", chain_state },
	{ HTTP_GET, "/v1/models/{model}/deposits", rest_deposits, 0,
	  "Deposits", chain_state },
	{ HTTP_GET, "/v1/models/{model}/suspects", rest_suspects, 0,
	  "SuspectPage", chain_state },
	{ HTTP_GET, "/v1/models/{model}/checkpoints", rest_checkpoints, 0,
	  "CheckpointPage", NULL },
	{ HTTP_GET, "/v1/models/{model}/checkpoints/{epoch}",
	  rest_checkpoint, 0, "Checkpoint", NULL },
	{ HTTP_GET, "/v1/leaderboard", rest_board, 0, "Leaderboard",
	  chain_state },
	{ HTTP_GET, "/v1/contributors/{address}", rest_contributor, 0,
	  "Contributor", chain_state },
	{ HTTP_GET, "/v1/operators", rest_operators, 0, "OperatorPage",
	  chain_state },
	{ HTTP_GET, "/v1/operators/{address}", rest_operator, 0, "Operator",
	  chain_state },
	{ HTTP_GET, "/v1/status", rest_status, 0, "Status",
	  rest_status_state },
	{ HTTP_GET, "/v1/simulations", rest_simulations, 0, "Simulations",
	  http_state_fixed },
	{ HTTP_POST, "/v1/simulations", rest_simulate, SIMULATE_BODY_MAX, "",
	  NULL },
	{ HTTP_GET, "/v1/ccip/{sender}/{data}.json", rest_ccip, 0,
	  "CcipReply", NULL },
	{ HTTP_POST, "/v1/ccip", rest_ccip, HTTP_BODY_MAX, "CcipReply",
	  NULL },
	{ HTTP_GET, "/v1/events", rest_events, 0, "", NULL },
	{ HTTP_POST, INFER_ROUTE, rest_infer,
	  HTTP_PREDICT_BODY_MAX, "InferReply", NULL },
	{ HTTP_GET, "/v2/models/{model}", rest_infer_model, 0, "InferModel",
	  chain_state },
	{ HTTP_GET, "/v2/models/{model}/ready", rest_infer_model_ready, 0,
	  "InferModelReady", chain_state },
	{ HTTP_GET, "/v2", rest_infer_server, 0, "InferServer",
	  http_state_fixed },
	{ HTTP_GET, "/v2/health/live", rest_infer_live, 0, "InferLive",
	  http_state_fixed },
	{ HTTP_GET, "/v2/health/ready", rest_infer_ready, 0, "InferReady",
	  NULL },
	{ HTTP_GET, "/api/models", rest_deca_models, 0, "DecaModels",
	  chain_state },
	{ HTTP_GET, "/api/model", rest_deca_model, 0, "DecaModel",
	  chain_state },
	{ HTTP_POST, "/api/models", rest_deca_take_model, NOTE_BODY_MAX,
	  "DecaTaken", NULL },
	{ HTTP_POST, "/api/data", rest_deca_take_data, TEXT_BODY_MAX,
	  "DecaTaken", NULL },
	{ HTTP_GET, "/api/data/{tx}", rest_deca_data, 0, "DecaData", NULL },
	{ HTTP_POST, "/api/accuracy", rest_deca_take_accuracy, NOTE_BODY_MAX,
	  "DecaTaken", NULL },
	{ HTTP_GET, "/api/accuracy/model", rest_deca_accuracy, 0,
	  "DecaAccuracy", chain_state },
	{ HTTP_GET, "/api/health", rest_deca_health, 0, "DecaHealth",
	  http_state_fixed },
	{ HTTP_GET, "/healthz", rest_healthz, 0, "Health",
	  http_state_fixed },
	{ HTTP_GET, "/readyz", rest_readyz, 0, "Health", NULL },
	{ HTTP_GET, "/metrics", rest_metrics, 0, "", NULL },
	{ HTTP_GET, "/openapi.json", rest_openapi, 0, "", http_state_fixed },
};

const struct http_route *app_routes(size_t *n)
{
	*n = DC_ARRAY_LEN(routes);
	return routes;
}

enum dc_status app_init(struct app *a, struct dc_err *err)
{
	if (getrandom(&a->boot, sizeof(a->boot), 0) != sizeof(a->boot))
		return dc_fail(err, DC_EIO, "getrandom: %s", strerror(errno));
	a->started_ms = dc_clock_ms();
	a->events = event_ring_new(a->registry);
	return DC_OK;
}

void app_clear(struct app *a)
{
	event_ring_free(a->events);
	a->events = NULL;
}

static void close_loop(void *state)
{
	struct app_loop *loop = state;

	sql_db_close(loop->chain);
	sql_db_close(loop->local);
	free(loop->room);
	free(loop);
}

static uint32_t query_ms(const struct app *a)
{
	return a->query_ms != 0 ? a->query_ms : APP_QUERY_MS;
}

/* local.db may be missing: a daemon without keys has none. */
static enum dc_status open_local(struct app_loop *loop, struct dc_err *err)
{
	struct dc_err why = DC_ERR_INIT;
	enum dc_status status;

	status = sql_db_open(&loop->local, loop->app->local_path, SQL_LOCAL,
			     SQL_READER, &why);
	if (status == DC_OK) {
		sql_db_set_deadline(loop->local, query_ms(loop->app));
		return DC_OK;
	}
	loop->local = NULL;
	return status == DC_ENOTFOUND ? DC_OK :
		dc_fail(err, status, "%s", why.text);
}

static enum dc_status open_loop(void *app, void **state, struct dc_err *err)
{
	struct app_loop *loop = dc_calloc(1, sizeof(*loop));
	enum dc_status status;

	loop->app = app;
	loop->room = dc_malloc(sizeof(*loop->room));
	status = sql_db_open(&loop->chain, loop->app->chain_path, SQL_CHAIN,
			     SQL_READER, err);
	if (status != DC_OK)
		loop->chain = NULL;
	else
		status = open_local(loop, err);
	if (status != DC_OK) {
		close_loop(loop);
		return status;
	}
	sql_db_set_deadline(loop->chain, query_ms(loop->app));
	*state = loop;
	return DC_OK;
}

void app_http_options(struct app *a, struct http_options *o)
{
	o->routes = routes;
	o->n_routes = DC_ARRAY_LEN(routes);
	o->binary = INFER_ROUTE;
	o->fallback = rest_asset;
	o->fallback_state = http_state_fixed;
	o->app = a;
	o->loop_open = open_loop;
	o->loop_close = close_loop;
}

void app_changed(struct app *a)
{
	DC_CHECK(pthread_mutex_lock(&a->http_lock) == 0);
	if (a->http != NULL)
		http_server_wake(a->http);
	DC_CHECK(pthread_mutex_unlock(&a->http_lock) == 0);
}

void app_http_stop(struct app *a)
{
	struct http_server *http;

	DC_CHECK(pthread_mutex_lock(&a->http_lock) == 0);
	http = a->http;
	a->http = NULL;
	DC_CHECK(pthread_mutex_unlock(&a->http_lock) == 0);
	http_server_stop(http);
}
