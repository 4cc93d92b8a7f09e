/*
 * follow.c: the thread that follows the chain: one step after another, a
 * look at the node, then what that look allows, and a wait.
 */

#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/log.h"
#include "oracle/follow_core.h"

#define DEFAULT_POLL_MS 1000
#define FIRST_SPAN 2000
#define FIRST_SPAN_LIMIT 50000

static void copy_blocks(struct follow *f, const struct follow_start *start)
{
	if (start->n_blocks == 0)
		return;
	f->recent = dc_realloc_array(NULL, start->n_blocks,
				     sizeof(*f->recent));
	memcpy(f->recent, start->blocks,
	       start->n_blocks * sizeof(*f->recent));
	f->recent_logs = dc_calloc(start->n_blocks, sizeof(*f->recent_logs));
	f->n_recent = f->room_recent = start->n_blocks;
}

/* What one endpoint allows says nothing of another. */
static void first_span(struct follow *f)
{
	f->span = FIRST_SPAN;
	f->span_limit = FIRST_SPAN_LIMIT;
}

enum dc_status follow_new(struct follow **out,
			  const struct gateway_config *config,
			  const struct follow_start *start,
			  struct nodes *nodes, struct feed *feed,
			  struct standing *standing, struct dc_err *err)
{
	struct follow *f = dc_calloc(1, sizeof(*f));
	enum dc_status st;

	f->config = config;
	f->feed = feed;
	f->standing = standing;
	f->nodes = nodes;
	f->finalized = start->finalized;
	first_span(f);
	atomic_init(&f->stopping, false);
	copy_blocks(f, start);
	follow_trainers_init(f, start);
	follow_mirrors_init(f, start);
	DC_CHECK(pthread_mutex_init(&f->adopt_lock, NULL) == 0);
	f->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (f->stop_fd < 0)
		st = dc_fail(err, DC_EIO, "eventfd: %s", strerror(errno));
	else
		st = node_link_new(&f->link, nodes, err);
	if (st != DC_OK) {
		follow_free(f);
		return st;
	}
	*out = f;
	return DC_OK;
}

void follow_free(struct follow *f)
{
	if (f == NULL)
		return;
	node_link_free(f->link);
	if (f->stop_fd >= 0)
		close(f->stop_fd);
	free(f->recent);
	free(f->recent_logs);
	free(f->trainers);
	follow_mirrors_clear(f);
	(void)pthread_mutex_destroy(&f->adopt_lock);
	free(f);
}

void follow_stop(struct follow *f)
{
	uint64_t one = 1;

	atomic_store(&f->stopping, true);
	node_link_stop(f->link);
	/* it can only fail when it is full, and then it is readable */
	if (write(f->stop_fd, &one, sizeof(one)) < 0)
		DC_CHECK(errno == EAGAIN);
}

static void wait_ms(struct follow *f, unsigned ms)
{
	struct pollfd p = { .fd = f->stop_fd, .events = POLLIN };

	if (poll(&p, 1, (int)ms) < 0)
		DC_CHECK(errno == EINTR);
}

/* --- one step ----------------------------------------------------------- */

/* Which chain is this? The pipeline binds its database to it. */
static enum follow_step say_hello(struct follow *f)
{
	struct feed_batch *b = feed_batch_new(FEED_HELLO);

	DC_CHECK(nodes_identity(f->nodes, &b->chain_id, &b->genesis));
	standing_chain(f->standing, b->chain_id);
	b->finalized = f->finalized;
	f->said_hello = true;
	return feed_put(f->feed, b) ? FOLLOW_STEP_AGAIN : FOLLOW_STEP_STOP;
}

/* A node without such a block (yet) has nothing final.
 * out  .number 0 then */
static enum dc_status tagged(struct follow *f, struct block_ref *out,
			     struct rpc_at tag, struct dc_err *err)
{
	enum dc_status st = rpc_block(f->rpc, out, tag, err);

	if (st == DC_ENOTFOUND || st == DC_EREFUSED) {
		dc_err_clear(err);
		memset(out, 0, sizeof(*out));
		return DC_OK;
	}
	return st;
}

static enum dc_status final_block(struct follow *f, struct block_ref *out,
				  const struct block_ref *head,
				  struct dc_err *err)
{
	uint64_t depth = f->config->finality.depth;

	memset(out, 0, sizeof(*out));
	switch (f->config->finality.kind) {
	case GATEWAY_FINALIZED:
		return tagged(f, out, rpc_at_finalized(), err);
	case GATEWAY_SAFE:
		return tagged(f, out, rpc_at_safe(), err);
	case GATEWAY_DEPTH:
		if (head->number < depth)
			return DC_OK;
		if (depth == 0) {
			*out = *head;
			return DC_OK;
		}
		return tagged(f, out, rpc_at_number(head->number - depth),
			      err);
	}
	dc_abort(__FILE__, __LINE__, "finality out of range");
}

static enum dc_status look(struct follow *f, struct block_ref *head,
			   struct block_ref *final, struct dc_err *err)
{
	enum dc_status st = rpc_block(f->rpc, head, rpc_at_latest(), err);

	if (st == DC_OK)
		st = final_block(f, final, head, err);
	if (st != DC_OK)
		return st;
	if (final->number > head->number)	/* two nodes, one behind */
		*final = *head;
	node_link_head(f->link, head->number);
	standing_node(f->standing, head->number, final->number);
	return DC_OK;
}

static enum dc_status step_once(struct follow *f, enum follow_step *step,
				struct dc_err *err)
{
	struct block_ref head, final;
	enum dc_status st;
	bool same;

	*step = FOLLOW_STEP_IDLE;
	if (!f->said_hello) {
		*step = say_hello(f);
		return DC_OK;
	}
	st = look(f, &head, &final, err);
	if (st == DC_OK)
		st = follow_reconcile(f, step, &same, &head, err);
	if (st != DC_OK || !same)
		return st;
	st = follow_mirrors_adopt(f, step, err);
	if (st != DC_OK || *step != FOLLOW_STEP_IDLE)
		return st;
	if (final.number >= follow_next(f))
		return follow_range(f, step, &final, err);
	st = follow_witness_fed(f, step, final.number, err);
	if (st != DC_OK || *step != FOLLOW_STEP_IDLE)
		return st;
	follow_set_final(f, final.number);
	if (head.number >= follow_next(f))
		return follow_live(f, step, &head, err);
	return DC_OK;
}

/* --- the thread --------------------------------------------------------- */

/* One endpoint for a whole step, so that its answers fit together.
 * Returns false: none may be asked, or none is of our chain. */
static bool choose(struct follow *f, enum follow_step *step,
		   unsigned *wait, struct dc_err *err)
{
	char why[DC_ERR_TEXT_BYTES];

	f->rpc = node_link_choose(f->link, wait, err);
	if (f->rpc == NULL) {
		*step = FOLLOW_STEP_IDLE;
		if (!f->said_hello && nodes_all_foreign(f->nodes, why))
			*step = follow_halt(f, "%s", why);
		return false;
	}
	if (f->place != node_link_place(f->link))
		first_span(f);
	f->place = node_link_place(f->link);
	return true;
}

/* Two endpoints differ: who is to blame is told already, or nobody is and
 * they are asked again. Returns how long to wait. */
static unsigned after_conflict(struct follow *f, bool disputed_before,
			       unsigned poll_ms, const struct dc_err *err)
{
	standing_node_error(f->standing, err->text);
	if (f->disputed && !disputed_before)
		dc_log(DC_LOG_BROKEN, "oracle", "%s", err->text);
	return f->disputed ? poll_ms : 0;
}

/* Returns how long to wait before the next. */
static unsigned one_step(struct follow *f, enum follow_step *step)
{
	unsigned poll_ms = f->config->poll_ms > 0 ? f->config->poll_ms :
		DEFAULT_POLL_MS;
	struct dc_err err = DC_ERR_INIT;
	struct feed_doubt doubt;
	enum dc_status st;
	unsigned wait = 0;
	bool disputed;

	if (feed_doubted(f->feed, &doubt)) {
		*step = follow_doubted(f, &doubt);
		return 0;
	}
	if (!choose(f, step, &wait, &err)) {
		if (!atomic_load(&f->stopping))
			standing_node_error(f->standing, err.text);
		return wait;
	}
	disputed = f->disputed;
	f->disputed = false;
	st = step_once(f, step, &err);
	if (st == DC_ECONFLICT)
		return after_conflict(f, disputed, poll_ms, &err);
	if (st != DC_OK) {
		node_link_bad(f->link, &err);
		if (!atomic_load(&f->stopping))
			standing_node_error(f->standing,
					    node_link_why(f->link));
		*step = FOLLOW_STEP_AGAIN;	/* choosing knows how long */
		return 0;
	}
	node_link_good(f->link);
	follow_doubt_passed(f);
	return *step == FOLLOW_STEP_IDLE ? poll_ms : 0;
}

void follow_run(struct follow *f)
{
	while (!atomic_load(&f->stopping)) {
		enum follow_step step;
		unsigned wait = one_step(f, &step);

		if (step == FOLLOW_STEP_STOP)
			break;
		if (wait > 0)
			wait_ms(f, wait);
	}
}
