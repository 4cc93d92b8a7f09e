#ifndef DECAID_MODELS_VERDICT_RECENT_H
#define DECAID_MODELS_VERDICT_RECENT_H

/*
 * Which samples are near-copies of recent ones, whoever sent those. The
 * samples that came last are remembered by their RECENT_TOKENS least tokens,
 * a token being a hash of one column and its value. Two that differ in
 * RECENT_CHANGES columns or fewer, other ones in their place, more or
 * missing, differ in no more of these, however many columns they have: what
 * leaves a sample moves at most one other token into its least, and what
 * comes moves at most one out. So no such copy is missed while its original
 * is remembered; of longer samples some that differ in more are found, too:
 * with half as many tokens, all pictures of digits and many long texts, for
 * the columns that they all have in common.
 * oracle/PROTOCOL.md "Verdict rules" has the exact words; the source of the
 * sketch is Broder 1997, min-wise hashing (its bottom-k form).
 *
 * cells    how many samples were ever put, then RECENT_TOKENS for each of the
 *          `rows` remembered, ascending, 0 behind the last
 * derived  one bit set for each token of a row: most rows need no other look
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "models/model.h"
#include "models/sample.h"

#define RECENT_TOKENS 12
#define RECENT_CHANGES 2
#define RECENT_ROWS_MAX 65536

/* How many cells `rows` take, in [0, RECENT_ROWS_MAX]; 0 rows take none. */
size_t recent_cells(size_t rows);

/* The i-th of them is in [0, this]. */
int64_t recent_cell_most(size_t i);

/* Make derived (rows) from the cells of memory from `first` on. */
void recent_rebuild(struct model *memory, size_t first, size_t rows);

/* Whether x differs from a remembered sample in at most RECENT_CHANGES of
 * the tokens and shares one with it. */
bool recent_has(const struct model *memory, size_t first, size_t rows,
		const struct sample *x);

/* Remember x in the place of the one that came first. */
void recent_put(struct model *memory, size_t first, size_t rows,
		const struct sample *x);

#endif /* DECAID_MODELS_VERDICT_RECENT_H */
