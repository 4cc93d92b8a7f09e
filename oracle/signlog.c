/*
 * Slashing protection and the day's spending.
 *
 * (1) DC_OK from signlog_admit: a record of exactly that digest is in the
 *     file and synced. So no signature exists without its record.
 * (2) At most one digest is ever admitted for a (pool, trainer, epoch); the
 *     same one again is, as often as asked.
 * (3) Epochs of a trainer are recorded in rising order; one below the
 *     highest that is not recorded is refused. So old records may be
 *     forgotten without breaking (2).
 * (4) An epoch that is not recorded is admitted only after its end, and only
 *     if it ended after this process's start. So whatever was signed before
 *     a start belongs to epochs that had ended by then, and is refused
 *     unless recorded: an older copy of the file, which lacks some of it,
 *     cannot break (2) either. (The clock must not be set back across the
 *     restart.)
 * (5) The length of a trainer's epochs is fixed by its first record: nobody
 *     can talk (4) away with another one.
 */
#include "config.h"

#include "oracle/signlog.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "oracle/signlog_file.h"

#define KEPT_EPOCHS 64			/* of a trainer, when shortened */
#define SHORTEN_BYTES (1 << 20)		/* longer files are */

struct epoch_digest {
	uint64_t epoch;
	struct hash32 digest;
};

/* What was signed for one trainer, epochs rising. */
struct history {
	struct addr20 pool, trainer;
	uint32_t epoch_s;
	size_t n, room;
	struct epoch_digest *signed_;
};

struct signlog {
	struct signlog_file file;
	uint64_t shorten_at;		/* bytes */
	uint64_t start_s;
	size_t n, room;
	struct history *histories;
	/* of the newest day seen */
	uint64_t day;
	size_t n_spends, spends_room;
	struct sign_spend *spends;
};

/* --- in memory ----------------------------------------------------------- */

static void *
grow(void *p, size_t n, size_t *room, size_t size)
{
	if (n < *room)
		return p;
	*room = *room == 0 ? 8 : 2 * *room;
	return dc_realloc_array(p, *room, size);
}

static struct history *
history_of(const struct signlog *l, const struct sign_entry *e)
{
	for (size_t i = 0; i < l->n; i++)
		if (addr20_equal(&l->histories[i].trainer, &e->trainer) &&
		    addr20_equal(&l->histories[i].pool, &e->pool))
			return &l->histories[i];
	return NULL;
}

static const struct epoch_digest *
find_epoch(const struct history *h, uint64_t epoch)
{
	size_t low = 0, high = h->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (h->signed_[middle].epoch < epoch)
			low = middle + 1;
		else
			high = middle;
	}
	return low < h->n && h->signed_[low].epoch == epoch
		       ? &h->signed_[low] : NULL;
}

static struct history *
history_new(struct signlog *l, const struct sign_entry *e)
{
	l->histories = grow(l->histories, l->n, &l->room,
			    sizeof(*l->histories));
	l->histories[l->n] = (struct history){
		.pool = e->pool, .trainer = e->trainer, .epoch_s = e->epoch_s,
	};
	return &l->histories[l->n++];
}

static void
remember(struct signlog *l, const struct sign_entry *e)
{
	struct history *h = history_of(l, e);

	if (h == NULL)
		h = history_new(l, e);
	h->signed_ = grow(h->signed_, h->n, &h->room, sizeof(*h->signed_));
	h->signed_[h->n++] = (struct epoch_digest){ e->epoch, e->digest };
}

static struct sign_spend *
find_spend(const struct signlog *l, uint64_t nonce)
{
	for (size_t i = 0; i < l->n_spends; i++)
		if (l->spends[i].nonce == nonce)
			return &l->spends[i];
	return NULL;
}

static void
remember_spend(struct signlog *l, const struct sign_spend *s)
{
	struct sign_spend *before;

	if (s->day > l->day) {
		l->day = s->day;
		l->n_spends = 0;
	}
	before = find_spend(l, s->nonce);
	if (before != NULL) {
		if (wei_compare(s->cost_wei, before->cost_wei) > 0)
			before->cost_wei = s->cost_wei;
		return;
	}
	l->spends = grow(l->spends, l->n_spends, &l->spends_room,
			 sizeof(*l->spends));
	l->spends[l->n_spends++] = *s;
}

/* A record out of the file; a file that breaks our own rules is damaged. */
static enum dc_status
recall(void *user, const struct signlog_record *r, struct dc_err *err)
{
	struct signlog *l = user;
	const struct history *h;

	switch (r->kind) {
	case SIGNLOG_SPEND:
		if (r->u.spend.day >= l->day)
			remember_spend(l, &r->u.spend);
		return DC_OK;
	case SIGNLOG_CHECKPOINT:
		break;
	}
	h = history_of(l, &r->u.entry);
	if (h != NULL && (h->epoch_s != r->u.entry.epoch_s ||
			  h->signed_[h->n - 1].epoch >= r->u.entry.epoch))
		return dc_fail(err, DC_EINVAL,
			       "signer's log: epochs out of order");
	remember(l, &r->u.entry);
	return DC_OK;
}

/* --- shortening ---------------------------------------------------------- */

static size_t
collect(const struct signlog *l, struct signlog_record *out)
{
	size_t n = 0;

	for (size_t i = 0; i < l->n; i++) {
		const struct history *h = &l->histories[i];
		size_t from = h->n > KEPT_EPOCHS ? h->n - KEPT_EPOCHS : 0;

		for (size_t j = from; j < h->n; j++)
			out[n++] = (struct signlog_record){
				.kind = SIGNLOG_CHECKPOINT,
				.u.entry = { h->pool, h->trainer,
					     h->signed_[j].epoch, h->epoch_s,
					     h->signed_[j].digest },
			};
	}
	for (size_t i = 0; i < l->n_spends; i++)
		out[n++] = (struct signlog_record){
			.kind = SIGNLOG_SPEND, .u.spend = l->spends[i],
		};
	return n;
}

/* What is in memory as it is in the shortened file. */
static void
forget(struct signlog *l)
{
	for (size_t i = 0; i < l->n; i++) {
		struct history *h = &l->histories[i];

		if (h->n <= KEPT_EPOCHS)
			continue;
		memmove(h->signed_, h->signed_ + h->n - KEPT_EPOCHS,
			KEPT_EPOCHS * sizeof(*h->signed_));
		h->n = KEPT_EPOCHS;
	}
}

/* Allowed by (3). One that cannot be shortened goes on growing; that is
 * tried again at twice the length, and is no reason to sign nothing. */
static void
shorten(struct signlog *l)
{
	size_t most = l->n * KEPT_EPOCHS + l->n_spends;
	struct dc_err why = DC_ERR_INIT;
	struct signlog_record *kept;

	if (l->file.bytes <= l->shorten_at ||
	    l->file.bytes / SIGNLOG_RECORD_BYTES <= 2 * most)
		return;
	kept = dc_calloc(most, sizeof(*kept));
	if (signlog_file_replace(&l->file, kept, collect(l, kept), &why) ==
	    DC_OK) {
		forget(l);
		l->shorten_at = SHORTEN_BYTES;
	} else {
		dc_log(DC_LOG_UNUSUAL, "signer", "%s", why.text);
		l->shorten_at = 2 * l->file.bytes;
	}
	free(kept);
}

/* --- what the signer asks ------------------------------------------------ */

enum dc_status
signlog_open(struct signlog **out, const char *path, uint64_t chain_id,
	     uint64_t now_s, struct dc_err *err)
{
	struct signlog *l = dc_calloc(1, sizeof(*l));
	struct dc_err why = DC_ERR_INIT;
	enum dc_status found;

	l->start_s = now_s;
	l->shorten_at = SHORTEN_BYTES;
	found = signlog_file_open(&l->file, path, chain_id, recall, l, err);
	if (found != DC_OK) {
		signlog_close(l);
		return found;
	}
	if (signlog_file_spare(&l->file, path, &why) != DC_OK)
		dc_log(DC_LOG_UNUSUAL, "signer", "%s", why.text);
	shorten(l);
	*out = l;
	return DC_OK;
}

void
signlog_close(struct signlog *l)
{
	if (l == NULL)
		return;
	signlog_file_close(&l->file);
	for (size_t i = 0; i < l->n; i++)
		free(l->histories[i].signed_);
	free(l->histories);
	free(l->spends);
	free(l);
}

/* keeps (4) */
static enum dc_status
check_time(const struct signlog *l, const struct sign_entry *e,
	   uint64_t now_s, struct dc_err *err)
{
	uint64_t end_s;

	if (e->epoch_s == 0 || e->epoch == UINT64_MAX ||
	    __builtin_mul_overflow(e->epoch + 1, (uint64_t)e->epoch_s,
				   &end_s))
		return dc_fail(err, DC_EREFUSED, "epoch %" PRIu64
			       " has no end", e->epoch);
	if (end_s > now_s)
		return dc_fail(err, DC_EBUSY, "epoch %" PRIu64 " ends in %"
			       PRIu64 " s by the signer's clock", e->epoch,
			       end_s - now_s);
	if (end_s <= l->start_s)
		return dc_fail(err, DC_EREFUSED, "epoch %" PRIu64 " ended "
			       "before the signer's start and is not recorded",
			       e->epoch);
	return DC_OK;
}

/* keeps (2), (3) and (5); *again: recorded already */
static enum dc_status
check_history(const struct signlog *l, const struct sign_entry *e,
	      bool *again, struct dc_err *err)
{
	const struct history *h = history_of(l, e);
	const struct epoch_digest *before;

	*again = false;
	if (h == NULL)
		return DC_OK;
	before = find_epoch(h, e->epoch);
	if (before != NULL) {
		*again = hash32_equal(&before->digest, &e->digest);
		return *again ? DC_OK : dc_fail(err, DC_EREFUSED,
			"another checkpoint of epoch %" PRIu64
			" is signed already", e->epoch);
	}
	if (e->epoch_s != h->epoch_s)
		return dc_fail(err, DC_EREFUSED, "epochs of this trainer last "
			       "%" PRIu32 " s, not %" PRIu32, h->epoch_s,
			       e->epoch_s);
	if (e->epoch < h->signed_[h->n - 1].epoch)
		return dc_fail(err, DC_EREFUSED,
			       "a later epoch than %" PRIu64
			       " is signed already", e->epoch);
	return DC_OK;
}

enum dc_status
signlog_admit(struct signlog *l, const struct sign_entry *e, uint64_t now_s,
	      struct dc_err *err)
{
	struct signlog_record r = { .kind = SIGNLOG_CHECKPOINT };
	enum dc_status found;
	bool again;

	found = check_history(l, e, &again, err);
	if (found != DC_OK || again)
		return found;
	found = check_time(l, e, now_s, err);
	if (found != DC_OK)
		return found;
	r.u.entry = *e;
	found = signlog_file_append(&l->file, &r, err);	/* keeps (1) */
	if (found == DC_OK) {
		remember(l, e);
		shorten(l);
	}
	return found;
}

/* --- handing over -------------------------------------------------------- */

void
signlog_each(const struct signlog *l, signlog_each_fn *fn, void *user)
{
	for (size_t i = 0; i < l->n; i++) {
		const struct history *h = &l->histories[i];

		for (size_t j = 0; j < h->n; j++) {
			const struct sign_entry e = {
				h->pool, h->trainer, h->signed_[j].epoch,
				h->epoch_s, h->signed_[j].digest,
			};

			fn(user, &e);
		}
	}
}

enum dc_status
signlog_adopt(struct signlog *l, const struct sign_entry *e, bool *taken,
	      struct dc_err *err)
{
	struct signlog_record r = { .kind = SIGNLOG_CHECKPOINT, .u.entry = *e };
	const struct history *h = history_of(l, e);
	const struct epoch_digest *before;
	enum dc_status found;

	*taken = false;
	before = h != NULL ? find_epoch(h, e->epoch) : NULL;
	if (before != NULL)
		return hash32_equal(&before->digest, &e->digest) ? DC_OK :
			dc_fail(err, DC_ECONFLICT, "two checkpoints of epoch %"
				PRIu64 " were signed", e->epoch);
	if (h != NULL && h->epoch_s != e->epoch_s)
		return dc_fail(err, DC_ECONFLICT, "epochs of this trainer last"
			       " %" PRIu32 " s, not %" PRIu32, h->epoch_s,
			       e->epoch_s);
	if (h != NULL && e->epoch < h->signed_[h->n - 1].epoch)
		return DC_OK;
	found = signlog_file_append(&l->file, &r, err);
	if (found == DC_OK)
		remember(l, e);
	*taken = found == DC_OK;
	return found;
}

/* --- spending ------------------------------------------------------------ */

/* The day's sum with s in it. false: past 2^256. */
static bool
day_sum(struct wei *out, const struct signlog *l, const struct sign_spend *s)
{
	*out = s->cost_wei;
	if (s->day > l->day)
		return true;
	for (size_t i = 0; i < l->n_spends; i++) {
		const struct sign_spend *each = &l->spends[i];
		struct wei more = each->cost_wei;

		if (each->nonce == s->nonce) {
			/* the dearer of the two counts */
			if (!wei_sub(&more, more, s->cost_wei))
				continue;
		}
		if (!wei_add(out, *out, more))
			return false;
	}
	return true;
}

enum dc_status
signlog_spend(struct signlog *l, const struct sign_spend *s,
	      struct wei cap_wei, struct dc_err *err)
{
	struct signlog_record r = { .kind = SIGNLOG_SPEND };
	struct wei sum;
	enum dc_status found;

	if (s->day < l->day)
		return dc_fail(err, DC_EREFUSED, "the clock went back a day");
	if (!day_sum(&sum, l, s) || wei_compare(sum, cap_wei) > 0)
		return dc_fail(err, DC_EREFUSED,
			       "the day's cap on spending is reached");
	r.u.spend = *s;
	found = signlog_file_append(&l->file, &r, err);
	if (found == DC_OK) {
		remember_spend(l, s);
		shorten(l);
	}
	return found;
}
