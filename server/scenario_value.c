/* Values on the lines of a scenario. */
#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "models/fx9.h"
#include "server/scenario.h"

#define AMOUNT_BITS 96

enum dc_status scenario_fail(const struct scenario *s,
			     const struct scenario_line *line,
			     struct dc_err *err, const char *fmt, ...)
{
	char why[DC_ERR_TEXT_BYTES];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(why, sizeof(why), fmt, ap);
	va_end(ap);
	return dc_fail(err, DC_EINVAL, "%s:%u: %s", s->path, line->number,
		       why);
}

const char *scenario_value(const struct scenario_line *line, const char *key)
{
	size_t len = strlen(key);

	for (unsigned i = 1; i < line->n_word; i++)
		if (strncmp(line->word[i], key, len) == 0 &&
		    line->word[i][len] == '=')
			return line->word[i] + len + 1;
	return NULL;
}

static const char *value_or(const struct scenario_line *line, const char *key,
			    const char *initial)
{
	const char *found = scenario_value(line, key);

	return found != NULL ? found : initial;
}

static enum dc_status missing(const struct scenario *s,
			      const struct scenario_line *line,
			      const char *key, struct dc_err *err)
{
	return scenario_fail(s, line, err, "%s needs %s=", line->word[0], key);
}

/* Digits up to a stop; false: none, or 2^64 and more. */
static bool digits_take(const char **p, uint64_t *out)
{
	const char *first = *p;
	uint64_t v = 0;

	for (; **p >= '0' && **p <= '9'; (*p)++)
		if (__builtin_mul_overflow(v, 10, &v) ||
		    __builtin_add_overflow(v, (uint64_t)(**p - '0'), &v))
			return false;
	*out = v;
	return *p > first;
}

enum dc_status scenario_u64(uint64_t *out, const struct scenario *s,
			    const struct scenario_line *line,
			    const char *key, const char *initial,
			    struct dc_err *err)
{
	const char *value = value_or(line, key, initial), *p = value;

	if (value == NULL)
		return missing(s, line, key, err);
	if (!digits_take(&p, out) || *p != '\0')
		return scenario_fail(s, line, err,
				     "%s=%s is not a whole number", key,
				     value);
	return DC_OK;
}

enum dc_status scenario_fx9(int64_t *out, const struct scenario *s,
			    const struct scenario_line *line,
			    const char *key, const char *initial,
			    struct dc_err *err)
{
	const char *value = value_or(line, key, initial);

	if (value == NULL)
		return missing(s, line, key, err);
	if (fx9_parse(out, value, strlen(value), NULL) != DC_OK)
		return scenario_fail(s, line, err, "%s=%s is not a number",
				     key, value);
	return DC_OK;
}

/* Up to three thousand years, so that sums stay far from 2^64. */
#define TIME_MAX_S UINT64_C(100000000000)

/* "90", "90s", "10m", "1h", "1d". */
static bool time_read(uint64_t *out, const char *p, const char *end)
{
	static const struct { char unit; uint64_t s; } units[] = {
		{ 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 },
	};

	if (!digits_take(&p, out) || p > end)
		return false;
	if (p == end)
		return *out <= TIME_MAX_S;
	for (size_t i = 0; i < DC_ARRAY_LEN(units); i++)
		if (*p == units[i].unit)
			return p + 1 == end &&
				!__builtin_mul_overflow(*out, units[i].s,
							out) &&
				*out <= TIME_MAX_S;
	return false;
}

enum dc_status scenario_time(uint64_t *out, const struct scenario *s,
			     const struct scenario_line *line,
			     const char *key, const char *initial,
			     struct dc_err *err)
{
	const char *value = value_or(line, key, initial);

	if (value == NULL)
		return missing(s, line, key, err);
	if (!time_read(out, value, value + strlen(value)))
		return scenario_fail(s, line, err, "%s=%s is not a time, "
				     "such as 90s, 10m, 1h or 1d", key, value);
	return DC_OK;
}

/* A decimal in units of 10^decimals wei, below 2^96 wei. */
static bool amount_read(unsigned __int128 *out, const char *p,
			const char *end, unsigned decimals)
{
	unsigned left = decimals;
	bool point = false;

	*out = 0;
	if (p == end || *p == '.')
		return false;
	for (; p < end; p++) {
		if (*p == '.' && !point && p + 1 < end) {
			point = true;
			continue;
		}
		if (*p < '0' || *p > '9' || (point && left-- == 0))
			return false;
		*out = *out * 10 + (unsigned)(*p - '0');
		if (*out >> AMOUNT_BITS != 0)
			return false;
	}
	for (; left > 0; left--) {
		*out *= 10;
		if (*out >> AMOUNT_BITS != 0)
			return false;
	}
	return true;
}

enum dc_status scenario_amount(struct wei *out, const struct scenario *s,
			       const struct scenario_line *line,
			       const char *key, const char *initial,
			       struct dc_err *err)
{
	const char *value = value_or(line, key, initial);
	unsigned __int128 amount;

	if (value == NULL)
		return missing(s, line, key, err);
	if (!amount_read(&amount, value, value + strlen(value), s->decimals))
		return scenario_fail(s, line, err, "%s=%s is not an amount "
				     "below 2^96 wei with at most %u decimals",
				     key, value, s->decimals);
	out->v = u256_from_u128(amount);
	return DC_OK;
}

static bool spread_read(unsigned __int128 *out, const char *p,
			const char *end, enum scenario_spread_of of,
			unsigned decimals)
{
	uint64_t time_s;

	if (of == SCENARIO_AMOUNTS)
		return amount_read(out, p, end, decimals);
	if (!time_read(&time_s, p, end))
		return false;
	*out = time_s;
	return true;
}

enum dc_status scenario_spread(unsigned __int128 out[2],
			       const struct scenario *s,
			       const struct scenario_line *line,
			       const char *key, enum scenario_spread_of of,
			       struct dc_err *err)
{
	const char *value = scenario_value(line, key), *tilde, *end;

	if (value == NULL)
		return missing(s, line, key, err);
	end = value + strlen(value);
	tilde = strchr(value, '~');
	out[1] = 0;
	if (!spread_read(&out[0], value, tilde != NULL ? tilde : end, of,
			 s->decimals) ||
	    (tilde != NULL &&
	     !spread_read(&out[1], tilde + 1, end, of, s->decimals)) ||
	    (out[0] == 0 && out[1] == 0))
		return scenario_fail(s, line, err, "%s=%s is not a mean and "
				     "a deviation, such as %s, not both 0",
				     key, value, of == SCENARIO_TIMES ?
				     "10m~30s" : "50~10");
	return DC_OK;
}

static bool is_known(const char *word, const char *const *known)
{
	size_t len = strcspn(word, "=");

	for (; *known != NULL; known++)
		if (strlen(*known) == len && word[len] == '=' &&
		    memcmp(*known, word, len) == 0)
			return true;
	return false;
}

enum dc_status scenario_keys(const struct scenario *s,
			     const struct scenario_line *line, unsigned skip,
			     const char *const *known, struct dc_err *err)
{
	for (unsigned i = skip; i < line->n_word; i++) {
		if (!is_known(line->word[i], known))
			return scenario_fail(s, line, err,
					     "%s does not take '%s'",
					     line->word[0], line->word[i]);
		for (unsigned j = skip; j < i; j++)
			if (strcspn(line->word[j], "=") ==
				    strcspn(line->word[i], "=") &&
			    strncmp(line->word[i], line->word[j],
				    strcspn(line->word[i], "=") + 1) == 0)
				return scenario_fail(s, line, err,
						     "'%s' is there twice",
						     line->word[i]);
	}
	return DC_OK;
}
