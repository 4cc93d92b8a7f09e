#ifndef DECAID_SERVER_EMBEDDING_BODY_H
#define DECAID_SERVER_EMBEDDING_BODY_H

/*
 * What goes to an embedding service and comes back, as OpenAI's
 * /v1/embeddings has it: {"model", "input": [text, ...], "encoding_format":
 * "float"}, and {"data": [{"index", "embedding": [number, ...]}, ...]} in any
 * order. Numbers are read as decimal text (fx9_parse): no binary fraction
 * comes between the answer and the sample.
 */

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/status.h"

struct embedding_text {
	const char *p;		/* (len) UTF-8 */
	size_t len;
};

void embedding_body_put(struct dc_buf *out, const char *model,
			const struct embedding_text *text, size_t n);

/* Read an answer.
 * out  (n, dimension) fx9, in the order of the texts; undefined unless DC_OK
 * in   (len)
 * Errors: DC_EINVAL what is wrong: no such JSON, another number of embeddings
 *     or of numbers, an index twice or none, a number out of range. */
enum dc_status embedding_body_read(int64_t *out, size_t n, uint32_t dimension,
				   const char *in, size_t len,
				   struct dc_err *err) DC_MUST_CHECK;

/* No answer of this shape that is honest is longer. */
size_t embedding_body_max(size_t n, uint32_t dimension);

#endif /* DECAID_SERVER_EMBEDDING_BODY_H */
