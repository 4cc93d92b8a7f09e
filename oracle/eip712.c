/* EIP-712 digests of what operators sign. */
#include "config.h"

#include "oracle/eip712.h"

#include <string.h>

#include "base/keccak.h"
#include "oracle/abi.h"

#define EIP712_DOMAIN_TYPE "EIP712Domain(string name,string version," \
	"uint256 chainId,address verifyingContract)"
#define EIP712_DOMAIN_NAME "decaid"
#define EIP712_DOMAIN_VERSION "1"

#define CHECKPOINT_TYPE "Checkpoint(address trainer,bytes32 spec," \
	"uint64 epoch,uint64 count,bytes32 recordHash,bytes32 stateRoot," \
	"uint64 judged,bytes32 verdictsHash,uint64 accuracy)"
#define ATTESTATION_TYPE "Attestation(address trainer,bytes32 sample," \
	"bytes32 stateRoot,uint32 label,uint64 issued,uint64 expires)"

/* hashStruct: keccak256(typeHash || encodeData(s)), words one by one. */
static void
struct_begin(struct keccak *k, const char *type)
{
	struct hash32 type_hash;

	keccak256(&type_hash, type, strlen(type));
	keccak_init(k);
	keccak_update(k, type_hash.b, sizeof(type_hash.b));
}

static void
struct_hash(struct keccak *k, const struct hash32 *h)
{
	keccak_update(k, h->b, sizeof(h->b));
}

static void
struct_u64(struct keccak *k, uint64_t v)
{
	struct hash32 word;

	u256_to_be(u256_from_u64(v), word.b);
	struct_hash(k, &word);
}

static void
struct_addr(struct keccak *k, const struct addr20 *a)
{
	struct hash32 word = { { 0 } };

	memcpy(word.b + 12, a->b, sizeof(a->b));
	struct_hash(k, &word);
}

static void
struct_text(struct keccak *k, const char *text)
{
	struct hash32 h;

	keccak256(&h, text, strlen(text));
	struct_hash(k, &h);
}

static void
domain_separator(struct hash32 *out, const struct eip712_domain *domain)
{
	struct keccak k;

	struct_begin(&k, EIP712_DOMAIN_TYPE);
	struct_text(&k, EIP712_DOMAIN_NAME);
	struct_text(&k, EIP712_DOMAIN_VERSION);
	struct_u64(&k, domain->chain_id);
	struct_addr(&k, &domain->pool);
	keccak_final(&k, out);
}

/* EIP-712: "\x19\x01" || domainSeparator || hashStruct(message) */
static void
digest_of(struct hash32 *out, const struct eip712_domain *domain,
	  struct keccak *message)
{
	struct hash32 separator, hash;
	struct keccak k;

	domain_separator(&separator, domain);
	keccak_final(message, &hash);
	keccak_init(&k);
	keccak_update(&k, "\x19\x01", 2);
	struct_hash(&k, &separator);
	struct_hash(&k, &hash);
	keccak_final(&k, out);
}

static void
checkpoint_words(struct keccak *k, const struct checkpoint *c)
{
	struct_begin(k, CHECKPOINT_TYPE);
	struct_addr(k, &c->trainer);
	struct_hash(k, &c->spec);
	struct_u64(k, c->epoch);
	struct_u64(k, c->count);
	struct_hash(k, &c->record_hash);
	struct_hash(k, &c->state_root);
	struct_u64(k, c->judged);
	struct_hash(k, &c->verdicts_hash);
	struct_u64(k, c->accuracy_fx9);
}

void
eip712_checkpoint_digest(struct hash32 *out,
			 const struct eip712_domain *domain,
			 const struct checkpoint *c)
{
	struct keccak k;

	checkpoint_words(&k, c);
	digest_of(out, domain, &k);
}

void
eip712_checkpoint_struct(struct hash32 *out, const struct checkpoint *c)
{
	struct keccak k;

	checkpoint_words(&k, c);
	keccak_final(&k, out);
}

void
eip712_attestation_digest(struct hash32 *out,
			  const struct eip712_domain *domain,
			  const struct attestation *a)
{
	struct keccak k;

	struct_begin(&k, ATTESTATION_TYPE);
	struct_addr(&k, &a->trainer);
	struct_hash(&k, &a->sample);
	struct_hash(&k, &a->state_root);
	struct_u64(&k, a->label);
	struct_u64(&k, a->issued_s);
	struct_u64(&k, a->expires_s);
	digest_of(out, domain, &k);
}
