#ifndef DECAID_BASE_JSON_SCAN_PRIVATE_H
#define DECAID_BASE_JSON_SCAN_PRIVATE_H

/* What the three files of json_scan.h share: the cursor itself. */

#include "base/json_scan.h"

/* Fail once: the first reason stays, and s->p stays where it happened. */
static inline bool
json_fail(struct json_scan *s, const char *what)
{
	if (s->what == NULL)
		s->what = what;
	return false;
}

/* The character at the cursor, or NUL at the end: NUL is nowhere valid. */
static inline char
json_peek(const struct json_scan *s)
{
	return s->p < s->end ? *s->p : '\0';
}

/* Pass white space; returns the character behind it. */
static inline char
json_skip_space(struct json_scan *s)
{
	char c = json_peek(s);

	while (c == ' ' || c == '\n' || c == '\r' || c == '\t') {
		s->p++;
		c = json_peek(s);
	}
	return c;
}

#endif /* DECAID_BASE_JSON_SCAN_PRIVATE_H */
