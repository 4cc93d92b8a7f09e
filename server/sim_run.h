#ifndef DECAID_SERVER_SIM_RUN_H
#define DECAID_SERVER_SIM_RUN_H

/*
 * One run of a scenario from its start to its end, and what is kept of it:
 * accuracy and balances over time, and where the money went.
 */

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/status.h"
#include "server/scenario.h"

struct sim_point {
	uint64_t time_s;
	struct wei balance_wei;
};

struct sim_accuracy {
	uint64_t time_s;
	int64_t accuracy_fx9;
};

/* Points of one agent; at most one a SIM_POINT_EVERY_S, and the last. */
#define SIM_POINT_EVERY_S 3600
struct sim_series {
	struct sim_point *point;	/* (n) malloc */
	size_t n, room;
};

/* What an agent is in the world: an attacker gives more wrong labels than
 * right ones, or copies; a careless one some. */
enum sim_role { SIM_HONEST, SIM_CARELESS, SIM_ATTACKER, SIM_CALLER };
enum sim_role sim_role(const struct sim_agent *a);

/* How rows were judged, those with their true label and those without. */
struct sim_verdicts {
	unsigned right[4], wrong[4];	/* by enum verdict */
	unsigned copies, copies_credited;
};

struct sim_result {
	struct sim_accuracy *accuracy;	/* (n_accuracy) malloc */
	size_t n_accuracy, room_accuracy;
	struct sim_series *balance;	/* (n_agent) malloc */
	struct sim_account *account;	/* (n_agent) malloc, at the end */
	uint32_t n_agent;
	int64_t baseline_fx9;		/* when all rows are learned as true */
	int64_t lowest_fx9;		/* accuracy after the start */
	uint64_t end_s;
	uint32_t n_contribution, n_row;
	struct sim_verdicts verdicts;
};

/* What the runner tells while it runs; may be NULL. Called before the first
 * step and at every measurement, with the part done, [0, 1000].
 * so_far  its baseline and its series are there */
typedef void sim_progress(void *data, const struct sim_result *so_far,
			  const struct sim *s, unsigned permille);

/* Run it. The same scenario gives the same result everywhere.
 * Owner: sim_result_clear. */
void sim_run(struct sim_result *out, const struct scenario *s,
	     sim_progress *tell, void *data);
void sim_result_clear(struct sim_result *r);

/* Leave at most n points of each series, evenly, the first and the last among
 * them.
 * n  >= 2 */
void sim_result_thin(struct sim_result *r, size_t n);

/* Append the result as one line of JSON, label (NULL: none) as "run":
 * {"accuracy":[[t,a],...],"balances":{name:[[t,b],...]},
 *  "contributions":N,...}, t in seconds, b in the scenario's unit. */
void sim_result_json(struct dc_buf *b, const struct sim_result *r,
		     const struct scenario *s, const char *label);

/* Append what is known at a moment of the run as one line of JSON. */
void sim_line_json(struct dc_buf *b, const struct sim_result *so_far,
		   const struct sim *s, const struct scenario *scenario,
		   unsigned permille);

/* An amount in the scenario's unit, exact, as JSON writes numbers. */
void sim_amount_text(struct dc_buf *b, const struct scenario *s,
		     struct wei amount);

#endif /* DECAID_SERVER_SIM_RUN_H */
