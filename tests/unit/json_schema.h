#ifndef DECAID_TESTS_UNIT_JSON_SCHEMA_H
#define DECAID_TESTS_UNIT_JSON_SCHEMA_H

/*
 * Is a document what a JSON Schema says? The words that openapi.json uses:
 * $ref, type, enum, properties, required, additionalProperties, items,
 * prefixItems, minItems, maxItems, minimum, maximum, pattern, oneOf. An
 * object that does not say otherwise may hold no member that is not
 * described: a reply must not hold more than its description.
 */

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/* doc    the document that $ref points into
 * where  (room) what is wrong, and where */
bool json_schema_holds(const json_t *doc, const json_t *schema,
		       const json_t *value, char *where, size_t room);

#endif /* DECAID_TESTS_UNIT_JSON_SCHEMA_H */
