/* Specs for data that is there. */
#include "config.h"

#include "server/recipe.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/types.h"
#include "models/encoder.h"
#include "models/model.h"
#include "server/vocabulary.h"

#define VOCABULARY "vocabulary="
#define EMBEDDING "embedding="
#define EMBEDDING_RAW "embedding-raw="
#define TEXT_COLUMNS (1U << 18)

/* Parameters beside "columns=": fixed for a kind of data. */
struct recipe {
	const char *model;
	const char *before, *after;	/* of columns, in a spec's order */
	const char *again;	/* between them: one that is columns too */
	const char *encoder;	/* NULL: the kind's own */
	const char *verdict;	/* NULL: VERDICT_PLAIN */
};

/* Margins and credit are in the unit of a model's scores, and were measured
 * for the types that have a jury (models/VERDICTS.md). Of a centroid that is a
 * squared distance. */
#define VERDICT_PLAIN "two-fold credit=1000000000 margin=2000000000"
#define VERDICT_NEAR "two-fold credit=100000000 margin=100000000"

static const struct recipe recipes[] = {
	{ .model = "blend", .before = "", .after = " epsilon=10000000"
	  " learning-rate=400000000 smoothing=100000000" },
	{ .model = "deca-dense-perceptron", .before = "",
	  .after = " learning-rate=500000000", .encoder = "unit",
	  .verdict = VERDICT_NEAR },
	{ .model = "deca-naive-bayes", .before = "", .again = "features",
	  .after = " smoothing=1000000000", .encoder = "murmur3-words" },
	{ .model = "deca-nearest-centroid", .before = "", .after = "",
	  .encoder = "unit", .verdict = VERDICT_NEAR },
	{ .model = "deca-sparse-nearest-centroid", .before = "",
	  .after = " samples=1", .encoder = "murmur3-words" },
	{ .model = "deca-sparse-perceptron", .before = "",
	  .after = " learning-rate=500000000", .encoder = "murmur3-words" },
	{ .model = "hoeffding", .before = "",
	  .after = " grace=20 nodes=63 trees=16" },
	{ .model = "kalman", .before = "", .after = " variance=1000000000" },
	{ .model = "logistic", .before = "", .after = " epsilon=10000000"
	  " learning-rate=500000000", .verdict = "jury credit=2000000000"
	  " folds=6 known=8 margin=1500000000 recent=8192" },
	{ .model = "naive-bayes", .before = "",
	  .after = " smoothing=100000000", .verdict = "jury credit=5000000000"
	  " folds=6 known=16 margin=5000000000 recent=8192" },
	{ .model = "nearest", .before = " capacity=8192",
	  .after = " neighbours=3" },
	{ .model = "passive-aggressive", .before = " aggressiveness=700000000",
	  .after = " horizon=80000", .verdict = "jury credit=1500000000"
	  " folds=6 known=8 margin=1600000000 recent=8192" },
	{ .model = "sparse-perceptron", .before = "",
	  .after = " learning-rate=1000000000" },
};

static const char *const types_text[] = {
	"blend", "logistic", "naive-bayes", "passive-aggressive",
	"sparse-perceptron", "deca-naive-bayes", "deca-sparse-nearest-centroid",
	"deca-sparse-perceptron"
};

static const char *const types_table[] = {
	"kalman", "hoeffding", "logistic", "nearest", "passive-aggressive",
	"sparse-perceptron", "deca-dense-perceptron", "deca-nearest-centroid"
};

/* What takes dense samples of any sign and of many columns: embeddings, and
 * tables that are too wide for kalman. */
static const char *const types_wide[] = {
	"passive-aggressive", "logistic", "kalman", "nearest",
	"sparse-perceptron", "deca-dense-perceptron", "deca-nearest-centroid"
};

/* kalman's columns: models/kalman.c */
#define WIDE_MORE_THAN 512

const char *recipe_type(enum labelled_kind kind, size_t n_column,
			const char *encoder, size_t i)
{
	if (n_column > WIDE_MORE_THAN ||
	    (encoder != NULL && strncmp(encoder, "embedding", 9) == 0))
		return i < DC_ARRAY_LEN(types_wide) ? types_wide[i] : NULL;
	switch (kind) {
	case LABELLED_TEXT:
		return i < DC_ARRAY_LEN(types_text) ? types_text[i] : NULL;
	case LABELLED_TABLE:
		return i < DC_ARRAY_LEN(types_table) ? types_table[i] : NULL;
	}
	return NULL;
}

/* What stands behind "embedding=" or "embedding-raw="; NULL: neither. */
static const char *embedding_of(const char *name)
{
	if (strncmp(name, EMBEDDING, sizeof(EMBEDDING) - 1) == 0)
		return name + sizeof(EMBEDDING) - 1;
	if (strncmp(name, EMBEDDING_RAW, sizeof(EMBEDDING_RAW) - 1) == 0)
		return name + sizeof(EMBEDDING_RAW) - 1;
	return NULL;
}

/* "SERVICE,MODEL,DIMENSION,I,..." after so many commas; "" past its end. */
static const char *field_of(const char *list, size_t n)
{
	for (; n > 0 && *list != '\0'; n--) {
		list += strcspn(list, ",");
		list += *list == ',';
	}
	return list;
}

uint32_t recipe_embedding_columns(const char *name)
{
	const char *list = embedding_of(name), *chosen;
	uint32_t n = 1;

	if (list == NULL)
		return 0;
	chosen = field_of(list, 3);
	if (*chosen == '\0')
		return (uint32_t)strtoul(field_of(list, 2), NULL, 10);
	for (; *chosen != '\0'; chosen++)
		n += *chosen == ',';
	return n;
}

/* What is wrong with it is told where the spec is read. */
static enum dc_status put_embedding(struct dc_buf *out, const char *name,
				    struct dc_err *err)
{
	const char *list = embedding_of(name), *model = field_of(list, 1);
	const char *dimension = field_of(list, 2), *chosen = field_of(list, 3);

	if (*model == '\0' || *dimension == '\0')
		return dc_fail(err, DC_EINVAL, "--encoder: not embedding="
			       "SERVICE,MODEL,DIMENSION");
	dc_buf_printf(out, "encoder embedding dimension=%.*s normalize=%d\n"
		      "service %.*s %.*s\n", (int)strcspn(dimension, ","),
		      dimension, strncmp(name, EMBEDDING, sizeof(EMBEDDING) -
					 1) == 0,
		      (int)strcspn(list, ","), list,
		      (int)strcspn(model, ","), model);
	if (*chosen == '\0')
		return DC_OK;
	dc_buf_append_text(out, "features ");
	for (; *chosen != '\0'; chosen++)
		dc_buf_append_byte(out, *chosen == ',' ? ' ' :
				   (uint8_t)*chosen);
	dc_buf_append_byte(out, '\n');
	return DC_OK;
}

static uint32_t columns_of(const struct labelled *d, uint32_t n_class,
			   const char *encoder)
{
	uint32_t columns = recipe_embedding_columns(encoder);

	if (columns > 0)
		return columns;
	columns = TEXT_COLUMNS;
	if (d->kind == LABELLED_TABLE)
		return (uint32_t)d->n_column;
	while ((uint64_t)columns * n_class > SPEC_WEIGHTS_MAX)
		columns /= 2;
	return columns;
}

static bool is_whole_line(const char *name)
{
	return strchr(name, ' ') != NULL;
}

static const struct recipe *recipe_find(const char *type)
{
	for (size_t i = 0; i < DC_ARRAY_LEN(recipes); i++)
		if (strcmp(recipes[i].model, type) == 0)
			return &recipes[i];
	return NULL;
}

bool recipe_put_model(struct dc_buf *out, const char *type,
		      const char *columns)
{
	const struct recipe *r;

	if (is_whole_line(type)) {
		dc_buf_printf(out, "model %s\n", type);
		return true;
	}
	r = recipe_find(type);
	if (r == NULL)
		return false;
	dc_buf_printf(out, "model %s%s columns=%s", type, r->before, columns);
	if (r->again != NULL)
		dc_buf_printf(out, " %s=%s", r->again, columns);
	dc_buf_printf(out, "%s\n", r->after);
	return true;
}

const char *recipe_verdict(const char *type)
{
	const struct recipe *r = recipe_find(type);

	return r == NULL || r->verdict == NULL ? VERDICT_PLAIN : r->verdict;
}

enum dc_status recipe_put_encoder(struct dc_buf *out, const char *name,
				  struct dc_err *err)
{
	const char *params = "";

	if (strncmp(name, VOCABULARY, sizeof(VOCABULARY) - 1) == 0)
		return vocabulary_put(out, name + sizeof(VOCABULARY) - 1,
				      NULL, err);
	if (embedding_of(name) != NULL)
		return put_embedding(out, name, err);
	if (strcmp(name, "scale") == 0)
		params = " clip=2000000000";
	if (strcmp(name, "unit") == 0)
		params = " clip=5000000000";
	if (strcmp(name, "ngrams") == 0)
		params = " chars-from=5 chars-to=5 words=2";
	dc_buf_printf(out, "encoder %s%s\n", name, params);
	return DC_OK;
}

/* Mean and standard deviation, or 1 where all are alike. They become part of
 * the spec's text: nobody has to compute them again. */
static void column_line(struct dc_buf *out, const struct labelled *d, size_t k)
{
	double n = (double)d->n, mean = 0, square = 0, width;

	for (size_t i = 0; i < d->n; i++)
		mean += (double)d->value[i * d->n_column + k] / n;
	for (size_t i = 0; i < d->n; i++) {
		double x = (double)d->value[i * d->n_column + k] - mean;

		square += x * x / n;
	}
	width = sqrt(square);
	dc_buf_printf(out, "column center=%lld width=%lld\n",
		      (long long)llrint(mean), width < 1
		      ? (long long)DC_FX9_ONE : (long long)llrint(width));
}

/* By the name before the parameters, if there are any. */
static bool has_constants(const char *line)
{
	char name[32];
	const struct encoder_ops *ops;

	(void)snprintf(name, sizeof(name), "%.*s",
		       (int)strcspn(line, " "), line);
	ops = encoder_find(name);
	return ops != NULL && ops->columns == ENCODER_COLUMNS_EACH;
}

static const char *encoder_for(enum labelled_kind kind, const char *type)
{
	const struct recipe *r = recipe_find(type);

	if (r != NULL && r->encoder != NULL)
		return r->encoder;
	return kind == LABELLED_TEXT ? "ngrams" : "scale";
}

static enum dc_status encoder_lines(struct dc_buf *out,
				    const struct labelled *d, const char *name,
				    struct dc_err *err)
{
	enum dc_status st = recipe_put_encoder(out, name, err);

	if (st != DC_OK || !has_constants(name))
		return st;
	if (d->kind != LABELLED_TABLE)
		return dc_fail(err, DC_EINVAL, "--encoder %.40s: %s holds "
			       "texts", name, d->path);
	for (size_t k = 0; k < d->n_column; k++)
		column_line(out, d, k);
	return DC_OK;
}

enum dc_status recipe_spec(struct dc_buf *out, const struct labelled *train,
			   const struct labelled_classes *classes,
			   const char *type, const char *encoder,
			   struct dc_err *err)
{
	char columns[16];
	enum dc_status st;

	if (type == NULL)
		type = recipe_type(train->kind, train->n_column, encoder, 0);
	if (encoder == NULL)
		encoder = encoder_for(train->kind, type);
	dc_buf_append_text(out, "decaid 1\n");
	(void)snprintf(columns, sizeof(columns), "%u",
		       columns_of(train, classes->n, encoder));
	if (!recipe_put_model(out, type, columns))
		return dc_fail(err, DC_EINVAL, "--type: no model '%.40s'",
			       type);
	st = encoder_lines(out, train, encoder, err);
	dc_buf_append_text(out, "verdict " VERDICT_PLAIN "\nsample packed\n");
	for (uint32_t c = 0; c < classes->n; c++)
		dc_buf_printf(out, "class %s\n", classes->name[c]);
	return st;
}
