/* The lines of a scenario, what replaces their values, and who reads them. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "server/recipe.h"
#include "server/scenario.h"
#include "server/scenario_data.h"

#define TEXT_BYTES_MAX (1 << 20)
#define LINES_MAX 4096

/* Spaces and tabs between words; # where a word could begin ends the line. */
static enum dc_status words_split(struct scenario *s,
				  struct scenario_line *line, char *p,
				  struct dc_err *err)
{
	for (;;) {
		p += strspn(p, " \t");
		if (*p == '\0' || *p == '#')
			return DC_OK;
		if (line->n_word == 1)
			line->rest = dc_arena_copy(s->arena, p, strlen(p) + 1);
		if (line->n_word == SCENARIO_WORDS_MAX)
			return scenario_fail(s, line, err,
					     "more than %d words",
					     SCENARIO_WORDS_MAX);
		line->word[line->n_word++] = p;
		p += strcspn(p, " \t");
		if (*p != '\0')
			*p++ = '\0';
	}
}

static enum dc_status line_take(struct scenario *s, unsigned number, char *p,
				struct dc_err *err)
{
	struct scenario_line line = { .number = number, .rest = "" };
	enum dc_status st;

	for (const char *c = p; *c != '\0'; c++)
		if ((unsigned char)*c < ' ' && *c != '\t')
			return scenario_fail(s, &line, err,
					     "a control character");
	st = words_split(s, &line, p, err);
	if (st != DC_OK || line.n_word == 0)
		return st;
	if (s->n_line == LINES_MAX)
		return scenario_fail(s, &line, err, "more than %d lines",
				     LINES_MAX);
	s->line[s->n_line++] = line;
	return DC_OK;
}

static enum dc_status lines_split(struct scenario *s, const char *text,
				  size_t len, struct dc_err *err)
{
	struct scenario_line first = { .number = 1 };
	char *copy, *p, *next;
	enum dc_status st = DC_OK;

	if (len > (s->limits == NULL ? TEXT_BYTES_MAX : s->limits->text_bytes))
		return scenario_fail(s, &first, err, "too long");
	if (memchr(text, '\0', len) != NULL)
		return scenario_fail(s, &first, err, "not a scenario");
	copy = dc_arena_alloc(s->arena, len + 1);
	memcpy(copy, text, len);
	copy[len] = '\0';
	s->line = dc_arena_alloc(s->arena, LINES_MAX * sizeof(*s->line));
	p = copy;
	for (unsigned n = 1; st == DC_OK && *p != '\0'; n++, p = next) {
		next = p + strcspn(p, "\n");
		if (*next == '\n')
			*next++ = '\0';
		st = line_take(s, n, p, err);
	}
	return st;
}

/* What a setting's key says of a line: its first word, or an agent's name. */
static bool is_about(const struct scenario_line *line, const char *name,
		     size_t len)
{
	const char *is = strcmp(line->word[0], "agent") == 0 &&
			 line->n_word > 1 ? line->word[1] : line->word[0];

	return strlen(is) == len && memcmp(is, name, len) == 0;
}

/* Replace KEY=... of a line, or the one word of "seed 1". */
static bool line_set(struct scenario *s, struct scenario_line *line,
		     const char *key, const char *value)
{
	size_t len = strlen(key);

	if (line->n_word == 2 && strcmp(line->word[0], key) == 0 &&
	    strcmp(key, "agent") != 0) {
		line->word[1] = value;
		line->rest = value;
		return true;
	}
	for (unsigned i = 1; i < line->n_word; i++)
		if (strncmp(line->word[i], key, len) == 0 &&
		    line->word[i][len] == '=') {
			line->word[i] = dc_arena_printf(s->arena, "%s=%s", key,
							value);
			return true;
		}
	return false;
}

static enum dc_status set_apply(struct scenario *s,
				const struct scenario_set *set,
				struct dc_err *err)
{
	const char *dot = strchr(set->key, '.');
	const char *key = dot != NULL ? dot + 1 : set->key;
	bool done = false;

	for (unsigned i = 0; i < s->n_line; i++)
		if (dot == NULL || is_about(&s->line[i], set->key,
					    (size_t)(dot - set->key)))
			done |= line_set(s, &s->line[i], key, set->value);
	if (!done)
		return dc_fail(err, DC_EINVAL, "%s: no line has '%s'", s->path,
			       set->key);
	return DC_OK;
}

/* The only line of this keyword; NULL: there is none. */
static enum dc_status line_find(const struct scenario_line **out,
				const struct scenario *s, const char *keyword,
				struct dc_err *err)
{
	*out = NULL;
	for (unsigned i = 0; i < s->n_line; i++) {
		if (strcmp(s->line[i].word[0], keyword) != 0)
			continue;
		if (*out != NULL)
			return scenario_fail(s, &s->line[i], err,
					     "a second %s, the first is on "
					     "line %u", keyword,
					     (*out)->number);
		*out = &s->line[i];
	}
	return DC_OK;
}

static enum dc_status line_need(const struct scenario_line **out,
				const struct scenario *s, const char *keyword,
				struct dc_err *err)
{
	enum dc_status st = line_find(out, s, keyword, err);

	if (st == DC_OK && *out == NULL)
		return dc_fail(err, DC_EINVAL, "%s: no line '%s'", s->path,
			       keyword);
	return st;
}

/* The scenario's model, encoder, verdict and class lines as a spec; from[i]
 * is where its line i + 1 comes from. */
static void spec_text(struct dc_buf *b, const struct scenario *s,
		      const struct scenario_line *const part[3],
		      const struct scenario_line **from, unsigned *n)
{
	dc_buf_append_text(b, "decaid 1\n");
	*n = 1;
	for (unsigned i = 0; i < 3; i++) {
		from[(*n)++] = part[i];
		dc_buf_append_text(b, part[i]->word[0]);
		for (unsigned w = 1; w < part[i]->n_word; w++)
			dc_buf_printf(b, " %s", part[i]->word[w]);
		dc_buf_append_byte(b, '\n');
	}
	dc_buf_append_text(b, "sample packed\n");
	from[*n] = from[*n - 1];
	(*n)++;
	for (unsigned i = 0; i < s->n_line; i++)
		if (strcmp(s->line[i].word[0], "class") == 0) {
			from[(*n)++] = &s->line[i];
			dc_buf_printf(b, "class %s\n", s->line[i].rest);
		}
}

/* The spec's own errors say "spec line N: reason". */
static enum dc_status spec_fail(const struct scenario *s,
				const struct scenario_line *const *from,
				unsigned n, const struct dc_err *why,
				struct dc_err *err)
{
	const char *reason = strstr(why->text, ": ");
	unsigned number;

	if (reason == NULL || sscanf(why->text, "spec line %u", &number) != 1)
		return dc_fail(err, DC_EINVAL, "%s: %s", s->path, why->text);
	if (number < 2 || number > n)
		return dc_fail(err, DC_EINVAL, "%s: too few classes", s->path);
	return scenario_fail(s, from[number - 1], err, "%s", reason + 2);
}

static const char *words_join(const struct scenario *s,
			      const struct scenario_line *line, unsigned from)
{
	const char *text = line->word[from];

	for (unsigned i = from + 1; i < line->n_word; i++)
		text = dc_arena_printf(s->arena, "%s %s", text, line->word[i]);
	return text;
}

/* The recipe's spec with the scenario's rule in place of its own. */
static enum dc_status verdict_put(struct scenario *s, struct dc_buf *recipe,
				  const struct scenario_line *verdict,
				  struct dc_err *why)
{
	const char *text = dc_buf_text(recipe);
	const char *line = strstr(text, "\nverdict ");
	const char *after = line == NULL ? NULL : strchr(line + 1, '\n');
	enum dc_status st;
	struct dc_buf b;

	DC_CHECK(after != NULL);
	dc_buf_init(&b, SPEC_TEXT_BYTES_MAX);
	dc_buf_append(&b, text, (size_t)(line + 1 - text));
	dc_buf_append_text(&b, words_join(s, verdict, 0));
	dc_buf_append_text(&b, after);
	st = spec_parse(&s->spec, (const char *)b.data, b.len, why);
	dc_buf_clear(&b);
	return st;
}

/* With data from a file its classes and columns are the spec's. */
static enum dc_status spec_of_file(struct scenario *s,
				   const struct scenario_line *const part[3],
				   struct dc_err *err)
{
	const struct scenario_line *line;
	struct dc_err why = DC_ERR_INIT;
	struct dc_buf b;
	enum dc_status st = line_find(&line, s, "class", err);

	if (st != DC_OK || line != NULL)
		return line == NULL ? st : scenario_fail(
			s, line, err, "the file says which classes there are");
	dc_buf_init(&b, SPEC_TEXT_BYTES_MAX);
	st = recipe_spec(&b, &s->file->train, &s->file->classes,
			 words_join(s, part[0], 1), words_join(s, part[1], 1),
			 &why);
	if (st == DC_OK)
		st = verdict_put(s, &b, part[2], &why);
	dc_buf_clear(&b);
	if (st != DC_OK)
		return scenario_fail(s, part[0], err, "%s", why.text);
	return DC_OK;
}

static enum dc_status spec_take(struct scenario *s, struct dc_err *err)
{
	static const char *const words[3] = { "model", "encoder", "verdict" };
	const struct scenario_line *part[3];
	const struct scenario_line **from =
		dc_arena_alloc(s->arena, (s->n_line + 8) * sizeof(*from));
	struct dc_err why = DC_ERR_INIT;
	enum dc_status st;
	struct dc_buf b;
	unsigned n = 0;

	for (unsigned i = 0; i < 3; i++) {
		st = line_need(&part[i], s, words[i], err);
		if (st != DC_OK)
			return st;
	}
	if (s->file != NULL)
		return spec_of_file(s, part, err);
	dc_buf_init(&b, SPEC_TEXT_BYTES_MAX);
	spec_text(&b, s, part, from, &n);
	st = dc_buf_failed(&b)
		? dc_fail(&why, DC_EINVAL, "spec line 2: too long")
		: spec_parse(&s->spec, (const char *)b.data, b.len, &why);
	dc_buf_clear(&b);
	return st == DC_OK ? DC_OK : spec_fail(s, from, n, &why, err);
}

/* Lines of one value: "seed 1" is read like "seed seed=1". */
static enum dc_status single_take(struct scenario *s, const char *keyword,
				  struct scenario_line *out, bool *found,
				  struct dc_err *err)
{
	const struct scenario_line *line;
	enum dc_status st = line_find(&line, s, keyword, err);

	*found = line != NULL;
	if (st != DC_OK || !*found)
		return st;
	if (line->n_word != 2)
		return scenario_fail(s, line, err, "%s takes one value",
				     keyword);
	*out = *line;
	out->word[1] = dc_arena_printf(s->arena, "%s=%s", keyword,
				       line->word[1]);
	return DC_OK;
}

static enum dc_status singles_take(struct scenario *s, struct dc_err *err)
{
	struct scenario_line line;
	bool found;
	enum dc_status st;

	s->config.seed = 1;
	s->config.measure_s = 86400;
	s->config.end_s = UINT64_MAX;
	st = single_take(s, "seed", &line, &found, err);
	if (st == DC_OK && found)
		st = scenario_u64(&s->config.seed, s, &line, "seed", NULL,
				  err);
	if (st == DC_OK)
		st = single_take(s, "measure", &line, &found, err);
	if (st == DC_OK && found)
		st = scenario_time(&s->config.measure_s, s, &line, "measure",
				   NULL, err);
	if (st == DC_OK && s->config.measure_s == 0)
		return scenario_fail(s, &line, err, "measure 0 never ends");
	if (st == DC_OK)
		st = single_take(s, "end", &line, &found, err);
	if (st == DC_OK && found)
		st = scenario_time(&s->config.end_s, s, &line, "end", NULL,
				   err);
	return st;
}

static enum dc_status unit_take(struct scenario *s, struct dc_err *err)
{
	static const struct { const char *name; unsigned decimals; } units[] = {
		{ "wei", 0 }, { "gwei", 9 }, { "eth", 18 },
	};
	struct scenario_line line;
	bool found;
	enum dc_status st = single_take(s, "unit", &line, &found, err);

	if (st != DC_OK || !found)
		return st;
	for (size_t i = 0; i < DC_ARRAY_LEN(units); i++)
		if (strcmp(line.word[1] + 5, units[i].name) == 0) {
			s->decimals = units[i].decimals;
			return DC_OK;
		}
	return scenario_fail(s, &line, err, "unit is wei, gwei or eth");
}

/* The first line names the form; every line's word is one of these. */
static enum dc_status keywords_check(const struct scenario *s,
				     struct dc_err *err)
{
	static const char *const known[] = {
		"title", "unit", "seed", "data", "start", "measure", "end",
		"model", "encoder", "verdict", "class", "incentive", "agent",
	};
	size_t k;

	if (s->n_line == 0 ||
	    strcmp(s->line[0].word[0], "decaid-scenario") != 0 ||
	    strcmp(s->line[0].rest, "1") != 0)
		return dc_fail(err, DC_EINVAL, "%s:%u: the first line is not "
			       "'decaid-scenario 1'", s->path,
			       s->n_line == 0 ? 1 : s->line[0].number);
	for (unsigned i = 1; i < s->n_line; i++) {
		for (k = 0; k < DC_ARRAY_LEN(known); k++)
			if (strcmp(s->line[i].word[0], known[k]) == 0)
				break;
		if (k == DC_ARRAY_LEN(known))
			return scenario_fail(s, &s->line[i], err,
					     "no such word '%s'",
					     s->line[i].word[0]);
		if (s->line[i].n_word < 2)
			return scenario_fail(s, &s->line[i], err,
					     "nothing after '%s'",
					     s->line[i].word[0]);
	}
	return DC_OK;
}

static enum dc_status agents_take(struct scenario *s, struct dc_err *err)
{
	enum dc_status st = DC_OK;

	s->agent = dc_arena_alloc(s->arena, (s->n_line + 1) *
				  sizeof(*s->agent));
	for (unsigned i = 0; st == DC_OK && i < s->n_line; i++)
		if (strcmp(s->line[i].word[0], "agent") == 0)
			st = scenario_take_agent(s, &s->line[i], err);
	if (st == DC_OK && s->config.n_agent == 0)
		return dc_fail(err, DC_EINVAL, "%s: no line 'agent'", s->path);
	s->config.agent = s->agent;
	return st;
}

/* "start 0.08": a part of the rows, or "start 500": so many. */
static enum dc_status start_take(struct scenario *s, struct dc_err *err)
{
	struct scenario_line line;
	bool found;
	int64_t part;
	enum dc_status st = single_take(s, "start", &line, &found, err);

	if (st != DC_OK || !found)
		return st;
	st = scenario_fx9(&part, s, &line, "start", NULL, err);
	if (st != DC_OK)
		return st;
	if (part < 0 || part / DC_FX9_ONE > s->data.n_row ||
	    (part > DC_FX9_ONE && part % DC_FX9_ONE != 0))
		return scenario_fail(s, &line, err, "start is a part of the "
				     "rows from 0 to 1, or a number of rows");
	s->data.n_start = (uint32_t)(part <= DC_FX9_ONE
		? (uint64_t)part * s->data.n_row / (uint64_t)DC_FX9_ONE
		: (uint64_t)(part / DC_FX9_ONE));
	return DC_OK;
}

const struct scenario_limits scenario_limits_small = {
	.rows = 25000, .contributions = 100000, .agents = 16,
	.cells = 4000000, .text_bytes = 16384,
};

static enum dc_status limits_check(const struct scenario *s,
				   struct dc_err *err)
{
	const struct scenario_limits *l = s->limits;
	uint64_t n = s->data.n_row;

	if (l == NULL)
		return DC_OK;
	if (s->config.n_agent > l->agents)
		return dc_fail(err, DC_EINVAL, "%s: more than %u agents",
			       s->path, l->agents);
	for (uint32_t i = 0; i < s->config.n_agent; i++)
		if (n * (1 + s->agent[i].copies) > l->contributions)
			return dc_fail(err, DC_EINVAL, "%s: %s's copies of %u "
				       "rows may become more than %u "
				       "contributions", s->path,
				       s->agent[i].name, s->data.n_row,
				       l->contributions);
	if (learner_cells(&s->spec) > l->cells)
		return dc_fail(err, DC_EINVAL, "%s: the model and its judges "
			       "have %zu numbers, more than %llu", s->path,
			       learner_cells(&s->spec),
			       (unsigned long long)l->cells);
	return DC_OK;
}

static enum dc_status lines_take(struct scenario *s, struct dc_err *err)
{
	const struct scenario_line *line;
	enum dc_status st = line_find(&line, s, "title", err);

	if (st != DC_OK)
		return st;
	s->title = line != NULL ? line->rest : s->path;
	if ((st = unit_take(s, err)) != DC_OK ||
	    (st = singles_take(s, err)) != DC_OK ||
	    (st = line_need(&line, s, "data", err)) != DC_OK ||
	    (st = scenario_open_file(s, line, err)) != DC_OK ||
	    (st = spec_take(s, err)) != DC_OK ||
	    (st = line_need(&line, s, "incentive", err)) != DC_OK ||
	    (st = scenario_take_incentive(s, line, err)) != DC_OK ||
	    (st = agents_take(s, err)) != DC_OK ||
	    (st = line_need(&line, s, "data", err)) != DC_OK ||
	    (st = scenario_take_data(s, line, err)) != DC_OK)
		return st;
	scenario_close_file(s);
	st = start_take(s, err);
	return st == DC_OK ? limits_check(s, err) : st;
}

static void config_fill(struct scenario *s)
{
	const struct scenario_data *d = &s->data;

	s->config.rows = (struct sim_rows){
		d->bytes, d->row != NULL ? d->row + d->n_start : NULL,
		d->n_row - d->n_start
	};
	s->config.held = d->held;
	s->config.held_label = d->held_label;
	s->config.n_held = d->n_held;
	s->config.market.n_test = d->n_held;
}

/* The market's caps hold for the rows, too. */
static enum dc_status market_check(const struct scenario *s,
				   struct dc_err *err)
{
	if (!sim_is_market(&s->config))
		return DC_OK;
	if (s->config.n_held == 0 || s->config.n_held > MARKET_TEST_MAX)
		return dc_fail(err, DC_EINVAL, "%s: a market wants from 1 to "
			       "%d held-out rows", s->path, MARKET_TEST_MAX);
	for (uint32_t i = 0; i < s->config.n_agent; i++)
		if ((uint64_t)s->config.rows.n * (1 + s->agent[i].copies) >
		    MARKET_ENTRIES_MAX)
			return dc_fail(err, DC_EINVAL, "%s: a market wants at "
				       "most %d contributions", s->path,
				       MARKET_ENTRIES_MAX);
	return DC_OK;
}

/* All of it but rows that are to be made. */
static enum dc_status take(struct scenario *out, const char *path,
			   const char *text, size_t len,
			   const struct scenario_set *set, size_t n_set,
			   const struct scenario_limits *limits,
			   struct dc_err *err)
{
	enum dc_status st;

	memset(out, 0, sizeof(*out));
	out->limits = limits;
	out->arena = dc_arena_new(1 << 16);
	out->path = dc_arena_printf(out->arena, "%s", path);
	st = lines_split(out, text, len, err);
	for (size_t i = 0; st == DC_OK && i < n_set; i++)
		st = set_apply(out, &set[i], err);
	if (st == DC_OK)
		st = keywords_check(out, err);
	if (st == DC_OK)
		st = lines_take(out, err);
	if (st == DC_OK) {
		config_fill(out);
		st = market_check(out, err);
	}
	if (st != DC_OK)
		scenario_clear(out);
	return st;
}

enum dc_status scenario_read(struct scenario *out, const char *path,
			     const char *text, size_t len,
			     const struct scenario_limits *limits,
			     struct dc_err *err)
{
	return take(out, path, text, len, NULL, 0, limits, err);
}

void scenario_fill(struct scenario *s)
{
	if (s->words_columns != 0)
		scenario_data_words(&s->data, s->words_columns, s->data.n_row,
				    s->data.n_held, s->words_seed);
	s->words_columns = 0;
	config_fill(s);
}

enum dc_status scenario_parse(struct scenario *out, const char *path,
			      const char *text, size_t len,
			      const struct scenario_set *set, size_t n_set,
			      struct dc_err *err)
{
	enum dc_status st = take(out, path, text, len, set, n_set, NULL, err);

	if (st == DC_OK)
		scenario_fill(out);
	return st;
}

void scenario_data_free(struct scenario_data *d)
{
	free(d->bytes);
	free(d->row);
	free(d->held);
	free(d->held_label);
	free(d->held_index);
	free(d->held_value);
	memset(d, 0, sizeof(*d));
}

void scenario_clear(struct scenario *s)
{
	spec_clear(&s->spec);
	scenario_close_file(s);
	scenario_data_free(&s->data);
	dc_arena_free(s->arena);
	memset(s, 0, sizeof(*s));
}
