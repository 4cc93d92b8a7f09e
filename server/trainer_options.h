#ifndef DECAID_SERVER_TRAINER_OPTIONS_H
#define DECAID_SERVER_TRAINER_OPTIONS_H

/*
 * A trainer's waits and prices on the command line: what `deploy model`
 * freezes and `incentive preview` shows, by the same options.
 */

#include "base/event.h"
#include "base/status.h"
#include "server/cmd.h"

/* As they were given; cap NULL: the floor. */
struct trainer_texts {
	const char *refund_wait, *window, *challenge, *epoch;
	const char *owner_wait, *any_wait, *fee_gwei, *floor, *cap, *burst;
	const char *price_window, *reporter_bps;
};

#define TRAINER_OPTIONS 12

/* The options into out, and the usual values into t. */
void trainer_options(struct cmd_option out[TRAINER_OPTIONS],
		     struct trainer_texts *t);

/* The waits; the prices, of deposits and reports.
 * Errors: DC_EINVAL "--option: what". */
enum dc_status trainer_waits_read(struct trainer_params *p,
				  const struct trainer_texts *t,
				  struct dc_err *err) DC_MUST_CHECK;
enum dc_status trainer_prices_read(struct trainer_params *p,
				   const struct trainer_texts *t,
				   struct dc_err *err) DC_MUST_CHECK;

#endif /* DECAID_SERVER_TRAINER_OPTIONS_H */
