/* log.c: one line an event, by one write to standard error. */

#include "config.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "base/status.h"

/* Below PIPE_BUF (4096 on Linux), so that lines of several processes on one
 * pipe do not mix. */
#define DC_LOG_LINE_BYTES 2048

static enum dc_log_level dc_log_least = DC_LOG_INFO;

static const char *
dc_log_level_name(enum dc_log_level level)
{
	switch (level) {
	case DC_LOG_DEBUG:
		return "debug";
	case DC_LOG_INFO:
		return "info";
	case DC_LOG_UNUSUAL:
		return "unusual";
	case DC_LOG_BROKEN:
		return "broken";
	}
	return "unknown";
}

void
dc_log_set_level(enum dc_log_level least)
{
	dc_log_least = least;
}

/* "2026-11-23T10:00:00.123Z info oracle: "; returns its length. */
static size_t
dc_log_prefix(char *out, size_t room, enum dc_log_level level,
	      const char *area)
{
	struct timespec now;
	struct tm tm;
	size_t n;
	int more;

	if (clock_gettime(CLOCK_REALTIME, &now) != 0
	    || gmtime_r(&now.tv_sec, &tm) == NULL)
		return 0;
	n = strftime(out, room, "%Y-%m-%dT%H:%M:%S", &tm);
	more = snprintf(out + n, room - n, ".%03dZ %s %s: ",
			(int)(now.tv_nsec / 1000000),
			dc_log_level_name(level), area);
	if (more < 0)
		return n;
	n += (size_t)more;
	return n < room ? n : room - 1;
}

/* A line stays a line, and moves no terminal, whatever was put into it. */
static void
dc_log_flatten(char *text, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if ((unsigned char)text[i] < 0x20)
			text[i] = ' ';
		else if ((unsigned char)text[i] >= 0x7f)
			text[i] = '?';
	}
}

/* Nobody can be told when the log itself cannot be written. */
static void
dc_log_write(const char *line, size_t n)
{
	ssize_t done;

	while (n > 0) {
		done = write(STDERR_FILENO, line, n);
		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return;
		line += done;
		n -= (size_t)done;
	}
}

void
dc_log(enum dc_log_level level, const char *area, const char *fmt, ...)
{
	char line[DC_LOG_LINE_BYTES];
	int saved_errno = errno;
	size_t n, room;
	va_list ap;
	int more;

	if (level < dc_log_least)
		return;
	n = dc_log_prefix(line, sizeof(line), level, area);
	room = sizeof(line) - n;
	errno = saved_errno;	/* for %m */
	va_start(ap, fmt);
	more = vsnprintf(line + n, room, fmt, ap);
	va_end(ap);
	if (more >= 0)
		n += (size_t)more < room ? (size_t)more : room - 1;
	dc_log_flatten(line, n);
	if (more >= 0 && (size_t)more >= room)
		memcpy(line + n - 3, "...", 3);
	line[n] = '\n';
	dc_log_write(line, n + 1);
	errno = saved_errno;
}

static bool
dc_log_is_plain(unsigned char c)
{
	return c >= 0x20 && c < 0x7f && c != '"' && c != '\'' && c != '\\';
}

const char *
dc_log_escape(char *out, size_t room, const char *text, size_t len)
{
	static const char digits[16] = "0123456789abcdef";
	unsigned char c;
	size_t i, n = 0;

	DC_CHECK(room > 0);
	for (i = 0; i < len; i++) {
		c = (unsigned char)text[i];
		if (room - n <= (dc_log_is_plain(c) ? 1u : 4u))
			break;
		if (dc_log_is_plain(c)) {
			out[n++] = (char)c;
			continue;
		}
		out[n++] = '\\';
		out[n++] = 'x';
		out[n++] = digits[c >> 4];
		out[n++] = digits[c & 15];
	}
	out[n] = '\0';
	return out;
}
