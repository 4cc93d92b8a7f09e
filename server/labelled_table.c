/* Reading tables: fields with or without quotes (RFC 4180), numbers. */
#include "config.h"

#include "server/labelled_private.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/log.h"
#include "base/types.h"
#include "models/fx9.h"
#include "models/sample.h"

#define FIELDS_MAX (SAMPLE_COUNT_MAX + 1)
#define LABEL "label"

/* One record: its fields, unquoted in place, each with a NUL. */
struct record {
	char **field;
	size_t n, room;
	size_t line;
};

struct table {
	struct record head, row;
	size_t label;		/* which field it is */
	size_t values;		/* room for numbers */
	char delimiter;
};

/* A field with quotes at r->p: its text moves to the front, quotes undone;
 * r->p stands behind it. */
static char *quoted_take(struct labelled_reader *r)
{
	char *first = ++r->p, *to = first;

	for (; r->p < r->end; r->p++) {
		if (*r->p == '"' && r->p + 1 < r->end && r->p[1] == '"')
			r->p++;
		else if (*r->p == '"')
			break;
		r->line += *r->p == '\n';
		*to++ = *r->p;
	}
	if (r->p == r->end)
		return NULL;
	r->p++;
	*to = '\0';
	return first;
}

/* Does a field with quotes begin at r->p? Between tabs a quote is mostly a
 * text's own, and is left to it unless another one ends the field, on the same
 * line. */
static bool is_quoted(const struct labelled_reader *r, char delimiter)
{
	const char *p = r->p;

	if (p == r->end || *p != '"')
		return false;
	if (delimiter != '\t')
		return true;
	for (p++; p < r->end && *p != '\n'; p++) {
		if (*p != '"')
			continue;
		if (p + 1 == r->end || strchr("\t\r\n", p[1]) != NULL)
			return true;
		if (p[1] != '"')
			return false;
		p++;
	}
	return false;
}

/* The next field; *last tells whether the record ends with it. NULL: the
 * field is malformed. */
static char *field_take(struct labelled_reader *r, char delimiter, bool *last)
{
	char *first = r->p, *end;

	if (is_quoted(r, delimiter)) {
		first = quoted_take(r);
		if (first == NULL)
			return NULL;
		end = r->p;
	} else {
		while (r->p < r->end && *r->p != delimiter && *r->p != '\n')
			r->p++;
		end = r->p;
	}
	if (r->p < r->end && *r->p == '\r')
		r->p++;
	*last = r->p >= r->end || *r->p == '\n';
	if (!*last && *r->p != delimiter)
		return NULL;
	r->line += r->p < r->end && *last;
	r->p += r->p < r->end;
	if (end > first && end[-1] == '\r')
		end--;
	*end = '\0';
	return first;
}

static enum dc_status record_take(struct labelled_reader *r,
				  struct record *out, char delimiter)
{
	bool last = false;

	out->n = 0;
	out->line = r->line;
	while (!last) {
		if (out->n == out->room) {
			if (out->room >= FIELDS_MAX)
				return labelled_refuse(r, out->line,
					"more than %d fields", FIELDS_MAX);
			out->room = out->room == 0 ? 64 : 2 * out->room;
			out->field = dc_realloc_array(out->field, out->room,
						      sizeof(*out->field));
		}
		out->field[out->n] = field_take(r, delimiter, &last);
		if (out->field[out->n++] == NULL)
			return labelled_refuse(r, out->line, "field %zu: text "
					      "after or without a closing "
					      "quote", out->n);
	}
	return DC_OK;
}

/* Whether the field at p (n bytes) is "label", in any case. */
static bool is_label(const char *p, size_t n)
{
	while (n > 0 && strchr(" \"\r", p[n - 1]) != NULL)
		n--;
	while (n > 0 && strchr(" \"", *p) != NULL) {
		p++;
		n--;
	}
	return n == strlen(LABEL) && strncasecmp(p, LABEL, n) == 0;
}

bool labelled_is_table(const struct labelled_reader *r, char *delimiter)
{
	size_t eol = strcspn(r->p, "\n"), n, fields;

	for (const char *d = ",;\t"; *d != '\0'; d++) {
		const char *p = r->p, *end = r->p + eol;
		bool found = false;

		for (fields = 0; p <= end; fields++, p += n + 1) {
			const char *stop = memchr(p, *d, (size_t)(end - p));

			n = (size_t)((stop != NULL ? stop : end) - p);
			found |= is_label(p, n);
		}
		*delimiter = *d;
		if (found && fields > 1)
			return true;
	}
	return false;
}

/* As spreadsheets write numbers: "+1", ".5", "5.", "007" too. */
static bool number_read(int64_t *out, const char *text)
{
	char plain[80];
	size_t n = 0, digits;

	text += strspn(text, " ");
	if (*text == '-' || *text == '+')
		plain[n] = *text, n += *text++ == '-';
	while (*text == '0' && text[1] >= '0' && text[1] <= '9')
		text++;
	if (*text == '.' && text[1] >= '0' && text[1] <= '9')
		plain[n++] = '0';
	digits = strcspn(text, " ");
	if (digits == 0 || digits > sizeof(plain) - 4 ||
	    text[digits + strspn(text + digits, " ")] != '\0')
		return false;
	memcpy(plain + n, text, digits);
	n += digits;
	if (plain[n - 1] == '.')
		n--;
	return fx9_parse(out, plain, n, NULL) == DC_OK;
}

static enum dc_status head_take(struct labelled_reader *r, struct table *t)
{
	struct labelled *d = r->d;
	enum dc_status st = record_take(r, &t->head, t->delimiter);

	if (st != DC_OK)
		return st;
	d->n_column = t->head.n - 1;
	d->column = dc_arena_alloc(d->arena, t->head.n * sizeof(*d->column));
	for (size_t i = 0; i < t->head.n; i++)
		if (is_label(t->head.field[i], strlen(t->head.field[i])))
			t->label = i;
	for (size_t i = 0, k = 0; i < t->head.n; i++)
		if (i != t->label)
			d->column[k++] = t->head.field[i];
	return DC_OK;
}

static enum dc_status numbers_take(struct labelled_reader *r, struct table *t)
{
	struct labelled *d = r->d;
	int64_t *out;

	if (d->n * d->n_column > t->values) {
		t->values = d->n * d->n_column * 2;
		d->value = dc_realloc_array(d->value, t->values,
					    sizeof(*d->value));
	}
	out = d->value + (d->n - 1) * d->n_column;
	for (size_t i = 0; i < t->row.n; i++) {
		char shown[2][48];
		const char *name = t->head.field[i], *text = t->row.field[i];

		if (i == t->label || number_read(out++, text))
			continue;
		return labelled_refuse(r, t->row.line, "column %s: '%s' is no "
				      "number between -9 and 9 billion",
				      dc_log_escape(shown[0], 48, name,
						    strlen(name)),
				      dc_log_escape(shown[1], 48, text,
						    strlen(text)));
	}
	return DC_OK;
}

/* The first row decides: one column that is no number makes texts. */
static void kind_find(struct labelled *d, const struct table *t)
{
	int64_t v;

	d->kind = t->head.n == 2 &&
		!number_read(&v, t->row.field[1 - t->label])
		? LABELLED_TEXT : LABELLED_TABLE;
}

static enum dc_status row_take(struct labelled_reader *r, struct table *t)
{
	struct labelled_row *row;
	enum dc_status st = record_take(r, &t->row, t->delimiter);

	if (st != DC_OK)
		return st;
	if (t->row.n == 1 && t->row.field[0][0] == '\0')
		return DC_OK;	/* an empty line */
	if (t->row.n != t->head.n)
		return labelled_refuse(r, t->row.line, "%zu fields, the header "
				      "has %zu", t->row.n, t->head.n);
	if (r->d->n == 0)
		kind_find(r->d, t);
	row = labelled_row_add(r, t->row.field[t->label], t->row.line);
	if (row == NULL)
		return DC_EINVAL;
	if (r->d->kind == LABELLED_TABLE)
		return numbers_take(r, t);
	row->text = t->row.field[1 - t->label];
	row->len = strlen(row->text);
	return DC_OK;
}

enum dc_status labelled_read_table(struct labelled_reader *r)
{
	struct table t = { .label = 0 };
	enum dc_status st;

	(void)labelled_is_table(r, &t.delimiter);
	st = head_take(r, &t);
	while (st == DC_OK && r->p < r->end)
		st = row_take(r, &t);
	if (st == DC_OK && r->d->kind == LABELLED_TEXT)
		r->d->n_column = 0;
	free(t.head.field);
	free(t.row.field);
	return st;
}
