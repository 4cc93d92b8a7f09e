/*
 * fuzz_server_scenario.c: any bytes as a visitor's scenario, which the daemon
 * itself reads before a process of its own runs it. What is taken is within
 * the limits, what is not is told; no file is opened either way.
 */

#include "config.h"

#include "models/learner.h"
#include "server/scenario.h"
#include "tests/fuzz/fuzz.h"

/* Rows are made of what is small enough for many rounds. */
#define ROWS_MADE 200
#define COLUMNS_MADE 4096

static void
fuzz_taken(struct scenario *s)
{
	const struct scenario_limits *l = &scenario_limits_small;

	DC_CHECK(s->file == NULL);
	DC_CHECK(s->data.n_row >= 1 && s->data.n_row <= l->rows);
	DC_CHECK(s->data.n_held <= l->rows);
	DC_CHECK(s->data.n_start <= s->data.n_row);
	DC_CHECK(s->config.n_agent >= 1 && s->config.n_agent <= l->agents);
	DC_CHECK(learner_cells(&s->spec) <= l->cells);
	if (s->data.n_row > ROWS_MADE || s->data.n_held > ROWS_MADE ||
	    s->words_columns > COLUMNS_MADE)
		return;
	scenario_fill(s);
	for (uint32_t i = 0; i < s->data.n_row; i++)
		DC_CHECK(s->data.row[i].label < s->spec.n_class);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = size != 0 ? (const char *)data : "";
	struct dc_err err = DC_ERR_INIT;
	struct scenario s;

	if (scenario_read(&s, "fuzz", text, size, &scenario_limits_small,
			  &err) != DC_OK) {
		DC_CHECK(err.status == DC_EINVAL && err.text[0] != '\0');
		return 0;
	}
	fuzz_taken(&s);
	scenario_clear(&s);
	return 0;
}
