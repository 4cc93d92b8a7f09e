/* Reading and writing specs, in their one form. */
#include "config.h"

#include "models/spec.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistr.h>

#include "base/keccak.h"
#include "models/encoder.h"
#include "models/model.h"
#include "models/verdict.h"

#define NAME_BYTES 32	/* of what a line can name, NUL included */

/* Cursor over the text: the current line is [p, end of line). */
struct lines {
	const char *p, *eol, *end;
	unsigned number;
	struct dc_err *err;
};

static enum dc_status refuse(struct lines *in, const char *reason)
{
	return dc_fail(in->err, DC_EINVAL, "spec line %u: %s", in->number,
		       reason);
}

static enum dc_status line_next(struct lines *in)
{
	in->number++;
	in->p = in->number == 1 ? in->p : in->eol + 1;
	in->eol = memchr(in->p, '\n', (size_t)(in->end - in->p));
	if (!in->eol)
		return refuse(in, in->p == in->end
			      ? "missing" : "no newline at its end");
	return DC_OK;
}

/* Pass over text where the line goes on with it. */
static bool line_take(struct lines *in, const char *text)
{
	size_t n = strlen(text);

	if ((size_t)(in->eol - in->p) < n || memcmp(in->p, text, n) != 0)
		return false;
	in->p += n;
	return true;
}

static enum dc_status line_exact(struct lines *in, const char *text,
				 const char *reason)
{
	enum dc_status st = line_next(in);

	if (st != DC_OK)
		return st;
	if (!line_take(in, text) || in->p != in->eol)
		return refuse(in, reason);
	return DC_OK;
}

/* Up to the next space or the end of the line; false: too long or empty. */
static bool name_take(struct lines *in, char name[NAME_BYTES])
{
	size_t n = 0;

	while (in->p + n < in->eol && in->p[n] != ' ' && in->p[n] != '\0')
		n++;
	if (n == 0 || n >= NAME_BYTES)
		return false;
	memcpy(name, in->p, n);
	name[n] = '\0';
	in->p += n;
	return true;
}

/* Decimal digits without leading zeros, below 2^63. */
static bool number_take(struct lines *in, int64_t *out)
{
	const char *first = in->p;
	int64_t v = 0;

	for (; in->p < in->eol && *in->p >= '0' && *in->p <= '9'; in->p++)
		if (__builtin_mul_overflow(v, 10, &v) ||
		    __builtin_add_overflow(v, *in->p - '0', &v))
			return false;
	*out = v;
	return in->p > first && (*first != '0' || in->p == first + 1);
}

static enum dc_status params_take(struct lines *in,
				  const struct spec_choice *choice,
				  int64_t *value)
{
	for (size_t i = 0; i < choice->n_param; i++) {
		const struct spec_param *param = &choice->param[i];

		if (!line_take(in, " ") || !line_take(in, param->name) ||
		    !line_take(in, "=") || !number_take(in, &value[i]))
			return dc_fail(in->err, DC_EINVAL,
				       "spec line %u: expected %s=NUMBER",
				       in->number, param->name);
		if (value[i] < param->min || value[i] > param->max)
			return dc_fail(in->err, DC_EINVAL,
				       "spec line %u: %s's %s=%" PRId64
				       " is not from %" PRId64 " to %" PRId64,
				       in->number, choice->name, param->name,
				       value[i], param->min, param->max);
	}
	if (in->p != in->eol)
		return refuse(in, "more than its parameters");
	return DC_OK;
}

/* The three lines that name something: each looks its name up. */
static enum dc_status name_line(struct lines *in, const char *keyword,
				char name[NAME_BYTES])
{
	enum dc_status st = line_next(in);

	if (st != DC_OK)
		return st;
	if (!line_take(in, keyword) || !line_take(in, " ") ||
	    !name_take(in, name))
		return dc_fail(in->err, DC_EINVAL,
			       "spec line %u: expected %s NAME", in->number,
			       keyword);
	return DC_OK;
}

static enum dc_status model_line(struct lines *in, struct model_spec *s)
{
	const struct spec_choice *choice;
	char name[NAME_BYTES];
	enum dc_status st = name_line(in, "model", name);

	if (st == DC_OK && !(s->model = model_find(name)))
		st = refuse(in, "unknown model");
	if (st == DC_OK)
		st = params_take(in, &s->model->choice, s->model_param);
	if (st != DC_OK)
		return st;
	choice = &s->model->choice;
	for (size_t i = 0; i < choice->n_param; i++)
		if (strcmp(choice->param[i].name, "columns") == 0)
			s->columns = (uint32_t)s->model_param[i];
	return DC_OK;
}

static enum dc_status encoder_line(struct lines *in, struct model_spec *s)
{
	char name[NAME_BYTES];
	enum dc_status st = name_line(in, "encoder", name);

	if (st == DC_OK && !(s->encoder = encoder_find(name)))
		st = refuse(in, "unknown encoder");
	if (st == DC_OK)
		st = params_take(in, &s->encoder->choice, s->encoder_param);
	if (st == DC_OK && s->encoder->fits != NULL && !s->encoder->fits(s))
		st = refuse(in, "the encoder does not fit the columns");
	return st;
}

/* As number_take, with a sign; "-0" is no number. */
static bool signed_take(struct lines *in, int64_t *out)
{
	bool minus = line_take(in, "-");

	if (!number_take(in, out) || (minus && *out == 0))
		return false;
	*out = minus ? -*out : *out;
	return true;
}

/* "column center=C width=W" for each column, where the encoder wants it. */
static enum dc_status column_lines(struct lines *in, struct model_spec *s)
{
	if (s->encoder->columns == ENCODER_COLUMNS_ALIKE)
		return DC_OK;
	if (s->columns > SPEC_TEXT_BYTES_MAX / 24)
		return refuse(in, "so many columns do not fit a spec");
	s->column = dc_calloc(s->columns, sizeof(*s->column));
	for (uint32_t i = 0; i < s->columns; i++) {
		struct spec_column *c = &s->column[i];
		enum dc_status st = line_next(in);

		if (st != DC_OK)
			return st;
		if (!line_take(in, "column center=") ||
		    !signed_take(in, &c->center) ||
		    !line_take(in, " width=") ||
		    !number_take(in, &c->width) || c->width == 0 ||
		    in->p != in->eol)
			return refuse(in, "expected column center=NUMBER "
				      "width=NUMBER");
	}
	return DC_OK;
}

static enum dc_status verdict_line(struct lines *in, struct model_spec *s)
{
	char name[NAME_BYTES];
	enum dc_status st = name_line(in, "verdict", name);

	if (st == DC_OK && !(s->verdict = verdict_find(name)))
		st = refuse(in, "unknown verdict rule");
	if (st == DC_OK)
		st = params_take(in, &s->verdict->choice, s->verdict_param);
	return st;
}

/* U+0000 to U+001F, U+007F to U+009F, and the separators of lines and
 * paragraphs: a fixed list, for no table of a library may decide what is a
 * valid spec. */
static bool has_control(const uint8_t *name, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (name[i] < 0x20 || name[i] == 0x7f)
			return true;
		if (name[i] == 0xc2 && name[i + 1] < 0xa0)
			return true;
		if (name[i] == 0xe2 && name[i + 1] == 0x80 &&
		    (name[i + 2] == 0xa8 || name[i + 2] == 0xa9))
			return true;
	}
	return false;
}

static enum dc_status class_check(struct lines *in)
{
	const uint8_t *name = (const uint8_t *)in->p;
	size_t n = (size_t)(in->eol - in->p);

	if (n == 0 || n > SPEC_CLASS_BYTES_MAX)
		return refuse(in, "a class name has 1 to 64 bytes");
	if (u8_check(name, n))
		return refuse(in, "class name is not UTF-8");
	if (has_control(name, n))
		return refuse(in, "class name has control characters");
	if (name[0] == ' ' || name[n - 1] == ' ')
		return refuse(in, "class name begins or ends with a space");
	return DC_OK;
}

/* One "word TEXT" line, its text with the newline appended to out. */
static enum dc_status word_line(struct lines *in, struct dc_buf *out)
{
	const uint8_t *word;
	size_t n;
	enum dc_status st = line_next(in);

	if (st != DC_OK)
		return st;
	in->p += 5;
	word = (const uint8_t *)in->p;
	n = (size_t)(in->eol - in->p);
	if (n == 0 || n > SPEC_WORD_BYTES_MAX)
		return refuse(in, "a word has 1 to 64 bytes");
	if (u8_check(word, n))
		return refuse(in, "word is not UTF-8");
	if (has_control(word, n) || memchr(word, ' ', n))
		return refuse(in, "word has a space or control characters");
	dc_buf_append(out, word, n + 1);
	return DC_OK;
}

/* The vocabulary, where the encoder wants one. */
static enum dc_status word_lines(struct lines *in, struct model_spec *s)
{
	enum dc_status st = DC_OK;
	struct dc_buf texts;
	uint32_t n = 0;
	size_t len;
	char *text;

	if (s->encoder->words == ENCODER_WORDS_ANY)
		return DC_OK;
	dc_buf_init(&texts, SPEC_TEXT_BYTES_MAX);
	for (; st == DC_OK && in->end - in->eol > 6 &&
	     memcmp(in->eol, "\nword ", 6) == 0; n++)
		st = n < SPEC_WORDS_MAX ? word_line(in, &texts)
			: refuse(in, "more than 65536 words");
	if (st == DC_OK && n == 0)
		st = refuse(in, "word lines must follow");
	if (st == DC_OK && dc_buf_failed(&texts))
		st = refuse(in, "the words are too long");
	if (st == DC_OK && (n > s->columns ||
			    s->encoder_param[0] >= s->columns))
		st = refuse(in, "a word's column, or the unknown's, is none "
			    "of the model's");
	dc_buf_append_byte(&texts, 0);
	text = (char *)dc_buf_take(&texts, &len);
	if (st == DC_OK && !spec_words_take(s, text, len - 1))
		return refuse(in, "a word stands there twice");
	if (st != DC_OK)
		free(text);
	return st;
}

bool spec_is_service(const char *name, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (memchr("abcdefghijklmnopqrstuvwxyz0123456789.-", name[i],
			   38) == NULL)
			return false;
	return len > 0 && len <= SPEC_SERVICE_BYTES_MAX;
}

bool spec_is_served(const char *name, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (name[i] <= ' ' || name[i] >= 0x7f)
			return false;
	return len > 0 && len <= SPEC_SERVED_BYTES_MAX;
}

/* "service NAME MODEL". */
static enum dc_status service_line(struct lines *in, struct model_spec *s)
{
	enum dc_status st = line_next(in);
	const char *space;
	size_t n, m;

	if (st != DC_OK)
		return st;
	if (!line_take(in, "service ") ||
	    !(space = memchr(in->p, ' ', (size_t)(in->eol - in->p))))
		return refuse(in, "expected service NAME MODEL");
	n = (size_t)(space - in->p);
	m = (size_t)(in->eol - space) - 1;
	if (!spec_is_service(in->p, n))
		return refuse(in, "a service's name has 1 to 64 of a-z, 0-9, "
			      ". and -");
	if (!spec_is_served(space + 1, m))
		return refuse(in, "a service's model has 1 to 128 printable "
			      "ASCII characters without space");
	s->service = dc_calloc(n + m + 2, 1);
	s->service_model = s->service + n + 1;
	memcpy(s->service, in->p, n);
	memcpy(s->service_model, space + 1, m);
	return DC_OK;
}

/* Numbers below n, all different, to the end of the line. */
static bool features_take(struct lines *in, uint32_t *feature, size_t columns,
			  size_t n)
{
	bool *seen = dc_calloc(n, 1);
	size_t i = 0;
	int64_t v;

	while (i < columns && line_take(in, " ") && number_take(in, &v) &&
	       (uint64_t)v < n && !seen[v]) {
		seen[v] = true;
		feature[i++] = (uint32_t)v;
	}
	free(seen);
	return i == columns && in->p == in->eol;
}

/* "features I I ...", where the columns are fewer than the dimension. */
static enum dc_status features_line(struct lines *in, struct model_spec *s)
{
	uint32_t n = encoder_dimension(s);
	enum dc_status st;

	if (n == s->columns)
		return DC_OK;
	st = line_next(in);
	if (st != DC_OK)
		return st;
	if (!line_take(in, "features"))
		return refuse(in, "expected features NUMBER NUMBER ..., one a "
			      "column");
	s->feature = dc_calloc(s->columns, sizeof(*s->feature));
	if (!features_take(in, s->feature, s->columns, n))
		return refuse(in, "as many different features as columns are "
			      "needed, each below the dimension");
	return DC_OK;
}

/* Who embeds, and what of it is taken, where the encoder wants it. */
static enum dc_status service_lines(struct lines *in, struct model_spec *s)
{
	enum dc_status st;

	if (s->encoder->service == ENCODER_SERVICE_NONE)
		return DC_OK;
	st = service_line(in, s);
	return st == DC_OK ? features_line(in, s) : st;
}

static enum dc_status class_add(struct lines *in, struct model_spec *s,
				char **room)
{
	size_t n = (size_t)(in->eol - in->p);

	memcpy(*room, in->p, n);
	(*room)[n] = '\0';
	for (uint32_t c = 0; c < s->n_class; c++)
		if (strcmp(s->class_name[c], *room) == 0)
			return refuse(in, "class is named twice");
	s->class_name[s->n_class++] = *room;
	*room += n + 1;
	return DC_OK;
}

static uint32_t lines_left(const struct lines *in)
{
	uint32_t n = 0;

	for (const char *p = in->eol + 1; p < in->end; p++)
		n += *p == '\n';
	return n;
}

/* "start N": the last N bytes are no lines but what the model begins with. */
static enum dc_status start_line(struct lines *in, struct model_spec *s)
{
	static const char keyword[] = "\nstart ";
	int64_t n;
	enum dc_status st;

	if ((size_t)(in->end - in->eol) < sizeof(keyword) ||
	    memcmp(in->eol, keyword, sizeof(keyword) - 1) != 0)
		return DC_OK;
	st = line_next(in);
	if (st != DC_OK)
		return st;
	in->p += sizeof(keyword) - 2;
	if (!number_take(in, &n) || in->p != in->eol || n == 0)
		return refuse(in, "expected start NUMBER");
	if (n > START_BYTES_MAX || n >= in->end - in->eol)
		return refuse(in, "so many bytes are not behind it, or too "
			      "many");
	in->end -= n;
	s->start = dc_malloc((size_t)n);
	memcpy(s->start, in->end, (size_t)n);
	s->n_start = (size_t)n;
	return DC_OK;
}

/* The rest of the text is classes. Names need no more bytes than it has. */
static enum dc_status class_lines(struct lines *in, struct model_spec *s)
{
	uint32_t n = lines_left(in);
	char *room;

	if (n < SPEC_CLASSES_MIN || n > SPEC_CLASSES_MAX)
		return refuse(in, "2 to 1024 lines of classes must follow");
	s->class_name = dc_malloc(n * sizeof(*s->class_name) +
				  (size_t)(in->end - in->eol));
	room = (char *)(s->class_name + n);
	while (in->eol + 1 < in->end) {
		enum dc_status st = line_next(in);

		if (st == DC_OK && !line_take(in, "class "))
			st = refuse(in, "expected class NAME");
		if (st == DC_OK)
			st = class_check(in);
		if (st == DC_OK)
			st = class_add(in, s, &room);
		if (st != DC_OK)
			return st;
	}
	return DC_OK;
}

/* The served model, its folds and the rule's own: what a learner holds. */
static uint64_t state_cells(const struct model_spec *s)
{
	const struct verdict_ops *rule = s->verdict;

	return (uint64_t)s->model->cells(s) * (1 + rule->folds(s)) +
		(rule->cells == NULL ? 0 : rule->cells(s));
}

static enum dc_status spec_read(struct model_spec *s, struct lines *in)
{
	enum dc_status st = line_exact(in, "decaid 1", "expected decaid 1");

	if (st == DC_OK)
		st = model_line(in, s);
	if (st == DC_OK)
		st = encoder_line(in, s);
	if (st == DC_OK)
		st = column_lines(in, s);
	if (st == DC_OK)
		st = word_lines(in, s);
	if (st == DC_OK)
		st = service_lines(in, s);
	if (st == DC_OK)
		st = verdict_line(in, s);
	if (st == DC_OK)
		st = line_exact(in, "sample packed", "expected sample packed");
	if (st == DC_OK)
		st = start_line(in, s);
	if (st == DC_OK)
		st = class_lines(in, s);
	if (st == DC_OK && s->model->classes_max != 0 &&
	    s->n_class > s->model->classes_max)
		st = dc_fail(in->err, DC_EINVAL,
			     "spec: %s tells %u classes apart, not %u",
			     s->model->choice.name, s->model->classes_max,
			     s->n_class);
	if (st == DC_OK && (uint64_t)s->columns * s->n_class > SPEC_WEIGHTS_MAX)
		st = dc_fail(in->err, DC_EINVAL,
			     "spec: columns times classes is over 2^25");
	if (st == DC_OK && s->model->cells(s) > SPEC_CELLS_MAX)
		st = dc_fail(in->err, DC_EINVAL,
			     "spec: the model has over 2^26 + 4096 cells");
	if (st == DC_OK && state_cells(s) > SPEC_STATE_MAX)
		st = dc_fail(in->err, DC_EINVAL,
			     "spec: its folds are over 3 (2^26 + 4096) cells");
	return st;
}

/* That the start unpacks into cells of the model. */
static enum dc_status start_check(const struct model_spec *s,
				  struct dc_err *err)
{
	size_t n = s->model->cells(s);
	int64_t *cells = dc_calloc(n, sizeof(*cells));
	enum dc_status st = start_decode(cells, n, s->start, s->n_start, err);

	if (st == DC_OK && !s->model->cells_valid(s, cells))
		st = dc_fail(err, DC_EINVAL, "start: no state of a %s",
			     s->model->choice.name);
	free(cells);
	return st;
}

void spec_start(const struct model_spec *s, int64_t *cells)
{
	struct dc_err err = DC_ERR_INIT;

	if (s->n_start > 0)
		DC_CHECK(start_decode(cells, s->model->cells(s), s->start,
				      s->n_start, &err) == DC_OK);
}

enum dc_status spec_parse(struct model_spec *out, const char *text,
			  size_t len, struct dc_err *err)
{
	struct lines in = { .p = text, .end = text + len, .err = err };
	enum dc_status st;

	*out = (struct model_spec){ 0 };
	if (len > SPEC_BYTES_MAX)
		return dc_fail(err, DC_EINVAL, "spec is over %d bytes",
			       SPEC_BYTES_MAX);
	st = spec_read(out, &in);
	if (st == DC_OK && len - out->n_start > SPEC_TEXT_BYTES_MAX)
		st = dc_fail(err, DC_EINVAL, "spec is over %d bytes",
			     SPEC_TEXT_BYTES_MAX);
	if (st == DC_OK && out->n_start > 0)
		st = start_check(out, err);
	if (st != DC_OK) {
		spec_clear(out);
		return st;
	}
	spec_hash(&out->hash, text, len);
	return DC_OK;
}

void spec_clear(struct model_spec *s)
{
	free(s->column);
	free(s->class_name);
	free(s->service);
	free(s->feature);
	free(s->start);
	free(s->word);
	free(s->word_text);
	*s = (struct model_spec){ 0 };
}

static void choice_format(struct dc_buf *b, const char *keyword,
			  const struct spec_choice *choice,
			  const int64_t *value)
{
	dc_buf_printf(b, "%s %s", keyword, choice->name);
	for (size_t i = 0; i < choice->n_param; i++)
		dc_buf_printf(b, " %s=%lld", choice->param[i].name,
			      (long long)value[i]);
	dc_buf_append_byte(b, '\n');
}

static void service_format(struct dc_buf *b, const struct model_spec *s)
{
	if (s->service != NULL)
		dc_buf_printf(b, "service %s %s\n", s->service,
			      s->service_model);
	if (s->feature == NULL)
		return;
	dc_buf_append_text(b, "features");
	for (uint32_t i = 0; i < s->columns; i++)
		dc_buf_printf(b, " %u", s->feature[i]);
	dc_buf_append_byte(b, '\n');
}

void spec_format(struct dc_buf *b, const struct model_spec *s)
{
	dc_buf_append_text(b, "decaid 1\n");
	choice_format(b, "model", &s->model->choice, s->model_param);
	choice_format(b, "encoder", &s->encoder->choice, s->encoder_param);
	for (uint32_t i = 0; s->column && i < s->columns; i++)
		dc_buf_printf(b, "column center=%lld width=%lld\n",
			      (long long)s->column[i].center,
			      (long long)s->column[i].width);
	spec_words_format(b, s);
	service_format(b, s);
	choice_format(b, "verdict", &s->verdict->choice, s->verdict_param);
	dc_buf_append_text(b, "sample packed\n");
	if (s->n_start > 0)
		dc_buf_printf(b, "start %zu\n", s->n_start);
	for (uint32_t c = 0; c < s->n_class; c++)
		dc_buf_printf(b, "class %s\n", s->class_name[c]);
	if (s->n_start > 0)
		dc_buf_append(b, s->start, s->n_start);
}

size_t spec_lines_len(const char *text, size_t len)
{
	static const char before[] = "\nsample packed\nstart ";
	const char *at = memmem(text, len, before, sizeof(before) - 1);
	struct lines in = { .p = at, .eol = text + len, .end = text + len };
	int64_t n;

	if (at == NULL)
		return len;
	in.p += sizeof(before) - 1;
	if (!number_take(&in, &n) || in.p == in.end || *in.p != '\n' ||
	    n > in.end - in.p)
		return len;
	return len - (size_t)n;
}

void spec_hash(struct hash32 *out, const char *text, size_t len)
{
	keccak256(out, text, len);
}

bool spec_class_find(uint32_t *label, const struct model_spec *s,
		     const char *name)
{
	for (uint32_t c = 0; c < s->n_class; c++) {
		if (strcmp(s->class_name[c], name) == 0) {
			*label = c;
			return true;
		}
	}
	return false;
}
