#ifndef DECAID_SERVER_ROUTER_H
#define DECAID_SERVER_ROUTER_H

/* Which route a path means. */

#include "server/http.h"

/* Find path among routes.
 * allow   methods that some route has for this path, 0: no such path
 * param   values of the pattern's {names}, in order, when found
 * Returns the route, or NULL.  Thread: any. */
const struct http_route *router_find(const struct http_route *routes,
				     size_t n_routes, enum http_method method,
				     const char *path, unsigned *allow,
				     char param[][HTTP_PARAM_BYTES]);

/* "GET", "POST", "HEAD": HEAD counts as GET, others as HTTP_OTHER. */
enum http_method router_method(const char *name);

/* "GET, HEAD, OPTIONS": the value of Allow. Static text. */
const char *router_allow_text(unsigned allow);

/* Percent-decode in place. %00 and what is no pair of hex digits is left
 * as it stands, so that it matches nothing. Returns the new length. */
size_t router_unescape(char *text);

#endif /* DECAID_SERVER_ROUTER_H */
