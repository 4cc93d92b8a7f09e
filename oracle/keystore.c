/* Key files of version 3: what is in them, and how keys come out. */
#include "config.h"

#include "oracle/keystore.h"

#include <jansson.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <string.h>
#include <strings.h>
#include <sys/random.h>

#include "base/hex.h"
#include "base/keccak.h"

#define KDF_MAX_N (UINT64_C(1) << 20)
#define KDF_MAX_R 32
#define KDF_MAX_P 64
#define KDF_MAX_N_R (UINT64_C(1) << 22)		/* 512 MiB */
#define KDF_MAX_N_R_P (UINT64_C(1) << 23)	/* some 3 s */
#define KDF_MAX_ROUNDS 10000000			/* of PBKDF2 */
#define KDF_MAX_SALT_BYTES 128
#define DERIVED_BYTES 32
#define CIPHER_KEY_BYTES 16			/* the first of the derived */
#define IV_BYTES 16
#define SALT_BYTES 32				/* of new files */

enum kdf_kind { KDF_SCRYPT, KDF_PBKDF2 };

struct kdf {
	enum kdf_kind kind;
	uint64_t n, r, p;	/* scrypt */
	uint64_t rounds;	/* PBKDF2 */
	uint8_t salt[KDF_MAX_SALT_BYTES];
	size_t salt_len;
};

/* A key file, parsed and bounded. */
struct keyfile {
	struct kdf kdf;
	uint8_t iv[IV_BYTES];
	uint8_t ciphertext[EC_KEY_BYTES];
	struct hash32 mac;
};

static const struct kdf kdf_strengths[] = {
	[KEYSTORE_STANDARD] = { .n = 1 << 18, .r = 8, .p = 1 },
	[KEYSTORE_LIGHT] = { .n = 1 << 12, .r = 8, .p = 6 },
};

/* --- reading ------------------------------------------------------------- */

static enum dc_status
wrong(struct dc_err *err, const char *what)
{
	return dc_fail(err, DC_EINVAL, "key file: %s", what);
}

static const char *
text_member(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text != NULL ? text : "";
}

/* An integer member of [least, most]; 0: it is not that. */
static uint64_t
count_member(const json_t *object, const char *key, uint64_t most)
{
	const json_t *v = json_object_get(object, key);
	json_int_t n = json_is_integer(v) ? json_integer_value(v) : 0;

	return n > 0 && (uint64_t)n <= most ? (uint64_t)n : 0;
}

/* Hex of at least one byte and at most room. */
static bool
hex_member(uint8_t *out, size_t *len, size_t room, const json_t *object,
	   const char *key)
{
	const char *text = text_member(object, key);
	size_t digits;

	if (text[0] == '0' && text[1] == 'x')
		text += 2;
	digits = strlen(text);
	*len = digits / 2;
	return digits > 0 && digits % 2 == 0 && *len <= room &&
	       hex_decode(out, *len, text, NULL) == DC_OK;
}

static bool
hex_member_exact(uint8_t *out, size_t n, const json_t *object,
		 const char *key)
{
	size_t len;

	return hex_member(out, &len, n, object, key) && len == n;
}

static enum dc_status
scrypt_parse(struct kdf *k, const json_t *params, struct dc_err *err)
{
	k->kind = KDF_SCRYPT;
	k->n = count_member(params, "n", KDF_MAX_N);
	k->r = count_member(params, "r", KDF_MAX_R);
	k->p = count_member(params, "p", KDF_MAX_P);
	if (k->n < 2 || (k->n & (k->n - 1)) != 0 || k->r == 0 || k->p == 0 ||
	    k->n * k->r > KDF_MAX_N_R || k->n * k->r * k->p > KDF_MAX_N_R_P)
		return wrong(err, "scrypt's n, r or p is out of bounds");
	/* RFC 7914, 2: N must be less than 2^(128 * r / 8) */
	if (k->r < 4 && k->n >> (16 * k->r) != 0)
		return wrong(err, "scrypt's n, r or p is out of bounds");
	return DC_OK;
}

static enum dc_status
pbkdf2_parse(struct kdf *k, const json_t *params, struct dc_err *err)
{
	k->kind = KDF_PBKDF2;
	k->rounds = count_member(params, "c", KDF_MAX_ROUNDS);
	if (k->rounds == 0)
		return wrong(err, "PBKDF2's c is out of bounds");
	if (strcmp(text_member(params, "prf"), "hmac-sha256") != 0)
		return wrong(err, "PBKDF2's prf is not hmac-sha256");
	return DC_OK;
}

static enum dc_status
kdf_parse(struct kdf *k, const json_t *crypto, struct dc_err *err)
{
	const json_t *params = json_object_get(crypto, "kdfparams");
	const char *name = text_member(crypto, "kdf");

	if (count_member(params, "dklen", DERIVED_BYTES) != DERIVED_BYTES)
		return wrong(err, "dklen is not 32");
	if (!hex_member(k->salt, &k->salt_len, sizeof(k->salt), params,
			"salt"))
		return wrong(err, "salt is missing or out of bounds");
	if (strcmp(name, "scrypt") == 0)
		return scrypt_parse(k, params, err);
	if (strcmp(name, "pbkdf2") == 0)
		return pbkdf2_parse(k, params, err);
	return wrong(err, "kdf is neither scrypt nor pbkdf2");
}

static const json_t *
crypto_member(const json_t *root)
{
	const json_t *crypto = json_object_get(root, "crypto");

	/* ethers.js writes it with a capital */
	return crypto != NULL ? crypto : json_object_get(root, "Crypto");
}

static enum dc_status
keyfile_fields(struct keyfile *f, const json_t *root, struct dc_err *err)
{
	const json_t *crypto = crypto_member(root);

	if (json_integer_value(json_object_get(root, "version")) != 3)
		return wrong(err, "version is not 3");
	if (!json_is_object(crypto))
		return wrong(err, "no crypto in it");
	if (strcmp(text_member(crypto, "cipher"), "aes-128-ctr") != 0)
		return wrong(err, "cipher is not aes-128-ctr");
	if (!hex_member_exact(f->iv, sizeof(f->iv),
			      json_object_get(crypto, "cipherparams"), "iv"))
		return wrong(err, "iv is not 16 bytes");
	if (!hex_member_exact(f->ciphertext, sizeof(f->ciphertext), crypto,
			      "ciphertext"))
		return wrong(err, "ciphertext is not 32 bytes");
	if (!hex_member_exact(f->mac.b, sizeof(f->mac.b), crypto, "mac"))
		return wrong(err, "mac is not 32 bytes");
	return kdf_parse(&f->kdf, crypto, err);
}

static json_t *
keyfile_load(const char *json, size_t len, struct dc_err *err)
{
	json_error_t where;
	json_t *root = NULL;

	if (len <= KEYSTORE_FILE_MAX_BYTES)
		root = json_loadb(json, len, JSON_REJECT_DUPLICATES, &where);
	if (!json_is_object(root)) {
		(void)wrong(err, "not a JSON object");
		json_decref(root);
		return NULL;
	}
	return root;
}

enum dc_status
keystore_claimed_address(struct addr20 *out, const char *json, size_t len,
			 struct dc_err *err)
{
	json_t *root = keyfile_load(json, len, err);
	enum dc_status found = DC_OK;

	if (root == NULL)
		return DC_EINVAL;
	if (json_object_get(root, "address") == NULL)
		found = dc_fail(err, DC_ENOTFOUND, "key file: no address");
	else if (!hex_member_exact(out->b, sizeof(out->b), root, "address"))
		found = wrong(err, "address is not 20 bytes");
	json_decref(root);
	return found;
}

/* --- the arithmetic ------------------------------------------------------ */

static enum dc_status
kdf_derive(uint8_t out[DERIVED_BYTES], const struct kdf *k,
	   const struct passphrase *pass, struct dc_err *err)
{
	const char *secret = (const char *)pass->bytes;
	uint64_t room = 128 * k->n * k->r + 128 * k->r * k->p + (1 << 20);
	int done = 0;

	switch (k->kind) {
	case KDF_SCRYPT:
		done = EVP_PBE_scrypt(secret, pass->len, k->salt, k->salt_len,
				      k->n, k->r, k->p, room, out,
				      DERIVED_BYTES);
		break;
	case KDF_PBKDF2:
		done = PKCS5_PBKDF2_HMAC(secret, (int)pass->len, k->salt,
					 (int)k->salt_len, (int)k->rounds,
					 EVP_sha256(), DERIVED_BYTES, out);
		break;
	}
	if (done != 1)
		return dc_fail(err, DC_EIO, "key file: derivation failed "
			       "(%llu MiB of memory needed)",
			       (unsigned long long)(room >> 20));
	return DC_OK;
}

/* keccak256(derived[16..31] || ciphertext) */
static void
keyfile_mac(struct hash32 *out, const uint8_t derived[DERIVED_BYTES],
	    const uint8_t ciphertext[EC_KEY_BYTES])
{
	struct keccak k;

	keccak_init(&k);
	keccak_update(&k, derived + CIPHER_KEY_BYTES,
		      DERIVED_BYTES - CIPHER_KEY_BYTES);
	keccak_update(&k, ciphertext, EC_KEY_BYTES);
	keccak_final(&k, out);
	explicit_bzero(&k, sizeof(k));
}

/* Both directions are the same. */
static void
aes_128_ctr(uint8_t out[EC_KEY_BYTES], const uint8_t in[EC_KEY_BYTES],
	    const uint8_t key[CIPHER_KEY_BYTES], const uint8_t iv[IV_BYTES])
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	int len = 0;

	DC_CHECK(ctx != NULL);
	DC_CHECK(EVP_EncryptInit_ex(ctx, EVP_aes_128_ctr(), NULL, key,
				    iv) == 1);
	DC_CHECK(EVP_EncryptUpdate(ctx, out, &len, in, EC_KEY_BYTES) == 1);
	DC_CHECK(len == EC_KEY_BYTES);
	EVP_CIPHER_CTX_free(ctx);
}

enum dc_status
keystore_decrypt(uint8_t key[EC_KEY_BYTES], const char *json, size_t len,
		 const struct passphrase *pass, struct dc_err *err)
{
	uint8_t derived[DERIVED_BYTES];
	struct keyfile file;
	struct hash32 mac;
	enum dc_status found;
	json_t *root = keyfile_load(json, len, err);

	if (root == NULL)
		return DC_EINVAL;
	found = keyfile_fields(&file, root, err);
	json_decref(root);
	if (found != DC_OK)
		return found;
	found = kdf_derive(derived, &file.kdf, pass, err);
	if (found != DC_OK)
		return found;
	keyfile_mac(&mac, derived, file.ciphertext);
	if (CRYPTO_memcmp(mac.b, file.mac.b, sizeof(mac.b)) == 0)
		aes_128_ctr(key, file.ciphertext, derived, file.iv);
	else
		found = wrong(err, "wrong passphrase");
	explicit_bzero(derived, sizeof(derived));
	return found;
}

/* --- writing ------------------------------------------------------------- */

static enum dc_status
random_bytes(uint8_t *out, size_t n, struct dc_err *err)
{
	if (getrandom(out, n, 0) != (ssize_t)n)
		return dc_fail(err, DC_EIO, "no random bytes");
	return DC_OK;
}

static enum dc_status
keyfile_fresh(struct keyfile *f, enum keystore_strength strength,
	      struct dc_err *err)
{
	enum dc_status found;

	f->kdf = kdf_strengths[strength];
	f->kdf.kind = KDF_SCRYPT;
	f->kdf.salt_len = SALT_BYTES;
	found = random_bytes(f->kdf.salt, SALT_BYTES, err);
	if (found != DC_OK)
		return found;
	return random_bytes(f->iv, sizeof(f->iv), err);
}

/* Source: RFC 4122, 4.4 (version 4, random). */
static void
append_uuid(struct dc_buf *out, uint8_t id[16])
{
	id[6] = (uint8_t)((id[6] & 0x0f) | 0x40);
	id[8] = (uint8_t)((id[8] & 0x3f) | 0x80);
	for (size_t i = 0; i < 16; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			dc_buf_append_byte(out, '-');
		dc_buf_append_hex(out, id + i, 1);
	}
}

static void
append_hex_member(struct dc_buf *out, const char *before, const uint8_t *in,
		  size_t n)
{
	dc_buf_append_text(out, before);
	dc_buf_append_hex(out, in, n);
}

static void
keyfile_append(struct dc_buf *out, const struct keyfile *f,
	       const struct addr20 *address, uint8_t id[16])
{
	append_hex_member(out, "{\"address\":\"", address->b, 20);
	append_hex_member(out, "\",\"crypto\":{\"cipher\":\"aes-128-ctr\","
			  "\"ciphertext\":\"", f->ciphertext, EC_KEY_BYTES);
	append_hex_member(out, "\",\"cipherparams\":{\"iv\":\"", f->iv,
			  IV_BYTES);
	dc_buf_printf(out, "\"},\"kdf\":\"scrypt\",\"kdfparams\":{"
		      "\"dklen\":%d,\"n\":%llu,\"p\":%llu,\"r\":%llu,",
		      DERIVED_BYTES, (unsigned long long)f->kdf.n,
		      (unsigned long long)f->kdf.p,
		      (unsigned long long)f->kdf.r);
	append_hex_member(out, "\"salt\":\"", f->kdf.salt, f->kdf.salt_len);
	append_hex_member(out, "\"},\"mac\":\"", f->mac.b, 32);
	dc_buf_append_text(out, "\"},\"id\":\"");
	append_uuid(out, id);
	dc_buf_append_text(out, "\",\"version\":3}\n");
}

enum dc_status
keystore_encrypt(struct dc_buf *out, const uint8_t key[EC_KEY_BYTES],
		 const struct addr20 *address, const struct passphrase *pass,
		 enum keystore_strength strength, struct dc_err *err)
{
	uint8_t derived[DERIVED_BYTES], id[16];
	struct keyfile file;
	enum dc_status found = keyfile_fresh(&file, strength, err);

	if (found == DC_OK)
		found = random_bytes(id, sizeof(id), err);
	if (found == DC_OK)
		found = kdf_derive(derived, &file.kdf, pass, err);
	if (found != DC_OK)
		return found;
	aes_128_ctr(file.ciphertext, key, derived, file.iv);
	keyfile_mac(&file.mac, derived, file.ciphertext);
	explicit_bzero(derived, sizeof(derived));
	keyfile_append(out, &file, address, id);
	DC_CHECK(!dc_buf_failed(out));
	return DC_OK;
}
