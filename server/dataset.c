/* Labelled rows, line by line; texts that a service embeds, many at once. */
#include "config.h"

#include "server/dataset.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "base/arena.h"
#include "server/embed_rows.h"

#define AHEAD_BYTES ((size_t)8 << 20)

/* Rows that wait for their embeddings. */
struct ahead {
	struct dc_arena *arena;		/* labels and texts */
	size_t n, most;
	struct embed_row row[EMBED_ROWS];
	const char *label[EMBED_ROWS];
	size_t line[EMBED_ROWS];
	int64_t *value;			/* (most, dimension) */
};

struct reading {
	const struct dataset_options *o;
	gzFile in;
	size_t line, bytes;
	bool is_csv;
	bool takes_indices;
	struct ahead *ahead;	/* NULL: no service is asked */
	char *text;		/* the line, DATASET_LINE_BYTES_MAX and 2 */
};

static bool ends_in(const char *text, const char *end)
{
	size_t n = strlen(text), k = strlen(end);

	return n >= k && strcmp(text + n - k, end) == 0;
}

/* ---- lines ---- */

static enum dc_status read_error(const struct reading *r, struct dc_err *err)
{
	int code;
	const char *why = gzerror(r->in, &code);

	return dc_fail(err, DC_EIO, "%s: cannot be read: %s", r->o->path,
		       code == Z_ERRNO ? strerror(errno) :
		       code == Z_BUF_ERROR ? "the gzip file ends early" : why);
}

/* The bytes of the next line; those past the most that one may have are
 * counted alone.
 * c  out: what ended it */
static size_t take_line(struct reading *r, int *c)
{
	size_t n = 0;

	while ((*c = gzgetc(r->in)) >= 0 && *c != '\n') {
		if (n < DATASET_LINE_BYTES_MAX)
			r->text[n] = (char)*c;
		n++;
	}
	r->line++;
	r->bytes += n + 1;
	return n;
}

/* What is wrong with a line as such; NULL: nothing. */
static const char *line_fault(const struct reading *r, size_t n)
{
	if (n > DATASET_LINE_BYTES_MAX)
		return "a line of more than 1 MiB";
	if (memchr(r->text, '\0', n) != NULL)
		return "has a NUL byte";
	return NULL;
}

/* The next line without its end.
 * more   false: there is none
 * fault  why it is none of ours; NULL: it is */
static enum dc_status next_line(struct reading *r, bool *more,
				const char **fault, struct dc_err *err)
{
	size_t most = r->o->bytes_max, n;
	int c;

	n = take_line(r, &c);
	if (c < 0 && (!gzeof(r->in) || gzerror(r->in, &(int){ 0 })[0] != '\0'))
		return read_error(r, err);
	if (most > 0 && r->bytes > most)
		return dc_fail(err, DC_EINVAL, "%s:%zu: the file is larger "
			       "than %zu MiB", r->o->path, r->line,
			       most >> 20);
	*more = c >= 0 || n > 0;
	*fault = line_fault(r, n);
	if (*fault != NULL)
		return DC_OK;
	if (n > 0 && r->text[n - 1] == '\r')
		n--;
	r->text[n] = '\0';
	if (r->line == 1 && strncmp(r->text, "\xef\xbb\xbf", 3) == 0)
		memmove(r->text, r->text + 3, n - 3 + 1);
	return DC_OK;
}

/* ---- rows ---- */

/* A row is wrong: pass over it, or end. */
static enum dc_status pass_over(const struct reading *r, size_t line,
				const char *why, struct dc_err *err)
{
	if (r->o->skip == NULL)
		return dc_fail(err, DC_EINVAL, "%s:%zu: %s", r->o->path, line,
			       why);
	r->o->skip(r->o->user, line, why);
	return DC_OK;
}

static enum dc_status hand_on(const struct reading *r,
			      const struct dataset_row *row,
			      struct dc_err *err)
{
	struct dc_err why = DC_ERR_INIT;
	enum dc_status st = r->o->fn(r->o->user, row, &why);

	if (st == DC_EINVAL)
		return pass_over(r, row->line, why.text, err);
	return st == DC_OK ? DC_OK : dc_fail(err, st, "%s:%zu: %s",
					     r->o->path, row->line, why.text);
}

/* Cut a row into label and input, in place. Returns what is wrong with it. */
static const char *cut_row(const struct reading *r, struct dataset_row *row)
{
	char *at = r->is_csv ? strrchr(r->text, ',') : strchr(r->text, '\t');

	*row = (struct dataset_row){ .line = r->line, .label = r->text };
	if (at == NULL)
		return r->is_csv ? "no comma on this line" :
			"not label<TAB>input";
	*at++ = '\0';
	if (r->is_csv) {
		row->label = at;
		row->input.features = r->text;
	} else if (r->takes_indices) {
		row->input.indices = at;
	} else {
		row->input.text = at;
	}
	return *row->label != '\0' ? NULL : "the label is empty";
}

static enum dc_status read_header(struct reading *r, struct dc_err *err)
{
	const char *fault, *last;
	bool more;
	enum dc_status st = next_line(r, &more, &fault, err);

	if (st != DC_OK)
		return st;
	last = more && fault == NULL ? strrchr(r->text, ',') : NULL;
	if (last == NULL || strcmp(last + 1, "label") != 0)
		return dc_fail(err, DC_EINVAL, "%s:1: column names are "
			       "needed, the last of them label", r->o->path);
	return DC_OK;
}

/* ---- embedding ---- */

static void ahead_init(struct reading *r)
{
	const struct model_spec *spec = r->o->spec;
	struct ahead *a;

	if (spec == NULL || encoder_dimension(spec) == 0 || r->is_csv)
		return;
	a = r->ahead = dc_calloc(1, sizeof(*a));
	a->most = embed_rows_most(spec);
	a->arena = dc_arena_new(1 << 16);
	a->value = dc_calloc(a->most * encoder_dimension(spec),
			     sizeof(*a->value));
}

static void ahead_free(struct ahead *a)
{
	if (a == NULL)
		return;
	dc_arena_free(a->arena);
	free(a->value);
	free(a);
}

static enum dc_status hand_on_embedded(const struct reading *r, size_t i,
				       struct dc_err *err)
{
	const struct ahead *a = r->ahead;
	uint32_t n = encoder_dimension(r->o->spec);
	const struct encoder_input in = { .kind = ENCODER_FEATURES, .n = n,
					  .feature = a->value + i * n };
	const struct dataset_row row = { .line = a->line[i],
					 .label = a->label[i],
					 .embedded = &in };

	if (a->row[i].why.status != DC_OK)
		return pass_over(r, a->line[i], a->row[i].why.text, err);
	return hand_on(r, &row, err);
}

/* Embed what waits, and hand it on in its order. */
static enum dc_status ahead_flush(const struct reading *r, struct dc_err *err)
{
	struct ahead *a = r->ahead;
	struct dc_err why = DC_ERR_INIT;
	enum dc_status st;

	if (a == NULL || a->n == 0)
		return DC_OK;
	st = embed_rows(a->value, a->row, a->n, r->o->embedder, r->o->spec,
			&why);
	if (st != DC_OK)
		return dc_fail(err, st, "%s:%zu: %s", r->o->path, a->line[0],
			       why.text);
	for (size_t i = 0; st == DC_OK && i < a->n; i++)
		st = hand_on_embedded(r, i, err);
	dc_arena_reset(a->arena);
	a->n = 0;
	return st;
}

static enum dc_status ahead_push(const struct reading *r,
				 const struct dataset_row *row,
				 struct dc_err *err)
{
	struct ahead *a = r->ahead;
	const char *text = row->input.text;
	size_t i = a->n++, n = strlen(text);

	a->line[i] = row->line;
	a->label[i] = dc_arena_copy(a->arena, row->label,
				    strlen(row->label) + 1);
	a->row[i] = (struct embed_row){ .len = n, .why = DC_ERR_INIT };
	if (n > EMBEDDER_TEXT_BYTES_MAX)	/* not worth its memory */
		(void)dc_fail(&a->row[i].why, DC_EINVAL, "text is over %zu "
			      "bytes", EMBEDDER_TEXT_BYTES_MAX);
	else
		a->row[i].text = dc_arena_copy(a->arena, text, n + 1);
	return a->n == a->most || dc_arena_used(a->arena) > AHEAD_BYTES ?
		ahead_flush(r, err) : DC_OK;
}

/* ---- the file ---- */

static enum dc_status read_row(const struct reading *r, const char *fault,
			       struct dc_err *err)
{
	struct dataset_row row;

	if (fault == NULL && r->text[0] == '\0')
		return DC_OK;
	if (fault == NULL)
		fault = cut_row(r, &row);
	if (fault != NULL)
		return pass_over(r, r->line, fault, err);
	return r->ahead != NULL ? ahead_push(r, &row, err) :
		hand_on(r, &row, err);
}

static enum dc_status read_rows(struct reading *r, struct dc_err *err)
{
	enum dc_status st = r->is_csv ? read_header(r, err) : DC_OK;
	const char *fault;
	bool more = true;

	while (st == DC_OK) {
		st = next_line(r, &more, &fault, err);
		if (st != DC_OK)
			return st;
		if (!more)
			return ahead_flush(r, err);
		st = read_row(r, fault, err);
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

/* Standard input stays open for whoever reads it next. */
static gzFile open_file(const char *path)
{
	int fd;
	gzFile in;

	if (strcmp(path, "-") != 0)
		return gzopen(path, "rbe");
	fd = dup(STDIN_FILENO);
	in = fd < 0 ? NULL : gzdopen(fd, "rb");
	if (in == NULL && fd >= 0)
		(void)close(fd);
	return in;
}

enum dc_status dataset_read(const struct dataset_options *o,
			    struct dc_err *err)
{
	struct reading r = {
		.o = o, .in = open_file(o->path),
		.is_csv = ends_in(o->path, ".csv") ||
			  ends_in(o->path, ".csv.gz"),
		.takes_indices = takes_lists(o->spec)
	};
	enum dc_status st;

	if (r.in == NULL)
		return dc_fail(err, errno == ENOENT ? DC_ENOTFOUND : DC_EIO,
			       "%s: %s", o->path, strerror(errno));
	r.text = dc_malloc(DATASET_LINE_BYTES_MAX + 2);
	ahead_init(&r);
	st = read_rows(&r, err);
	ahead_free(r.ahead);
	free(r.text);
	(void)gzclose(r.in);	/* only read from */
	return st;
}

enum dc_status dataset_sample(struct dc_buf *out,
			      const struct dataset_options *o,
			      struct sample_room *room,
			      const struct dataset_row *row,
			      struct dc_err *err)
{
	struct sample sample;
	enum dc_status st;

	if (row->embedded == NULL)
		return input_sample(out, o->spec, room, &row->input,
				    o->embedder, err);
	st = encoder_encode(&sample, o->spec, room, row->embedded, err);
	if (st == DC_OK)
		sample_encode(out, &sample);
	return st;
}
