/* Command lines: the options that all commands share, and their help. */
#include "config.h"

#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "server/cmd.h"

#ifndef DECAID_CONFIG_FILE
#define DECAID_CONFIG_FILE "/etc/decaid/decaid.conf"
#endif

/* getopt values: a command's own options, then the common ones, then keys */
#define VALUE_OWN 0x1000
#define VALUE_CONFIG 0x2000
#define VALUE_JSON 0x2001
#define VALUE_HELP 0x2002
#define VALUE_KEY 0x3000

#define KEYS_MAX 64
#define GIVEN_MAX 128	/* settings on one command line */

/* A setting that was given as an option. */
struct given {
	const struct config_key *key;
	const char *text;
};

struct parsing {
	struct cmd_line *line;
	const struct cmd_option *own;
	size_t n_own;
	const struct config_key *keys;
	size_t n_keys;
	struct option longs[CMD_OPTIONS_MAX + KEYS_MAX + 4];
	const char *file;
	bool own_given[CMD_OPTIONS_MAX];
	struct given given[GIVEN_MAX];	/* in the order of the command line */
	size_t n_given;
};

static void print_option(const char *name, const char *argument,
			 const char *summary)
{
	char left[64];

	if (argument == NULL)
		(void)snprintf(left, sizeof(left), "--%s", name);
	else
		(void)snprintf(left, sizeof(left), "--%s=%s", name, argument);
	if (strlen(left) > 24)
		printf("  %s\n  %-24s  %s\n", left, "", summary);
	else
		printf("  %-24s  %s\n", left, summary);
}

static void print_setting(const struct config_key *k)
{
	print_option(k->name, config_type_name(k->type), k->doc);
	if (*k->initial != '\0')
		printf("  %-24s  [%s]\n", "", k->initial);
}

/* A word that is no key is a fault of main.c's table. */
static void print_named_settings(const char *names)
{
	char name[64];

	for (; *names != '\0'; names += strspn(names, " ")) {
		size_t len = strcspn(names, " ");

		(void)snprintf(name, sizeof(name), "%.*s", (int)len, names);
		DC_CHECK(config_key_find(name) != NULL);
		print_setting(config_key_find(name));
		names += len;
	}
	print_setting(config_key_find("log-level"));
}

static void print_settings(const struct parsing *p)
{
	const char *names = p->line->command->settings;

	printf("\nSettings (decaid.conf has the same names):\n");
	if (strcmp(names, CMD_ALL_SETTINGS) != 0) {
		print_named_settings(names);
		return;
	}
	for (size_t i = 0; i < p->n_keys; i++)
		print_setting(&p->keys[i]);
}

static void print_help(const struct parsing *p)
{
	const struct command *self = p->line->command;

	printf("Usage: decaid %s [OPTION]...%s%s\n%s.\n", self->name,
	       *self->arguments != '\0' ? " " : "", self->arguments,
	       self->summary);
	if (p->n_own > 0)
		printf("\nOptions:\n");
	for (size_t i = 0; i < p->n_own; i++)
		print_option(p->own[i].name, p->own[i].argument,
			     p->own[i].summary);
	printf("\nOptions of every command:\n");
	print_option("config", "FILE", "read settings from FILE instead of "
		     DECAID_CONFIG_FILE);
	print_option("json", NULL, "print results as JSON");
	print_option("help", NULL, "print this and exit");
	print_settings(p);
}

static void make_longs(struct parsing *p)
{
	struct option *o = p->longs;

	DC_CHECK(p->n_own <= CMD_OPTIONS_MAX && p->n_keys <= KEYS_MAX);
	for (size_t i = 0; i < p->n_own; i++)
		*o++ = (struct option){
			p->own[i].name,
			p->own[i].argument == NULL ? no_argument :
						     required_argument,
			NULL, VALUE_OWN + (int)i };
	*o++ = (struct option){ "config", required_argument, NULL,
				VALUE_CONFIG };
	*o++ = (struct option){ "json", no_argument, NULL, VALUE_JSON };
	*o++ = (struct option){ "help", no_argument, NULL, VALUE_HELP };
	for (size_t i = 0; i < p->n_keys; i++)
		*o++ = (struct option){ p->keys[i].name, required_argument,
					NULL, VALUE_KEY + (int)i };
	*o = (struct option){ NULL, 0, NULL, 0 };
}

/* The last of two would win without a word. */
static int refuse_second(const struct parsing *p, const char *name)
{
	return cmd_usage(p->line, "--%s is given twice", name);
}

static int take_setting(struct parsing *p, const struct config_key *key)
{
	for (size_t i = 0; i < p->n_given; i++)
		if (p->given[i].key == key && !config_key_repeats(key))
			return refuse_second(p, key->name);
	if (p->n_given == GIVEN_MAX)
		return cmd_usage(p->line, "more than %d settings", GIVEN_MAX);
	p->given[p->n_given++] = (struct given){ key, optarg };
	return -1;
}

/* A flag may be given again, that changes nothing. */
static int take_own(struct parsing *p, size_t i)
{
	const struct cmd_option *o = &p->own[i];

	if (p->own_given[i] && o->argument != NULL)
		return refuse_second(p, o->name);
	p->own_given[i] = true;
	*o->value = optarg == NULL ? "" : optarg;
	return -1;
}

/* -1: go on; else the exit status. */
static int take_option(struct parsing *p, int value)
{
	if (value >= VALUE_KEY)
		return take_setting(p, &p->keys[value - VALUE_KEY]);
	if (value == VALUE_CONFIG) {
		if (p->file != NULL)
			return refuse_second(p, "config");
		p->file = optarg;
		return -1;
	}
	if (value == VALUE_JSON) {
		p->line->json = true;
		return -1;
	}
	if (value == VALUE_HELP) {
		print_help(p);
		return CMD_OK;
	}
	if (value >= VALUE_OWN)
		return take_own(p, (size_t)(value - VALUE_OWN));
	fprintf(stderr, "Try 'decaid %s --help'.\n", p->line->command->name);
	return CMD_USAGE;
}

/* Defaults, then the file, then options. */
static enum dc_status load_config(struct parsing *p, struct dc_err *err)
{
	struct config *c = &p->line->config;
	const char *file = p->file;
	enum dc_status status;

	status = config_read(c, file != NULL ? file : DECAID_CONFIG_FILE, err);
	if (status == DC_ENOTFOUND && file == NULL)
		dc_err_clear(err);
	else if (status != DC_OK)
		return status;
	for (size_t i = 0; i < p->n_given; i++) {
		struct dc_err why = DC_ERR_INIT;

		if (config_set(c, p->given[i].key, p->given[i].text, &why) !=
		    DC_OK)
			return dc_fail(err, DC_EINVAL, "--%s", why.text);
	}
	return DC_OK;
}

int cmd_parse(struct cmd_line *line, const struct command *self,
	      const struct cmd_option *options, size_t n_options, int argc,
	      char **argv)
{
	struct parsing p = { .line = line, .own = options,
			     .n_own = n_options };
	struct dc_err err = DC_ERR_INIT;
	int value, found = -1;
	char name[64];

	memset(line, 0, sizeof(*line));
	line->command = self;
	p.keys = config_keys(&p.n_keys);
	make_longs(&p);
	/* getopt_long names argv[0] when it complains. */
	(void)snprintf(name, sizeof(name), "decaid %s", self->name);
	argv[0] = name;
	optind = 0;
	while (found < 0 &&
	       (value = getopt_long(argc, argv, "", p.longs, NULL)) != -1)
		found = take_option(&p, value);
	argv[0] = NULL;
	if (found >= 0)
		return found;
	line->n_args = argc - optind;
	line->args = argv + optind;
	config_init(&line->config);
	if (load_config(&p, &err) != DC_OK) {
		found = cmd_fail(line, &err);
		cmd_line_clear(line);
		return found;
	}
	dc_log_set_level(line->config.log_level);
	return -1;
}

void cmd_line_clear(struct cmd_line *line)
{
	config_clear(&line->config);
}

int cmd_fail(const struct cmd_line *line, const struct dc_err *err)
{
	fprintf(stderr, "decaid %s: %s\n", line->command->name, err->text);
	return err->status == DC_EINVAL ? CMD_USAGE : CMD_FAILED;
}

int cmd_usage(const struct cmd_line *line, const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "decaid %s: ", line->command->name);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fprintf(stderr, "\nTry 'decaid %s --help'.\n", line->command->name);
	return CMD_USAGE;
}
