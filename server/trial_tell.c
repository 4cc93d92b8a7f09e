/* Trials as text and as JSON. */
#include "config.h"

#include "server/trial_tell.h"

#include <string.h>

#include "models/encoder.h"

#define MATRIX_CLASSES_MAX 12	/* wider ones are told as pairs */
#define PAIRS_MAX 10
#define NAME_COLUMNS 24

/* 0.9873 as "98.73": a share with two decimals, of rounded half up. */
static void percent_put(struct dc_buf *out, int64_t share)
{
	int64_t v = (share + 50000) / 100000;

	dc_buf_printf(out, "%4lld.%02lld", (long long)(v / 100),
		      (long long)(v % 100));
}

/* At least NAME_COLUMNS wide, by characters. */
static void name_put(struct dc_buf *out, const char *name)
{
	int width = 0;

	for (const char *p = name; *p != '\0'; p++)
		width += ((unsigned char)*p & 0xc0) != 0x80;
	dc_buf_printf(out, "%s%*s", name,
		      width < NAME_COLUMNS ? NAME_COLUMNS - width : 1, "");
}

static void classes_tell(struct dc_buf *out, const struct trial *t)
{
	dc_buf_append_text(out, "\n");
	name_put(out, "class");
	dc_buf_append_text(out, "precision  recall      F1    rows\n");
	for (uint32_t c = 0; c < t->spec.n_class; c++) {
		struct trial_class k;

		trial_class_get(&k, t, c);
		name_put(out, t->spec.class_name[c]);
		dc_buf_append_text(out, "  ");
		percent_put(out, k.precision);
		dc_buf_append_byte(out, ' ');
		percent_put(out, k.recall);
		dc_buf_append_byte(out, ' ');
		percent_put(out, k.f1);
		dc_buf_printf(out, " %7llu\n", (unsigned long long)k.support);
	}
}

static void matrix_tell(struct dc_buf *out, const struct trial *t)
{
	uint32_t n = t->spec.n_class;

	dc_buf_append_text(out, "\nConfusion: rows are the labels, columns "
			   "what was predicted, in the order above.\n");
	for (uint32_t c = 0; c < n; c++) {
		name_put(out, t->spec.class_name[c]);
		for (uint32_t k = 0; k < n; k++)
			dc_buf_printf(out, " %6llu", (unsigned long long)
				      t->confusion[(size_t)c * n + k]);
		dc_buf_append_byte(out, '\n');
	}
}

/* The largest entry off the diagonal below (count, place). */
static bool pair_next(const struct trial *t, uint64_t *count, size_t *place)
{
	size_t n = t->spec.n_class, found = 0;
	uint64_t best = 0;

	for (size_t i = 0; i < n * n; i++) {
		uint64_t v = t->confusion[i];

		if (i / n == i % n || v <= best || v > *count ||
		    (v == *count && i <= *place))
			continue;
		best = v;
		found = i;
	}
	*count = best;
	*place = found;
	return best > 0;
}

static void pairs_tell(struct dc_buf *out, const struct trial *t)
{
	uint64_t count = UINT64_MAX;
	size_t n = t->spec.n_class, place = 0;

	dc_buf_append_text(out, "\nMost often taken for another:\n");
	for (int i = 0; i < PAIRS_MAX && pair_next(t, &count, &place); i++)
		dc_buf_printf(out, "%7llu  %s as %s\n",
			      (unsigned long long)count,
			      t->spec.class_name[place / n],
			      t->spec.class_name[place % n]);
}

void trial_tell(struct dc_buf *out, const struct trial *t)
{
	dc_buf_printf(out, "%s, encoder %s, %u columns\n",
		      t->spec.model->choice.name,
		      t->spec.encoder->choice.name, t->spec.columns);
	dc_buf_append_text(out, "accuracy  ");
	percent_put(out, trial_share(trial_right(t), t->n_asked));
	dc_buf_printf(out, " %% of %zu rows\n", t->n_asked);
	if (t->n_learned > 0) {
		dc_buf_append_text(out, "learning  ");
		percent_put(out, trial_share(t->n_right, t->n_learned));
		dc_buf_printf(out, " %% of %zu rows, each predicted before it "
			      "was learned\n", t->n_learned);
	}
	classes_tell(out, t);
	if (t->spec.n_class <= MATRIX_CLASSES_MAX)
		matrix_tell(out, t);
	else
		pairs_tell(out, t);
}

static void class_put(struct json_out *j, const struct trial *t, uint32_t c)
{
	struct trial_class k;

	trial_class_get(&k, t, c);
	json_put_open(j, '{');
	json_put_key(j, "class");
	json_put_text(j, t->spec.class_name[c]);
	json_put_key(j, "precision");
	json_put_fx9(j, k.precision);
	json_put_key(j, "recall");
	json_put_fx9(j, k.recall);
	json_put_key(j, "f1");
	json_put_fx9(j, k.f1);
	json_put_key(j, "support");
	json_put_u64(j, k.support);
	json_put_close(j, '}');
}

static void matrix_put(struct json_out *j, const struct trial *t)
{
	size_t n = t->spec.n_class;

	json_put_open(j, '[');
	for (size_t c = 0; c < n; c++) {
		json_put_open(j, '[');
		for (size_t k = 0; k < n; k++)
			json_put_u64(j, t->confusion[c * n + k]);
		json_put_close(j, ']');
	}
	json_put_close(j, ']');
}

void trial_put(struct json_out *j, const struct trial *t)
{
	json_put_key(j, "accuracy");
	json_put_fx9(j, trial_share(trial_right(t), t->n_asked));
	json_put_key(j, "rows");
	json_put_u64(j, t->n_asked);
	json_put_key(j, "type");
	json_put_text(j, t->spec.model->choice.name);
	json_put_key(j, "encoder");
	json_put_text(j, t->spec.encoder->choice.name);
	json_put_key(j, "columns");
	json_put_u64(j, t->spec.columns);
	json_put_key(j, "learned");
	json_put_u64(j, t->n_learned);
	json_put_key(j, "progressive_accuracy");
	json_put_fx9(j, trial_share(t->n_right, t->n_learned));
	json_put_key(j, "classes");
	json_put_open(j, '[');
	for (uint32_t c = 0; c < t->spec.n_class; c++)
		class_put(j, t, c);
	json_put_close(j, ']');
	json_put_key(j, "confusion");
	matrix_put(j, t);
}
