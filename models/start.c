/* Packing and unpacking starting weights. */
#include "config.h"

#include "models/start.h"

#include <stdbool.h>

#define UNIT_MAX INT64_C(1000000000000000000)
#define BRIDGE 2	/* zeros that a run goes over: a new one costs more */

/* --- unpacking --- */

struct unpacking {
	const uint8_t *p, *end;
	int64_t *cells;
	size_t n, at;
	uint64_t unit;
};

/* Shortest form only; false: none, or beyond 64 bits. */
static bool varint_take(struct unpacking *u, uint64_t *out)
{
	uint64_t v = 0;

	for (unsigned shift = 0; shift < 64 && u->p < u->end; shift += 7) {
		uint8_t byte = *u->p++;

		if (shift == 63 && byte > 1)
			return false;
		v |= (uint64_t)(byte & 0x7f) << shift;
		if (byte & 0x80)
			continue;
		*out = v;
		return byte != 0 || shift == 0;
	}
	return false;
}

static bool word_take(struct unpacking *u)
{
	uint64_t word, z;
	int64_t q, v;

	if (u->at >= u->n || !varint_take(u, &word))
		return false;
	z = word >> 1;
	q = (int64_t)(z >> 1) ^ -(int64_t)(z & 1);
	if (__builtin_mul_overflow(q, (int64_t)u->unit, &v))
		return false;
	u->cells[u->at++] = v;
	if ((word & 1) == 0)
		return true;
	if (u->at >= u->n)
		return false;
	u->cells[u->at++] = v < 0 ? -1 : 0;
	return true;
}

static bool run_take(struct unpacking *u)
{
	uint64_t gap, count;

	if (!varint_take(u, &gap) || !varint_take(u, &count) || count == 0 ||
	    gap > u->n - u->at)
		return false;
	u->at += gap;
	while (count-- > 0)
		if (!word_take(u))
			return false;
	return true;
}

enum dc_status start_decode(int64_t *cells, size_t n, const uint8_t *bytes,
			    size_t len, struct dc_err *err)
{
	struct unpacking u = { bytes, bytes + len, cells, n, 0, 0 };

	if (!varint_take(&u, &u.unit) || u.unit == 0 || u.unit > UNIT_MAX)
		return dc_fail(err, DC_EINVAL, "start: no unit in [1, 10^18]");
	while (u.p < u.end)
		if (!run_take(&u))
			return dc_fail(err, DC_EINVAL, "start: byte %zu: not "
				       "a run of the model's %zu cells",
				       (size_t)(u.p - bytes), n);
	return DC_OK;
}

/* --- packing --- */

static void varint_put(struct dc_buf *b, uint64_t v)
{
	while (v >= 0x80) {
		dc_buf_append_byte(b, (uint8_t)(v | 0x80));
		v >>= 7;
	}
	dc_buf_append_byte(b, (uint8_t)v);
}

static bool sign_follows(const int64_t *cells, size_t n, size_t i)
{
	return i + 1 < n && cells[i + 1] == (cells[i] < 0 ? -1 : 0);
}

/* The next cell that is not 0, from i on; n: none. */
static size_t next_set(const int64_t *cells, size_t n, size_t i)
{
	while (i < n && cells[i] == 0)
		i++;
	return i;
}

/* End of the run that begins at i, and how many words it has. */
static size_t run_end(const int64_t *cells, size_t n, size_t i,
		      uint64_t *count)
{
	*count = 0;
	for (;;) {
		i += sign_follows(cells, n, i) ? 2 : 1;
		++*count;
		if (next_set(cells, n, i) > i + BRIDGE ||
		    next_set(cells, n, i) >= n)
			return i;
	}
}

/* What a word carries of cell i must be a multiple; zigzag of it, doubled,
 * must fit 64 bits. */
static int64_t unit_of(const int64_t *cells, size_t n)
{
	int64_t unit = UNIT_MAX;

	for (size_t i = next_set(cells, n, 0); i < n;
	     i = next_set(cells, n, i)) {
		while (cells[i] % unit != 0)
			unit /= 10;
		i += sign_follows(cells, n, i) ? 2 : 1;
	}
	return unit;
}

static void run_put(struct dc_buf *b, const int64_t *cells, size_t n,
		    size_t i, size_t end, int64_t unit)
{
	while (i < end) {
		int64_t q = cells[i] / unit;
		bool sign = sign_follows(cells, n, i);
		uint64_t z = ((uint64_t)q << 1) ^ (uint64_t)(q >> 63);

		varint_put(b, z << 1 | sign);
		i += sign ? 2 : 1;
	}
}

/* q of 63 bits and more have no word. */
static bool fits(const int64_t *cells, size_t n, int64_t unit)
{
	for (size_t i = 0; i < n; i++)
		if (cells[i] / unit > INT64_MAX / 2 ||
		    cells[i] / unit < INT64_MIN / 2)
			return false;
	return true;
}

void start_encode(struct dc_buf *b, const int64_t *cells, size_t n)
{
	int64_t unit = unit_of(cells, n);
	size_t at = 0, i = next_set(cells, n, 0);
	uint64_t count;

	if (!fits(cells, n, unit)) {
		b->failed = true;
		return;
	}
	varint_put(b, (uint64_t)unit);
	while (i < n && !dc_buf_failed(b)) {
		size_t end = run_end(cells, n, i, &count);

		varint_put(b, i - at);
		varint_put(b, count);
		run_put(b, cells, n, i, end, unit);
		at = end;
		i = next_set(cells, n, end);
	}
}
