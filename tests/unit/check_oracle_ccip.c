/* check_oracle_ccip.c: questions of CCIP-Read in their one form, and the
 * answer word by word. */

#include "config.h"

#include <string.h>

#include "oracle/abi.h"
#include "oracle/ccip.h"
#include "tests/unit/unit.h"

#define CALL_MAX 4096

static struct addr20 trainer_of(uint8_t i)
{
	struct addr20 a;

	memset(a.b, i, sizeof(a.b));
	return a;
}

/* As Solidity encodes it. */
static void question(struct dc_buf *out, const uint8_t *sample, size_t len)
{
	const struct addr20 trainer = trainer_of(7);
	struct abi_selector s = abi_selector_of("attestedPrediction(address,"
						"bytes)");
	struct abi_out t;

	dc_buf_init(out, CALL_MAX);
	dc_buf_append(out, s.b, sizeof(s.b));
	abi_open(&t, out, 2);
	abi_put_addr(&t, &trainer);
	abi_put_bytes(&t, sample, len);
}

START_TEST(a_question_is_read_as_it_was_asked)
{
	const struct addr20 trainer = trainer_of(7);
	static const uint8_t sample[100] = { 1, 2, 3, 0, 0xff };
	struct ccip_question q;
	struct dc_buf b;

	for (size_t len = 0; len <= sizeof(sample); len++) {
		question(&b, sample, len);
		MUST(ccip_read(&q, b.data, b.len, err));
		ck_assert(addr20_equal(&q.trainer, &trainer));
		ck_assert_uint_eq(q.sample_len, len);
		ck_assert(len == 0 || memcmp(q.sample, sample, len) == 0);
		dc_buf_clear(&b);
	}
}
END_TEST

START_TEST(any_other_form_is_refused)
{
	static const uint8_t sample[] = { 1, 2, 3 };
	struct ccip_question q;
	struct dc_buf b;

	question(&b, sample, sizeof(sample));
	for (size_t len = 0; len < b.len; len++)	/* cut short */
		MUST_BE(DC_EINVAL, ccip_read(&q, b.data, len, err));
	for (size_t bit = 0; bit < 8 * b.len; bit++) {
		size_t at = bit / 8;
		bool trainer = at >= 16 && at < 36;
		bool bytes = at >= 100 && at < 103;

		b.data[at] ^= (uint8_t)(1 << bit % 8);
		if (trainer || bytes)
			MUST(ccip_read(&q, b.data, b.len, err));
		else if (at == 99)	/* a length of 7 is there, say */
			ck_assert(ccip_read(&q, b.data, b.len, NULL) ==
				  DC_EINVAL || q.sample_len > 3);
		else
			MUST_BE(DC_EINVAL, ccip_read(&q, b.data, b.len, err));
		b.data[at] ^= (uint8_t)(1 << bit % 8);
	}
	dc_buf_append_byte(&b, 0);
	MUST_BE(DC_EINVAL, ccip_read(&q, b.data, b.len, err));
	dc_buf_clear(&b);
}
END_TEST

/* The words of abi.encode(Prediction), as its layout demands. */
START_TEST(an_answer_has_its_words_where_the_contract_reads_them)
{
	struct attestation is = { .label = 5, .issued_s = 6, .expires_s = 7 };
	struct checkpoint c = { .trainer = trainer_of(1), .epoch = 2,
				.count = 3, .judged = 4, .accuracy_fx9 = 9 };
	struct ec_signature sig = { .parity = 1 };
	struct hash32 chain = { { 0xcc } };
	struct abi_in outer, p, list, v;
	struct dc_err why = DC_ERR_INIT;
	const uint8_t *bytes;
	struct dc_buf b;
	struct addr20 a;
	size_t len;

	memset(c.state_root.b, 0xab, sizeof(c.state_root.b));
	memset(sig.r, 0x11, sizeof(sig.r));
	memset(sig.s, 0x22, sizeof(sig.s));
	dc_buf_init(&b, CALL_MAX);
	ccip_write(&b, &is, &sig, &c, &chain);
	ck_assert_uint_eq(b.len, 32 * (1 + 12 + 1 + 1 + 3 + 1 + 3));
	abi_in_init(&outer, b.data, b.len, &why);
	abi_get_tuple(&p, &outer);
	ck_assert_uint_eq(abi_get_u32(&p), 5);
	a = abi_get_addr(&p);
	ck_assert(addr20_equal(&a, &c.trainer));
	ck_assert_mem_eq(abi_get_word(&p), c.spec.b, 32);
	ck_assert_uint_eq(abi_get_u64(&p), 2);
	ck_assert_uint_eq(abi_get_u64(&p), 3);
	ck_assert_mem_eq(abi_get_word(&p), c.record_hash.b, 32);
	ck_assert_mem_eq(abi_get_word(&p), c.state_root.b, 32);
	ck_assert_uint_eq(abi_get_u64(&p), 4);
	ck_assert_mem_eq(abi_get_word(&p), c.verdicts_hash.b, 32);
	ck_assert_uint_eq(abi_get_u64(&p), 9);
	ck_assert_mem_eq(abi_get_word(&p), chain.b, 32);
	ck_assert_uint_eq(abi_get_array(&list, &p, 1), 1);
	abi_get_tuple(&v, &list);
	ck_assert_uint_eq(abi_get_u64(&v), 6);
	ck_assert_uint_eq(abi_get_u64(&v), 7);
	bytes = abi_get_bytes(&v, &len);
	ck_assert_uint_eq(len, 65);
	ck_assert_mem_eq(bytes, sig.r, 32);
	ck_assert_mem_eq(bytes + 32, sig.s, 32);
	ck_assert_uint_eq(bytes[64], 28);
	ck_assert_msg(!abi_in_failed(&v), "%s", why.text);
	dc_buf_clear(&b);
}
END_TEST

UNIT_MAIN("oracle/ccip",
	  a_question_is_read_as_it_was_asked,
	  any_other_form_is_refused,
	  an_answer_has_its_words_where_the_contract_reads_them)
