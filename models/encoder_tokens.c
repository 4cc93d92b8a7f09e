/* Cutting a text at JavaScript's white space, and hashing what is between. */
#include "config.h"

#include "models/encoder_tokens.h"

#include <stdlib.h>
#include <string.h>
#include <unicase.h>
#include <unistr.h>

#include "base/types.h"

#define WORD_BYTES 256	/* longer words cost an allocation */

/* ---- white space ---- */

#define FEFF "\xef\xbb\xbf"	/* U+FEFF */

/* JavaScript's \s beyond ASCII (ECMA-262: WhiteSpace, LineTerminator). */
static bool is_space(ucs4_t uc)
{
	return uc == 0xa0 || uc == 0x1680 || (uc >= 0x2000 && uc <= 0x200a) ||
		uc == 0x2028 || uc == 0x2029 || uc == 0x202f ||
		uc == 0x205f || uc == 0x3000 || uc == 0xfeff;
}

/* Bytes of the white space character at p, 0 when there is none. */
static size_t space_at(const uint8_t *p, size_t n)
{
	ucs4_t uc;
	int len;

	if (*p < 0x80)
		return *p == ' ' || (*p >= '\t' && *p <= '\r');
	len = u8_mbtouc_unsafe(&uc, p, n);
	return is_space(uc) ? (size_t)len : 0;
}

/* Bytes up to the next white space or the end. */
static size_t word_at(const uint8_t *p, size_t n)
{
	size_t i = 0;

	while (i < n && space_at(p + i, n - i) == 0) {
		i++;
		while (i < n && (p[i] & 0xc0) == 0x80)
			i++;
	}
	return i;
}

void encoder_tokens_init(struct encoder_tokens *t, const uint8_t *text,
			 size_t n)
{
	*t = (struct encoder_tokens){ text, text + n, true };
}

bool encoder_tokens_next(struct encoder_tokens *t, const uint8_t **token,
			 size_t *n)
{
	size_t gap;

	if (!t->more)
		return false;
	*token = t->p;
	*n = word_at(t->p, (size_t)(t->end - t->p));
	t->p += *n;
	t->more = t->p < t->end;
	while (t->p < t->end) {
		gap = space_at(t->p, (size_t)(t->end - t->p));
		if (gap == 0)
			break;
		t->p += gap;
	}
	return true;
}

/* ---- lower case ---- */

uint8_t *encoder_lower(const uint8_t *text, size_t n, size_t *len)
{
	uint8_t *lower;

	*len = 0;
	if (n == 0)
		return dc_malloc(1);
	lower = u8_tolower(text, n, NULL, NULL, NULL, len);
	DC_CHECK(lower);	/* out of memory: the text was UTF-8 */
	return lower;
}

static bool word_lower_ascii(uint8_t *out, const uint8_t *word, size_t n)
{
	if (n > WORD_BYTES)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (word[i] >= 0x80)
			return false;
		out[i] = word[i] >= 'A' && word[i] <= 'Z'
			? (uint8_t)(word[i] + ('a' - 'A')) : word[i];
	}
	return true;
}

/* ---- hashes ---- */

/* The low bytes of a text's UTF-16 code units, in its place: there are no more
 * of them than bytes. Returns how many. */
static size_t low_bytes(uint8_t *text, size_t n)
{
	size_t out = 0;
	ucs4_t uc;

	for (size_t i = 0; i < n;) {
		i += (size_t)u8_mbtouc_unsafe(&uc, text + i, n - i);
		if (uc >= 0x10000) {
			text[out++] = (uint8_t)((uc - 0x10000) >> 10);
			text[out++] = (uint8_t)(uc - 0x10000);
		} else {
			text[out++] = (uint8_t)uc;
		}
	}
	return out;
}

static uint32_t word_hash(const uint8_t *word, size_t n, uint32_t seed)
{
	uint8_t room[WORD_BYTES], *lower = room;
	size_t len = n;
	uint32_t h;

	if (!word_lower_ascii(room, word, n)) {
		len = sizeof(room);
		lower = u8_tolower(word, n, NULL, NULL, room, &len);
		DC_CHECK(lower);	/* out of memory: the text was UTF-8 */
		len = low_bytes(lower, len);
	}
	h = encoder_murmur3(lower, len, seed);
	if (lower != room)
		free(lower);
	return h;
}

static enum dc_status hash_all(uint32_t *out, size_t *n, const uint8_t *text,
			       size_t len, enum encoder_seed seed,
			       struct dc_err *err)
{
	struct encoder_tokens t;
	const uint8_t *token;
	size_t bytes;

	*n = 0;
	encoder_tokens_init(&t, text, len);
	while (encoder_tokens_next(&t, &token, &bytes)) {
		if (bytes == 0 && seed == ENCODER_SEED_NONE)
			continue;
		if (*n == ENCODER_WORDS_MAX)
			return dc_fail(err, DC_EINVAL,
				       "text has more than %d words",
				       ENCODER_WORDS_MAX);
		out[*n] = word_hash(token, bytes,
				    seed == ENCODER_SEED_NONE ? 0
							      : (uint32_t)*n);
		++*n;
	}
	return DC_OK;
}

/* Lower case of a word needs no look beyond it: white space ends every context
 * that Unicode's rules (a final sigma) know; but for U+FEFF, which they pass
 * over and JavaScript cuts at. */
enum dc_status encoder_token_hashes(uint32_t *out, size_t *n,
				    const struct encoder_input *in,
				    enum encoder_seed seed,
				    struct dc_err *err)
{
	const uint8_t *text = (const uint8_t *)in->text;
	uint8_t *lower = NULL;
	size_t len = in->n;
	enum dc_status st;

	if (in->kind != ENCODER_TEXT)
		return dc_fail(err, DC_EINVAL, "this model takes a text");
	if (len > 0 && u8_check(text, len))
		return dc_fail(err, DC_EINVAL, "text is not UTF-8");
	if (len > 0 && memmem(text, len, FEFF, strlen(FEFF)) != NULL)
		text = lower = encoder_lower(text, in->n, &len);
	st = hash_all(out, n, text, len, seed, err);
	free(lower);
	return st;
}
