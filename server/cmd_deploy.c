/* decaid deploy pool, factory, model: contracts of one's own. */
#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/encoder.h"
#include "models/spec.h"
#include "server/recipe.h"
#include "server/trial.h"
#include "server/trainer_options.h"
#include "server/wallet.h"

/* A number of seconds with its default. */
static enum dc_status seconds(uint32_t *out, const char *name,
			      const char *text, struct dc_err *err)
{
	uint64_t v = 0;
	enum dc_status found = option_u64(&v, name, text, UINT32_MAX, err);

	*out = (uint32_t)v;
	return found;
}

/* --- pool --- */

static enum dc_status read_rules(struct pool_rules *r, const char *period,
				 const char *unbond, const char *min_bond,
				 const char *min_stake, struct dc_err *err)
{
	enum dc_status found;

	memset(r, 0, sizeof(*r));
	found = option_u64(&r->period_s, "--period", period, UINT32_MAX, err);
	if (found == DC_OK)
		found = option_u64(&r->unbond_s, "--unbond", unbond,
				   UINT32_MAX, err);
	if (found == DC_OK)
		found = option_wei(&r->min_bond_wei, "--min-bond", min_bond,
				   err);
	if (found == DC_OK)
		found = option_wei(&r->min_stake_wei, "--min-stake",
				   min_stake, err);
	return found;
}

int cmd_deploy_pool(const struct command *self, int argc, char **argv)
{
	const char *key = NULL, *period = "86400", *unbond = "1209600";
	const char *min_bond = "1000000000000000000", *min_stake = NULL;
	const struct cmd_option options[] = {
		{ "key", "FILE", "the deploying account's key file", &key },
		{ "period", "SECONDS", "length of a period [86400]",
		  &period },
		{ "unbond", "SECONDS", "how long a bond stays behind "
		  "[1209600]", &unbond },
		{ "min-bond", "WEI", "least bond of an operator [10^18]",
		  &min_bond },
		{ "min-stake", "WEI", "least stake of a quorum [the least "
		  "bond]", &min_stake },
	};
	struct dc_err err = DC_ERR_INIT;
	struct rpc_receipt receipt;
	struct pool_rules rules;
	struct cmd_line line;
	struct addr20 pool;
	struct wallet w = { 0 };
	struct deploy d;
	enum dc_status status;
	int found = cmd_parse(&line, self, options, DC_ARRAY_LEN(options),
			      argc, argv);

	if (found >= 0)
		return found;
	status = read_rules(&rules, period, unbond, min_bond,
			    min_stake != NULL ? min_stake : min_bond, &err);
	if (status == DC_OK)
		status = wallet_open(&w, &line.config, key, &err);
	if (status == DC_OK) {
		d = wallet_deploy(&w);
		status = deploy_pool(&d, &pool, &receipt, &rules, &err);
	}
	found = status == DC_OK
			? wallet_tell_contract(&line, "pool", &pool, &receipt)
			: cmd_fail(&line, &err);
	wallet_close(&w);
	cmd_line_clear(&line);
	return found;
}

/* --- factory --- */

int cmd_deploy_factory(const struct command *self, int argc, char **argv)
{
	const char *key = NULL, *refund = "3600", *window = "86400";
	const char *challenge = "0", *epoch = "60", *owner = "86400";
	const char *anybody = "604800";
	const struct cmd_option options[] = {
		{ "key", "FILE", "the deploying account's key file", &key },
		{ "min-refund-wait", "SECONDS", "least wait until a verdict "
		  "[3600]", &refund },
		{ "min-verdict-window", "SECONDS", "least time in which a "
		  "verdict counts [86400]", &window },
		{ "min-challenge", "SECONDS", "least challenge time [0]",
		  &challenge },
		{ "min-epoch", "SECONDS", "shortest epoch [60]", &epoch },
		{ "min-owner-claim-wait", "SECONDS", "least wait of the "
		  "owner's late claim [86400]", &owner },
		{ "min-any-claim-wait", "SECONDS", "least wait of anybody's "
		  "late claim [604800]", &anybody },
	};
	struct dc_err err = DC_ERR_INIT;
	struct factory_minimums m;
	struct rpc_receipt receipt;
	struct cmd_line line;
	struct addr20 factory;
	struct wallet w = { 0 };
	struct deploy d;
	enum dc_status status;
	int found = cmd_parse(&line, self, options, DC_ARRAY_LEN(options),
			      argc, argv);

	if (found >= 0)
		return found;
	if ((status = seconds(&m.refund_wait_s, "--min-refund-wait", refund,
			      &err)) == DC_OK &&
	    (status = seconds(&m.verdict_window_s, "--min-verdict-window",
			      window, &err)) == DC_OK &&
	    (status = seconds(&m.challenge_s, "--min-challenge", challenge,
			      &err)) == DC_OK &&
	    (status = seconds(&m.epoch_s, "--min-epoch", epoch,
			      &err)) == DC_OK &&
	    (status = seconds(&m.owner_claim_wait_s,
			      "--min-owner-claim-wait", owner,
			      &err)) == DC_OK &&
	    (status = seconds(&m.any_claim_wait_s, "--min-any-claim-wait",
			      anybody, &err)) == DC_OK)
		status = wallet_open(&w, &line.config, key, &err);
	if (status == DC_OK) {
		d = wallet_deploy(&w);
		status = deploy_factory(&d, &factory, &receipt, &m, &err);
	}
	found = status == DC_OK
			? wallet_tell_contract(&line, "factory", &factory, &receipt)
			: cmd_fail(&line, &err);
	wallet_close(&w);
	cmd_line_clear(&line);
	return found;
}

/* --- model --- */

/* The texts of the command line. */
struct model_texts {
	const char *key, *spec, *type, *columns, *encoder, *classes, *about;
	const char *start;
	const char *verdict;
	const char *incentive, *sample_bytes;
	struct trainer_texts trainer;
};

static enum dc_status read_file(struct dc_buf *out, const char *path,
				struct dc_err *err)
{
	FILE *f = fopen(path, "rb");
	enum dc_status found = DC_OK;
	uint8_t chunk[4096];
	size_t n;

	if (f == NULL)
		return dc_fail(err, DC_EIO, "%s: %s", path, strerror(errno));
	while ((n = fread(chunk, 1, sizeof(chunk), f)) > 0)
		dc_buf_append(out, chunk, n);
	if (ferror(f))
		found = dc_fail(err, DC_EIO, "%s: cannot read", path);
	else if (dc_buf_failed(out))
		found = dc_fail(err, DC_EINVAL, "%s: too large", path);
	(void)fclose(f);	/* only read from */
	return found;
}

/* Spec text from --type, --columns, --encoder, --verdict and --classes
 * A,B,...: with parameters that suit a few thousand samples. */
static enum dc_status compose_spec(struct dc_buf *out,
				   const struct model_texts *t,
				   struct dc_err *err)
{
	const char *p = t->classes;
	char embedded[16];
	enum dc_status st;

	dc_buf_append_text(out, "decaid 1\n");
	(void)snprintf(embedded, sizeof(embedded), "%u",
		       recipe_embedding_columns(t->encoder));
	/* what is unknown is refused where the spec is read */
	if (!recipe_put_model(out, t->type, strcmp(embedded, "0") == 0 ?
			      t->columns : embedded))
		dc_buf_printf(out, "model %s\n", t->type);
	st = recipe_put_encoder(out, t->encoder, err);
	if (st != DC_OK)
		return st;
	dc_buf_printf(out, "verdict %s\nsample packed\n", t->verdict != NULL
		      ? t->verdict : recipe_verdict(t->type));
	while (*p != '\0') {
		size_t n = strcspn(p, ",");

		dc_buf_append_text(out, "class ");
		dc_buf_append(out, p, n);
		dc_buf_append_byte(out, '\n');
		p += n + (p[n] == ',');
	}
	return DC_OK;
}

/* The lines of a model's spec, with its cells as the start, and another
 * verdict rule where one is named. */
static enum dc_status start_spec(struct dc_buf *out,
				 const struct model_texts *t,
				 struct trial *trial, struct dc_err *err)
{
	const struct model_spec *s = &trial->spec;
	const char *p = dc_buf_text(&trial->text), *end;
	size_t lines = spec_lines_len(p, trial->text.len);
	struct dc_buf start;

	dc_buf_init(&start, START_BYTES_MAX);
	start_encode(&start, trial->m.cells, s->model->cells(s));
	if (dc_buf_failed(&start)) {
		dc_buf_clear(&start);
		return dc_fail(err, DC_EINVAL, "%s: its weights take more "
			       "than %d bytes, or more than 62 bits each; "
			       "import --decimals rounds them", t->start,
			       START_BYTES_MAX);
	}
	for (end = p + lines; p < end; p = strchr(p, '\n') + 1) {
		size_t n = (size_t)(strchr(p, '\n') + 1 - p);

		if (strncmp(p, "start ", 6) == 0)
			continue;
		if (strncmp(p, "verdict ", 8) == 0 && t->verdict != NULL)
			dc_buf_printf(out, "verdict %s\n", t->verdict);
		else
			dc_buf_append(out, p, n);
		if (strncmp(p, "sample ", 7) == 0)
			dc_buf_printf(out, "start %zu\n", start.len);
	}
	dc_buf_append(out, start.data, start.len);
	dc_buf_clear(&start);
	return DC_OK;
}

static enum dc_status read_start(struct dc_buf *out,
				 const struct model_texts *t,
				 struct dc_err *err)
{
	struct trial trial;
	enum dc_status found;

	if (t->spec != NULL || t->classes != NULL)
		return dc_fail(err, DC_EINVAL, "--start brings its own spec: "
			       "--spec and --classes do not go with it");
	found = trial_load(&trial, t->start, err);
	if (found == DC_OK)
		found = start_spec(out, t, &trial, err);
	trial_clear(&trial);
	return found;
}

static enum dc_status make_spec(struct dc_buf *text, struct model_spec *spec,
				const struct model_texts *t,
				struct dc_err *err)
{
	enum dc_status found = DC_OK;

	if (t->start != NULL)
		found = read_start(text, t, err);
	else if (t->spec != NULL)
		found = read_file(text, t->spec, err);
	else if (t->classes != NULL)
		found = compose_spec(text, t, err);
	else
		found = dc_fail(err, DC_EINVAL, "--spec FILE, --start FILE "
				"or --classes NAME,NAME,... is needed");
	return found == DC_OK ? spec_parse(spec, dc_buf_text(text), text->len,
					   err)
			      : found;
}

static enum dc_status read_model(struct model_call *m,
				 const struct model_texts *t,
				 const struct config *config,
				 struct dc_err *err)
{
	enum dc_status found;

	m->params.pool = config->pool;
	if (addr20_is_zero(&config->pool) || addr20_is_zero(&config->factory))
		return dc_fail(err, DC_EINVAL,
			       "--pool and --factory are needed");
	found = seconds(&m->params.max_sample_bytes, "--max-sample-bytes",
			t->sample_bytes, err);
	if (found == DC_OK)
		found = trainer_waits_read(&m->params, &t->trainer, err);
	if (found != DC_OK)
		return found;
	if (strcmp(t->incentive, "points") == 0) {
		m->kind = INCENTIVE_POINTS;
		return DC_OK;
	}
	if (strcmp(t->incentive, "stake") != 0)
		return dc_fail(err, DC_EINVAL,
			       "--incentive: neither stake nor points");
	m->kind = INCENTIVE_STAKE;
	return trainer_prices_read(&m->params, &t->trainer, err);
}

/* Rows of so few columns are hardly ever far from every other, where the
 * columns have few values: models/VERDICTS.md, tables of 9 columns. */
#define FEW_COLUMNS 12

static void recent_warn(const struct model_spec *spec)
{
	const struct spec_choice *rule = (const void *)spec->verdict;

	for (size_t i = 0; i < rule->n_param; i++) {
		if (strcmp(rule->param[i].name, "recent") != 0 ||
		    spec->verdict_param[i] == 0 ||
		    spec->columns > FEW_COLUMNS)
			continue;
		fprintf(stderr, "decaid deploy model: warning: under recent="
			"%" PRId64 " a row that differs from a former one in "
			"two columns or fewer earns no karma: where these %u "
			"columns have few values each, that is nearly every "
			"row, and the rule wants recent=0 "
			"(decaid-verdicts(7))\n",
			spec->verdict_param[i], spec->columns);
	}
}

static int deploy_model_named(const struct cmd_line *line, const char *name,
			      const struct model_texts *t)
{
	struct model_call m = { .name = name, .description = t->about };
	struct model_spec spec = { 0 };
	struct dc_err err = DC_ERR_INIT;
	struct rpc_receipt receipt;
	struct wallet w = { 0 };
	struct addr20 trainer;
	struct dc_buf text;
	enum dc_status status;
	struct deploy d;
	int found;

	dc_buf_init(&text, SPEC_BYTES_MAX);
	status = make_spec(&text, &spec, t, &err);
	if (status == DC_OK)
		recent_warn(&spec);
	if (status == DC_OK)
		status = read_model(&m, t, &line->config, &err);
	if (status == DC_OK)
		status = wallet_open(&w, &line->config, t->key, &err);
	if (status == DC_OK) {
		m.params.classes = spec.n_class;
		m.encoder = spec.encoder->choice.name;
		m.spec = text.data;
		m.spec_len = text.len;
		d = wallet_deploy(&w);
		status = deploy_model(&d, &trainer, &receipt,
				      &line->config.factory, &m, &err);
	}
	found = status == DC_OK
			? wallet_tell_contract(line, "model", &trainer, &receipt)
			: cmd_fail(line, &err);
	wallet_close(&w);
	spec_clear(&spec);
	dc_buf_clear(&text);
	return found;
}

/* Those of its own, before a trainer's. */
#define MODEL_OPTIONS 11

int cmd_deploy_model(const struct command *self, int argc, char **argv)
{
	struct model_texts t = {
		.type = "naive-bayes", .columns = "16384",
		.encoder = "murmur3-words", .about = "",
		.incentive = "stake", .sample_bytes = "4096",
	};
	struct cmd_option options[MODEL_OPTIONS + TRAINER_OPTIONS] = {
		{ "key", "FILE", "the owner's key file", &t.key },
		{ "spec", "FILE", "the spec's text, instead of --type, "
		  "--columns, --encoder, --classes", &t.spec },
		{ "start", "FILE", "a model to begin with, its weights "
		  "published in the spec: of train, import, a daemon's "
		  "export, 0xDeCA10B's", &t.start },
		{ "type", "NAME", "model type [naive-bayes]", &t.type },
		{ "columns", "NUMBER", "columns of a sample [16384]",
		  &t.columns },
		{ "encoder", "NAME", "encoder [murmur3-words]", &t.encoder },
		{ "classes", "NAME,...", "classes, in the order of labels",
		  &t.classes },
		{ "verdict", "RULE", "verdict rule with its parameters, as in "
		  "a spec", &t.verdict },
		{ "description", "TEXT", "what people read about it",
		  &t.about },
		{ "incentive", "KIND", "stake or points [stake]",
		  &t.incentive },
		{ "max-sample-bytes", "NUMBER", "longest sample [4096]",
		  &t.sample_bytes },
	};
	struct cmd_line line;
	int found;

	trainer_options(options + MODEL_OPTIONS, &t.trainer);
	found = cmd_parse(&line, self, options, DC_ARRAY_LEN(options), argc,
			  argv);
	if (found >= 0)
		return found;
	found = line.n_args == 1
			? deploy_model_named(&line, line.args[0], &t)
			: cmd_usage(&line, "one NAME is needed");
	cmd_line_clear(&line);
	return found;
}
