/* GET /v1/leaderboard, /v1/models/{model}/leaderboard: who contributed, and
 * how well. */
#include "config.h"

#include <string.h>
#include <strings.h>

#include "server/rest.h"
#include "sql/board.h"

void rest_put_sums(struct json_out *j, const struct sql_contributor *c)
{
	json_put_key(j, "karma");
	json_put_u64(j, c->karma);
	json_put_key(j, "contributions");
	json_put_u64(j, c->contributions);
	json_put_key(j, "agreed");
	json_put_u64(j, c->agreed);
	json_put_key(j, "deposited_wei");
	json_put_wei(j, c->deposited_wei);
	json_put_key(j, "refunded_wei");
	json_put_wei(j, c->refunded_wei);
	json_put_key(j, "earned_wei");
	json_put_wei(j, c->earned_wei);
	json_put_key(j, "last_seen");
	json_put_time(j, c->last_s);
}

/* Part of the whole in fx9, rounded down; -1: there is no whole. */
static int64_t share_of(struct u256 part, struct u256 whole)
{
	struct u256 found;
	uint64_t fx9;

	if (u256_is_zero(whole) ||
	    !u256_muldiv(&found, part, u256_from_u64((uint64_t)DC_FX9_ONE),
			 whole) || !u256_to_u64(&fx9, found))
		return -1;
	return (int64_t)fx9;
}

static struct u256 measure_of(const struct sql_contributor *c,
			      enum sql_board_by by)
{
	switch (by) {
	case SQL_BY_KARMA: return u256_from_u64(c->karma);
	case SQL_BY_CONTRIBUTIONS: return u256_from_u64(c->contributions);
	case SQL_BY_EARNED: return c->earned_wei.v;
	case SQL_BY_DEPOSITED: return c->deposited_wei.v;
	}
	return u256_from_u64(0);
}

/* The members of an entry, without braces. */
static void put_entry(struct json_out *j, const struct sql_board_entry *e,
		      const struct sql_contributor *whole,
		      enum sql_board_by by)
{
	int64_t share = share_of(measure_of(&e->who, by),
				 measure_of(whole, by));

	json_put_key(j, "rank");
	json_put_u64(j, e->rank);
	json_put_key(j, "previous_rank");
	if (e->previous_rank == 0)
		json_put_null(j);
	else
		json_put_u64(j, e->previous_rank);
	json_put_key(j, "address");
	json_put_address(j, &e->who.address);
	rest_put_sums(j, &e->who);
	json_put_key(j, "share");
	if (share < 0)
		json_put_null(j);
	else
		json_put_fx9(j, share);
}

static const char *const by_names[] = {
	"karma", "contributions", "earned", "deposited"
};
static const char *const window_names[] = { "all", "24h", "7d", "30d" };

/* by and window of the query; their names stand in the enums' order. */
static enum dc_status read_board(struct rest *r, struct sql_board *out)
{
	const char *by = http_query(r->rq, "by");
	const char *window = http_query(r->rq, "window");
	unsigned which = 0;

	out->by = SQL_BY_KARMA;
	out->window = SQL_WINDOW_ALL;
	if (by != NULL && rest_choice(&which, by, "by", by_names,
				      DC_ARRAY_LEN(by_names), &r->err) !=
	    DC_OK)
		return DC_EINVAL;
	out->by = (enum sql_board_by)which;
	which = 0;
	if (window != NULL &&
	    rest_choice(&which, window, "window", window_names,
			DC_ARRAY_LEN(window_names), &r->err) != DC_OK)
		return DC_EINVAL;
	out->window = (enum sql_board_window)which;
	return DC_OK;
}

/* A page, or with q those whose address begins so. */
static enum dc_status read_entries(struct rest *r,
				   struct sql_board_entry **out, uint32_t *n,
				   char *next, const struct sql_board *board)
{
	const char *q = http_query(r->rq, "q");
	struct sql_page page;

	if (rest_page(r, &page, &r->err) != DC_OK)
		return DC_EINVAL;
	*out = dc_arena_alloc(r->arena, page.limit * sizeof(**out));
	*next = '\0';
	return q != NULL ?
		sql_board_search(r->chain, *out, n, page.limit, board, q,
				 &r->err) :
		sql_board_page(r->chain, *out, n, next, board, &page,
			       &r->err);
}

/* ---- baselines ---- */

/* The accounts that the daemon names, and the model's owner. */
static void read_apart(struct rest *r, struct sql_board *out,
		       const struct addr20 *owner)
{
	struct addr20 *list = dc_arena_alloc(r->arena, SQL_BOARD_APART_MAX *
					     sizeof(*list));
	size_t n = 0;

	DC_CHECK(r->app->n_baselines < SQL_BOARD_APART_MAX);
	if (owner != NULL)
		list[n++] = *owner;
	for (size_t i = 0; i < r->app->n_baselines; i++)
		if (owner == NULL ||
		    !addr20_equal(&r->app->baselines[i], owner))
			list[n++] = r->app->baselines[i];
	out->apart = list;
	out->n_apart = n;
}

/* Whether an address begins with q: 0x and digits in any case, or NULL. */
static bool begins_with(const struct addr20 *who, const char *q)
{
	char text[ADDR20_TEXT_BYTES];

	addr20_format(who, text);
	return q == NULL || strncasecmp(text, q, strlen(q)) == 0;
}

static enum dc_status put_baselines(struct rest *r,
				    const struct sql_board *board,
				    const struct sql_contributor *whole,
				    const struct addr20 *owner)
{
	struct sql_board_entry *list = dc_arena_alloc(r->arena,
		(board->n_apart + 1) * sizeof(*list));
	const char *q = http_query(r->rq, "q");
	uint32_t n;

	if (sql_board_apart(r->chain, list, &n, board, &r->err) != DC_OK)
		return r->err.status;
	json_put_key(&r->j, "baselines");
	json_put_open(&r->j, '[');
	for (uint32_t i = 0; i < n; i++) {
		const struct addr20 *who = &list[i].who.address;

		if (!begins_with(who, q))
			continue;
		json_put_open(&r->j, '{');
		json_put_key(&r->j, "role");
		json_put_text(&r->j, owner != NULL && addr20_equal(who, owner)
				     ? "owner" : "reference");
		put_entry(&r->j, &list[i], whole, board->by);
		json_put_close(&r->j, '}');
	}
	json_put_close(&r->j, ']');
	return DC_OK;
}

/* ---- the whole ---- */

/* owner  of the model; NULL: over all models */
static enum dc_status write_board(struct rest *r, int64_t model,
				  const struct addr20 *owner)
{
	struct sql_board board = { .model = model };
	struct sql_board_entry *found;
	struct sql_contributor whole;
	char next[SQL_KEY_BYTES];
	uint32_t n;

	read_apart(r, &board, owner);
	if (read_board(r, &board) != DC_OK ||
	    read_entries(r, &found, &n, next, &board) != DC_OK ||
	    sql_board_whole(r->chain, &whole, &board, &r->err) != DC_OK)
		return r->err.status;
	json_put_open(&r->j, '{');
	json_put_key(&r->j, "by");
	json_put_text(&r->j, by_names[board.by]);
	json_put_key(&r->j, "window");
	json_put_text(&r->j, window_names[board.window]);
	json_put_key(&r->j, "entries");
	json_put_open(&r->j, '[');
	for (uint32_t i = 0; i < n; i++) {
		json_put_open(&r->j, '{');
		put_entry(&r->j, &found[i], &whole, board.by);
		json_put_close(&r->j, '}');
	}
	json_put_close(&r->j, ']');
	if (put_baselines(r, &board, &whole, owner) != DC_OK)
		return r->err.status;
	rest_put_next(r, next);
	json_put_close(&r->j, '}');
	return DC_OK;
}

static enum dc_status write_leaderboard(struct rest *r)
{
	const struct registry_model *live;
	struct sql_model m;

	if (rest_find_model(r, &m, &live, &r->err) != DC_OK)
		return r->err.status;
	return write_board(r, m.row, &m.is.owner);
}

void rest_leaderboard(struct http_request *rq, struct http_reply *rp)
{
	struct rest r;

	if (rest_open(&r, rq, rp))
		rest_close(&r, write_leaderboard(&r));
}

void rest_board(struct http_request *rq, struct http_reply *rp)
{
	struct rest r;

	if (rest_open(&r, rq, rp))
		rest_close(&r, write_board(&r, SQL_ALL_MODELS, NULL));
}
