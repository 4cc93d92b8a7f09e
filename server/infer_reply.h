#ifndef DECAID_SERVER_INFER_REPLY_H
#define DECAID_SERVER_INFER_REPLY_H

/*
 * The answer of an inference request of the Open Inference Protocol, of a
 * model of ours or of one of 0xDeCA10B's contracts.
 */

#include "server/http.h"
#include "server/infer_body.h"

struct infer_reply {
	const char *slug;
	size_t n;				/* rows */
	const uint64_t *label;			/* (n) */
	const char *const *class_name;		/* (n) */
	uint32_t n_score;		/* of a row: one a class; 0: none */
	const int64_t *scores;			/* (n, n_score), fx9 */
	uint64_t block, contributions;		/* of the state */
};

/* Write the outputs that body asks for into rp. */
void infer_reply_write(struct http_reply *rp, const struct infer_reply *is,
		       const struct infer_body *body, struct dc_arena *arena);

#endif /* DECAID_SERVER_INFER_REPLY_H */
