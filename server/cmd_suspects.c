/* decaid suspects: what may be bad data, and what reporting it earns. */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "server/client.h"
#include "server/wallet.h"

#define LIMIT_DEFAULT 20
#define LIMIT_MAX 500

static const char *text_of(const json_t *one, const char *key)
{
	const char *text = json_string_value(json_object_get(one, key));

	return text == NULL ? "-" : text;
}

/* Its class by name, or its label where no class has it. */
static void put_label(struct dc_buf *out, const json_t *one)
{
	const json_t *label = json_object_get(one, "label");
	const char *name = json_string_value(json_object_get(one, "class"));
	char number[24];

	if (name == NULL) {
		(void)snprintf(number, sizeof(number), "%lld",
			       (long long)json_integer_value(label));
		name = number;
	}
	dc_buf_printf(out, " %-16s", name);
}

/* Now, or why not and when. */
static void put_when(struct dc_buf *out, const json_t *one)
{
	const char *reason = json_string_value(json_object_get(one,
							       "reason"));
	const char *at = json_string_value(json_object_get(one,
							   "reportable_at"));

	if (reason == NULL)
		dc_buf_append_text(out, " now");
	else if (at == NULL)
		dc_buf_printf(out, " never: %s", reason);
	else
		dc_buf_printf(out, " %s %s: %s",
			      json_is_null(json_object_get(one, "verdict")) ?
			      "not before" : "from", at, reason);
}

static void put_all(struct dc_buf *out, const json_t *root)
{
	const json_t *list = json_object_get(root, "suspects"), *one;
	size_t i;

	if (json_array_size(list) == 0) {
		dc_buf_append_text(out, "nothing that could be reported, now "
				   "or later");
		return;
	}
	dc_buf_printf(out, "%8s %9s %-42s %-16s %24s %s\n", "id",
		      "suspicion", "contributor", "said", "earns, wei",
		      "reportable");
	json_array_foreach (list, i, one) {
		dc_buf_printf(out, "%8lld %9.3f %-42s",
			      (long long)json_integer_value(
				json_object_get(one, "id")),
			      json_number_value(json_object_get(one,
								"suspicion")),
			      text_of(one, "contributor"));
		put_label(out, one);
		dc_buf_printf(out, " %24s", text_of(one, "reward_wei"));
		put_when(out, one);
		dc_buf_append_text(out, "\n");
	}
	out->len--;
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
	return wallet_print(&out);
}

static int ask(const struct cmd_line *line, const char *base, uint64_t limit)
{
	char path[256];

	if (snprintf(path, sizeof(path), "/v1/models/%s/suspects?limit=%"
		     PRIu64, line->args[0], limit) >= (int)sizeof(path))
		return cmd_usage(line, "MODEL is too long");
	return client_tell(line, base, path, tell);
}

int cmd_suspects(const struct command *self, int argc, char **argv)
{
	const char *url = CLIENT_URL, *limit = NULL;
	const struct cmd_option options[] = {
		{ "url", "URL", "the daemon [" CLIENT_URL "]", &url },
		{ "limit", "N", "how many, at most 500 [20]", &limit },
	};
	uint64_t most = LIMIT_DEFAULT;
	struct dc_err err = DC_ERR_INIT;
	struct cmd_line line;
	int found = cmd_parse(&line, self, options, DC_ARRAY_LEN(options),
			      argc, argv);

	if (found >= 0)
		return found;
	if (line.n_args != 1)
		found = cmd_usage(&line, "one MODEL is needed");
	else if (limit != NULL && option_u64(&most, "--limit", limit,
					     LIMIT_MAX, &err) != DC_OK)
		found = cmd_usage(&line, "%s", err.text);
	else if (most == 0)
		found = cmd_usage(&line, "--limit: at least 1");
	else
		found = ask(&line, url, most);
	cmd_line_clear(&line);
	return found;
}
