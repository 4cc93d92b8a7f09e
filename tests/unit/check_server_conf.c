/* check_server_conf.c: decaid.conf, its keys, and what is wrong with them. */

#include "config.h"

#include <string.h>
#include <unistd.h>

#include "server/conf.h"
#include "tests/unit/unit.h"

#ifndef TEST_EXAMPLE	/* the build names the source tree's */
#define TEST_EXAMPLE "contrib/decaid.conf"
#endif

static enum dc_status parse(struct config *c, const char *text,
			    struct dc_err *err)
{
	return config_parse(c, "f.conf", text, strlen(text), err);
}

START_TEST(every_default_is_a_value_its_key_takes)
{
	struct config c;

	config_init(&c);
	ck_assert_str_eq(c.rpc, "http://127.0.0.1:8545");
	ck_assert_uint_eq(c.port, 8560);
	ck_assert(addr20_is_zero(&c.factory));
	ck_assert_int_eq(c.finality.kind, CONFIG_FINALIZED);
	ck_assert_int_eq(c.models.kind, CONFIG_MODELS_ALL);
	ck_assert_int_eq(c.log_level, DC_LOG_INFO);
	config_clear(&c);
}
END_TEST

START_TEST(key_names_differ_and_are_documented)
{
	const struct config_key *keys;
	size_t n;

	keys = config_keys(&n);
	for (size_t i = 0; i < n; i++) {
		ck_assert_ptr_eq(config_key_find(keys[i].name), &keys[i]);
		ck_assert_uint_gt(strlen(keys[i].doc), 10);
		ck_assert_uint_le(keys[i].least, keys[i].most);
	}
	ck_assert_ptr_null(config_key_find("no-such-key"));
}
END_TEST

START_TEST(a_file_sets_what_it_names_and_leaves_the_rest)
{
	struct dc_err err = DC_ERR_INIT;
	struct config c;

	config_init(&c);
	ck_assert_int_eq(parse(&c,
		"# a comment\n"
		"\n"
		"  port = 1234   # another\r\n"
		"rpc=https://node.example/#key\n"
		"factory = 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed\n"
		"finality = depth:12\n"
		"models = list:0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed,"
		"0xfb6916095ca1df60bb79ce92ce3ea74c37c5d359\n"
		"daily-wei = 123456789012345678901234567890\n"
		"log-level = debug", &err), DC_OK);
	ck_assert_uint_eq(c.port, 1234);
	ck_assert_str_eq(c.rpc, "https://node.example/#key");
	ck_assert_uint_eq(c.factory.b[0], 0x5a);
	ck_assert_int_eq(c.finality.kind, CONFIG_DEPTH);
	ck_assert_uint_eq(c.finality.depth, 12);
	ck_assert_int_eq(c.models.kind, CONFIG_MODELS_LIST);
	ck_assert_uint_eq(c.models.n, 2);
	ck_assert_uint_eq(c.models.who[1].b[0], 0xfb);
	ck_assert_int_eq(c.log_level, DC_LOG_DEBUG);
	ck_assert_uint_eq(c.poll_ms, 1000);
	config_clear(&c);
}
END_TEST

START_TEST(what_is_wrong_is_told_with_file_line_key_and_reason)
{
	static const struct {
		const char *text, *told;
	} cases[] = {
		{ "port = 65536", "f.conf:1: port: not a whole number in "
				  "[0, 65535]" },
		{ "\n\nport = -1", "f.conf:3: port: not a whole number in "
				   "[0, 65535]" },
		{ "port =", "f.conf:1: port: not a whole number in "
			    "[0, 65535]" },
		{ "port = 99999999999999999999999", "f.conf:1: port: not a "
		  "whole number in [0, 65535]" },
		{ "port = 1 2", "f.conf:1: port: not a whole number in "
				"[0, 65535]" },
		{ "prot = 1", "f.conf:1: prot: no such key" },
		{ "p\x01q = 1", "f.conf:1: p\\x01q: no such key" },
		{ "port 1", "f.conf:1: no '=' on this line" },
		{ "port = 1\nport = 2", "f.conf:2: port: already set on "
					"line 1" },
		{ "rpc = ws://x", "f.conf:1: rpc: not an http:// or https:// "
				  "address" },
		{ "finality = depth:", "f.conf:1: finality: not finalized, "
				       "safe or depth:N" },
		{ "models = list:", "f.conf:1: models: address 1 is not 0x "
				    "and 40 digits" },
		{ "models = some", "f.conf:1: models: not all, "
				   "list:ADDRESS,... or "
				   "from-owner:ADDRESS,..." },
		{ "holdout = rows.tsv", "f.conf:1: holdout: not "
					"ADDRESS=FILE" },
		{ "holdout = 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed=",
		  "f.conf:1: holdout: not ADDRESS=FILE" },
		{ "log-level = loud", "f.conf:1: log-level: not debug, info, "
				      "unusual or broken" },
		{ "data-dir = a\x02", "f.conf:1: data-dir: has control "
				      "characters" },
	};

	for (size_t i = 0; i < DC_ARRAY_LEN(cases); i++) {
		struct dc_err err = DC_ERR_INIT;
		struct config c;

		config_init(&c);
		ck_assert_int_eq(parse(&c, cases[i].text, &err), DC_EINVAL);
		ck_assert_str_eq(err.text, cases[i].told);
		config_clear(&c);
	}
}
END_TEST

START_TEST(held_out_rows_are_named_a_model_and_the_last_counts)
{
	struct dc_err err = DC_ERR_INIT;
	struct config c;

	config_init(&c);
	ck_assert_int_eq(parse(&c,
		"holdout = 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed=a=b.tsv\n"
		"holdout = 0xfb6916095ca1df60bb79ce92ce3ea74c37c5d359=/c.csv\n",
		&err), DC_OK);
	ck_assert_uint_eq(c.holdouts.n, 2);
	ck_assert_str_eq(c.holdouts.of[0].path, "a=b.tsv");
	ck_assert_uint_eq(c.holdouts.of[1].model.b[0], 0xfb);
	ck_assert_int_eq(config_set(&c, config_key_find("holdout"),
		"0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed=d.tsv", &err),
		DC_OK);
	ck_assert_uint_eq(c.holdouts.n, 2);
	ck_assert_str_eq(c.holdouts.of[0].path, "d.tsv");
	config_clear(&c);
}
END_TEST

START_TEST(a_wrong_address_or_amount_is_told_by_its_key)
{
	struct dc_err err = DC_ERR_INIT;
	struct config c;

	config_init(&c);
	ck_assert_int_eq(parse(&c, "pool = 0x5AAeb6053F3E94C9b9A09f33669435E"
				   "7Ef1BeAed", &err), DC_EINVAL);
	ck_assert_ptr_eq(strstr(err.text, "f.conf:1: pool: "), err.text);
	dc_err_clear(&err);
	ck_assert_int_eq(parse(&c, "daily-wei = 1.5", &err), DC_EINVAL);
	ck_assert_ptr_eq(strstr(err.text, "f.conf:1: daily-wei: "), err.text);
	config_clear(&c);
}
END_TEST

START_TEST(a_failed_set_changes_nothing)
{
	struct dc_err err = DC_ERR_INIT;
	struct config c;

	config_init(&c);
	ck_assert_int_eq(config_set(&c, config_key_find("port"), "99999",
				    &err), DC_EINVAL);
	ck_assert_uint_eq(c.port, 8560);
	dc_err_clear(&err);
	ck_assert_int_eq(config_set(&c, config_key_find("rpc"), "x", &err),
			 DC_EINVAL);
	ck_assert_str_eq(c.rpc, "http://127.0.0.1:8545");
	config_clear(&c);
}
END_TEST

START_TEST(a_file_with_a_nul_is_refused)
{
	struct dc_err err = DC_ERR_INIT;
	struct config c;

	config_init(&c);
	ck_assert_int_eq(config_parse(&c, "f.conf", "port = 1\0\n", 10, &err),
			 DC_EINVAL);
	config_clear(&c);
}
END_TEST

START_TEST(baselines_are_named_one_by_one_or_together_and_count_once)
{
	static const char text[] =
		"baseline = 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed\n"
		"baseline = 0xfb6916095ca1df60bb79ce92ce3ea74c37c5d359,"
		"0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed\n";
	const struct config_key *key = config_key_find("baseline");
	struct dc_err err = DC_ERR_INIT;
	char one[43];
	struct config c;

	config_init(&c);
	ck_assert_uint_eq(c.baselines.n, 0);
	ck_assert_int_eq(config_parse(&c, "f.conf", text, sizeof(text) - 1,
				      &err), DC_OK);
	ck_assert_uint_eq(c.baselines.n, 2);
	ck_assert_uint_eq(c.baselines.who[0].b[0], 0x5a);
	ck_assert_uint_eq(c.baselines.who[1].b[0], 0xfb);
	ck_assert_int_eq(config_set(&c, key, "0x12", &err), DC_EINVAL);
	ck_assert_str_eq(err.text, "baseline: address 1 is not 0x and 40 "
			 "digits");
	for (unsigned i = 2; i < CONFIG_BASELINES_MAX; i++) {
		snprintf(one, sizeof(one), "0x%040x", i);
		ck_assert_int_eq(config_set(&c, key, one, &err), DC_OK);
	}
	err = (struct dc_err)DC_ERR_INIT;
	ck_assert_int_eq(config_set(&c, key, "0x00000000000000000000000000000"
				    "00000000099", &err), DC_EINVAL);
	ck_assert_str_eq(err.text, "baseline: more than 64 addresses");
	ck_assert_uint_eq(c.baselines.n, CONFIG_BASELINES_MAX);
	config_clear(&c);
}
END_TEST

START_TEST(a_file_that_is_not_there_is_told_apart)
{
	struct dc_err err = DC_ERR_INIT;
	struct config c;
	char path[] = "/tmp/check_server_conf.XXXXXX";
	int fd = mkstemp(path);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, "port = 7\n", 9), 9);
	ck_assert_int_eq(close(fd), 0);
	config_init(&c);
	ck_assert_int_eq(config_read(&c, path, &err), DC_OK);
	ck_assert_uint_eq(c.port, 7);
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(config_read(&c, path, &err), DC_ENOTFOUND);
	config_clear(&c);
}
END_TEST

/* contrib/decaid.conf, also with what is commented out in it. */
START_TEST(the_example_is_a_right_one)
{
	struct dc_err err = DC_ERR_INIT;
	char text[8192], *p;
	struct config c;
	size_t len;
	FILE *f = fopen(TEST_EXAMPLE, "re");

	ck_assert_ptr_nonnull(f);
	len = fread(text, 1, sizeof(text) - 1, f);
	ck_assert_uint_gt(len, 0);
	ck_assert_uint_lt(len, sizeof(text) - 1);
	text[len] = '\0';
	ck_assert_int_eq(fclose(f), 0);
	config_init(&c);
	ck_assert_msg(config_parse(&c, "example", text, len, &err) == DC_OK,
		      "%s", err.text);
	ck_assert_str_eq(c.signer_key, "");
	config_clear(&c);
	for (p = text; (p = strstr(p, "\n#")) != NULL; p++)
		if (p[2] != ' ')
			p[1] = ' ';
	config_init(&c);
	ck_assert_msg(config_parse(&c, "example", text, len, &err) == DC_OK,
		      "%s", err.text);
	ck_assert_str_eq(c.signer_key, "/etc/decaid/signer.json");
	config_clear(&c);
}
END_TEST

UNIT_MAIN("server/conf", every_default_is_a_value_its_key_takes,
	  key_names_differ_and_are_documented,
	  a_file_sets_what_it_names_and_leaves_the_rest,
	  what_is_wrong_is_told_with_file_line_key_and_reason,
	  held_out_rows_are_named_a_model_and_the_last_counts,
	  a_wrong_address_or_amount_is_told_by_its_key,
	  a_failed_set_changes_nothing, a_file_with_a_nul_is_refused,
	  baselines_are_named_one_by_one_or_together_and_count_once,
	  a_file_that_is_not_there_is_told_apart,
	  the_example_is_a_right_one)
