/* GET /v1/operators and /v1/operators/{address} */
#include "config.h"

#include "server/rest.h"
#include "sql/operators.h"

#define POOL_OPERATORS_MAX 32

static const char *status_name(const struct sql_operator *o)
{
	if (o->slashed)
		return "slashed";
	return o->leaving ? "leaving" : "joined";
}

/* Whose signatures a checkpoint carried stands in its transaction: of those
 * whose transaction the node had. */
static void put_record(struct json_out *j, const struct sql_operator *o)
{
	json_put_key(j, "checkpoints_signed");
	json_put_u64(j, o->checkpoints_signed);
	json_put_key(j, "checkpoints_missed");
	json_put_u64(j, o->checkpoints_missed);
	json_put_key(j, "last_epoch");
	if (o->checkpoints_signed > 0)
		json_put_u64(j, o->last_epoch);
	else
		json_put_null(j);
}

static void put_operator(struct json_out *j, const struct sql_operator *o)
{
	json_put_open(j, '{');
	json_put_key(j, "address");
	json_put_address(j, &o->owner);
	json_put_key(j, "pool");
	json_put_address(j, &o->pool);
	json_put_key(j, "id");
	json_put_u64(j, o->id);
	json_put_key(j, "signer");
	json_put_address(j, &o->signer);
	json_put_key(j, "endpoint");
	json_put_text(j, o->endpoint);
	json_put_key(j, "bond_wei");
	json_put_wei(j, o->bond_wei);
	json_put_key(j, "status");
	json_put_text(j, status_name(o));
	json_put_key(j, "since_block");
	json_put_u64(j, o->since_block);
	put_record(j, o);
	json_put_key(j, "slashed");
	json_put_bool(j, o->slashed);
	json_put_close(j, '}');
}

/* Whose signatures count: strictly more than two thirds of the bonds of one
 * pool. Summed over the daemon's own pool, where it has one. */
static enum dc_status put_quorum(struct rest *r)
{
	struct sql_page page = { POOL_OPERATORS_MAX, NULL };
	struct sql_operator *found;
	char next[SQL_KEY_BYTES];
	struct wei sum = wei_from_u64(0);
	uint32_t n;

	json_put_key(&r->j, "quorum");
	if (addr20_is_zero(&r->app->pool)) {
		json_put_null(&r->j);
		return DC_OK;
	}
	found = dc_arena_alloc(r->arena, page.limit * sizeof(*found));
	if (sql_operators_page(r->chain, found, &n, next, &r->app->pool,
			       &page, r->arena, &r->err) != DC_OK)
		return r->err.status;
	for (uint32_t i = 0; i < n; i++)
		if (!found[i].slashed &&
		    !wei_add(&sum, sum, found[i].bond_wei))
			return dc_fail(&r->err, DC_EIO, "bonds overflow");
	json_put_open(&r->j, '{');
	json_put_key(&r->j, "pool");
	json_put_address(&r->j, &r->app->pool);
	json_put_key(&r->j, "bond_wei");
	json_put_wei(&r->j, sum);
	json_put_key(&r->j, "more_than");
	json_put_text(&r->j, "2/3");
	json_put_close(&r->j, '}');
	return DC_OK;
}

static enum dc_status write_operators(struct rest *r)
{
	struct sql_operator *found;
	char next[SQL_KEY_BYTES];
	struct sql_page page;
	uint32_t n;

	if (rest_page(r, &page, &r->err) != DC_OK)
		return DC_EINVAL;
	found = dc_arena_alloc(r->arena, page.limit * sizeof(*found));
	if (sql_operators_page(r->chain, found, &n, next, NULL, &page,
			       r->arena, &r->err) != DC_OK)
		return r->err.status;
	json_put_open(&r->j, '{');
	json_put_key(&r->j, "operators");
	json_put_open(&r->j, '[');
	for (uint32_t i = 0; i < n; i++)
		put_operator(&r->j, &found[i]);
	json_put_close(&r->j, ']');
	if (put_quorum(r) != DC_OK)
		return r->err.status;
	rest_put_next(r, next);
	json_put_close(&r->j, '}');
	return DC_OK;
}

void rest_operators(struct http_request *rq, struct http_reply *rp)
{
	struct rest r;

	if (rest_open(&r, rq, rp))
		rest_close(&r, write_operators(&r));
}

static enum dc_status write_operator(struct rest *r)
{
	struct dc_err why = DC_ERR_INIT;
	struct sql_operator o;
	struct addr20 who;
	bool found;

	if (addr20_parse(&who, r->rq->param[0], &why) != DC_OK)
		return dc_fail(&r->err, DC_EINVAL, "address: %s", why.text);
	if (sql_operator_find(r->chain, &o, &found, NULL, &who, r->arena,
			      &r->err) != DC_OK)
		return r->err.status;
	if (!found)
		return dc_fail(&r->err, DC_ENOTFOUND, "no such operator");
	put_operator(&r->j, &o);
	return DC_OK;
}

void rest_operator(struct http_request *rq, struct http_reply *rp)
{
	struct rest r;

	if (rest_open(&r, rq, rp))
		rest_close(&r, write_operator(&r));
}
