/* Asking a daemon over HTTP. */
#include "config.h"

#include "server/client.h"

#include <curl/curl.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"

#define TIMEOUT_S 30L
#define URL_MAX_BYTES 2048

static size_t take_reply(char *in, size_t size, size_t n, void *buf)
{
	struct dc_buf *out = buf;

	dc_buf_append(out, in, size * n);
	return dc_buf_failed(out) ? 0 : size * n;
}

/* The reply's bytes and HTTP status. */
static enum dc_status request(struct dc_buf *reply, long *status,
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
	(void)curl_easy_setopt(curl, CURLOPT_TIMEOUT, TIMEOUT_S);
	(void)curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_reply);
	(void)curl_easy_setopt(curl, CURLOPT_WRITEDATA, reply);
	if (body != NULL) {
		(void)curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
		(void)curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body->data);
		(void)curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE,
				       (long)body->len);
	}
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

enum dc_status client_ask(struct dc_buf *reply, json_t **root,
			  const char *base, const char *path,
			  const struct dc_buf *body, struct dc_err *err)
{
	char url[URL_MAX_BYTES];
	long status = 0;
	size_t len = strlen(base);
	enum dc_status found;
	int n;

	*root = NULL;
	while (len > 0 && base[len - 1] == '/')
		len--;	/* as it stands in a browser's address */
	n = snprintf(url, sizeof(url), "%.*s%s", (int)len, base, path);
	if (len >= sizeof(url) || n < 0 || (size_t)n >= sizeof(url))
		return dc_fail(err, DC_EINVAL, "--url: too long");
	found = request(reply, &status, url, body, err);
	if (found != DC_OK)
		return found;
	*root = json_loadb(dc_buf_text(reply), reply->len, 0, NULL);
	if (status == 200 && *root != NULL)
		return DC_OK;
	found = refused(status, *root, err);
	json_decref(*root);
	*root = NULL;
	return found;
}

int client_tell(const struct cmd_line *line, const char *base,
		const char *path,
		int (*tell)(const struct cmd_line *line,
			    const struct dc_buf *reply, const json_t *root))
{
	struct dc_err err = DC_ERR_INIT;
	struct dc_buf reply;
	json_t *root = NULL;
	int found;

	dc_buf_init(&reply, CLIENT_REPLY_BYTES_MAX);
	found = client_ask(&reply, &root, base, path, NULL, &err) == DC_OK
			? tell(line, &reply, root) : cmd_fail(line, &err);
	json_decref(root);
	dc_buf_clear(&reply);
	return found;
}
