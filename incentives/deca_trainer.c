/* 0xDeCA10B's data handler, and its trainer's three calls. */
#include "config.h"

#include "base/i256.h"
#include "base/keccak.h"
#include "incentives/deca_trainer.h"

/* Elements of a packed array still take 32 bytes each; single values take
 * their own width. */
void deca_entry_key(struct hash32 *out, const struct deca_ref *ref)
{
	struct keccak k;
	uint8_t word[32];

	keccak_init(&k);
	for (size_t i = 0; i < ref->n; i++) {
		u256_to_be(i256_from_i64(ref->data[i]), word);
		keccak_update(&k, word, sizeof(word));
	}
	u256_to_be(u256_from_u64(ref->label), word);
	keccak_update(&k, word + 24, 8);
	u256_to_be(ref->added_s, word);
	keccak_update(&k, word, sizeof(word));
	keccak_update(&k, ref->author.b, sizeof(ref->author.b));
	keccak_final(&k, out);
}

static enum deca_reason entry_equal(const struct deca_entry *entry,
				    const struct deca_ref *ref,
				    enum deca_reason wrong_sender)
{
	if (entry->label != ref->label)
		return DECA_LABEL_DIFFERS;
	if (u256_compare(entry->added_s, ref->added_s) != 0)
		return DECA_TIME_DIFFERS;
	if (!addr20_equal(&entry->sender, &ref->author))
		return wrong_sender;
	return DECA_DONE;
}

enum deca_reason deca_entry_check(const struct deca_entry *entry,
				  const struct deca_ref *ref)
{
	return entry_equal(entry, ref, DECA_WRONG_AUTHOR);
}

enum deca_reason deca_trainer_add(struct wei *cost,
				  struct deca_incentive *inc,
				  struct deca_entry *entry,
				  const struct deca_ref *ref,
				  struct wei value)
{
	enum deca_reason r;

	r = deca_incentive_add(cost, inc, value, ref->added_s);
	if (r != DECA_DONE)
		return deca_reason_passed_on(r);
	if (!addr20_is_zero(&entry->sender)
	    && !u256_is_zero(entry->claimable_wei.v))
		return DECA_KEY_CONFLICT;
	*entry = (struct deca_entry){
		.sender = ref->author,
		.label = ref->label,
		.added_s = ref->added_s,
		.initial_wei = *cost,
		.claimable_wei = *cost,
	};
	return DECA_DONE;
}

/* The data handler's part of a claim. */
static enum deca_reason claim_begin(struct deca_claim *claim,
				    struct u256 *claims,
				    const struct deca_entry *entry,
				    const struct deca_ref *ref, bool claimed,
				    enum deca_reason wrong_sender)
{
	enum deca_reason r;

	if (addr20_is_zero(&entry->sender))
		return DECA_DATA_NOT_FOUND;
	r = entry_equal(entry, ref, wrong_sender);
	if (r != DECA_DONE)
		return r;
	if (!u256_add(claims, entry->claims, u256_from_u64(1)))
		return DECA_ADD_OVERFLOW;
	*claim = (struct deca_claim){
		.label = ref->label,
		.added_s = ref->added_s,
		.initial_wei = entry->initial_wei,
		.claimable_wei = entry->claimable_wei,
		.claims = entry->claims,
		.claimed = claimed,
	};
	return DECA_DONE;
}

enum deca_reason deca_trainer_refund(struct wei *amount,
				     struct deca_incentive *inc,
				     struct deca_entry *entry,
				     struct deca_stats *stats,
				     const struct deca_ref *ref, bool claimed,
				     struct deca_prediction prediction,
				     struct u256 now_s)
{
	struct deca_claim claim;
	struct u256 claims;
	enum deca_reason r;

	r = claim_begin(&claim, &claims, entry, ref, claimed,
			DECA_NOT_FROM_SENDER);
	if (r == DECA_DONE)
		r = prediction.reason;
	if (r != DECA_DONE)
		return deca_reason_passed_on(r);
	claim.prediction = prediction.label;
	r = deca_incentive_refund(amount, inc, stats, &claim, now_s);
	if (r != DECA_DONE)
		return deca_reason_passed_on(r);
	entry->claims = claims;
	entry->claimable_wei = wei_from_u64(0);
	return DECA_DONE;
}

enum deca_reason deca_trainer_report(struct wei *amount,
				     const struct deca_incentive *inc,
				     struct deca_entry *entry,
				     const struct deca_stats *stats,
				     const struct deca_ref *ref,
				     const struct addr20 *reporter,
				     bool claimed,
				     struct deca_prediction prediction,
				     struct u256 now_s)
{
	struct deca_claim claim;
	struct u256 claims;
	struct wei left;
	enum deca_reason r;

	r = claim_begin(&claim, &claims, entry, ref, claimed,
			DECA_SENDER_DIFFERS);
	if (r == DECA_DONE)
		r = prediction.reason;
	if (r != DECA_DONE)
		return deca_reason_passed_on(r);
	claim.prediction = prediction.label;
	claim.is_author = addr20_equal(reporter, &ref->author);
	r = deca_incentive_report(amount, inc, stats, &claim, now_s);
	if (r != DECA_DONE)
		return deca_reason_passed_on(r);
	if (!wei_sub(&left, entry->claimable_wei, *amount))
		return DECA_SUB_OVERFLOW;
	entry->claims = claims;
	entry->claimable_wei = left;
	return DECA_DONE;
}
