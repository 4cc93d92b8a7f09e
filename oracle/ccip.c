/* Questions and answers of CCIP-Read, as call data. */
#include "config.h"

#include "oracle/ccip.h"

#include <string.h>

#include "oracle/abi_calls.h"

#define QUESTION "attestedPrediction(address,bytes)"
#define HEAD_BYTES (2 * ABI_WORD_BYTES)
/* label, nine of the checkpoint, chain, vouches */
#define ANSWER_WORDS 12
#define VOUCH_WORDS 3

static bool is_zero(const uint8_t *in, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (in[i] != 0)
			return false;
	return true;
}

/* Nothing stands anywhere but where it must. */
static bool is_canonical(const struct ccip_question *q, const uint8_t *args,
			 size_t len)
{
	size_t padded = (q->sample_len + ABI_WORD_BYTES - 1) /
		ABI_WORD_BYTES * ABI_WORD_BYTES;

	return q->sample == args + HEAD_BYTES + ABI_WORD_BYTES &&
		len == HEAD_BYTES + ABI_WORD_BYTES + padded &&
		is_zero(q->sample + q->sample_len, padded - q->sample_len);
}

enum dc_status ccip_read(struct ccip_question *out, const uint8_t *in,
			 size_t len, struct dc_err *err)
{
	const struct abi_selector wanted = abi_selector_of(QUESTION);
	struct dc_err why = DC_ERR_INIT;
	struct abi_in args;

	memset(out, 0, sizeof(*out));
	if (len < ABI_SELECTOR_BYTES ||
	    memcmp(in, wanted.b, ABI_SELECTOR_BYTES) != 0)
		return dc_fail(err, DC_EINVAL, "data: no call of " QUESTION);
	in += ABI_SELECTOR_BYTES;
	len -= ABI_SELECTOR_BYTES;
	abi_in_init(&args, in, len, &why);
	out->trainer = abi_get_addr(&args);
	out->sample = abi_get_bytes(&args, &out->sample_len);
	if (abi_in_failed(&args))
		return dc_fail(err, DC_EINVAL, "data: %s", why.text);
	if (!is_canonical(out, in, len))
		return dc_fail(err, DC_EINVAL, "data: not as a contract "
			       "encodes it");
	return DC_OK;
}

void ccip_write(struct dc_buf *out, const struct attestation *is,
		const struct ec_signature *sig, const struct checkpoint *c,
		const struct hash32 *chain)
{
	struct abi_out outer, answer, vouches, vouch;
	uint8_t bytes[EC_SIGNATURE_BYTES];

	ec_signature_write(bytes, sig);
	abi_open(&outer, out, 1);
	abi_put_tuple(&answer, &outer, ANSWER_WORDS);
	abi_put_u64(&answer, is->label);
	abi_put_checkpoint(&answer, c);
	abi_put_hash(&answer, chain);
	abi_put_array(&vouches, &answer, 1, 1);
	abi_put_tuple(&vouch, &vouches, VOUCH_WORDS);
	abi_put_u64(&vouch, is->issued_s);
	abi_put_u64(&vouch, is->expires_s);
	abi_put_bytes(&vouch, bytes, sizeof(bytes));
}
