/* Which route a path means. */
#include "config.h"

#include <string.h>

#include "base/hex.h"
#include "server/router.h"

/* The value of a {name}; len bytes of the path are it.
 * suffix  what the pattern has after it */
static bool take(char *param, size_t *len, const char *suffix,
		 const char *path)
{
	size_t n_suffix = strcspn(suffix, "/"), all = strcspn(path, "/");

	if (all <= n_suffix ||
	    memcmp(path + all - n_suffix, suffix, n_suffix) != 0)
		return false;
	*len = all - n_suffix;
	if (*len >= HTTP_PARAM_BYTES) {
		param[0] = '\0';
		return n_suffix > 0;
	}
	memcpy(param, path, *len);
	param[*len] = '\0';
	return true;
}

/* One {name} takes one segment, not empty, up to what follows it there; all
 * else is compared. */
static bool match(const char *pattern, const char *path,
		  char param[][HTTP_PARAM_BYTES])
{
	size_t n = 0;

	while (*pattern != '\0') {
		if (*pattern == '{') {
			size_t len;

			pattern = strchr(pattern, '}') + 1;
			DC_CHECK(n < HTTP_PARAMS_MAX);
			if (!take(param[n++], &len, pattern, path))
				return false;
			path += len;
		} else if (*pattern++ != *path++) {
			return false;
		}
	}
	return *path == '\0';
}

const struct http_route *router_find(const struct http_route *routes,
				     size_t n_routes, enum http_method method,
				     const char *path, unsigned *allow,
				     char param[][HTTP_PARAM_BYTES])
{
	*allow = 0;
	for (size_t i = 0; i < n_routes; i++) {
		if (!match(routes[i].pattern, path, param))
			continue;
		if (routes[i].method == method)
			return &routes[i];
		*allow |= (unsigned)routes[i].method;
	}
	return NULL;
}

enum http_method router_method(const char *name)
{
	if (strcmp(name, "GET") == 0 || strcmp(name, "HEAD") == 0)
		return HTTP_GET;
	if (strcmp(name, "POST") == 0)
		return HTTP_POST;
	return HTTP_OTHER;
}

const char *router_allow_text(unsigned allow)
{
	switch (allow) {
	case HTTP_GET:
		return "GET, HEAD, OPTIONS";
	case HTTP_POST:
		return "POST, OPTIONS";
	case HTTP_GET | HTTP_POST:
		return "GET, HEAD, POST, OPTIONS";
	default:
		return "OPTIONS";
	}
}

size_t router_unescape(char *text)
{
	char *out = strchr(text, '%');
	const char *in = out;

	if (out == NULL)
		return strlen(text);
	while (*in != '\0') {
		uint8_t byte;

		if (*in == '%' && in[1] != '\0' && in[2] != '\0' &&
		    hex_decode(&byte, 1, in + 1, NULL) == DC_OK &&
		    byte != 0) {
			*out++ = (char)byte;
			in += 3;
		} else {
			*out++ = *in++;
		}
	}
	*out = '\0';
	return (size_t)(out - text);
}
