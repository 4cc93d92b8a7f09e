/*
 * fuzz_oracle_ccip.c: any bytes as a question of CCIP-Read. There is one
 * canonical form, so what is taken comes out as it went in.
 */

#include "config.h"

#include <string.h>

#include "oracle/abi.h"
#include "oracle/ccip.h"
#include "tests/fuzz/fuzz.h"

#define ROOM ((size_t)1 << 21)

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct dc_err err = DC_ERR_INIT;
	struct ccip_question q;
	struct abi_out t;
	struct dc_buf b;

	if (ccip_read(&q, data, size, &err) != DC_OK) {
		DC_CHECK(err.status == DC_EINVAL && err.text[0] != '\0');
		return 0;
	}
	dc_buf_init(&b, ROOM);
	dc_buf_append(&b, data, ABI_SELECTOR_BYTES);
	abi_open(&t, &b, 2);
	abi_put_addr(&t, &q.trainer);
	abi_put_bytes(&t, q.sample, q.sample_len);
	DC_CHECK(b.len == size && memcmp(b.data, data, size) == 0);
	dc_buf_clear(&b);
	return 0;
}
