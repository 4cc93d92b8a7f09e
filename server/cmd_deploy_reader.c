/* decaid deploy reader: a contract that asks models through gateways. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "server/deploy.h"
#include "server/trainer_options.h"
#include "server/wallet.h"

#define URLS_MAX 16

/* "URL,URL", cut up in place. */
static enum dc_status read_urls(const char **out, size_t *n, char *text,
				struct dc_err *err)
{
	*n = 0;
	for (;;) {
		char *comma = strchr(text, ',');

		if (strncmp(text, "https://", 8) != 0 &&
		    strncmp(text, "http://", 7) != 0)
			return dc_fail(err, DC_EINVAL, "--urls: not https:// "
				       "or http:// addresses");
		if (*n == URLS_MAX)
			return dc_fail(err, DC_EINVAL, "--urls: more than %d",
				       URLS_MAX);
		out[(*n)++] = text;
		if (comma == NULL)
			return DC_OK;
		*comma = '\0';
		text = comma + 1;
	}
}

static enum dc_status read_trust(struct reader_rules *r, const char *age,
				 const char *operators, struct dc_err *err)
{
	uint64_t v = 0;
	enum dc_status found = option_u64(&v, "--max-age", age, UINT32_MAX,
					  err);

	r->max_age_s = (uint32_t)v;
	if (found == DC_OK)
		found = option_u64(&v, "--operators", operators, 32, err);
	r->operators = (uint32_t)v;
	if (found == DC_OK && v == 0)
		found = dc_fail(err, DC_EINVAL, "--operators: at least 1");
	return found;
}

static enum dc_status deploy(const struct cmd_line *line, const char *key,
			     struct addr20 *out, struct rpc_receipt *receipt,
			     const struct reader_rules *rules,
			     struct dc_err *err)
{
	struct wallet w = { 0 };
	enum dc_status found = wallet_open(&w, &line->config, key, err);
	struct deploy d;

	if (found == DC_OK) {
		d = wallet_deploy(&w);
		found = deploy_reader(&d, out, receipt, rules, err);
	}
	wallet_close(&w);
	return found;
}

int cmd_deploy_reader(const struct command *self, int argc, char **argv)
{
	const char *key = NULL, *urls = NULL, *age = "300", *operators = "1";
	const struct cmd_option options[] = {
		{ "key", "FILE", "the deploying account's key file", &key },
		{ "urls", "URL,...", "gateways, in the order in which they "
		  "are tried", &urls },
		{ "max-age", "SECONDS", "age of a prediction at most [300]",
		  &age },
		{ "operators", "NUMBER", "so many must vouch for it [1]",
		  &operators },
	};
	const char *list[URLS_MAX];
	struct reader_rules rules = { .urls = list };
	struct dc_err err = DC_ERR_INIT;
	struct rpc_receipt receipt;
	struct addr20 reader;
	struct cmd_line line;
	enum dc_status status;
	char *copy;
	int found = cmd_parse(&line, self, options, DC_ARRAY_LEN(options),
			      argc, argv);

	if (found >= 0)
		return found;
	if (urls == NULL) {
		found = cmd_usage(&line, "--urls is needed");
		cmd_line_clear(&line);
		return found;
	}
	copy = dc_strdup(urls);
	status = read_urls(list, &rules.n_urls, copy, &err);
	if (status == DC_OK)
		status = read_trust(&rules, age, operators, &err);
	if (status == DC_OK)
		status = deploy(&line, key, &reader, &receipt, &rules, &err);
	found = status == DC_OK ?
		wallet_tell_contract(&line, "reader", &reader, &receipt) :
		cmd_fail(&line, &err);
	free(copy);
	cmd_line_clear(&line);
	return found;
}
