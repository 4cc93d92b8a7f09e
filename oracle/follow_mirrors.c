/*
 * 0xDeCA10B's models among what is followed: whose logs they are, and how
 * one more is taken in. Its history up to the last final block was gathered
 * by who found it (oracle/mirrors.h); what is above is undone and fed again
 * with its logs, so that no block of ours ever lacks them.
 */

#include "config.h"

#include <inttypes.h>
#include <string.h>

#include "base/log.h"
#include "oracle/deca_claims.h"
#include "oracle/feed_fill.h"
#include "oracle/follow_core.h"

static void add(struct follow *f, const struct follow_mirror *m)
{
	DC_CHECK(f->n_mirrors < FOLLOW_MIRRORS_MAX);
	DC_CHECK(f->n_own_topics + DECA_TOPICS <= FOLLOW_TOPICS_MAX);
	deca_topics(f->topics + f->n_own_topics);
	f->n_topics = f->n_own_topics + DECA_TOPICS;
	f->mirrors[f->n_mirrors++] = *m;
}

void follow_mirrors_init(struct follow *f, const struct follow_start *start)
{
	for (size_t i = 0; i < start->n_mirrors; i++)
		add(f, &start->mirrors[i]);
}

bool follow_mirrors_want(const struct follow *f, const struct addr20 *a)
{
	for (size_t i = 0; i < f->n_mirrors; i++) {
		const struct follow_mirror *m = &f->mirrors[i];

		if (addr20_equal(a, &m->trainer) ||
		    addr20_equal(a, &m->incentive) ||
		    addr20_equal(a, &m->classifier))
			return true;
	}
	return false;
}

size_t follow_mirrors_addresses(const struct follow *f, struct addr20 *out)
{
	size_t n = 0;

	for (size_t i = 0; i < f->n_mirrors; i++) {
		out[n++] = f->mirrors[i].trainer;
		out[n++] = f->mirrors[i].incentive;
		out[n++] = f->mirrors[i].classifier;
	}
	return n;
}

/* --- one more ----------------------------------------------------------- */

bool follow_adopt(struct follow *f, struct feed_batch *b)
{
	bool taken;

	DC_CHECK(pthread_mutex_lock(&f->adopt_lock) == 0);
	taken = f->adopt == NULL;
	if (taken)
		f->adopt = b;
	DC_CHECK(pthread_mutex_unlock(&f->adopt_lock) == 0);
	return taken;
}

static struct feed_batch *waiting(struct follow *f)
{
	struct feed_batch *b;

	if (f->lost != NULL)
		return f->lost;
	DC_CHECK(pthread_mutex_lock(&f->adopt_lock) == 0);
	b = f->adopt;
	DC_CHECK(pthread_mutex_unlock(&f->adopt_lock) == 0);
	return b;
}

static void take_away(struct follow *f)
{
	if (f->lost != NULL) {
		f->lost = f->lost->next;
		return;
	}
	DC_CHECK(pthread_mutex_lock(&f->adopt_lock) == 0);
	f->adopt = NULL;
	DC_CHECK(pthread_mutex_unlock(&f->adopt_lock) == 0);
}

static void remove_one(struct follow *f, const struct addr20 *trainer)
{
	size_t kept = 0;

	for (size_t i = 0; i < f->n_mirrors; i++)
		if (!addr20_equal(&f->mirrors[i].trainer, trainer))
			f->mirrors[kept++] = f->mirrors[i];
	f->n_mirrors = kept;
}

void follow_mirrors_again(struct follow *f)
{
	struct feed_batch **last = &f->lost, *b;

	while (*last != NULL)
		last = &(*last)->next;
	while ((b = feed_lost(f->feed)) != NULL) {
		remove_one(f, &b->mirror.trainer);
		*last = b;
		last = &b->next;
	}
}

void follow_mirrors_clear(struct follow *f)
{
	struct feed_batch *b;

	while ((b = waiting(f)) != NULL) {
		take_away(f);
		feed_batch_free(b);
	}
}

/* Nobody else's contracts may be among its own: events must belong to one
 * model. */
static bool is_disjoint(const struct follow *f, const struct feed_mirror *m)
{
	const struct addr20 *who[] = { &m->trainer, &m->incentive,
				       &m->classifier };

	for (size_t i = 0; i < DC_ARRAY_LEN(who); i++) {
		if (addr20_equal(who[i], &f->config->factory) ||
		    addr20_equal(who[i], &f->config->pool) ||
		    follow_mirrors_want(f, who[i]))
			return false;
		for (size_t k = 0; k < f->n_trainers; k++)
			if (addr20_equal(who[i], &f->trainers[k].address))
				return false;
		for (size_t k = 0; k < i; k++)
			if (addr20_equal(who[i], who[k]))
				return false;
	}
	return true;
}

/* Logs of [from, to], behind those that are there. */
static enum dc_status complete(struct follow *f, struct feed_batch *b,
			       uint64_t from, uint64_t to, struct dc_err *err)
{
	const struct feed_mirror *m = &b->mirror;
	const struct addr20 who[] = { m->trainer, m->incentive,
				      m->classifier };
	struct hash32 topic[DECA_TOPICS];
	const struct rpc_log_filter filter = {
		who, DC_ARRAY_LEN(who), topic, DECA_TOPICS
	};
	struct feed_batch rest = { .arena = b->arena };
	struct feed_block *all;
	struct rpc_logs logs;
	enum dc_status st;

	deca_topics(topic);
	st = rpc_logs_range(f->rpc, &logs, b->arena, &filter, from, to, err);
	if (st == DC_OK)
		st = deca_claims_fetch(f->rpc, logs.items, logs.n, b->arena,
				       err);
	if (st != DC_OK)
		return st;
	feed_fill(&rest, logs.items, logs.n, NULL);
	st = feed_fill_times(&rest, f->rpc, err);
	if (st != DC_OK || rest.n_blocks == 0)
		return st;
	all = dc_arena_alloc(b->arena, (b->n_blocks + rest.n_blocks) *
			     sizeof(*all));
	if (b->n_blocks > 0)
		memcpy(all, b->blocks, b->n_blocks * sizeof(*all));
	memcpy(all + b->n_blocks, rest.blocks, rest.n_blocks * sizeof(*all));
	b->blocks = all;
	b->n_blocks += rest.n_blocks;
	return DC_OK;
}

/* The batch as of our block `last`, the last final one; NULL: before the
 * first block of all. */
static enum dc_status fit(struct follow *f, struct feed_batch *b,
			  const struct block_ref *last, struct dc_err *err)
{
	enum dc_status st = DC_OK;

	if (last == NULL) {
		b->n_blocks = 0;
		return DC_OK;
	}
	while (b->n_blocks > 0 &&
	       b->blocks[b->n_blocks - 1].ref.number > last->number)
		b->n_blocks--;
	if (b->finalized < last->number)
		st = complete(f, b, b->finalized + 1, last->number, err);
	if (st == DC_OK)
		b->finalized = last->number;
	return st;
}

static enum dc_status hand_over(struct follow *f, enum follow_step *step,
				struct feed_batch *b,
				const struct block_ref *last)
{
	const struct follow_mirror m = {
		b->mirror.trainer, b->mirror.incentive, b->mirror.classifier
	};
	const struct block_ref *tip = follow_tip(f);

	*step = FOLLOW_STEP_AGAIN;
	if (tip != NULL && (last == NULL || tip->number > last->number))
		*step = follow_rewind(f, last, FEED_REWIND);
	if (!feed_put(f->feed, b))
		*step = FOLLOW_STEP_STOP;
	add(f, &m);
	return DC_OK;
}

enum dc_status follow_mirrors_adopt(struct follow *f, enum follow_step *step,
				    struct dc_err *err)
{
	const struct block_ref *tip = follow_tip(f);
	struct feed_batch *b = waiting(f);
	const struct block_ref *last = NULL;
	enum dc_status st;

	if (b == NULL)
		return DC_OK;
	if (f->n_mirrors == FOLLOW_MIRRORS_MAX ||
	    !is_disjoint(f, &b->mirror)) {
		dc_log(DC_LOG_UNUSUAL, "oracle", "mirror not followed: its "
		       "contracts are others' as well, or there are too many");
		take_away(f);
		feed_batch_free(b);
		return DC_OK;
	}
	if (tip != NULL && f->recent[0].number <= f->finalized)
		last = &f->recent[0];
	if (tip != NULL && last == NULL && f->config->start_block == 0)
		return DC_OK;	/* it waits until something is final */
	st = fit(f, b, last, err);
	if (st != DC_OK)
		return st;
	take_away(f);
	return hand_over(f, step, b, last);
}
