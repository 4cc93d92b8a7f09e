/* The contract ABI: words, dynamic parts and cursors over them. */
#include "config.h"

#include "oracle/abi.h"

#include <string.h>

#include "base/keccak.h"

static const uint8_t abi_zero_word[ABI_WORD_BYTES];

struct abi_selector
abi_selector_of(const char *signature)
{
	struct abi_selector s;
	struct hash32 h;

	keccak256(&h, signature, strlen(signature));
	memcpy(s.b, h.b, sizeof(s.b));
	return s;
}

bool
abi_selector_equal(struct abi_selector a, struct abi_selector b)
{
	return memcmp(a.b, b.b, sizeof(a.b)) == 0;
}

/* --- writing ------------------------------------------------------------- */

static void
abi_append_zeros(struct dc_buf *buf, size_t n)
{
	for (; n >= ABI_WORD_BYTES; n -= ABI_WORD_BYTES)
		dc_buf_append(buf, abi_zero_word, ABI_WORD_BYTES);
	if (n > 0)
		dc_buf_append(buf, abi_zero_word, n);
}

void
abi_open(struct abi_out *t, struct dc_buf *buf, size_t head_words)
{
	*t = (struct abi_out){
		.buf = buf, .begin = buf->len, .next = buf->len,
		.end = buf->len + head_words * ABI_WORD_BYTES,
	};
	abi_append_zeros(buf, head_words * ABI_WORD_BYTES);
}

void
abi_put_word(struct abi_out *t, const uint8_t word[32])
{
	if (dc_buf_failed(t->buf))
		return;
	DC_CHECK(t->next + ABI_WORD_BYTES <= t->end);
	memcpy(t->buf->data + t->next, word, ABI_WORD_BYTES);
	t->next += ABI_WORD_BYTES;
}

void
abi_put_u64(struct abi_out *t, uint64_t v)
{
	abi_put_u256(t, u256_from_u64(v));
}

void
abi_put_u256(struct abi_out *t, struct u256 v)
{
	uint8_t word[ABI_WORD_BYTES];

	u256_to_be(v, word);
	abi_put_word(t, word);
}

void
abi_put_wei(struct abi_out *t, struct wei v)
{
	abi_put_u256(t, v.v);
}

void
abi_put_hash(struct abi_out *t, const struct hash32 *h)
{
	abi_put_word(t, h->b);
}

void
abi_put_addr(struct abi_out *t, const struct addr20 *a)
{
	uint8_t word[ABI_WORD_BYTES] = { 0 };

	memcpy(word + 12, a->b, sizeof(a->b));
	abi_put_word(t, word);
}

/* The head word that says: the next part begins at the buffer's end. */
static void
abi_put_offset(struct abi_out *t)
{
	abi_put_u64(t, t->buf->len - t->begin);
}

static void
abi_append_u64(struct dc_buf *buf, uint64_t v)
{
	uint8_t word[ABI_WORD_BYTES];

	u256_to_be(u256_from_u64(v), word);
	dc_buf_append(buf, word, sizeof(word));
}

void
abi_put_bytes(struct abi_out *t, const uint8_t *in, size_t n)
{
	abi_put_offset(t);
	abi_append_u64(t->buf, n);
	if (n > 0)
		dc_buf_append(t->buf, in, n);
	abi_append_zeros(t->buf, (ABI_WORD_BYTES - n % ABI_WORD_BYTES) %
				 ABI_WORD_BYTES);
}

void
abi_put_text(struct abi_out *t, const char *text)
{
	abi_put_bytes(t, (const uint8_t *)text, strlen(text));
}

void
abi_put_tuple(struct abi_out *inner, struct abi_out *t, size_t head_words)
{
	abi_put_offset(t);
	abi_open(inner, t->buf, head_words);
}

void
abi_put_array(struct abi_out *inner, struct abi_out *t, size_t n,
	      size_t words_each)
{
	abi_put_offset(t);
	abi_append_u64(t->buf, n);
	abi_open(inner, t->buf, n * words_each);
}

/* --- reading ------------------------------------------------------------- */

void
abi_in_init(struct abi_in *in, const uint8_t *data, size_t len,
	    struct dc_err *err)
{
	*in = (struct abi_in){ .data = data, .len = len, .err = err };
}

bool
abi_in_failed(const struct abi_in *in)
{
	return in->err->status != DC_OK;
}

void
abi_in_fail(struct abi_in *in, const char *what)
{
	(void)dc_fail(in->err, DC_EINVAL, "%s at word %zu", what,
		      in->next / ABI_WORD_BYTES);
}

const uint8_t *
abi_get_word(struct abi_in *in)
{
	const uint8_t *word;

	if (abi_in_failed(in))
		return abi_zero_word;
	if (in->len - in->next < ABI_WORD_BYTES) {
		abi_in_fail(in, "data ends early");
		return abi_zero_word;
	}
	word = in->data + in->next;
	in->next += ABI_WORD_BYTES;
	return word;
}

uint64_t
abi_get_uint(struct abi_in *in, unsigned bits)
{
	const uint8_t *word = abi_get_word(in);
	uint64_t v = 0;

	if (memcmp(word, abi_zero_word, ABI_WORD_BYTES - 8) != 0) {
		abi_in_fail(in, "number over 64 bits");
		return 0;
	}
	for (size_t i = ABI_WORD_BYTES - 8; i < ABI_WORD_BYTES; i++)
		v = v << 8 | word[i];
	if (bits < 64 && v >> bits != 0) {
		abi_in_fail(in, "number out of its type's range");
		return 0;
	}
	return v;
}

uint64_t
abi_get_u64(struct abi_in *in)
{
	return abi_get_uint(in, 64);
}

uint32_t
abi_get_u32(struct abi_in *in)
{
	return (uint32_t)abi_get_uint(in, 32);
}

bool
abi_get_bool(struct abi_in *in)
{
	return abi_get_uint(in, 1) != 0;
}

struct u256
abi_get_u256(struct abi_in *in)
{
	return u256_from_be(abi_get_word(in));
}

struct wei
abi_get_wei(struct abi_in *in)
{
	return (struct wei){ abi_get_u256(in) };
}

struct hash32
abi_get_hash(struct abi_in *in)
{
	struct hash32 h;

	memcpy(h.b, abi_get_word(in), sizeof(h.b));
	return h;
}

struct addr20
abi_get_addr(struct abi_in *in)
{
	const uint8_t *word = abi_get_word(in);
	struct addr20 a = { { 0 } };

	if (memcmp(word, abi_zero_word, 12) != 0)
		abi_in_fail(in, "address over 160 bits");
	else
		memcpy(a.b, word + 12, sizeof(a.b));
	return a;
}

/* Where a dynamic part begins, by the next head word; [0, len]. */
static size_t
abi_get_offset(struct abi_in *in)
{
	uint64_t at = abi_get_u64(in);

	if (at > in->len) {
		abi_in_fail(in, "offset past the data");
		return 0;
	}
	return (size_t)at;
}

/* A cursor over what stands from the offset in the next head word on. */
static void
abi_get_part(struct abi_in *part, struct abi_in *in)
{
	size_t at = abi_get_offset(in);

	if (abi_in_failed(in))
		abi_in_init(part, abi_zero_word, 0, in->err);
	else
		abi_in_init(part, in->data + at, in->len - at, in->err);
}

const uint8_t *
abi_get_bytes(struct abi_in *in, size_t *len)
{
	struct abi_in part;
	uint64_t n, room;

	*len = 0;
	abi_get_part(&part, in);
	n = abi_get_u64(&part);
	if (abi_in_failed(in))
		return abi_zero_word;
	room = part.len - part.next;
	if (n > room || (n + 31) / 32 * 32 > room) {
		abi_in_fail(in, "bytes run past the data");
		return abi_zero_word;
	}
	*len = (size_t)n;
	return part.data + part.next;
}

void
abi_get_tuple(struct abi_in *inner, struct abi_in *in)
{
	abi_get_part(inner, in);
}

size_t
abi_get_array(struct abi_in *inner, struct abi_in *in, size_t words_each)
{
	struct abi_in part;
	uint64_t n;

	abi_get_part(&part, in);
	n = abi_get_u64(&part);
	if (!abi_in_failed(in) &&
	    n > (part.len - part.next) / (words_each * ABI_WORD_BYTES))
		abi_in_fail(in, "array runs past the data");
	if (abi_in_failed(in)) {
		abi_in_init(inner, abi_zero_word, 0, in->err);
		return 0;
	}
	abi_in_init(inner, part.data + part.next, part.len - part.next,
		    in->err);
	return (size_t)n;
}
