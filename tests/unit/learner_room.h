#ifndef DECAID_TESTS_UNIT_LEARNER_ROOM_H
#define DECAID_TESTS_UNIT_LEARNER_ROOM_H

/* A learner with a spec and storage of its own, for tests and benches. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/pages.h"
#include "models/learner.h"

struct learner_room {
	struct model_spec spec;
	struct learner l;
	int64_t *cells;
	void *work;
};

static inline void
learner_room_init(struct learner_room *r, const char *text)
{
	struct dc_err err = DC_ERR_INIT;
	enum dc_status st = spec_parse(&r->spec, text, strlen(text), &err);

	if (st != DC_OK)
		fprintf(stderr, "%s\n", err.text);
	DC_CHECK(st == DC_OK);
	r->cells = dc_pages_new(learner_cells(&r->spec), sizeof(*r->cells));
	r->work = dc_malloc(learner_work_size(&r->spec));
	learner_init(&r->l, &r->spec, r->cells, r->work);
}

static inline void
learner_room_clear(struct learner_room *r)
{
	if (r->cells == NULL)	/* never initialised */
		return;
	dc_pages_free(r->cells, learner_cells(&r->spec), sizeof(*r->cells));
	spec_clear(&r->spec);
	free(r->work);
}

/* The bytes of a sample of these ascending indices; returns their number. */
static inline size_t
learner_room_binary(uint8_t *out, size_t room, const uint32_t *index,
		    uint32_t n)
{
	struct sample s = { SAMPLE_BINARY, n, index, NULL };
	struct dc_buf b;
	size_t len;

	dc_buf_init(&b, room);
	sample_encode(&b, &s);
	DC_CHECK(!dc_buf_failed(&b));
	len = b.len;
	memcpy(out, b.data, len);
	dc_buf_clear(&b);
	return len;
}

#endif /* DECAID_TESTS_UNIT_LEARNER_ROOM_H */
