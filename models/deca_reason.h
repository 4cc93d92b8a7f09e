#ifndef DECAID_MODELS_DECA_REASON_H
#define DECAID_MODELS_DECA_REASON_H

/*
 * Why a call to one of 0xDeCA10B's contracts reverts, in the contracts' own
 * words: classifiers, data handler, incentives and trainer.
 */

#include <stdbool.h>

/* X(name, text) */
#define DECA_REASONS(X) \
	X(INVALID_OPCODE, "<invalid opcode>") \
	X(REVERTED, "<execution reverted>") \
	X(NOT_OWNER, "Sender is not the owner.") \
	X(OWNER_ZERO, "New owner cannot be 0x0.") \
	X(ADD_OVERFLOW, "SafeMath: addition overflow") \
	X(SUB_OVERFLOW, "SafeMath: subtraction overflow") \
	X(MUL_OVERFLOW, "SafeMath: multiplication overflow") \
	X(DIV_ZERO, "SafeMath: division by zero") \
	X(NO_NORM, "Normalization is not required.") \
	X(NORM_NOT_1, "The provided data does not have a norm of 1.") \
	X(WEIGHTS_DIMENSION, \
	  "The data must have the same dimension as the weights.") \
	X(INDEX_NEGATIVE, "Not all indices are >= 0.") \
	X(INDEX_TOO_LARGE, "A feature index is too large.") \
	X(INDEX_TOO_HIGH, "A feature index is too high.") \
	X(NO_CLASS, "At least one class is required.") \
	X(CLASS_COUNTS_NUMBER, "The number of classifications must match the " \
	  "number of _classCounts.") \
	X(FEATURE_COUNTS_NUMBER, "The number of classifications must match " \
	  "the number of _featureCounts.") \
	X(CENTROIDS_NUMBER, "The number of centroids and classifications " \
	  "must be the same.") \
	X(DIMENSIONS_DIFFER, "Inconsistent number of dimensions.") \
	X(DATA_DIMENSIONS, \
	  "Data doesn't have the correct number of dimensions.") \
	X(DATA_LENGTH, "Data doesn't have the correct length.") \
	X(COUNT_TOO_LARGE, "Data count is too large.") \
	X(CLASS_NOT_ADDED, "This classification has not been added yet.") \
	X(CLASS_OUT_OF_BOUNDS, "Classification is out of bounds.") \
	X(TOO_MANY_SAMPLES, "There are too many samples for the class.") \
	X(OWNER_WAIT_SHORT, "Owner claim wait time must be at least the " \
	  "refund wait time.") \
	X(ANY_WAIT_SHORT, "Owner claim wait time must be less than the any " \
	  "address claim wait time.") \
	X(TIME_BEFORE_UPDATE, \
	  "The last update time is after the current time.") \
	X(PAID_TOO_LITTLE, "Didn't pay enough for the deposit.") \
	X(CLAIMED_BY_SUBMITTER, "Deposit already claimed by submitter.") \
	X(CLAIMED_BY_REPORTER, "Deposit already claimed by reporter.") \
	X(NOTHING_LEFT, "There is no reward left to claim.") \
	X(TOO_EARLY, "Not enough time has passed.") \
	X(MODEL_DISAGREES, "The model doesn't agree with your contribution.") \
	X(MODEL_AGREES, "The model should not agree with the contribution.") \
	X(OWN_DEPOSIT, "Cannot take your own deposit.") \
	X(NO_GOOD_DATA, "The sender has not sent any good data.") \
	X(ALREADY_CLAIMED, "Already claimed.") \
	X(ALREADY_CLAIMED_SUBMITTER, "Already claimed by submitter.") \
	X(ALREADY_CLAIMED_REPORTER, "Already claimed by reporter.") \
	X(CLAIM_TOO_EARLY, "Cannot be claimed yet.") \
	X(REPORT_SELF, "Cannot report yourself.") \
	X(KEY_CONFLICT, "Conflicting data key. The data may have already " \
	  "been added.") \
	X(DATA_NOT_FOUND, "Data not found.") \
	X(LABEL_DIFFERS, "Classification is not equal.") \
	X(TIME_DIFFERS, "Added time is not equal.") \
	X(SENDER_DIFFERS, "Sender is not equal.") \
	X(NOT_FROM_SENDER, "Data is not from the sender.") \
	X(WRONG_AUTHOR, "Data isn't from the right author.")

enum deca_reason {
	DECA_DONE = 0,	/* it does not revert */
	DECA_NO_ROOM,	/* ours alone: the caller's block is too small */
#define DECA_REASON_NAME(name, text) DECA_##name,
	DECA_REASONS(DECA_REASON_NAME)
#undef DECA_REASON_NAME
	DECA_REASON_COUNT
};

/* The contract's words; NULL for DECA_DONE. */
const char *deca_reason_text(enum deca_reason reason);

/* How a caller contract passes a failed inner call on: words travel, an
 * invalid opcode arrives as empty revert data. */
enum deca_reason deca_reason_passed_on(enum deca_reason inner);

#endif /* DECAID_MODELS_DECA_REASON_H */
