#ifndef DECAID_SERVER_CMD_H
#define DECAID_SERVER_CMD_H

/*
 * The subcommands of decaid. A command is a function, a line in main.c's
 * table and a file server/cmd_NAME.c:
 *
 *	int cmd_refund(const struct command *self, int argc, char **argv)
 *	{
 *		const char *model = NULL, *key = NULL;
 *		const struct cmd_option options[] = {
 *			{ "model", "ADDRESS", "the model", &model },
 *			{ "key", "FILE", "the account's key file", &key },
 *		};
 *		struct cmd_line line;
 *		int found = cmd_parse(&line, self, options,
 *				      DC_ARRAY_LEN(options), argc, argv);
 *
 *		if (found >= 0)
 *			return found;
 *		...
 *		cmd_line_clear(&line);
 *		return CMD_OK;
 *	}
 *
 * Results go to standard output, everything else to standard error.
 */

#include <stdbool.h>
#include <stddef.h>

#include "server/conf.h"

/* What main returns. */
enum cmd_exit {
	CMD_OK = 0,
	CMD_FAILED = 1,		/* the world said no */
	CMD_USAGE = 2		/* the command line or a setting is wrong */
};

struct command {
	const char *name;	/* "deploy" or "operator register" */
	const char *arguments;	/* after the options in --help, "" if none */
	const char *summary;	/* one line, no full stop */
	int (*run)(const struct command *self, int argc, char **argv);
	/* The keys of decaid.conf that it reads, blanks between, for --help;
	 * log-level all do. The others may be given and change nothing. */
	const char *settings;
};

#define CMD_ALL_SETTINGS "*"

/* An option of one command, beside the keys of decaid.conf. A value that is
 * not given leaves *value alone; a flag (argument NULL) sets it to "". One
 * with an argument is refused the second time, as is a setting that does not
 * repeat (config_key_repeats). */
struct cmd_option {
	const char *name;	/* without "--" */
	const char *argument;	/* "FILE"; NULL: a flag */
	const char *summary;
	const char **value;	/* borrowed from argv */
};

#define CMD_OPTIONS_MAX 32

struct cmd_line {
	const struct command *command;
	struct config config;	/* defaults, file, options, in this order */
	bool json;		/* --json was given */
	int n_args;		/* what is no option */
	char **args;		/* borrowed from argv */
};

/* Parse argv after the command's name(s); argv[0] is not looked at. Also
 * takes --config FILE, --json and --help.
 * Returns -1: go on, the caller clears line; else exit with that status
 * (help was printed or the error told), nothing to clear. */
int cmd_parse(struct cmd_line *line, const struct command *self,
	      const struct cmd_option *options, size_t n_options, int argc,
	      char **argv);
void cmd_line_clear(struct cmd_line *line);

/* Tell what failed on standard error, "decaid NAME: text".
 * Returns CMD_USAGE for DC_EINVAL, else CMD_FAILED. */
int cmd_fail(const struct cmd_line *line, const struct dc_err *err);

/* Tell that the command line is wrong; returns CMD_USAGE. */
int cmd_usage(const struct cmd_line *line, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* The commands, one a file server/cmd_NAME.c. */
int cmd_backup(const struct command *self, int argc, char **argv);
int cmd_claim(const struct command *self, int argc, char **argv);
int cmd_contribute(const struct command *self, int argc, char **argv);
int cmd_suspects(const struct command *self, int argc, char **argv);
int cmd_contributor(const struct command *self, int argc, char **argv);
int cmd_db_check(const struct command *self, int argc, char **argv);
int cmd_db_forget(const struct command *self, int argc, char **argv);
int cmd_db_prune(const struct command *self, int argc, char **argv);
int cmd_deploy_factory(const struct command *self, int argc, char **argv);
int cmd_deploy_model(const struct command *self, int argc, char **argv);
int cmd_deploy_pool(const struct command *self, int argc, char **argv);
int cmd_deploy_reader(const struct command *self, int argc, char **argv);
int cmd_follow(const struct command *self, int argc, char **argv);
int cmd_key_address(const struct command *self, int argc, char **argv);
int cmd_key_import(const struct command *self, int argc, char **argv);
int cmd_key_new(const struct command *self, int argc, char **argv);
int cmd_key_show(const struct command *self, int argc, char **argv);
int cmd_operator_endpoint(const struct command *self, int argc, char **argv);
int cmd_operator_leave(const struct command *self, int argc, char **argv);
int cmd_operator_register(const struct command *self, int argc, char **argv);
int cmd_operator_status(const struct command *self, int argc, char **argv);
int cmd_operator_withdraw(const struct command *self, int argc, char **argv);
int cmd_predict(const struct command *self, int argc, char **argv);
int cmd_proof(const struct command *self, int argc, char **argv);
int cmd_refund(const struct command *self, int argc, char **argv);
int cmd_report(const struct command *self, int argc, char **argv);
int cmd_slashing_export(const struct command *self, int argc, char **argv);
int cmd_slashing_import(const struct command *self, int argc, char **argv);
int cmd_evaluate(const struct command *self, int argc, char **argv);
int cmd_train(const struct command *self, int argc, char **argv);
int cmd_import(const struct command *self, int argc, char **argv);
int cmd_export(const struct command *self, int argc, char **argv);
int cmd_demo(const struct command *self, int argc, char **argv);
int cmd_incentive_preview(const struct command *self, int argc, char **argv);
int cmd_simulate(const struct command *self, int argc, char **argv);
int cmd_serve(const struct command *self, int argc, char **argv);

#endif /* DECAID_SERVER_CMD_H */
