/* key.c: page keys to text and back; the text comes from strangers. */

#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/hex.h"
#include "sql/key.h"

void
sql_key_format(const struct sql_key *key, char *out)
{
	size_t at = 0;
	unsigned i;

	out[at++] = key->list;
	for (i = 0; i < key->n_numbers; i++)
		at += (size_t)snprintf(out + at, SQL_KEY_BYTES - at,
				       i == 0 ? "%" PRIx64 : ".%" PRIx64,
				       key->v[i]);
	if (key->n_bytes != 0) {
		out[at++] = '-';
		hex_encode(out + at, key->bytes, key->n_bytes);
	}
}

/* One number of 1 to 16 lower-case digits; NULL: there is none. */
static const char *
sql_key_number(uint64_t *out, const char *p)
{
	static const char digits[] = "0123456789abcdef";
	const char *digit;
	unsigned n = 0;

	*out = 0;
	for (; *p != '\0' && (digit = strchr(digits, *p)) != NULL; p++) {
		if (++n > 16)
			return NULL;
		*out = *out << 4 | (uint64_t)(digit - digits);
	}
	return n > 0 ? p : NULL;
}

static const char *
sql_key_numbers(struct sql_key *key, const char *p)
{
	unsigned i;

	for (i = 0; i < key->n_numbers && p != NULL; i++) {
		if (i > 0 && *p++ != '.')
			return NULL;
		p = sql_key_number(&key->v[i], p);
	}
	return p;
}

enum dc_status
sql_key_parse(struct sql_key *key, const char *text, struct dc_err *err)
{
	const char *p = NULL;

	if (*text == key->list)
		p = sql_key_numbers(key, text + 1);
	if (p != NULL && key->n_bytes != 0) {
		if (*p != '-' || strlen(p + 1) != 2 * key->n_bytes ||
		    hex_decode(key->bytes, key->n_bytes, p + 1, NULL) != DC_OK)
			p = NULL;
		else
			p += 1 + 2 * key->n_bytes;
	}
	if (p == NULL || *p != '\0')
		return dc_fail(err, DC_EINVAL,
			       "after: not a key of this list");
	return DC_OK;
}

enum dc_status
sql_page_check(const struct sql_page *page, struct dc_err *err)
{
	if (page->limit < 1 || page->limit > SQL_PAGE_MAX)
		return dc_fail(err, DC_EINVAL, "limit: must be 1 to %d",
			       SQL_PAGE_MAX);
	return DC_OK;
}
