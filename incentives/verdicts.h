#ifndef DECAID_INCENTIVES_VERDICTS_H
#define DECAID_INCENTIVES_VERDICTS_H

/*
 * Verdicts as the chain stores them: 128 a word, two bits each, and the
 * running hash over all of them. oracle/PROTOCOL.md "Verdicts".
 */

#include <stdint.h>

#include "base/event.h"
#include "base/types.h"

#define VERDICTS_PER_WORD 128

/* Verdict i within its word, and the word with it set (it was 0). */
enum verdict verdicts_get(const struct u256 *word, uint64_t i);
void verdicts_put(struct u256 *word, uint64_t i, enum verdict v);

/* All verdicts up to `judged`, kept as what goes on needs: V of the complete
 * words, and the word that is being filled. Zeroed is the empty one. */
struct verdicts_chain {
	uint64_t judged;
	struct hash32 v;	/* V[judged / 128] */
	struct u256 word;	/* the incomplete word; 0 when there is none */
};

/* Judge the next contribution; v is one of the four on the chain. */
void verdicts_append(struct verdicts_chain *c, enum verdict v);

/* verdictsHash(judged).  The same whatever the batches were. */
void verdicts_hash(struct hash32 *out, const struct verdicts_chain *c);

/* V[w + 1] from V[w] and a complete word. */
void verdicts_fold(struct hash32 *v, const struct u256 *word);

#endif /* DECAID_INCENTIVES_VERDICTS_H */
