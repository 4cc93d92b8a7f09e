/* decaid predict: ask a daemon's REST interface. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "server/client.h"
#include "server/input.h"
#include "server/wallet.h"

/* A line each: what it takes to check it. */
static void put_attestation(struct dc_buf *out, const json_t *root)
{
	static const char *const names[] = {
		"operator", "attester", "sample_hash", "issued_at",
		"valid_until", "signature"
	};
	const json_t *a = json_object_get(root, "attestation");
	const json_t *as_of = json_object_get(root, "as_of");

	if (a == NULL)
		return;
	dc_buf_printf(out, "\nstate_root %s", json_string_value(
			      json_object_get(as_of, "state_root")));
	for (size_t i = 0; i < DC_ARRAY_LEN(names); i++)
		dc_buf_printf(out, "\n%s %s", names[i], json_string_value(
				      json_object_get(a, names[i])));
}

static int tell(const struct cmd_line *line, struct dc_buf *reply,
		const json_t *root)
{
	const char *class_name =
		json_string_value(json_object_get(root, "class"));
	struct dc_buf out;

	dc_buf_init(&out, CLIENT_REPLY_BYTES_MAX + 1);
	if (line->json || class_name == NULL)
		dc_buf_append(&out, reply->data, reply->len);
	else {
		dc_buf_append_text(&out, class_name);
		put_attestation(&out, root);
	}
	return wallet_print(&out);
}

/* attest  NULL: no signature is asked for */
static enum dc_status make_body(struct dc_buf *out,
				const struct input_texts *in,
				const char *attest, struct dc_err *err)
{
	if (input_json(out, in, err) != DC_OK)
		return err->status;
	if (attest != NULL && !dc_buf_failed(out)) {
		out->len--;	/* the object's end */
		dc_buf_append_text(out, ",\"attest\":true}");
	}
	return DC_OK;
}

static int predict(const struct cmd_line *line, const char *base,
		   const struct input_texts *in, const char *attest)
{
	struct dc_buf body, reply;
	struct dc_err err = DC_ERR_INIT;
	char path[256];
	json_t *root = NULL;
	enum dc_status found;
	int n, exit_status;

	n = snprintf(path, sizeof(path), "/v1/models/%s/predict",
		     line->args[0]);
	dc_buf_init(&body, CLIENT_REPLY_BYTES_MAX);
	dc_buf_init(&reply, CLIENT_REPLY_BYTES_MAX);
	found = n > 0 && (size_t)n < sizeof(path) ? DC_OK :
		dc_fail(&err, DC_EINVAL, "MODEL: too long");
	if (found == DC_OK)
		found = make_body(&body, in, attest, &err);
	if (found == DC_OK)
		found = client_ask(&reply, &root, base, path, &body, &err);
	exit_status = found == DC_OK ? tell(line, &reply, root)
				     : cmd_fail(line, &err);
	json_decref(root);
	dc_buf_clear(&body);
	dc_buf_clear(&reply);
	return exit_status;
}

int cmd_predict(const struct command *self, int argc, char **argv)
{
	const char *url = CLIENT_URL, *attest = NULL;
	struct input_texts in = { 0 };
	const struct cmd_option options[] = {
		{ "url", "URL", "the daemon [" CLIENT_URL "]", &url },
		{ "text", "TEXT", "the sample as a text", &in.text },
		{ "features", "N,...", "the sample as numbers, one a column",
		  &in.features },
		{ "indices", "N,...", "the sample as columns that are set",
		  &in.indices },
		{ "image", "FILE", "the sample as a PNG or JPEG",
		  &in.image },
		{ "attest", NULL, "with a signature that a contract can check",
		  &attest },
	};
	struct cmd_line line;
	int found = cmd_parse(&line, self, options, DC_ARRAY_LEN(options),
			      argc, argv);

	if (found >= 0)
		return found;
	if (line.n_args != 1 ||
	    line.args[0][strspn(line.args[0], "0123456789abcdefghijklmnop"
				"qrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-")] != '\0')
		found = cmd_usage(&line, "one MODEL, an address or a slug, "
				  "is needed");
	else
		found = predict(&line, url, &in, attest);
	cmd_line_clear(&line);
	return found;
}
