/* Fulfilling wishes for attestations: states, predictions, signatures. */
#include "config.h"

#include "oracle/attester_private.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "base/keccak.h"
#include "base/log.h"
#include "models/learner.h"

/* The signer counts a second from when it signs, we from when it was wished
 * for: it may be full for a moment. */
#define BUSY_TRIES 100
#define BUSY_MS 20

/* ---- states ---- */

static void forget_one(struct attester_model *m)
{
	replica_free(m->replica);
	memset(m, 0, sizeof(*m));
}

void attester_forget(struct attester *a)
{
	for (size_t i = 0; i < ATTESTER_STATES; i++)
		forget_one(&a->models[i]);
}

/* The one longest unused among those that are there; NULL: none is. */
static struct attester_model *oldest(struct attester *a)
{
	struct attester_model *found = NULL;

	for (size_t i = 0; i < ATTESTER_STATES; i++)
		if (a->models[i].replica != NULL &&
		    (found == NULL || a->models[i].used < found->used))
			found = &a->models[i];
	return found;
}

static size_t bytes_held(const struct attester *a)
{
	size_t sum = 0;

	for (size_t i = 0; i < ATTESTER_STATES; i++)
		sum += a->models[i].bytes;
	return sum;
}

/* A place for one more model, which fits in alone. Keeps (3). */
static struct attester_model *new_place(struct attester *a, size_t bytes)
{
	while (bytes_held(a) > 0 && bytes_held(a) + bytes > a->o.bytes_max)
		forget_one(oldest(a));
	for (size_t i = 0; i < ATTESTER_STATES; i++)
		if (a->models[i].replica == NULL)
			return &a->models[i];
	forget_one(oldest(a));
	return new_place(a, bytes);
}

/* Of a model made anew at an address (after a reorganization) the size may
 * be another. */
static struct attester_model *place_of(struct attester *a,
				       const struct attester_wish *w)
{
	struct attester_model *m = NULL;

	for (size_t i = 0; m == NULL && i < ATTESTER_STATES; i++)
		if (a->models[i].replica != NULL &&
		    addr20_equal(&a->models[i].trainer, &w->of.trainer))
			m = &a->models[i];
	if (m != NULL && m->bytes != w->state_bytes) {
		forget_one(m);
		m = NULL;
	}
	if (m == NULL) {
		m = new_place(a, w->state_bytes);
		m->trainer = w->of.trainer;
		m->replica = replica_new(a->o.data_dir, SIZE_MAX);
		m->bytes = w->state_bytes;
	}
	m->used = ++a->clock;
	return m;
}

static enum dc_status open_database(struct attester *a, struct dc_err *err)
{
	enum dc_status found = DC_OK;

	if (a->db == NULL)
		found = sql_db_open(&a->db, a->o.chain_path, SQL_CHAIN,
				    SQL_READER, err);
	if (found != DC_OK)
		a->db = NULL;
	return found;
}

/* The learner of what the checkpoint says, by its root. */
static enum dc_status find_state(struct attester_wish *w,
				 const struct learner **out,
				 struct dc_err *err)
{
	struct attester *a = w->a;
	struct attester_model *m = place_of(a, w);
	struct hash32 root;
	struct learner *l;
	enum dc_status found;

	found = replica_seek(m->replica, a->db, &w->of.trainer, w->of.count,
			     &w->of.record, &a->stop, err);
	if (found != DC_OK) {
		forget_one(m);
		return found;
	}
	l = replica_learner(m->replica);
	learner_root(l, &root);
	if (!hash32_equal(&root, &w->of.root) ||
	    l->spec->n_class != w->n_class)
		return dc_fail(err, DC_ENOTFOUND, "this daemon computes "
			       "another state than the checkpoint of epoch %"
			       PRIu64 " names", w->of.epoch);
	*out = l;
	return DC_OK;
}

/* ---- predictions ---- */

static enum dc_status predict_one(struct attester_wish *w,
				  const struct learner *l, size_t i,
				  struct dc_err *err)
{
	struct attestation *is = &w->is[i];
	struct sample x;

	if (!sample_decode(&x, w->a->room, l->spec->columns, w->x[i].bytes,
			   w->x[i].len) ||
	    !learner_predict(l, w->scores + i * w->n_class, &is->label, &x)) {
		w->at = i;
		return dc_fail(err, DC_EINVAL,
			       "the model does not take this sample");
	}
	is->trainer = w->of.trainer;
	keccak256(&is->sample, w->x[i].bytes, w->x[i].len);
	is->state_root = w->of.root;
	return DC_OK;
}

/* ---- signatures ---- */

/* Of this state and sample. */
static struct attester_kept *kept_of(struct attester *a,
				     const struct attestation *is)
{
	uint32_t at;

	memcpy(&at, is->sample.b, sizeof(at));
	return &a->kept[at % ATTESTER_KEPT];
}

/* Half of its time is left. */
static bool still_good(const struct attester *a,
		       const struct attester_kept *k,
		       const struct attestation *is)
{
	return addr20_equal(&k->is.trainer, &is->trainer) &&
		hash32_equal(&k->is.sample, &is->sample) &&
		hash32_equal(&k->is.state_root, &is->state_root) &&
		k->is.label == is->label && k->is.issued_s <= is->issued_s &&
		k->is.expires_s + (a->o.holds_s + 1) / 2 >= is->expires_s;
}

static void pause_for(long ms)
{
	const struct timespec t = { .tv_nsec = ms * 1000000 };

	(void)nanosleep(&t, NULL);
}

static enum dc_status have_signed(struct attester *a,
				  struct ec_signature *out,
				  const struct attestation *is,
				  struct dc_err *err)
{
	struct dc_err why = DC_ERR_INIT;
	enum dc_status found = signer_attest(a->o.signer, out, is, &why);

	for (int i = 0; found == DC_EBUSY && i < BUSY_TRIES &&
	     !atomic_load(&a->stop); i++) {
		pause_for(BUSY_MS);
		dc_err_clear(&why);
		found = signer_attest(a->o.signer, out, is, &why);
	}
	return found == DC_OK ? DC_OK : dc_fail(err, found, "%s", why.text);
}

/* From the chain's time on; for who goes by a clock not shorter than said
 * where the chain stands still. */
static void set_times(const struct attester_wish *w, struct attestation *is)
{
	time_t now = time(NULL);
	uint64_t from = w->of.now_s;

	is->issued_s = from;
	if (now > 0 && (uint64_t)now > from)
		from = (uint64_t)now;
	is->expires_s = from + w->a->o.holds_s;
}

/* Keeps (4).
 * made  rises where it was signed now */
static enum dc_status attest_one(struct attester_wish *w, size_t i,
				 size_t *made, struct dc_err *err)
{
	struct attester *a = w->a;
	struct attestation *is = &w->is[i];
	struct attester_kept *k = kept_of(a, is);
	enum dc_status found;

	set_times(w, is);
	if (still_good(a, k, is)) {
		*is = k->is;
		w->signature[i] = k->signature;
		return DC_OK;
	}
	found = have_signed(a, &w->signature[i], is, err);
	if (found != DC_OK)
		return found;
	*k = (struct attester_kept){ *is, w->signature[i] };
	++*made;
	return DC_OK;
}

enum dc_status attester_fulfil(struct attester_wish *w, size_t *made,
			       struct dc_err *err)
{
	const struct learner *l = NULL;
	enum dc_status found = open_database(w->a, err);

	w->at = w->n;
	if (found == DC_OK)
		found = find_state(w, &l, err);
	for (size_t i = 0; found == DC_OK && i < w->n; i++)
		found = predict_one(w, l, i, err);
	for (size_t i = 0; found == DC_OK && i < w->n; i++)
		found = attest_one(w, i, made, err);
	return found;
}
