/* A binary heap.  Source: Williams 1964, CACM algorithm 232. */
#include "config.h"

#include "incentives/due.h"

static bool comes_before(const struct due *a, const struct due *b)
{
	if (a->time_s != b->time_s)
		return a->time_s < b->time_s;
	return a->order < b->order;
}

bool due_put(struct due_queue *q, uint64_t time_s, uint32_t kind,
	     uint32_t who)
{
	struct due in = { time_s, q->put, kind, who };
	size_t at = q->n;

	if (q->n == q->room)
		return false;
	q->n++;
	q->put++;
	for (; at > 0; at = (at - 1) / 2) {
		size_t above = (at - 1) / 2;

		if (!comes_before(&in, &q->entry[above]))
			break;
		q->entry[at] = q->entry[above];
	}
	q->entry[at] = in;
	return true;
}

/* Put last where a hole is, and let it sink. */
static void sink(struct due_queue *q, struct due last)
{
	size_t at = 0;

	for (;;) {
		size_t below = 2 * at + 1;

		if (below >= q->n)
			break;
		if (below + 1 < q->n && comes_before(&q->entry[below + 1],
						     &q->entry[below]))
			below++;
		if (!comes_before(&q->entry[below], &last))
			break;
		q->entry[at] = q->entry[below];
		at = below;
	}
	q->entry[at] = last;
}

bool due_take(struct due_queue *q, struct due *out)
{
	if (q->n == 0)
		return false;
	*out = q->entry[0];
	q->n--;
	if (q->n > 0)
		sink(q, q->entry[q->n]);
	return true;
}
