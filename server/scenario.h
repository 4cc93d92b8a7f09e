#ifndef DECAID_SERVER_SCENARIO_H
#define DECAID_SERVER_SCENARIO_H

/*
 * Scenario files: what `decaid simulate` runs. Words on lines, the first one
 * says what a line is about; # begins a comment. man decaid-scenario has all
 * of them, contrib/scenarios/ examples.
 *
 *	decaid-scenario 1
 *	data words columns=1000 rows=25000 held-out=25000
 *	model sparse-perceptron columns=1000 learning-rate=1000000000
 *	...
 *	agent Good balance=10000 deposit=50~10 wait=10m~1s
 *
 * Errors name FILE:LINE.
 */

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/status.h"
#include "incentives/sim.h"
#include "models/spec.h"
#include "server/labelled.h"

#define SCENARIO_WORDS_MAX 24
#define SCENARIO_AGENTS_MAX 1024
#define SCENARIO_ROWS_MAX 1000000

/* A value that replaces what the file says: KEY=VALUE of every line that has
 * this key, or LINE.KEY=VALUE of the line that begins with LINE or is about
 * the agent LINE. */
struct scenario_set {
	const char *key, *value;
};

/* What a scenario of strangers may ask for. */
struct scenario_limits {
	uint32_t rows;		/* to contribute, and to measure with, each */
	uint32_t contributions;	/* rows and copies of them */
	uint32_t agents;
	uint64_t cells;		/* of the model and its judges */
	size_t text_bytes;
};

/* What a visitor of the dashboard may run: all examples and some more. */
extern const struct scenario_limits scenario_limits_small;

struct scenario_line {
	unsigned number;	/* in the file, from 1 */
	const char *rest;	/* after the first word */
	unsigned n_word;
	const char *word[SCENARIO_WORDS_MAX];
};

/* Rows to learn from and rows to measure with. */
struct scenario_data {
	uint8_t *bytes;		/* malloc */
	struct sim_row *row;	/* (n_row) malloc */
	uint32_t n_row;
	uint32_t n_start;	/* the first ones are learned before second 0 */
	struct sample *held;	/* (n_held) malloc; point into held_index */
	uint32_t *held_label;	/* (n_held) malloc */
	uint32_t *held_index;	/* malloc */
	int64_t *held_value;	/* malloc */
	uint32_t n_held;
};

/* A data file that was read; its rows are packed once the spec is known. */
struct scenario_file {
	struct labelled train, held;	/* held may be empty */
	struct labelled_classes classes;
};

struct scenario {
	const char *path;	/* as it is called in errors */
	const struct scenario_limits *limits;	/* NULL: files are trusted */
	struct dc_arena *arena;	/* owns lines, words and agents */
	struct scenario_line *line;	/* (n_line) */
	unsigned n_line;
	const char *title;
	unsigned decimals;	/* of the unit of amounts: 0, 9, 18 */
	struct model_spec spec;
	struct scenario_file *file;	/* malloc; NULL: data is made */
	struct scenario_data data;
	uint32_t words_columns;	/* of rows that scenario_fill makes; or 0 */
	uint64_t words_seed;
	struct sim_agent *agent;	/* config.agent */
	struct sim_config config;	/* all but learner */
};

/* Read a scenario's text, change what `set` says, load or make its data.
 * path  tells where data files lie, and stands in errors
 * out   undefined unless DC_OK; then scenario_clear gives its memory back
 * Errors: DC_EINVAL "FILE:LINE: reason", or a setting that fits no line;
 *         DC_EIO a data file cannot be read. */
enum dc_status scenario_parse(struct scenario *out, const char *path,
			      const char *text, size_t len,
			      const struct scenario_set *set, size_t n_set,
			      struct dc_err *err) DC_MUST_CHECK;

/* The same in two steps. Reading is quick, takes nothing that goes beyond the
 * limits, and opens no file; then rows are made, which is not quick.
 * limits  borrowed
 * Errors: of scenario_read DC_EINVAL as above. */
enum dc_status scenario_read(struct scenario *out, const char *path,
			     const char *text, size_t len,
			     const struct scenario_limits *limits,
			     struct dc_err *err) DC_MUST_CHECK;
void scenario_fill(struct scenario *s);
void scenario_clear(struct scenario *s);

/* Give back the rows, which no result needs. */
void scenario_data_free(struct scenario_data *d);

/* An example that the program carries; NULL: there is none of this name. */
const char *scenario_example(const char *name, size_t *len);

/* The name of example i in name (SCENARIO_EXAMPLE_BYTES), cut off if longer.
 * Returns false: there are no more. */
#define SCENARIO_EXAMPLE_BYTES 32
bool scenario_example_name(char *name, size_t i);

/* For the files that read one kind of line each. */

/* "FILE:LINE: ..." */
enum dc_status scenario_fail(const struct scenario *s,
			     const struct scenario_line *line,
			     struct dc_err *err, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/* The value of KEY=VALUE on a line; NULL: it has none. */
const char *scenario_value(const struct scenario_line *line, const char *key);

/* Values: a whole number, a fraction (fx9), a time ("90", "10m", "1d", in
 * seconds), an amount in the scenario's unit. KEY is on the line or has the
 * value `initial` (NULL: it must be there). */
enum dc_status scenario_u64(uint64_t *out, const struct scenario *s,
			    const struct scenario_line *line,
			    const char *key, const char *initial,
			    struct dc_err *err) DC_MUST_CHECK;
enum dc_status scenario_fx9(int64_t *out, const struct scenario *s,
			    const struct scenario_line *line,
			    const char *key, const char *initial,
			    struct dc_err *err) DC_MUST_CHECK;
enum dc_status scenario_time(uint64_t *out, const struct scenario *s,
			     const struct scenario_line *line,
			     const char *key, const char *initial,
			     struct dc_err *err) DC_MUST_CHECK;
enum dc_status scenario_amount(struct wei *out, const struct scenario *s,
			       const struct scenario_line *line,
			       const char *key, const char *initial,
			       struct dc_err *err) DC_MUST_CHECK;

enum scenario_spread_of { SCENARIO_TIMES, SCENARIO_AMOUNTS };

/* "MEAN~DEVIATION" of times or of amounts; without ~ it is always MEAN. */
enum dc_status scenario_spread(unsigned __int128 out[2],
			       const struct scenario *s,
			       const struct scenario_line *line,
			       const char *key, enum scenario_spread_of of,
			       struct dc_err *err) DC_MUST_CHECK;

/* Each word after the first `skip` is KEY=VALUE with a key of the list. */
enum dc_status scenario_keys(const struct scenario *s,
			     const struct scenario_line *line, unsigned skip,
			     const char *const *known, struct dc_err *err)
	DC_MUST_CHECK;

/* Read the files that a "data" line names, if any, and what came of them
 * given back (scenario_file.c). */
enum dc_status scenario_open_file(struct scenario *s,
				  const struct scenario_line *line,
				  struct dc_err *err) DC_MUST_CHECK;
void scenario_close_file(struct scenario *s);

/* An "agent" line (scenario_agent.c), a "data" line (scenario_data.c), an
 * "incentive" line (scenario_incentive.c). */
enum dc_status scenario_take_agent(struct scenario *s,
				   const struct scenario_line *line,
				   struct dc_err *err) DC_MUST_CHECK;
enum dc_status scenario_take_data(struct scenario *s,
				  const struct scenario_line *line,
				  struct dc_err *err) DC_MUST_CHECK;
enum dc_status scenario_take_incentive(struct scenario *s,
				       const struct scenario_line *line,
				       struct dc_err *err) DC_MUST_CHECK;

#endif /* DECAID_SERVER_SCENARIO_H */
