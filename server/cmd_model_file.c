/* decaid import, decaid export: models as files. */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "server/model_file.h"
#include "server/trial.h"
#include "server/wallet.h"

#define JSON_BYTES_MAX ((size_t)1 << 30)

/* --- import --- */

static void imported_put(struct dc_buf *out, const struct cmd_line *line,
			 const struct trial *t)
{
	struct json_out j;

	if (!line->json) {
		dc_buf_printf(out, "%s, %u columns, %u classes",
			      t->spec.model->choice.name, t->spec.columns,
			      t->spec.n_class);
		if (t->n_feature_index > 0)
			dc_buf_printf(out, "; %zu feature indices are kept "
				      "for export", t->n_feature_index);
		return;
	}
	json_out_init(&j, out);
	json_put_open(&j, '{');
	json_put_key(&j, "type");
	json_put_text(&j, t->spec.model->choice.name);
	json_put_key(&j, "columns");
	json_put_u64(&j, t->spec.columns);
	json_put_key(&j, "classes");
	json_put_open(&j, '[');
	for (uint32_t k = 0; k < t->spec.n_class; k++)
		json_put_text(&j, t->spec.class_name[k]);
	json_put_close(&j, ']');
	json_put_key(&j, "feature_indices");
	json_put_u64(&j, t->n_feature_index);
	json_put_key(&j, "spec_hash");
	json_put_hash(&j, &t->spec.hash);
	json_put_close(&j, '}');
}

/* Written beside and renamed: path holds all of it or what it held. */
static enum dc_status bytes_save(const char *path, const struct dc_buf *b,
				 struct dc_err *err)
{
	char part[4096];
	int n = snprintf(part, sizeof(part), "%s.part", path);
	bool done;
	FILE *f;

	if (n < 0 || (size_t)n >= sizeof(part))
		return dc_fail(err, DC_EINVAL, "--out: too long");
	f = fopen(part, "wb");
	if (f == NULL)
		return dc_fail(err, DC_EIO, "%s: %s", part, strerror(errno));
	done = fwrite(b->data, 1, b->len, f) == b->len;
	if (fclose(f) != 0 || !done || rename(part, path) != 0) {
		int why = errno;

		(void)remove(part);
		return dc_fail(err, DC_EIO, "%s: %s", path, strerror(why));
	}
	return DC_OK;
}

/* What of a command line is not in struct model_import. */
struct import_texts {
	const char *out, *spec, *columns, *decimals;
};

static enum dc_status rounding(struct deca_file *f, const char *text,
			       struct dc_err *err)
{
	uint64_t decimals = 0;
	enum dc_status st = DC_OK;

	if (text != NULL)
		st = option_u64(&decimals, "--decimals", text, 9, err);
	if (st == DC_OK && text != NULL)
		model_file_round(f, (unsigned)decimals);
	return st;
}

static int import(const struct cmd_line *line, const struct model_import *how,
		  const struct import_texts *texts)
{
	struct dc_err err = DC_ERR_INIT, why = DC_ERR_INIT;
	const char *path = line->args[0];
	struct trial t = { .n_learned = 0 };
	struct deca_file file;
	struct dc_buf out;
	enum dc_status st = deca_json_load(&file, path, &err);

	if (st == DC_OK)
		st = rounding(&file, texts->decimals, &err);
	if (st == DC_OK && trial_import(&t, &file, how, &why) != DC_OK)
		st = dc_fail(&err, DC_EINVAL, "%s: %s", path, why.text);
	if (st == DC_OK && texts->out != NULL)
		st = trial_save(&t, texts->out, &err);
	if (st == DC_OK && texts->spec != NULL)
		st = bytes_save(texts->spec, &t.text, &err);
	deca_file_clear(&file);
	dc_buf_init(&out, SPEC_BYTES_MAX * 2);
	if (st == DC_OK)
		imported_put(&out, line, &t);
	trial_clear(&t);
	if (st == DC_OK)
		return wallet_print(&out);
	dc_buf_clear(&out);
	return cmd_fail(line, &err);
}

static bool columns_read(uint64_t *out, const char *text, struct dc_err *err)
{
	return text == NULL || option_u64(out, "--columns", text,
					  SPEC_WEIGHTS_MAX / SPEC_CLASSES_MIN,
					  err) == DC_OK;
}

int cmd_import(const struct command *self, int argc, char **argv)
{
	struct import_texts texts = { .out = NULL };
	struct model_import how = { .columns = 0 };
	const struct cmd_option options[] = {
		{ "out", "FILE", "keep the model, for deploy model --start, "
		  "train --start, evaluate --model", &texts.out },
		{ "spec", "FILE", "write its spec, for deploy model --spec",
		  &texts.spec },
		{ "encoder", "NAME", "an encoder, or a spec's line [none]",
		  &how.encoder },
		{ "verdict", "RULE", "verdict rule with its parameters, as in "
		  "a spec", &how.verdict },
		{ "columns", "NUMBER", "columns of a sample, at least [as "
		  "many as the file's]", &texts.columns },
		{ "decimals", "NUMBER", "round weights and centroids, so that "
		  "they take fewer bytes on a chain [9]", &texts.decimals },
	};
	struct dc_err err = DC_ERR_INIT;
	struct cmd_line line;
	int found = cmd_parse(&line, self, options, DC_ARRAY_LEN(options),
			      argc, argv);

	if (found >= 0)
		return found;
	if (line.n_args != 1)
		found = cmd_usage(&line, "one FILE is needed");
	else if (!columns_read(&how.columns, texts.columns, &err))
		found = cmd_fail(&line, &err);
	else
		found = import(&line, &how, &texts);
	cmd_line_clear(&line);
	return found;
}

/* --- export --- */

static int export(const struct cmd_line *line, const char *format,
		  const char *out_path)
{
	struct dc_err err = DC_ERR_INIT, why = DC_ERR_INIT;
	struct dc_buf out;
	struct trial t;
	enum dc_status st = trial_load(&t, line->args[0], &err);

	dc_buf_init(&out, JSON_BYTES_MAX);
	if (st == DC_OK && strcmp(format, "decaid") == 0) {
		st = trial_save(&t, out_path, &err);
	} else if (st == DC_OK) {
		st = trial_put_json(&out, &t, &why);
		if (st != DC_OK)
			st = dc_fail(&err, st, "%s", why.text);
		if (st == DC_OK && out_path != NULL) {
			st = bytes_save(out_path, &out, &err);
			dc_buf_reset(&out);
		}
	}
	trial_clear(&t);
	if (st == DC_OK && out.len > 0)
		return wallet_print(&out);
	dc_buf_clear(&out);
	return st == DC_OK ? 0 : cmd_fail(line, &err);
}

int cmd_export(const struct command *self, int argc, char **argv)
{
	const char *out = NULL, *format = "json";
	const struct cmd_option options[] = {
		{ "format", "FORMAT", "json, 0xDeCA10B's model file, or "
		  "decaid, our own [json]", &format },
		{ "out", "FILE", "where to [json: standard output]", &out },
	};
	struct cmd_line line;
	int found = cmd_parse(&line, self, options, DC_ARRAY_LEN(options),
			      argc, argv);

	if (found >= 0)
		return found;
	if (line.n_args != 1)
		found = cmd_usage(&line, "one FILE is needed");
	else if (strcmp(format, "json") != 0 && strcmp(format, "decaid") != 0)
		found = cmd_usage(&line, "--format is json or decaid");
	else if (out == NULL && strcmp(format, "decaid") == 0)
		found = cmd_usage(&line, "--out is needed");
	else
		found = export(&line, format, out);
	cmd_line_clear(&line);
	return found;
}
