#ifndef DECAID_MODELS_VERDICT_RECENT_H
#define DECAID_MODELS_VERDICT_RECENT_H

/*
 * Which samples are near-copies of recent ones, whoever sent those. A sample
 * is sketched by the pairs of its RECENT_TOKENS least tokens; a table keeps
 * the pairs that came last, one a cell, the newer over the older. Two samples
 * with all but a few of their columns in common share most of their pairs:
 * of n columns one in another's place leaves C(n - 1, 2) of C(n, 2) pairs,
 * and at the least 10 of 15 where n is more than RECENT_TOKENS; two leave
 * C(n - 2, 2), and at the least 6 of 15.
 * oracle/PROTOCOL.md "Verdict rules" has the exact words; the source of the
 * sketch is Broder 1997, min-wise hashing (its bottom-k form).
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "models/model.h"
#include "models/sample.h"

#define RECENT_TOKENS 6
#define RECENT_CELL_MOST ((INT64_C(1) << 62) - 1)

/* Whether at least a third of x's pairs are in the table; never of a sample
 * that has none.
 * cell (n) in [0, RECENT_CELL_MOST], 0 for none yet; n may be 0 */
bool recent_has(const int64_t *cell, size_t n, const struct sample *x);

/* Put x's pairs into the table: n cells of memory from `first` on. */
void recent_put(struct model *memory, size_t first, size_t n,
		const struct sample *x);

#endif /* DECAID_MODELS_VERDICT_RECENT_H */
