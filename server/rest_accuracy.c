/* GET /v1/models/{model}/accuracy */
#include "config.h"

#include "server/rest.h"
#include "sql/accuracy.h"

#define POINTS_DEFAULT 500
#define POINTS_MAX 2000

/* [[contribution, block, time, accuracy], ...] */
static void put_curve(struct json_out *j, const char *name,
		      const struct sql_accuracy_point *p, uint32_t n)
{
	json_put_key(j, name);
	json_put_open(j, '[');
	for (uint32_t i = 0; i < n; i++) {
		if (p[i].counted == 0)	/* nothing was predicted yet */
			continue;
		json_put_open(j, '[');
		json_put_u64(j, p[i].contribution);
		json_put_u64(j, p[i].block);
		json_put_time(j, p[i].time_s);
		json_put_fx9(j, (int64_t)sql_accuracy_fx9(p[i].right,
							  p[i].counted));
		json_put_close(j, ']');
	}
	json_put_close(j, ']');
}

static enum dc_status write_accuracy(struct rest *r)
{
	const char *text = http_query(r->rq, "points");
	const struct registry_model *live;
	struct sql_accuracy_point *found;
	uint64_t points = POINTS_DEFAULT;
	struct sql_model m;
	uint32_t n;

	if (rest_find_model(r, &m, &live, &r->err) != DC_OK)
		return r->err.status;
	if (text != NULL && rest_uint(&points, text, "points", 2, POINTS_MAX,
				      &r->err) != DC_OK)
		return DC_EINVAL;
	found = dc_arena_alloc(r->arena, points * sizeof(*found));
	json_put_open(&r->j, '{');
	if (sql_accuracy_progressive(r->chain, found, &n, (uint32_t)points,
				     m.row, &r->err) != DC_OK)
		return r->err.status;
	put_curve(&r->j, "progressive", found, n);
	if (sql_accuracy_holdout(r->chain, found, &n, (uint32_t)points, m.row,
				 &r->err) != DC_OK)
		return r->err.status;
	put_curve(&r->j, "holdout", found, n);
	json_put_close(&r->j, '}');
	return DC_OK;
}

void rest_accuracy(struct http_request *rq, struct http_reply *rp)
{
	struct rest r;

	if (rest_open(&r, rq, rp))
		rest_close(&r, write_accuracy(&r));
}
