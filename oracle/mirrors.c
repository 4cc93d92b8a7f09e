/* The thread that keeps the mirrors. What others ask: mirrors_read.c. */
#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "oracle/mirrors_core.h"

#define AUDIT_EVERY_MS 30000
#define PREFETCH 1024		/* features of each class, read at once */
#define ARENA_BYTES (1 << 14)
/* A mirror that took so long waits this many times as long: strangers write
 * the contracts, and none of them is to hold the others up. */
#define LONG_MS 100
#define WAIT_TIMES 4
#define FAILED_WAIT_MS 2000

static void lock(pthread_mutex_t *l)
{
	DC_CHECK(pthread_mutex_lock(l) == 0);
}

static void unlock(pthread_mutex_t *l)
{
	DC_CHECK(pthread_mutex_unlock(l) == 0);
}

/* --- publishing ----------------------------------------------------------- */

static const char *keep(struct dc_arena *arena, const char *text)
{
	return dc_arena_copy(arena, text, strlen(text) + 1);
}

/* Texts of parts, into another arena. */
void mirrors_copy_texts(struct deca_parts *p, struct dc_arena *arena)
{
	const char **name = dc_arena_alloc(arena, (p->n_class + 1) *
					   sizeof(*name));

	p->name = keep(arena, p->name);
	p->description = keep(arena, p->description);
	p->encoder = keep(arena, p->encoder);
	for (size_t i = 0; i < p->n_class; i++)
		name[i] = keep(arena, p->class_name[i]);
	p->class_name = name;
}

/* The model is one flat block: a copy is as good as it. */
struct deca_model *mirrors_copy_model(const struct deca_model *from)
{
	struct deca_room room = deca_model_room(from, 1);
	size_t size = deca_model_size(room);

	DC_CHECK(size > 0);
	return deca_model_move(dc_malloc(size), room, from);
}

static void publish(struct mirrors *m, struct mirrored *s)
{
	struct deca_model *model = mirrors_copy_model(
		deca_mirror_model(s->mirror));
	struct mirror_view *v = &s->view;

	lock(&s->lock);
	free(s->model);
	s->model = model;
	dc_arena_reset(s->texts);
	v->parts = *deca_mirror_parts(s->mirror);
	mirrors_copy_texts(&v->parts, s->texts);
	v->block = *deca_mirror_block(s->mirror);
	v->stats = deca_mirror_stats(s->mirror);
	v->features = model->kind == DECA_DENSE_PERCEPTRON ||
			model->kind == DECA_NEAREST_CENTROID
		? deca_class_at(model, 0)->length : 0;
	s->is_read = true;
	unlock(&s->lock);
	atomic_fetch_add(&m->sequence, 1);
}

static void refuse(struct mirrors *m, struct mirrored *s, const char *why)
{
	dc_log(DC_LOG_BROKEN, "oracle", "mirror refused: %s", why);
	lock(&s->lock);
	s->is_live = false;
	(void)snprintf(s->refusal, sizeof(s->refusal), "%s", why);
	unlock(&s->lock);
	atomic_fetch_add(&m->sequence, 1);
}

/* --- the thread ----------------------------------------------------------- */

/* The features that people ask for first, of the sparse kinds. */
static enum dc_status prefetch(struct mirrored *s, struct dc_err *err)
{
	const struct deca_model *m = deca_mirror_model(s->mirror);
	int64_t *index = dc_calloc(PREFETCH, sizeof(*index));
	struct deca_key *keys = dc_calloc((size_t)m->n_class * PREFETCH + 1,
					  sizeof(*keys));
	enum dc_status st;

	for (int64_t i = 0; i < PREFETCH; i++)
		index[i] = i;
	st = deca_mirror_fetch(s->mirror, keys,
			       deca_keys_missing(keys, m, index, PREFETCH),
			       err);
	free(index);
	free(keys);
	return st;
}

static enum dc_status audit(struct mirrored *s, bool *any, struct dc_err *err)
{
	char where[DC_ERR_TEXT_BYTES];
	enum dc_status st;

	if (dc_clock_ms() - s->audited_ms < AUDIT_EVERY_MS)
		return DC_OK;
	s->audited_ms = dc_clock_ms();
	*any = true;
	st = deca_mirror_audit(s->mirror, MIRRORS_AUDIT_SAMPLES, &s->seed,
			       where, err);
	if (st == DC_OK && where[0] != '\0')
		return dc_fail(err, DC_ECONFLICT, "%s", where);
	return st;
}

/* Before it is served, or let in. */
static enum dc_status prove(struct mirrors *m, struct mirrored *s,
			    struct dc_err *err)
{
	enum dc_status st = prefetch(s, err);

	if (st == DC_OK)
		st = deca_mirror_prove(s->mirror, MIRRORS_AUDIT_SAMPLES,
				       &s->seed, err);
	if (st != DC_OK)
		return st;
	s->audited_ms = dc_clock_ms();
	s->is_proven = true;
	lock(&s->lock);
	s->is_live = true;
	unlock(&s->lock);
	publish(m, s);
	return DC_OK;
}

/* Of an adopted one nothing after the last final block is to be missed. */
static enum dc_status open_anew(struct mirrors *m, struct mirrored *s,
				struct rpc *rpc, uint64_t cells,
				struct dc_err *err)
{
	struct dc_err why = DC_ERR_INIT;
	struct gateway_status status;

	gateway_status(m->gateway, &status);
	if (s->stage == MIRROR_ADOPTED && status.finalized > 0 &&
	    deca_mirror_open(&s->mirror, rpc, &s->trainer, status.finalized,
			     cells, &why) == DC_OK)
		return DC_OK;
	return deca_mirror_open(&s->mirror, rpc, &s->trainer, UINT64_MAX,
				cells, err);
}

/* From what was kept of an adopted one, else as it is now. */
static enum dc_status open_one(struct mirrors *m, struct mirrored *s,
			       struct rpc *rpc, struct dc_err *err)
{
	uint64_t cells = s->is_named ? DECA_MIRROR_CELLS_MAX
				     : MIRRORS_FOUND_CELLS;
	struct dc_err why = DC_ERR_INIT;
	enum dc_status st = DC_ENOTFOUND;

	if (s->stage == MIRROR_ADOPTED)
		st = deca_mirror_resume(&s->mirror, rpc, &s->trainer, cells,
					mirrors_recalled, s, &why);
	if (st == DC_OK)
		dc_log(DC_LOG_INFO, "oracle", "mirror goes on from block %"
		       PRIu64, deca_mirror_block(s->mirror)->number);
	else if (st == DC_ENOTFOUND)
		st = open_anew(m, s, rpc, cells, err);
	else
		(void)dc_fail(err, st, "%s", why.text);
	if (st != DC_OK)
		return st;
	deca_mirror_recalls(s->mirror, mirrors_recalled, s);
	s->rereads = deca_mirror_stats(s->mirror).rereads;
	return s->stage == MIRROR_ADOPTED ? DC_OK : prove(m, s, err);
}

static enum dc_status take_wanted(struct mirrored *s, bool *any,
				  struct dc_err *err)
{
	struct deca_key *keys;
	enum dc_status st;
	size_t n;

	lock(&s->lock);
	keys = s->wanted;
	n = s->n_wanted;
	s->wanted = NULL;
	s->n_wanted = 0;
	unlock(&s->lock);
	*any |= n > 0;
	st = deca_mirror_fetch(s->mirror, keys, n, err);
	free(keys);
	return st;
}

/* As far as the database is; what was said on the way is told to it. */
static enum dc_status advance(struct mirrors *m, struct mirrored *s,
			      bool *any, struct dc_err *err)
{
	struct gateway_status status;
	enum dc_status st = DC_OK;
	bool moved = true;

	gateway_status(m->gateway, &status);
	if (status.followed == 0)
		return s->is_proven ? DC_OK :
			dc_fail(err, DC_EBUSY, "nothing is followed yet");
	deca_mirror_limit(s->mirror, status.followed, status.finalized);
	while (st == DC_OK && moved) {
		st = deca_mirror_advance(s->mirror, &moved, mirrors_told, s,
					 err);
		*any |= moved;
	}
	mirrors_tell(m, s);
	return st;
}

/* On with the chain, or on the way into the database, which none takes before
 * it is proved. */
static enum dc_status go_on(struct mirrors *m, struct mirrored *s,
			    struct rpc *rpc, bool *any, struct dc_err *err)
{
	if (s->stage != MIRROR_ADOPTED)
		return s->is_proven ? mirrors_adopt(m, s, rpc, err) : DC_OK;
	mirrors_keep(m, s);
	return advance(m, s, any, err);
}

/* One that was read. */
static enum dc_status step_read(struct mirrors *m, struct mirrored *s,
				struct rpc *rpc, struct dc_err *err)
{
	bool any = false;
	enum dc_status st = DC_OK;

	deca_mirror_ask(s->mirror, rpc);
	if (s->is_proven)
		st = take_wanted(s, &any, err);
	if (st == DC_OK)
		st = go_on(m, s, rpc, &any, err);
	if (st == DC_OK && !s->is_proven)
		st = prove(m, s, err);
	else if (st == DC_OK)
		st = audit(s, &any, err);
	if (any && s->is_proven && st != DC_ECONFLICT)
		publish(m, s);
	return st;
}

/* It differs from the chain, and stays so. Of contracts that nobody can
 * change but by their events, the node may have told numbers of another
 * state, as one does that takes in a block while it answers: read anew, and
 * proved again. A second time it is the contract. */
static enum dc_status once_more(struct mirrors *m, struct mirrored *s,
				struct dc_err *err)
{
	struct dc_err why = *err;
	enum dc_status st;

	if (s->mirror == NULL || s->differed ||
	    !deca_mirror_parts(s->mirror)->is_wired)
		return DC_ECONFLICT;
	dc_err_clear(err);
	st = deca_mirror_reread(s->mirror, why.text, err);
	if (st != DC_OK)
		return st;
	s->differed = true;
	s->is_proven = false;
	lock(&s->lock);
	s->is_live = false;
	unlock(&s->lock);
	atomic_fetch_add(&m->sequence, 1);
	return DC_OK;
}

static enum dc_status step(struct mirrors *m, struct mirrored *s,
			   struct rpc *rpc, struct dc_err *err)
{
	enum dc_status st = s->mirror == NULL ? open_one(m, s, rpc, err)
					      : step_read(m, s, rpc, err);

	return st == DC_ECONFLICT ? once_more(m, s, err) : st;
}

static bool is_refused(struct mirrored *s)
{
	bool refused;

	lock(&s->lock);
	refused = s->refusal[0] != '\0';
	unlock(&s->lock);
	return refused;
}

static void wait_bell(struct mirrors *m)
{
	const struct timespec until = dc_clock_in(m->poll_ms);

	lock(&m->lock);
	while (!m->ended && !m->rung)
		if (pthread_cond_timedwait(&m->bell, &m->lock, &until) ==
		    ETIMEDOUT)
			break;
	m->rung = false;
	unlock(&m->lock);
}

static bool has_ended(struct mirrors *m)
{
	bool ended;

	lock(&m->lock);
	ended = m->ended;
	unlock(&m->lock);
	return ended;
}

/* A state that a node has dropped is no fault of its: mirrors start over. */
static bool is_nodes_fault(struct mirrors *m, const struct rpc *rpc)
{
	return node_link_at_fault(m->link) &&
		rpc_failure(rpc)->fault != RPC_FAULT_UNKNOWN_BLOCK;
}

static void note_outcome(struct mirrors *m, struct mirrored *s,
			 enum dc_status st, const struct dc_err *err)
{
	if (st == DC_ECONFLICT || st == DC_EINVAL) {
		refuse(m, s, err->text);
	} else if (st != DC_OK) {
		s->not_before_ms = dc_clock_ms() + FAILED_WAIT_MS;
		if (!has_ended(m))
			dc_log(DC_LOG_UNUSUAL, "oracle", "mirror: %s",
			       err->text);
	}
}

/* One step of one mirror with one endpoint, so that the answers fit together.
 * false: there is none to ask now. */
static bool step_one(struct mirrors *m, struct mirrored *s)
{
	int64_t began_ms = dc_clock_ms(), took_ms;
	struct dc_err err = DC_ERR_INIT;
	unsigned wait_ms;
	struct rpc *rpc = node_link_choose(m->link, &wait_ms, &err);
	enum dc_status st;

	if (rpc == NULL)
		return false;
	st = step(m, s, rpc, &err);
	if (st != DC_OK && is_nodes_fault(m, rpc))
		node_link_bad(m->link, &err);
	else
		node_link_good(m->link);
	took_ms = dc_clock_ms() - began_ms;
	if (took_ms > LONG_MS)
		s->not_before_ms = dc_clock_ms() + took_ms * WAIT_TIMES;
	note_outcome(m, s, st, &err);
	return true;
}

/* Look for others, when there is time. */
static void search(struct mirrors *m)
{
	struct dc_err err = DC_ERR_INIT;
	unsigned wait_ms;
	struct rpc *rpc;

	if (m->finder == NULL)
		return;
	rpc = node_link_choose(m->link, &wait_ms, &err);
	if (rpc == NULL)
		return;
	if (mirrors_search(m, rpc, &err) != DC_OK &&
	    node_link_at_fault(m->link))
		node_link_bad(m->link, &err);
	else
		node_link_good(m->link);
}

static bool is_due(struct mirrored *s)
{
	return dc_clock_ms() >= s->not_before_ms && !is_refused(s);
}

static void *run(void *self)
{
	struct mirrors *m = self;

	while (!has_ended(m)) {
		for (size_t i = 0; i < atomic_load(&m->n) && !has_ended(m);
		     i++)
			if (is_due(m->of[i]) && !step_one(m, m->of[i]))
				break;
		if (!has_ended(m))
			search(m);
		wait_bell(m);
	}
	return NULL;
}

void mirrors_ring(struct mirrors *m)
{
	if (m == NULL)
		return;
	lock(&m->lock);
	m->rung = true;
	DC_CHECK(pthread_cond_signal(&m->bell) == 0);
	unlock(&m->lock);
}

/* --- life ----------------------------------------------------------------- */

/* Adding it again can only name it. */
static bool is_added(struct mirrors *m, const struct addr20 *trainer,
		     enum mirror_origin origin)
{
	size_t i;

	if (!mirrors_find(m, &i, trainer))
		return false;
	m->of[i]->is_named |= origin == MIRROR_NAMED;
	return true;
}

void mirrors_add(struct mirrors *m, const struct addr20 *trainer,
		 enum mirror_stage stage, enum mirror_origin origin)
{
	size_t n = atomic_load(&m->n);
	struct mirrored *s;

	if (is_added(m, trainer, origin))
		return;
	if (n == MIRRORS_MAX) {
		dc_log(DC_LOG_UNUSUAL, "oracle", "a mirror is left out: at "
		       "most %d are kept", MIRRORS_MAX);
		return;
	}
	s = dc_calloc(1, sizeof(*s));
	s->trainer = *trainer;
	s->stage = stage;
	s->is_named = origin == MIRROR_NAMED;
	s->folder = m->folder;
	s->seed = (uint64_t)time(NULL) + n;
	s->texts = dc_arena_new(ARENA_BYTES);
	DC_CHECK(pthread_mutex_init(&s->lock, NULL) == 0);
	m->of[n] = s;
	atomic_store(&m->n, n + 1);
}

enum dc_status mirrors_new(struct mirrors **out,
			   const struct mirrors_config *config,
			   struct dc_err *err)
{
	struct mirrors *m = dc_calloc(1, sizeof(*m));
	enum dc_status st;

	m->gateway = config->gateway;
	m->start_block = config->start_block;
	m->poll_ms = config->poll_ms;
	atomic_init(&m->n, 0);
	atomic_init(&m->sequence, 0);
	atomic_init(&m->found, 0);
	atomic_init(&m->turned_away, 0);
	DC_CHECK(pthread_mutex_init(&m->lock, NULL) == 0);
	dc_clock_cond_init(&m->bell);
	st = sql_db_open(&m->chain, config->chain_path, SQL_CHAIN, SQL_READER,
			 err);
	if (st == DC_OK)
		st = mirrors_keep_folder(m, config->data_dir, err);
	if (st == DC_OK)
		st = mirrors_recall(m, config->find ? MIRROR_FOUND
				    : MIRROR_NAMED, err);
	if (st == DC_OK)
		st = node_link_new(&m->link, gateway_nodes(m->gateway), err);
	if (st != DC_OK) {
		mirrors_free(m);
		return st;
	}
	if (config->find)
		m->finder = finder_new(m->folder, config->start_block);
	for (size_t i = 0; i < config->n; i++)
		mirrors_add(m, &config->trainers[i], MIRROR_NEW,
			    MIRROR_NAMED);
	*out = m;
	return DC_OK;
}

void mirrors_start(struct mirrors *m)
{
	if (m == NULL)
		return;
	DC_CHECK(pthread_create(&m->thread, NULL, run, m) == 0);
	m->started = true;
}

static void end_thread(struct mirrors *m)
{
	lock(&m->lock);
	m->ended = true;
	DC_CHECK(pthread_cond_signal(&m->bell) == 0);
	unlock(&m->lock);
	node_link_stop(m->link);
	DC_CHECK(pthread_join(m->thread, NULL) == 0);
}

/* What a restart goes on from. */
static void keep_all(struct mirrors *m)
{
	struct gateway_status status;

	for (size_t i = 0; i < atomic_load(&m->n); i++)
		if (!is_refused(m->of[i]))
			mirrors_keep_last(m, m->of[i]);
	gateway_status(m->gateway, &status);
	if (m->finder != NULL)
		finder_keep(m->finder, status.finalized);
}

static void free_one(struct mirrored *s)
{
	deca_mirror_free(s->mirror);
	dc_arena_free(s->history.arena);
	free(s->history.logs.items);
	free(s->said);
	dc_arena_free(s->texts);
	free(s->model);
	free(s->wanted);
	(void)pthread_mutex_destroy(&s->lock);
	free(s);
}

void mirrors_free(struct mirrors *m)
{
	if (m == NULL)
		return;
	if (m->started) {
		end_thread(m);
		keep_all(m);
	}
	for (size_t i = 0; i < atomic_load(&m->n); i++)
		free_one(m->of[i]);
	(void)pthread_cond_destroy(&m->bell);
	(void)pthread_mutex_destroy(&m->lock);
	node_link_free(m->link);
	sql_db_close(m->chain);
	finder_free(m->finder);
	free(m);
}
