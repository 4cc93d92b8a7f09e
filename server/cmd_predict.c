/* decaid predict: ask a daemon's REST interface. */
#include "config.h"

#include <curl/curl.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "server/input.h"
#include "server/wallet.h"

#define REPLY_MAX_BYTES (8 << 20)
#define TIMEOUT_S 30L
#define URL_MAX_BYTES 2048

static size_t take_reply(char *in, size_t size, size_t n, void *buf)
{
	struct dc_buf *out = buf;

	dc_buf_append(out, in, size * n);
	return dc_buf_failed(out) ? 0 : size * n;
}

/* POST body to url; the reply's bytes and HTTP status. */
static enum dc_status post(struct dc_buf *reply, long *status,
			   const char *url, const struct dc_buf *body,
			   struct dc_err *err)
{
	struct curl_slist *headers =
		curl_slist_append(NULL, "Content-Type: application/json");
	CURL *curl = curl_easy_init();
	CURLcode code;

	DC_CHECK(curl != NULL && headers != NULL);
	(void)curl_easy_setopt(curl, CURLOPT_URL, url);
	(void)curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
	(void)curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
	(void)curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body->data);
	(void)curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long)body->len);
	(void)curl_easy_setopt(curl, CURLOPT_TIMEOUT, TIMEOUT_S);
	(void)curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_reply);
	(void)curl_easy_setopt(curl, CURLOPT_WRITEDATA, reply);
	code = curl_easy_perform(curl);
	(void)curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, status);
	curl_easy_cleanup(curl);
	curl_slist_free_all(headers);
	if (code != CURLE_OK)
		return dc_fail(err, DC_EIO, "%s: %s", url,
			       curl_easy_strerror(code));
	return DC_OK;
}

/* What a problem document says, for people. */
static enum dc_status refused(long status, const json_t *root,
			      struct dc_err *err)
{
	const char *detail =
		json_string_value(json_object_get(root, "detail"));
	char shown[160];

	if (detail == NULL)
		return dc_fail(err, DC_EIO, "the daemon answered %ld",
			       status);
	dc_log_escape(shown, sizeof(shown), detail, strlen(detail));
	return dc_fail(err, status >= 500 ? DC_EBUSY : DC_EREFUSED, "%s",
		       shown);
}

static int tell(const struct cmd_line *line, struct dc_buf *reply,
		const json_t *root)
{
	const char *class_name =
		json_string_value(json_object_get(root, "class"));
	struct dc_buf out;

	dc_buf_init(&out, REPLY_MAX_BYTES + 1);
	if (line->json || class_name == NULL)
		dc_buf_append(&out, reply->data, reply->len);
	else
		dc_buf_append_text(&out, class_name);
	return wallet_print(&out);
}

static int predict(const struct cmd_line *line, const char *base,
		   const struct input_texts *in)
{
	struct dc_buf body, reply;
	struct dc_err err = DC_ERR_INIT;
	char url[URL_MAX_BYTES];
	json_t *root = NULL;
	long status = 0;
	enum dc_status found;
	int n, exit_status;

	n = snprintf(url, sizeof(url), "%s/v1/models/%s/predict", base,
		     line->args[0]);
	dc_buf_init(&body, REPLY_MAX_BYTES);
	dc_buf_init(&reply, REPLY_MAX_BYTES);
	found = n > 0 && (size_t)n < sizeof(url) ? DC_OK :
		dc_fail(&err, DC_EINVAL, "--url: too long");
	if (found == DC_OK)
		found = input_json(&body, in, &err);
	if (found == DC_OK)
		found = post(&reply, &status, url, &body, &err);
	if (found == DC_OK) {
		root = json_loadb(dc_buf_text(&reply), reply.len, 0, NULL);
		if (status != 200)
			found = refused(status, root, &err);
	}
	exit_status = found == DC_OK ? tell(line, &reply, root)
				     : cmd_fail(line, &err);
	json_decref(root);
	dc_buf_clear(&body);
	dc_buf_clear(&reply);
	return exit_status;
}

int cmd_predict(const struct command *self, int argc, char **argv)
{
	const char *url = "http://127.0.0.1:8560";
	struct input_texts in = { 0 };
	const struct cmd_option options[] = {
		{ "url", "URL", "the daemon [http://127.0.0.1:8560]", &url },
		{ "text", "TEXT", "the sample as a text", &in.text },
		{ "features", "N,...", "the sample as numbers, one a column",
		  &in.features },
		{ "indices", "N,...", "the sample as columns that are set",
		  &in.indices },
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
		found = predict(&line, url, &in);
	cmd_line_clear(&line);
	return found;
}
