/* check_server_main.c: which command is meant, and who is told what when none
 * is; asked of the program itself, which check-unit builds first. */

#include "config.h"

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "base/buf.h"
#include "tests/unit/unit.h"

/* How the program ends, and what it says on both its outputs. */
static int run_program(struct dc_buf *out, const char *words)
{
	char line[256], part[4096];
	int status;
	size_t n;
	FILE *f;

	(void)snprintf(line, sizeof(line), "./decaid %s 2>&1", words);
	f = popen(line, "re");
	ck_assert_ptr_nonnull(f);
	dc_buf_init(out, 1 << 16);
	while ((n = fread(part, 1, sizeof(part), f)) > 0)
		dc_buf_append(out, part, n);
	ck_assert(!dc_buf_failed(out));
	status = pclose(f);
	ck_assert_msg(WIFEXITED(status), "%s did not end", line);
	return WEXITSTATUS(status);
}

START_TEST(words_that_several_commands_share_tell_which)
{
	static const struct {
		const char *words;
		int status;
		const char *said;
	} cases[] = {
		{ "help", 0, "\nCommands:\n  serve  " },
		{ "incentive --help", 0, "  incentive preview  " },
		{ "help incentive", 0, "  incentive preview  " },
		{ "help incentive preview", 0, "\n  --incentive=KIND  " },
		{ "help simulate", 0, "Usage: decaid simulate " },
		{ "incentive", 2, "  incentive preview  " },
		{ "key slashing --help", 0, "  key slashing import  " },
		{ "key bad", 2, "no command 'key bad'\nUsage: decaid key " },
		{ "key --help bad", 2, "no command 'key --help'\n" },
		{ "bad --help", 2, "no command 'bad'\nTry 'decaid --help'" },
		{ "help bad", 2, "no command 'bad'\nTry 'decaid --help'" },
		{ "help 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16", 2,
		  "no command " },
		{ "", 2, "Try 'decaid --help'" },
	};

	for (size_t i = 0; i < DC_ARRAY_LEN(cases); i++) {
		struct dc_buf out;
		int status = run_program(&out, cases[i].words);

		ck_assert_msg(status == cases[i].status &&
			      strstr(dc_buf_text(&out), cases[i].said) != NULL,
			      "decaid %s: status %d, %s", cases[i].words,
			      status, dc_buf_text(&out));
		dc_buf_clear(&out);
	}
}
END_TEST

UNIT_MAIN("server/main", words_that_several_commands_share_tell_which)
