#ifndef DECAID_SERVER_RECIPE_H
#define DECAID_SERVER_RECIPE_H

/*
 * Which model and encoder suit which kind of data, with parameters that were
 * chosen on rows of training files alone (models/ACCURACY.md) and are the same
 * for all data of a kind; and the spec made from them.
 */

#include <stdbool.h>

#include "base/buf.h"
#include "server/labelled.h"

/* The types that suit a kind, the recommended one first; NULL past the last.
 * n_column of a table: wide ones have types of their own; 0 for texts
 * encoder  as below: embeddings are no texts any more; NULL: the kind's own */
const char *recipe_type(enum labelled_kind kind, size_t n_column,
			const char *encoder, size_t i);

/* The line "model TYPE ..." for a type by name, or for all that follows
 * "model " where type has a blank; likewise "encoder NAME ...".
 * Returns false, nothing appended: there is no such type. */
bool recipe_put_model(struct dc_buf *out, const char *type,
		      const char *columns);

/* The verdict rule, with its parameters, for a model of this type that
 * strangers teach: what models/VERDICTS.md found best where it was measured,
 * and two-fold otherwise. */
const char *recipe_verdict(const char *type);

/* name  also "vocabulary=FILE": 0xDeCA10B's JSON from words to 0, 1, 2, ...
 *       (server/vocabulary.h), whose unknown words are column 1337 or, where
 *       there are more, the next one; and "embedding=SERVICE,MODEL,DIMENSION"
 *       or "embedding-raw=...", which is not brought to length 1, perhaps
 *       with ",I,I,..." behind it, the features that are taken
 * Errors: DC_EIO, DC_EINVAL that file. */
enum dc_status recipe_put_encoder(struct dc_buf *out, const char *name,
				  struct dc_err *err) DC_MUST_CHECK;

/* How many columns an embedding of this name gives; 0: it is none, or its
 * whole line. */
uint32_t recipe_embedding_columns(const char *name);

/* A spec for models of such data.
 * out      appended to
 * type     a model's name, or the whole line behind "model " of a spec;
 *          NULL: the recommended one
 * encoder  likewise; constants of `scale` are taken from train
 * Errors: DC_EINVAL no such model or encoder. */
enum dc_status recipe_spec(struct dc_buf *out, const struct labelled *train,
			   const struct labelled_classes *classes,
			   const char *type, const char *encoder,
			   struct dc_err *err) DC_MUST_CHECK;

#endif /* DECAID_SERVER_RECIPE_H */
