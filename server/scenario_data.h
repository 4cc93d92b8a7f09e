#ifndef DECAID_SERVER_SCENARIO_DATA_H
#define DECAID_SERVER_SCENARIO_DATA_H

/* Where a scenario's rows come from; each fills what is empty before. */

#include "base/status.h"
#include "server/scenario.h"

/* Texts of two classes in the shape of film reviews: which of the `columns`
 * most frequent words stand in each. How frequent a word is falls with its
 * rank as Zipf's law says, texts have lengths, and the classes differ a
 * little in each word. Integers only: the same seed, the same rows.
 * columns  [1, SCENARIO_WORDS_COLUMNS_MAX] */
#define SCENARIO_WORDS_COLUMNS_MAX 65536
void scenario_data_words(struct scenario_data *out, uint32_t columns,
			 uint32_t n_row, uint32_t n_held, uint64_t seed);

/* The rows of the files that are open. */
enum dc_status scenario_take_file(struct scenario *s,
				  const struct scenario_line *line,
				  struct dc_err *err) DC_MUST_CHECK;

#endif /* DECAID_SERVER_SCENARIO_DATA_H */
