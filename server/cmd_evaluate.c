/* decaid train, decaid evaluate: models off the chain. */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "models/encoder.h"
#include "server/embedder.h"
#include "server/recipe.h"
#include "server/trial_tell.h"
#include "server/wallet.h"

#define REPORT_BYTES_MAX ((size_t)64 << 20)
#define BAR_COLUMNS 40

/* What was asked for, and what is read. */
struct evaluation {
	const char *train_path, *test_path, *model_path, *start_path;
	const char *type, *encoder, *curve;
	struct embedder *embedder;	/* NULL: no service is set */
	struct labelled train, test;
	struct labelled_classes classes;
};

/* --- progress on a terminal --- */

struct bar {
	const char *what;
	int shown;	/* percent; -1: nothing yet */
};

static void bar_tell(void *data, size_t done, size_t n)
{
	struct bar *b = data;
	int percent = (int)(done * 100 / n);
	int full = percent * BAR_COLUMNS / 100;

	if (percent == b->shown)
		return;
	b->shown = percent;
	fprintf(stderr, "\r%-10s [%.*s%*s] %3d %%", b->what, full,
		"########################################", BAR_COLUMNS - full,
		"", percent);
	if (done == n)
		fputs("\r\033[K", stderr);
	fflush(stderr);
}

static trial_progress *bar_of(struct bar *b, const char *what)
{
	*b = (struct bar){ what, -1 };
	return isatty(STDERR_FILENO) ? bar_tell : NULL;
}

static double seconds_now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* --- one type --- */

static enum dc_status learned(struct trial *t, struct evaluation *e,
			      const char *type, struct dc_err *err)
{
	struct dc_buf text;
	struct bar bar;
	enum dc_status st;

	*t = (struct trial){ .n_learned = 0 };
	dc_buf_init(&text, (size_t)1 << 24);
	st = recipe_spec(&text, &e->train, &e->classes, type, e->encoder,
			 err);
	if (st == DC_OK)
		st = trial_init(t, &text, err);
	if (st == DC_OK)
		st = trial_embed(t, &e->train, e->embedder,
				 bar_of(&bar, "embedding"), &bar, err);
	if (st == DC_OK)
		st = trial_learn(t, &e->train, bar_of(&bar, "learning"), &bar,
				 err);
	dc_buf_clear(&text);
	return st;
}

static enum dc_status asked(struct trial *t, struct evaluation *e,
			    const char *curve, struct dc_err *err)
{
	struct bar bar;
	enum dc_status st = trial_embed(t, &e->test, e->embedder,
					bar_of(&bar, "embedding"), &bar, err);

	if (st == DC_OK)
		st = trial_ask(t, &e->test, bar_of(&bar, "asking"), &bar,
			       err);
	if (st == DC_OK && curve != NULL)
		st = trial_curve_save(t, curve, err);
	return st;
}

static void one_put(struct dc_buf *out, const struct cmd_line *line,
		    const struct trial *t, double seconds)
{
	struct json_out j;

	if (!line->json) {
		trial_tell(out, t);
		return;
	}
	json_out_init(&j, out);
	json_put_open(&j, '{');
	trial_put(&j, t);
	json_put_key(&j, "seconds");
	json_put_fx9(&j, (int64_t)(seconds * 1e9));
	json_put_close(&j, '}');
}

static enum dc_status evaluate_one(struct dc_buf *out,
				   const struct cmd_line *line,
				   struct evaluation *e, struct dc_err *err)
{
	double begin = seconds_now();
	struct trial t;
	enum dc_status st = learned(&t, e, e->type, err);

	if (st == DC_OK)
		st = asked(&t, e, e->curve, err);
	if (st == DC_OK)
		one_put(out, line, &t, seconds_now() - begin);
	trial_clear(&t);
	return st;
}

/* --- all types --- */

static void row_tell(struct dc_buf *out, const struct trial *t,
		     double seconds)
{
	double test = (double)trial_share(trial_right(t), t->n_asked) / 1e7;
	double own = (double)trial_share(t->n_right, t->n_learned) / 1e7;

	dc_buf_printf(out, "%-29s %-14s %8.2f %9.2f %9.2f\n",
		      t->spec.model->choice.name,
		      t->spec.encoder->choice.name, test, own, seconds);
}

static void row_put(struct json_out *j, const struct trial *t, double seconds)
{
	json_put_open(j, '{');
	trial_put(j, t);
	json_put_key(j, "seconds");
	json_put_fx9(j, (int64_t)(seconds * 1e9));
	json_put_close(j, '}');
}

/* A type that does not take such data: two classes alone, so many columns. */
static void row_refuse(struct dc_buf *out, struct json_out *j,
		       const struct cmd_line *line, const char *type,
		       const struct dc_err *why)
{
	if (!line->json) {
		dc_buf_printf(out, "%-29s %s\n", type, why->text);
		return;
	}
	json_put_open(j, '{');
	json_put_key(j, "type");
	json_put_text(j, type);
	json_put_key(j, "error");
	json_put_text(j, why->text);
	json_put_close(j, '}');
}

static const char *type_at(const struct evaluation *e, size_t i)
{
	return recipe_type(e->train.kind, e->train.n_column, e->encoder, i);
}

/* One type's row. The members of the recommended one, which is the first,
 * stand in the object itself too; what it cannot take is an error. */
static enum dc_status row_of(struct dc_buf *out, struct json_out *j,
			     const struct cmd_line *line,
			     struct evaluation *e, size_t i,
			     struct dc_err *err)
{
	const char *type = type_at(e, i);
	struct dc_err why = DC_ERR_INIT;
	double begin = seconds_now(), took;
	struct trial t;
	enum dc_status st = learned(&t, e, type, &why);

	/* the curve shows the recommended one */
	if (st == DC_OK)
		st = asked(&t, e, i == 0 ? e->curve : NULL, &why);
	took = seconds_now() - begin;
	if (st == DC_OK && line->json && i == 0) {
		trial_put(j, &t);
		json_put_key(j, "results");
		json_put_open(j, '[');
	}
	if (st == DC_OK && line->json)
		row_put(j, &t, took);
	else if (st == DC_OK)
		row_tell(out, &t, took);
	else if (st == DC_EINVAL && i > 0)
		row_refuse(out, j, line, type, &why);
	trial_clear(&t);
	if (st == DC_OK || (st == DC_EINVAL && i > 0))
		return DC_OK;
	return dc_fail(err, st, "%s", why.text);
}

static enum dc_status evaluate_all(struct dc_buf *out,
				   const struct cmd_line *line,
				   struct evaluation *e, struct dc_err *err)
{
	struct json_out j;
	enum dc_status st = DC_OK;

	json_out_init(&j, out);
	if (line->json)
		json_put_open(&j, '{');
	else
		dc_buf_append_text(out, "type                          encoder"
				   "        accuracy  learning   seconds\n");
	for (size_t i = 0; st == DC_OK && type_at(e, i) != NULL; i++)
		st = row_of(out, &j, line, e, i, err);
	if (line->json && st == DC_OK) {
		json_put_close(&j, ']');
		json_put_close(&j, '}');
	}
	return st;
}

/* --- the commands --- */

/* A model's own classes, in its order, before a file is read. */
static void classes_copy(struct labelled_classes *c, const struct model_spec *s)
{
	c->name = dc_realloc_array(NULL, s->n_class, sizeof(*c->name));
	for (c->n = 0; c->n < s->n_class; c->n++)
		c->name[c->n] = dc_strdup(s->class_name[c->n]);
}

/* A model from a file, and a set whose classes are all its own. */
static enum dc_status model_and_set(struct trial *t, struct labelled *set,
				    struct evaluation *e, const char *model,
				    const char *path, struct dc_err *err)
{
	enum dc_status st = trial_load(t, model, err);

	if (st != DC_OK)
		return st;
	classes_copy(&e->classes, &t->spec);
	st = labelled_load(set, &e->classes, path, err);
	if (st == DC_OK && e->classes.n > t->spec.n_class)
		st = dc_fail(err, DC_EINVAL, "%s: class '%s' is none of the "
			     "model's", path,
			     e->classes.name[t->spec.n_class]);
	return st;
}

static enum dc_status evaluate_model(struct dc_buf *out,
				     const struct cmd_line *line,
				     struct evaluation *e, struct dc_err *err)
{
	double begin = seconds_now();
	struct trial t;
	enum dc_status st = model_and_set(&t, &e->test, e, e->model_path,
					  e->test_path, err);

	if (st == DC_OK)
		st = asked(&t, e, e->curve, err);
	if (st == DC_OK)
		one_put(out, line, &t, seconds_now() - begin);
	trial_clear(&t);
	return st;
}

/* Classes [n_learned, ...) stand in the test alone: no model can know them. */
static void unlearned_warn(const struct evaluation *e, uint32_t n_learned)
{
	char shown[64];

	for (uint32_t c = n_learned; c < e->classes.n; c++) {
		const char *name = e->classes.name[c];
		size_t rows = 0;

		for (size_t i = 0; i < e->test.n; i++)
			rows += e->test.row[i].label == c;
		fprintf(stderr, "decaid evaluate: warning: class '%s': %zu "
			"row%s in %s, none in %s\n",
			dc_log_escape(shown, sizeof(shown), name,
				      strlen(name)),
			rows, rows == 1 ? "" : "s", e->test_path,
			e->train_path);
	}
}

static enum dc_status evaluate_files(struct dc_buf *out,
				     const struct cmd_line *line,
				     struct evaluation *e, struct dc_err *err)
{
	enum dc_status st = labelled_load(&e->train, &e->classes,
					 e->train_path, err);
	uint32_t n_learned = e->classes.n;

	if (st == DC_OK)
		st = labelled_load(&e->test, &e->classes, e->test_path, err);
	if (st == DC_OK)
		st = labelled_match(&e->train, &e->test, err);
	if (st == DC_OK && e->classes.n < SPEC_CLASSES_MIN)
		st = dc_fail(err, DC_EINVAL, "%s: one class alone",
			     e->train_path);
	if (st != DC_OK)
		return st;
	unlearned_warn(e, n_learned);
	if (e->type != NULL && strcmp(e->type, "all") == 0)
		return evaluate_all(out, line, e, err);
	return evaluate_one(out, line, e, err);
}

static void evaluation_clear(struct evaluation *e)
{
	labelled_clear(&e->train);
	labelled_clear(&e->test);
	labelled_classes_clear(&e->classes);
	embedder_free(e->embedder);
}

static int evaluate(const struct cmd_line *line, struct evaluation *e)
{
	struct dc_err err = DC_ERR_INIT;
	struct dc_buf out;
	enum dc_status st;

	dc_buf_init(&out, REPORT_BYTES_MAX);
	st = embedder_open(&e->embedder, &line->config.embeddings, &err);
	if (st == DC_OK)
		st = e->model_path != NULL
			? evaluate_model(&out, line, e, &err)
			: evaluate_files(&out, line, e, &err);
	evaluation_clear(e);
	if (st == DC_OK) {
		if (!line->json && out.len > 0)
			out.len--;	/* wallet_print ends the line */
		return wallet_print(&out);
	}
	dc_buf_clear(&out);
	return cmd_fail(line, &err);
}

int cmd_evaluate(const struct command *self, int argc, char **argv)
{
	struct evaluation e = { .train_path = NULL };
	const struct cmd_option options[] = {
		{ "train", "FILE", "what is learned, once, in its order",
		  &e.train_path },
		{ "model", "FILE", "or a model: of train, import, a daemon's "
		  "export, 0xDeCA10B's", &e.model_path },
		{ "test", "FILE", "what is asked after that", &e.test_path },
		{ "type", "TYPE", "a model type, all, or a spec's line "
		  "[the one for this kind of data]", &e.type },
		{ "encoder", "NAME", "an encoder, or a spec's line [the one "
		  "for this kind of data]", &e.encoder },
		{ "curve", "FILE.svg", "draw the learning curve", &e.curve },
	};
	struct cmd_line line;
	int found = cmd_parse(&line, self, options, DC_ARRAY_LEN(options),
			      argc, argv);

	if (found >= 0)
		return found;
	if (line.n_args != 0 || e.test_path == NULL ||
	    (e.train_path == NULL) == (e.model_path == NULL))
		found = cmd_usage(&line, "--test and one of --train and "
				  "--model are needed");
	else
		found = evaluate(&line, &e);
	cmd_line_clear(&line);
	return found;
}

static enum dc_status file_save(const char *path, const struct dc_buf *text,
				struct dc_err *err)
{
	FILE *f = fopen(path, "w");
	bool done;

	if (f == NULL)
		return dc_fail(err, DC_EIO, "%s: cannot be written", path);
	done = fwrite(text->data, 1, text->len, f) == text->len;
	if (fclose(f) != 0 || !done)
		return dc_fail(err, DC_EIO, "%s: cannot be written", path);
	return DC_OK;
}

static void trained_put(struct dc_buf *out, const struct cmd_line *line,
			const struct trial *t)
{
	struct json_out j;

	json_out_init(&j, out);
	if (!line->json) {
		dc_buf_printf(out, "%s, encoder %s: %zu rows, %.2f %% "
			      "predicted right before they were learned",
			      t->spec.model->choice.name,
			      t->spec.encoder->choice.name, t->n_learned,
			      (double)trial_share(t->n_right, t->n_learned) /
			      1e7);
		return;
	}
	json_put_open(&j, '{');
	json_put_key(&j, "type");
	json_put_text(&j, t->spec.model->choice.name);
	json_put_key(&j, "encoder");
	json_put_text(&j, t->spec.encoder->choice.name);
	json_put_key(&j, "learned");
	json_put_u64(&j, t->n_learned);
	json_put_key(&j, "progressive_accuracy");
	json_put_fx9(&j, trial_share(t->n_right, t->n_learned));
	json_put_key(&j, "spec_hash");
	json_put_hash(&j, &t->spec.hash);
	json_put_close(&j, '}');
}

/* Learn from nothing, or go on from a model. */
static enum dc_status trained(struct trial *t, struct evaluation *e,
			      struct dc_err *err)
{
	struct bar bar;
	enum dc_status st;

	if (e->start_path != NULL) {
		st = model_and_set(t, &e->train, e, e->start_path,
				   e->train_path, err);
		if (st == DC_OK)
			st = trial_embed(t, &e->train, e->embedder,
					 bar_of(&bar, "embedding"), &bar,
					 err);
		return st != DC_OK ? st
			: trial_learn(t, &e->train, bar_of(&bar, "learning"),
				      &bar, err);
	}
	st = labelled_load(&e->train, &e->classes, e->train_path, err);
	if (st == DC_OK && e->classes.n < SPEC_CLASSES_MIN)
		st = dc_fail(err, DC_EINVAL, "%s: one class alone",
			     e->train_path);
	return st != DC_OK ? st : learned(t, e, e->type, err);
}

static int train(const struct cmd_line *line, struct evaluation *e,
		 const char *out_path, const char *spec_path)
{
	struct dc_err err = DC_ERR_INIT;
	struct trial t = { .n_learned = 0 };
	struct dc_buf out;
	enum dc_status st;

	st = embedder_open(&e->embedder, &line->config.embeddings, &err);
	if (st == DC_OK)
		st = trained(&t, e, &err);
	if (st == DC_OK && e->curve != NULL)
		st = trial_curve_save(&t, e->curve, &err);
	if (st == DC_OK && out_path != NULL)
		st = trial_save(&t, out_path, &err);
	if (st == DC_OK && spec_path != NULL)
		st = file_save(spec_path, &t.text, &err);
	evaluation_clear(e);
	dc_buf_init(&out, REPORT_BYTES_MAX);
	if (st == DC_OK)
		trained_put(&out, line, &t);
	trial_clear(&t);
	if (st == DC_OK)
		return wallet_print(&out);
	dc_buf_clear(&out);
	return cmd_fail(line, &err);
}

int cmd_train(const struct command *self, int argc, char **argv)
{
	struct evaluation e = { .train_path = NULL };
	const char *out = NULL, *spec = NULL;
	const struct cmd_option options[] = {
		{ "start", "FILE", "a model to go on from: of train, import, "
		  "a daemon's export, 0xDeCA10B's [nothing learned]",
		  &e.start_path },
		{ "out", "FILE", "keep the model, for evaluate --model",
		  &out },
		{ "spec", "FILE", "write its spec, for deploy model --spec",
		  &spec },
		{ "type", "TYPE", "a model type, or a spec's line [the one "
		  "for this kind of data]", &e.type },
		{ "encoder", "NAME", "an encoder, or a spec's line [the one "
		  "for this kind of data]", &e.encoder },
		{ "curve", "FILE.svg", "draw the learning curve", &e.curve },
	};
	struct cmd_line line;
	int found = cmd_parse(&line, self, options, DC_ARRAY_LEN(options),
			      argc, argv);

	if (found >= 0)
		return found;
	if (line.n_args != 1) {
		found = cmd_usage(&line, "one FILE is needed");
	} else if (e.start_path != NULL &&
		   (e.type != NULL || e.encoder != NULL)) {
		found = cmd_usage(&line, "--start has its own type and "
				  "encoder");
	} else {
		e.train_path = line.args[0];
		found = train(&line, &e, out, spec);
	}
	cmd_line_clear(&line);
	return found;
}
