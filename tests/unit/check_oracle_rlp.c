/* check_oracle_rlp.c: RLP against published cases, both ways. */

#include "config.h"

#include "oracle/rlp.h"
#include "tests/unit/json_vectors.h"

static void
encode_value(struct dc_buf *out, json_t *value)
{
	struct dc_buf items;
	size_t i;
	json_t *each;

	dc_buf_init(&items, 1 << 20);
	if (json_is_array(value)) {
		json_array_foreach(value, i, each)
			encode_value(&items, each);
		rlp_append_list(out, items.data, items.len);
	} else {
		vectors_hex(&items, json_string_value(value));
		rlp_append_bytes(out, items.data, items.len);
	}
	dc_buf_clear(&items);
}

/* Does the next item say the same as value? */
static void
compare_next(struct rlp_cursor *c, json_t *value)
{
	struct rlp_item item;
	struct rlp_cursor inner;
	struct dc_buf want;
	size_t i;
	json_t *each;

	ck_assert_int_eq(rlp_next(&item, c, NULL), DC_OK);
	if (json_is_array(value)) {
		ck_assert_int_eq(item.kind, RLP_LIST);
		inner = (struct rlp_cursor){ item.p, item.p + item.len };
		json_array_foreach(value, i, each)
			compare_next(&inner, each);
		ck_assert(rlp_at_end(&inner));
		return;
	}
	ck_assert_int_eq(item.kind, RLP_BYTES);
	dc_buf_init(&want, 1 << 20);
	vectors_hex(&want, json_string_value(value));
	ck_assert_uint_eq(want.len, item.len);
	ck_assert(item.len == 0 || memcmp(want.data, item.p, item.len) == 0);
	dc_buf_clear(&want);
}

START_TEST(published_values_encode_and_decode)
{
	json_t *c, *cases = vectors_load("rlp");
	struct dc_buf want, got;
	struct rlp_cursor cursor;
	size_t i;

	dc_buf_init(&want, 1 << 20);
	dc_buf_init(&got, 1 << 20);
	json_array_foreach(cases, i, c) {
		json_t *decoded = json_object_get(c, "decoded");

		vectors_hex(&want, vectors_text(c, "encoded"));
		dc_buf_reset(&got);
		encode_value(&got, decoded);
		ck_assert_msg(got.len == want.len &&
			      memcmp(got.data, want.data, got.len) == 0,
			      "%s", vectors_text(c, "name"));
		cursor = (struct rlp_cursor){ want.data,
					      want.data + want.len };
		compare_next(&cursor, decoded);
		ck_assert(rlp_at_end(&cursor));
	}
	dc_buf_clear(&want);
	dc_buf_clear(&got);
}
END_TEST

/* Walk everything; true when all of it is canonical. */
static bool
walk(struct rlp_cursor c)
{
	struct rlp_item item;

	while (!rlp_at_end(&c)) {
		if (rlp_next(&item, &c, NULL) != DC_OK)
			return false;
		if (item.kind == RLP_LIST &&
		    !walk((struct rlp_cursor){ item.p, item.p + item.len }))
			return false;
	}
	return true;
}

START_TEST(published_wrong_encodings_are_refused)
{
	json_t *c, *cases = vectors_load("rlp_invalid");
	struct dc_buf in;
	size_t i;

	dc_buf_init(&in, 1 << 20);
	json_array_foreach(cases, i, c) {
		vectors_hex(&in, vectors_text(c, "encoded"));
		ck_assert_msg(!walk((struct rlp_cursor){ in.data,
						in.data + in.len }),
			      "%s", vectors_text(c, "name"));
	}
	dc_buf_clear(&in);
}
END_TEST

/* Source: ethereum/tests, RLPTests/rlptest.json (MIT). */
START_TEST(published_integers_encode_and_decode)
{
	static const struct {
		const char *decimal, *hex;
	} cases[] = {
		{ "0", "80" }, { "1", "01" }, { "16", "10" }, { "127", "7f" },
		{ "128", "8180" }, { "1000", "8203e8" },
		{ "100000", "830186a0" },
		{ "83729609699884896815286331701780722",
		  "8f102030405060708090a0b0c0d0e0f2" },
		{ "1053155056182069872462538801907835589357859338629748223470"
		  "68935681",
		  "9c0100020003000400050006000700080009000a000b000c000d000e01" },
	};
	struct dc_buf out;
	char text[80];

	dc_buf_init(&out, 100);
	for (size_t i = 0; i < DC_ARRAY_LEN(cases); i++) {
		struct rlp_cursor c;
		struct u256 v, back;

		ck_assert_int_eq(u256_parse(&v, cases[i].decimal, NULL),
				 DC_OK);
		dc_buf_reset(&out);
		rlp_append_u256(&out, v);
		hex_encode(text, out.data, out.len);
		ck_assert_str_eq(text, cases[i].hex);
		c = (struct rlp_cursor){ out.data, out.data + out.len };
		ck_assert_int_eq(rlp_next_u256(&back, &c, NULL), DC_OK);
		ck_assert_int_eq(u256_compare(v, back), 0);
	}
	dc_buf_clear(&out);
}
END_TEST

START_TEST(integers_with_zeros_or_too_many_bits_are_refused)
{
	static const uint8_t zero[] = { 0x00 };
	static const uint8_t padded[] = { 0x82, 0x00, 0x01 };
	static const uint8_t nine[] = { 0x89, 1, 0, 0, 0, 0, 0, 0, 0, 0 };
	static const uint8_t list[] = { 0xc0 };
	static const struct {
		const uint8_t *p;
		size_t n;
	} cases[] = {
		{ zero, sizeof(zero) }, { padded, sizeof(padded) },
		{ nine, sizeof(nine) }, { list, sizeof(list) },
	};

	for (size_t i = 0; i < DC_ARRAY_LEN(cases); i++) {
		struct rlp_cursor c = { cases[i].p, cases[i].p + cases[i].n };
		uint64_t v;

		ck_assert_int_eq(rlp_next_u64(&v, &c, NULL), DC_EINVAL);
	}
}
END_TEST

START_TEST(bytes_after_the_outer_list_are_refused)
{
	static const uint8_t in[] = { 0xc1, 0x01, 0x02 };
	struct dc_err err = DC_ERR_INIT;
	struct rlp_cursor c;

	ck_assert_int_eq(rlp_open_list(&c, in, 2, &err), DC_OK);
	ck_assert_int_eq(rlp_open_list(&c, in, 3, &err), DC_EINVAL);
	ck_assert(strstr(err.text, "after") != NULL);
	ck_assert_int_eq(rlp_open_list(&c, in, 0, NULL), DC_EINVAL);
}
END_TEST

UNIT_MAIN("oracle/rlp",
	published_values_encode_and_decode,
	published_wrong_encodings_are_refused,
	published_integers_encode_and_decode,
	integers_with_zeros_or_too_many_bits_are_refused,
	bytes_after_the_outer_list_are_refused)
