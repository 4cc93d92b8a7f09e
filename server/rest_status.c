/* GET /healthz, /readyz, /v1/status, /metrics: how the daemon is. */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "base/clock.h"
#include "oracle/attester.h"
#include "oracle/mirrors.h"
#include "server/embedder.h"
#include "server/exports.h"
#include "server/rest.h"
#include "server/texts.h"
#include "sql/blocks.h"
#include "sql/operators.h"

static uint64_t uptime_s(const struct app *a)
{
	return (uint64_t)(dc_clock_ms() - a->started_ms) / 1000;
}

void rest_healthz(struct http_request *rq, struct http_reply *rp)
{
	if (!http_not_modified(rq, rp, "ok"))
		dc_buf_append_text(&rp->body, "{\"status\":\"ok\"}");
}

/* ---- ready ---- */

struct lack {
	const char *what;	/* NULL: nothing */
	const char *why;	/* "": it speaks for itself */
};

/* What is missing. */
static struct lack missing(const struct app *a,
			   const struct gateway_status *s)
{
	if (s->halted)
		return (struct lack){ "following has halted", s->halted_why };
	if (s->chain_id == 0 || s->seconds_since_node > a->ready_s + 1)
		return (struct lack){ "the node does not answer",
				      s->last_error };
	if (s->followed == 0 && s->head > 0)
		return (struct lack){ "nothing is followed yet",
				      s->last_error };
	if (s->lag_blocks > a->ready_blocks && s->seconds_behind > a->ready_s)
		return (struct lack){ "the chain is not caught up with",
				      s->last_error };
	return (struct lack){ NULL, "" };
}

static bool is_unwell(const struct node_status *n)
{
	return n->state != NODE_GOOD && n->state != NODE_UNTRIED;
}

/* Of the endpoints that are not well the first that lies, else the first;
 * false: none. */
static bool unwell(char *out, size_t room, const struct gateway_status *s)
{
	const struct node_status *n = NULL;

	for (size_t i = s->n_nodes; i-- > 0;)
		if (is_unwell(&s->nodes[i]) &&
		    (n == NULL || n->state != NODE_LYING ||
		     s->nodes[i].state == NODE_LYING))
			n = &s->nodes[i];
	if (n == NULL)
		return false;
	(void)snprintf(out, room, "node %d is %s%s%s",
		       (int)(n - s->nodes) + 1, node_state_name(n->state),
		       n->why[0] != '\0' ? ": " : "", n->why);
	return true;
}

/* It serves; that it cannot sign or send is told beside that. */
static void put_ready(const struct app *a, const struct gateway_status *status,
		      struct http_reply *rp)
{
	struct outbox_status s = { .signer_alive = true };
	char note[NODE_WHY_BYTES + 32];
	struct json_out j;

	if (a->outbox != NULL)
		outbox_status(a->outbox, &s);
	json_out_init(&j, &rp->body);
	json_put_open(&j, '{');
	json_put_key(&j, "status");
	json_put_text(&j, "ready");
	if (!s.signer_alive || s.held_back[0] != '\0') {
		json_put_key(&j, "note");
		json_put_text(&j, s.signer_alive ? s.held_back :
			      "the signer is gone: nothing is signed");
	} else if (unwell(note, sizeof(note), status)) {
		json_put_key(&j, "note");
		json_put_text(&j, note);
	}
	json_put_close(&j, '}');
}

void rest_readyz(struct http_request *rq, struct http_reply *rp)
{
	struct gateway_status status;
	struct lack lack;
	struct rest r;

	if (!rest_open_untagged(&r, rq, rp))
		return;
	rest_close(&r, DC_OK);
	r.app->status(r.app->user, &status);
	lack = missing(r.app, &status);
	if (lack.what != NULL) {
		http_problem(rq, rp, 503, "%s%s%s", lack.what,
			     *lack.why != '\0' ? ": " : "", lack.why);
		rp->retry_after_s = 1;
	} else {
		put_ready(r.app, &status, rp);
		rest_tag_body(rq, rp);
	}
}

/* ---- status ---- */

/* Endpoints by their numbers: addresses are nobody's business. */
static void put_nodes(struct json_out *j, const struct gateway_status *s)
{
	json_put_key(j, "nodes");
	json_put_open(j, '[');
	for (size_t i = 0; i < s->n_nodes; i++) {
		const struct node_status *n = &s->nodes[i];

		json_put_open(j, '{');
		json_put_key(j, "state");
		json_put_text(j, node_state_name(n->state));
		json_put_key(j, "chosen");
		json_put_bool(j, n->chosen);
		json_put_key(j, "head");
		json_put_u64(j, n->head);
		json_put_key(j, "failures");
		json_put_u64(j, n->failures);
		json_put_key(j, "lies");
		json_put_u64(j, n->lies);
		json_put_key(j, "why");
		json_put_text(j, n->why);
		json_put_close(j, '}');
	}
	json_put_close(j, ']');
}

static void put_chain(struct json_out *j, const struct gateway_status *s)
{
	json_put_key(j, "chain");
	json_put_open(j, '{');
	json_put_key(j, "id");
	json_put_u64(j, s->chain_id);
	json_put_key(j, "head");
	json_put_u64(j, s->head);
	json_put_key(j, "followed");
	json_put_u64(j, s->followed);
	json_put_key(j, "followed_time");
	json_put_time(j, s->followed_time_s);
	json_put_key(j, "finalized");
	json_put_u64(j, s->finalized);
	json_put_key(j, "lag_blocks");
	json_put_u64(j, s->lag_blocks);
	json_put_key(j, "halted");
	json_put_bool(j, s->halted);
	put_nodes(j, s);
	json_put_close(j, '}');
}

static void put_sending(struct json_out *j, struct outbox *o)
{
	struct outbox_status s;

	outbox_status(o, &s);
	json_put_key(j, "signer_alive");
	json_put_bool(j, s.signer_alive);
	json_put_key(j, "spent_today_wei");
	json_put_wei(j, s.spent_today_wei);
	json_put_key(j, "spent_wei");
	json_put_wei(j, s.spent_wei);
	json_put_key(j, "held_back");
	json_put_text(j, s.held_back);
}

static enum dc_status put_operator(struct rest *r)
{
	const struct app *a = r->app;
	struct sql_operator o;
	bool found;

	json_put_key(&r->j, "operator");
	if (addr20_is_zero(&a->operator_signer)) {
		json_put_null(&r->j);
		return DC_OK;
	}
	if (sql_operator_find(r->chain, &o, &found,
			      addr20_is_zero(&a->pool) ? NULL : &a->pool,
			      &a->operator_signer, r->arena,
			      &r->err) != DC_OK)
		return r->err.status;
	json_put_open(&r->j, '{');
	json_put_key(&r->j, "address");
	json_put_address(&r->j, found ? &o.owner : &a->operator_signer);
	json_put_key(&r->j, "registered");
	json_put_bool(&r->j, found);
	json_put_key(&r->j, "bond_wei");
	json_put_wei(&r->j, found ? o.bond_wei : wei_from_u64(0));
	if (a->outbox != NULL)
		put_sending(&r->j, a->outbox);
	json_put_close(&r->j, '}');
	return DC_OK;
}

static enum dc_status write_status(struct rest *r)
{
	uint64_t models, contributions;
	struct gateway_status status;
	struct json_out *j = &r->j;

	if (sql_models_count(r->chain, &models, &contributions,
			     &r->err) != DC_OK)
		return r->err.status;
	r->app->status(r->app->user, &status);
	json_put_open(j, '{');
	json_put_key(j, "version");
	json_put_text(j, PACKAGE_VERSION);
	put_chain(j, &status);
	if (put_operator(r) != DC_OK)
		return r->err.status;
	json_put_key(j, "models");
	json_put_u64(j, models);
	json_put_key(j, "contributions");
	json_put_u64(j, contributions);
	json_put_key(j, "uptime_s");
	json_put_u64(j, uptime_s(r->app));
	json_put_close(j, '}');
	return DC_OK;
}

/* All that the status tells but the uptime, as one number: the node's part
 * moves without a commit.
 * Source: Steele, Lea, Flood 2014, SplitMix64's finalizer, word by word. */
static uint64_t told_state(const struct app *a)
{
	uint64_t told[7], h = a->sequence(a->user);
	struct gateway_status s;

	a->status(a->user, &s);
	told[0] = s.chain_id;
	told[1] = s.head;
	told[2] = s.followed;
	told[3] = s.followed_time_s;
	told[4] = s.finalized;
	told[5] = s.lag_blocks;
	told[6] = s.halted;
	for (size_t i = 0; i < DC_ARRAY_LEN(told); i++) {
		h = (h ^ (h >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
		h = (h ^ (h >> 27)) * UINT64_C(0x94d049bb133111eb);
		h = (h ^ (h >> 31)) + told[i];
	}
	return h;
}

/* A kept status is one of this second. */
uint64_t rest_status_state(void *app)
{
	const struct app *a = app;

	return told_state(a) + (uptime_s(a) << 40);
}

/* The tag speaks for the state: the uptime that goes on with the clock is
 * no news, so the tag is a weak one. */
void rest_status(struct http_request *rq, struct http_reply *rp)
{
	const struct app *a = rq->app;
	char state[64];
	struct rest r;

	(void)snprintf(state, sizeof(state), "%" PRIx64 " %" PRIx64, a->boot,
		       told_state(a));
	if (!http_not_modified(rq, rp, state) &&
	    rest_open_untagged(&r, rq, rp))
		rest_close(&r, write_status(&r));
	http_weaken_tag(rp);
}

/* ---- metrics ---- */

static void put_metric(struct dc_buf *b, const char *name, const char *type,
		       const char *help, uint64_t v)
{
	dc_buf_printf(b, "# HELP decaid_%s %s\n# TYPE decaid_%s %s\n"
		      "decaid_%s %" PRIu64 "\n", name, help, name, type,
		      name, v);
}

static void put_http(struct dc_buf *b, const struct http_server *s)
{
	struct http_counters c;

	if (s == NULL)
		return;
	http_server_counters(s, &c);
	put_metric(b, "http_requests_total", "counter",
		   "Requests begun.", c.requests);
	put_metric(b, "http_connections", "gauge",
		   "Connections open.", c.connections);
	put_metric(b, "http_streams", "gauge",
		   "Event streams open.", c.streams);
	put_metric(b, "http_kept_replies_total", "counter",
		   "Replies sent again from memory.", c.kept);
	put_metric(b, "http_refused_connections_total", "counter",
		   "Connections of addresses that have enough.", c.refused);
	put_metric(b, "http_timed_out_total", "counter",
		   "Requests that did not come in time.", c.timed_out);
	dc_buf_append_text(b, "# HELP decaid_http_responses_total Replies.\n"
			   "# TYPE decaid_http_responses_total counter\n");
	for (unsigned i = 2; i < DC_ARRAY_LEN(c.by_class); i++)
		dc_buf_printf(b, "decaid_http_responses_total{class=\"%uxx\"}"
			      " %" PRIu64 "\n", i, c.by_class[i]);
}

static void put_following(struct dc_buf *b, const struct gateway_status *s)
{
	put_metric(b, "chain_head_block", "gauge",
		   "Head of the node.", s->head);
	put_metric(b, "chain_followed_block", "gauge",
		   "Last block committed.", s->followed);
	put_metric(b, "chain_finalized_block", "gauge",
		   "Last block known to be final.", s->finalized);
	put_metric(b, "chain_lag_blocks", "gauge",
		   "Head less followed.", s->lag_blocks);
	put_metric(b, "chain_node_silent_seconds", "gauge",
		   "Since the node last answered.", s->seconds_since_node);
	put_metric(b, "chain_head_age_seconds", "gauge",
		   "Since the node last had a new head.",
		   s->seconds_since_head);
	put_metric(b, "chain_reorgs_total", "counter",
		   "Reorganisations seen.", s->reorgs);
	put_metric(b, "chain_doubts_total", "counter",
		   "Blocks asked for again, since a log was missing.",
		   s->doubts);
	put_metric(b, "chain_events_total", "counter",
		   "Logs committed.", s->events);
	put_metric(b, "chain_mismatches_total", "counter",
		   "Amounts that the rules do not explain.", s->mismatches);
	put_metric(b, "chain_halted", "gauge",
		   "1 when following stopped for good.", s->halted);
}

static void put_node_line(struct dc_buf *b, const char *name, size_t i,
			  uint64_t v)
{
	dc_buf_printf(b, "decaid_%s{node=\"%zu\"} %" PRIu64 "\n", name,
		      i + 1, v);
}

static void put_node_state(struct dc_buf *b, size_t i, enum node_state is)
{
	for (int k = NODE_UNTRIED; k <= NODE_FOREIGN; k++)
		dc_buf_printf(b, "decaid_node_state{node=\"%zu\",state="
			      "\"%s\"} %d\n", i + 1,
			      node_state_name((enum node_state)k),
			      (int)is == k);
}

/* One line a node under each name, as the format wants it. */
static void put_nodes_metrics(struct dc_buf *b,
			      const struct gateway_status *s)
{
	dc_buf_append_text(b, "# HELP decaid_node_chosen 1 for the node that "
			   "is asked.\n# TYPE decaid_node_chosen gauge\n");
	for (size_t i = 0; i < s->n_nodes; i++)
		put_node_line(b, "node_chosen", i, s->nodes[i].chosen);
	dc_buf_append_text(b, "# HELP decaid_node_good 1 while a node may be "
			   "asked.\n# TYPE decaid_node_good gauge\n");
	for (size_t i = 0; i < s->n_nodes; i++)
		put_node_line(b, "node_good", i,
			      s->nodes[i].state == NODE_GOOD);
	dc_buf_append_text(b, "# HELP decaid_node_state 1 beside the state "
			   "that a node is in.\n# TYPE decaid_node_state "
			   "gauge\n");
	for (size_t i = 0; i < s->n_nodes; i++)
		put_node_state(b, i, s->nodes[i].state);
	dc_buf_append_text(b, "# HELP decaid_node_head_block Its head when "
			   "last asked.\n# TYPE decaid_node_head_block "
			   "gauge\n");
	for (size_t i = 0; i < s->n_nodes; i++)
		put_node_line(b, "node_head_block", i, s->nodes[i].head);
	dc_buf_append_text(b, "# HELP decaid_node_failures_total Steps it "
			   "failed.\n# TYPE decaid_node_failures_total "
			   "counter\n");
	for (size_t i = 0; i < s->n_nodes; i++)
		put_node_line(b, "node_failures_total", i,
			      s->nodes[i].failures);
	dc_buf_append_text(b, "# HELP decaid_node_lies_total Times it was "
			   "caught with logs left out or changed.\n"
			   "# TYPE decaid_node_lies_total counter\n");
	for (size_t i = 0; i < s->n_nodes; i++)
		put_node_line(b, "node_lies_total", i, s->nodes[i].lies);
}

static void put_embedder(struct dc_buf *b, struct embedder *e)
{
	struct embedder_counters c;

	embedder_counters(e, &c);
	put_metric(b, "embedding_texts_total", "counter",
		   "Texts sent to embedding services.", c.texts);
	put_metric(b, "embedding_kept_total", "counter",
		   "Texts whose embedding was known.", c.kept);
	put_metric(b, "embedding_requests_total", "counter",
		   "Requests that services answered.", c.requests);
	put_metric(b, "embedding_failures_total", "counter",
		   "Requests that they did not, tried again in vain.",
		   c.failures);
}

static void put_attester(struct dc_buf *b, struct attester *a)
{
	struct attester_counters c;

	attester_counters(a, &c);
	put_metric(b, "attestations_signed_total", "counter",
		   "Predictions that were signed.", c.made);
	put_metric(b, "attestations_kept_total", "counter",
		   "Signatures that were given again.", c.kept);
	put_metric(b, "attestations_refused_total", "counter",
		   "Requests over the rate of signatures.", c.refused);
	put_metric(b, "attestations_failed_total", "counter",
		   "Requests that could not be signed.", c.failures);
}

static void put_exports(struct dc_buf *b, struct exports *e)
{
	struct exports_counters c;

	exports_counters(e, &c);
	put_metric(b, "exports_made_total", "counter",
		   "Files that models were written to.", c.made);
	put_metric(b, "exports_failed_total", "counter",
		   "Files that models could not be written to.", c.failed);
	put_metric(b, "exports_waiting", "gauge",
		   "Files that wait to be written.", c.waiting);
	put_metric(b, "exports_bytes", "gauge",
		   "Bytes of files that are written or sent now.", c.bytes);
}

static void put_texts(struct dc_buf *b, struct texts *t)
{
	struct texts_counters c;

	texts_counters(t, &c);
	put_metric(b, "texts", "gauge",
		   "Texts behind contributions that are kept.", c.kept);
	put_metric(b, "texts_bytes", "gauge", "How long they are.", c.bytes);
	put_metric(b, "texts_waiting", "gauge",
		   "Texts that wait for their transaction.", c.waiting);
	put_metric(b, "texts_refused_total", "counter",
		   "Texts that did not fit, or came too late.", c.refused);
}

static void put_wei_metric(struct dc_buf *b, const char *name,
			   const char *type, const char *help, struct wei v)
{
	char text[WEI_TEXT_BYTES];

	wei_format(v, text);
	dc_buf_printf(b, "# HELP decaid_%s %s\n# TYPE decaid_%s %s\n"
		      "decaid_%s %s\n", name, help, name, type, name, text);
}

static void put_outbox(struct dc_buf *b, struct outbox *o)
{
	struct outbox_status s;

	if (o == NULL)
		return;
	outbox_status(o, &s);
	put_metric(b, "signer_alive", "gauge",
		   "1 while the signer answers.", s.signer_alive);
	put_metric(b, "signatures_total", "counter",
		   "Checkpoints signed since the start.", s.signatures);
	put_metric(b, "outbox_queued", "gauge",
		   "Transactions not yet sent.", s.queued);
	put_metric(b, "outbox_sent", "gauge",
		   "Transactions sent, not mined.", s.sent);
	put_metric(b, "outbox_mined", "gauge",
		   "Transactions mined, not final.", s.mined);
	put_metric(b, "outbox_held_back", "gauge",
		   "1 while a limit, funds or the node keep one back.",
		   s.held_back[0] != '\0');
	put_wei_metric(b, "outbox_spent_today_wei", "gauge",
		       "Spent on this UTC day, of what is final.",
		       s.spent_today_wei);
	put_wei_metric(b, "outbox_spent_wei_total", "counter",
		       "Spent on gas and values, of what is final.",
		       s.spent_wei);
}

static void put_mirrors_audits(struct dc_buf *b,
			       const struct deca_mirror_stats *s)
{
	put_metric(b, "mirrors_contributions_total", "counter",
		   "Contributions that mirrors learned from.",
		   s->contributions);
	put_metric(b, "mirrors_audited_total", "counter",
		   "Predictions compared with the contracts' own.",
		   s->audited);
	put_metric(b, "mirrors_differed_total", "counter",
		   "Of them, not the same.", s->differed);
	put_metric(b, "mirrors_unanswered_total", "counter",
		   "Predictions for which the contract took too much gas.",
		   s->unanswered);
	put_metric(b, "mirrors_rereads_total", "counter",
		   "Mirrors read anew.", s->rereads);
	put_metric(b, "mirrors_rewinds_total", "counter",
		   "Mirrors gone back to a kept state.", s->rewinds);
	put_metric(b, "mirrors_unread_total", "counter",
		   "Numbers asked about that there was no room for.",
		   s->unread);
}

/* Of 0xDeCA10B's models; how each one fares, its model's page says. */
static void put_mirrors(struct dc_buf *b, struct mirrors *m)
{
	struct mirrors_totals t;

	mirrors_totals(m, &t);
	dc_buf_printf(b, "# HELP decaid_mirrors Mirrors of contracts.\n"
		      "# TYPE decaid_mirrors gauge\n"
		      "decaid_mirrors{state=\"live\"} %" PRIu64 "\n"
		      "decaid_mirrors{state=\"reading\"} %" PRIu64 "\n"
		      "decaid_mirrors{state=\"refused\"} %" PRIu64 "\n",
		      t.live, t.reading, t.refused);
	put_metric(b, "mirrors_behind_blocks", "gauge",
		   "How far the last of them is behind what is followed.",
		   t.behind_blocks);
	put_metric(b, "mirrors_numbers", "gauge",
		   "Numbers of models that they keep.", t.cells);
	put_mirrors_audits(b, &t.stats);
	put_metric(b, "mirrors_found_total", "counter",
		   "Trainers that were found and let in.", t.found);
	put_metric(b, "mirrors_turned_away_total", "counter",
		   "Trainers that were found and are not mirrored.",
		   t.turned_away);
}

void rest_metrics(struct http_request *rq, struct http_reply *rp)
{
	struct app *a = rq->app;
	struct gateway_status status;

	a->status(a->user, &status);
	rp->type = "text/plain; version=0.0.4; charset=utf-8";
	dc_buf_printf(&rp->body, "# HELP decaid_build_info Which decaid.\n"
		      "# TYPE decaid_build_info gauge\n"
		      "decaid_build_info{version=\"" PACKAGE_VERSION
		      "\"} 1\n");
	put_metric(&rp->body, "uptime_seconds", "gauge",
		   "Since the start.", uptime_s(a));
	put_metric(&rp->body, "models", "gauge", "Models listed.",
		   registry_list(a->registry, NULL, 0));
	put_following(&rp->body, &status);
	put_nodes_metrics(&rp->body, &status);
	put_mirrors(&rp->body, a->mirrors);
	put_outbox(&rp->body, a->outbox);
	put_embedder(&rp->body, a->embedder);
	put_attester(&rp->body, a->attester);
	put_exports(&rp->body, a->exports);
	put_texts(&rp->body, a->texts);
	put_http(&rp->body, a->http);
	rest_tag_body(rq, rp);
}
