#ifndef DECAID_TESTS_UNIT_REST_REPLY_H
#define DECAID_TESTS_UNIT_REST_REPLY_H

/* Replies of the REST interface as JSON, held against openapi.json; what is
 * not as it must be fails the test that asks. */

#include "tests/unit/rest_fixture.h"

/* A body. The caller frees. */
json_t *rest_parse(const struct http_answer *a);

void rest_holds_schema(const struct rest_fixture *f, const char *name,
		       const json_t *reply);

/* A 200 as the schema says. The caller frees. */
json_t *rest_ok(const struct rest_fixture *f, const struct http_answer *a,
		const char *schema);

/* A problem document. */
void rest_fails(const struct rest_fixture *f, const struct http_answer *a,
		long status, const char *detail);

/* A member, which must be there; borrowed. */
json_t *rest_at(const json_t *v, const char *key);
json_int_t rest_int_at(const json_t *v, const char *key);
const char *rest_text_at(const json_t *v, const char *key);

#endif /* DECAID_TESTS_UNIT_REST_REPLY_H */
