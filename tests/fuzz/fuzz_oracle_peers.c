/*
 * fuzz_oracle_peers.c: any bytes as another operator's answer.
 */

#include "config.h"

#include "oracle/peers.h"
#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct peers_answer answer;
	struct dc_err err = DC_ERR_INIT;

	if (peers_read(&answer, size != 0 ? (const char *)data : "", size,
		       &err) != DC_OK)
		DC_CHECK(err.status == DC_EINVAL && err.text[0] != '\0');
	else
		DC_CHECK(answer.n <= PEERS_SIGNATURES_MAX);
	return 0;
}
