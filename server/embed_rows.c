/* Many texts embedded at once, each with its own fault. */
#include "config.h"

#include "server/embed_rows.h"

#include <string.h>

#include "models/encoder.h"

size_t embed_rows_most(const struct model_spec *spec)
{
	size_t most = EMBEDDER_VALUES_MAX / encoder_dimension(spec);

	return most < EMBED_ROWS ? most : EMBED_ROWS;
}

/* Those that may be asked for.
 * at  (n) which rows these are. Returns how many. */
static size_t choose(struct encoder_input *in, size_t *at,
		     struct embed_row *row, size_t n)
{
	size_t k = 0;

	for (size_t i = 0; i < n; i++) {
		struct encoder_input one = { .kind = ENCODER_TEXT,
					     .text = row[i].text,
					     .n = row[i].len };

		if (row[i].why.status != DC_OK ||
		    embedder_check_text(&one, &row[i].why) != DC_OK)
			continue;
		in[k] = one;
		at[k++] = i;
	}
	return k;
}

static enum dc_status take(int64_t *value, struct embed_row *row,
			   const size_t *at, size_t n,
			   struct embedder_wish *w, struct dc_err *err)
{
	for (size_t i = 0; i < n; i++) {
		struct embed_row *r = &row[at[i]];
		struct encoder_input got;
		enum dc_status st = embedder_grant_text(w, &got, i, &r->why);

		if (st == DC_OK)
			memcpy(value + at[i] * got.n, got.feature,
			       got.n * sizeof(*value));
		else if (st != DC_EINVAL)
			return dc_fail(err, st, "%s", r->why.text);
	}
	return DC_OK;
}

enum dc_status embed_rows(int64_t *value, struct embed_row *row, size_t n,
			  struct embedder *e, const struct model_spec *spec,
			  struct dc_err *err)
{
	struct encoder_input in[EMBED_ROWS];
	struct embedder_wish *wish;
	struct embedder_no no;
	size_t at[EMBED_ROWS];
	enum dc_status st;

	DC_CHECK(n <= embed_rows_most(spec));
	n = choose(in, at, row, n);
	st = embedder_wish(&wish, e, spec, in, n, &no, err);
	if (st != DC_OK || wish == NULL)
		return st;
	while (!embedder_wait(wish, 60000))
		;	/* a client gives up by itself */
	st = take(value, row, at, n, wish, err);
	embedder_leave(wish);
	return st;
}
