#ifndef DECAID_ORACLE_ABI_CALLS_H
#define DECAID_ORACLE_ABI_CALLS_H

/*
 * The calls of our contracts: their names and selectors in one table, a
 * typed encoder for each that changes something, and decoders of what the
 * views return. Encoders append a selector and its arguments to the buffer.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/event.h"
#include "oracle/abi.h"

enum dc_call {
	/* ModelFactory */
	CALL_CREATE_STAKE_MODEL, CALL_CREATE_POINTS_MODEL,
	/* a trainer */
	CALL_CONTRIBUTE, CALL_REFUND, CALL_REFUND_BATCH, CALL_REPORT,
	CALL_REPORT_BATCH, CALL_CLAIM_LATE, CALL_CLAIM_REWARDS,
	CALL_COLLECT_FEES, CALL_CHECKPOINT,
	/* OperatorPool */
	CALL_JOIN, CALL_ADD_BOND, CALL_SET_ROLES, CALL_SET_ENDPOINT,
	CALL_LEAVE, CALL_WITHDRAW, CALL_WITHDRAW_FEES,
	CALL_SLASH_EQUIVOCATION,
	/* views of a trainer */
	CALL_HEAD, CALL_TOTAL_SUBMITTED, CALL_REC, CALL_ACCEPTED,
	CALL_EFFECTIVE,
	CALL_COMMITMENTS, CALL_VERDICT_OF, CALL_LATE_RANGE_COUNT,
	CALL_LATE_RANGES, CALL_PARAMS, CALL_OWNER, CALL_POOL, CALL_SPEC,
	CALL_NEXT_COST, CALL_REWARDS_OF, CALL_KARMA_OF, CALL_KARMA_TOTAL,
	/* views of a pool */
	CALL_PERIOD, CALL_PERIOD_S, CALL_UNBOND_S, CALL_MIN_BOND,
	CALL_MIN_STAKE, CALL_TOTAL_STAKE, CALL_SIGNER_OF, CALL_OPERATORS,
	CALL_OPERATOR_COUNT,
	CALLS
};

/* Static.  Thread: any. */
struct abi_selector abi_call_selector(enum dc_call call);
const char *abi_call_signature(enum dc_call call);

/* A contribution's recorded fields, as claimants bring them back. */
struct claim {
	uint64_t id;
	struct hash32 prev;	/* rec[id - 1]; 0 for id 0 */
	struct addr20 contributor;
	uint64_t time_s;
	struct wei deposit_wei;
	uint32_t label;
	struct hash32 sample;	/* keccak of its bytes */
	uint32_t late;		/* first late range with to > id, or count */
};

/* What a model is made with. */
struct model_call {
	enum incentive_kind kind;
	struct trainer_params params;
	const char *name, *description, *encoder;
	const uint8_t *spec;
	size_t spec_len;
};

/* A checkpoint on its way to its trainer. */
struct checkpoint_call {
	struct checkpoint c;
	struct hash32 prev_chain;	/* V[judged / 128] of the last one */
	const struct u256 *words;	/* cover [its judged, judged) */
	size_t n_words;
	const uint8_t *signatures;	/* 65 bytes each, ascending signers */
	size_t n_signatures;
};

struct join_call {
	struct addr20 signer, attester, sender;
	const char *endpoint;
};

/* The shortest waits that a factory lets a model have. */
struct factory_minimums {
	uint32_t refund_wait_s, verdict_window_s, challenge_s, epoch_s;
	uint32_t owner_claim_wait_s, any_claim_wait_s;
};

struct pool_rules {
	uint64_t period_s, unbond_s;
	struct wei min_bond_wei, min_stake_wei;
	struct addr20 verifier;		/* zero: nothing can be refuted */
};

/* Arguments of constructors, to stand after the contract's code. */
void abi_args_factory(struct dc_buf *out, const struct factory_minimums *m);
void abi_args_pool(struct dc_buf *out, const struct pool_rules *r);

/* Of a PredictionReader. */
struct reader_rules {
	const char *const *urls;	/* (n_urls) as ERC-3668 has them */
	size_t n_urls;
	uint32_t max_age_s, operators;
};
void abi_args_reader(struct dc_buf *out, const struct reader_rules *r);

void abi_call_create_model(struct dc_buf *out, const struct model_call *m);
void abi_call_contribute(struct dc_buf *out, const uint8_t *sample,
			 size_t len, uint32_t label);
/* CALL_REFUND, CALL_REPORT, CALL_CLAIM_LATE for one, their _BATCH for n. */
void abi_call_claim(struct dc_buf *out, enum dc_call call,
		    const struct claim *c);
void abi_call_claims(struct dc_buf *out, enum dc_call call,
		     const struct claim *c, size_t n);
void abi_call_checkpoint(struct dc_buf *out,
			 const struct checkpoint_call *call);

/* The signatures that a call of writeCheckpoint carries: 65 bytes each.
 * out  borrowed from input
 * Errors: DC_EINVAL it is another call, or cut. */
enum dc_status abi_checkpoint_signatures(const uint8_t **out, size_t *n,
					 const uint8_t *input, size_t len,
					 struct dc_err *err) DC_MUST_CHECK;

void abi_call_join(struct dc_buf *out, const struct join_call *j);
void abi_call_set_roles(struct dc_buf *out, uint64_t id,
			const struct addr20 *signer,
			const struct addr20 *attester,
			const struct addr20 *sender);
void abi_call_set_endpoint(struct dc_buf *out, uint64_t id,
			   const char *endpoint);
/* A checkpoint's nine members, in the order of its struct in the contracts. */
void abi_put_checkpoint(struct abi_out *t, const struct checkpoint *c);

void abi_call_slash_equivocation(struct dc_buf *out,
				 const struct checkpoint *a,
				 const uint8_t sig_a[65],
				 const struct checkpoint *b,
				 const uint8_t sig_b[65]);

/* Calls without arguments, with a number, with an address. */
void abi_call_plain(struct dc_buf *out, enum dc_call call);
void abi_call_number(struct dc_buf *out, enum dc_call call, uint64_t v);
void abi_call_address(struct dc_buf *out, enum dc_call call,
		      const struct addr20 *a);

/* What views return.  Errors of all: DC_EINVAL it is not that. */
struct trainer_accepted {
	uint64_t epoch, count, judged, accepted_s;
	bool any;
};

enum dc_status abi_return_accepted(struct trainer_accepted *out,
				   const uint8_t *data, size_t len,
				   struct dc_err *err) DC_MUST_CHECK;
enum dc_status abi_return_params(struct trainer_params *out,
				 const uint8_t *data, size_t len,
				 struct dc_err *err) DC_MUST_CHECK;

struct operator_state {
	struct addr20 owner, signer, attester, sender;
	struct wei bond_wei, fees_wei;
	uint64_t signer_from;	/* period */
	uint64_t left_from;	/* period; 0: it stays */
};

enum dc_status abi_return_operator(struct operator_state *out,
				   const uint8_t *data, size_t len,
				   struct dc_err *err) DC_MUST_CHECK;
enum dc_status abi_return_u64s(uint64_t *out, size_t n, const uint8_t *data,
			       size_t len, struct dc_err *err) DC_MUST_CHECK;
enum dc_status abi_return_wei(struct wei *out, const uint8_t *data,
			      size_t len, struct dc_err *err) DC_MUST_CHECK;
enum dc_status abi_return_hash(struct hash32 *out, const uint8_t *data,
			       size_t len, struct dc_err *err) DC_MUST_CHECK;
enum dc_status abi_return_address(struct addr20 *out, const uint8_t *data,
				  size_t len, struct dc_err *err)
	DC_MUST_CHECK;

/* Why a call was reverted, for people: "EpochNotOver(7)", "Error: text",
 * or "0x...." where it is none of ours.
 * out  (room) bytes, NUL at the end */
void abi_revert_format(char *out, size_t room, const uint8_t *data,
		       size_t len);

#endif /* DECAID_ORACLE_ABI_CALLS_H */
