#ifndef DECAID_SERVER_TEXTS_H
#define DECAID_SERVER_TEXTS_H

/*
 * Texts that people offer as what they encoded into a contribution. One
 * thread holds each against the sample that the chain has (server/
 * text_check.h) and keeps those that fit, in local.db, for good; who offers
 * one never waits for the database.
 *
 * What strangers can make it cost:
 *
 * (1) A text is kept only where a contribution of that transaction is
 *     followed here, among the newest TEXTS_LOOK_BACK, and encodes to its
 *     sample; one a transaction, and never another one after it.
 * (2) A text may come before its transaction is mined. It waits then, for
 *     TEXTS_WAIT_S at most and in memory alone: TEXTS_WAITING of them,
 *     TEXTS_PER_CLIENT from one address, of TEXT_BYTES_MAX each.
 * (3) All that are kept have bytes_max together; then no more are taken.
 * (4) The thread rests as long as it worked.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "base/types.h"
#include "oracle/registry.h"

#define TEXT_BYTES_MAX ((size_t)64 << 10)
#define TEXTS_LOOK_BACK 10000
#define TEXTS_WAIT_S 900
#define TEXTS_WAITING 256
#define TEXTS_PER_CLIENT 8

struct texts;
struct text_offer;

struct texts_options {
	const char *chain_path, *local_path;	/* borrowed; local.db is made
						 * where it is missing */
	struct registry *registry;		/* borrowed */
	const struct model_spec *vocabulary;	/* of text_check_new */
	size_t bytes_max;
	unsigned wait_s;	/* 0: TEXTS_WAIT_S */
	/* An offer was looked at, or a text is kept.  Thread: its own. */
	void (*ring)(void *user);
	void *user;
};

/* Errors: DC_EIO no thread; of sql_db_open. */
enum dc_status texts_new(struct texts **out, const struct texts_options *o,
			 struct dc_err *err) DC_MUST_CHECK;

/* What waits is forgotten. Every offer must be left. NULL is taken. */
void texts_free(struct texts *t);

/* chain.db changed.  Thread: any; NULL is taken. */
void texts_changed(struct texts *t);

enum text_fate {
	TEXT_UNSEEN,	/* not looked at yet */
	TEXT_WAITS,	/* its transaction is not followed yet */
	TEXT_KEPT,
	TEXT_REFUSED	/* it does not fit, or came too late: why */
};

/* Offer a text for a transaction.
 * text  (len) copied    who  http_subscriber's number; 0: not limited
 * out   to be left by text_leave
 * Errors: DC_EINVAL empty, too long, no UTF-8; DC_EREFUSED this visitor's
 *     others still wait; DC_EBUSY as many wait as may, or are kept. err is
 *     fit for strangers.  Thread: any. */
enum dc_status text_offer(struct text_offer **out, struct texts *t,
			  const struct hash32 *tx, const char *text,
			  size_t len, uint64_t who,
			  struct dc_err *err) DC_MUST_CHECK;

/* Whether it was looked at.  Thread: any. */
bool text_ready(void *offer);

/* why  of TEXT_REFUSED, for strangers */
enum text_fate text_fate(struct text_offer *offer, struct dc_err *why);

/* Done with it: it may go on waiting.  Thread: any. */
void text_leave(void *offer);

/* Rises with each text that is kept.  NULL is taken.  Thread: any. */
uint64_t texts_sequence(const struct texts *t);

struct texts_counters {
	uint64_t kept, bytes;		/* now */
	uint64_t waiting;		/* now */
	uint64_t refused;		/* since the start */
};

/* NULL is taken: zeros.  Thread: any. */
void texts_counters(struct texts *t, struct texts_counters *out);

#endif /* DECAID_SERVER_TEXTS_H */
