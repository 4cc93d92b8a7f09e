#ifndef DECAID_MODELS_SPEC_H
#define DECAID_MODELS_SPEC_H

/*
 * A model's spec: the text whose hash a trainer freezes (oracle/PROTOCOL.md
 * "Spec"). It names a model, an encoder, a verdict rule and the classes. The
 * grammar has one form for each meaning: what parses is formatted back to the
 * same bytes, and whatever this build does not know word for word is refused.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/status.h"
#include "base/types.h"
#include "models/start.h"

#define SPEC_CLASSES_MIN 2
#define SPEC_CLASSES_MAX 1024
#define SPEC_CLASS_BYTES_MAX 64
#define SPEC_PARAMS_MAX 5
#define SPEC_WEIGHTS_MAX (1 << 25)	/* columns * classes: 2^24 * 2 */

/* Cells of one model, 512 MiB and what it has beside its columns; and of it,
 * its folds and the rule. */
#define SPEC_CELLS_MAX ((1 << 26) + 4 * SPEC_CLASSES_MAX)
#define SPEC_STATE_MAX (3 * SPEC_CELLS_MAX)
#define SPEC_TEXT_BYTES_MAX 160000	/* 1,024 longest names and the rest */
#define SPEC_WORD_BYTES_MAX 64
#define SPEC_WORDS_MAX 65536
#define SPEC_SERVICE_BYTES_MAX 64	/* a service's name */
#define SPEC_SERVED_BYTES_MAX 128	/* what it calls its model */

struct model_ops;
struct encoder_ops;
struct verdict_ops;

/* One `name=value` of a spec line and its range. */
struct spec_param {
	const char *name;
	int64_t min, max;	/* inclusive */
};

/* What a spec line can name: a model, an encoder, a verdict rule. First
 * member of their ops.  param (n_param) in alphabetical order */
struct spec_choice {
	const char *name;
	const struct spec_param *param;
	size_t n_param;
};

/* What a column's numbers are measured with: the encoder `scale`. */
struct spec_column {
	int64_t center;		/* fx9, any */
	int64_t width;		/* fx9, at least 1 */
};

/* A word that the encoder `vocabulary` knows. */
struct spec_word {
	const char *text;	/* (len) in the spec's own memory */
	uint32_t len;
	uint32_t index;		/* its column: its place in the spec */
};

/* Plain record; what it points to beyond column and class_name is static.
 * Values of parameters stand in the order of the choice's table. */
struct model_spec {
	const struct model_ops *model;
	const struct encoder_ops *encoder;
	const struct verdict_ops *verdict;
	int64_t model_param[SPEC_PARAMS_MAX];
	int64_t encoder_param[SPEC_PARAMS_MAX];
	int64_t verdict_param[SPEC_PARAMS_MAX];
	uint32_t columns;	/* the model's parameter of this name */
	uint32_t n_class;
	struct spec_column *column;	/* (columns) or NULL; owned */
	const char **class_name;	/* (n_class) UTF-8, NUL; owned */
	struct spec_word *word;	/* (n_word), by their text; owned */
	char *word_text;	/* what they point into; owned */
	uint32_t n_word;
	char *service;		/* that embeds texts, or NULL; owned */
	char *service_model;	/* its model, in the memory of service */
	uint32_t *feature;	/* (columns) of an embedding, or NULL; owned */
	uint8_t *start;		/* (n_start) models/start.h, or NULL; owned */
	size_t n_start;
	struct hash32 hash;	/* keccak of the text */
};

/* Read a spec.
 * text (len) bytes, no NUL needed; starting weights behind its lines
 * out  undefined unless DC_OK; then spec_clear gives its memory back
 * Errors: DC_EINVAL "spec line N: reason". */
enum dc_status spec_parse(struct model_spec *out, const char *text,
			  size_t len, struct dc_err *err) DC_MUST_CHECK;

/* Free what spec_parse took; a zeroed or cleared spec is fine. */
void spec_clear(struct model_spec *s);

/* Append the canonical text of s, with the bytes of its start. */
void spec_format(struct dc_buf *b, const struct model_spec *s);

/* How much of a spec's text (len) is lines: all but its start's bytes. Of a
 * text that is no spec, all. */
size_t spec_lines_len(const char *text, size_t len);

/* The most bytes that a spec has. */
#define SPEC_BYTES_MAX (SPEC_TEXT_BYTES_MAX + START_BYTES_MAX)

/* What a model of this spec begins with, into cells of its own, which are
 * zeros: where the spec has no start, nothing. */
void spec_start(const struct model_spec *s, int64_t *cells);

/* Whether a text can be a service's name, [a-z0-9.-], or its model's,
 * printable ASCII without space. */
bool spec_is_service(const char *name, size_t len);
bool spec_is_served(const char *name, size_t len);

/* keccak of a spec's text: what trainers carry. */
void spec_hash(struct hash32 *out, const char *text, size_t len);

/* Column of a word; false: it is not in the vocabulary. */
bool spec_word_find(uint32_t *index, const struct model_spec *s,
		    const char *word, size_t len);

/* For the reader: the words' texts stand one after the other, each with a
 * newline behind it, in text (len), which s keeps and frees. They become
 * findable. Returns false: one stands there twice. */
bool spec_words_take(struct model_spec *s, char *text, size_t len);

/* Append "word TEXT" lines in the order of columns. */
void spec_words_format(struct dc_buf *b, const struct model_spec *s);

/* Label of a class name; false: there is none. */
bool spec_class_find(uint32_t *label, const struct model_spec *s,
		     const char *name);

#endif /* DECAID_MODELS_SPEC_H */
