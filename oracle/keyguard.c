/* Where secret keys are, and nowhere else. */
#include "config.h"

#include "oracle/keyguard.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/hex.h"
#include "base/log.h"

/* Locked in memory and kept out of core files. */
struct secrets {
	uint8_t keys[KEYGUARD_MAX_KEYS][EC_KEY_BYTES];
};

struct keyguard {
	struct ec *ec;
	struct secrets *secrets;
	struct addr20 addresses[KEYGUARD_MAX_KEYS];
	unsigned n;
};

static struct secrets *
secrets_new(struct dc_err *err)
{
	void *p = mmap(NULL, sizeof(struct secrets), PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED) {
		(void)dc_fail(err, DC_EIO, "no memory for keys: %s",
			      strerror(errno));
		return NULL;
	}
	/* A small RLIMIT_MEMLOCK must not keep an operator from working. */
	if (mlock(p, sizeof(struct secrets)) != 0)
		dc_log(DC_LOG_UNUSUAL, "oracle", "keys may be swapped: %s",
		       strerror(errno));
	(void)madvise(p, sizeof(struct secrets), MADV_DONTDUMP);
	return p;
}

struct keyguard *
keyguard_new(struct dc_err *err)
{
	struct keyguard *g = dc_calloc(1, sizeof(*g));

	g->ec = ec_new(err);
	if (g->ec != NULL)
		g->secrets = secrets_new(err);
	if (g->secrets == NULL) {
		keyguard_free(g);
		return NULL;
	}
	return g;
}

void
keyguard_free(struct keyguard *g)
{
	if (g == NULL)
		return;
	if (g->secrets != NULL) {
		explicit_bzero(g->secrets, sizeof(*g->secrets));
		(void)munmap(g->secrets, sizeof(*g->secrets));
	}
	ec_free(g->ec);
	free(g);
}

/* Where the next key goes; NULL: full. */
static uint8_t *
room_for_key(struct keyguard *g, struct dc_err *err)
{
	if (g->n == KEYGUARD_MAX_KEYS) {
		(void)dc_fail(err, DC_EBUSY, "more than %d keys",
			      KEYGUARD_MAX_KEYS);
		return NULL;
	}
	return g->secrets->keys[g->n];
}

/* Take the key that now stands in the room. */
static enum dc_status
adopt_key(struct keyguard *g, struct keyslot *out, struct dc_err *err)
{
	enum dc_status found = ec_address(g->ec, &g->addresses[g->n],
					  g->secrets->keys[g->n], err);

	if (found != DC_OK) {
		explicit_bzero(g->secrets->keys[g->n], EC_KEY_BYTES);
		return found;
	}
	out->index = g->n++;
	return DC_OK;
}

/* The address in a key file is a claim; a wrong one means a mix-up. */
static enum dc_status
check_claim(const struct keyguard *g, struct keyslot slot,
	    const struct dc_buf *file, const char *path, struct dc_err *err)
{
	struct addr20 claimed;

	if (keystore_claimed_address(&claimed, (const char *)file->data,
				     file->len, NULL) != DC_OK ||
	    addr20_equal(&claimed, keyguard_address(g, slot)))
		return DC_OK;
	return dc_fail(err, DC_EINVAL,
		       "%s: the key is not the one of its address", path);
}

static enum dc_status
load_key(struct keyguard *g, struct keyslot *out, const struct dc_buf *file,
	 const char *key_path, const char *pass_path, struct dc_err *err)
{
	struct dc_err why = DC_ERR_INIT;
	struct passphrase pass;
	uint8_t *key = room_for_key(g, err);
	enum dc_status found;

	if (key == NULL)
		return DC_EBUSY;
	found = passphrase_read(&pass, pass_path, err);
	if (found == DC_OK) {
		found = keystore_decrypt(key, (const char *)file->data,
					 file->len, &pass, &why);
		if (found != DC_OK)
			(void)dc_fail(err, found, "%s: %s", key_path,
				      why.text);
	}
	passphrase_clear(&pass);
	if (found != DC_OK)
		return found;
	found = adopt_key(g, out, err);
	if (found == DC_OK)
		found = check_claim(g, *out, file, key_path, err);
	return found;
}

enum dc_status
keyguard_load(struct keyguard *g, struct keyslot *out, const char *key_path,
	      const char *pass_path, struct dc_err *err)
{
	struct dc_buf file;
	enum dc_status found;

	dc_buf_init(&file, KEYSTORE_FILE_MAX_BYTES);
	found = keystore_file_read(&file, key_path, err);
	if (found == DC_OK)
		found = load_key(g, out, &file, key_path, pass_path, err);
	dc_buf_clear(&file);
	return found;
}

enum dc_status
keyguard_random(struct keyguard *g, struct keyslot *out, struct dc_err *err)
{
	uint8_t *key = room_for_key(g, err);
	enum dc_status found;

	if (key == NULL)
		return DC_EBUSY;
	found = ec_key_random(g->ec, key, err);
	if (found != DC_OK)
		return found;
	return adopt_key(g, out, err);
}

enum dc_status
keyguard_import(struct keyguard *g, struct keyslot *out,
		const char *hex_path, struct dc_err *err)
{
	uint8_t *key = room_for_key(g, err);
	struct passphrase line;
	const char *hex;
	enum dc_status found;

	if (key == NULL)
		return DC_EBUSY;
	found = passphrase_read(&line, hex_path, err);
	hex = (const char *)line.bytes;
	if (found == DC_OK && line.len > 2 && memcmp(hex, "0x", 2) == 0) {
		hex += 2;
		line.len -= 2;
	}
	if (found == DC_OK &&
	    (line.len != 2 * EC_KEY_BYTES ||
	     hex_decode(key, EC_KEY_BYTES, hex, NULL) != DC_OK))
		found = dc_fail(err, DC_EINVAL, "%s: not 64 hex digits",
				hex_path);
	passphrase_clear(&line);
	if (found != DC_OK)
		return found;
	return adopt_key(g, out, err);
}

enum dc_status
keyguard_save(const struct keyguard *g, struct keyslot slot,
	      const char *key_path, const char *pass_path,
	      enum keystore_strength strength, struct dc_err *err)
{
	struct passphrase pass;
	struct dc_buf text;
	enum dc_status found;

	DC_CHECK(slot.index < g->n);
	dc_buf_init(&text, KEYSTORE_FILE_MAX_BYTES);
	found = passphrase_read(&pass, pass_path, err);
	if (found == DC_OK && pass.len == 0)
		found = dc_fail(err, DC_EINVAL, "%s: no passphrase in it",
				pass_path);
	if (found == DC_OK)
		found = keystore_encrypt(&text, g->secrets->keys[slot.index],
					 &g->addresses[slot.index], &pass,
					 strength, err);
	passphrase_clear(&pass);
	if (found == DC_OK)
		found = keystore_file_write(key_path, text.data, text.len,
					    err);
	dc_buf_clear(&text);
	return found;
}

const struct addr20 *
keyguard_address(const struct keyguard *g, struct keyslot slot)
{
	DC_CHECK(slot.index < g->n);
	return &g->addresses[slot.index];
}

enum dc_status
keyguard_sign(const struct keyguard *g, struct keyslot slot,
	      struct ec_signature *out, const struct hash32 *digest,
	      struct dc_err *err)
{
	DC_CHECK(slot.index < g->n);
	return ec_sign(g->ec, out, digest, g->secrets->keys[slot.index], err);
}

enum dc_status
keyguard_sign_tx(const struct keyguard *g, struct keyslot slot,
		 struct dc_buf *raw, struct hash32 *hash, const struct tx *tx,
		 struct dc_err *err)
{
	struct ec_signature sig;
	struct hash32 digest;
	size_t begin = raw->len;
	enum dc_status found;

	tx_digest(&digest, tx);
	found = keyguard_sign(g, slot, &sig, &digest, err);
	if (found != DC_OK)
		return found;
	tx_encode(raw, tx, &sig);
	if (dc_buf_failed(raw))
		return dc_fail(err, DC_EINVAL, "transaction is too large");
	tx_hash(hash, raw->data + begin, raw->len - begin);
	return DC_OK;
}
