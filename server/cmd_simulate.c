/* decaid simulate: try a model, an incentive and its attackers before money
 * is at stake. */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "server/cmd.h"
#include "server/scenario.h"
#include "server/sim_guard.h"
#include "server/sim_plot.h"
#include "server/sim_run.h"
#include "server/sim_sweep.h"
#include "server/sim_tell.h"

#define TEXT_BYTES_MAX (1 << 20)
#define JSON_BYTES_MAX ((size_t)1 << 30)
#define SETS_MAX 64

/* With --small, so that what is written stays small, too. */
#define SMALL_LINE_PERMILLE 2
#define SMALL_POINTS 500

struct simulate_texts {
	const char *example, *set, *sweep, *plot;
	const char *small;	/* NULL: whatever the file asks for */
};

/* "-" is standard input. */
static enum dc_status file_read(struct dc_buf *out, const char *path,
				struct dc_err *err)
{
	FILE *f = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
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
	if (f != stdin)
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
		for (size_t i = 0; i < *n; i++)
			if (strcmp(out[i].key, p) == 0)
				return dc_fail(err, DC_EINVAL,
					       "--set: %s is set twice", p);
		out[*n] = (struct scenario_set){ p, equals + 1 };
		p += len + !last;
	}
	return DC_OK;
}

/* Nobody waits for many runs to hear that their picture has no place. */
static enum dc_status plot_check(const char *path, struct dc_err *err)
{
	enum dc_status st = DC_OK;
	char *dir, *slash;
	bool fits;

	if (path == NULL)
		return DC_OK;
	dir = dc_strdup(path);
	slash = strrchr(dir, '/');
	if (slash != NULL)
		slash[1] = '\0';
	fits = access(path, F_OK) == 0 ? access(path, W_OK) == 0 :
		access(slash != NULL ? dir : ".", W_OK) == 0;
	if (!fits)
		st = dc_fail(err, DC_EIO, "%s: %s", path, strerror(errno));
	free(dir);
	return st;
}

/* The picture of these runs, whole or not at all. */
static enum dc_status plot_write(const char *path,
				 const struct sim_plot_run *run, size_t n,
				 struct dc_err *err)
{
	struct dc_buf b;
	bool written;
	FILE *f;

	if (path == NULL)
		return DC_OK;
	f = fopen(path, "we");
	if (f == NULL)
		return dc_fail(err, DC_EIO, "%s: %s", path, strerror(errno));
	dc_buf_init(&b, JSON_BYTES_MAX);
	sim_plot(&b, run, n);
	written = !dc_buf_failed(&b) &&
		fwrite(b.data, 1, b.len, f) == b.len;
	written &= fclose(f) == 0;
	dc_buf_clear(&b);
	if (written)
		return DC_OK;
	(void)remove(path);
	return dc_fail(err, DC_EIO, "%s: cannot write", path);
}

static enum dc_status json_print(const struct sim_result *r,
				 const struct scenario *s, const char *label,
				 struct dc_err *err)
{
	struct dc_buf b;
	bool failed;

	dc_buf_init(&b, JSON_BYTES_MAX);
	sim_result_json(&b, r, s, label);
	failed = dc_buf_failed(&b) ||
		fwrite(b.data, 1, b.len, stdout) != b.len ||
		fflush(stdout) != 0;
	dc_buf_clear(&b);
	return failed ? dc_fail(err, DC_EIO, "cannot write: %s",
				strerror(errno)) : DC_OK;
}

/* JSON goes to standard output unless a person sits there. */
static bool wants_json(const struct cmd_line *line)
{
	return line->json || !isatty(STDOUT_FILENO);
}

static enum dc_status run_one(const struct cmd_line *line,
			      const struct simulate_texts *t,
			      const struct scenario *s, struct dc_err *err)
{
	bool json = wants_json(line);
	struct sim_telling how = {
		.bar = isatty(STDERR_FILENO), .lines = json, .scenario = s,
		.every_permille = t->small != NULL ? SMALL_LINE_PERMILLE : 0,
	};
	struct sim_result r;
	struct sim_plot_run plot = { &r, s, NULL };
	enum dc_status st;

	sim_run(&r, s, sim_tell, &how);
	if (how.bar)
		fprintf(stderr, "\r\033[K");
	if (!line->json)
		sim_summary(json ? stderr : stdout, &r, s);
	st = plot_write(t->plot, &plot, 1, err);
	if (t->small != NULL)
		sim_result_thin(&r, SMALL_POINTS);
	if (st == DC_OK && json)
		st = json_print(&r, s, NULL, err);
	sim_result_clear(&r);
	return st;
}

static enum dc_status sweep_tell(const struct cmd_line *line,
				 const struct simulate_texts *t,
				 const struct sim_sweep *s,
				 struct dc_err *err)
{
	struct sim_plot_run *plot = dc_calloc(s->n_run, sizeof(*plot));
	bool json = wants_json(line);
	enum dc_status st;

	for (size_t i = 0; i < s->n_run; i++)
		plot[i] = (struct sim_plot_run){
			&s->run[i].result, &s->run[i].scenario,
			s->run[i].label
		};
	if (!line->json)
		sim_sweep_table(json ? stderr : stdout, s);
	st = plot_write(t->plot, plot, s->n_run, err);
	for (size_t i = 0; st == DC_OK && json && i < s->n_run; i++)
		st = json_print(&s->run[i].result, &s->run[i].scenario,
				s->run[i].label, err);
	free(plot);
	return st;
}

/* What the command line asks for, with the scenario's text at hand. */
struct simulating {
	const char *path;
	struct dc_buf text;
	struct scenario_set set[SETS_MAX];
	size_t n_set;
};

/* What a stranger sends is run within limits, and where it cannot reach
 * anything. */
static enum dc_status small_read(struct scenario *s,
				 const struct simulating *g,
				 struct dc_err *err)
{
	enum dc_status st;

	if (g->n_set > 0)
		return dc_fail(err, DC_EINVAL, "--small takes no --set");
	sim_guard_enter();
	st = scenario_read(s, g->path, (const char *)g->text.data,
			   g->text.len, &scenario_limits_small, err);
	if (st == DC_OK)
		scenario_fill(s);
	return st;
}

static enum dc_status simulate_once(const struct cmd_line *line,
				    const struct simulate_texts *t,
				    const struct simulating *g,
				    struct dc_err *err)
{
	struct scenario s;
	enum dc_status st = t->small != NULL ? small_read(&s, g, err) :
		scenario_parse(&s, g->path, (const char *)g->text.data,
			       g->text.len, g->set, g->n_set, err);

	if (st != DC_OK)
		return st;
	st = run_one(line, t, &s, err);
	scenario_clear(&s);
	return st;
}

static enum dc_status simulate_sweep(const struct cmd_line *line,
				     const struct simulate_texts *t,
				     const struct simulating *g,
				     struct dc_err *err)
{
	bool bar = isatty(STDERR_FILENO);
	struct sim_sweep s;
	enum dc_status st = sim_sweep(&s, t->sweep, g->path,
				      (const char *)g->text.data, g->text.len,
				      g->set, g->n_set,
				      bar ? sim_tell_runs : NULL, err);

	if (bar)
		fprintf(stderr, "\r\033[K");
	if (st == DC_OK)
		st = sweep_tell(line, t, &s, err);
	sim_sweep_clear(&s);
	return st;
}

static int simulate(const struct cmd_line *line,
		    const struct simulate_texts *t)
{
	struct simulating *g = dc_calloc(1, sizeof(*g));
	struct dc_err err = DC_ERR_INIT;
	char *sets = dc_strdup(t->set != NULL ? t->set : "");
	enum dc_status st;

	dc_buf_init(&g->text, TEXT_BYTES_MAX);
	st = sets_split(g->set, &g->n_set, sets, &err);
	if (st == DC_OK)
		st = text_find(&g->text, &g->path, line, t, &err);
	if (st == DC_OK)
		st = plot_check(t->plot, &err);
	if (st == DC_OK)
		st = t->sweep != NULL ? simulate_sweep(line, t, g, &err)
				      : simulate_once(line, t, g, &err);
	dc_buf_clear(&g->text);
	free(sets);
	free(g);
	return st == DC_OK ? CMD_OK : cmd_fail(line, &err);
}

int cmd_simulate(const struct command *self, int argc, char **argv)
{
	struct simulate_texts t = { NULL, NULL, NULL, NULL, NULL };
	const struct cmd_option options[] = {
		{ "example", "NAME", "run an example that decaid carries: "
		  "attack, market, readme", &t.example },
		{ "set", "KEY=VALUE...", "change values of the scenario, "
		  "such as 'seed=2 Bad.deposit=50'", &t.set },
		{ "sweep", "KEY=V1,V2...", "run every combination of these "
		  "values, on all cores", &t.sweep },
		{ "plot", "FILE.svg", "draw accuracy and balances", &t.plot },
		{ "small", NULL, "take only what a visitor of the dashboard "
		  "may run, within the same limits", &t.small },
	};
	struct cmd_line line;
	int found = cmd_parse(&line, self, options, DC_ARRAY_LEN(options),
			      argc, argv);

	if (found >= 0)
		return found;
	if (line.n_args != (t.example == NULL))
		found = cmd_usage(&line, "one scenario FILE, or --example "
				  "NAME, is needed");
	else if (t.small != NULL && (t.sweep != NULL || t.plot != NULL))
		found = cmd_usage(&line, "--small goes with neither --sweep "
				  "nor --plot");
	else
		found = simulate(&line, &t);
	cmd_line_clear(&line);
	return found;
}
