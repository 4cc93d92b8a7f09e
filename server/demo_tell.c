/* What the demo says: a line of what happens, and its last line. */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "server/demo.h"
#include "server/json_out.h"
#include "sql/accuracy.h"
#include "sql/checkpoints.h"

#define PAGE 500

/* --- what the daemon's database says -------------------------------------- */

static bool read_model(struct demo *d, const struct demo_model *m,
		       struct sql_model *out, struct dc_arena *arena)
{
	struct dc_err err = DC_ERR_INIT;
	struct sql_db *db = NULL;
	bool found = false;

	if (demo_db_open(d, &db, &err) != DC_OK)
		return false;
	if (sql_model_get(db, out, &found, &m->address, arena, &err) != DC_OK)
		found = false;
	sql_db_close(db);
	return found;
}

/* fx9; -1: nothing was counted. */
static int64_t share_fx9(uint64_t right, uint64_t counted)
{
	return counted == 0 ? -1 :
		(int64_t)sql_accuracy_fx9(right, counted);
}

static int64_t progressive_fx9(const struct sql_model *row)
{
	return share_fx9(row->totals.progressive_right,
			 row->totals.progressive_counted);
}

static int64_t holdout_fx9(const struct sql_model *row)
{
	return share_fx9(row->totals.holdout_right,
			 row->totals.holdout_counted);
}

/* Mined checkpoints and their gas, from the newest PAGE of them. */
static void count_checkpoints(struct demo *d, struct demo_model *m,
			      int64_t row, struct dc_arena *arena)
{
	struct sql_checkpoint *c = dc_calloc(PAGE, sizeof(*c));
	struct sql_page page = { PAGE, NULL };
	struct dc_err err = DC_ERR_INIT;
	char next[SQL_KEY_BYTES];
	struct rpc_receipt r;
	struct sql_db *db = NULL;
	uint32_t i, n = 0;

	if (demo_db_open(d, &db, &err) == DC_OK &&
	    sql_checkpoints_page(db, c, &n, next, row, &page, arena, &err) !=
	    DC_OK)
		n = 0;
	sql_db_close(db);
	for (i = 0; i < n; i++) {
		if (!c[i].accepted || c[i].refuted ||
		    rpc_receipt(d->rpc, &r, &c[i].log.tx, &err) != DC_OK)
			continue;
		m->done[DEMO_CHECKPOINT]++;
		demo_gas_add(&m->gas[DEMO_CHECKPOINT], 1, r.gas_used);
	}
	free(c);
}

/* --- telling -------------------------------------------------------------- */

static void percent(char *out, size_t room, int64_t fx9)
{
	if (fx9 < 0)
		(void)snprintf(out, room, "-");
	else
		(void)snprintf(out, room, "%" PRId64 ".%" PRId64 "%%",
			       fx9 / 10000000, fx9 / 1000000 % 10);
}

void demo_tell_line(struct demo *d)
{
	struct dc_arena *arena = dc_arena_new(4096);
	const char *end = isatty(STDERR_FILENO) ? "\033[K\r" : "\n";
	unsigned i;

	fprintf(stderr, "%3" PRIu64 " s", (demo_now_ms() - d->started_ms) /
		1000);
	for (i = 0; i < DEMO_MODELS; i++) {
		struct demo_model *m = &d->model[i];
		char held[16], before[16];
		struct sql_model row;
		bool known = read_model(d, m, &row, arena);

		percent(before, sizeof(before),
			known ? progressive_fx9(&row) : -1);
		percent(held, sizeof(held), known ? holdout_fx9(&row) : -1);
		fprintf(stderr, " | %s: %" PRIu64 " contributions, %" PRIu64
			" refunds, %" PRIu64 " reports, accuracy %s, held out "
			"%s", m->name, m->done[DEMO_CONTRIBUTE],
			m->done[DEMO_REFUND], m->done[DEMO_REPORT], before,
			held);
	}
	fprintf(stderr, "%s", end);
	dc_arena_free(arena);
}

static void put_accuracy(struct json_out *j, const char *name, int64_t fx9)
{
	json_put_key(j, name);
	if (fx9 < 0)
		json_put_null(j);
	else
		json_put_fx9(j, fx9);
}

static void put_gas(struct json_out *j, const char *name,
		    const struct demo_gas *g)
{
	json_put_key(j, name);
	if (g->n == 0) {
		json_put_null(j);
		return;
	}
	json_put_open(j, '{');
	json_put_key(j, "min");
	json_put_u64(j, g->min);
	json_put_key(j, "mean");
	json_put_u64(j, g->sum / g->n);
	json_put_close(j, '}');
}

static void put_count(struct json_out *j, const char *name, uint64_t n)
{
	json_put_key(j, name);
	json_put_u64(j, n);
}

static void put_model(struct demo *d, struct json_out *j,
		      struct demo_model *m)
{
	struct demo_gas deploy = { 1, m->deploy_gas, m->deploy_gas };
	struct dc_arena *arena = dc_arena_new(4096);
	struct sql_model row;
	bool known = read_model(d, m, &row, arena);

	if (known)
		count_checkpoints(d, m, row.row, arena);
	json_put_open(j, '{');
	json_put_key(j, "address");
	json_put_address(j, &m->address);
	json_put_key(j, "name");
	json_put_text(j, m->name);
	json_put_key(j, "incentive");
	json_put_text(j, m->kind == INCENTIVE_STAKE ? "stake" : "points");
	put_count(j, "contributions", m->done[DEMO_CONTRIBUTE]);
	put_count(j, "refunds", m->done[DEMO_REFUND]);
	put_count(j, "reports", m->done[DEMO_REPORT]);
	put_count(j, "checkpoints_mined", m->done[DEMO_CHECKPOINT]);
	json_put_key(j, "accuracy");
	json_put_open(j, '{');
	put_accuracy(j, "progressive", known ? progressive_fx9(&row) : -1);
	put_accuracy(j, "holdout", known ? holdout_fx9(&row) : -1);
	json_put_close(j, '}');
	json_put_key(j, "gas");
	json_put_open(j, '{');
	put_gas(j, "deploy", &deploy);
	put_gas(j, "contribute", &m->gas[DEMO_CONTRIBUTE]);
	put_gas(j, "refund", &m->gas[DEMO_REFUND]);
	put_gas(j, "report", &m->gas[DEMO_REPORT]);
	put_gas(j, "checkpoint", &m->gas[DEMO_CHECKPOINT]);
	json_put_close(j, '}');
	json_put_close(j, '}');
	dc_arena_free(arena);
}

static const char *role_name(enum demo_role role)
{
	switch (role) {
	case DEMO_HONEST: return "honest";
	case DEMO_CARELESS: return "careless";
	case DEMO_SPAMMER: return "spammer";
	}
	return "";
}

/* Balance with what gas cost put back: what is held or claimable is lost. */
static void put_account(struct demo *d, struct json_out *j,
			const struct demo_account *a)
{
	struct dc_err err = DC_ERR_INIT;
	struct wei end = wei_from_u64(0);

	if (rpc_balance(d->rpc, &end, &a->address, rpc_at_latest(), &err) !=
	    DC_OK || !wei_add(&end, end, a->gas_wei))
		dc_log(DC_LOG_UNUSUAL, "demo", "no balance: %s", err.text);
	json_put_open(j, '{');
	json_put_key(j, "address");
	json_put_address(j, &a->address);
	json_put_key(j, "role");
	json_put_text(j, role_name(a->role));
	json_put_key(j, "start_wei");
	json_put_wei(j, a->start_wei);
	json_put_key(j, "end_wei");
	json_put_wei(j, end);
	json_put_close(j, '}');
}

/* For people: who gained and who lost. */
static void tell_people(struct demo *d)
{
	unsigned i;

	for (i = 0; i < DEMO_MODELS; i++)
		fprintf(stderr, "\n%s: %" PRIu64 " checkpoints mined\n",
			d->model[i].name, d->model[i].done[DEMO_CHECKPOINT]);
}

void demo_tell_end(struct demo *d)
{
	struct json_out j;
	struct dc_buf b;
	unsigned i;

	dc_buf_init(&b, 1 << 20);
	json_out_init(&j, &b);
	json_put_open(&j, '{');
	json_put_key(&j, "models");
	json_put_open(&j, '[');
	for (i = 0; i < DEMO_MODELS; i++)
		put_model(d, &j, &d->model[i]);
	json_put_close(&j, ']');
	json_put_key(&j, "accounts");
	json_put_open(&j, '[');
	for (i = 0; i < DEMO_ACCOUNTS; i++)
		put_account(d, &j, &d->account[i]);
	json_put_close(&j, ']');
	json_put_close(&j, '}');
	tell_people(d);
	if (d->is.json)
		puts(dc_buf_text(&b));
	dc_buf_clear(&b);
}
