#ifndef DECAID_SERVER_SIM_TELL_H
#define DECAID_SERVER_SIM_TELL_H

/* Telling people about runs: progress, and tables at the end. */

#include <stdbool.h>
#include <stdio.h>

#include "server/sim_run.h"
#include "server/sim_sweep.h"

struct sim_telling {
	bool bar;	/* a progress bar on the terminal */
	bool lines;	/* a JSON line a measurement, to standard output */
	const struct scenario *scenario;
	unsigned every_permille;	/* between two lines; 0: all of them */
	unsigned next_permille;		/* 0 at first */
};

/* A sim_progress; data is a struct sim_telling. */
void sim_tell(void *data, const struct sim_result *so_far,
	      const struct sim *s, unsigned permille);

/* A bar for a sweep, on the terminal. */
void sim_tell_runs(size_t done, size_t all);

/* What became of each agent. */
void sim_summary(FILE *f, const struct sim_result *r,
		 const struct scenario *s);

/* A line a run: what attackers and honest agents gained or lost together,
 * and what became of accuracy. Attackers give more wrong labels than right
 * ones, or copies. */
void sim_sweep_table(FILE *f, const struct sim_sweep *s);

#endif /* DECAID_SERVER_SIM_TELL_H */
