/* Cutting a text at JavaScript's white space, and hashing what is between. */
#include "config.h"

#include "models/encoder_tokens.h"

#include <stdlib.h>
#include <string.h>
#include <unicase.h>
#include <unistr.h>

#include "base/types.h"
#include "models/murmur.h"

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

/* Behind white space that begins at p. */
static inline const uint8_t *space_end(const uint8_t *p, const uint8_t *end)
{
	size_t gap;

	for (; p < end && (*p <= ' ' || *p >= 0x80); p += gap) {
		gap = space_at(p, (size_t)(end - p));
		if (gap == 0)
			break;
	}
	return p;
}

bool encoder_tokens_next(struct encoder_tokens *t, const uint8_t **token,
			 size_t *n)
{
	if (!t->more)
		return false;
	*token = t->p;
	*n = word_at(t->p, (size_t)(t->end - t->p));
	t->p += *n;
	t->more = t->p < t->end;
	t->p = space_end(t->p, t->end);
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
	uint8_t room[WORD_BYTES], *lower;
	size_t len = sizeof(room);
	uint32_t h;

	lower = u8_tolower(word, n, NULL, NULL, room, &len);
	DC_CHECK(lower);	/* out of memory: the text was UTF-8 */
	h = encoder_murmur3(lower, low_bytes(lower, len), seed);
	if (lower != room)
		free(lower);
	return h;
}

/* The byte in each of a number's eight. */
#define EACH(byte) (UINT64_C(0x0101010101010101) * (byte))

/* Eight bytes, the first the lowest. */
static inline uint64_t eight_at(const uint8_t *p)
{
	return (uint64_t)p[0] | (uint64_t)p[1] << 8 | (uint64_t)p[2] << 16 |
		(uint64_t)p[3] << 24 | (uint64_t)p[4] << 32 |
		(uint64_t)p[5] << 40 | (uint64_t)p[6] << 48 |
		(uint64_t)p[7] << 56;
}

/* The last n < 8 bytes of a text, and spaces. */
static uint64_t last_at(const uint8_t *p, size_t n)
{
	uint64_t x = EACH(' ');

	while (n-- > 0)
		x = x << 8 | p[n];
	return x;
}

/* Bit 7 of those of eight bytes below 0x80 that are from `least` to `most`:
 * no sum goes over its byte's end.
 * Source: Hacker's Delight, 2nd edition, section 6-1. */
static inline uint64_t bytes_within(uint64_t x, unsigned least, unsigned most)
{
	return (x + EACH(0x80 - least)) & ~(x + EACH(0x7f - most)) & EACH(0x80);
}

static inline uint64_t lower_ascii(uint64_t x)
{
	return x | bytes_within(x, 'A', 'Z') >> 2;	/* 0x20 */
}

/* The hash of the token at p where it is ASCII alone, without control
 * characters, eight bytes a time; returns its length, 0 when it is not, or
 * empty. */
static inline size_t word_ascii(uint32_t *hash, const uint8_t *p, size_t n,
				uint32_t seed)
{
	uint64_t x, others, stop;
	uint32_t h = seed, last;
	size_t len;

	for (len = 0;; len += 8) {
		x = n - len >= 8 ? eight_at(p + len) :
			last_at(p + len, n - len);
		others = x & EACH(0x80);
		x ^= others;
		stop = others | (~(x + EACH(0x7f - ' ')) & EACH(0x80));
		if (stop != 0)
			break;
		x = lower_ascii(x);
		h = murmur_take(h, (uint32_t)x);
		h = murmur_take(h, (uint32_t)(x >> 32));
	}
	stop &= -stop;
	n = (unsigned)__builtin_ctzll(stop) / 8;
	last = (uint32_t)(x >> 8 * n & 0x7f);
	if (stop & others || (last != ' ' && last - '\t' > '\r' - '\t'))
		return 0;
	x = lower_ascii(x) & ((stop >> 7) - 1);
	*hash = murmur_end(n < 4 ? h : murmur_take(h, (uint32_t)x),
			   (uint32_t)(n < 4 ? x : x >> 32), len + n);
	return len + n;
}

/* The hash and length of any other token. */
static void word_any(struct encoder_tokens *t, uint32_t *hash, size_t *n,
		     uint32_t seed)
{
	const uint8_t *token;

	(void)encoder_tokens_next(t, &token, n);
	*hash = *n > 0 ? word_hash(token, *n, seed) :
		encoder_murmur3(token, 0, seed);
}

/* Where the next token begins is kept out of memory while they are ASCII. */
static enum dc_status hash_all(uint32_t *out, size_t *n, const uint8_t *text,
			       size_t len, enum encoder_seed seed,
			       struct dc_err *err)
{
	const uint32_t each = seed == ENCODER_SEED_EACH_PLACE;
	const uint8_t *p = text, *const end = text + len;
	size_t n_word = 0, bytes;
	uint32_t hash;

	for (bool more = true; more;) {
		const uint32_t place = (uint32_t)n_word * each;

		bytes = word_ascii(&hash, p, (size_t)(end - p), place);
		if (bytes > 0) {
			p += bytes;
			more = p < end;
			p = more ? space_end(p + 1, end) : p;
		} else {
			struct encoder_tokens t = { p, end, true };

			word_any(&t, &hash, &bytes, place);
			p = t.p;
			more = t.more;
		}
		if (bytes == 0 && !each)
			continue;
		if (n_word == ENCODER_WORDS_MAX)
			return dc_fail(err, DC_EINVAL,
				       "text has more than %d words",
				       ENCODER_WORDS_MAX);
		out[n_word++] = hash;
	}
	*n = n_word;
	return DC_OK;
}

/* Bytes of ASCII that a text begins with, but for the last few. */
static size_t ascii_bytes(const uint8_t *text, size_t n)
{
	size_t i = 0;

	while (n - i >= 8 && !(eight_at(text + i) & EACH(0x80)))
		i += 8;
	return i;
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
	size_t len = in->n, ascii;
	enum dc_status st;

	if (in->kind != ENCODER_TEXT)
		return dc_fail(err, DC_EINVAL, "this model takes a text");
	ascii = ascii_bytes(text, len);
	if (ascii < len && u8_check(text + ascii, len - ascii))
		return dc_fail(err, DC_EINVAL, "text is not UTF-8");
	if (ascii < len &&
	    memmem(text + ascii, len - ascii, FEFF, strlen(FEFF)) != NULL)
		text = lower = encoder_lower(text, in->n, &len);
	st = hash_all(out, n, text, len, seed, err);
	free(lower);
	return st;
}
