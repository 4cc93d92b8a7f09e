#ifndef DECAID_BASE_LOG_H
#define DECAID_BASE_LOG_H

/*
 * One line an event, on standard error:
 *     2026-11-23T10:00:00.123Z info oracle: followed block=19 events=3
 * Levels say who should care. Strings of strangers go through dc_log_escape
 * first. Thread: any; a line is written by one write().
 */

#include <stddef.h>

enum dc_log_level {
	DC_LOG_DEBUG,	/* developer */
	DC_LOG_INFO,	/* normal life */
	DC_LOG_UNUSUAL,	/* look today */
	DC_LOG_BROKEN	/* wake someone */
};

/* Lines below the level are dropped. Before the first thread. */
void dc_log_set_level(enum dc_log_level least);

void dc_log(enum dc_log_level level, const char *area, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* text with control characters, quotes, backslashes and bytes that are not
 * printable ASCII as \xNN; cut to fit.
 * out  (room) bytes, NUL at the end   Returns out. */
const char *dc_log_escape(char *out, size_t room, const char *text,
			  size_t len);

#endif /* DECAID_BASE_LOG_H */
