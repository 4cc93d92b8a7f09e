/* types.c: addresses, hashes and amounts: comparison and text. */

#include "config.h"

#include <string.h>

#include "base/hex.h"
#include "base/keccak.h"
#include "base/types.h"

bool
addr20_equal(const struct addr20 *a, const struct addr20 *b)
{
	return memcmp(a->b, b->b, sizeof(a->b)) == 0;
}

int
addr20_compare(const struct addr20 *a, const struct addr20 *b)
{
	return memcmp(a->b, b->b, sizeof(a->b));
}

bool
addr20_is_zero(const struct addr20 *a)
{
	static const struct addr20 zero;

	return addr20_equal(a, &zero);
}

bool
hash32_equal(const struct hash32 *a, const struct hash32 *b)
{
	return memcmp(a->b, b->b, sizeof(a->b)) == 0;
}

bool
hash32_is_zero(const struct hash32 *a)
{
	static const struct hash32 zero;

	return hash32_equal(a, &zero);
}

/* EIP-55: a letter is upper-case where the same nibble of the hash of the
 * lower-case digits is 8 or more. */
void
addr20_format(const struct addr20 *a, char *out)
{
	struct hash32 h;
	unsigned nibble;
	size_t i;

	out[0] = '0';
	out[1] = 'x';
	hex_encode(out + 2, a->b, sizeof(a->b));
	keccak256(&h, out + 2, 40);
	for (i = 0; i < 40; i++) {
		nibble = i % 2 == 0 ? h.b[i / 2] >> 4 : h.b[i / 2] & 15;
		if (out[2 + i] >= 'a' && nibble >= 8)
			out[2 + i] = (char)(out[2 + i] - 'a' + 'A');
	}
}

/* Do the digits hold both a-f and A-F? */
static bool
addr20_is_mixed(const char *digits)
{
	bool lower = false, upper = false;
	size_t i;

	for (i = 0; i < 40; i++) {
		lower |= digits[i] >= 'a';
		upper |= digits[i] >= 'A' && digits[i] <= 'F';
	}
	return lower && upper;
}

/* "0x" and exactly n bytes, then NUL. */
static enum dc_status
types_parse_hex(uint8_t *out, size_t n, const char *text, const char *what,
		struct dc_err *err)
{
	if (text[0] != '0' || text[1] != 'x')
		return dc_fail(err, DC_EINVAL, "%s begins with 0x", what);
	if (strnlen(text + 2, 2 * n + 1) != 2 * n)
		return dc_fail(err, DC_EINVAL, "%s has 0x and %zu hex digits",
			       what, 2 * n);
	return hex_decode(out, n, text + 2, err);
}

enum dc_status
addr20_parse(struct addr20 *out, const char *text, struct dc_err *err)
{
	char checksummed[ADDR20_TEXT_BYTES];
	enum dc_status found;
	struct addr20 a;

	found = types_parse_hex(a.b, sizeof(a.b), text, "an address", err);
	if (found != DC_OK)
		return found;
	addr20_format(&a, checksummed);
	if (addr20_is_mixed(text + 2) && strcmp(text, checksummed) != 0)
		return dc_fail(err, DC_EINVAL,
			       "wrong EIP-55 checksum: mistyped?");
	*out = a;
	return DC_OK;
}

void
hash32_format(const struct hash32 *h, char *out)
{
	out[0] = '0';
	out[1] = 'x';
	hex_encode(out + 2, h->b, sizeof(h->b));
}

enum dc_status
hash32_parse(struct hash32 *out, const char *text, struct dc_err *err)
{
	enum dc_status found;
	struct hash32 h;

	found = types_parse_hex(h.b, sizeof(h.b), text, "a hash", err);
	if (found == DC_OK)
		*out = h;
	return found;
}

bool
wei_add(struct wei *out, struct wei a, struct wei b)
{
	return u256_add(&out->v, a.v, b.v);
}

bool
wei_sub(struct wei *out, struct wei a, struct wei b)
{
	return u256_sub(&out->v, a.v, b.v);
}

int
wei_compare(struct wei a, struct wei b)
{
	return u256_compare(a.v, b.v);
}

struct wei
wei_from_u64(uint64_t v)
{
	return (struct wei){ u256_from_u64(v) };
}

void
wei_format(struct wei a, char *out)
{
	u256_format(a.v, out);
}

enum dc_status
wei_parse(struct wei *out, const char *text, struct dc_err *err)
{
	return u256_parse(&out->v, text, err);
}
