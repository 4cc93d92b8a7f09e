/* Labelled rows, line by line. */
#include "config.h"

#include "server/dataset.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

struct reading {
	const char *path;
	gzFile in;
	size_t line, bytes;
	bool is_csv;
	bool takes_indices;
	char *text;		/* the line, DATASET_LINE_BYTES_MAX and 2 */
};

static bool ends_in(const char *text, const char *end)
{
	size_t n = strlen(text), k = strlen(end);

	return n >= k && strcmp(text + n - k, end) == 0;
}

static enum dc_status fail_at(const struct reading *r, struct dc_err *err,
			      const char *why)
{
	return dc_fail(err, DC_EINVAL, "%s:%zu: %s", r->path, r->line, why);
}

/* The next line without its end.
 * more  false: there is none */
static enum dc_status next_line(struct reading *r, bool *more,
				struct dc_err *err)
{
	size_t n = 0;
	int c = 0;

	while (n <= DATASET_LINE_BYTES_MAX && (c = gzgetc(r->in)) >= 0 &&
	       c != '\n')
		r->text[n++] = (char)c;
	r->line++;
	r->bytes += n + 1;
	if (c < 0 && !gzeof(r->in))
		return dc_fail(err, DC_EIO, "%s: cannot be read: %s", r->path,
			       gzerror(r->in, &c));
	if (n > DATASET_LINE_BYTES_MAX)
		return fail_at(r, err, "a line of more than 1 MiB");
	if (r->bytes > DATASET_FILE_BYTES_MAX)
		return fail_at(r, err, "the file is larger than 256 MiB");
	if (memchr(r->text, '\0', n) != NULL)
		return fail_at(r, err, "has a NUL byte");
	*more = c >= 0 || n > 0;
	if (n > 0 && r->text[n - 1] == '\r')
		n--;
	r->text[n] = '\0';
	return DC_OK;
}

/* Cut a row into label and input, in place. */
static enum dc_status cut_row(const struct reading *r,
			      struct dataset_row *row, struct dc_err *err)
{
	char *at = r->is_csv ? strrchr(r->text, ',') : strchr(r->text, '\t');

	*row = (struct dataset_row){ .label = r->text };
	if (at == NULL)
		return fail_at(r, err, r->is_csv ? "no comma on this line" :
			       "not label<TAB>input");
	*at++ = '\0';
	if (r->is_csv) {
		row->label = at;
		row->input.features = r->text;
	} else if (r->takes_indices) {
		row->input.indices = at;
	} else {
		row->input.text = at;
	}
	return *row->label != '\0' ? DC_OK :
		fail_at(r, err, "the label is empty");
}

static enum dc_status read_header(struct reading *r, struct dc_err *err)
{
	bool more;
	enum dc_status st = next_line(r, &more, err);
	const char *last;

	if (st != DC_OK)
		return st;
	last = more ? strrchr(r->text, ',') : NULL;
	if (last == NULL || strcmp(last + 1, "label") != 0)
		return fail_at(r, err, "column names are needed, the last of "
			       "them label");
	return DC_OK;
}

static enum dc_status read_rows(struct reading *r, dataset_fn *fn,
				void *user, struct dc_err *err)
{
	enum dc_status st = r->is_csv ? read_header(r, err) : DC_OK;
	bool more = true;

	while (st == DC_OK) {
		struct dc_err why = DC_ERR_INIT;
		struct dataset_row row;

		st = next_line(r, &more, err);
		if (st != DC_OK || !more)
			return st;
		if (r->text[0] == '\0')
			continue;
		st = cut_row(r, &row, err);
		if (st == DC_OK && fn(user, &row, &why) != DC_OK)
			return fail_at(r, err, why.text);
	}
	return st;
}

/* Which lists of numbers an encoder takes: none for those of texts. */
static bool takes_lists(const struct model_spec *spec)
{
	const struct spec_choice *c =
		spec == NULL ? NULL : (const void *)spec->encoder;

	return c != NULL && strcmp(c->name, "none") == 0;
}

enum dc_status dataset_read(const char *path, const struct model_spec *spec,
			    dataset_fn *fn, void *user, struct dc_err *err)
{
	struct reading r = {
		.path = path, .in = gzopen(path, "rbe"),
		.is_csv = ends_in(path, ".csv") || ends_in(path, ".csv.gz"),
		.takes_indices = takes_lists(spec)
	};
	enum dc_status st;

	if (r.in == NULL)
		return dc_fail(err, errno == ENOENT ? DC_ENOTFOUND : DC_EIO,
			       "%s: %s", path, strerror(errno));
	r.text = dc_malloc(DATASET_LINE_BYTES_MAX + 2);
	st = read_rows(&r, fn, user, err);
	free(r.text);
	(void)gzclose(r.in);	/* only read from */
	return st;
}
