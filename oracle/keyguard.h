#ifndef DECAID_ORACLE_KEYGUARD_H
#define DECAID_ORACLE_KEYGUARD_H

/*
 * The one place where secret keys are: locked memory that is not dumped, and
 * cleared when the guard is freed. Keys go in from files and come out as
 * signatures only. In the daemon it lives in the signer child
 * (oracle/signer.h); a command of the CLI holds its own for as long as it
 * runs. Thread: one at a time.
 */

#include <stddef.h>

#include "base/status.h"
#include "base/types.h"
#include "oracle/ec.h"
#include "oracle/keystore.h"
#include "oracle/tx.h"

#define KEYGUARD_MAX_KEYS 64

struct keyguard;

/* Which key of a guard. */
struct keyslot {
	unsigned index;
};

struct keyguard *keyguard_new(struct dc_err *err) DC_MUST_CHECK;
void keyguard_free(struct keyguard *g);

/* From a key file and the file with its passphrase. */
enum dc_status keyguard_load(struct keyguard *g, struct keyslot *out,
			     const char *key_path, const char *pass_path,
			     struct dc_err *err) DC_MUST_CHECK;

/* A fresh random key. */
enum dc_status keyguard_random(struct keyguard *g, struct keyslot *out,
			       struct dc_err *err) DC_MUST_CHECK;

/* 64 hex digits with or without 0x, the first line of a file. */
enum dc_status keyguard_import(struct keyguard *g, struct keyslot *out,
			       const char *hex_path, struct dc_err *err)
	DC_MUST_CHECK;

/* Write a key as a new key file. */
enum dc_status keyguard_save(const struct keyguard *g, struct keyslot slot,
			     const char *key_path, const char *pass_path,
			     enum keystore_strength strength,
			     struct dc_err *err) DC_MUST_CHECK;

/* Borrowed, good for the guard's life. */
const struct addr20 *keyguard_address(const struct keyguard *g,
				      struct keyslot slot);

enum dc_status keyguard_sign(const struct keyguard *g, struct keyslot slot,
			     struct ec_signature *out,
			     const struct hash32 *digest,
			     struct dc_err *err) DC_MUST_CHECK;

/* Sign a transaction: its bytes and its hash.
 * raw   appended to */
enum dc_status keyguard_sign_tx(const struct keyguard *g, struct keyslot slot,
				struct dc_buf *raw, struct hash32 *hash,
				const struct tx *tx, struct dc_err *err)
	DC_MUST_CHECK;

#endif /* DECAID_ORACLE_KEYGUARD_H */
