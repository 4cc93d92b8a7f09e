/* The "data" line of a scenario. */
#include "config.h"

#include <string.h>

#include "server/scenario_data.h"

static enum dc_status count_take(uint32_t *out, const struct scenario *s,
				 const struct scenario_line *line,
				 const char *key, const char *initial,
				 uint32_t max, struct dc_err *err)
{
	uint64_t v;
	enum dc_status st = scenario_u64(&v, s, line, key, initial, err);

	if (st == DC_OK && (v == 0 || v > max))
		return scenario_fail(s, line, err, "%s is from 1 to %u", key,
				     max);
	if (st == DC_OK)
		*out = (uint32_t)v;
	return st;
}

/* How many rows a scenario may have. */
static uint32_t rows_max(const struct scenario *s)
{
	return s->limits == NULL ? SCENARIO_ROWS_MAX : s->limits->rows;
}

/* Words are columns that are set. */
static bool takes_words(const struct scenario *s)
{
	static const uint32_t index[] = { 0 };
	const struct sample x = { SAMPLE_BINARY, 1, index, NULL };

	return s->spec.model->accepts(&x);
}

static enum dc_status words_take(struct scenario *s,
				 const struct scenario_line *line,
				 struct dc_err *err)
{
	static const char *const keys[] = {
		"columns", "rows", "held-out", "seed", NULL
	};
	uint32_t columns, n_row, n_held;
	uint64_t seed;
	enum dc_status st = scenario_keys(s, line, 2, keys, err);

	if (st != DC_OK ||
	    (st = count_take(&columns, s, line, "columns", NULL,
			     SCENARIO_WORDS_COLUMNS_MAX, err)) != DC_OK ||
	    (st = count_take(&n_row, s, line, "rows", NULL, rows_max(s),
			     err)) != DC_OK ||
	    (st = count_take(&n_held, s, line, "held-out", NULL,
			     rows_max(s), err)) != DC_OK ||
	    (st = scenario_u64(&seed, s, line, "seed", "1", err)) != DC_OK)
		return st;
	if (columns > s->spec.columns)
		return scenario_fail(s, line, err, "the model has %u columns",
				     s->spec.columns);
	if (s->spec.n_class != 2)
		return scenario_fail(s, line, err,
				     "words are made for two classes");
	if (!takes_words(s))
		return scenario_fail(s, line, err, "%s takes no words, but "
				     "dense rows of a file",
				     s->spec.model->choice.name);
	s->data.n_row = n_row;
	s->data.n_held = n_held;
	s->words_columns = columns;
	s->words_seed = seed;
	return DC_OK;
}

enum dc_status scenario_take_data(struct scenario *s,
				  const struct scenario_line *line,
				  struct dc_err *err)
{
	if (s->file != NULL)
		return scenario_take_file(s, line, err);
	if (strcmp(line->word[1], "words") == 0)
		return words_take(s, line, err);
	return scenario_fail(s, line, err, "no data '%s'; there are words "
			     "and file=",
			     line->word[1]);
}
