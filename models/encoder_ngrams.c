/*
 * ngrams: what stands next to what in a text.
 *
 * The text is lowered and composed (Unicode's full lower case and NFC, so that
 * two ways to write a letter are one). Then, as a set of columns:
 *
 * words  runs of letters, marks and digits (general categories L, M, N), with
 *        apostrophes (U+0027, U+2019) between them; every other character
 *        that is no white space is a word of its own. Each 1 to `words` words
 *        in a row, with one space between them: MurmurHash3 with seed 0
 * chars  the text with one space for each run of white space, and one before
 *        and after it. Each `chars-from` to `chars-to` characters in a row:
 *        MurmurHash3 with seed 1
 *
 * modulo columns. Source: Weinberger et al., ICML 2009 (hashing); Cavnar,
 * Trenkle, SDAIR 1994, and Wang, Manning, ACL 2012, for what n-grams give.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <unicase.h>
#include <unictype.h>
#include <uninorm.h>
#include <unistr.h>

#include "models/encoder.h"

enum { CHARS_FROM, CHARS_TO, WORDS };

enum { SEED_WORDS = 0, SEED_CHARS = 1 };

static const struct spec_param params[] = {
	{ "chars-from", 0, 8 },
	{ "chars-to", 0, 8 },
	{ "words", 0, 4 },
};

/* A text as units in a row, and where each begins; start has one entry more
 * than there are units. */
struct units {
	uint8_t *text;
	uint32_t *start;
	size_t n, len;
	size_t gap;		/* bytes between two units */
};

/* The column indices made so far. */
struct grams {
	uint32_t *index;
	size_t n;
	uint32_t columns;
};

enum letter { LETTER_SPACE, LETTER_WORD, LETTER_APOSTROPHE, LETTER_OTHER };

static enum letter letter_ascii(uint8_t c)
{
	if (c == ' ' || (c >= '\t' && c <= '\r'))
		return LETTER_SPACE;
	if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
	    (c >= 'A' && c <= 'Z'))
		return LETTER_WORD;
	return c == '\'' ? LETTER_APOSTROPHE : LETTER_OTHER;
}

/* What stands at p, and its length in bytes. */
static enum letter letter_at(const uint8_t *p, size_t n, size_t *bytes)
{
	ucs4_t uc;

	*bytes = 1;
	if (*p < 0x80)
		return letter_ascii(*p);
	*bytes = (size_t)u8_mbtouc_unsafe(&uc, p, n);
	if (uc == 0x2019)
		return LETTER_APOSTROPHE;
	if (uc_is_property_white_space(uc))
		return LETTER_SPACE;
	return uc_is_general_category_withtable(uc, UC_CATEGORY_MASK_L |
						UC_CATEGORY_MASK_M |
						UC_CATEGORY_MASK_N)
		? LETTER_WORD : LETTER_OTHER;
}

/* Bytes of the word that begins at p, which is no white space. */
static size_t word_bytes(const uint8_t *p, size_t n)
{
	size_t bytes, at, next;

	if (letter_at(p, n, &bytes) != LETTER_WORD)
		return bytes;
	for (at = bytes; at < n; at += bytes) {
		enum letter found = letter_at(p + at, n - at, &bytes);

		if (found == LETTER_APOSTROPHE && at + bytes < n &&
		    letter_at(p + at + bytes, n - at - bytes, &next) ==
		    LETTER_WORD)
			continue;
		if (found != LETTER_WORD)
			break;
	}
	return at;
}

static void unit_add(struct units *u, const uint8_t *p, size_t bytes)
{
	u->start[u->n++] = (uint32_t)u->len;
	memcpy(u->text + u->len, p, bytes);
	u->len += bytes;
}

static void words_cut(struct units *u, const uint8_t *p, size_t n)
{
	size_t bytes;

	for (size_t at = 0; at < n; at += bytes) {
		if (letter_at(p + at, n - at, &bytes) == LETTER_SPACE)
			continue;
		bytes = word_bytes(p + at, n - at);
		unit_add(u, p + at, bytes);
		u->text[u->len++] = ' ';
	}
	u->start[u->n] = (uint32_t)u->len;
	u->gap = 1;
}

static void chars_cut(struct units *u, const uint8_t *p, size_t n)
{
	const uint8_t space = ' ';
	bool spaced = true;
	size_t bytes;

	unit_add(u, &space, 1);
	for (size_t at = 0; at < n; at += bytes) {
		bool blank = letter_at(p + at, n - at, &bytes) ==
			LETTER_SPACE;

		if (!blank)
			unit_add(u, p + at, bytes);
		else if (!spaced)
			unit_add(u, &space, 1);
		spaced = blank;
	}
	if (!spaced)
		unit_add(u, &space, 1);
	u->start[u->n] = (uint32_t)u->len;
	u->gap = 0;
}

/* Every size units in a row. */
static enum dc_status grams_add(struct grams *g, const struct units *u,
				size_t size, uint32_t seed,
				struct dc_err *err)
{
	for (size_t i = 0; i + size <= u->n; i++) {
		size_t end = u->start[i + size] - u->gap;

		if (g->n == ENCODER_WORDS_MAX)
			return dc_fail(err, DC_EINVAL,
				       "text has more than %d n-grams",
				       ENCODER_WORDS_MAX);
		g->index[g->n++] = encoder_murmur3(u->text + u->start[i],
						   end - u->start[i], seed) %
			g->columns;
	}
	return DC_OK;
}

static enum dc_status text_cut(struct grams *g, struct units *u,
			       const uint8_t *text, size_t n,
			       const int64_t *param, struct dc_err *err)
{
	enum dc_status st = DC_OK;

	words_cut(u, text, n);
	for (int64_t k = 1; k <= param[WORDS] && st == DC_OK; k++)
		st = grams_add(g, u, (size_t)k, SEED_WORDS, err);
	u->n = u->len = 0;
	if (param[CHARS_TO] > 0)
		chars_cut(u, text, n);
	for (int64_t k = param[CHARS_FROM]; k <= param[CHARS_TO] &&
	     k > 0 && st == DC_OK; k++)
		st = grams_add(g, u, (size_t)k, SEED_CHARS, err);
	return st;
}

/* Lower case and composed; free() it. */
static uint8_t *lowered(const uint8_t *text, size_t n, size_t *len)
{
	uint8_t *out;
	size_t i;

	for (i = 0; i < n && text[i] < 0x80; i++)
		;
	if (i < n) {
		out = u8_tolower(text, n, NULL, UNINORM_NFC, NULL, len);
		DC_CHECK(out);	/* out of memory: the text was UTF-8 */
		return out;
	}
	out = dc_malloc(n + 1);
	for (i = 0; i < n; i++)
		out[i] = text[i] >= 'A' && text[i] <= 'Z'
			? (uint8_t)(text[i] + ('a' - 'A')) : text[i];
	*len = n;
	return out;
}

/* A space more for each byte, and two, are room for both cuts. */
static enum dc_status encode_text(struct sample *out,
				  const struct model_spec *spec,
				  struct sample_room *room,
				  const struct encoder_input *in,
				  struct dc_err *err)
{
	struct grams g = { room->index, 0, spec->columns };
	struct units u = { NULL, NULL, 0, 0, 0 };
	enum dc_status st;
	uint8_t *text;
	size_t n;

	text = lowered((const uint8_t *)in->text, in->n, &n);
	u.text = dc_malloc(2 * n + 2);
	u.start = dc_realloc_array(NULL, n + 3, sizeof(*u.start));
	st = text_cut(&g, &u, text, n, spec->encoder_param, err);
	*out = (struct sample){
		.kind = SAMPLE_BINARY,
		.count = (uint32_t)sample_sort_unique(room->index, g.n),
		.index = room->index,
	};
	free(text);
	free(u.text);
	free(u.start);
	return st;
}

static enum dc_status encode(struct sample *out, const struct model_spec *spec,
			     struct sample_room *room,
			     const struct encoder_input *in,
			     struct dc_err *err)
{
	if (in->kind != ENCODER_TEXT)
		return dc_fail(err, DC_EINVAL, "this model takes a text");
	if (in->n > ENCODER_TEXT_BYTES_MAX)
		return dc_fail(err, DC_EINVAL, "text is over %d bytes",
			       ENCODER_TEXT_BYTES_MAX);
	if (in->n > 0 && u8_check((const uint8_t *)in->text, in->n))
		return dc_fail(err, DC_EINVAL, "text is not UTF-8");
	return encode_text(out, spec, room, in, err);
}

const struct encoder_ops encoder_ngrams = {
	.choice = { "ngrams", params, DC_ARRAY_LEN(params) },
	.encode = encode,
};
