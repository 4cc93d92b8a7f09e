/* decaid contributor: what an account earned, lost, has locked, can claim. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/types.h"
#include "server/client.h"
#include "server/wallet.h"

/* Which member is told under which word. */
static const struct line {
	const char *word, *key, *unit;
} told[] = {
	{ "karma", "karma", "" },
	{ "contributions", "contributions", "" },
	{ "agreed", "agreed", "" },
	{ "deposited", "deposited_wei", " wei" },
	{ "earned", "earned_wei", " wei" },
	{ "lost", "lost_wei", " wei" },
	{ "locked", "locked_wei", " wei" },
	{ "claimable", "claimable_wei", " wei" },
	{ "  of it rewards", "rewards_wei", " wei" },
};

static void put_value(struct dc_buf *out, const json_t *value)
{
	if (json_is_integer(value))
		dc_buf_printf(out, "%lld", (long long)
			      json_integer_value(value));
	else
		dc_buf_append_text(out, json_is_string(value) ?
				   json_string_value(value) : "not counted");
}

static void put_sums(struct dc_buf *out, const json_t *sums)
{
	for (size_t i = 0; i < DC_ARRAY_LEN(told); i++) {
		const json_t *v = json_object_get(sums, told[i].key);

		dc_buf_printf(out, "  %-16s", told[i].word);
		put_value(out, v);
		dc_buf_printf(out, "%s\n", json_is_null(v) ? "" :
			      told[i].unit);
	}
}

static void put_all(struct dc_buf *out, const json_t *root)
{
	const json_t *models = json_object_get(root, "models"), *m;
	size_t i;

	dc_buf_append_text(out, json_string_value(
		json_object_get(root, "address")));
	dc_buf_append_text(out, "\n");
	put_sums(out, root);
	json_array_foreach (models, i, m) {
		const char *slug = json_string_value(
			json_object_get(m, "slug"));

		dc_buf_printf(out, "%s\n", slug == NULL ? "?" : slug);
		put_sums(out, m);
	}
}

static int tell(const struct cmd_line *line, const struct dc_buf *reply,
		const json_t *root)
{
	struct dc_buf out;

	dc_buf_init(&out, CLIENT_REPLY_BYTES_MAX + 1);
	if (line->json)
		dc_buf_append(&out, reply->data, reply->len);
	else
		put_all(&out, root);
	if (out.len > 0 && out.data[out.len - 1] == '\n')
		out.len--;
	return wallet_print(&out);
}

static int ask(const struct cmd_line *line, const char *base,
	       const struct addr20 *who)
{
	char path[64] = "/v1/contributors/";

	addr20_format(who, path + strlen(path));
	return client_tell(line, base, path, tell);
}

int cmd_contributor(const struct command *self, int argc, char **argv)
{
	const char *url = CLIENT_URL;
	const struct cmd_option options[] = {
		{ "url", "URL", "the daemon [" CLIENT_URL "]", &url },
	};
	struct dc_err err = DC_ERR_INIT;
	struct cmd_line line;
	struct addr20 who;
	int found = cmd_parse(&line, self, options, DC_ARRAY_LEN(options),
			      argc, argv);

	if (found >= 0)
		return found;
	if (line.n_args != 1)
		found = cmd_usage(&line, "one ADDRESS is needed");
	else if (addr20_parse(&who, line.args[0], &err) != DC_OK)
		found = cmd_usage(&line, "address: %s", err.text);
	else
		found = ask(&line, url, &who);
	cmd_line_clear(&line);
	return found;
}
