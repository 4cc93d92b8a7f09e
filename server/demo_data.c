/* The demo's data sets: read, made, shuffled, split. */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "server/demo_data.h"
#include "server/json_out.h"

#define ROW_TEXT_MAX_BYTES 4096
#define CLASSES_MAX 64
#define DUMP_MAX_BYTES (512u << 20)

static const char *const section_names[] = {
	"games", "science", "net", "fonts"
};

uint64_t demo_random(uint64_t *state)
{
	uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15));

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

/* Rows while they are being gathered. */
struct gather {
	struct demo_row *rows;
	size_t n, room;
};

static void gather_add(struct gather *g, const char *input, uint32_t label)
{
	if (g->n == g->room) {
		g->room = g->room ? 2 * g->room : 1024;
		g->rows = dc_realloc_array(g->rows, g->room,
					   sizeof(*g->rows));
	}
	g->rows[g->n++] = (struct demo_row){ input, label };
}

/* Fisher-Yates, then the first n_holdout are held out. */
static void split(struct demo_set *out, struct gather *g, size_t n_holdout,
		  uint64_t seed)
{
	size_t i, k;
	struct demo_row swap;

	for (i = g->n; i > 1; i--) {
		k = (size_t)(demo_random(&seed) % i);
		swap = g->rows[k];
		g->rows[k] = g->rows[i - 1];
		g->rows[i - 1] = swap;
	}
	if (n_holdout > g->n)
		n_holdout = g->n;
	out->n_holdout = n_holdout;
	out->n_train = g->n - n_holdout;
	out->holdout = dc_arena_copy(out->arena, g->rows,
				     n_holdout * sizeof(*g->rows));
	out->train = dc_arena_copy(out->arena, g->rows + n_holdout,
				   out->n_train * sizeof(*g->rows));
	free(g->rows);
}

static void set_init(struct demo_set *out, enum demo_input kind)
{
	memset(out, 0, sizeof(*out));
	out->kind = kind;
	out->arena = dc_arena_new(1 << 16);
	out->classes = dc_arena_alloc(out->arena,
				      CLASSES_MAX * sizeof(*out->classes));
}

void demo_set_clear(struct demo_set *set)
{
	dc_arena_free(set->arena);
	memset(set, 0, sizeof(*set));
}

/* --- sections ------------------------------------------------------- */

struct package {
	const char *name, *text;
	uint32_t label;
};

static int package_compare(const void *a, const void *b)
{
	const struct package *x = a, *y = b;
	int found = strcmp(x->name, y->name);

	return found ? found : strcmp(x->text, y->text);
}

/* Same label and same words: one contribution, not two. */
static int text_compare(const void *a, const void *b)
{
	const struct package *x = *(const struct package *const *)a;
	const struct package *y = *(const struct package *const *)b;
	int found = strcmp(x->text, y->text);

	return found ? found : package_compare(x, y);
}

/* "contrib/net" is net; n_class for a section that is none of ours. */
static uint32_t section_label(const char *text, size_t len)
{
	const char *slash = memchr(text, '/', len);
	uint32_t i;

	if (slash) {
		len -= (size_t)(slash + 1 - text);
		text = slash + 1;
	}
	for (i = 0; i < DC_ARRAY_LEN(section_names); i++)
		if (strlen(section_names[i]) == len &&
		    memcmp(section_names[i], text, len) == 0)
			break;
	return i;
}

struct field {
	const char *p;
	size_t len;
};

/* The value of `key: value` when the line has that key. */
static void field_match(struct field *f, const char *line, size_t len,
			const char *key)
{
	size_t k = strlen(key);

	if (len > k && memcmp(line, key, k) == 0) {
		f->p = line + k;
		f->len = len - k;
	}
}

static char *field_copy(struct dc_arena *arena, struct field f)
{
	char *text = dc_arena_alloc(arena, f.len + 1);

	memcpy(text, f.p, f.len);
	text[f.len] = 0;
	return text;
}

struct packages {
	struct package *all;
	size_t n, room;
};

static void packages_add(struct packages *p, struct dc_arena *arena,
			 struct field name, struct field section,
			 struct field text)
{
	uint32_t label;

	if (!name.p || !section.p || !text.p || !text.len ||
	    text.len > ROW_TEXT_MAX_BYTES)
		return;
	label = section_label(section.p, section.len);
	if (label == DC_ARRAY_LEN(section_names))
		return;
	if (p->n == p->room) {
		p->room = p->room ? 2 * p->room : 4096;
		p->all = dc_realloc_array(p->all, p->room, sizeof(*p->all));
	}
	p->all[p->n++] = (struct package){ field_copy(arena, name),
					   field_copy(arena, text), label };
}

/* Paragraphs of `Field: value` lines, a blank line after each. */
static void packages_parse(struct packages *p, struct dc_arena *arena,
			   const char *text, size_t len)
{
	struct field none = { NULL, 0 }, name = none, section = none;
	struct field words = none;
	const char *end = text + len, *eol;

	for (; text < end; text = eol + 1) {
		eol = memchr(text, '\n', (size_t)(end - text));
		if (!eol)
			eol = end;
		len = (size_t)(eol - text);
		if (len) {
			field_match(&name, text, len, "Package: ");
			field_match(&section, text, len, "Section: ");
			field_match(&words, text, len, "Description: ");
			field_match(&words, text, len, "Description-en: ");
			continue;
		}
		packages_add(p, arena, name, section, words);
		name = section = words = none;
	}
	packages_add(p, arena, name, section, words);
}

/* Leave of equal descriptions the first package's alone. */
static void packages_unique(struct packages *p)
{
	struct package **byword;
	size_t i, n = 0;

	byword = dc_realloc_array(NULL, p->n, sizeof(*byword));
	for (i = 0; i < p->n; i++)
		byword[i] = &p->all[i];
	if (p->n)
		qsort(byword, p->n, sizeof(*byword), text_compare);
	for (i = 1; i < p->n; i++)
		if (strcmp(byword[i - 1]->text, byword[i]->text) == 0)
			byword[i]->label = DC_ARRAY_LEN(section_names);
	free(byword);
	for (i = 0; i < p->n; i++)
		if (p->all[i].label < DC_ARRAY_LEN(section_names))
			p->all[n++] = p->all[i];
	p->n = n;
}

enum dc_status demo_sections_parse(struct demo_set *out, const char *text,
				   size_t len, size_t per_class,
				   size_t n_holdout, uint64_t seed,
				   struct dc_err *err)
{
	size_t taken[DC_ARRAY_LEN(section_names)] = { 0 }, i;
	struct packages p = { NULL, 0, 0 };
	struct gather g = { NULL, 0, 0 };

	set_init(out, DEMO_INPUT_TEXT);
	packages_parse(&p, out->arena, text, len);
	if (p.n)
		qsort(p.all, p.n, sizeof(*p.all), package_compare);
	packages_unique(&p);
	for (i = 0; i < p.n; i++)
		if (taken[p.all[i].label]++ < per_class)
			gather_add(&g, p.all[i].text, p.all[i].label);
	free(p.all);
	out->n_class = DC_ARRAY_LEN(section_names);
	for (i = 0; i < out->n_class; i++)
		out->classes[i] = section_names[i];
	if (g.n < 2 * n_holdout) {
		free(g.rows);
		demo_set_clear(out);
		return dc_fail(err, DC_ENOTFOUND,
			       "apt-cache dumpavail has only %zu packages of "
			       "the demo's sections: run apt-get update", g.n);
	}
	split(out, &g, n_holdout, seed);
	return DC_OK;
}

/* All that a stream holds.  Owner: the caller frees. */
static enum dc_status slurp(char **out, size_t *len, FILE *in,
			    const char *what, struct dc_err *err)
{
	size_t room = 1 << 20, n = 0, got;
	char *text = dc_malloc(room);

	while ((got = fread(text + n, 1, room - n, in)) > 0) {
		n += got;
		if (n == room) {
			if (room >= DUMP_MAX_BYTES)
				break;
			room *= 2;
			text = dc_realloc_array(text, room, 1);
		}
	}
	if (ferror(in) || n >= DUMP_MAX_BYTES) {
		free(text);
		return dc_fail(err, DC_EIO, "%s: cannot be read whole", what);
	}
	*out = text;
	*len = n;
	return DC_OK;
}

enum dc_status demo_sections_load(struct demo_set *out, size_t per_class,
				  size_t n_holdout, uint64_t seed,
				  struct dc_err *err)
{
	enum dc_status found;
	size_t len = 0;
	char *text = NULL;
	FILE *in = popen("apt-cache dumpavail 2>/dev/null", "r");

	if (!in)
		return dc_fail(err, DC_EIO, "apt-cache: %s", strerror(errno));
	found = slurp(&text, &len, in, "apt-cache dumpavail", err);
	(void)pclose(in);	/* what it printed is what counts */
	if (found != DC_OK)
		return found;
	found = demo_sections_parse(out, text, len, per_class, n_holdout,
				    seed, err);
	free(text);
	return found;
}

/* --- tic-tac-toe ---------------------------------------------------- */

#define CELLS 9
#define CELL_FEATURES 27
#define BOARDS 19683	/* 3^9 */

static bool has_line(const char *board, char who)
{
	static const uint8_t lines[8][3] = {
		{ 0, 1, 2 }, { 3, 4, 5 }, { 6, 7, 8 }, { 0, 3, 6 },
		{ 1, 4, 7 }, { 2, 5, 8 }, { 0, 4, 8 }, { 2, 4, 6 }
	};
	size_t i;

	for (i = 0; i < 8; i++)
		if (board[lines[i][0]] == who && board[lines[i][1]] == who &&
		    board[lines[i][2]] == who)
			return true;
	return false;
}

static size_t board_number(const char *board)
{
	size_t n = 0;
	int i;

	for (i = 0; i < CELLS; i++)
		n = 3 * n + (board[i] == 'x' ? 0 : board[i] == 'o' ? 1 : 2);
	return n;
}

/* What stands in a cell, [0, 3) for x, o, blank, as a feature of its own. */
static unsigned cell_feature(const char *board, unsigned i)
{
	return 3 * i + (board[i] == 'x' ? 0 : board[i] == 'o' ? 1 : 2);
}

static void board_add(struct gather *g, struct dc_arena *arena,
		      const char *board)
{
	struct dc_buf text;
	unsigned a, b;

	dc_buf_init(&text, ROW_TEXT_MAX_BYTES);
	for (a = 0; a < CELLS; a++)
		dc_buf_printf(&text, a ? ",%u" : "%u", cell_feature(board, a));
	for (a = 0; a < CELLS; a++)
		for (b = a + 1; b < CELLS; b++)
			dc_buf_printf(&text, ",%u", CELL_FEATURES +
				      CELL_FEATURES * cell_feature(board, a) +
				      cell_feature(board, b));
	DC_CHECK(!dc_buf_failed(&text));
	gather_add(g, dc_arena_copy(arena, dc_buf_text(&text), text.len + 1),
		   has_line(board, 'x'));
	dc_buf_clear(&text);
}

/* Every game from here on; each end board once. */
static void play(struct gather *g, struct dc_arena *arena, char *board,
		 int moves, uint8_t *seen)
{
	char who = moves % 2 ? 'o' : 'x';
	size_t number = board_number(board);
	int i;

	if (seen[number])
		return;
	seen[number] = 1;
	if (moves == CELLS || has_line(board, 'x') || has_line(board, 'o')) {
		board_add(g, arena, board);
		return;
	}
	for (i = 0; i < CELLS; i++) {
		if (board[i] != ' ')
			continue;
		board[i] = who;
		play(g, arena, board, moves + 1, seen);
		board[i] = ' ';
	}
}

void demo_tictactoe_make(struct demo_set *out, size_t n_holdout,
			 uint64_t seed)
{
	uint8_t *seen = dc_calloc(BOARDS, 1);
	struct gather g = { NULL, 0, 0 };
	char board[CELLS + 1] = "         ";

	set_init(out, DEMO_INPUT_INDICES);
	out->n_class = 2;
	out->classes[0] = "x has not won";
	out->classes[1] = "x has won";
	play(&g, out->arena, board, 0, seen);
	free(seen);
	split(out, &g, n_holdout, seed);
}

/* --- the user's own ------------------------------------------------- */

static enum dc_status class_label(struct demo_set *out, struct field name,
				  size_t line, uint32_t *label,
				  struct dc_err *err)
{
	uint32_t i;

	for (i = 0; i < out->n_class; i++)
		if (strlen(out->classes[i]) == name.len &&
		    memcmp(out->classes[i], name.p, name.len) == 0)
			break;
	if (i == CLASSES_MAX)
		return dc_fail(err, DC_EINVAL, "line %zu: more than %d "
			       "classes", line, CLASSES_MAX);
	if (i == out->n_class)
		out->classes[out->n_class++] = field_copy(out->arena, name);
	*label = i;
	return DC_OK;
}

static enum dc_status tsv_line(struct demo_set *out, struct gather *g,
			       struct field row, size_t line,
			       struct dc_err *err)
{
	const char *tab = memchr(row.p, '\t', row.len);
	struct field name, text;
	enum dc_status found;
	uint32_t label = 0;

	if (!tab || tab == row.p || tab - row.p > 64)
		return dc_fail(err, DC_EINVAL,
			       "line %zu: not class<TAB>text, the class of 1 "
			       "to 64 bytes", line);
	name = (struct field){ row.p, (size_t)(tab - row.p) };
	text = (struct field){ tab + 1, row.len - name.len - 1 };
	if (text.len > ROW_TEXT_MAX_BYTES)
		return dc_fail(err, DC_EINVAL, "line %zu: a text of more than "
			       "%d bytes", line, ROW_TEXT_MAX_BYTES);
	if (!json_is_utf8(row.p, row.len))
		return dc_fail(err, DC_EINVAL, "line %zu: not UTF-8", line);
	found = class_label(out, name, line, &label, err);
	if (found == DC_OK)
		gather_add(g, field_copy(out->arena, text), label);
	return found;
}

static enum dc_status tsv_parse(struct demo_set *out, struct gather *g,
				const char *text, size_t len,
				struct dc_err *err)
{
	const char *end = text + len, *eol;
	enum dc_status found = DC_OK;
	size_t line;

	for (line = 1; text < end && found == DC_OK; text = eol + 1, line++) {
		eol = memchr(text, '\n', (size_t)(end - text));
		if (!eol)
			eol = end;
		len = (size_t)(eol - text);
		if (len && text[len - 1] == '\r')
			len--;
		if (len)
			found = tsv_line(out, g, (struct field){ text, len },
					 line, err);
	}
	if (found == DC_OK && (out->n_class < 2 || g->n < 20))
		return dc_fail(err, DC_EINVAL, "%zu rows of %zu classes: at "
			       "least 20 of 2 are needed", g->n, out->n_class);
	return found;
}

enum dc_status demo_tsv_load(struct demo_set *out, const char *path,
			     uint64_t seed, struct dc_err *err)
{
	struct gather g = { NULL, 0, 0 };
	struct dc_err why = DC_ERR_INIT;
	enum dc_status found;
	size_t len = 0, held;
	char *text = NULL;
	FILE *in = fopen(path, "rb");

	if (!in)
		return dc_fail(err, DC_EIO, "%s: %s", path, strerror(errno));
	found = slurp(&text, &len, in, path, err);
	(void)fclose(in);	/* it was only read */
	if (found != DC_OK)
		return found;
	set_init(out, DEMO_INPUT_TEXT);
	found = tsv_parse(out, &g, text, len, &why);
	free(text);
	if (found != DC_OK) {
		free(g.rows);
		demo_set_clear(out);
		return dc_fail(err, found, "%s: %s", path, why.text);
	}
	held = g.n / 10;
	split(out, &g, held > 400 ? 400 : held, seed);
	return DC_OK;
}
