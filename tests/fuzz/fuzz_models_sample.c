/*
 * fuzz_models_sample.c: any bytes as a sample: what decodes has the promised
 * properties and no second form, and models of every kind can learn it.
 *
 * The first byte picks the number of columns.
 */

#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "models/learner.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/learner_room.h"

#define SPEC(model) \
	"decaid 1\nmodel " model "=1000000000\nencoder none\n" \
	"verdict two-fold credit=1 margin=1\nsample packed\n" \
	"class a\nclass b\nclass c\n"

static struct sample_room room;

static void
fuzz_properties(const struct sample *s, uint32_t columns)
{
	uint32_t i;

	DC_CHECK(s->count <= columns);
	for (i = 0; s->index != NULL && i < s->count; i++) {
		DC_CHECK(s->index[i] < columns);
		DC_CHECK(i == 0 || s->index[i - 1] < s->index[i]);
	}
	for (i = 0; s->value != NULL && i < s->count; i++) {
		DC_CHECK(s->value[i] <= SAMPLE_VALUE_MAX);
		DC_CHECK(s->value[i] >= -SAMPLE_VALUE_MAX);
		DC_CHECK(s->kind == SAMPLE_DENSE || s->value[i] != 0);
	}
}

static void
fuzz_one_form(const struct sample *s, const uint8_t *data, size_t size)
{
	struct dc_buf b;

	dc_buf_init(&b, size);
	sample_encode(&b, s);
	DC_CHECK(!dc_buf_failed(&b) && b.len == size);
	DC_CHECK(memcmp(b.data, data, size) == 0);
	dc_buf_clear(&b);
}

/* Learned three times over, the state is still one that a snapshot may
 * hold. */
static void
fuzz_learn(const char *text, const uint8_t *data, size_t size)
{
	struct lesson_input in = { data, size, 0, NOVELTY_NEW, { { 0 } } };
	struct learn_result got;
	struct learner_room r;
	uint8_t *bytes;
	uint32_t i;

	learner_room_init(&r, text);
	for (i = 0; i < 9; i++) {
		in.label = i % 4;	/* 3 is no label */
		learner_learn(&r.l, &got, &in, &room);
		(void)learner_judge(&r.l, &in, got.lesson, &room);
	}
	bytes = dc_malloc(learner_snapshot_size(&r.spec));
	learner_export(&r.l, bytes);
	DC_CHECK(learner_import(&r.l, bytes, learner_snapshot_size(&r.spec),
				NULL, NULL) == DC_OK);
	free(bytes);
	learner_room_clear(&r);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint32_t columns[] = { 3, 64, 1000, 1 << 24 };
	struct sample s;
	uint32_t n;

	if (size == 0)
		return 0;
	n = columns[data[0] % DC_ARRAY_LEN(columns)];
	data++;
	size--;
	if (sample_decode(&s, &room, n, data, size)) {
		fuzz_properties(&s, n);
		fuzz_one_form(&s, data, size);
	}
	fuzz_learn(SPEC("naive-bayes columns=64 smoothing"), data, size);
	fuzz_learn(SPEC("sparse-perceptron columns=3 learning-rate"), data,
		   size);
	return 0;
}
