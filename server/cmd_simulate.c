/* decaid simulate: try a model, an incentive and its attackers before money
 * is at stake. */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "server/cmd.h"
#include "server/json_out.h"
#include "server/scenario.h"
#include "server/sim_run.h"

#define TEXT_BYTES_MAX (1 << 20)
#define JSON_BYTES_MAX ((size_t)1 << 30)
#define SETS_MAX 64
#define BAR_WIDTH 40

struct simulate_texts {
	const char *example, *set;
};

struct telling {
	bool bar;	/* a progress bar on the terminal */
	bool lines;	/* a JSON line a measurement */
};

static void line_tell(const struct sim *s)
{
	struct json_out j;
	struct dc_buf b;

	dc_buf_init(&b, JSON_BYTES_MAX);
	json_out_init(&j, &b);
	json_put_open(&j, '{');
	json_put_key(&j, "t");
	json_put_u64(&j, s->now_s);
	json_put_key(&j, "accuracy");
	json_put_fx9(&j, s->accuracy_fx9);
	json_put_key(&j, "contributions");
	json_put_u64(&j, s->n_entry);
	json_put_key(&j, "unclaimed");
	json_put_u64(&j, s->n_open);
	json_put_close(&j, '}');
	puts(dc_buf_text(&b));
	dc_buf_clear(&b);
}

static void bar_tell(const struct sim *s, unsigned permille)
{
	unsigned full = permille * BAR_WIDTH / 1000;

	fprintf(stderr, "\r[%.*s%*s] day %llu, accuracy %d.%d %% ", (int)full,
		"########################################",
		(int)(BAR_WIDTH - full), "",
		(unsigned long long)(s->now_s / 86400),
		(int)(s->accuracy_fx9 / 10000000),
		(int)(s->accuracy_fx9 / 1000000 % 10));
}

static void tell(void *data, const struct sim *s, unsigned permille)
{
	const struct telling *how = data;

	if (how->lines)
		line_tell(s);
	if (how->bar)
		bar_tell(s, permille);
}

static enum dc_status file_read(struct dc_buf *out, const char *path,
				struct dc_err *err)
{
	FILE *f = fopen(path, "re");
	enum dc_status st = DC_OK;
	char chunk[4096];
	size_t n;

	if (f == NULL)
		return dc_fail(err, DC_EIO, "%s: %s", path, strerror(errno));
	while ((n = fread(chunk, 1, sizeof(chunk), f)) > 0)
		dc_buf_append(out, chunk, n);
	if (ferror(f))
		st = dc_fail(err, DC_EIO, "%s: cannot read", path);
	else if (dc_buf_failed(out))
		st = dc_fail(err, DC_EINVAL, "%s: too large", path);
	(void)fclose(f);	/* only read from */
	return st;
}

/* The file that is named, or the example. */
static enum dc_status text_find(struct dc_buf *out, const char **path,
				const struct cmd_line *line,
				const struct simulate_texts *t,
				struct dc_err *err)
{
	const char *text;
	size_t len;

	if (t->example == NULL) {
		*path = line->args[0];
		return file_read(out, *path, err);
	}
	text = scenario_example(t->example, &len);
	if (text == NULL)
		return dc_fail(err, DC_EINVAL, "no example '%s'", t->example);
	*path = t->example;
	dc_buf_append(out, text, len);
	return DC_OK;
}

/* "KEY=VALUE KEY=VALUE": a scenario_set each, pointing into text. */
static enum dc_status sets_split(struct scenario_set *out, size_t *n,
				 char *text, struct dc_err *err)
{
	char *p = text, *equals;

	for (*n = 0; *(p += strspn(p, " ")) != '\0'; (*n)++) {
		size_t len = strcspn(p, " ");
		bool last = p[len] == '\0';

		p[len] = '\0';
		equals = strchr(p, '=');
		if (equals == NULL || equals == p || *n == SETS_MAX)
			return dc_fail(err, DC_EINVAL,
				       "--set: '%s' is not KEY=VALUE", p);
		*equals = '\0';
		out[*n] = (struct scenario_set){ p, equals + 1 };
		p += len + !last;
	}
	return DC_OK;
}

static void percent(char out[16], int64_t fx9)
{
	(void)snprintf(out, 16, "%d.%d %%", (int)(fx9 / 10000000),
		       (int)(fx9 / 1000000 % 10));
}

/* The agents as a table. */
static void summary_print(FILE *f, const struct sim_result *r,
			  const struct scenario *s)
{
	char first[16], last[16], low[16], base[16];
	struct dc_buf b;

	percent(first, r->accuracy[0].accuracy_fx9);
	percent(last, r->accuracy[r->n_accuracy - 1].accuracy_fx9);
	percent(low, r->lowest_fx9);
	percent(base, r->baseline_fx9);
	fprintf(f, "%s\n%u of %u rows contributed in %llu days\n"
		"accuracy %s at first, %s at the end, %s at the lowest; "
		"%s trained with all rows as they are\n\n", s->title,
		r->n_contribution, r->n_row,
		(unsigned long long)(r->end_s / 86400), first, last, low,
		base);
	fprintf(f, "%-16s %14s %14s %13s %9s %9s\n", "agent", "start", "end",
		"contributions", "wrong", "karma");
	for (uint32_t i = 0; i < r->n_agent; i++) {
		const struct sim_account *a = &r->account[i];

		fprintf(f, "%-16s", s->agent[i].name);
		dc_buf_init(&b, 256);
		sim_amount_text(&b, s, s->agent[i].start_wei);
		fprintf(f, " %14s", dc_buf_text(&b));
		dc_buf_reset(&b);
		sim_amount_text(&b, s, a->balance_wei);
		fprintf(f, " %14s %13u %9u %9llu\n", dc_buf_text(&b),
			a->n_contributed, a->n_wrong,
			(unsigned long long)a->good);
		dc_buf_clear(&b);
	}
}

/* JSON goes to standard output unless a person sits there. */
static int result_print(const struct cmd_line *line,
			const struct sim_result *r, const struct scenario *s,
			bool json)
{
	struct dc_buf b;
	bool failed;

	if (!line->json)
		summary_print(json ? stderr : stdout, r, s);
	if (!json)
		return CMD_OK;
	dc_buf_init(&b, JSON_BYTES_MAX);
	sim_result_json(&b, r, s);
	failed = dc_buf_failed(&b) ||
		fwrite(b.data, 1, b.len, stdout) != b.len ||
		fflush(stdout) != 0;
	dc_buf_clear(&b);
	if (failed)
		fprintf(stderr, "decaid simulate: cannot write: %s\n",
			strerror(errno));
	return failed ? CMD_FAILED : CMD_OK;
}

static int run_one(const struct cmd_line *line, const struct scenario *s)
{
	bool json = line->json || !isatty(STDOUT_FILENO);
	struct telling how = { isatty(STDERR_FILENO), json };
	struct sim_result r;
	int found;

	sim_run(&r, s, tell, &how);
	if (how.bar)
		fprintf(stderr, "\r\033[K");
	found = result_print(line, &r, s, json);
	sim_result_clear(&r);
	return found;
}

static int simulate(const struct cmd_line *line,
		    const struct simulate_texts *t)
{
	struct scenario_set set[SETS_MAX];
	struct dc_err err = DC_ERR_INIT;
	char *sets = dc_strdup(t->set != NULL ? t->set : "");
	const char *path = NULL;
	struct scenario s;
	struct dc_buf text;
	enum dc_status st;
	size_t n_set;
	int found;

	dc_buf_init(&text, TEXT_BYTES_MAX);
	st = sets_split(set, &n_set, sets, &err);
	if (st == DC_OK)
		st = text_find(&text, &path, line, t, &err);
	if (st == DC_OK)
		st = scenario_parse(&s, path, (const char *)text.data,
				    text.len, set, n_set, &err);
	if (st == DC_OK) {
		found = run_one(line, &s);
		scenario_clear(&s);
	} else
		found = cmd_fail(line, &err);
	dc_buf_clear(&text);
	free(sets);
	return found;
}

int cmd_simulate(const struct command *self, int argc, char **argv)
{
	struct simulate_texts t = { NULL, NULL };
	const struct cmd_option options[] = {
		{ "example", "NAME", "run an example that decaid carries: "
		  "attack, readme", &t.example },
		{ "set", "KEY=VALUE...", "change values of the scenario, "
		  "such as 'seed=2 Bad.deposit=50'", &t.set },
	};
	struct cmd_line line;
	int found = cmd_parse(&line, self, options, DC_ARRAY_LEN(options),
			      argc, argv);

	if (found >= 0)
		return found;
	if (line.n_args != (t.example == NULL))
		found = cmd_usage(&line, "one scenario FILE, or --example "
				  "NAME, is needed");
	else
		found = simulate(&line, &t);
	cmd_line_clear(&line);
	return found;
}
