/* check_oracle_tx.c: EIP-1559 transactions and their signatures against what
 * ethers.js makes of the same fields; EIP-155's and others' examples. */

#include "config.h"

#include "base/keccak.h"
#include "oracle/rlp.h"
#include "oracle/tx.h"
#include "tests/unit/json_vectors.h"

static struct ec *ec;

static void
read_case(struct tx *tx, struct dc_buf *data, json_t *c)
{
	memset(tx, 0, sizeof(*tx));
	tx->chain_id = vectors_u64(c, "chain_id");
	tx->nonce = vectors_u64(c, "nonce");
	tx->tip_wei.v = vectors_u256(c, "tip");
	tx->fee_wei.v = vectors_u256(c, "fee");
	tx->gas = vectors_u64(c, "gas");
	tx->creates = json_is_null(json_object_get(c, "to"));
	if (!tx->creates)
		vectors_bytes(tx->to.b, sizeof(tx->to.b), c, "to");
	tx->value.v = vectors_u256(c, "value");
	vectors_hex(data, vectors_text(c, "data"));
	tx->data = data->data;
	tx->data_len = data->len;
}

START_TEST(published_transactions_are_signed_to_the_same_bytes)
{
	json_t *c, *cases = vectors_load("eip1559");
	struct dc_buf data, want, got;
	size_t i;

	dc_buf_init(&data, 1 << 20);
	dc_buf_init(&want, 1 << 20);
	dc_buf_init(&got, 1 << 20);
	json_array_foreach(cases, i, c) {
		struct ec_signature sig;
		struct hash32 digest, unsigned_hash;
		uint8_t key[32];
		struct tx tx;

		read_case(&tx, &data, c);
		vectors_hex(&want, vectors_text(c, "unsigned"));
		keccak256(&unsigned_hash, want.data, want.len);
		tx_digest(&digest, &tx);
		ck_assert_mem_eq(digest.b, unsigned_hash.b, 32);
		vectors_bytes(key, sizeof(key), c, "key");
		ck_assert_int_eq(ec_sign(ec, &sig, &digest, key, NULL), DC_OK);
		dc_buf_reset(&got);
		tx_encode(&got, &tx, &sig);
		vectors_hex(&want, vectors_text(c, "signed"));
		ck_assert_uint_eq(got.len, want.len);
		ck_assert_mem_eq(got.data, want.data, got.len);
	}
	dc_buf_clear(&data);
	dc_buf_clear(&want);
	dc_buf_clear(&got);
}
END_TEST

START_TEST(published_transactions_are_read_back_and_name_their_sender)
{
	json_t *c, *cases = vectors_load("eip1559");
	struct dc_buf raw, again;
	size_t i;

	dc_buf_init(&raw, 1 << 20);
	dc_buf_init(&again, 1 << 20);
	json_array_foreach(cases, i, c) {
		struct ec_signature sig;
		struct addr20 want, got;
		struct hash32 digest;
		struct tx tx;

		vectors_hex(&raw, vectors_text(c, "signed"));
		ck_assert_int_eq(tx_decode(&tx, &sig, raw.data, raw.len, NULL),
				 DC_OK);
		tx_digest(&digest, &tx);
		ck_assert_int_eq(ec_recover(ec, &got, &digest, &sig, NULL),
				 DC_OK);
		vectors_bytes(want.b, sizeof(want.b), c, "address");
		ck_assert_mem_eq(want.b, got.b, sizeof(got.b));
		dc_buf_reset(&again);
		tx_encode(&again, &tx, &sig);
		ck_assert_uint_eq(again.len, raw.len);
		ck_assert_mem_eq(again.data, raw.data, raw.len);
	}
	dc_buf_clear(&raw);
	dc_buf_clear(&again);
}
END_TEST

START_TEST(other_types_and_access_lists_are_refused)
{
	json_t *c, *cases = vectors_load("eip1559_refused");
	struct dc_buf raw;
	size_t i;

	dc_buf_init(&raw, 1 << 20);
	json_array_foreach(cases, i, c) {
		struct ec_signature sig;
		struct tx tx;

		vectors_hex(&raw, vectors_text(c, "signed"));
		ck_assert_int_eq(tx_decode(&tx, &sig, raw.data, raw.len, NULL),
				 DC_EINVAL);
	}
	dc_buf_clear(&raw);
}
END_TEST

START_TEST(a_transaction_cut_anywhere_is_refused)
{
	json_t *c = json_array_get(vectors_load("eip1559"), 100);
	struct ec_signature sig;
	struct dc_buf raw;
	struct tx tx;

	dc_buf_init(&raw, 1 << 20);
	vectors_hex(&raw, vectors_text(c, "signed"));
	for (size_t n = 0; n < raw.len; n++)
		ck_assert_int_eq(tx_decode(&tx, &sig, raw.data, n, NULL),
				 DC_EINVAL);
	dc_buf_clear(&raw);
}
END_TEST

/* EIP-155: the example, key 0x46..46, nonce 9, 20 gwei, 21000 gas, 1 ether
 * to 0x35..35, chain 1 (CC0). */
START_TEST(the_example_of_eip_155_gets_its_hash_and_signature)
{
	static const char want_digest[] = "daf5a779ae972f972197303d7b574746"
		"c7ef83eadac0f2791ad23db92e4c8e53";
	static const char want_r[] = "28ef61340bd939bc2195fe5375678660"
		"03e1a15d3c71ff63e1590620aa636276";
	static const char want_s[] = "67cbe9d8997f761aecb703304b3800cc"
		"f555c9f3dc64214b297fb1966a3b6d83";
	struct dc_buf items, list;
	struct ec_signature sig;
	struct hash32 digest;
	uint8_t key[32], to[20];
	char text[80];

	memset(key, 0x46, sizeof(key));
	memset(to, 0x35, sizeof(to));
	dc_buf_init(&items, 200);
	dc_buf_init(&list, 200);
	rlp_append_u64(&items, 9);
	rlp_append_u64(&items, UINT64_C(20000000000));
	rlp_append_u64(&items, 21000);
	rlp_append_bytes(&items, to, sizeof(to));
	rlp_append_u64(&items, UINT64_C(1000000000000000000));
	rlp_append_bytes(&items, NULL, 0);
	rlp_append_u64(&items, 1);
	rlp_append_u64(&items, 0);
	rlp_append_u64(&items, 0);
	rlp_append_list(&list, items.data, items.len);
	keccak256(&digest, list.data, list.len);
	hex_encode(text, digest.b, 32);
	ck_assert_str_eq(text, want_digest);
	ck_assert_int_eq(ec_sign(ec, &sig, &digest, key, NULL), DC_OK);
	hex_encode(text, sig.r, 32);
	ck_assert_str_eq(text, want_r);
	hex_encode(text, sig.s, 32);
	ck_assert_str_eq(text, want_s);
	ck_assert_uint_eq(sig.parity, 0);
	dc_buf_clear(&items);
	dc_buf_clear(&list);
}
END_TEST

/* As viem 2.57.20 computes them. */
START_TEST(created_contracts_get_the_known_addresses)
{
	static const struct {
		uint64_t nonce;
		const char *address;
	} cases[] = {
		{ 0, "0xa59b0E560b9d32306CF163BdaF6AeFe31B121C17" },
		{ 2, "0x194Ad3C52fF475dD0b7076B54025667170D1eB6B" },
	};
	struct addr20 sender, got;
	char text[ADDR20_TEXT_BYTES];

	ck_assert_int_eq(addr20_parse(&sender,
		"0xb2682160c482eb985ec9f3e364eec0a904c44c23", NULL), DC_OK);
	for (size_t i = 0; i < DC_ARRAY_LEN(cases); i++) {
		tx_created_address(&got, &sender, cases[i].nonce);
		addr20_format(&got, text);
		ck_assert_str_eq(text, cases[i].address);
	}
}
END_TEST

START_TEST(a_high_s_is_no_signature)
{
	/* order - s: the same point, the other sign */
	static const char order[] = "115792089237316195423570985008687907852"
		"837564279074904382605163141518161494337";
	struct hash32 digest = { { 1, 2, 3 } };
	struct dc_err err = DC_ERR_INIT;
	struct ec_signature sig;
	uint8_t key[32] = { 9 };
	struct addr20 who;
	struct u256 n, s;

	ck_assert_int_eq(ec_sign(ec, &sig, &digest, key, NULL), DC_OK);
	ck_assert_int_eq(ec_recover(ec, &who, &digest, &sig, NULL), DC_OK);
	ck_assert_int_eq(u256_parse(&n, order, NULL), DC_OK);
	ck_assert(u256_sub(&s, n, u256_from_be(sig.s)));
	u256_to_be(s, sig.s);
	sig.parity ^= 1;
	ck_assert_int_eq(ec_recover(ec, &who, &digest, &sig, &err), DC_EINVAL);
	ck_assert(strstr(err.text, "high s") != NULL);
}
END_TEST

START_TEST(signatures_travel_as_65_bytes_with_v_27_or_28)
{
	struct ec_signature sig = { { 1 }, { 2 }, 1 }, back;
	uint8_t bytes[EC_SIGNATURE_BYTES];

	ec_signature_write(bytes, &sig);
	ck_assert_uint_eq(bytes[64], 28);
	ck_assert_int_eq(ec_signature_read(&back, bytes, NULL), DC_OK);
	ck_assert_mem_eq(&sig, &back, sizeof(sig));
	for (unsigned v = 0; v < 256; v++) {
		bytes[64] = (uint8_t)v;
		ck_assert_int_eq(ec_signature_read(&back, bytes, NULL),
				 v == 27 || v == 28 ? DC_OK : DC_EINVAL);
	}
}
END_TEST

START_TEST(zero_and_the_order_are_no_keys)
{
	uint8_t key[32] = { 0 };
	struct addr20 a;

	ck_assert(!ec_key_valid(ec, key));
	ck_assert_int_eq(ec_address(ec, &a, key, NULL), DC_EINVAL);
	memset(key, 0xff, sizeof(key));
	ck_assert(!ec_key_valid(ec, key));
	ck_assert_int_eq(ec_key_random(ec, key, NULL), DC_OK);
	ck_assert(ec_key_valid(ec, key));
}
END_TEST

START_TEST(the_worst_cost_is_gas_times_fee_plus_value)
{
	struct tx tx = { .gas = 21000 };
	struct wei cost;

	tx.fee_wei = wei_from_u64(UINT64_C(30000000000));
	tx.value = wei_from_u64(5);
	ck_assert(tx_worst_cost(&cost, &tx));
	ck_assert_int_eq(wei_compare(cost,
			wei_from_u64(UINT64_C(630000000000005))), 0);
	tx.fee_wei.v = U256_MAX_;
	ck_assert(!tx_worst_cost(&cost, &tx));
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		published_transactions_are_signed_to_the_same_bytes,
		published_transactions_are_read_back_and_name_their_sender,
		other_types_and_access_lists_are_refused,
		a_transaction_cut_anywhere_is_refused,
		the_example_of_eip_155_gets_its_hash_and_signature,
		created_contracts_get_the_known_addresses,
		a_high_s_is_no_signature,
		signatures_travel_as_65_bytes_with_v_27_or_28,
		zero_and_the_order_are_no_keys,
		the_worst_cost_is_gas_times_fee_plus_value,
	};
	int found;

	ec = ec_new(NULL);
	if (ec == NULL)
		return EXIT_FAILURE;
	found = unit_run("oracle/tx", tests, DC_ARRAY_LEN(tests));
	ec_free(ec);
	return found;
}
