/*
 * registry.c: the models that this daemon holds.
 *
 * Locks, in the order in which they may be taken:
 *   reg->lock    the list; written when a model is added, gone or back
 *   m->lock      cells and as_of of one model: readers predict under it,
 *                the writer learns under it
 *   m->root_lock the hash tree of one model: whoever computes a root. Roots
 *                read cells and write the tree alone, so readers go on
 *                meanwhile; the writer computes none while it learns.
 */

#include "config.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/hex.h"
#include "base/pages.h"
#include "oracle/registry_write.h"

/* A copy holds the writer up for 1 MiB at a time. */
#define COPY_CELLS ((size_t)1 << 17)
#define COPY_TRIES 4

struct registry_model {
	struct registry_info info;
	struct dc_arena *texts;
	struct model_spec spec;		/* zeroed unless info.spec */
	enum registry_state state;	/* under reg->lock */
	pthread_rwlock_t *list_lock;	/* of the registry */
	void *tag;			/* the writer's */

	pthread_rwlock_t lock;
	pthread_mutex_t root_lock;
	struct learner learner;
	int64_t *cells;
	void *work;
	struct registry_as_of as_of;
	atomic_uint_fast64_t changes;	/* written under the lock */
};

/* slots: items that are not gone, by the first four bytes of the address,
 * which the slug ends with too; NULL is empty; at most half full. */
struct registry {
	pthread_rwlock_t lock;
	struct registry_model **items;	/* in order of creation */
	size_t n, room;
	struct registry_model **slots;
	size_t n_slots;			/* a power of two */
};

/* Readers come all the time: without preference a writer would starve. */
static void init_lock(pthread_rwlock_t *lock)
{
	pthread_rwlockattr_t attr;

	DC_CHECK(pthread_rwlockattr_init(&attr) == 0);
	DC_CHECK(pthread_rwlockattr_setkind_np(&attr,
		PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP) == 0);
	DC_CHECK(pthread_rwlock_init(lock, &attr) == 0);
	pthread_rwlockattr_destroy(&attr);
}

static void lock_read(pthread_rwlock_t *lock)
{
	DC_CHECK(pthread_rwlock_rdlock(lock) == 0);
}

static void lock_write(pthread_rwlock_t *lock)
{
	DC_CHECK(pthread_rwlock_wrlock(lock) == 0);
}

static void unlock(pthread_rwlock_t *lock)
{
	DC_CHECK(pthread_rwlock_unlock(lock) == 0);
}

/* --- the list ----------------------------------------------------------- */

struct registry *registry_new(void)
{
	struct registry *reg = dc_calloc(1, sizeof(*reg));

	init_lock(&reg->lock);
	return reg;
}

/* Before the spec goes, which knows how many there are. */
static void cells_free(struct registry_model *m)
{
	if (m->cells != NULL)
		dc_pages_free(m->cells, learner_cells(&m->spec),
			      sizeof(*m->cells));
	m->cells = NULL;
}

static void model_free(struct registry_model *m)
{
	pthread_rwlock_destroy(&m->lock);
	pthread_mutex_destroy(&m->root_lock);
	cells_free(m);
	spec_clear(&m->spec);
	dc_arena_free(m->texts);
	free(m->work);
	free(m);
}

void registry_free(struct registry *reg)
{
	size_t i;

	if (reg == NULL)
		return;
	for (i = 0; i < reg->n; i++)
		model_free(reg->items[i]);
	free(reg->items);
	free(reg->slots);
	pthread_rwlock_destroy(&reg->lock);
	free(reg);
}

static uint32_t key_of(const struct addr20 *a)
{
	return (uint32_t)a->b[0] << 24 | (uint32_t)a->b[1] << 16 |
		(uint32_t)a->b[2] << 8 | a->b[3];
}

/* Fibonacci hashing: trainers' addresses are hashes, but not to everybody. */
static size_t slot_of(const struct registry *reg, uint32_t key)
{
	return (size_t)(key * UINT32_C(2654435769)) & (reg->n_slots - 1);
}

static void index_one(struct registry *reg, struct registry_model *m)
{
	size_t at = slot_of(reg, key_of(&m->info.created.trainer));

	while (reg->slots[at] != NULL)
		at = (at + 1) & (reg->n_slots - 1);
	reg->slots[at] = m;
}

static void index_all(struct registry *reg)
{
	size_t i;

	reg->n_slots = 16;
	while (reg->n_slots < 2 * reg->n)
		reg->n_slots *= 2;
	free(reg->slots);
	reg->slots = dc_calloc(reg->n_slots, sizeof(*reg->slots));
	for (i = 0; i < reg->n; i++)
		if (reg->items[i]->state != REGISTRY_GONE)
			index_one(reg, reg->items[i]);
}

/* The first of a key for which fits says yes. */
static struct registry_model *
find(const struct registry *reg, uint32_t key,
     bool (*fits)(const struct registry_model *m, const void *what),
     const void *what)
{
	size_t at;

	if (reg->n_slots == 0)
		return NULL;
	at = slot_of(reg, key);
	for (; reg->slots[at] != NULL; at = (at + 1) & (reg->n_slots - 1))
		if (fits(reg->slots[at], what))
			return reg->slots[at];
	return NULL;
}

static bool has_address(const struct registry_model *m, const void *what)
{
	return addr20_equal(&m->info.created.trainer, what);
}

static bool has_slug(const struct registry_model *m, const void *what)
{
	return strcmp(m->info.slug, what) == 0;
}

const struct registry_model *registry_find(struct registry *reg,
					   const struct addr20 *trainer)
{
	const struct registry_model *m;

	lock_read(&reg->lock);
	m = find(reg, key_of(trainer), has_address, trainer);
	unlock(&reg->lock);
	return m;
}

/* The writer needs no lock to read what only it writes. */
struct registry_model *registry_find_mutable(struct registry *reg,
					     const struct addr20 *trainer)
{
	return find(reg, key_of(trainer), has_address, trainer);
}

const struct registry_model *registry_find_slug(struct registry *reg,
						const char *slug)
{
	const struct registry_model *m = NULL;
	size_t n = strlen(slug);
	struct addr20 a;

	if (n < 8 || hex_decode(a.b, 4, slug + n - 8, NULL) != DC_OK)
		return NULL;
	lock_read(&reg->lock);
	m = find(reg, key_of(&a), has_slug, slug);
	unlock(&reg->lock);
	return m;
}

size_t registry_list(struct registry *reg, const struct registry_model **out,
		     size_t room)
{
	size_t i, n = 0;

	lock_read(&reg->lock);
	for (i = 0; i < reg->n; i++) {
		if (reg->items[i]->state == REGISTRY_GONE)
			continue;
		if (n < room)
			out[n] = reg->items[i];
		n++;
	}
	unlock(&reg->lock);
	return n;
}

const struct registry_info *registry_info(const struct registry_model *m)
{
	return &m->info;
}

enum registry_state registry_state(const struct registry_model *m)
{
	enum registry_state state;

	lock_read(m->list_lock);
	state = m->state;
	unlock(m->list_lock);
	return state;
}

void registry_slug(char *out, const char *name, const struct addr20 *trainer)
{
	static const char digits[] = "0123456789abcdef";
	size_t n = 0, i;

	/* room for a hyphen, eight digits, NUL */
	for (; *name != '\0' && n < REGISTRY_SLUG_BYTES - 10; name++) {
		char c = *name;

		if (c >= 'A' && c <= 'Z')
			c = (char)(c - 'A' + 'a');
		if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
			out[n++] = c;
		else if (n > 0 && out[n - 1] != '-')
			out[n++] = '-';
	}
	if (n > 0 && out[n - 1] != '-')
		out[n++] = '-';
	for (i = 0; i < 4; i++) {
		out[n++] = digits[trainer->b[i] >> 4];
		out[n++] = digits[trainer->b[i] & 15];
	}
	out[n] = '\0';
}

/* --- the writer --------------------------------------------------------- */

static void copy_created(struct registry_model *m,
			 const struct ev_model_created *in)
{
	struct ev_model_created *c = &m->info.created;

	*c = *in;
	c->name = dc_arena_copy(m->texts, in->name, strlen(in->name) + 1);
	c->description = dc_arena_copy(m->texts, in->description,
				       strlen(in->description) + 1);
	c->encoder = dc_arena_copy(m->texts, in->encoder,
				   strlen(in->encoder) + 1);
	c->spec = dc_arena_copy(m->texts, in->spec, in->spec_len);
}

static struct registry_model *model_new(struct registry *reg,
					const struct ev_model_created *created,
					const struct log_ref *at)
{
	struct registry_model *m = dc_calloc(1, sizeof(*m));

	m->texts = dc_arena_new(2048);
	m->list_lock = &reg->lock;
	m->state = REGISTRY_GONE;
	init_lock(&m->lock);
	DC_CHECK(pthread_mutex_init(&m->root_lock, NULL) == 0);
	copy_created(m, created);
	m->info.at = *at;
	m->info.refusal = "";
	registry_slug(m->info.slug, created->name, &created->trainer);
	return m;
}

static enum registry_state refuse(struct registry_model *m,
				  enum registry_state state, const char *why)
{
	m->info.refusal = dc_arena_printf(m->texts, "%s", why);
	return state;
}

/* Why a spec that parses does not fit the model that names it; NULL: it
 * does. */
static const char *misfit(const struct registry_model *m)
{
	const struct ev_model_created *c = &m->info.created;

	if (!hash32_equal(&m->spec.hash, &c->spec_hash))
		return "its spec is not the one that its hash names";
	if (m->spec.n_class != c->params.classes)
		return "its spec has another number of classes";
	return NULL;
}

/* Read the spec and make the learner. */
static enum registry_state set_up(struct registry_model *m,
				  const char *refusal, size_t room_bytes)
{
	const struct ev_model_created *c = &m->info.created;
	struct dc_err why = DC_ERR_INIT;
	const char *wrong;

	if (spec_parse(&m->spec, c->spec, c->spec_len, &why) != DC_OK) {
		memset(&m->spec, 0, sizeof(m->spec));
		return refuse(m, REGISTRY_REFUSED, why.text);
	}
	wrong = misfit(m);
	if (wrong != NULL)
		return refuse(m, REGISTRY_REFUSED, wrong);
	m->info.spec = &m->spec;
	if (refusal != NULL)
		return refuse(m, REGISTRY_SKIPPED, refusal);
	if (registry_bytes(m) > room_bytes)
		return refuse(m, REGISTRY_SKIPPED,
			      "it needs more memory than models may take");
	m->cells = dc_pages_new(learner_cells(&m->spec), sizeof(*m->cells));
	m->work = dc_malloc(learner_work_size(&m->spec));
	learner_init(&m->learner, &m->spec, m->cells, m->work);
	return REGISTRY_LIVE;
}

static void append(struct registry *reg, struct registry_model *m)
{
	if (reg->n == reg->room) {
		reg->room = reg->room == 0 ? 16 : 2 * reg->room;
		reg->items = dc_realloc_array(reg->items, reg->room,
					      sizeof(*reg->items));
	}
	reg->items[reg->n++] = m;
	if (2 * reg->n > reg->n_slots)
		index_all(reg);
	else
		index_one(reg, m);
}

struct registry_model *registry_add(struct registry *reg,
				    const struct ev_model_created *created,
				    const struct log_ref *at,
				    const char *refusal, size_t room_bytes)
{
	struct registry_model *m = model_new(reg, created, at);
	enum registry_state state = set_up(m, refusal, room_bytes);

	lock_write(&reg->lock);
	m->state = state;
	append(reg, m);
	unlock(&reg->lock);
	return m;
}

/* Who still holds the entry finds it gone; its memory is given back. */
void registry_drop(struct registry *reg, struct registry_model *m)
{
	lock_write(&reg->lock);
	m->state = REGISTRY_GONE;
	index_all(reg);
	unlock(&reg->lock);
	lock_write(&m->lock);
	cells_free(m);
	free(m->work);
	m->work = NULL;
	unlock(&m->lock);
}

size_t registry_bytes(const struct registry_model *m)
{
	if (m->info.spec == NULL)
		return 0;
	return learner_cells(&m->spec) * sizeof(*m->cells) +
		learner_work_size(&m->spec);
}

void registry_tag(struct registry_model *m, void *tag)
{
	m->tag = tag;
}

void *registry_tag_of(const struct registry_model *m)
{
	return m->tag;
}

struct learner *registry_learner(struct registry_model *m)
{
	DC_CHECK(m->cells != NULL);
	return &m->learner;
}

void registry_write_begin(struct registry_model *m)
{
	lock_write(&m->lock);
}

void registry_write_end(struct registry_model *m, uint64_t block)
{
	uint64_t seen = learner_count(&m->learner, LEARNER_SEEN);

	if (seen != m->as_of.contributions) {
		m->as_of.has_root = false;
		atomic_fetch_add(&m->changes, 1);
	}
	m->as_of.contributions = seen;
	m->as_of.block = block;
	unlock(&m->lock);
}

void registry_root(struct registry_model *m, struct hash32 *out)
{
	DC_CHECK(pthread_mutex_lock(&m->root_lock) == 0);
	learner_root(&m->learner, out);
	DC_CHECK(pthread_mutex_unlock(&m->root_lock) == 0);
	lock_write(&m->lock);
	m->as_of.has_root = true;
	m->as_of.state_root = *out;
	unlock(&m->lock);
}

/* Under the lock: other cells, of a block that is not known yet. */
static void forget(struct registry_model *m)
{
	memset(&m->as_of, 0, sizeof(m->as_of));
	atomic_fetch_add(&m->changes, 1);
}

void registry_reset(struct registry_model *m)
{
	lock_write(&m->lock);
	learner_init(&m->learner, &m->spec, m->cells, m->work);
	forget(m);
	unlock(&m->lock);
}

size_t registry_kept_size(const struct registry_model *m)
{
	return m->info.spec == NULL ? 0 : learner_kept_size(&m->spec);
}

/* learner_keep hashes what is dirty first, so it needs both locks. */
void registry_snapshot(struct registry_model *m, uint8_t *out)
{
	lock_read(&m->lock);
	DC_CHECK(pthread_mutex_lock(&m->root_lock) == 0);
	learner_keep(&m->learner, out);
	DC_CHECK(pthread_mutex_unlock(&m->root_lock) == 0);
	unlock(&m->lock);
}

enum dc_status registry_restore(struct registry_model *m, const uint8_t *in,
				size_t len, const struct hash32 *root,
				uint64_t block, struct dc_err *err)
{
	enum dc_status st;

	lock_write(&m->lock);
	st = learner_restore(&m->learner, in, len, root, err);
	forget(m);
	if (st == DC_OK) {
		m->as_of.has_root = true;
		m->as_of.state_root = *root;
	}
	m->as_of.contributions = learner_count(&m->learner, LEARNER_SEEN);
	m->as_of.block = block;
	unlock(&m->lock);
	return st;
}

/* --- readers ------------------------------------------------------------ */

/* Locks are no part of a model's value: readers hold a const pointer. */
static struct registry_model *unconst(const struct registry_model *m)
{
	return (struct registry_model *)(uintptr_t)m;
}

void registry_as_of(const struct registry_model *m,
		    struct registry_as_of *out)
{
	struct registry_model *w = unconst(m);

	lock_read(&w->lock);
	*out = m->as_of;
	unlock(&w->lock);
}

uint64_t registry_changes(const struct registry_model *m)
{
	return atomic_load(&m->changes);
}

/* Called with m->lock held: a gone model's cells go under it. */
static enum dc_status not_live(const struct registry_model *m,
			       struct dc_err *err)
{
	if (m->cells != NULL)
		return DC_OK;
	if (m->info.refusal[0] != '\0')
		return dc_fail(err, DC_EBUSY, "the model is not followed: %s",
			       m->info.refusal);
	return dc_fail(err, DC_EBUSY, "the model is gone with a reorg");
}

enum dc_status registry_predict(const struct registry_model *m,
				int64_t *scores, uint32_t *label,
				struct registry_as_of *as_of,
				const struct sample *x, size_t n,
				struct dc_err *err)
{
	struct registry_model *w = unconst(m);
	enum dc_status st;
	size_t i;

	lock_read(&w->lock);
	st = not_live(m, err);
	for (i = 0; i < n && st == DC_OK; i++)
		if (!learner_predict(&m->learner,
				     scores + i * m->spec.n_class, label + i,
				     &x[i]))
			st = dc_fail(err, DC_EINVAL, "the model does not "
				     "take input %zu", i);
	if (as_of != NULL)
		*as_of = m->as_of;
	unlock(&w->lock);
	return st;
}

size_t registry_export_size(const struct registry_model *m)
{
	return m->info.spec == NULL ? 0 : learner_snapshot_size(&m->spec);
}

/* What a copy in pieces is of. */
struct copied {
	uint64_t changes;
	struct registry_as_of as_of;
};

/* One piece, under the lock.
 * of    in: the pieces before; out: this one
 * same  out: they are of one state */
static enum dc_status copy_piece(struct registry_model *m, int64_t *cells,
				 size_t first, size_t n, struct copied *of,
				 bool *same, struct dc_err *err)
{
	enum dc_status st;

	lock_read(&m->lock);
	st = not_live(m, err);
	if (st == DC_OK) {
		*same = registry_changes(m) == of->changes;
		of->changes = registry_changes(m);
		of->as_of = m->as_of;
		memcpy(cells, m->cells + first, n * sizeof(*cells));
	}
	unlock(&m->lock);
	return st;
}

/* All pieces of at most so many cells.
 * whole  out: they are of one state */
static enum dc_status copy_pieces(struct registry_model *m, int64_t *cells,
				  size_t first, size_t n, size_t piece,
				  struct copied *of, bool *whole,
				  struct dc_err *err)
{
	enum dc_status st = DC_OK;

	*whole = true;
	for (size_t at = 0; st == DC_OK && *whole && at < n; at += piece) {
		bool same;

		st = copy_piece(m, cells + at, first + at,
				n - at < piece ? n - at : piece, of, &same,
				err);
		*whole = at == 0 || same;
	}
	return st;
}

/* A model that learns all the time is held up once, for all of it. */
enum dc_status registry_copy(const struct registry_model *m, int64_t *cells,
			     size_t first, size_t n,
			     struct registry_as_of *as_of, struct dc_err *err)
{
	struct copied of = { .changes = 0 };
	enum dc_status st = DC_OK;
	bool whole = false;

	if (m->info.spec == NULL)
		return not_live(m, err);
	DC_CHECK(n > 0 && first + n <= learner_cells(&m->spec));
	for (unsigned i = 0; st == DC_OK && !whole; i++)
		st = copy_pieces(unconst(m), cells, first, n,
				 i < COPY_TRIES ? COPY_CELLS : n, &of, &whole,
				 err);
	if (as_of != NULL)
		*as_of = of.as_of;
	return st;
}

enum dc_status registry_export(const struct registry_model *m, uint8_t *out,
			       struct registry_as_of *as_of,
			       struct dc_err *err)
{
	enum dc_status st;
	void *work;
	size_t n;

	if (m->info.spec == NULL)
		return not_live(m, err);
	n = learner_cells(&m->spec);
	st = registry_copy(m, learner_sealed_cells(out), 0, n, as_of, err);
	if (st != DC_OK)
		return st;
	work = dc_malloc(merkle_size(n));
	learner_seal(out, &m->spec, work);
	free(work);
	return DC_OK;
}
