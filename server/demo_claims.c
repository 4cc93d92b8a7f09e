/* The demo's people at the counter: refunds, reports, rewards. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "incentives/claim.h"
#include "incentives/price.h"
#include "server/demo.h"
#include "sql/blocks.h"
#include "sql/checkpoints.h"
#include "sql/contributions.h"

#define PAGE 500

/* What one account claims in one transaction. */
struct batch {
	struct demo_pending what;
	struct claim claims[DEMO_BATCH];
};

struct counter {
	struct demo *d;
	struct sql_db *db;
	struct demo_model *m;
	struct sql_model row;
	uint64_t now_s;
	struct dc_arena *arena;
	struct batch *refund, *report;	/* (DEMO_ACCOUNTS) each */
	struct dc_err err;
};

static void batch_send(struct counter *k, struct batch *b)
{
	struct dc_buf data;

	if (b->what.n == 0)
		return;
	dc_buf_init(&data, 65536);
	abi_call_claims(&data, b->what.kind == DEMO_REFUND ?
			CALL_REFUND_BATCH : CALL_REPORT_BATCH, b->claims,
			b->what.n);
	demo_send(k->d, &b->what, &k->m->address, wei_from_u64(0), 0, &data);
	b->what.n = 0;
}

static void batch_add(struct counter *k, struct batch *b,
		      const struct claim *c)
{
	b->what.ids[b->what.n] = c->id;
	b->claims[b->what.n++] = *c;
	k->m->claiming[c->id] = 1;
	if (b->what.n == DEMO_BATCH)
		batch_send(k, b);
}

/* The six recorded fields, as a claimant brings them back. */
static bool make_claim(struct counter *k, struct claim *out,
		       const struct sql_contribution *c, uint64_t late)
{
	struct sql_contribution before;
	bool found = false;

	*out = (struct claim){
		.id = c->is.id, .contributor = c->is.contributor,
		.time_s = c->log.time_s, .deposit_wei = c->is.deposit_wei,
		.label = c->is.label, .sample = c->sample_hash,
		.late = (uint32_t)late,
	};
	if (c->is.id == 0)
		return true;
	if (sql_contribution_get(k->db, &before, &found, k->row.row,
				 c->is.id - 1, k->arena, &k->err) != DC_OK ||
	    !found)
		return false;
	out->prev = before.record_hash;
	return true;
}

static struct claim_record make_record(const struct counter *k,
				       const struct sql_contribution *c,
				       const struct sql_late_range *late)
{
	const struct sql_model_totals *t = &k->row.totals;
	bool judged = t->has_checkpoint && c->is.id < t->checkpoint_judged;

	return (struct claim_record){
		.time_s = c->log.time_s, .deposit_wei = c->is.deposit_wei,
		.verdict = judged ? c->now.verdict : VERDICT_NONE,
		.accepted_at_s = late->to ? late->accepted_s :
			t->checkpoint_accepted_s,
		.in_late_range = late->to && late->from <= c->is.id,
	};
}

static unsigned account_of(const struct demo *d, const struct addr20 *a)
{
	unsigned i;

	for (i = 0; i < DEMO_ACCOUNTS; i++)
		if (addr20_equal(&d->account[i].address, a))
			break;
	return i;
}

/* Somebody honest who did not send it himself. */
static unsigned reporter_for(const struct demo *d, unsigned contributor,
			     uint64_t id)
{
	unsigned n_honest = DEMO_ACCOUNTS - 3;
	unsigned i = (unsigned)(id % n_honest);

	return i == contributor ? (i + 1) % n_honest : i;
}

static void look_at(struct counter *k, const struct sql_contribution *c)
{
	struct claim_actor own = { .is_contributor = true }, other = { 0 };
	unsigned by = account_of(k->d, &c->is.contributor);
	struct sql_late_range late;
	struct claim_record record;
	struct claim_answer refund, report;
	struct claim claim;
	bool found;

	if (by == DEMO_ACCOUNTS || k->m->claiming[c->is.id] ||
	    sql_late_range_find(k->db, &late, &found, k->row.row, c->is.id,
				&k->err) != DC_OK)
		return;
	record = make_record(k, c, &late);
	claim_check(&refund, &k->m->params, CLAIM_REFUND, own, &record,
		    k->now_s);
	claim_check(&report, &k->m->params, CLAIM_REPORT, other, &record,
		    k->now_s);
	if (refund.reason != CLAIM_ALLOWED && report.reason != CLAIM_ALLOWED)
		return;
	if (!make_claim(k, &claim, c, late.index))
		return;
	if (refund.reason == CLAIM_ALLOWED)
		batch_add(k, &k->refund[by], &claim);
	else
		batch_add(k, &k->report[reporter_for(k->d, by, c->is.id)],
			  &claim);
}

/* Room to remember which ids have a claim under way. */
static void claiming_reserve(struct demo_model *m, uint64_t count)
{
	size_t room = m->claiming_room ? m->claiming_room : 1024;

	while (room <= count)
		room *= 2;
	if (room == m->claiming_room)
		return;
	m->claiming = dc_realloc_array(m->claiming, room, 1);
	memset(m->claiming + m->claiming_room, 0, room - m->claiming_room);
	m->claiming_room = room;
}

static enum dc_status look_at_all(struct counter *k)
{
	struct sql_contribution *c = dc_calloc(PAGE, sizeof(*c));
	char next[SQL_KEY_BYTES] = "", after[SQL_KEY_BYTES];
	struct sql_page page = { PAGE, NULL };
	enum dc_status found;
	uint32_t i, n;

	do {
		memcpy(after, next, sizeof(after));
		page.after = after[0] ? after : NULL;
		found = sql_contributions_held(k->db, c, &n, next, k->row.row,
					       &page, k->arena, &k->err);
		for (i = 0; found == DC_OK && i < n; i++)
			look_at(k, &c[i]);
	} while (found == DC_OK && next[0]);
	free(c);
	return found;
}

/* What the next contributions send: a quarter over the price now. */
static void price_look(struct counter *k)
{
	struct price_level level = { k->row.totals.level,
				     k->row.totals.level_time_s };
	struct wei price = price_at(&level, &k->m->params, k->now_s), quarter;

	quarter.v = u256_shr(price.v, 2);
	if (wei_add(&price, price, quarter))
		k->m->stake_wei = price;
}

static void counter_serve(struct counter *k, unsigned model)
{
	unsigned i;
	bool found = false;

	k->m = &k->d->model[model];
	if (sql_model_get(k->db, &k->row, &found, &k->m->address, k->arena,
			  &k->err) != DC_OK || !found)
		return;
	claiming_reserve(k->m, k->row.totals.count);
	price_look(k);
	for (i = 0; i < DEMO_ACCOUNTS; i++) {
		k->refund[i].what = (struct demo_pending){
			.kind = DEMO_REFUND, .model = model, .account = i };
		k->report[i].what = (struct demo_pending){
			.kind = DEMO_REPORT, .model = model, .account = i };
	}
	if (look_at_all(k) != DC_OK)
		return;		/* busy: the next round sees it */
	for (i = 0; i < DEMO_ACCOUNTS; i++) {
		batch_send(k, &k->refund[i]);
		batch_send(k, &k->report[i]);
	}
}

void demo_claims(struct demo *d)
{
	struct counter k = { .d = d, .err = DC_ERR_INIT };
	struct block_ref head;
	bool found = false;
	unsigned i;

	if (demo_db_open(d, &k.db, &k.err) != DC_OK)
		return;		/* the daemon has not made it yet */
	k.arena = dc_arena_new(1 << 20);
	k.refund = dc_calloc(DEMO_ACCOUNTS, sizeof(*k.refund));
	k.report = dc_calloc(DEMO_ACCOUNTS, sizeof(*k.report));
	if (sql_block_head(k.db, &head, &found, &k.err) == DC_OK && found) {
		k.now_s = head.time_s;
		for (i = 0; i < DEMO_MODELS; i++) {
			counter_serve(&k, i);
			dc_arena_reset(k.arena);
		}
	}
	free(k.refund);
	free(k.report);
	dc_arena_free(k.arena);
	sql_db_close(k.db);
}

/* What the accumulator owes an account now; 0 when nobody can tell. */
static struct wei rewards_of(struct demo *d, const struct demo_model *m,
			     const struct addr20 *account)
{
	struct dc_err err = DC_ERR_INIT;
	struct wei owed = wei_from_u64(0);
	struct dc_buf call, out;

	dc_buf_init(&call, 4096);
	dc_buf_init(&out, 4096);
	abi_call_address(&call, CALL_REWARDS_OF, account);
	if (chainclient_view(d->client, &out, &m->address, &call, &err) !=
	    DC_OK || abi_return_wei(&owed, out.data, out.len, &err) != DC_OK)
		owed = wei_from_u64(0);
	dc_buf_clear(&call);
	dc_buf_clear(&out);
	return owed;
}

void demo_claim_rewards(struct demo *d)
{
	struct dc_buf data;
	unsigned i;

	for (i = 0; i < DEMO_ACCOUNTS; i++) {
		struct demo_pending p = { .kind = DEMO_CLAIM_REWARDS,
					  .account = i };

		if (u256_is_zero(rewards_of(d, &d->model[0],
					    &d->account[i].address).v))
			continue;
		dc_buf_init(&data, 64);
		abi_call_plain(&data, CALL_CLAIM_REWARDS);
		demo_send(d, &p, &d->model[0].address, wei_from_u64(0), 0,
			  &data);
	}
}
