/* Reading labelled data: the file, its rows and classes, and texts. */
#include "config.h"

#include "server/labelled_private.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "models/spec.h"
#include "server/gzip_file.h"

enum dc_status labelled_refuse(struct labelled_reader *r, size_t line,
			      const char *fmt, ...)
{
	char text[200];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return dc_fail(r->err, DC_EINVAL, "%s:%zu: %s", r->d->path, line,
		       text);
}

/* The label of a name, a new one where there is none; false: too many. */
static bool class_find(struct labelled_classes *c, uint32_t *label,
		       const char *name)
{
	for (*label = 0; *label < c->n; ++*label)
		if (strcmp(c->name[*label], name) == 0)
			return true;
	if (c->n == SPEC_CLASSES_MAX)
		return false;
	c->name = dc_realloc_array(c->name, c->n + 1, sizeof(*c->name));
	c->name[c->n++] = dc_strdup(name);
	return true;
}

static char *trimmed(char *text)
{
	size_t n = strlen(text);

	while (n > 0 && strchr(" \t\r", text[n - 1]) != NULL)
		text[--n] = '\0';
	return text + strspn(text, " \t\r");
}

struct labelled_row *labelled_row_add(struct labelled_reader *r, char *name,
				    size_t line)
{
	struct labelled *d = r->d;
	struct labelled_row *row;
	uint32_t label;

	name = trimmed(name);
	if (*name == '\0') {
		(void)labelled_refuse(r, line, "the label is empty");
		return NULL;
	}
	if (!class_find(r->classes, &label, name)) {
		(void)labelled_refuse(r, line, "more than %d classes",
				     SPEC_CLASSES_MAX);
		return NULL;
	}
	if (d->n == r->room) {
		r->room = r->room == 0 ? 1024 : 2 * r->room;
		d->row = dc_realloc_array(d->row, r->room, sizeof(*d->row));
	}
	row = &d->row[d->n++];
	*row = (struct labelled_row){ .label = label, .line = line };
	return row;
}

/* label<TAB>text, split on '\n' only. */
enum dc_status labelled_read_lines(struct labelled_reader *r)
{
	r->d->kind = LABELLED_TEXT;
	for (; r->p < r->end; r->line++) {
		char *eol = memchr(r->p, '\n', (size_t)(r->end - r->p));
		char *stop = eol != NULL ? eol : r->end, *line = r->p, *tab;
		struct labelled_row *row;

		r->p = stop + (eol != NULL);
		*stop = '\0';
		if (line == stop || (stop == line + 1 && *line == '\r'))
			continue;
		tab = memchr(line, '\t', (size_t)(stop - line));
		if (tab == NULL)
			return labelled_refuse(r, r->line, "no tab between "
					      "label and text");
		*tab = '\0';
		row = labelled_row_add(r, line, r->line);
		if (row == NULL)
			return DC_EINVAL;
		row->text = tab + 1;
		row->len = (size_t)(stop - tab - 1);
	}
	return DC_OK;
}

/* No text has a NUL byte, neither in JSON nor on a command line; each second
 * byte of UTF-16 is one. */
static enum dc_status refuse_nul(struct labelled_reader *r)
{
	const char *p = r->p, *nul = memchr(p, '\0', (size_t)(r->end - p));
	size_t line = 1;

	if (nul == NULL)
		return DC_OK;
	while ((p = memchr(p, '\n', (size_t)(nul - p))) != NULL) {
		line++;
		p++;
	}
	return labelled_refuse(r, line, "has a NUL byte: is it UTF-8?");
}

static enum dc_status read_rows(struct labelled_reader *r)
{
	char delimiter;

	if (r->p == r->end)
		return dc_fail(r->err, DC_EINVAL, "%s: the file is empty",
			       r->d->path);
	if (labelled_is_table(r, &delimiter))
		return labelled_read_table(r);
	if (memchr(r->p, '\t', strcspn(r->p, "\n")) == NULL)
		return labelled_refuse(r, 1, "neither label<TAB>text nor a "
				      "header with a column called label");
	return labelled_read_lines(r);
}

enum dc_status labelled_load(struct labelled *out,
			    struct labelled_classes *classes,
			    const char *path, struct dc_err *err)
{
	struct labelled_reader r = { out, classes, NULL, NULL, 1, 0, err };
	enum dc_status st;

	*out = (struct labelled){ .path = path };
	out->arena = dc_arena_new(1 << 14);
	dc_buf_init(&out->bytes, LABELLED_BYTES_MAX);
	st = gzip_file_read(&out->bytes, path, err);
	if (st != DC_OK)
		return st;
	/* a NUL after the last byte, that texts may end in */
	dc_buf_append_byte(&out->bytes, '\0');
	r.p = (char *)out->bytes.data;
	r.end = r.p + out->bytes.len - 1;
	if (out->bytes.len > 3 && memcmp(r.p, "\xef\xbb\xbf", 3) == 0)
		r.p += 3;	/* a byte order mark */
	st = refuse_nul(&r);
	if (st == DC_OK)
		st = read_rows(&r);
	if (st == DC_OK && out->n == 0)
		st = dc_fail(err, DC_EINVAL, "%s: no rows", path);
	return st;
}

enum dc_status labelled_match(const struct labelled *a,
			      const struct labelled *b, struct dc_err *err)
{
	char shown[2][64];

	if (a->kind != b->kind)
		return dc_fail(err, DC_EINVAL, "%s holds %s, %s %s", a->path,
			       a->kind == LABELLED_TEXT ? "texts" : "a table",
			       b->path,
			       b->kind == LABELLED_TEXT ? "texts" : "a table");
	if (a->n_column != b->n_column)
		return dc_fail(err, DC_EINVAL, "%s has %zu columns, %s %zu",
			       a->path, a->n_column, b->path, b->n_column);
	for (size_t i = 0; i < a->n_column && a->kind == LABELLED_TABLE; i++)
		if (strcmp(a->column[i], b->column[i]) != 0)
			return dc_fail(err, DC_EINVAL, "column %zu is '%s' in "
				       "%s, '%s' in %s", i + 1,
				       dc_log_escape(shown[0], 64,
						     a->column[i],
						     strlen(a->column[i])),
				       a->path,
				       dc_log_escape(shown[1], 64,
						     b->column[i],
						     strlen(b->column[i])),
				       b->path);
	return DC_OK;
}

void labelled_clear(struct labelled *d)
{
	if (d->arena != NULL) {
		dc_arena_free(d->arena);
		dc_buf_clear(&d->bytes);
	}
	free(d->row);
	free(d->value);
	*d = (struct labelled){ .n = 0 };
}

void labelled_classes_clear(struct labelled_classes *c)
{
	for (uint32_t i = 0; i < c->n; i++)
		free((char *)(uintptr_t)c->name[i]);
	free(c->name);
	*c = (struct labelled_classes){ .n = 0 };
}
