#ifndef DECAID_TESTS_UNIT_REGISTRY_FIXTURE_H
#define DECAID_TESTS_UNIT_REGISTRY_FIXTURE_H

/* A model in a registry, without a chain. */

#include <check.h>
#include <string.h>

#include "oracle/registry_write.h"
#include "tests/unit/unit.h"

/* A live model of two classes that has learned nothing. */
static inline struct registry_model *
registry_fixture_add(struct registry *reg, const char *spec)
{
	struct ev_model_created c = { .name = "m", .description = "",
		.encoder = "", .spec = spec, .spec_len = strlen(spec),
		.params.classes = 2 };
	struct dc_err err = DC_ERR_INIT;
	struct registry_model *m;
	struct model_spec parsed;
	struct log_ref at;

	memset(&at, 0, sizeof(at));
	ck_assert_msg(spec_parse(&parsed, spec, c.spec_len, &err) == DC_OK,
		      "%s", err.text);
	c.spec_hash = parsed.hash;
	spec_clear(&parsed);
	m = registry_add(reg, &c, &at, NULL, SIZE_MAX);
	ck_assert_int_eq(registry_state(m), REGISTRY_LIVE);
	return m;
}

#endif /* DECAID_TESTS_UNIT_REGISTRY_FIXTURE_H */
