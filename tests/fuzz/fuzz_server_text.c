/*
 * fuzz_server_text.c: any text as a path, a query's value, an Accept-Encoding,
 * an If-None-Match and a Last-Event-ID.
 */

#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/app.h"
#include "server/event_ring.h"
#include "server/http_internal.h"
#include "server/router.h"
#include "tests/fuzz/fuzz.h"

static void
fuzz_path(const char *path)
{
	char param[HTTP_PARAMS_MAX][HTTP_PARAM_BYTES];
	const struct http_route *routes, *found;
	unsigned allow;
	size_t n;

	routes = app_routes(&n);
	found = router_find(routes, n, HTTP_GET, path, &allow, param);
	if (found == NULL)
		found = router_find(routes, n, HTTP_POST, path, &allow, param);
	if (found == NULL || strchr(found->pattern, '{') == NULL)
		return;
	DC_CHECK(strlen(param[0]) < HTTP_PARAM_BYTES);
	DC_CHECK(param[0][0] != '\0' && strchr(param[0], '/') == NULL);
}

static void
fuzz_unescape(const char *text, size_t size)
{
	char *copy = dc_strdup(text);
	size_t n = router_unescape(copy);

	DC_CHECK(n <= size && strlen(copy) == n);
	fuzz_path(copy);
	free(copy);
}

static void
fuzz_header(const char *text)
{
	static const char tag[] = "\"0123456789ab\"";
	struct event_place place;
	char weak[HTTP_ETAG_BYTES], line[256];

	(void)http_accepts_gzip(text);
	snprintf(line, sizeof(line), "%.100s,%s", text, tag);
	/* an open quote before it swallows the first one of ours */
	if (strchr(text, '"') == NULL)
		DC_CHECK(http_tag_listed(line, tag));
	snprintf(weak, sizeof(weak), "W/%s", tag);
	DC_CHECK(http_tag_listed(text, weak) == http_tag_listed(text, tag));
	http_tag_gzip(weak);
	DC_CHECK(http_tag_listed(text, weak) == http_tag_listed(text, tag));
	(void)event_place_parse(&place, text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = dc_malloc(size + 1);
	size_t n;

	memcpy(text, data, size);
	text[size] = '\0';
	n = strlen(text);
	fuzz_path(text);
	fuzz_unescape(text, n);
	fuzz_header(text);
	free(text);
	return 0;
}
