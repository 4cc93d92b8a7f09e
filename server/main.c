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
	       "'decaid COMMAND --help' tells a command's options.\n");
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

int main(int argc, char **argv)
{
	const struct command *found;
	int words;

	if (argc >= 2 && strcmp(argv[1], "--help") == 0) {
		print_help();
		return CMD_OK;
	}
	if (argc >= 2 && strcmp(argv[1], "--version") == 0) {
		printf("decaid " PACKAGE_VERSION "\n");
		return CMD_OK;
	}
	found = find_command(argc, argv, &words);
	if (found != NULL)
		return found->run(found, argc - words, argv + words);
	if (argc >= 2) {
		char shown[64];

		fprintf(stderr, "decaid: no command '%s'\n",
			dc_log_escape(shown, sizeof(shown), argv[1],
				      strlen(argv[1])));
	}
	fprintf(stderr, "Try 'decaid --help'.\n");
	return CMD_USAGE;
}
