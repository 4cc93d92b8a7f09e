/* check_oracle_keystore.c: key files of geth, parity and ethers are read,
 * ours are written and read, broken and costly ones are refused. */

#include "config.h"

#include <sys/stat.h>
#include <unistd.h>

#include "oracle/keyguard.h"
#include "oracle/keystore.h"
#include "tests/unit/json_vectors.h"

static char dir[] = "/tmp/decaid-check-keystore-XXXXXX";

static const char *
path_of(const char *name)
{
	static char path[2][128];
	static unsigned turn;

	turn ^= 1;
	snprintf(path[turn], sizeof(path[turn]), "%s/%s", dir, name);
	return path[turn];
}

static void
put_file(const char *name, const char *text)
{
	FILE *f = fopen(path_of(name), "w");

	ck_assert_ptr_nonnull(f);
	ck_assert_int_ge(fputs(text, f), 0);
	ck_assert_int_eq(fclose(f), 0);
}

static struct passphrase
passphrase(const char *text)
{
	struct passphrase p = { .len = strlen(text) };

	memcpy(p.bytes, text, p.len);
	return p;
}

START_TEST(key_files_of_others_are_read)
{
	json_t *c, *cases = vectors_load("keystore");
	size_t i;

	json_array_foreach(cases, i, c) {
		const char *json = vectors_text(c, "json");
		struct passphrase pass =
			passphrase(vectors_text(c, "passphrase"));
		struct addr20 want_address, address;
		struct dc_err err = DC_ERR_INIT;
		uint8_t want[32], key[32];
		enum dc_status found;

		vectors_bytes(want, 32, c, "key");
		vectors_bytes(want_address.b, 20, c, "address");
		found = keystore_decrypt(key, json, strlen(json), &pass, &err);
		ck_assert_msg(found == DC_OK, "%s: %s",
			      vectors_text(c, "name"), err.text);
		ck_assert_mem_eq(key, want, 32);
		found = keystore_claimed_address(&address, json, strlen(json),
						 NULL);
		ck_assert(found == DC_ENOTFOUND ||
			  addr20_equal(&address, &want_address));
	}
}
END_TEST

/* The cheapest of the vectors, with something changed. */
static json_t *
cheap_file(const char **pass)
{
	json_t *c = vectors_named("keystore", "life");

	*pass = vectors_text(c, "passphrase");
	return json_loads(vectors_text(c, "json"), 0, NULL);
}

static enum dc_status
decrypt_json(json_t *root, const char *pass_text, struct dc_err *err)
{
	struct passphrase pass = passphrase(pass_text);
	char *text = json_dumps(root, 0);
	uint8_t key[32];
	enum dc_status found;

	found = keystore_decrypt(key, text, strlen(text), &pass, err);
	free(text);
	return found;
}

START_TEST(a_wrong_passphrase_is_told)
{
	struct dc_err err = DC_ERR_INIT;
	const char *pass;
	json_t *root = cheap_file(&pass);

	ck_assert_int_eq(decrypt_json(root, pass, &err), DC_OK);
	ck_assert_int_eq(decrypt_json(root, "fo", &err), DC_EINVAL);
	ck_assert(strstr(err.text, "wrong passphrase") != NULL);
	json_decref(root);
}
END_TEST

START_TEST(a_cost_out_of_bounds_is_refused_before_it_is_paid)
{
	static const struct {
		json_int_t n, r, p;
	} cases[] = {
		{ 1 << 21, 1, 1 }, { (json_int_t)1 << 62, 8, 1 },
		{ 1024, 33, 1 }, { 1024, 8, 65 }, { 1023, 8, 1 }, { 1, 8, 1 },
		{ 0, 8, 1 }, { -1024, 8, 1 }, { 1024, 0, 1 }, { 1024, 1, 0 },
		{ 1 << 20, 32, 1 }, { 1 << 19, 8, 64 },
		{ 1 << 18, 1, 8 }, { 1024, -1, 1 },
		{ 1024, 1, INT64_MIN },
	};
	const char *pass;
	json_t *root = cheap_file(&pass), *params;

	params = json_object_get(json_object_get(root, "Crypto"),
				 "kdfparams");
	for (size_t i = 0; i < DC_ARRAY_LEN(cases); i++) {
		struct dc_err err = DC_ERR_INIT;

		json_object_set_new(params, "n", json_integer(cases[i].n));
		json_object_set_new(params, "r", json_integer(cases[i].r));
		json_object_set_new(params, "p", json_integer(cases[i].p));
		ck_assert_int_eq(decrypt_json(root, pass, &err), DC_EINVAL);
		ck_assert_msg(strstr(err.text, "out of bounds") != NULL,
			      "%s", err.text);
	}
	json_decref(root);
}
END_TEST

START_TEST(what_is_wrong_with_a_file_is_said)
{
	static const struct {
		const char *member, *value, *why;
	} cases[] = {
		{ "version", "4", "version is not 3" },
		{ "version", "\"3\"", "version is not 3" },
		{ "Crypto", "[]", "no crypto" },
		{ "Crypto.cipher", "\"aes-128-cbc\"", "not aes-128-ctr" },
		{ "Crypto.cipherparams", "{\"iv\":\"00\"}", "iv" },
		{ "Crypto.ciphertext", "\"00\"", "ciphertext" },
		{ "Crypto.ciphertext", "7", "ciphertext" },
		{ "Crypto.mac", "\"zz\"", "mac" },
		{ "Crypto.kdf", "\"argon2\"", "neither scrypt nor pbkdf2" },
		{ "Crypto.kdf", "null", "neither scrypt nor pbkdf2" },
		{ "Crypto.kdfparams", "{}", "dklen" },
		{ "Crypto.kdfparams", "{\"dklen\":32}", "salt" },
		{ "Crypto.kdfparams", "{\"dklen\":16,\"salt\":\"00\"}",
		  "dklen" },
	};

	for (size_t i = 0; i < DC_ARRAY_LEN(cases); i++) {
		struct dc_err err = DC_ERR_INIT;
		const char *pass, *dot = strchr(cases[i].member, '.');
		json_t *root = cheap_file(&pass), *into = root;

		if (dot != NULL)
			into = json_object_get(root, "Crypto");
		json_object_set_new(into,
			dot != NULL ? dot + 1 : cases[i].member,
			json_loads(cases[i].value, JSON_DECODE_ANY, NULL));
		ck_assert_int_eq(decrypt_json(root, pass, &err), DC_EINVAL);
		ck_assert_msg(strstr(err.text, cases[i].why) != NULL,
			      "%s: %s", cases[i].member, err.text);
		json_decref(root);
	}
}
END_TEST

START_TEST(a_saved_key_comes_back_and_its_file_is_private)
{
	struct keyguard *g = keyguard_new(NULL), *h = keyguard_new(NULL);
	struct dc_err err = DC_ERR_INIT;
	struct keyslot slot, again;
	struct stat st;

	put_file("pass", "correct horse\nsecond line\n");
	ck_assert_int_eq(keyguard_random(g, &slot, &err), DC_OK);
	ck_assert_int_eq(keyguard_save(g, slot, path_of("key"),
				       path_of("pass"), KEYSTORE_LIGHT,
				       &err), DC_OK);
	ck_assert_int_eq(stat(path_of("key"), &st), 0);
	ck_assert_uint_eq(st.st_mode & 0777, 0600);
	ck_assert_int_eq(keyguard_load(h, &again, path_of("key"),
				       path_of("pass"), &err), DC_OK);
	ck_assert(addr20_equal(keyguard_address(g, slot),
			       keyguard_address(h, again)));
	/* never over a file that is there */
	ck_assert_int_eq(keyguard_save(g, slot, path_of("key"),
				       path_of("pass"), KEYSTORE_LIGHT,
				       &err), DC_EREFUSED);
	keyguard_free(g);
	keyguard_free(h);
}
END_TEST

START_TEST(a_key_is_not_saved_without_a_passphrase)
{
	struct keyguard *g = keyguard_new(NULL);
	struct keyslot slot;

	put_file("empty", "\n");
	ck_assert_int_eq(keyguard_random(g, &slot, NULL), DC_OK);
	ck_assert_int_eq(keyguard_save(g, slot, path_of("nokey"),
				       path_of("empty"), KEYSTORE_LIGHT,
				       NULL), DC_EINVAL);
	ck_assert_int_ne(access(path_of("nokey"), F_OK), 0);
	keyguard_free(g);
}
END_TEST

START_TEST(a_key_of_another_address_than_its_file_says_is_refused)
{
	struct keyguard *g = keyguard_new(NULL);
	struct dc_err err = DC_ERR_INIT;
	struct keyslot slot;
	const char *pass;
	json_t *root = cheap_file(&pass);
	char *text;

	json_object_set_new(root, "address", json_string(
			"17c5185167401ed00cf5f5b2fc97d9bbfdb7d026"));
	text = json_dumps(root, 0);
	put_file("mixed", text);
	put_file("mixedpass", pass);
	ck_assert_int_eq(keyguard_load(g, &slot, path_of("mixed"),
				       path_of("mixedpass"), &err),
			 DC_EINVAL);
	ck_assert(strstr(err.text, "not the one of its address") != NULL);
	free(text);
	json_decref(root);
	keyguard_free(g);
}
END_TEST

START_TEST(plain_keys_are_imported_with_and_without_prefix)
{
	static const char hex[] = "42424242424242424242424242424242"
				  "42424242424242424242424242424242";
	static const char *const wrong[] = { "", "42", "0x",
		"zz424242424242424242424242424242"
		"42424242424242424242424242424242",
		"00000000000000000000000000000000"
		"00000000000000000000000000000000",
		"0x4242424242424242424242424242424242"
		"42424242424242424242424242424242" };
	struct keyguard *g = keyguard_new(NULL);
	char text[128], address[ADDR20_TEXT_BYTES];
	struct keyslot slot;

	snprintf(text, sizeof(text), "0x%s\n", hex);
	put_file("hex0", hex);
	put_file("hex1", text);
	ck_assert_int_eq(keyguard_import(g, &slot, path_of("hex0"), NULL),
			 DC_OK);
	ck_assert_int_eq(keyguard_import(g, &slot, path_of("hex1"), NULL),
			 DC_OK);
	addr20_format(keyguard_address(g, slot), address);
	ck_assert_str_eq(address,
			 "0x17c5185167401eD00cF5F5b2fc97D9BBfDb7D025");
	for (size_t i = 0; i < DC_ARRAY_LEN(wrong); i++) {
		put_file("wrong", wrong[i]);
		ck_assert_int_eq(keyguard_import(g, &slot, path_of("wrong"),
						 NULL), DC_EINVAL);
	}
	keyguard_free(g);
}
END_TEST

START_TEST(a_passphrase_is_the_first_line_of_its_file)
{
	static const struct {
		const char *file, *want;
	} cases[] = {
		{ "one", "one" }, { "one\n", "one" }, { "one\r\n", "one" },
		{ "a b \ntwo\n", "a b " }, { "", "" }, { "\xc3\xa9", "\xc3\xa9" },
	};
	char long_line[PASSPHRASE_MAX_BYTES + 8];
	struct passphrase p;

	for (size_t i = 0; i < DC_ARRAY_LEN(cases); i++) {
		put_file("line", cases[i].file);
		ck_assert_int_eq(passphrase_read(&p, path_of("line"), NULL),
				 DC_OK);
		ck_assert_uint_eq(p.len, strlen(cases[i].want));
		ck_assert_mem_eq(p.bytes, cases[i].want, p.len);
	}
	memset(long_line, 'x', sizeof(long_line) - 1);
	long_line[sizeof(long_line) - 1] = '\0';
	put_file("line", long_line);
	ck_assert_int_eq(passphrase_read(&p, path_of("line"), NULL),
			 DC_EINVAL);
	ck_assert_int_eq(passphrase_read(&p, path_of("nosuch"), NULL), DC_EIO);
}
END_TEST

START_TEST(a_large_file_is_no_key_file)
{
	struct dc_err err = DC_ERR_INIT;
	struct keyguard *g = keyguard_new(NULL);
	struct keyslot slot;
	char *large = malloc(KEYSTORE_FILE_MAX_BYTES + 2);

	memset(large, ' ', KEYSTORE_FILE_MAX_BYTES + 1);
	large[KEYSTORE_FILE_MAX_BYTES + 1] = '\0';
	put_file("large", large);
	ck_assert_int_eq(keyguard_load(g, &slot, path_of("large"),
				       path_of("large"), &err), DC_EINVAL);
	ck_assert(strstr(err.text, "too large") != NULL);
	free(large);
	keyguard_free(g);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		key_files_of_others_are_read,
		a_wrong_passphrase_is_told,
		a_cost_out_of_bounds_is_refused_before_it_is_paid,
		what_is_wrong_with_a_file_is_said,
		a_saved_key_comes_back_and_its_file_is_private,
		a_key_is_not_saved_without_a_passphrase,
		a_key_of_another_address_than_its_file_says_is_refused,
		plain_keys_are_imported_with_and_without_prefix,
		a_passphrase_is_the_first_line_of_its_file,
		a_large_file_is_no_key_file,
	};
	char command[64];
	int found;

	if (mkdtemp(dir) == NULL)
		return EXIT_FAILURE;
	found = unit_run("oracle/keystore", tests, DC_ARRAY_LEN(tests));
	snprintf(command, sizeof(command), "rm -r %s", dir);
	return system(command) == 0 ? found : EXIT_FAILURE;
}
