/*
 * fuzz_server_embedding_body.c: any bytes as an embedding service's answer
 * about two texts of three numbers: refused with a reason, or all six are
 * there.
 */

#include "config.h"

#include "server/embedding_body.h"
#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct dc_err err = DC_ERR_INIT;
	int64_t value[6];

	for (size_t i = 0; i < 6; i++)
		value[i] = INT64_MIN;	/* no number that is read */
	if (embedding_body_read(value, 2, 3,
				size != 0 ? (const char *)data : "", size,
				&err) != DC_OK) {
		DC_CHECK(err.status == DC_EINVAL && err.text[0] != '\0');
		return 0;
	}
	for (size_t i = 0; i < 6; i++)
		DC_CHECK(value[i] != INT64_MIN);
	return 0;
}
