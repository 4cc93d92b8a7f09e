/* Asking a model about rows that it never learns. */
#include "config.h"

#include "models/holdout.h"

static bool is_right(const struct holdout_row *row, const struct learner *l,
		     struct sample_room *room)
{
	int64_t scores[SPEC_CLASSES_MAX];
	struct sample x;
	uint32_t label;

	return sample_decode(&x, room, l->spec->columns, row->sample,
			     row->len) &&
		learner_predict(l, scores, &label, &x) && label == row->label;
}

uint64_t holdout_right(const struct holdout *h, const struct learner *l,
		       struct sample_room *room)
{
	uint64_t right = 0;

	for (size_t i = 0; i < h->n; i++)
		right += is_right(&h->row[i], l, room);
	return right;
}
