#ifndef DECAID_TESTS_UNIT_FAKE_EMBEDDINGS_H
#define DECAID_TESTS_UNIT_FAKE_EMBEDDINGS_H

/*
 * An embedding service: numbers that a text and a place decide, written as
 * fractions, with exponents and with more digits than count; the last text
 * first. tests/integration/embeddings.mjs makes the same numbers.
 */

#include "tests/unit/fake_http.h"

struct fake_embeddings {
	struct fake_http http;
	unsigned dimension;
	size_t texts;		/* it was asked for; under http's lock */
};

void fake_embeddings_start(struct fake_embeddings *f, unsigned dimension);
void fake_embeddings_stop(struct fake_embeddings *f);

/* Number k of a text's embedding, fx9, in [-2^31, 2^31). */
int64_t fake_embeddings_value(const char *text, size_t len, uint32_t k);

#endif /* DECAID_TESTS_UNIT_FAKE_EMBEDDINGS_H */
