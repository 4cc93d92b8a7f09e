#ifndef DECAID_INCENTIVES_CLAIM_H
#define DECAID_INCENTIVES_CLAIM_H

/*
 * Who may claim what of a deposit, and when: the table of oracle/PROTOCOL.md
 * "Deadlines and claims" as one pure function, the trainers' mirror. An
 * answer of "no" says why in one sentence and, where it is known, from when
 * on it will be yes.
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/event.h"
#include "base/types.h"

enum claim_action {
	CLAIM_REFUND,	/* the contributor takes the deposit back */
	CLAIM_REPORT,	/* anybody else points at bad data */
	CLAIM_LATE	/* owner, later anybody, takes what nobody reported */
};

/* Who asks. The owner of a model may be a contributor to it as well. */
struct claim_actor {
	bool is_contributor;
	bool is_owner;
};

/* What is known of one contribution. */
struct claim_record {
	uint64_t time_s;
	struct wei deposit_wei;
	bool settled;		/* claimed already */
	enum verdict verdict;	/* VERDICT_NONE: no accepted checkpoint */
	uint64_t accepted_at_s;	/* of the checkpoint that judged it */
	bool in_late_range;	/* the trainer's list has a range with it */
};

enum claim_reason {
	CLAIM_ALLOWED = 0,
	CLAIM_SETTLED,		/* somebody claimed it before */
	CLAIM_NOT_CONTRIBUTOR,	/* refund is the contributor's alone */
	CLAIM_OWN_RECORD,	/* nobody reports himself */
	CLAIM_WAITING,		/* the refund wait is not over */
	CLAIM_NOT_JUDGED,	/* no verdict yet, no deadline passed */
	CLAIM_CHALLENGE,	/* a verdict, not effective yet */
	CLAIM_BAD_DATA,		/* refund: the verdict is disagree */
	CLAIM_GOOD_DATA,	/* report, late claim: it is not disagree */
	CLAIM_TOO_LATE,		/* disagree came past the deadline */
	CLAIM_OWNER_WAIT,	/* the owner's turn has not come */
	CLAIM_ANY_WAIT,		/* everybody's turn has not come */
	CLAIM_NO_KARMA,		/* only who gave good data takes a part */
	CLAIM_REASONS
};

/* when_s of what no passing of time alone makes possible. */
#define CLAIM_NEVER UINT64_MAX

struct claim_answer {
	enum claim_reason reason;
	uint64_t when_s;	/* from when on, if nothing else happens */
	/* What it would do; all zero unless CLAIM_ALLOWED. */
	struct wei pays_wei;	/* to the claimant */
	struct wei shared_wei;	/* to all who hold karma */
	struct wei fee_wei;	/* kept for the pool */
	uint64_t karma;		/* to the contributor */
};

/* refundWaitTimeS + verdictWindowS after the contribution. */
uint64_t claim_deadline_s(const struct trainer_params *p, uint64_t time_s);

/* Whether a late range, accepted then, makes a contribution's verdict late. */
bool claim_is_late(const struct trainer_params *p,
		   const struct claim_record *r);

/* Answer for one action of one actor at now_s, the chain's time. */
void claim_check(struct claim_answer *out, const struct trainer_params *p,
		 enum claim_action action, struct claim_actor actor,
		 const struct claim_record *r, uint64_t now_s);

/* What reporting it pays the reporter once the model disagrees with it in
 * time, of a deposit that pays the fee: rounded down. */
struct wei claim_report_wei(const struct trainer_params *p,
			    struct wei deposit_wei);

/* Before when nobody can report it, whatever the verdict: the end of the
 * epoch in which its refund wait ends, and the challenge after that. */
uint64_t claim_report_least_s(const struct trainer_params *p,
			      uint64_t time_s);

/* The one sentence of a reason, for people. */
const char *claim_reason_text(enum claim_reason reason);

#endif /* DECAID_INCENTIVES_CLAIM_H */
