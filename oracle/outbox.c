/* The outbox's thread: an operator's look, then every open transaction. */
#include "config.h"

#include "oracle/outbox.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "oracle/operator.h"
#include "oracle/operator_gather.h"
#include "oracle/outbox_core.h"
#include "oracle/peers.h"
#include "sql/blocks.h"
#include "sql/growth.h"

#define POLL_MS 1000
#define ARENA_BYTES (1 << 16)
#define DAY_S 86400
#define PRUNE_EVERY_S 3600

/* --- life ---------------------------------------------------------------- */

static uint64_t
wall_clock_s(void)
{
	return (uint64_t)time(NULL);
}

static enum dc_status
open_parts(struct outbox *o, struct dc_err *err)
{
	enum dc_status found = node_link_new(&o->link, o->config.nodes, err);

	o->peers = peers_new();
	if (found == DC_OK) {
		o->ec = ec_new(err);
		found = o->ec == NULL ? DC_EIO : DC_OK;
	}
	if (found == DC_OK)
		found = sql_db_open(&o->local, o->config.local_path,
				    SQL_LOCAL, SQL_WRITER, err);
	if (found == DC_OK)
		found = sql_db_open(&o->chain, o->config.chain_path,
				    SQL_CHAIN, SQL_READER, err);
	return found;
}

enum dc_status
outbox_new(struct outbox **out, const struct outbox_config *config,
	   struct dc_err *err)
{
	struct outbox *o = dc_calloc(1, sizeof(*o));
	enum dc_status found;

	o->config = *config;
	o->config.chain_path = dc_strdup(config->chain_path);
	o->config.local_path = dc_strdup(config->local_path);
	o->arena = dc_arena_new(ARENA_BYTES);
	o->clock_s = wall_clock_s;
	DC_CHECK(pthread_mutex_init(&o->lock, NULL) == 0);
	dc_clock_cond_init(&o->wake);
	found = open_parts(o, err);
	if (found != DC_OK) {
		outbox_free(o);
		return found;
	}
	*out = o;
	return DC_OK;
}

void
outbox_free(struct outbox *o)
{
	if (o == NULL)
		return;
	DC_CHECK(!o->running);
	sql_db_close(o->chain);
	sql_db_close(o->local);
	node_link_free(o->link);
	operator_free(o->refusals);
	peers_free(o->peers);
	ec_free(o->ec);
	dc_arena_free(o->arena);
	(void)pthread_cond_destroy(&o->wake);
	(void)pthread_mutex_destroy(&o->lock);
	free((char *)(uintptr_t)o->config.chain_path);
	free((char *)(uintptr_t)o->config.local_path);
	free(o);
}

/* --- one step ------------------------------------------------------------ */

static enum dc_status
load_open(struct outbox *o, struct dc_err *err)
{
	return sql_outbox_open(o->local, o->open, &o->n_open,
			       OUTBOX_OPEN_MAX, o->config.chain_id, 0,
			       o->arena, err);
}

/* Of the rows as they are now. What a node says may hold a key. */
static void
tell_held_back(const struct outbox *o, struct outbox_status *s)
{
	for (uint32_t i = 0; i < o->n_open; i++) {
		const char *why = o->open[i].error;

		if (*why == '\0' || o->open[i].status == SQL_TX_MINED)
			continue;
		snprintf(s->held_back, sizeof(s->held_back), "%s",
			 strncmp(why, "eth_", 4) == 0 ? "the node refuses it"
						      : why);
		return;
	}
}

/* Not telling it is no reason to stop sending. */
static void
tell_spending(struct outbox *o, struct outbox_status *s)
{
	const struct addr20 *sender = signer_address(o->config.signer,
						     SIGNER_SENDER);
	struct dc_err err = DC_ERR_INIT;

	if (sender == NULL)
		return;
	if (sql_spend_get(o->local, &s->spent_today_wei, o->config.chain_id,
			  sender, o->now_s / DAY_S, &err) != DC_OK ||
	    sql_spend_total(o->local, &s->spent_wei, o->config.chain_id,
			    sender, &err) != DC_OK)
		dc_log(DC_LOG_UNUSUAL, "outbox", "spending: %s", err.text);
}

static void
tell_status(struct outbox *o, const struct dc_err *err)
{
	struct outbox_status s = {
		.signer_alive = signer_alive(o->config.signer),
		.signatures = o->signatures,
	};

	tell_held_back(o, &s);
	tell_spending(o, &s);

	for (uint32_t i = 0; i < o->n_open; i++) {
		s.queued += o->open[i].status == SQL_TX_QUEUED;
		s.sent += o->open[i].status == SQL_TX_SENT;
		s.mined += o->open[i].status == SQL_TX_MINED;
	}
	memcpy(s.last_error, err->text, sizeof(s.last_error));
	DC_CHECK(pthread_mutex_lock(&o->lock) == 0);
	if (strcmp(o->status.last_error, s.last_error) != 0)
		dc_log(s.last_error[0] != '\0' ? DC_LOG_UNUSUAL : DC_LOG_INFO,
		       "outbox", "%s", s.last_error[0] != '\0'
		       ? s.last_error : "all is well again");
	o->status = s;
	DC_CHECK(pthread_mutex_unlock(&o->lock) == 0);
}

static enum dc_status
step_rows(struct outbox *o, struct dc_err *err)
{
	enum dc_status found = load_open(o, err);

	for (uint32_t i = 0; found == DC_OK && i < o->n_open; i++)
		found = outbox_row_step(o, &o->open[i], err);
	return found;
}

/* Old rows go; that they do not is no reason to stop sending. */
static void
prune(struct outbox *o)
{
	struct dc_err err = DC_ERR_INIT;
	uint64_t transactions, signatures;
	enum dc_status found;

	if (o->now_s < o->prune_s)
		return;
	o->prune_s = o->now_s + PRUNE_EVERY_S;
	found = sql_tx_begin(o->local, &err);
	if (found != DC_OK)
		return;
	found = sql_local_prune(o->local, &transactions, &signatures,
				SQL_KEEP_EPOCHS, &err);
	found = sql_tx_end(o->local, found, &err);
	if (found != DC_OK)
		dc_log(DC_LOG_UNUSUAL, "outbox", "old rows: %s", err.text);
	else if (transactions + signatures > 0)
		dc_log(DC_LOG_DEBUG, "outbox", "pruned transactions=%" PRIu64
		       " signatures=%" PRIu64, transactions, signatures);
}

/* One endpoint for the whole step: counts, receipts and fees of one view. */
static enum dc_status
choose_node(struct outbox *o, struct dc_err *err)
{
	unsigned wait_ms;

	o->rpc = node_link_choose(o->link, &wait_ms, err);
	return o->rpc == NULL ? DC_EIO : DC_OK;
}

static void
judge_node(struct outbox *o, enum dc_status found, const struct dc_err *why)
{
	if (found != DC_OK && node_link_at_fault(o->link))
		node_link_bad(o->link, why);
	else
		node_link_good(o->link);
}

enum dc_status
outbox_step(struct outbox *o, struct dc_err *err)
{
	struct dc_err duty = DC_ERR_INIT, rows = DC_ERR_INIT;
	const struct dc_err *worst;
	enum dc_status found;

	dc_arena_reset(o->arena);
	o->now_s = o->clock_s();
	o->has_fees = false;
	prune(o);
	found = choose_node(o, &duty);
	if (found != DC_OK) {
		if (load_open(o, &rows) != DC_OK)
			found = rows.status;
		tell_status(o, &duty);
		return dc_fail(err, found, "%s", duty.text);
	}
	found = sql_finalized_get(o->chain, &o->finalized, &duty);
	if (found == DC_OK)
		found = load_open(o, &duty);
	if (found == DC_OK && signer_alive(o->config.signer))
		found = operator_step(o, &duty);
	if (step_rows(o, &rows) != DC_OK && found == DC_OK)
		found = rows.status;
	worst = duty.status != DC_OK ? &duty : &rows;
	judge_node(o, found, worst);
	tell_status(o, worst);
	return found == DC_OK ? DC_OK : dc_fail(err, found, "%s",
						worst->text);
}

/* --- the thread ---------------------------------------------------------- */

/* Until woken or time; false: stop. */
static bool
wait_for_work(struct outbox *o)
{
	unsigned ms = o->config.poll_ms ? o->config.poll_ms : POLL_MS;
	const struct timespec end = dc_clock_in(ms);
	bool go_on;

	DC_CHECK(pthread_mutex_lock(&o->lock) == 0);
	while (!o->stopping && !o->woken)
		if (pthread_cond_timedwait(&o->wake, &o->lock, &end) != 0)
			break;
	o->woken = false;
	go_on = !o->stopping;
	DC_CHECK(pthread_mutex_unlock(&o->lock) == 0);
	return go_on;
}

static void *
run(void *outbox)
{
	struct outbox *o = outbox;
	enum dc_status found;

	do {
		found = outbox_step(o, NULL);
		if (found != DC_OK)
			dc_log(DC_LOG_DEBUG, "outbox", "step: %s",
			       dc_status_name(found));
	} while (wait_for_work(o));
	return NULL;
}

enum dc_status
outbox_start(struct outbox *o, struct dc_err *err)
{
	int failed;

	DC_CHECK(!o->running);
	o->stopping = false;
	failed = pthread_create(&o->thread, NULL, run, o);
	if (failed != 0)
		return dc_fail(err, DC_EIO, "outbox: no thread: %s",
			       strerror(failed));
	o->running = true;
	return DC_OK;
}

void
outbox_stop(struct outbox *o)
{
	if (o == NULL || !o->running)
		return;
	DC_CHECK(pthread_mutex_lock(&o->lock) == 0);
	o->stopping = true;
	DC_CHECK(pthread_cond_signal(&o->wake) == 0);
	DC_CHECK(pthread_mutex_unlock(&o->lock) == 0);
	node_link_stop(o->link);
	DC_CHECK(pthread_join(o->thread, NULL) == 0);
	node_link_resume(o->link);
	o->running = false;
}

void
outbox_changed(void *outbox, const struct gateway_change *change)
{
	struct outbox *o = outbox;

	(void)change;
	DC_CHECK(pthread_mutex_lock(&o->lock) == 0);
	o->woken = true;
	DC_CHECK(pthread_cond_signal(&o->wake) == 0);
	DC_CHECK(pthread_mutex_unlock(&o->lock) == 0);
}

void
outbox_status(struct outbox *o, struct outbox_status *out)
{
	DC_CHECK(pthread_mutex_lock(&o->lock) == 0);
	*out = o->status;
	DC_CHECK(pthread_mutex_unlock(&o->lock) == 0);
}
