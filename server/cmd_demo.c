/* decaid demo: a chain, two models, a daemon and people, until told to end. */
#include "config.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "server/cmd.h"
#include "server/demo.h"

#define STEP_MS 200
#define CLAIM_EVERY_MS 1000
#define TELL_EVERY_MS 5000
#define REWARDS_BEFORE_S 5	/* rewards are claimed before the end */

static volatile sig_atomic_t stop_asked;

static void on_signal(int number)
{
	(void)number;
	stop_asked = 1;
}

static void catch_signals(void)
{
	struct sigaction a = { .sa_handler = on_signal };

	sigemptyset(&a.sa_mask);
	DC_CHECK(sigaction(SIGINT, &a, NULL) == 0 &&
		 sigaction(SIGTERM, &a, NULL) == 0);
	a.sa_handler = SIG_IGN;
	DC_CHECK(sigaction(SIGPIPE, &a, NULL) == 0);
}

/* "60s", "60", "5m".  false: not such a time. */
static bool parse_time(uint64_t *out, const char *text)
{
	char *end;
	unsigned long long v = strtoull(text, &end, 10);

	if (end == text || text[0] == '-' || v > 1000000)
		return false;
	if (strcmp(end, "m") == 0)
		v *= 60;
	else if (*end && strcmp(end, "s") != 0)
		return false;
	*out = v;
	return true;
}

static bool is_over(const struct demo *d)
{
	uint64_t ms = demo_now_ms() - d->started_ms;

	return stop_asked || (d->is.for_s && ms >= d->is.for_s * 1000);
}

/* What ran and shall run on; DC_EIO with what ended. */
static enum dc_status still_there(struct demo *d, struct dc_err *err)
{
	if (!child_alive(&d->node))
		return dc_fail(err, DC_EIO, "the chain ended: %s",
			       d->node.log);
	if (!child_alive(&d->daemon))
		return dc_fail(err, DC_EIO, "the daemon ended: %s",
			       d->daemon.log);
	return DC_OK;
}

/* Once, near the end, when the last claims are in. */
static void claim_rewards_once(struct demo *d, bool *claimed)
{
	uint64_t s = (demo_now_ms() - d->started_ms) / 1000;

	if (!d->is.for_s || *claimed || s + REWARDS_BEFORE_S < d->is.for_s)
		return;
	*claimed = true;
	demo_claim_rewards(d);
}

static enum dc_status live(struct demo *d, struct dc_err *err)
{
	struct timespec step = { 0, STEP_MS * 1000000L };
	uint64_t claimed_ms = 0, told_ms = demo_now_ms();
	enum dc_status found = DC_OK;
	bool rewarded = false;

	while (found == DC_OK && !is_over(d)) {
		demo_people_contribute(d);
		demo_people_settle(d);
		if (demo_now_ms() - claimed_ms >= CLAIM_EVERY_MS) {
			claimed_ms = demo_now_ms();
			demo_claims(d);
			claim_rewards_once(d, &rewarded);
		}
		if (demo_now_ms() - told_ms >= TELL_EVERY_MS) {
			told_ms = demo_now_ms();
			demo_tell_line(d);
		}
		(void)nanosleep(&step, NULL);
		found = still_there(d, err);
	}
	return stop_asked ? DC_OK : found;
}

/* What ended tells why, before its log is deleted. */
static void tell_failure(struct demo *d)
{
	if (d->node.log[0] && !child_alive(&d->node))
		child_tell(&d->node, stderr);
	if (d->daemon.log[0] && !child_alive(&d->daemon))
		child_tell(&d->daemon, stderr);
	if (!getenv("DECAID_DEMO_KEEP"))
		return;
	fprintf(stderr, "everything is kept in %s\n", d->dir);
	d->dir[0] = 0;	/* for who looks into what went wrong */
}

static int run(struct demo *d, const struct cmd_line *line)
{
	struct dc_err err = DC_ERR_INIT;
	enum dc_status found;

	catch_signals();
	fprintf(stderr, "starting a chain, contracts, an operator, two "
		"models\n");
	found = demo_world_begin(d, &err);
	if (found == DC_OK) {
		fprintf(stderr, "\n  open  http://127.0.0.1:%u/\n\n"
			"the chain is at http://127.0.0.1:%u; Ctrl-C ends "
			"everything\n\n", d->port, d->node_port);
		found = live(d, &err);
	}
	if (found == DC_OK) {
		demo_people_settle(d);
		demo_tell_end(d);
	} else if (stop_asked) {
		found = DC_OK;
	}
	if (found != DC_OK)
		tell_failure(d);
	demo_world_end(d);
	return found == DC_OK ? CMD_OK : cmd_fail(line, &err);
}

int cmd_demo(const struct command *self, int argc, char **argv)
{
	const char *lasts = NULL, *data = NULL;
	const struct cmd_option options[] = {
		{ "for", "TIME", "end after so long, as 60s or 5m", &lasts },
		{ "data", "FILE", "contribute these rows, class<TAB>text a "
		  "line", &data },
	};
	struct demo *d;
	struct cmd_line line;
	int found = cmd_parse(&line, self, options, DC_ARRAY_LEN(options),
			      argc, argv);

	if (found >= 0)
		return found;
	d = dc_calloc(1, sizeof(*d));
	d->is = (struct demo_options){ .data_path = data, .json = line.json };
	if (line.config.port != DEMO_PORT_DEFAULT)
		d->is.port = line.config.port;
	if (lasts && (!parse_time(&d->is.for_s, lasts) ||
		      d->is.for_s <= DEMO_QUIET_S))
		found = cmd_usage(&line, "--for: a time above %d s, as 60s",
				  DEMO_QUIET_S);
	else
		found = run(d, &line);
	free(d);
	cmd_line_clear(&line);
	return found;
}
