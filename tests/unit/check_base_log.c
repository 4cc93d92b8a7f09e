/*
 * check_base_log.c: lines as promised. Standard error is a datagram socket
 * here, so that each write() arrives by itself and can be counted.
 */

#include "config.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/socket.h>

#include "base/log.h"
#include "tests/unit/unit.h"

#define LINE_BYTES 8192

static int log_reader = -1, log_saved = -1;

static void
capture_begin(void)
{
	int pair[2];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_DGRAM, 0, pair), 0);
	log_saved = dup(STDERR_FILENO);
	ck_assert_int_ge(dup2(pair[1], STDERR_FILENO), 0);
	close(pair[1]);
	log_reader = pair[0];
}

static void
capture_end(void)
{
	ck_assert_int_ge(dup2(log_saved, STDERR_FILENO), 0);
	close(log_saved);
	close(log_reader);
}

/* One write()'s bytes, NUL-terminated; false: there was none. */
static bool
next_write(char line[LINE_BYTES])
{
	ssize_t n = recv(log_reader, line, LINE_BYTES - 1, MSG_DONTWAIT);

	if (n < 0)
		return false;
	line[n] = '\0';
	return true;
}

/* "dddd-dd-ddTdd:dd:dd.dddZ " before the rest. */
static const char *
after_time(const char *line)
{
	static const char shape[] = "0000-00-00T00:00:00.000Z ";
	size_t i;

	for (i = 0; shape[i] != '\0'; i++) {
		if (shape[i] == '0')
			unit_require(line[i] >= '0' && line[i] <= '9');
		else
			unit_require(line[i] == shape[i]);
	}
	return line + i;
}

START_TEST(a_line_is_time_level_area_and_text_by_one_write)
{
	char line[LINE_BYTES];

	capture_begin();
	dc_log(DC_LOG_INFO, "oracle", "followed block=%d events=%d", 19, 3);
	ck_assert(next_write(line));
	ck_assert_str_eq(after_time(line),
			 "info oracle: followed block=19 events=3\n");
	ck_assert(!next_write(line));
	capture_end();
}
END_TEST

START_TEST(lines_below_the_level_are_dropped)
{
	static const char *const names[] = {
		"debug", "info", "unusual", "broken"
	};
	char line[LINE_BYTES];
	int least, level;

	capture_begin();
	for (least = DC_LOG_DEBUG; least <= DC_LOG_BROKEN; least++) {
		dc_log_set_level((enum dc_log_level)least);
		for (level = DC_LOG_DEBUG; level <= DC_LOG_BROKEN; level++) {
			dc_log((enum dc_log_level)level, "t", "x");
			ck_assert_int_eq(next_write(line), level >= least);
			ck_assert(level < least
				  || strstr(line, names[level]) != NULL);
		}
	}
	capture_end();
}
END_TEST

START_TEST(debug_lines_are_dropped_unless_asked_for)
{
	char line[LINE_BYTES];

	capture_begin();
	dc_log(DC_LOG_DEBUG, "t", "x");
	ck_assert(!next_write(line));
	capture_end();
}
END_TEST

START_TEST(a_line_stays_one_line)
{
	char line[LINE_BYTES];

	capture_begin();
	dc_log(DC_LOG_INFO, "t", "a\nb\rc\033[31m%s\177\302\233",
	       "\n");
	ck_assert(next_write(line));
	ck_assert_str_eq(after_time(line), "info t: a b c [31m ???\n");
	capture_end();
}
END_TEST

START_TEST(a_long_line_is_cut_and_says_so)
{
	char line[LINE_BYTES], longer[LINE_BYTES];
	size_t n;

	memset(longer, 'x', sizeof(longer));
	longer[sizeof(longer) - 1] = '\0';
	capture_begin();
	for (n = 1900; n < 2100; n++) {
		dc_log(DC_LOG_INFO, "t", "%.*s", (int)n, longer);
		ck_assert(next_write(line));
		unit_require(strchr(line, '\n') == line + strlen(line) - 1);
		if (strlen(after_time(line)) == n + strlen("info t: \n"))
			continue;
		unit_require(strstr(line, "x...\n") != NULL);
		unit_require(strlen(line) == 2048);
	}
	capture_end();
}
END_TEST

START_TEST(an_area_longer_than_a_line_is_cut_too)
{
	char line[LINE_BYTES], area[LINE_BYTES];

	memset(area, 'a', sizeof(area));
	area[sizeof(area) - 1] = '\0';
	capture_begin();
	dc_log(DC_LOG_INFO, area, "text");
	ck_assert(next_write(line));
	ck_assert_uint_eq(strlen(line), 2048);
	ck_assert(strstr(line, "a...\n") != NULL);
	ck_assert(!next_write(line));
	capture_end();
}
END_TEST

static void *
log_many(void *area)
{
	int i;

	for (i = 0; i < 200; i++)
		dc_log(DC_LOG_INFO, area, "%0100d", i);
	return NULL;
}

START_TEST(lines_of_many_threads_do_not_mix)
{
	char line[LINE_BYTES], areas[4][2] = { "a", "b", "c", "d" };
	pthread_t thread[4];
	int i, lines = 0;

	capture_begin();
	for (i = 0; i < 4; i++)
		ck_assert_int_eq(pthread_create(&thread[i], NULL, log_many,
						areas[i]), 0);
	while (lines < 800) {
		ssize_t n = recv(log_reader, line, sizeof(line) - 1, 0);

		ck_assert_int_gt(n, 0);
		line[n] = '\0';
		unit_require(strlen(after_time(line))
			     == strlen("info a: \n") + 100);
		lines++;
	}
	for (i = 0; i < 4; i++)
		ck_assert_int_eq(pthread_join(thread[i], NULL), 0);
	ck_assert(!next_write(line));
	capture_end();
}
END_TEST

START_TEST(logging_keeps_errno)
{
	char line[LINE_BYTES];

	capture_begin();
	errno = EAGAIN;
	dc_log(DC_LOG_INFO, "t", "x");
	ck_assert_int_eq(errno, EAGAIN);
	ck_assert(next_write(line));
	close(STDERR_FILENO);
	dc_log(DC_LOG_INFO, "t", "to nowhere");
	ck_assert_int_eq(errno, EAGAIN);
	capture_end();
}
END_TEST

START_TEST(strangers_text_is_escaped)
{
	char out[200];

	ck_assert_str_eq(dc_log_escape(out, sizeof(out), "plain text=1", 12),
			 "plain text=1");
	ck_assert_str_eq(dc_log_escape(out, sizeof(out),
				       "a\"b'c\\d\ne\0f\x7fg\xc3\xa9", 15),
			 "a\\x22b\\x27c\\x5cd\\x0ae\\x00f\\x7fg\\xc3\\xa9");
	ck_assert_str_eq(dc_log_escape(out, sizeof(out), NULL, 0), "");
}
END_TEST

/* For every room: NUL at the end, nothing behind it, no half escape. */
START_TEST(escaped_text_is_cut_to_fit)
{
	static const char text[] = "ab\ncd\n\n\xff" "ef";
	static const char whole[] = "ab\\x0acd\\x0a\\x0a\\xffef";
	char out[64];
	size_t room, n;

	for (room = 1; room < sizeof(out); room++) {
		memset(out, '#', sizeof(out));
		ck_assert_ptr_eq(dc_log_escape(out, room, text,
					       sizeof(text) - 1), out);
		n = strlen(out);
		ck_assert_uint_lt(n, room);
		ck_assert(strncmp(out, whole, n) == 0);
		ck_assert(n == strlen(whole) || room - n <= 4);
		ck_assert(n == strlen(whole) || whole[n] == '\\'
			  || room == n + 1);
		ck_assert_int_eq(out[room], '#');
	}
}
END_TEST

UNIT_MAIN("base/log",
	a_line_is_time_level_area_and_text_by_one_write,
	lines_below_the_level_are_dropped,
	debug_lines_are_dropped_unless_asked_for,
	a_line_stays_one_line,
	a_long_line_is_cut_and_says_so,
	an_area_longer_than_a_line_is_cut_too,
	lines_of_many_threads_do_not_mix,
	logging_keeps_errno,
	strangers_text_is_escaped,
	escaped_text_is_cut_to_fit)
