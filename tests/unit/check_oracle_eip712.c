/* check_oracle_eip712.c: digests and signatures of checkpoints and
 * attestations, as viem computes them from the same types. */

#include "config.h"

#include "oracle/ec.h"
#include "oracle/eip712.h"
#include "tests/unit/json_vectors.h"

static void
digest_case(struct hash32 *out, json_t *c)
{
	json_t *m = json_object_get(c, "message");
	struct eip712_domain domain;
	struct checkpoint cp;
	struct attestation at;

	domain.chain_id = vectors_u64(c, "chain_id");
	vectors_bytes(domain.pool.b, 20, c, "pool");
	if (strcmp(vectors_text(c, "type"), "Attestation") == 0) {
		vectors_bytes(at.trainer.b, 20, m, "trainer");
		vectors_bytes(at.sample.b, 32, m, "sample");
		vectors_bytes(at.state_root.b, 32, m, "stateRoot");
		at.label = (uint32_t)vectors_u64(m, "label");
		at.issued_s = vectors_u64(m, "issued");
		at.expires_s = vectors_u64(m, "expires");
		eip712_attestation_digest(out, &domain, &at);
		return;
	}
	vectors_bytes(cp.trainer.b, 20, m, "trainer");
	vectors_bytes(cp.spec.b, 32, m, "spec");
	cp.epoch = vectors_u64(m, "epoch");
	cp.count = vectors_u64(m, "count");
	vectors_bytes(cp.record_hash.b, 32, m, "recordHash");
	vectors_bytes(cp.state_root.b, 32, m, "stateRoot");
	cp.judged = vectors_u64(m, "judged");
	vectors_bytes(cp.verdicts_hash.b, 32, m, "verdictsHash");
	cp.accuracy_fx9 = vectors_u64(m, "accuracy");
	eip712_checkpoint_digest(out, &domain, &cp);
}

START_TEST(digests_are_those_of_viem)
{
	json_t *c, *cases = vectors_load("eip712");
	size_t i;

	json_array_foreach(cases, i, c) {
		struct hash32 want, got;

		digest_case(&got, c);
		vectors_bytes(want.b, 32, c, "digest");
		ck_assert_mem_eq(got.b, want.b, 32);
	}
}
END_TEST

START_TEST(signatures_are_those_of_viem_and_name_their_signer)
{
	json_t *c, *cases = vectors_load("eip712");
	struct ec *ec = ec_new(NULL);
	size_t i;

	ck_assert_ptr_nonnull(ec);
	json_array_foreach(cases, i, c) {
		uint8_t key[32], want[65], got[65];
		struct ec_signature sig;
		struct addr20 who, address;
		struct hash32 digest;

		digest_case(&digest, c);
		vectors_bytes(key, 32, c, "key");
		vectors_bytes(want, 65, c, "signature");
		ck_assert_int_eq(ec_sign(ec, &sig, &digest, key, NULL), DC_OK);
		ec_signature_write(got, &sig);
		ck_assert_mem_eq(got, want, 65);
		ck_assert_int_eq(ec_recover(ec, &who, &digest, &sig, NULL),
				 DC_OK);
		vectors_bytes(address.b, 20, c, "address");
		ck_assert(addr20_equal(&who, &address));
	}
	ec_free(ec);
}
END_TEST

UNIT_MAIN("oracle/eip712",
	digests_are_those_of_viem,
	signatures_are_those_of_viem_and_name_their_signer)
