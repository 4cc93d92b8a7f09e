/* Logs of a range made into the blocks of a batch. */

#include "config.h"

#include <inttypes.h>

#include "oracle/feed_fill.h"

void feed_fill(struct feed_batch *b, const struct raw_log *logs, size_t n_logs,
	       const struct block_ref *last)
{
	size_t n = 0;

	b->blocks = dc_arena_alloc(b->arena,
				   (n_logs + 1) * sizeof(*b->blocks));
	for (size_t i = 0; i < n_logs; i++) {
		const struct log_ref *at = &logs[i].at;

		if (n == 0 || b->blocks[n - 1].ref.number != at->block)
			b->blocks[n++] = (struct feed_block){
				.ref = { .number = at->block,
					 .hash = at->block_hash,
					 .time_s = at->time_s },
				.logs = &logs[i],
			};
		b->blocks[n - 1].n_logs++;
	}
	if (last != NULL &&
	    (n == 0 || b->blocks[n - 1].ref.number != last->number))
		b->blocks[n++] = (struct feed_block){ .ref = *last };
	b->n_blocks = n;
}

enum dc_status feed_fill_times(struct feed_batch *b, struct rpc *rpc,
			       struct dc_err *err)
{
	uint64_t *numbers = dc_arena_alloc(b->arena,
					   b->n_blocks * sizeof(*numbers));
	size_t *which = dc_arena_alloc(b->arena,
				       b->n_blocks * sizeof(*which));
	struct block_ref *refs;
	enum dc_status st;
	size_t i, n = 0;

	for (i = 0; i < b->n_blocks; i++)
		if (b->blocks[i].ref.time_s == 0) {
			numbers[n] = b->blocks[i].ref.number;
			which[n++] = i;
		}
	refs = dc_arena_alloc(b->arena, (n + 1) * sizeof(*refs));
	st = rpc_blocks(rpc, refs, numbers, n, err);
	for (i = 0; st == DC_OK && i < n; i++) {
		struct block_ref *ref = &b->blocks[which[i]].ref;

		if (!hash32_equal(&ref->hash, &refs[i].hash))
			return dc_fail(err, DC_EIO, "logs and header of block "
				       "%" PRIu64 " differ", ref->number);
		*ref = refs[i];
	}
	return st;
}
