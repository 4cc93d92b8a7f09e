/* The scenarios that the program carries. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "server/asset.h"
#include "server/scenario.h"

#define ENDING ".scenario"

/* "/readme.scenario" is the example readme. */
static bool is_named(const struct asset *a, const char *name)
{
	size_t len = strlen(name);

	return strncmp(a->path + 1, name, len) == 0 &&
		strcmp(a->path + 1 + len, ENDING) == 0;
}

const char *scenario_example(const char *name, size_t *len)
{
	for (const struct asset *a = asset_scenarios(); a->path != NULL; a++)
		if (is_named(a, name)) {
			*len = a->raw_len;
			return (const char *)a->raw;
		}
	return NULL;
}

bool scenario_example_name(char *name, size_t i)
{
	const struct asset *a = asset_scenarios();

	for (; i > 0 && a->path != NULL; i--)
		a++;
	if (a->path == NULL)
		return false;
	(void)snprintf(name, SCENARIO_EXAMPLE_BYTES, "%.*s",
		       (int)(strlen(a->path) - 1 - strlen(ENDING)),
		       a->path + 1);
	return true;
}
