/*
 * GET /v1/contributors/{address}: what an account did in each model, and its
 * money there, in parts that add up:
 *
 *	deposited = refunded + lost + held,  held = locked + refundable
 *	claimable = refundable, less fees, + rewards
 *
 * What is held is read contribution by contribution; a contributor with more
 * of them than one request may look at has null in these places.
 */
#include "config.h"

#include <string.h>

#include "incentives/share.h"
#include "server/rest.h"
#include "sql/contributors.h"

#define RECENT 20
#define HELD_CHUNK 256
#define HELD_MAX 4096	/* looked at, in all models together */

struct money {
	struct wei lost, locked, claimable, rewards;
	bool whole;		/* false: not everything was looked at */
};

/* Sums over the models; none of these passes what was deposited or earned. */
static void add(struct wei *sum, struct wei part)
{
	if (!wei_add(sum, *sum, part))
		sum->v = u256_not(u256_from_u64(0));
}

static struct wei less(struct wei a, struct wei b)
{
	struct wei out = wei_from_u64(0);

	return wei_sub(&out, a, b) ? out : wei_from_u64(0);
}

/* ---- what is held ---- */

struct looking {
	struct rest *r;
	struct rest_claims claims;
	const struct sql_contributor *who;	/* in one model */
	uint32_t *left;			/* how many may be looked at */
	struct wei held, refundable, pays;
	bool whole;
};

static enum dc_status look_at(struct looking *l,
			      const struct sql_contribution *c)
{
	struct claim_answer refund;
	enum dc_status status;

	status = rest_claims_check(&l->claims, &refund, c, CLAIM_REFUND,
				   &l->r->err);
	add(&l->held, rest_is_mirror(l->claims.model) ? rest_mirror_left(c)
						      : c->is.deposit_wei);
	if (status == DC_OK && refund.reason == CLAIM_ALLOWED) {
		add(&l->refundable, c->is.deposit_wei);
		add(&l->pays, refund.pays_wei);
	}
	return status;
}

static enum dc_status look_at_all(struct looking *l)
{
	struct sql_contribution *rows;
	struct rest *r = l->r;
	enum dc_status status = DC_OK;
	uint64_t from = 0;
	uint32_t n = HELD_CHUNK;

	rows = dc_arena_alloc(r->arena, HELD_CHUNK * sizeof(*rows));
	while (status == DC_OK && n == HELD_CHUNK && *l->left > 0) {
		status = sql_contributions_held_by(r->chain, rows, &n,
						   HELD_CHUNK, l->who->model,
						   &l->who->address, from,
						   r->arena, &r->err);
		for (uint32_t i = 0; status == DC_OK && i < n; i++)
			status = look_at(l, &rows[i]);
		if (n > 0)
			from = rows[n - 1].is.id + 1;
		*l->left -= n < *l->left ? n : *l->left;
	}
	l->whole = status == DC_OK && n < HELD_CHUNK;
	return status;
}

static struct wei rewards_of(const struct sql_model *m,
			     const struct sql_contributor *c)
{
	const struct share_pool pool = { m->totals.acc, m->totals.carry_wei,
					 m->totals.karma };
	const struct share_account account = { c->karma, c->paid_acc,
					       c->owed_wei };

	return share_owed(&pool, &account);
}

static enum dc_status money_in(struct rest *r, struct money *out,
			       const struct sql_model *m,
			       const struct sql_contributor *c,
			       uint32_t *left)
{
	struct looking l = { .r = r, .who = c, .left = left };
	enum dc_status status;

	rest_claims_init(&l.claims, r, m);
	status = look_at_all(&l);
	out->whole = l.whole;
	out->locked = less(l.held, l.refundable);
	out->lost = less(less(c->deposited_wei, c->refunded_wei), l.held);
	out->rewards = rewards_of(m, c);
	out->claimable = out->rewards;
	add(&out->claimable, l.pays);
	return status;
}

/* ---- telling ---- */

static void put_or_null(struct json_out *j, const char *name, bool known,
			struct wei v)
{
	json_put_key(j, name);
	if (known)
		json_put_wei(j, v);
	else
		json_put_null(j);
}

static void put_money(struct json_out *j, const struct money *m)
{
	put_or_null(j, "lost_wei", m->whole, m->lost);
	put_or_null(j, "locked_wei", m->whole, m->locked);
	put_or_null(j, "claimable_wei", m->whole, m->claimable);
	put_or_null(j, "rewards_wei", true, m->rewards);
}

static void sum_up(struct money *all, const struct money *one)
{
	add(&all->lost, one->lost);
	add(&all->locked, one->locked);
	add(&all->claimable, one->claimable);
	add(&all->rewards, one->rewards);
	all->whole &= one->whole;
}

static enum dc_status put_model(struct rest *r,
				const struct sql_contributor *c,
				struct money *all, uint32_t *left)
{
	struct money here = { .whole = true };
	struct sql_model m;
	bool found;

	if (sql_model_by_row(r->chain, &m, &found, c->model, r->arena,
			     &r->err) != DC_OK)
		return r->err.status;
	if (!found)
		return dc_fail(&r->err, DC_EIO, "contributor of no model");
	if (money_in(r, &here, &m, c, left) != DC_OK)
		return r->err.status;
	json_put_open(&r->j, '{');
	json_put_key(&r->j, "model");
	json_put_address(&r->j, &m.is.trainer);
	json_put_key(&r->j, "slug");
	json_put_text(&r->j, m.slug);
	rest_put_sums(&r->j, c);
	put_money(&r->j, &here);
	json_put_close(&r->j, '}');
	sum_up(all, &here);
	return DC_OK;
}

static enum dc_status put_models(struct rest *r, const struct addr20 *who,
				 struct money *all)
{
	struct sql_page page = { SQL_PAGE_MAX, NULL };
	struct sql_contributor *rows;
	char next[SQL_KEY_BYTES];
	uint32_t n, left = HELD_MAX;

	rows = dc_arena_alloc(r->arena, page.limit * sizeof(*rows));
	if (sql_contributor_models(r->chain, rows, &n, next, who, &page,
				   &r->err) != DC_OK)
		return r->err.status;
	json_put_key(&r->j, "models");
	json_put_open(&r->j, '[');
	for (uint32_t i = 0; i < n; i++)
		if (put_model(r, &rows[i], all, &left) != DC_OK)
			return r->err.status;
	json_put_close(&r->j, ']');
	all->whole &= *next == '\0';
	return DC_OK;
}

static enum dc_status put_one_recent(struct rest *r,
				     const struct sql_contribution *c)
{
	struct rest_claims k;
	struct sql_model m;
	bool found;

	if (sql_model_by_row(r->chain, &m, &found, c->model, r->arena,
			     &r->err) != DC_OK)
		return r->err.status;
	if (!found)
		return dc_fail(&r->err, DC_EIO, "contribution without model");
	rest_claims_init(&k, r, &m);
	json_put_open(&r->j, '{');
	json_put_key(&r->j, "model");
	json_put_address(&r->j, &m.is.trainer);
	if (rest_put_contribution(r, &k,
				  registry_find(r->app->registry,
						&m.is.trainer),
				  c, &r->err) != DC_OK)
		return r->err.status;
	json_put_close(&r->j, '}');
	return DC_OK;
}

static enum dc_status put_recent(struct rest *r, const struct addr20 *who)
{
	struct sql_contribution *rows;
	uint32_t n;

	rows = dc_arena_alloc(r->arena, RECENT * sizeof(*rows));
	if (sql_contributions_recent(r->chain, rows, &n, RECENT, who,
				     r->arena, &r->err) != DC_OK)
		return r->err.status;
	json_put_key(&r->j, "recent");
	json_put_open(&r->j, '[');
	for (uint32_t i = 0; i < n; i++)
		if (put_one_recent(r, &rows[i]) != DC_OK)
			return r->err.status;
	json_put_close(&r->j, ']');
	return DC_OK;
}

static enum dc_status write_contributor(struct rest *r)
{
	struct money all_money = { .whole = true };
	struct sql_contributor all;
	struct dc_err why = DC_ERR_INIT;
	struct addr20 who;
	bool found;

	if (addr20_parse(&who, r->rq->param[0], &why) != DC_OK)
		return dc_fail(&r->err, DC_EINVAL, "address: %s", why.text);
	if (sql_contributor_get(r->chain, &all, &found, SQL_ALL_MODELS, &who,
				&r->err) != DC_OK)
		return r->err.status;
	if (!found)
		return dc_fail(&r->err, DC_ENOTFOUND, "no such contributor");
	json_put_open(&r->j, '{');
	json_put_key(&r->j, "address");
	json_put_address(&r->j, &who);
	rest_put_sums(&r->j, &all);
	if (put_models(r, &who, &all_money) != DC_OK)
		return r->err.status;
	put_money(&r->j, &all_money);
	if (put_recent(r, &who) != DC_OK)
		return r->err.status;
	json_put_close(&r->j, '}');
	return DC_OK;
}

void rest_contributor(struct http_request *rq, struct http_reply *rp)
{
	struct rest r;

	if (rest_open(&r, rq, rp))
		rest_close(&r, write_contributor(&r));
}
