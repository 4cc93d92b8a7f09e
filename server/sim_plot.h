#ifndef DECAID_SERVER_SIM_PLOT_H
#define DECAID_SERVER_SIM_PLOT_H

/*
 * Runs of the simulator as one picture (SVG): accuracy with its baseline
 * above, balances below, over the same time. An agent has a colour that
 * colour-blind eyes can tell from the others' (Okabe and Ito, 2008) and a run
 * a dash of its own, so that it reads in grey, too.
 */

#include <stddef.h>

#include "base/buf.h"
#include "server/sim_run.h"

struct sim_plot_run {
	const struct sim_result *result;
	const struct scenario *scenario;
	const char *label;	/* NULL: the only run */
};

/* Append the picture.
 * run  (n) n >= 1; agents are told apart by their place in the scenario */
void sim_plot(struct dc_buf *b, const struct sim_plot_run *run, size_t n);

#endif /* DECAID_SERVER_SIM_PLOT_H */
