/* GET / and below: the dashboard; GET /openapi.json. */
#include "config.h"

#include <string.h>

#include "server/asset.h"
#include "server/rest.h"

/* Names below it carry a hash of what they name. */
#define IMMUTABLE "/assets/"

static const char no_dashboard[] =
	"<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">"
	"<title>decaid</title>"
	"<h1>decaid runs, without its dashboard</h1>"
	"<p>This build has no dashboard in it. To build one: "
	"<code>npm ci &amp;&amp; make</code> in the source tree."
	"<p>The interface is described at "
	"<a href=\"openapi.json\">openapi.json</a>.";

static void send_asset(struct http_request *rq, struct http_reply *rp,
		       const struct asset *a)
{
	const char *accepts = http_header(rq, "Accept-Encoding");

	rp->type = a->type;
	rp->immutable = strncmp(a->path, IMMUTABLE, strlen(IMMUTABLE)) == 0;
	if (http_not_modified_tag(rq, rp, a->tag))
		return;
	http_fixed(rp, a->raw, a->raw_len);
	/* Compressing again would not help what is compressed already. */
	if (a->zip_len < a->raw_len && http_accepts_gzip(accepts))
		http_fixed_gzip(rp, a->zip, a->zip_len);
}

static const struct asset *find(const char *path)
{
	const char *name = strcmp(path, "/") == 0 ? "/index.html" : path;

	for (const struct asset *a = asset_dashboard(); a->path != NULL; a++)
		if (strcmp(a->path, name) == 0)
			return a;
	return NULL;
}

void rest_asset(struct http_request *rq, struct http_reply *rp)
{
	const struct asset *a = find(rq->path);

	if (a == NULL && strcmp(rq->path, "/") != 0) {
		http_problem(rq, rp, 404, "no such address");
		return;
	}
	rp->kind = HTTP_KIND_PAGE;
	if (a != NULL) {
		send_asset(rq, rp, a);
		return;
	}
	rp->type = "text/html; charset=utf-8";
	if (!http_not_modified(rq, rp, no_dashboard))
		http_fixed(rp, no_dashboard, sizeof(no_dashboard) - 1);
}

void rest_openapi(struct http_request *rq, struct http_reply *rp)
{
	send_asset(rq, rp, asset_openapi());
}
