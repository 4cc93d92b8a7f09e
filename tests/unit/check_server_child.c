/* Children: started, heard, ended, and gone when they cannot be run. */
#include "config.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "server/child.h"
#include "tests/unit/unit.h"

static char log_path[] = "/tmp/decaid-child-XXXXXX";

static void log_make(void)
{
	int fd;

	memcpy(log_path, "/tmp/decaid-child-XXXXXX", sizeof(log_path));
	fd = mkstemp(log_path);
	ck_assert_int_ge(fd, 0);
	close(fd);
}

static void start_shell(struct child *c, const char *script)
{
	const char *const argv[] = { "sh", "-c", script, NULL };
	struct dc_err err = DC_ERR_INIT;

	log_make();
	ck_assert_int_eq(child_start(c, argv, "/", log_path, &err), DC_OK);
}

START_TEST(a_line_is_waited_for_and_its_rest_is_told)
{
	struct dc_err err = DC_ERR_INIT;
	struct child c;
	char rest[16];

	start_shell(&c, "pwd; echo Listening on port 77; sleep 60");
	ck_assert_int_eq(child_wait_line(&c, "on port ", rest, sizeof(rest),
					 20000, &err), DC_OK);
	ck_assert_str_eq(rest, "77");
	ck_assert(child_alive(&c));
	child_stop(&c, 5000);
	ck_assert(!child_alive(&c));
	unlink(log_path);
}
END_TEST

START_TEST(one_that_ends_early_is_told)
{
	struct dc_err err = DC_ERR_INIT;
	struct child c;

	start_shell(&c, "echo no; exit 3");
	ck_assert_int_eq(child_wait_line(&c, "yes", NULL, 0, 20000, &err),
			 DC_EIO);
	ck_assert_ptr_nonnull(strstr(err.text, "ended before"));
	unlink(log_path);
}
END_TEST

START_TEST(one_that_says_nothing_times_out)
{
	struct dc_err err = DC_ERR_INIT;
	struct child c;

	start_shell(&c, "sleep 60");
	ck_assert_int_eq(child_wait_line(&c, "yes", NULL, 0, 60, &err),
			 DC_EBUSY);
	child_stop(&c, 5000);
	unlink(log_path);
}
END_TEST

START_TEST(one_that_ignores_sigterm_is_killed)
{
	struct dc_err err = DC_ERR_INIT;
	struct child c;
	pid_t pid;

	start_shell(&c, "trap '' TERM; echo deaf; while :; do sleep 1; done");
	ck_assert_int_eq(child_wait_line(&c, "deaf", NULL, 0, 20000, &err),
			 DC_OK);
	pid = c.pid;
	child_stop(&c, 40);
	ck_assert_int_eq(kill(pid, 0), -1);
	unlink(log_path);
}
END_TEST

START_TEST(a_program_that_is_not_there_is_named)
{
	const char *const argv[] = { "no-such-program-here", NULL };
	struct dc_err err = DC_ERR_INIT;
	struct child c;

	log_make();
	ck_assert_int_eq(child_start(&c, argv, "/", log_path, &err), DC_EIO);
	ck_assert_ptr_nonnull(strstr(err.text, "no-such-program-here"));
	ck_assert_int_eq(c.pid, 0);
	unlink(log_path);
}
END_TEST

UNIT_MAIN("server/child", a_line_is_waited_for_and_its_rest_is_told,
	  one_that_ends_early_is_told, one_that_says_nothing_times_out,
	  one_that_ignores_sigterm_is_killed,
	  a_program_that_is_not_there_is_named)
