/* The thread that keeps the mirrors, and what other threads ask of them. */
#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/log.h"
#include "oracle/mirrors_core.h"
#include "oracle/registry.h"

#define AUDIT_EVERY_MS 30000
#define AUDIT_SAMPLES 16
#define PREFETCH 1024		/* features of each class, read at once */
#define ARENA_BYTES (1 << 14)

static void lock(pthread_mutex_t *l)
{
	DC_CHECK(pthread_mutex_lock(l) == 0);
}

static void unlock(pthread_mutex_t *l)
{
	DC_CHECK(pthread_mutex_unlock(l) == 0);
}

static int64_t now_ms(void)
{
	struct timespec t;

	DC_CHECK(clock_gettime(CLOCK_MONOTONIC, &t) == 0);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* --- publishing ----------------------------------------------------------- */

static const char *keep(struct dc_arena *arena, const char *text)
{
	return dc_arena_copy(arena, text, strlen(text) + 1);
}

/* Texts of parts, into another arena. */
static void copy_texts(struct deca_parts *p, struct dc_arena *arena)
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
static struct deca_model *copy_model(const struct deca_model *from)
{
	struct deca_room room = deca_model_room(from, 1);
	size_t size = deca_model_size(room);

	DC_CHECK(size > 0);
	return deca_model_move(dc_malloc(size), room, from);
}

static void publish(struct mirrors *m, struct mirrored *s)
{
	struct deca_model *model = copy_model(deca_mirror_model(s->mirror));
	struct mirror_view *v = &s->view;

	lock(&s->lock);
	free(s->model);
	s->model = model;
	dc_arena_reset(s->texts);
	v->parts = *deca_mirror_parts(s->mirror);
	copy_texts(&v->parts, s->texts);
	registry_slug(v->slug, v->parts.name, &s->trainer);
	v->block = *deca_mirror_block(s->mirror);
	v->stats = deca_mirror_stats(s->mirror);
	v->features = model->kind == DECA_DENSE_PERCEPTRON ||
			model->kind == DECA_NEAREST_CENTROID
		? deca_class_at(model, 0)->length : model->n_cell;
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

/* Lists from the beginning; what the mirror computes itself is told later. */
static enum dc_status relist(const struct mirrors *m, struct mirrored *s,
			     struct dc_err *err)
{
	struct mirrored fresh = { .n_person = 0 };
	enum dc_status st = deca_mirror_history(s->mirror, m->start_block,
						mirrors_note, &fresh, err);

	lock(&s->lock);
	if (st == DC_OK) {
		mirrors_forget(s);
		s->contribution = fresh.contribution;
		s->n_contribution = fresh.n_contribution;
		s->contribution_room = fresh.contribution_room;
		s->person = fresh.person;
		s->n_person = fresh.n_person;
		s->person_room = fresh.person_room;
		s->held_wei = fresh.held_wei;
		s->paid_out_wei = fresh.paid_out_wei;
	} else {
		mirrors_forget(&fresh);
	}
	unlock(&s->lock);
	return st;
}

static enum dc_status open_one(struct mirrors *m, struct mirrored *s,
			       struct rpc *rpc, struct dc_err *err)
{
	enum dc_status st = deca_mirror_open(&s->mirror, rpc, &s->trainer,
					     UINT64_MAX, err);

	if (st == DC_OK)
		st = prefetch(s, err);
	if (st == DC_OK)
		st = relist(m, s, err);
	if (st != DC_OK) {
		deca_mirror_free(s->mirror);
		s->mirror = NULL;
		return st;
	}
	lock(&s->lock);
	s->is_live = true;
	unlock(&s->lock);
	publish(m, s);
	return DC_OK;
}

/* Under the lock, since lists are read by others. */
static void told(void *self, const struct deca_event *event,
		 const struct log_ref *at, uint64_t prediction)
{
	struct mirrored *s = self;

	lock(&s->lock);
	mirrors_note(s, event, at, prediction);
	unlock(&s->lock);
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

static enum dc_status audit(struct mirrored *s, bool *any, struct dc_err *err)
{
	char where[DC_ERR_TEXT_BYTES];
	enum dc_status st;

	if (now_ms() - s->audited_ms < AUDIT_EVERY_MS)
		return DC_OK;
	s->audited_ms = now_ms();
	*any = true;
	st = deca_mirror_audit(s->mirror, AUDIT_SAMPLES, &s->seed, where,
			       err);
	if (st == DC_OK && where[0] != '\0')
		return dc_fail(err, DC_ECONFLICT, "%s", where);
	return st;
}

static enum dc_status step(struct mirrors *m, struct mirrored *s,
			   struct rpc *rpc, struct dc_err *err)
{
	bool any = false, moved = true;
	enum dc_status st;

	if (s->mirror == NULL)
		return open_one(m, s, rpc, err);
	deca_mirror_ask(s->mirror, rpc);
	st = take_wanted(s, &any, err);
	while (st == DC_OK && moved) {
		st = deca_mirror_advance(s->mirror, &moved, told, s, err);
		any |= moved;
	}
	if (st == DC_OK &&
	    deca_mirror_stats(s->mirror).rereads != s->rereads) {
		s->rereads = deca_mirror_stats(s->mirror).rereads;
		st = relist(m, s, err);
	}
	if (st == DC_OK)
		st = audit(s, &any, err);
	if (any && st != DC_ECONFLICT)
		publish(m, s);
	return st;
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
	struct timespec until;

	DC_CHECK(clock_gettime(CLOCK_REALTIME, &until) == 0);
	until.tv_sec += m->poll_ms / 1000;
	until.tv_nsec += (long)(m->poll_ms % 1000) * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000;
	}
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

/* One step of one mirror with one endpoint, so that the answers fit together.
 * false: there is none to ask now. */
static bool step_one(struct mirrors *m, struct mirrored *s)
{
	struct dc_err err = DC_ERR_INIT;
	unsigned wait_ms;
	struct rpc *rpc = node_link_choose(m->link, &wait_ms, &err);
	enum dc_status st;

	if (rpc == NULL)
		return false;
	st = step(m, s, rpc, &err);
	if (st != DC_OK && node_link_at_fault(m->link))
		node_link_bad(m->link, &err);
	else
		node_link_good(m->link);
	if (st == DC_ECONFLICT || st == DC_EINVAL)
		refuse(m, s, err.text);
	else if (st != DC_OK && !has_ended(m))
		dc_log(DC_LOG_UNUSUAL, "oracle", "mirror: %s", err.text);
	return true;
}

static void *run(void *self)
{
	struct mirrors *m = self;

	while (!has_ended(m)) {
		for (size_t i = 0; i < m->n && !has_ended(m); i++)
			if (!is_refused(&m->of[i]) && !step_one(m, &m->of[i]))
				break;
		wait_bell(m);
	}
	return NULL;
}

static void ring(struct mirrors *m)
{
	lock(&m->lock);
	m->rung = true;
	DC_CHECK(pthread_cond_signal(&m->bell) == 0);
	unlock(&m->lock);
}

enum dc_status mirrors_start(struct mirrors **out,
			     const struct mirrors_config *config,
			     struct dc_err *err)
{
	struct mirrors *m = dc_calloc(1, sizeof(*m));
	enum dc_status st = node_link_new(&m->link, config->nodes, err);

	if (st != DC_OK) {
		free(m);
		return st;
	}
	m->start_block = config->start_block;
	m->poll_ms = config->poll_ms;
	m->n = config->n;
	m->of = dc_calloc(config->n + 1, sizeof(*m->of));
	for (size_t i = 0; i < m->n; i++) {
		m->of[i].trainer = config->trainers[i];
		m->of[i].seed = (uint64_t)time(NULL) + i;
		m->of[i].texts = dc_arena_new(ARENA_BYTES);
		DC_CHECK(pthread_mutex_init(&m->of[i].lock, NULL) == 0);
	}
	DC_CHECK(pthread_mutex_init(&m->lock, NULL) == 0);
	DC_CHECK(pthread_cond_init(&m->bell, NULL) == 0);
	DC_CHECK(pthread_create(&m->thread, NULL, run, m) == 0);
	*out = m;
	return DC_OK;
}

void mirrors_stop(struct mirrors *m)
{
	if (m == NULL)
		return;
	lock(&m->lock);
	m->ended = true;
	DC_CHECK(pthread_cond_signal(&m->bell) == 0);
	unlock(&m->lock);
	node_link_stop(m->link);
	DC_CHECK(pthread_join(m->thread, NULL) == 0);
	for (size_t i = 0; i < m->n; i++) {
		struct mirrored *s = &m->of[i];

		deca_mirror_free(s->mirror);
		dc_arena_free(s->texts);
		free(s->model);
		mirrors_forget(s);
		free(s->wanted);
		(void)pthread_mutex_destroy(&s->lock);
	}
	(void)pthread_cond_destroy(&m->bell);
	(void)pthread_mutex_destroy(&m->lock);
	node_link_free(m->link);
	free(m->of);
	free(m);
}

/* --- what others ask ------------------------------------------------------ */

size_t mirrors_count(const struct mirrors *m)
{
	return m == NULL ? 0 : m->n;
}

uint64_t mirrors_sequence(struct mirrors *m)
{
	return m == NULL ? 0 : atomic_load(&m->sequence);
}

bool mirrors_find(struct mirrors *m, size_t *out, const char *name)
{
	struct addr20 address;
	bool by_address = addr20_parse(&address, name, NULL) == DC_OK;

	for (size_t i = 0; i < mirrors_count(m); i++) {
		struct mirrored *s = &m->of[i];
		bool found;

		lock(&s->lock);
		found = s->is_read &&
			(by_address ? addr20_equal(&s->trainer, &address)
				    : strcmp(s->view.slug, name) == 0);
		unlock(&s->lock);
		if (!found)
			continue;
		*out = i;
		return true;
	}
	return false;
}

bool mirrors_view(struct mirrors *m, size_t i, struct dc_arena *arena,
		  struct mirror_view *out)
{
	struct mirrored *s = &m->of[i];
	bool is_read;

	lock(&s->lock);
	is_read = s->is_read;
	if (is_read) {
		*out = s->view;
		copy_texts(&out->parts, arena);
		out->is_live = s->is_live;
		out->refusal = keep(arena, s->refusal);
		out->contributions = s->n_contribution;
		out->contributors = s->n_person;
		out->held_wei = s->held_wei;
		out->paid_out_wei = s->paid_out_wei;
	}
	if (is_read && s->n_contribution > 0)
		out->parts.rules.last_update_s = u256_from_u64(
			s->contribution[s->n_contribution - 1].time_s);
	unlock(&s->lock);
	if (is_read &&
	    deca_incentive_cost(&out->next_deposit_wei, &out->parts.rules,
				u256_from_u64(out->block.time_s)) != DECA_DONE)
		out->next_deposit_wei = wei_from_u64(0);
	return is_read;
}

/* Ask the thread for cells; what does not fit is asked for another time. */
static void want(struct mirrored *s, const struct deca_key *keys, size_t n)
{
	if (s->wanted == NULL)
		s->wanted = dc_calloc(MIRROR_KEYS_MAX, sizeof(*keys));
	if (n > MIRROR_KEYS_MAX - s->n_wanted)
		n = MIRROR_KEYS_MAX - s->n_wanted;
	memcpy(s->wanted + s->n_wanted, keys, n * sizeof(*keys));
	s->n_wanted += n;
}

enum dc_status mirrors_predict(struct mirrors *m, size_t i,
			       struct deca_prediction *out,
			       const int64_t *data, size_t n,
			       struct dc_err *err)
{
	struct mirrored *s = &m->of[i];
	enum dc_status st = DC_OK;
	struct deca_key *keys = NULL;
	size_t missing = 0;

	lock(&s->lock);
	if (!s->is_live) {
		st = dc_fail(err, DC_EBUSY, "this model is not served: %s",
			     s->refusal);
	} else {
		keys = dc_calloc((size_t)s->model->n_class * n + 1,
				 sizeof(*keys));
		missing = deca_keys_missing(keys, s->model, data, n);
		if (missing > 0)
			want(s, keys, missing);
		else
			out->reason = deca_ops(
				(enum deca_kind)s->model->kind)->predict(
					s->model, &out->label, data, n);
	}
	unlock(&s->lock);
	free(keys);
	if (missing == 0)
		return st;
	ring(m);
	return dc_fail(err, DC_EBUSY, "some of these features are being read "
		       "from the chain");
}
