/* The program: which command is meant, --help, --version. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "server/cmd.h"

/* Keys of what sends transactions. */
#define CMD_WALLET "rpc sender-key passphrase-file max-fee-gwei"

/* Keys of what embeds texts. */
#define CMD_EMBEDS "embedding embedding-key"

/* In the order of --help. Where "operator" and "operator register" are both
 * here, the longer match wins. */
static const struct command commands[] = {
	{ "serve", "", "Follow the chain, learn, answer over HTTP",
	  cmd_serve, CMD_ALL_SETTINGS },
	{ "deploy pool", "", "Put an OperatorPool on the chain",
	  cmd_deploy_pool, CMD_WALLET },
	{ "deploy factory", "", "Put a ModelFactory on the chain",
	  cmd_deploy_factory, CMD_WALLET },
	{ "deploy reader", "", "Put a PredictionReader on the chain",
	  cmd_deploy_reader, CMD_WALLET },
	{ "deploy model", "NAME", "Make a model, to be its owner",
	  cmd_deploy_model, CMD_WALLET " factory pool" },
	{ "contribute", "MODEL", "Give a model labelled samples",
	  cmd_contribute, CMD_WALLET " factory start-block " CMD_EMBEDS },
	{ "predict", "MODEL", "Ask a daemon what a model says",
	  cmd_predict, "" },
	{ "refund", "MODEL [ID]...", "Take deposits back",
	  cmd_refund, CMD_WALLET " start-block" },
	{ "report", "MODEL [ID]...", "Report bad data, for a part of its "
	  "deposit", cmd_report, CMD_WALLET " start-block" },
	{ "claim", "MODEL", "Take what bad data's deposits left for you",
	  cmd_claim, CMD_WALLET },
	{ "suspects", "MODEL", "Ask a daemon what may be bad data, and what "
	  "reporting it earns", cmd_suspects, "" },
	{ "contributor", "ADDRESS", "Ask a daemon what an account earned, "
	  "lost, can claim", cmd_contributor, "" },
	{ "proof", "MODEL", "Prove a weight, or what a contribution changed",
	  cmd_proof, "" },
	{ "operator register", "", "Join a pool with a bond",
	  cmd_operator_register, CMD_WALLET " pool" },
	{ "operator status", "", "Show a pool and its operators",
	  cmd_operator_status, "rpc pool" },
	{ "operator endpoint", "ID URL", "Tell where an operator's daemon "
	  "answers", cmd_operator_endpoint, CMD_WALLET " pool" },
	{ "operator leave", "ID", "End an operator",
	  cmd_operator_leave, CMD_WALLET " pool" },
	{ "operator withdraw", "ID", "Take the bond of one that left",
	  cmd_operator_withdraw, CMD_WALLET " pool" },
	{ "key new", "FILE", "Make a key file with a new key",
	  cmd_key_new, "passphrase-file" },
	{ "key import", "FILE", "Make a key file from a plain secret",
	  cmd_key_import, "passphrase-file" },
	{ "key show", "FILE", "Tell the address that a key file claims",
	  cmd_key_show, "" },
	{ "key address", "FILE", "Open a key file and tell its address",
	  cmd_key_address, "passphrase-file" },
	{ "incentive preview", "", "Show what an incentive asks and pays",
	  cmd_incentive_preview, "" },
	{ "follow", "ADDRESS", "Mirror a model of 0xDeCA10B's contracts",
	  cmd_follow, "rpc poll-ms" },
	{ "simulate", "[FILE]", "Try a model and its incentive on a scenario",
	  cmd_simulate, "" },
	{ "key slashing export", "FILE", "Write down what the signer must "
	  "not contradict", cmd_slashing_export, "chain-id data-dir" },
	{ "key slashing import", "FILE", "Take over what was signed "
	  "elsewhere", cmd_slashing_import, "chain-id data-dir" },
	{ "backup", "DIR", "Copy databases and snapshots, also while a "
	  "daemon runs", cmd_backup, "data-dir" },
	{ "db check", "", "Look whether the databases are whole",
	  cmd_db_check, "data-dir" },
	{ "db forget", "TX...", "Delete the texts that visitors gave for "
	  "transactions", cmd_db_forget, "data-dir" },
	{ "db prune", "", "Delete old rows, give the disk their space "
	  "back", cmd_db_prune, "data-dir keep-samples" },
	{ "train", "FILE", "Learn labelled data off the chain", cmd_train,
	  CMD_EMBEDS },
	{ "evaluate", "", "Measure models on labelled data", cmd_evaluate,
	  CMD_EMBEDS },
	{ "import", "FILE", "Make a model of one of 0xDeCA10B's model files",
	  cmd_import, "" },
	{ "export", "FILE", "Write a model as a file, 0xDeCA10B's or ours",
	  cmd_export, "" },
	{ "demo", "", "Run a chain, two models and people who use them",
	  cmd_demo, "port" },
	{ NULL, NULL, NULL, NULL, NULL }
};

static void print_help(void)
{
	printf("Usage: decaid COMMAND [OPTION]...\n"
	       "Oracle gateway for models that are trained on a chain.\n\n"
	       "Commands:\n");
	for (const struct command *c = commands; c->name != NULL; c++)
		printf("  %-20s  %s\n", c->name, c->summary);
	printf("\n"
	       "  --help     print this and exit\n"
	       "  --version  print the version and exit\n\n"
	       "'decaid COMMAND --help' and 'decaid help COMMAND' tell a "
	       "command's options.\n");
}

/* How many words of argv from 1 on are this command's name; 0: none. */
static int words_matched(const char *name, int argc, char **argv)
{
	int words = 0;

	while (*name != '\0') {
		size_t len = strcspn(name, " ");

		if (words + 1 >= argc || strlen(argv[words + 1]) != len ||
		    memcmp(argv[words + 1], name, len) != 0)
			return 0;
		words++;
		name += len + (name[len] == ' ');
	}
	return words;
}

/* The command with the most matching words. */
static const struct command *find_command(int argc, char **argv, int *words)
{
	const struct command *found = NULL;

	*words = 0;
	for (const struct command *c = commands; c->name != NULL; c++) {
		int n = words_matched(c->name, argc, argv);

		if (n > *words) {
			found = c;
			*words = n;
		}
	}
	return found;
}

/* Whether the words, len bytes with blanks between, begin this command's name
 * and more follows: "key" and "key new". */
static bool begins(const char *words, size_t len, const struct command *c)
{
	return strncmp(c->name, words, len) == 0 && c->name[len] == ' ';
}

/* The longest words of argv from 1 on with which commands begin, "" for none:
 * what "key slashing --help" asks about. */
static void find_family(char *words, size_t room, int argc, char **argv)
{
	size_t len = 0;

	words[0] = '\0';
	for (int i = 1; i < argc; i++) {
		const struct command *c = commands;
		size_t more = strlen(argv[i]) + (i > 1);

		if (more >= room - len)
			return;
		(void)snprintf(words + len, room - len, "%s%s",
			       i > 1 ? " " : "", argv[i]);
		while (c->name != NULL && !begins(words, len + more, c))
			c++;
		if (c->name == NULL) {
			words[len] = '\0';
			return;
		}
		len += more;
	}
}

static void print_family(FILE *out, const char *words)
{
	fprintf(out, "Usage: decaid %s COMMAND [OPTION]...\n\nCommands:\n",
		words);
	for (const struct command *c = commands; c->name != NULL; c++)
		if (begins(words, strlen(words), c))
			fprintf(out, "  %-20s  %s\n", c->name, c->summary);
}

/* No command is named: who asks for help gets it, others an error. */
static int no_command(int argc, char **argv)
{
	bool asked = argc >= 2 && strcmp(argv[argc - 1], "--help") == 0;
	char words[64], shown[64];
	size_t n = 1;

	find_family(words, sizeof(words), argc, argv);
	for (const char *at = words; *at != '\0'; at++)
		n += *at == ' ';
	if (words[0] == '\0')
		n = 0;
	if (asked && (size_t)argc == n + 2) {
		if (n == 0)
			print_help();
		else
			print_family(stdout, words);
		return CMD_OK;
	}
	if ((size_t)argc > n + 1)
		fprintf(stderr, "decaid: no command '%s%s%s'\n", words,
			n == 0 ? "" : " ",
			dc_log_escape(shown, sizeof(shown), argv[n + 1],
				      strlen(argv[n + 1])));
	if (n > 0)
		print_family(stderr, words);
	else
		fprintf(stderr, "Try 'decaid --help'.\n");
	return CMD_USAGE;
}

/* "help COMMAND" is "COMMAND --help".
 * args (argc + 1) */
static int turn_help(char **args, int argc, char **argv)
{
	static char help[] = "--help";
	int n = 0;

	args[n++] = argv[0];
	for (int i = 2; i < argc; i++)
		args[n++] = argv[i];
	args[n++] = help;
	args[n] = NULL;
	return n;
}

int main(int argc, char **argv)
{
	const struct command *found;
	char *args[16];
	int words;

	if (argc >= 2 && strcmp(argv[1], "--version") == 0) {
		printf("decaid " PACKAGE_VERSION "\n");
		return CMD_OK;
	}
	if (argc >= 2 && strcmp(argv[1], "help") == 0 &&
	    (size_t)argc < DC_ARRAY_LEN(args)) {
		argc = turn_help(args, argc, argv);
		argv = args;
	}
	found = find_command(argc, argv, &words);
	if (found != NULL)
		return found->run(found, argc - words, argv + words);
	return no_command(argc, argv);
}
