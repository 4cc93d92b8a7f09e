/* Trained models as files. */
#include "config.h"

#include "server/trial.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "models/learner.h"
#include "server/model_file.h"

#define MAGIC "decaid model 1\n"
#define STATE "decaid state 1\n"
#define MAGIC_BYTES (sizeof(MAGIC) - 1)
#define FEATURES "features "
#define SPEC "spec "
#define LINE_BYTES_MAX (1 << 20)
#define WORDS 4096	/* at a time */

static void word_put(uint8_t *out, uint64_t v)
{
	for (unsigned i = 0; i < 8; i++)
		out[i] = (uint8_t)(v >> (8 * i));
}

static uint64_t word_get(const uint8_t *in)
{
	uint64_t v = 0;

	for (unsigned i = 0; i < 8; i++)
		v |= (uint64_t)in[i] << (8 * i);
	return v;
}

static bool bytes_write(gzFile f, const void *in, size_t n)
{
	return n == 0 || gzwrite(f, in, (unsigned)n) == (int)n;
}

static bool cells_write(gzFile f, const int64_t *cell, size_t n)
{
	static uint8_t bytes[8 * WORDS];

	for (size_t i = 0, k; i < n; i += k) {
		for (k = 0; k < WORDS && i + k < n; k++)
			word_put(bytes + 8 * k, (uint64_t)cell[i + k]);
		if (!bytes_write(f, bytes, 8 * k))
			return false;
	}
	return true;
}

static bool features_write(gzFile f, const struct trial *t)
{
	char text[16];

	if (t->n_feature_index == 0)
		return true;
	if (!bytes_write(f, FEATURES, sizeof(FEATURES) - 2))
		return false;
	for (size_t i = 0; i < t->n_feature_index; i++) {
		int n = snprintf(text, sizeof(text), " %u",
				 t->feature_index[i]);

		if (!bytes_write(f, text, (size_t)n))
			return false;
	}
	return bytes_write(f, "\n", 1);
}

/* Written beside and renamed: path holds the whole model or what it held. */
enum dc_status trial_save(const struct trial *t, const char *path,
			  struct dc_err *err)
{
	char part[4096], size[32];
	int n = snprintf(part, sizeof(part), "%s.part", path);
	bool done;
	gzFile f;

	if (n < 0 || (size_t)n >= sizeof(part))
		return dc_fail(err, DC_EINVAL, "--out: too long");
	(void)snprintf(size, sizeof(size), SPEC "%zu\n", t->text.len);
	errno = 0;
	f = gzopen(part, "wb1");
	if (f == NULL)
		return dc_fail(err, DC_EIO, "%s: %s", part, strerror(errno));
	done = bytes_write(f, MAGIC, MAGIC_BYTES) &&
		features_write(f, t) &&
		bytes_write(f, size, strlen(size)) &&
		bytes_write(f, t->text.data, t->text.len) &&
		cells_write(f, t->m.cells, t->spec.model->cells(&t->spec));
	if (gzclose_w(f) != Z_OK || !done || rename(part, path) != 0) {
		int why = errno;

		(void)unlink(part);
		return dc_fail(err, DC_EIO, "%s: %s", path, strerror(why));
	}
	return DC_OK;
}

static enum dc_status none(const char *path, struct dc_err *err)
{
	return dc_fail(err, DC_EINVAL, "%s: no model of decaid train or "
		       "import, no export of a daemon, no model file of "
		       "0xDeCA10B", path);
}

/* One line with its end; false: none, or too long. */
static bool line_read(gzFile f, struct dc_buf *out)
{
	char piece[256];

	do {
		if (gzgets(f, piece, sizeof(piece)) == NULL)
			return false;
		dc_buf_append_text(out, piece);
	} while (!dc_buf_failed(out) && strchr(piece, '\n') == NULL);
	return !dc_buf_failed(out);
}

/* "features I I ..."; false: a number that is none. */
static bool features_read(struct trial *t, const char *line)
{
	const char *p = line + sizeof(FEATURES) - 2;
	size_t room = 0;

	while (*p == ' ') {
		char *end;
		unsigned long v = strtoul(p + 1, &end, 10);

		if (end == p + 1 || p[1] < '0' || p[1] > '9' ||
		    v > UINT32_MAX)
			return false;
		if (t->n_feature_index == room) {
			room = room * 2 + 64;
			t->feature_index = dc_realloc_array(
				t->feature_index, room,
				sizeof(*t->feature_index));
		}
		t->feature_index[t->n_feature_index++] = (uint32_t)v;
		p = end;
	}
	return p[0] == '\n' && p[1] == '\0';
}

/* "spec N" and so many bytes. */
static bool spec_read(gzFile f, const char *line, struct dc_buf *out)
{
	char chunk[4096];
	size_t n, k;

	if (strncmp(line, SPEC, sizeof(SPEC) - 1) != 0 ||
	    line[sizeof(SPEC) - 1] < '1' || line[sizeof(SPEC) - 1] > '9')
		return false;
	n = strtoul(line + sizeof(SPEC) - 1, NULL, 10);
	for (; n > 0 && n <= SPEC_BYTES_MAX; n -= k) {
		k = n < sizeof(chunk) ? n : sizeof(chunk);
		if (gzread(f, chunk, (unsigned)k) != (int)k)
			return false;
		dc_buf_append(out, chunk, k);
	}
	return n == 0 && !dc_buf_failed(out);
}

/* The lines before the cells. */
static bool head_read(gzFile f, struct trial *t, struct dc_buf *out)
{
	struct dc_buf line;
	bool sound;

	dc_buf_init(&line, LINE_BYTES_MAX);
	sound = line_read(f, &line);
	if (sound && strncmp(dc_buf_text(&line), FEATURES,
			     sizeof(FEATURES) - 1) == 0) {
		sound = features_read(t, dc_buf_text(&line));
		dc_buf_reset(&line);
		sound = sound && line_read(f, &line);
	}
	sound = sound && spec_read(f, dc_buf_text(&line), out);
	dc_buf_clear(&line);
	return sound;
}

static bool words_read(gzFile f, int64_t *cell, size_t n)
{
	static uint8_t bytes[8 * WORDS];

	for (size_t i = 0, k; i < n; i += k) {
		k = n - i < WORDS ? n - i : WORDS;
		if (gzread(f, bytes, (unsigned)(8 * k)) != (int)(8 * k))
			return false;
		for (size_t j = 0; j < k; j++)
			cell[i + j] = (int64_t)word_get(bytes + 8 * j);
	}
	return true;
}

static bool ends(gzFile f)
{
	char more;

	return gzread(f, &more, 1) == 0;
}

/* The served model's cells out of a whole state, whose root must be right. */
static enum dc_status state_read(struct trial *t, gzFile f, const char *path,
				 struct dc_err *err)
{
	size_t size = learner_snapshot_size(&t->spec);
	struct dc_err why = DC_ERR_INIT;
	enum dc_status st = DC_OK;
	struct learner *l = dc_malloc(sizeof(*l));
	uint8_t *bytes = dc_malloc(size);
	int64_t *cells = dc_malloc(learner_cells(&t->spec) * sizeof(*cells));
	void *work = dc_malloc(learner_work_size(&t->spec));

	for (size_t i = 0, k; st == DC_OK && i < size; i += k) {
		k = size - i < 1 << 20 ? size - i : 1 << 20;
		if (gzread(f, bytes + i, (unsigned)k) != (int)k)
			st = dc_fail(err, DC_EINVAL, "%s: it ends early",
				     path);
	}
	if (st == DC_OK) {
		learner_init(l, &t->spec, cells, work);
		st = learner_import(l, bytes, size, NULL, &why);
		if (st != DC_OK)
			st = dc_fail(err, st, "%s: %s", path, why.text);
	}
	if (st == DC_OK)
		memcpy(t->m.cells, l->model[0].cells,
		       t->spec.model->cells(&t->spec) * sizeof(int64_t));
	free(work);
	free(cells);
	free(bytes);
	free(l);
	return st;
}

static enum dc_status cells_read(struct trial *t, gzFile f, const char *path,
				 bool is_state, struct dc_err *err)
{
	enum dc_status st = DC_OK;

	if (is_state)
		st = state_read(t, f, path, err);
	else if (!words_read(f, t->m.cells, t->spec.model->cells(&t->spec)))
		st = dc_fail(err, DC_EINVAL, "%s: it ends early", path);
	if (st == DC_OK && !ends(f))
		st = dc_fail(err, DC_EINVAL, "%s: more than its spec's cells",
			     path);
	if (st == DC_OK && !t->spec.model->cells_valid(&t->spec, t->m.cells))
		st = dc_fail(err, DC_EINVAL, "%s: cells that no learning "
			     "leads to", path);
	return st;
}

static enum dc_status model_read(struct trial *t, gzFile f, const char *path,
				 bool is_state, struct dc_err *err)
{
	struct dc_err why = DC_ERR_INIT;
	struct trial head = { .n_learned = 0 };
	struct dc_buf text;
	enum dc_status st;

	dc_buf_init(&text, SPEC_BYTES_MAX);
	st = head_read(f, &head, &text) ? trial_init(t, &text, &why)
		: dc_fail(&why, DC_EINVAL, "its first lines are not those of "
			  "a model");
	t->feature_index = head.feature_index;
	t->n_feature_index = head.n_feature_index;
	dc_buf_clear(&text);
	if (st != DC_OK)
		return dc_fail(err, st, "%s: %s", path, why.text);
	st = cells_read(t, f, path, is_state, err);
	if (st == DC_OK)
		t->spec.model->rebuild(&t->m);
	return st;
}

static enum dc_status json_read(struct trial *t, const char *path,
				struct dc_err *err)
{
	struct dc_err why = DC_ERR_INIT;
	struct deca_file file;
	enum dc_status st = deca_json_load(&file, path, err);

	if (st == DC_OK && trial_import(t, &file, NULL, &why) != DC_OK)
		st = dc_fail(err, DC_EINVAL, "%s: %s", path, why.text);
	deca_file_clear(&file);
	return st;
}

enum dc_status trial_load(struct trial *t, const char *path,
			  struct dc_err *err)
{
	char magic[MAGIC_BYTES];
	enum dc_status st;
	gzFile f;
	int n;

	*t = (struct trial){ .n_learned = 0 };
	errno = 0;
	f = gzopen(path, "rb");
	if (f == NULL)
		return dc_fail(err, DC_EIO, "%s: %s", path, strerror(errno));
	n = gzread(f, magic, MAGIC_BYTES);
	if (n == (int)MAGIC_BYTES && memcmp(magic, MAGIC, MAGIC_BYTES) == 0)
		st = model_read(t, f, path, false, err);
	else if (n == (int)MAGIC_BYTES &&
		 memcmp(magic, STATE, MAGIC_BYTES) == 0)
		st = model_read(t, f, path, true, err);
	else if (n > 0 && strchr(" \t\r\n{", magic[0]) != NULL)
		st = json_read(t, path, err);
	else
		st = none(path, err);
	(void)gzclose_r(f);	/* only read from */
	return st;
}

enum dc_status trial_import(struct trial *t, const struct deca_file *f,
			    const struct model_import *how,
			    struct dc_err *err)
{
	static const struct model_import usual = { .columns = 0 };
	struct dc_buf text;
	enum dc_status st;

	*t = (struct trial){ .n_learned = 0 };
	dc_buf_init(&text, SPEC_TEXT_BYTES_MAX + 1);
	st = model_file_spec(&text, f, how != NULL ? how : &usual, err);
	if (st == DC_OK)
		st = trial_init(t, &text, err);
	dc_buf_clear(&text);
	if (st != DC_OK)
		return st;
	t->n_feature_index = f->n_feature_index;
	t->feature_index = dc_realloc_array(NULL, f->n_feature_index + 1,
					    sizeof(*t->feature_index));
	if (f->n_feature_index > 0)
		memcpy(t->feature_index, f->feature_index,
		       f->n_feature_index * sizeof(*t->feature_index));
	return model_file_load(&t->m, f, err);
}

enum dc_status trial_put_json(struct dc_buf *out, const struct trial *t,
			      struct dc_err *err)
{
	struct deca_file f;
	enum dc_status st = model_file_of(&f, &t->m, err);

	f.feature_index = t->feature_index;
	f.n_feature_index = t->n_feature_index;
	if (st == DC_OK)
		st = deca_json_write(out, &f, err);
	deca_file_clear(&f);
	return st;
}
