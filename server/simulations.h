#ifndef DECAID_SERVER_SIMULATIONS_H
#define DECAID_SERVER_SIMULATIONS_H

/*
 * Simulations that visitors start. Each is a process of its own, `decaid
 * simulate --small -`: what it writes is handed on line by line, and whatever
 * happens to it (too much work, too much memory, a bug) ends it and not the
 * daemon. One thread starts, reads and reaps them all, so that nothing here
 * waits on a thread that answers requests.
 *
 * (1) At most at_once processes run, and one of each visitor.
 * (2) A process ends when its visitor leaves, after SIMULATIONS_WALL_S, and
 *     with the daemon.
 * (3) A run writes at most SIMULATIONS_BYTES_MAX.
 */

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/status.h"
#include "server/http.h"

#define SIMULATIONS_WALL_S 60
#define SIMULATIONS_BYTES_MAX ((size_t)1000 << 10)	/* fits a reader */

struct simulations;
struct simulation;	/* one run, of one visitor */

struct simulations_options {
	const char *program;	/* decaid itself; borrowed */
	unsigned at_once;
	unsigned wall_s;	/* 0: SIMULATIONS_WALL_S */
	/* Some run has something to read.  Thread: the runs' own. */
	void (*ring)(void *user);
	void *user;
};

/* Errors: DC_EIO no thread. */
enum dc_status simulations_new(struct simulations **out,
			       const struct simulations_options *o,
			       struct dc_err *err) DC_MUST_CHECK;

/* Ends all runs. Whoever still has one lets it go before. NULL is taken. */
void simulations_free(struct simulations *s);

/* Start a run of a scenario that scenario_read took.
 * who    the visitor, 0: nobody knows, and nothing is limited by it
 * text   (len) copied
 * Errors: DC_EBUSY as many run as may.  Thread: any. */
enum dc_status simulation_start(struct simulation **out,
				struct simulations *s, uint64_t who,
				const char *text, size_t len,
				struct dc_err *err) DC_MUST_CHECK;

/* An http_stream: what the run wrote since. If it ended badly, the last line
 * is {"error":{"title":...,"detail":...}}.
 * state  a struct simulation */
enum http_stream_step simulation_read(void *state, struct dc_buf *out);

/* Nobody reads it any more: it ends, wherever it is. */
void simulation_leave(void *state);

#endif /* DECAID_SERVER_SIMULATIONS_H */
