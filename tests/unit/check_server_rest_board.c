/* check_server_rest_board.c: leaderboards, and who stands on them. */

#include "config.h"

#include <stdio.h>
#include <stdlib.h>

#include "sql/contributors.h"
#include "tests/unit/rest_reply.h"
#include "tests/unit/unit.h"

static struct rest_fixture f;

#define at rest_at
#define int_at rest_int_at
#define text_at rest_text_at

static json_t *get(const char *path, const char *schema)
{
	return rest_ok(&f, http_client_get(f.client, path), schema);
}

/* "/v1/models/SLUG" and tail; good until the next call. */
static const char *under(const char *tail)
{
	static char path[512];

	snprintf(path, sizeof(path), "/v1/models/%s%s",
		 registry_info(f.sections)->slug, tail);
	return path;
}

static uint64_t wei_at(const json_t *o, const char *name)
{
	return strtoull(text_at(o, name), NULL, 10);
}

/* The parts add up; fees are what a refund lacks of its deposit. */
static void check_money(const json_t *who)
{
	uint64_t parts = wei_at(who, "refunded_wei") +
			 wei_at(who, "lost_wei") + wei_at(who, "locked_wei");

	ck_assert_uint_le(parts, wei_at(who, "deposited_wei"));
	ck_assert_uint_le(wei_at(who, "claimable_wei"),
			  wei_at(who, "deposited_wei") - parts +
			  wei_at(who, "rewards_wei"));
	ck_assert_uint_ge(wei_at(who, "claimable_wei"),
			  wei_at(who, "rewards_wei"));
	ck_assert_uint_gt(wei_at(who, "locked_wei") +
			  wei_at(who, "claimable_wei"), 0);
}

START_TEST(the_board_ranks_by_karma)
{
	char path[128], address[ADDR20_TEXT_BYTES];
	json_t *board, *first, *who;

	rest_fixture_start(&f, 1);
	board = get(under("/leaderboard"), "Leaderboard");
	ck_assert_uint_eq(json_array_size(at(board, "entries")), 5);
	first = json_array_get(at(board, "entries"), 0);
	ck_assert_int_eq(int_at(first, "rank"), 1);
	snprintf(address, sizeof(address), "%s", text_at(first, "address"));
	snprintf(path, sizeof(path), "/v1/contributors/%s", address);
	who = get(path, "Contributor");
	ck_assert_int_eq(int_at(who, "karma"), int_at(first, "karma"));
	ck_assert_uint_eq(json_array_size(at(who, "models")), 1);
	ck_assert_uint_eq(json_array_size(at(who, "recent")), 20);
	check_money(who);
	check_money(json_array_get(at(who, "models"), 0));
	json_decref(who);
	json_decref(board);
	board = get("/v1/leaderboard?by=karma&window=all&limit=2",
		    "Leaderboard");
	ck_assert_uint_eq(json_array_size(at(board, "entries")), 2);
	json_decref(board);
	snprintf(path, sizeof(path), "/v1/leaderboard?by=deposited&window=7d"
		 "&q=%.8s", address);
	board = get(path, "Leaderboard");
	ck_assert_str_eq(text_at(board, "by"), "deposited");
	ck_assert_str_eq(text_at(board, "window"), "7d");
	ck_assert_uint_eq(json_array_size(at(board, "entries")), 1);
	first = json_array_get(at(board, "entries"), 0);
	ck_assert_str_eq(text_at(first, "address"), address);
	ck_assert_double_gt(json_number_value(at(first, "share")), 0.0);
	json_decref(board);
	rest_fixture_stop(&f);
}
END_TEST

/* The owner of the model and an account that the daemon names. */
START_TEST(baselines_stand_beside_the_board)
{
	const struct addr20 named = rest_fixture_address(11);
	char path[128], address[ADDR20_TEXT_BYTES];
	json_t *board, *one;

	rest_fixture_start(&f, 1);
	f.app.baselines = &named;
	f.app.n_baselines = 1;
	addr20_format(&named, address);
	board = get(under("/leaderboard?by=contributions"), "Leaderboard");
	ck_assert_uint_eq(json_array_size(at(board, "entries")), 4);
	for (size_t i = 0; i < 4; i++) {
		one = json_array_get(at(board, "entries"), i);
		ck_assert_int_eq(int_at(one, "rank"), (json_int_t)i + 1);
		ck_assert_str_ne(text_at(one, "address"), address);
		ck_assert_ptr_null(json_object_get(one, "role"));
	}
	ck_assert_uint_eq(json_array_size(at(board, "baselines")), 1);
	one = json_array_get(at(board, "baselines"), 0);
	ck_assert_str_eq(text_at(one, "address"), address);
	ck_assert_str_eq(text_at(one, "role"), "reference");
	/* as many as each of the others, and second to come */
	ck_assert_int_eq(int_at(one, "rank"), 2);
	ck_assert_int_eq(int_at(one, "contributions"), REST_SECTIONS / 5);
	json_decref(board);
	snprintf(path, sizeof(path), "/v1/leaderboard?q=%s", address);
	board = get(path, "Leaderboard");
	ck_assert_uint_eq(json_array_size(at(board, "entries")), 0);
	ck_assert_uint_eq(json_array_size(at(board, "baselines")), 1);
	json_decref(board);
	board = get("/v1/leaderboard?q=0x0000", "Leaderboard");
	ck_assert_uint_eq(json_array_size(at(board, "baselines")), 0);
	json_decref(board);
	rest_fixture_stop(&f);
}
END_TEST

/* Who made the model brought data too. */
START_TEST(an_owner_stands_apart_on_its_models_board_alone)
{
	const struct addr20 owner = rest_fixture_address(1);
	struct sql_contributor_delta d = { .contributions = 900, .block =
		REST_HEAD, .log = 9, .time_s = REST_NOW_S };
	char address[ADDR20_TEXT_BYTES];
	struct dc_err err = DC_ERR_INIT;
	json_t *board, *one;

	rest_fixture_start(&f, 1);
	addr20_format(&owner, address);
	ck_assert_int_eq(sql_tx_begin(f.writer, &err), DC_OK);
	ck_assert_int_eq(sql_contributor_add(f.writer, f.row[0], &owner, &d,
					     &err), DC_OK);
	ck_assert_int_eq(sql_tx_commit(f.writer, &err), DC_OK);
	board = get(under("/leaderboard?by=contributions&limit=1"),
		    "Leaderboard");
	one = json_array_get(at(board, "entries"), 0);
	ck_assert_str_ne(text_at(one, "address"), address);
	ck_assert_int_eq(int_at(one, "rank"), 1);
	one = json_array_get(at(board, "baselines"), 0);
	ck_assert_str_eq(text_at(one, "address"), address);
	ck_assert_str_eq(text_at(one, "role"), "owner");
	ck_assert_int_eq(int_at(one, "rank"), 1);
	json_decref(board);
	board = get("/v1/leaderboard?by=contributions&limit=1", "Leaderboard");
	one = json_array_get(at(board, "entries"), 0);
	ck_assert_str_eq(text_at(one, "address"), address);
	ck_assert_uint_eq(json_array_size(at(board, "baselines")), 0);
	json_decref(board);
	rest_fixture_stop(&f);
}
END_TEST

UNIT_MAIN("server/rest_board", the_board_ranks_by_karma,
	  baselines_stand_beside_the_board,
	  an_owner_stands_apart_on_its_models_board_alone)
