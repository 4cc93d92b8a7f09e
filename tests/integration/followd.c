/*
 * followd: the following half of the daemon alone, for the integration
 * tests. It follows until its standard input ends, and answers lines there:
 *
 *     status    one line of JSON
 *     models    one line of JSON a model, then an empty line
 *     dump      every table that the chain determines, sorted, one row a
 *               line, and each learner's hash; then an empty line
 *     checkpoints ADDRESS   what was computed, newest first; an empty line
 *     operators   one line of JSON an operator, then an empty line
 *     holdout ADDRESS   measurements on held-out rows, oldest first: number
 *               of contributions, block, right, rows; then an empty line
 *
 *     followd --rpc URL --dir DIR --factory A --pool A [--start N]
 *         [--depth N] [--poll MS] [--snapshot N] [--unmeasured]
 */

#include "config.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "incentives/price.h"
#include "oracle/gateway.h"
#include "sql/accuracy.h"
#include "sql/checkpoints.h"
#include "sql/models.h"
#include "sql/operators.h"
#include "tests/unit/chain_dump.h"


static void die(const char *what)
{
	fprintf(stderr, "followd: %s\n", what);
	exit(2);
}

static struct addr20 address(const char *text)
{
	struct addr20 a;

	if (addr20_parse(&a, text, NULL) != DC_OK)
		die("no address");
	return a;
}

static void read_options(struct gateway_config *c, int argc, char **argv)
{
	static const struct option known[] = {
		{ "rpc", 1, NULL, 'r' }, { "dir", 1, NULL, 'd' },
		{ "factory", 1, NULL, 'f' }, { "pool", 1, NULL, 'p' },
		{ "start", 1, NULL, 's' }, { "depth", 1, NULL, 'n' },
		{ "poll", 1, NULL, 'm' }, { "snapshot", 1, NULL, 'e' },
		{ "unmeasured", 0, NULL, 'u' },
		{ NULL, 0, NULL, 0 }
	};
	int opt;

	while ((opt = getopt_long(argc, argv, "", known, NULL)) != -1)
		switch (opt) {
		case 'r':
			c->rpc_url = optarg;
			break;
		case 'd':
			c->data_dir = optarg;
			break;
		case 'f':
			c->factory = address(optarg);
			break;
		case 'p':
			c->pool = address(optarg);
			break;
		case 's':
			c->start_block = strtoull(optarg, NULL, 10);
			break;
		case 'n':
			c->finality.kind = GATEWAY_DEPTH;
			c->finality.depth = strtoull(optarg, NULL, 10);
			break;
		case 'm':
			c->poll_ms = (unsigned)strtoul(optarg, NULL, 10);
			break;
		case 'e':
			c->snapshot_every = strtoull(optarg, NULL, 10);
			break;
		case 'u':	/* as a daemon without held-out rows */
			c->holdout = NULL;
			break;
		default:
			die("unknown option");
		}
	if (c->rpc_url == NULL || c->data_dir == NULL)
		die("--rpc and --dir are needed");
}

/* Texts of our own: quotes and backslashes do not come, but in errors. */
static void print_text(const char *key, const char *text)
{
	printf(",\"%s\":\"", key);
	for (; *text != '\0'; text++)
		putchar(*text == '"' || *text == '\\' ? '\'' : *text);
	putchar('"');
}

static void print_status(struct gateway *g)
{
	struct gateway_status s;

	gateway_status(g, &s);
	printf("{\"chain\":%" PRIu64 ",\"head\":%" PRIu64 ",\"followed\":%"
	       PRIu64 ",\"finalized\":%" PRIu64 ",\"reorgs\":%" PRIu64
	       ",\"events\":%" PRIu64 ",\"mismatches\":%" PRIu64
	       ",\"sequence\":%" PRIu64 ",\"halted\":%s", s.chain_id, s.head,
	       s.followed, s.finalized, s.reorgs, s.events, s.mismatches,
	       s.sequence, s.halted ? "true" : "false");
	print_text("why", s.halted_why);
	print_text("error", s.last_error);
	printf("}\n");
}

static struct sql_db *open_reader(const char *dir)
{
	struct dc_err err = DC_ERR_INIT;
	struct sql_db *db;
	char path[4096];

	snprintf(path, sizeof(path), "%s/chain.db", dir);
	if (sql_db_open(&db, path, SQL_CHAIN, SQL_READER, &err) != DC_OK)
		die(err.text);
	return db;
}

static void print_hash(const char *key, const struct hash32 *h)
{
	char text[HASH32_TEXT_BYTES];

	hash32_format(h, text);
	print_text(key, text);
}

static void print_wei(const char *key, struct wei v)
{
	char text[WEI_TEXT_BYTES];

	wei_format(v, text);
	print_text(key, text);
}

static void print_model(const struct sql_model *m)
{
	const struct sql_model_totals *t = &m->totals;
	struct price_level level = { t->level, t->level_time_s };
	char text[ADDR20_TEXT_BYTES];

	addr20_format(&m->is.trainer, text);
	printf("{\"row\":%" PRId64 ",\"count\":%" PRIu64 ",\"judged\":%"
	       PRIu64 ",\"karma\":%" PRIu64 ",\"accuracy\":[%" PRIu64 ",%"
	       PRIu64 "],\"holdout\":[%" PRIu64 ",%" PRIu64 "]", m->row,
	       t->count, t->judged, t->karma, t->progressive_right,
	       t->progressive_counted, t->holdout_right, t->holdout_counted);
	print_text("address", text);
	print_text("slug", m->slug);
	print_hash("record", &t->record_hash);
	print_wei("held", t->held_wei);
	print_wei("paid_out", t->paid_out_wei);
	print_wei("forfeited", t->forfeited_wei);
	print_wei("fees", t->fees_wei);
	print_wei("price", m->is.kind == INCENTIVE_STAKE ?
		  price_at(&level, &m->is.params, t->level_time_s) :
		  wei_from_u64(0));
	printf("}\n");
}

static void print_models(const char *dir)
{
	struct sql_models_filter filter = {
		.kind = -1, .sort = SQL_MODELS_OLD
	};
	struct sql_page page = { .limit = 100, .after = NULL };
	struct dc_arena *arena = dc_arena_new(4096);
	struct sql_db *db = open_reader(dir);
	struct sql_model models[100];
	char next[SQL_KEY_BYTES];
	uint32_t n = 0, i;

	if (sql_models_page(db, models, &n, next, &filter, &page, arena,
			    NULL) != DC_OK)
		die("models");
	for (i = 0; i < n; i++)
		print_model(&models[i]);
	putchar('\n');
	sql_db_close(db);
	dc_arena_free(arena);
}

static void print_checkpoint(const struct sql_checkpoint *c)
{
	uint32_t i, k;

	printf("{\"epoch\":%" PRIu64 ",\"count\":%" PRIu64 ",\"judged\":%"
	       PRIu64 ",\"judgedBefore\":%" PRIu64 ",\"accuracy\":%" PRIu64
	       ",\"accepted\":%s,\"differs\":%s", c->is.epoch, c->is.count,
	       c->is.judged, c->judged_before, c->is.accuracy_fx9,
	       c->accepted ? "true" : "false", c->differs ? "true" : "false");
	print_hash("spec", &c->is.spec);
	print_hash("recordHash", &c->is.record_hash);
	print_hash("stateRoot", &c->is.state_root);
	print_hash("verdictsHash", &c->is.verdicts_hash);
	print_hash("chainBefore", &c->chain_before);
	printf(",\"words\":[");
	for (i = 0; i < c->n_words; i++) {
		printf("%s\"0x", i == 0 ? "" : ",");
		for (k = 0; k < 32; k++)
			printf("%02x", c->words[(size_t)i * 32 + k]);
		putchar('"');
	}
	printf("]}\n");
}

static void print_checkpoints(const char *dir, const char *who)
{
	struct sql_page page = { .limit = 500, .after = NULL };
	struct dc_arena *arena = dc_arena_new(4096);
	struct sql_db *db = open_reader(dir);
	struct addr20 a = address(who);
	static struct sql_checkpoint rows[500];
	char next[SQL_KEY_BYTES];
	struct sql_model m;
	uint32_t n = 0, i;
	bool found;

	if (sql_model_get(db, &m, &found, &a, arena, NULL) != DC_OK)
		die("model");
	if (found && sql_checkpoints_page(db, rows, &n, next, m.row, &page,
					  arena, NULL) != DC_OK)
		die("checkpoints");
	for (i = 0; i < n; i++)
		print_checkpoint(&rows[i]);
	putchar('\n');
	sql_db_close(db);
	dc_arena_free(arena);
}

static void print_operators(const char *dir)
{
	struct sql_page page = { .limit = 100, .after = NULL };
	struct dc_arena *arena = dc_arena_new(4096);
	struct sql_db *db = open_reader(dir);
	static struct sql_operator o[100];
	char next[SQL_KEY_BYTES];
	uint32_t n = 0;

	if (sql_operators_page(db, o, &n, next, NULL, &page, arena, NULL) !=
	    DC_OK)
		die("operators");
	for (uint32_t i = 0; i < n; i++)
		printf("{\"id\":%" PRIu64 ",\"signed\":%" PRIu64
		       ",\"missed\":%" PRIu64 ",\"last\":%" PRIu64 "}\n",
		       o[i].id, o[i].checkpoints_signed,
		       o[i].checkpoints_missed, o[i].last_epoch);
	putchar('\n');
	sql_db_close(db);
	dc_arena_free(arena);
}

/* --- held-out rows ------------------------------------------------------ */

#define HELD 32

/* Rows that fit any spec: five columns each, labels in turn. */
static enum dc_status hold_out(void *user, const struct holdout **out,
			       const struct addr20 *trainer,
			       const struct model_spec *spec,
			       struct dc_err *err)
{
	static struct holdout_row row[HELD];
	static struct holdout held = { row, HELD };
	static uint8_t bytes[HELD][64];

	(void)user, (void)trainer, (void)err;
	*out = &held;
	for (uint32_t i = 0; i < HELD; i++) {
		uint32_t index[5];
		struct sample s = { .kind = SAMPLE_BINARY, .index = index };
		struct dc_buf b;

		for (uint32_t k = 0; k < 5; k++)
			index[k] = (i * 7 + k * k * 11) % spec->columns;
		s.count = (uint32_t)sample_sort_unique(index, 5);
		dc_buf_init(&b, sizeof(bytes[i]));
		sample_encode(&b, &s);
		memcpy(bytes[i], b.data, b.len);
		row[i] = (struct holdout_row){ bytes[i], b.len,
					       i % spec->n_class };
		dc_buf_clear(&b);
	}
	return DC_OK;
}

static void print_holdout(const char *dir, const char *who)
{
	struct dc_arena *arena = dc_arena_new(4096);
	static struct sql_accuracy_point p[10000];
	struct sql_db *db = open_reader(dir);
	struct addr20 a = address(who);
	struct sql_model m;
	uint32_t n = 0, i;
	bool found;

	if (sql_model_get(db, &m, &found, &a, arena, NULL) != DC_OK)
		die("model");
	if (found && sql_accuracy_holdout(db, p, &n, 10000, m.row, NULL) !=
	    DC_OK)
		die("holdout");
	for (i = 0; i < n; i++)
		printf("[%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 "]\n",
		       p[i].contribution + 1, p[i].block, p[i].right,
		       p[i].counted);
	putchar('\n');
	sql_db_close(db);
	dc_arena_free(arena);
}

static void print_dump(struct gateway *g, const char *dir)
{
	struct dc_buf text;

	dc_buf_init(&text, (size_t)1 << 30);
	chain_dump_tables(&text, dir);
	chain_dump_learners(&text, gateway_registry(g));
	fwrite(text.data, 1, text.len, stdout);
	putchar('\n');
	dc_buf_clear(&text);
}

static void answer(struct gateway *g, const char *dir, const char *line)
{
	if (strcmp(line, "status") == 0)
		print_status(g);
	else if (strcmp(line, "models") == 0)
		print_models(dir);
	else if (strcmp(line, "operators") == 0)
		print_operators(dir);
	else if (strncmp(line, "checkpoints ", 12) == 0)
		print_checkpoints(dir, line + 12);
	else if (strncmp(line, "holdout ", 8) == 0)
		print_holdout(dir, line + 8);
	else if (strcmp(line, "dump") == 0)
		print_dump(g, dir);
	else
		die("unknown command");
	fflush(stdout);
}

int main(int argc, char **argv)
{
	struct gateway_config config = { .poll_ms = 50, .holdout = hold_out };
	struct dc_err err = DC_ERR_INIT;
	struct gateway *g;
	char line[256];

	read_options(&config, argc, argv);
	if (gateway_open(&g, &config, &err) != DC_OK)
		die(err.text);
	if (gateway_start(g, &err) != DC_OK)
		die(err.text);
	while (fgets(line, sizeof(line), stdin) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		answer(g, config.data_dir, line);
	}
	gateway_stop(g);
	gateway_close(g);
	return 0;
}
