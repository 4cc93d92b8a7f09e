/* Strings out of ABI data: strangers wrote them, so their UTF-8 is checked. */
#include "config.h"

#include "oracle/abi.h"

#include <string.h>

#define UTF8_REPLACEMENT "\xef\xbf\xbd"	/* U+FFFD */
#define UTF8_REPLACEMENT_BYTES 3

/* Bytes of the character at p, [1, 4]; 0: it is none, or it is NUL.
 * Source: Unicode 15, table 3-7 (well-formed UTF-8 byte sequences). */
static size_t
utf8_length(const uint8_t *p, size_t n)
{
	uint8_t low = 0x80, high = 0xbf;
	size_t len;

	if (p[0] < 0x80)
		return p[0] != 0;
	if (p[0] < 0xc2 || p[0] > 0xf4)
		return 0;
	len = p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
	if (n < len)
		return 0;
	if (p[0] == 0xe0)
		low = 0xa0;
	else if (p[0] == 0xed)
		high = 0x9f;
	else if (p[0] == 0xf0)
		low = 0x90;
	else if (p[0] == 0xf4)
		high = 0x8f;
	if (p[1] < low || p[1] > high)
		return 0;
	for (size_t i = 2; i < len; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	return len;
}

/* out  (3 * n + 1) bytes; returns how many characters were replaced */
static size_t
utf8_mend(char *out, const uint8_t *in, size_t n)
{
	size_t replaced = 0;

	for (size_t i = 0; i < n;) {
		size_t len = utf8_length(in + i, n - i);

		if (len == 0) {
			memcpy(out, UTF8_REPLACEMENT, UTF8_REPLACEMENT_BYTES);
			out += UTF8_REPLACEMENT_BYTES;
			replaced++;
			i++;
			continue;
		}
		memcpy(out, in + i, len);
		out += len;
		i += len;
	}
	*out = '\0';
	return replaced;
}

const char *
abi_get_text(struct abi_in *in, enum abi_text mode, struct dc_arena *arena)
{
	size_t len, replaced;
	const uint8_t *bytes = abi_get_bytes(in, &len);
	char *text;

	if (abi_in_failed(in))
		return "";
	text = dc_arena_alloc(arena, UTF8_REPLACEMENT_BYTES * len + 1);
	replaced = utf8_mend(text, bytes, len);
	if (replaced > 0 && mode == ABI_TEXT_STRICT) {
		abi_in_fail(in, "text is not UTF-8");
		return "";
	}
	return text;
}
