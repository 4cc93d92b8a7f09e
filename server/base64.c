/* base64 of whole strings. */
#include "config.h"

#include "server/base64.h"

static const char letters[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static int value_of(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

bool base64_decode(uint8_t *out, size_t *n, const char *in, size_t len)
{
	size_t pad = len >= 4 && in[len - 1] == '=' ?
		1 + (in[len - 2] == '=') : 0;
	uint32_t bits = 0;

	*n = 0;
	if (len % 4 != 0)
		return false;
	for (size_t i = 0; i < len; i++) {
		int v = i >= len - pad ? 0 : value_of(in[i]);

		if (v < 0)
			return false;
		bits = bits << 6 | (uint32_t)v;
		if (i % 4 != 3)
			continue;
		for (unsigned k = 0; k < 3; k++)
			if (i + 1 < len || k < 3 - pad)
				out[(*n)++] = (uint8_t)(bits >> (16 - 8 * k));
			else if ((bits >> (16 - 8 * k) & 0xff) != 0)
				return false;
		bits = 0;
	}
	return true;
}

void base64_put(struct dc_buf *out, const uint8_t *in, size_t n)
{
	for (size_t i = 0; i < n; i += 3) {
		uint32_t bits = (uint32_t)in[i] << 16;

		if (i + 1 < n)
			bits |= (uint32_t)in[i + 1] << 8;
		if (i + 2 < n)
			bits |= in[i + 2];
		for (unsigned k = 0; k < 4; k++)
			dc_buf_append_byte(out, i + k > n ? '=' : (uint8_t)
					   letters[bits >> (18 - 6 * k) & 63]);
	}
}
