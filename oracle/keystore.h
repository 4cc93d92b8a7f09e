#ifndef DECAID_ORACLE_KEYSTORE_H
#define DECAID_ORACLE_KEYSTORE_H

/*
 * Key files of version 3 (Web3 Secret Storage), as geth and ethers write
 * them: scrypt (read also PBKDF2), AES-128-CTR, MAC by keccak-256. Costs are
 * bounded before anything is allocated. Used by oracle/keyguard.c alone.
 */

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/status.h"
#include "base/types.h"
#include "oracle/ec.h"

#define KEYSTORE_FILE_MAX_BYTES 8192
#define PASSPHRASE_MAX_BYTES 1024

/* How dear a guess at the passphrase is made in a new file. */
enum keystore_strength {
	KEYSTORE_STANDARD,	/* geth's: 256 MiB and about a second */
	KEYSTORE_LIGHT		/* geth's light: 4 MiB, for tests, demos */
};

struct passphrase {
	size_t len;
	uint8_t bytes[PASSPHRASE_MAX_BYTES];
};

/* The first line of a file. Clear it after use.
 * Errors: DC_EIO unreadable, DC_EINVAL too long. */
enum dc_status passphrase_read(struct passphrase *out, const char *path,
			       struct dc_err *err) DC_MUST_CHECK;
void passphrase_clear(struct passphrase *p);

/* The secret out of a key file's text.
 * Errors: DC_EINVAL not a key file, an unknown cipher or function, a cost
 * out of bounds, a wrong passphrase; err says which. */
enum dc_status keystore_decrypt(uint8_t key[EC_KEY_BYTES], const char *json,
				size_t len, const struct passphrase *pass,
				struct dc_err *err) DC_MUST_CHECK;

/* A key file's text, with fresh salt, vector and id. Appends. */
enum dc_status keystore_encrypt(struct dc_buf *out,
				const uint8_t key[EC_KEY_BYTES],
				const struct addr20 *address,
				const struct passphrase *pass,
				enum keystore_strength strength,
				struct dc_err *err) DC_MUST_CHECK;

/* The address that a key file claims; not secret, not proven.
 * Errors: DC_EINVAL not a key file, DC_ENOTFOUND it claims none. */
enum dc_status keystore_claimed_address(struct addr20 *out, const char *json,
					size_t len, struct dc_err *err)
	DC_MUST_CHECK;

/* Whole files. Writing makes a new file (mode 0600, synced) and refuses to
 * touch one that is there.
 * Errors: DC_EIO, DC_EINVAL larger than KEYSTORE_FILE_MAX_BYTES,
 * DC_EREFUSED it exists. */
enum dc_status keystore_file_read(struct dc_buf *out, const char *path,
				  struct dc_err *err) DC_MUST_CHECK;
enum dc_status keystore_file_write(const char *path, const uint8_t *text,
				   size_t len, struct dc_err *err)
	DC_MUST_CHECK;

#endif /* DECAID_ORACLE_KEYSTORE_H */
