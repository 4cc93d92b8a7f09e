#ifndef DECAID_SERVER_ASSET_H
#define DECAID_SERVER_ASSET_H

/*
 * Files that are part of the program: the dashboard's bundle and the
 * description of the interface. Tables are made by server/embed.sh and end
 * with a path NULL.
 */

#include <stddef.h>

struct asset {
	const char *path;	/* "/index.html" */
	const char *type;
	const unsigned char *raw;
	size_t raw_len;
	const unsigned char *zip;	/* gzip */
	size_t zip_len;
	const char *tag;	/* of raw: hex digits of its SHA-256 */
};

/* web/dist; empty when the program was built without it. */
const struct asset *asset_dashboard(void);

/* openapi.json alone. */
const struct asset *asset_openapi(void);

/* contrib/scenarios: "/readme.scenario". */
const struct asset *asset_scenarios(void);

#endif /* DECAID_SERVER_ASSET_H */
