#ifndef DECAID_SERVER_PREVIEW_H
#define DECAID_SERVER_PREVIEW_H

/*
 * What an incentive asks and pays at an owner's numbers, before anybody
 * deploys it: deposits over time, waits, shares, and what should give pause.
 * Computed by the very functions that mirror the contracts.
 */

#include "base/buf.h"
#include "incentives/deca_incentive.h"
#include "incentives/price.h"

enum preview_kind {
	PREVIEW_STAKE,		/* StakeTrainer */
	PREVIEW_POINTS,		/* PointsTrainer */
	PREVIEW_STAKEABLE64,	/* 0xDeCA10B's Stakeable64 */
	PREVIEW_POINTS64	/* and Points64 */
};

struct preview {
	enum preview_kind kind;
	struct trainer_params params;	/* waits of all; the rest of stake */
	struct wei cost_weight_wei;	/* Stakeable64 */
};

/* The deposit so many seconds after the last contribution; of StakeTrainer
 * after `before` contributions in one second. */
struct wei preview_deposit(const struct preview *p, uint64_t since_s,
			   uint64_t before);

/* Append the preview for people, or as one object of JSON. */
void preview_text(struct dc_buf *b, const struct preview *p);
void preview_json(struct dc_buf *b, const struct preview *p);

/* Append what should give pause, a sentence each, to out (most of them).
 * out   (n_max) texts, malloc, the caller frees
 * Returns how many. */
#define PREVIEW_WARNINGS_MAX 12
size_t preview_warnings(char *out[PREVIEW_WARNINGS_MAX],
			const struct preview *p);

#endif /* DECAID_SERVER_PREVIEW_H */
