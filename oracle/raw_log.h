#ifndef DECAID_ORACLE_RAW_LOG_H
#define DECAID_ORACLE_RAW_LOG_H

/*
 * One log of the chain as the node gave it, before anybody knows what event
 * it is: the follower fetches these, abi_decaid.h decodes them. data points
 * into the arena of the batch that the log belongs to.
 */

#include <stddef.h>
#include <stdint.h>

#include "base/event.h"

#define RAW_LOG_MAX_TOPICS 4

/* The transaction that a log came from. */
struct log_input {
	struct addr20 from, to;		/* to: zero where it made a contract */
	const uint8_t *data;
	size_t len;
};

struct raw_log {
	struct log_ref at;	/* at.time_s is 0 until the header is known */
	struct addr20 address;	/* who emitted it */
	unsigned n_topics;	/* [0, RAW_LOG_MAX_TOPICS] */
	struct hash32 topics[RAW_LOG_MAX_TOPICS];
	const uint8_t *data;
	size_t data_len;
	/* Of accepted checkpoints and of mirrors' claims; NULL: the node does
	 * not have it, or it was not asked for. */
	const struct log_input *input;
};

#endif /* DECAID_ORACLE_RAW_LOG_H */
