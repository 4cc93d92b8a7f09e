/* ECDSA over libsecp256k1. */
#include "config.h"

#include "oracle/ec.h"

#include <errno.h>
#include <secp256k1.h>
#include <secp256k1_recovery.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/keccak.h"

struct ec {
	secp256k1_context *ctx;
};

/* Half the group's order, rounded down: the highest low s.
 * Source: SEC 2, secp256k1; EIP-2. */
static const uint8_t ec_half_order[32] = {
	0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	0x5d, 0x57, 0x6e, 0x73, 0x57, 0xa4, 0x50, 0x1d,
	0xdf, 0xe9, 0x2f, 0x46, 0x68, 0x1b, 0x20, 0xa0,
};

static enum dc_status
ec_random_bytes(uint8_t out[32], struct dc_err *err)
{
	if (getrandom(out, 32, 0) != 32)
		return dc_fail(err, DC_EIO, "no random bytes: %s",
			       strerror(errno));
	return DC_OK;
}

struct ec *
ec_new(struct dc_err *err)
{
	uint8_t seed[32];
	struct ec *ec;

	if (ec_random_bytes(seed, err) != DC_OK)
		return NULL;
	ec = dc_malloc(sizeof(*ec));
	ec->ctx = secp256k1_context_create(SECP256K1_CONTEXT_SIGN |
					   SECP256K1_CONTEXT_VERIFY);
	DC_CHECK(ec->ctx != NULL);
	DC_CHECK(secp256k1_context_randomize(ec->ctx, seed) == 1);
	explicit_bzero(seed, sizeof(seed));
	return ec;
}

void
ec_free(struct ec *ec)
{
	if (ec == NULL)
		return;
	secp256k1_context_destroy(ec->ctx);
	free(ec);
}

bool
ec_key_valid(const struct ec *ec, const uint8_t key[EC_KEY_BYTES])
{
	return secp256k1_ec_seckey_verify(ec->ctx, key) == 1;
}

enum dc_status
ec_key_random(const struct ec *ec, uint8_t key[EC_KEY_BYTES],
	      struct dc_err *err)
{
	enum dc_status found;

	do
		found = ec_random_bytes(key, err);
	while (found == DC_OK && !ec_key_valid(ec, key));
	return found;
}

/* The last 20 bytes of keccak(x || y). */
static void
ec_point_address(const struct ec *ec, struct addr20 *out,
		 const secp256k1_pubkey *point)
{
	uint8_t bytes[65];
	size_t len = sizeof(bytes);
	struct hash32 h;

	DC_CHECK(secp256k1_ec_pubkey_serialize(ec->ctx, bytes, &len, point,
					SECP256K1_EC_UNCOMPRESSED) == 1);
	keccak256(&h, bytes + 1, len - 1);
	memcpy(out->b, h.b + 12, sizeof(out->b));
}

enum dc_status
ec_address(const struct ec *ec, struct addr20 *out,
	   const uint8_t key[EC_KEY_BYTES], struct dc_err *err)
{
	secp256k1_pubkey point;

	if (secp256k1_ec_pubkey_create(ec->ctx, &point, key) != 1)
		return dc_fail(err, DC_EINVAL, "not a secp256k1 key");
	ec_point_address(ec, out, &point);
	return DC_OK;
}

enum dc_status
ec_sign(const struct ec *ec, struct ec_signature *out,
	const struct hash32 *digest, const uint8_t key[EC_KEY_BYTES],
	struct dc_err *err)
{
	secp256k1_ecdsa_recoverable_signature sig;
	uint8_t compact[64];
	int parity;

	/* libsecp256k1's signatures have low s and RFC 6979 nonces. */
	if (secp256k1_ecdsa_sign_recoverable(ec->ctx, &sig, digest->b, key,
					     NULL, NULL) != 1)
		return dc_fail(err, DC_EINVAL, "not a secp256k1 key");
	secp256k1_ecdsa_recoverable_signature_serialize_compact(
		ec->ctx, compact, &parity, &sig);
	/* 2 or 3 would need r past the order: 1 in 2^127 */
	DC_CHECK(parity == 0 || parity == 1);
	memcpy(out->r, compact, 32);
	memcpy(out->s, compact + 32, 32);
	out->parity = (uint8_t)parity;
	return DC_OK;
}

enum dc_status
ec_recover(const struct ec *ec, struct addr20 *out,
	   const struct hash32 *digest, const struct ec_signature *sig,
	   struct dc_err *err)
{
	secp256k1_ecdsa_recoverable_signature parsed;
	secp256k1_pubkey point;
	uint8_t compact[64];

	if (memcmp(sig->s, ec_half_order, sizeof(sig->s)) > 0)
		return dc_fail(err, DC_EINVAL, "signature has a high s");
	memcpy(compact, sig->r, 32);
	memcpy(compact + 32, sig->s, 32);
	if (sig->parity > 1 ||
	    secp256k1_ecdsa_recoverable_signature_parse_compact(
		    ec->ctx, &parsed, compact, sig->parity) != 1 ||
	    secp256k1_ecdsa_recover(ec->ctx, &point, &parsed,
				    digest->b) != 1)
		return dc_fail(err, DC_EINVAL, "not a signature");
	ec_point_address(ec, out, &point);
	return DC_OK;
}

void
ec_signature_write(uint8_t out[EC_SIGNATURE_BYTES],
		   const struct ec_signature *sig)
{
	memcpy(out, sig->r, 32);
	memcpy(out + 32, sig->s, 32);
	out[64] = (uint8_t)(27 + sig->parity);
}

enum dc_status
ec_signature_read(struct ec_signature *out,
		  const uint8_t in[EC_SIGNATURE_BYTES], struct dc_err *err)
{
	if (in[64] != 27 && in[64] != 28)
		return dc_fail(err, DC_EINVAL, "signature's v is %d, not 27 "
			       "or 28", in[64]);
	memcpy(out->r, in, 32);
	memcpy(out->s, in + 32, 32);
	out->parity = (uint8_t)(in[64] - 27);
	return DC_OK;
}
