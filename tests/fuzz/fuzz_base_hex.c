/*
 * fuzz_base_hex.c: any text as hex, quantity, address, hash and amount: what
 * is read is written back as the same value.
 */

#include "config.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hex.h"
#include "base/types.h"
#include "tests/fuzz/fuzz.h"

static void
fuzz_bytes(const char *text, size_t size)
{
	uint8_t *out = dc_malloc(size / 2);
	char *again = dc_malloc(size + 1);
	enum dc_status found;
	bool digits = true;
	size_t i;

	for (i = 0; i < size / 2 * 2; i++)
		digits &= isxdigit((unsigned char)text[i]) != 0;
	found = hex_decode(out, size / 2, text, NULL);
	DC_CHECK((found == DC_OK) == digits);
	if (found == DC_OK) {
		hex_encode(again, out, size / 2);
		DC_CHECK(strlen(again) == size / 2 * 2);
		DC_CHECK(strncasecmp(again, text, size / 2 * 2) == 0);
	}
	free(out);
	free(again);
}

static void
fuzz_quantity(const char *text, size_t size)
{
	char again[32];
	uint64_t v, w;
	int n;

	if (hex_quantity(&v, text, size, NULL) != DC_OK)
		return;
	DC_CHECK(size >= 3 && size <= 18);
	n = snprintf(again, sizeof(again), "0x%" PRIx64, v);
	DC_CHECK(n > 0 && (size_t)n <= size);
	DC_CHECK(hex_quantity(&w, again, (size_t)n, NULL) == DC_OK);
	DC_CHECK(v == w);
}

static void
fuzz_address_and_hash(const char *text)
{
	struct dc_err err = DC_ERR_INIT;
	char out[HASH32_TEXT_BYTES];
	struct addr20 a, b;
	struct hash32 h;

	if (addr20_parse(&a, text, &err) == DC_OK) {
		addr20_format(&a, out);
		DC_CHECK(strcasecmp(out, text) == 0);
		DC_CHECK(addr20_parse(&b, out, NULL) == DC_OK);
		DC_CHECK(addr20_equal(&a, &b));
	} else {
		DC_CHECK(err.status == DC_EINVAL && err.text[0] != '\0');
	}
	if (hash32_parse(&h, text, NULL) == DC_OK) {
		hash32_format(&h, out);
		DC_CHECK(strcasecmp(out, text) == 0);
	}
}

static void
fuzz_amount(const char *text)
{
	char out[WEI_TEXT_BYTES];
	struct wei a;

	if (wei_parse(&a, text, NULL) != DC_OK)
		return;
	wei_format(a, out);
	DC_CHECK(strcmp(out, text) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *bytes = size != 0 ? (const char *)data : "";
	char *text = dc_malloc(size + 1);

	memcpy(text, bytes, size);
	text[size] = '\0';
	fuzz_bytes(bytes, size);
	fuzz_quantity(bytes, size);
	fuzz_address_and_hash(text);
	fuzz_amount(text);
	free(text);
	return 0;
}
