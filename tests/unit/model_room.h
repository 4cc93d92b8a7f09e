#ifndef DECAID_TESTS_UNIT_MODEL_ROOM_H
#define DECAID_TESTS_UNIT_MODEL_ROOM_H

/* A model alone, in storage of its own, to be asked and taught. */

#include <string.h>

#include "models/model.h"
#include "tests/unit/unit.h"

#define LEAVES_MAX 65536

/* One model with storage of its own. */
struct model_room {
	struct model_spec spec;
	struct model m;
	uint64_t dirty[LEAVES_MAX / 64];
};

/* A value for each parameter: columns are columns, a few are small whole
 * numbers, the rest takes param as far as its range goes. */
static inline void
params_set(struct model_spec *spec, int64_t param)
{
	const struct spec_choice *choice = &spec->model->choice;
	size_t i;

	for (i = 0; i < choice->n_param; i++) {
		const struct spec_param *p = &choice->param[i];
		int64_t *to = &spec->model_param[i];

		if (strcmp(p->name, "columns") == 0)
			*to = spec->columns;
		else if (strcmp(p->name, "capacity") == 0)
			*to = 50;
		else if (strcmp(p->name, "neighbours") == 0)
			*to = 3;
		else if (strcmp(p->name, "grace") == 0)
			*to = 20;
		else if (strcmp(p->name, "nodes") == 0)
			*to = 7;
		else if (strcmp(p->name, "trees") == 0)
			*to = 3;
		else if (strcmp(p->name, "horizon") == 0)
			*to = 10000;
		else
			*to = param < p->max ? param : p->max;
	}
}

static inline void
model_room_init(struct model_room *r, const char *name, uint32_t columns,
		uint32_t n_class, int64_t param)
{
	const struct model_ops *ops = model_find(name);

	ck_assert_ptr_nonnull(ops);
	memset(r, 0, sizeof(*r));
	r->spec = (struct model_spec){
		.model = ops, .columns = columns, .n_class = n_class,
	};
	params_set(&r->spec, param);
	r->m.spec = &r->spec;
	r->m.dirty = r->dirty;
	r->m.cells = dc_calloc(ops->cells(&r->spec) + 1, sizeof(int64_t));
	r->m.derived = dc_calloc(ops->derived(&r->spec) + 1, sizeof(int64_t));
	ck_assert_uint_le(ops->cells(&r->spec), LEAVES_MAX * 16);
	ops->rebuild(&r->m);
}

static inline void
model_room_clear(struct model_room *r)
{
	free(r->m.cells);
	free(r->m.derived);
}

static inline void
learn(struct model_room *r, const struct sample *x, uint32_t label)
{
	int64_t before[SPEC_CLASSES_MAX];

	r->spec.model->scores(&r->m, before, x);
	r->spec.model->learn(&r->m, x, label, before);
}

static inline uint32_t
predict(struct model_room *r, const struct sample *x)
{
	int64_t scores[SPEC_CLASSES_MAX];

	r->spec.model->scores(&r->m, scores, x);
	return model_best(scores, r->spec.n_class);
}

static inline struct sample
binary(const uint32_t *index, uint32_t n)
{
	return (struct sample){ SAMPLE_BINARY, n, index, NULL };
}

#endif /* DECAID_TESTS_UNIT_MODEL_ROOM_H */
