/*
 * fuzz_oracle_keystore.c: any bytes as a key file. One that would cost more
 * than a moment to open is only looked at: its costs are bounded by the
 * reader, but a fuzzer has no patience.
 */

#include "config.h"

#include <jansson.h>
#include <string.h>

#include "oracle/keystore.h"
#include "tests/fuzz/fuzz.h"

enum { PATIENCE = 1024 };

static json_int_t
fuzz_cost(const json_t *params, const char *key)
{
	return json_integer_value(json_object_get(params, key));
}

static bool
fuzz_is_cheap(const char *json, size_t size)
{
	json_t *root = json_loadb(json, size, 0, NULL);
	const json_t *crypto = json_object_get(root, "crypto"), *params;
	bool found;

	if (crypto == NULL)
		crypto = json_object_get(root, "Crypto");
	params = json_object_get(crypto, "kdfparams");
	found = fuzz_cost(params, "n") <= PATIENCE &&
		fuzz_cost(params, "r") <= 8 && fuzz_cost(params, "p") <= 8 &&
		fuzz_cost(params, "c") <= PATIENCE;
	json_decref(root);
	return found;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct passphrase pass = { 12, "testpassword" };
	const char *json = size != 0 ? (const char *)data : "";
	struct dc_err err = DC_ERR_INIT;
	uint8_t key[EC_KEY_BYTES];
	enum dc_status found;
	struct addr20 who;

	found = keystore_claimed_address(&who, json, size, &err);
	DC_CHECK(found == DC_OK || found == DC_EINVAL ||
		 found == DC_ENOTFOUND);
	DC_CHECK((found == DC_OK) == (err.text[0] == '\0'));
	if (!fuzz_is_cheap(json, size))
		return 0;
	dc_err_clear(&err);
	found = keystore_decrypt(key, json, size, &pass, &err);
	DC_CHECK(found == DC_OK || found == DC_EINVAL || found == DC_EIO);
	DC_CHECK((found == DC_OK) == (err.text[0] == '\0'));
	return 0;
}
