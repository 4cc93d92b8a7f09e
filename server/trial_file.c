/* Trained models as files. */
#include "config.h"

#include "server/trial.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#define MAGIC "decaid model 1\n"
#define MAGIC_BYTES (sizeof(MAGIC) - 1)
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

/* Written beside and renamed: path holds the whole model or what it held. */
enum dc_status trial_save(const struct trial *t, const char *path,
			  struct dc_err *err)
{
	char part[4096];
	int n = snprintf(part, sizeof(part), "%s.part", path);
	bool done;
	gzFile f;

	if (n < 0 || (size_t)n >= sizeof(part))
		return dc_fail(err, DC_EINVAL, "--out: too long");
	errno = 0;
	f = gzopen(part, "wb1");
	if (f == NULL)
		return dc_fail(err, DC_EIO, "%s: %s", part, strerror(errno));
	done = bytes_write(f, MAGIC, MAGIC_BYTES) &&
		bytes_write(f, t->text.data, t->text.len) &&
		bytes_write(f, "\n", 1) &&
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
	return dc_fail(err, DC_EINVAL, "%s: not a model of decaid train",
		       path);
}

/* The spec's text: up to an empty line. */
static bool text_read(gzFile f, struct dc_buf *out)
{
	char line[256], *at = line;

	line[0] = '\0';
	do {
		bool fresh = out->len == 0 || out->data[out->len - 1] == '\n';

		at = gzgets(f, line, sizeof(line));
		if (at == NULL || (fresh && line[0] == '\n'))
			break;
		dc_buf_append_text(out, line);
	} while (!dc_buf_failed(out));
	return at != NULL && !dc_buf_failed(out);
}

static bool cells_read(gzFile f, int64_t *cell, size_t n)
{
	static uint8_t bytes[8 * WORDS];
	char more;

	for (size_t i = 0, k; i < n; i += k) {
		k = n - i < WORDS ? n - i : WORDS;
		if (gzread(f, bytes, (unsigned)(8 * k)) != (int)(8 * k))
			return false;
		for (size_t j = 0; j < k; j++)
			cell[i + j] = (int64_t)word_get(bytes + 8 * j);
	}
	return gzread(f, &more, 1) == 0;
}

static enum dc_status model_read(struct trial *t, gzFile f, const char *path,
				 struct dc_err *err)
{
	char magic[MAGIC_BYTES];
	struct dc_buf text;
	enum dc_status st;

	if (gzread(f, magic, MAGIC_BYTES) != (int)MAGIC_BYTES ||
	    memcmp(magic, MAGIC, MAGIC_BYTES) != 0)
		return none(path, err);
	dc_buf_init(&text, SPEC_TEXT_BYTES_MAX);
	st = text_read(f, &text) ? trial_init(t, &text, err) : none(path, err);
	dc_buf_clear(&text);
	if (st != DC_OK)
		return st;
	if (!cells_read(f, t->m.cells, t->spec.model->cells(&t->spec)) ||
	    !t->spec.model->cells_valid(&t->spec, t->m.cells))
		return none(path, err);
	t->spec.model->rebuild(&t->m);
	return DC_OK;
}

enum dc_status trial_load(struct trial *t, const char *path,
			  struct dc_err *err)
{
	enum dc_status st;
	gzFile f;

	*t = (struct trial){ .n_learned = 0 };
	errno = 0;
	f = gzopen(path, "rb");
	if (f == NULL)
		return dc_fail(err, DC_EIO, "%s: %s", path, strerror(errno));
	st = model_read(t, f, path, err);
	(void)gzclose_r(f);
	return st;
}
