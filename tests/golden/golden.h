#ifndef DECAID_TESTS_GOLDEN_GOLDEN_H
#define DECAID_TESTS_GOLDEN_GOLDEN_H

/*
 * Running recorded vectors of 0xDeCA10B's contracts against our own code.
 * One file is one struct golden; its first difference, or what is malformed
 * in it, ends it: golden_differs and golden_malformed do not return.
 * Memory is the file's arena.
 */

#include <jansson.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/u256.h"
#include "incentives/deca_trainer.h"
#include "models/deca.h"

#define GOLDEN_TEXT_BYTES 1024

struct golden {
	jmp_buf out;
	struct dc_arena *arena;
	json_t *kept;		/* an array: values made on the way */
	char where[256];	/* the field being read, for messages */
	char text[GOLDEN_TEXT_BYTES];	/* why it ended */
	size_t checked;		/* comparisons made */
	size_t typed;		/* steps that a model type made too */
};

/* Run whatever kind of vectors this is. */
void golden_run(struct golden *g, json_t *root);

/* The kinds, each in its file. */
void golden_run_classifier(struct golden *g, json_t *root);
void golden_run_incentive(struct golden *g, json_t *root);
void golden_run_direct(struct golden *g, json_t *root);
void golden_run_constructors(struct golden *g, json_t *root);

/* A new value that lives as long as the file. */
json_t *golden_keep(struct golden *g, json_t *made);

/* Ends of a file. */
_Noreturn void golden_malformed(struct golden *g, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
_Noreturn void golden_differs(struct golden *g, const char *expected,
			      const char *found);

/* Where we are: "steps[3].reverted". */
void golden_at(struct golden *g, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* The same, and the place as text to pass on. */
const char *golden_place(struct golden *g, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* Readers; each is malformed where the value is not of its kind. NULL json
 * is a field that is missing. */
json_t *golden_object(struct golden *g, json_t *v);
json_t *golden_array(struct golden *g, json_t *v);
const char *golden_string(struct golden *g, json_t *v);
struct u256 golden_signed(struct golden *g, json_t *v);
struct u256 golden_u256(struct golden *g, json_t *v);
uint64_t golden_u64(struct golden *g, json_t *v, uint64_t most);
__int128 golden_i80(struct golden *g, json_t *v);
bool golden_bool(struct golden *g, json_t *v);

/* An int64[]. */
struct golden_data {
	const int64_t *v;
	size_t n;
};
struct golden_data golden_data(struct golden *g, json_t *v);

/* A member, with its name added to where. The place before is kept by the
 * caller: golden_member(g, "steps[3]", step, "reverted"). */
json_t *golden_member(struct golden *g, const char *at,
			    json_t *object, const char *name);

/* Comparers: expected is the recorded value. */
void golden_same_u256(struct golden *g, json_t *expected,
		      struct u256 found);
void golden_same_signed(struct golden *g, json_t *expected,
			struct u256 found);
void golden_same_u64(struct golden *g, json_t *expected, uint64_t found);
void golden_same_number(struct golden *g, uint64_t expected, uint64_t found);
void golden_same_text(struct golden *g, const char *expected,
		      const char *found);
void golden_same_bool(struct golden *g, json_t *expected, bool found);

/* expected: null or the words of a revert. */
void golden_same_reason(struct golden *g, json_t *expected,
			enum deca_reason found);

/* expected: a number, or {"revert": words}. */
void golden_same_prediction(struct golden *g, json_t *expected,
			    enum deca_reason reason, uint64_t found);

/* A model whose block grows by itself. */
struct golden_model {
	struct golden *g;
	struct deca_model *m;
	const struct deca_ops *ops;
};

/* From the arguments of a constructor, by name. at: where they stand. */
enum deca_reason golden_model_new(struct golden_model *gm, struct golden *g,
				  const char *at, enum deca_kind kind,
				  json_t *args);

/* From its positional arguments. */
enum deca_reason golden_model_construct(struct golden_model *gm,
					struct golden *g, const char *at,
					enum deca_kind kind, json_t *args);

/* One of the owner's calls after deployment; *name: the class that it added,
 * or NULL. */
enum deca_reason golden_model_call(struct golden_model *gm, const char *at,
				   const char *fn, json_t *args,
				   const char **name);

enum deca_reason golden_model_update(struct golden_model *gm,
				     struct golden_data data, uint64_t label);
enum deca_reason golden_model_predict(struct golden_model *gm, uint64_t *out,
				      struct golden_data data);

/* The model type of our own that does the same, from gm's state on; NULL:
 * no spec can say this contract. Each call compares the two. */
struct golden_type;
struct golden_type *golden_type_open(struct golden_model *gm);
void golden_type_predict(struct golden_type *t, struct golden_data data);

/* After gm's update, which had this outcome; false: t has lost track. */
bool golden_type_learn(struct golden_type *t, struct golden_data data,
		       uint64_t label, enum deca_reason outcome);

#endif /* DECAID_TESTS_GOLDEN_GOLDEN_H */
