/*
 * fuzz_server_conf.c: any bytes as decaid.conf. What is taken is within each
 * key's bounds; what is not is told with its line and leaves nothing behind.
 */

#include "config.h"

#include <string.h>

#include "server/conf.h"
#include "tests/fuzz/fuzz.h"

static void
fuzz_bounds(const struct config *c)
{
	size_t n;
	const struct config_key *keys = config_keys(&n);

	for (size_t i = 0; i < n; i++) {
		const void *field = (const char *)c + keys[i].offset;
		uint64_t v;

		if (keys[i].type == CONFIG_TYPE_UINT) {
			memcpy(&v, field, sizeof(v));
			DC_CHECK(v >= keys[i].least && v <= keys[i].most);
		} else if (keys[i].type == CONFIG_TYPE_TEXT ||
			   keys[i].type == CONFIG_TYPE_URLS) {
			DC_CHECK(*(char *const *)field != NULL);
		}
	}
	DC_CHECK(c->models.n <= CONFIG_MODELS_MAX);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = size != 0 ? (const char *)data : "";
	struct dc_err err = DC_ERR_INIT;
	struct config c;

	config_init(&c);
	if (config_parse(&c, "fuzz.conf", text, size, &err) != DC_OK)
		DC_CHECK(err.status == DC_EINVAL &&
			 strncmp(err.text, "fuzz.conf:", 10) == 0);
	fuzz_bounds(&c);
	config_clear(&c);
	return 0;
}
