/*
 * fuzz_server_predict_body.c: any bytes as the body of a predict request,
 * and what is taken through the encoders of two models, to the scores.
 */

#include "config.h"

#include <jansson.h>
#include <string.h>

#include "models/learner.h"
#include "server/predict_body.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/learner_room.h"

#define SPEC(model, encoder) \
	"decaid 1\nmodel " model "=1000000000\nencoder " encoder "\n" \
	"verdict two-fold credit=1 margin=1\nsample packed\n" \
	"class a\nclass b\n"

static const char *const specs[] = {
	SPEC("naive-bayes columns=64 smoothing", "murmur3-words"),
	SPEC("sparse-perceptron columns=9 learning-rate", "none"),
};

static struct sample_room room;

static void
fuzz_score(struct learner_room *r, const struct encoder_input *in)
{
	struct dc_err err = DC_ERR_INIT;
	struct sample x;
	int64_t scores[2];
	uint32_t label;

	if (encoder_encode(&x, &r->spec, &room, in, &err) != DC_OK) {
		DC_CHECK(err.status == DC_EINVAL && err.text[0] != '\0');
		return;
	}
	if (learner_predict(&r->l, scores, &label, &x))
		DC_CHECK(label < r->spec.n_class);
}

/* What the body says, jansson sees. */
static void
fuzz_compare(const struct predict_body *body, const char *text, size_t size)
{
	json_t *tree = json_loadb(text, size, 0, NULL);
	const json_t *inputs;

	DC_CHECK(tree != NULL);
	inputs = json_object_get(tree, "inputs");
	DC_CHECK(body->batch == (inputs != NULL));
	DC_CHECK(!body->batch || json_array_size(inputs) == body->n);
	DC_CHECK(body->attest == json_is_true(json_object_get(tree,
							     "attest")));
	json_decref(tree);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct learner_room rooms[DC_ARRAY_LEN(specs)];
	static bool ready;
	const char *text = size != 0 ? (const char *)data : "";
	struct dc_arena *arena = dc_arena_new(4096);
	struct dc_err err = DC_ERR_INIT;
	struct predict_body body;

	for (size_t m = 0; !ready && m < DC_ARRAY_LEN(specs); m++)
		learner_room_init(&rooms[m], specs[m]);
	ready = true;
	if (predict_body_read(&body, arena, text, size, &err) != DC_OK) {
		DC_CHECK(err.status == DC_EINVAL && err.text[0] != '\0');
		dc_arena_free(arena);
		return 0;
	}
	DC_CHECK(body.n >= 1 && body.n <= PREDICT_INPUTS_MAX);
	fuzz_compare(&body, text, size);
	for (size_t i = 0; i < body.n; i++)
		for (size_t m = 0; m < DC_ARRAY_LEN(specs); m++)
			fuzz_score(&rooms[m], &body.input[i]);
	dc_arena_free(arena);
	return 0;
}
