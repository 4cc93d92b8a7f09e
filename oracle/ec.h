#ifndef DECAID_ORACLE_EC_H
#define DECAID_ORACLE_EC_H

/*
 * ECDSA over secp256k1 as Ethereum uses it: recoverable, deterministic
 * (RFC 6979), low s (EIP-2). The context is blinded with random bytes at
 * its creation. Thread: any, but for ec_new and ec_free.
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"
#include "base/types.h"

#define EC_KEY_BYTES 32
#define EC_SIGNATURE_BYTES 65

struct ec;

struct ec_signature {
	uint8_t r[32], s[32];
	uint8_t parity;		/* of R's y, 0 or 1 */
};

/* Errors: DC_EIO the system has no random bytes. */
struct ec *ec_new(struct dc_err *err) DC_MUST_CHECK;
void ec_free(struct ec *ec);

/* key in [1, order)? */
bool ec_key_valid(const struct ec *ec, const uint8_t key[EC_KEY_BYTES]);

/* A fresh key from the system's random bytes. */
enum dc_status ec_key_random(const struct ec *ec, uint8_t key[EC_KEY_BYTES],
			     struct dc_err *err) DC_MUST_CHECK;

/* The address of a key.
 * Errors: DC_EINVAL no key. */
enum dc_status ec_address(const struct ec *ec, struct addr20 *out,
			  const uint8_t key[EC_KEY_BYTES],
			  struct dc_err *err) DC_MUST_CHECK;

enum dc_status ec_sign(const struct ec *ec, struct ec_signature *out,
		       const struct hash32 *digest,
		       const uint8_t key[EC_KEY_BYTES],
		       struct dc_err *err) DC_MUST_CHECK;

/* Who signed digest.
 * Errors: DC_EINVAL high s, values out of range, no such point. */
enum dc_status ec_recover(const struct ec *ec, struct addr20 *out,
			  const struct hash32 *digest,
			  const struct ec_signature *sig,
			  struct dc_err *err) DC_MUST_CHECK;

/* 65 bytes r, s, v with v in {27, 28}, as our contracts take them.
 * Errors: DC_EINVAL another v. */
void ec_signature_write(uint8_t out[EC_SIGNATURE_BYTES],
			const struct ec_signature *sig);
enum dc_status ec_signature_read(struct ec_signature *out,
				 const uint8_t in[EC_SIGNATURE_BYTES],
				 struct dc_err *err) DC_MUST_CHECK;

#endif /* DECAID_ORACLE_EC_H */
