#ifndef DECAID_SERVER_SIM_SWEEP_H
#define DECAID_SERVER_SIM_SWEEP_H

/*
 * The same scenario under every combination of settings, on all cores. Runs
 * share nothing; the results stand in the order of the combinations, however
 * the runs were dealt.
 */

#include <stddef.h>

#include "base/status.h"
#include "server/scenario.h"
#include "server/sim_run.h"

#define SIM_SWEEP_RUNS_MAX 1024
#define SIM_SWEEP_KEYS_MAX 8
#define SIM_SWEEP_SETS_MAX 64

struct sim_sweep_run {
	struct scenario_set *set;	/* (n_set) malloc; swept ones last */
	size_t n_set;
	char *label;			/* "deposit=50 seed=2", malloc */
	struct scenario scenario;
	struct sim_result result;
	enum dc_status status;
	struct dc_err err;
};

struct sim_sweep {
	char *text;			/* keys and values; malloc */
	const char *key[SIM_SWEEP_KEYS_MAX];
	size_t n_key;
	struct sim_sweep_run *run;	/* (n_run) malloc */
	size_t n_run;
};

/* Run "KEY=V1,V2 KEY=V3,V4": their product.
 * path, text (len)  the scenario   set (n_set)  holds for all
 * tell  called as runs end, from any thread but one at a time; may be NULL
 * Errors: DC_EINVAL the sweep is wrong, or the first run that could not be
 *         read, with its label. Owner: sim_sweep_clear, in any case. */
enum dc_status sim_sweep(struct sim_sweep *out, const char *sweep,
			 const char *path, const char *text, size_t len,
			 const struct scenario_set *set, size_t n_set,
			 void (*tell)(size_t done, size_t all),
			 struct dc_err *err) DC_MUST_CHECK;
void sim_sweep_clear(struct sim_sweep *s);

#endif /* DECAID_SERVER_SIM_SWEEP_H */
