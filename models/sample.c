/* The canonical form of packed samples. */
#include "config.h"

#include "models/sample.h"

#include <string.h>

#define VARINT_BYTES_MAX 10

struct reader {
	const uint8_t *p, *end;
};

/* Unsigned LEB128, shortest form only. */
static bool varint_read(struct reader *r, uint64_t *out)
{
	uint64_t v = 0;

	for (unsigned shift = 0; r->p < r->end; shift += 7) {
		uint8_t b = *r->p++;

		if (shift == 63 && b > 1)
			return false;
		v |= (uint64_t)(b & 0x7f) << shift;
		if (b < 0x80) {
			*out = v;
			return b != 0 || shift == 0;
		}
	}
	return false;
}

static bool value_read(struct reader *r, int64_t *out)
{
	uint64_t u;

	if (!varint_read(r, &u))
		return false;
	*out = (int64_t)(u >> 1) ^ -(int64_t)(u & 1);
	return *out >= -SAMPLE_VALUE_MAX && *out <= SAMPLE_VALUE_MAX;
}

/* An index after `next - 1`, by its gap; next is what may follow. */
static bool index_read(struct reader *r, uint32_t *out, uint64_t *next,
		       uint32_t columns)
{
	uint64_t gap;

	if (!varint_read(r, &gap) || gap >= columns || *next + gap >= columns)
		return false;
	*out = (uint32_t)(*next + gap);
	*next += gap + 1;
	return true;
}

static bool body_read(struct reader *r, struct sample *s,
		      struct sample_room *room, uint32_t columns)
{
	uint64_t next = 0;

	for (uint32_t i = 0; i < s->count; i++) {
		if (s->kind != SAMPLE_DENSE &&
		    !index_read(r, &room->index[i], &next, columns))
			return false;
		if (s->kind != SAMPLE_BINARY &&
		    !value_read(r, &room->value[i]))
			return false;
		if (s->kind == SAMPLE_VALUES && room->value[i] == 0)
			return false;
	}
	return r->p == r->end;
}

bool sample_decode(struct sample *out, struct sample_room *room,
		   uint32_t columns, const uint8_t *bytes, size_t len)
{
	struct reader r = { bytes, bytes + len };
	uint64_t kind, count;

	if (!varint_read(&r, &kind) || kind < SAMPLE_BINARY ||
	    kind > SAMPLE_DENSE || !varint_read(&r, &count))
		return false;
	if (count > SAMPLE_COUNT_MAX || count > columns)
		return false;
	if (kind == SAMPLE_DENSE && count != columns)
		return false;
	out->kind = (enum sample_kind)kind;
	out->count = (uint32_t)count;
	out->index = kind == SAMPLE_DENSE ? NULL : room->index;
	out->value = kind == SAMPLE_BINARY ? NULL : room->value;
	return body_read(&r, out, room, columns);
}

static void varint_append(struct dc_buf *b, uint64_t v)
{
	uint8_t bytes[VARINT_BYTES_MAX];
	size_t n = 0;

	for (; v >= 0x80; v >>= 7)
		bytes[n++] = (uint8_t)(v | 0x80);
	bytes[n++] = (uint8_t)v;
	dc_buf_append(b, bytes, n);
}

static void value_append(struct dc_buf *b, int64_t v)
{
	DC_CHECK(v >= -SAMPLE_VALUE_MAX && v <= SAMPLE_VALUE_MAX);
	varint_append(b, ((uint64_t)v << 1) ^ (uint64_t)(v >> 63));
}

void sample_encode(struct dc_buf *b, const struct sample *s)
{
	uint64_t next = 0;

	DC_CHECK(s->count <= SAMPLE_COUNT_MAX);
	dc_buf_append_byte(b, (uint8_t)s->kind);
	varint_append(b, s->count);
	for (uint32_t i = 0; i < s->count; i++) {
		if (s->kind != SAMPLE_DENSE) {
			DC_CHECK(s->index[i] >= next);
			varint_append(b, s->index[i] - next);
			next = (uint64_t)s->index[i] + 1;
		}
		if (s->kind == SAMPLE_VALUES)
			DC_CHECK(s->value[i] != 0);
		if (s->kind != SAMPLE_BINARY)
			value_append(b, s->value[i]);
	}
}

/* Source: Shell 1959, gaps of Ciura 2001; no memory, no bad case that
 * matters at 65,536. */
static void shell_sort(uint32_t *index, size_t n)
{
	static const size_t gaps[] = {
		60000, 30000, 12000, 5000, 1750, 701, 301, 132, 57, 23, 10, 4, 1
	};
	size_t g = 0;

	while (gaps[g] >= n && gaps[g] > 1)
		g++;
	for (; g < DC_ARRAY_LEN(gaps); g++) {
		for (size_t i = gaps[g]; i < n; i++) {
			uint32_t v = index[i];
			size_t j = i;

			for (; j >= gaps[g] && index[j - gaps[g]] > v;
			     j -= gaps[g])
				index[j] = index[j - gaps[g]];
			index[j] = v;
		}
	}
}

#define BUCKETS 512
#define FEW 64	/* indices that buckets do not pay for */

/* Bits to drop so that the largest index is below BUCKETS. */
static unsigned bucket_shift(const uint32_t *index, size_t n)
{
	uint32_t all = 0;
	unsigned shift = 0;

	for (size_t i = 0; i < n; i++)
		all |= index[i];
	while (all >> shift >= BUCKETS)
		shift++;
	return shift;
}

/* By their upper bits in place, then each bucket alone: hashed indices
 * spread evenly. Source: McIlroy, Bostic, McIlroy, Computing Systems 6, 1993
 * (American flag sort). */
static void index_sort(uint32_t *index, size_t n)
{
	uint32_t at[BUCKETS], end[BUCKETS] = { 0 }, sum = 0;
	unsigned shift;

	if (n <= FEW) {
		shell_sort(index, n);
		return;
	}
	shift = bucket_shift(index, n);
	for (size_t i = 0; i < n; i++)
		end[index[i] >> shift]++;
	for (size_t b = 0; b < BUCKETS; b++) {
		at[b] = sum;
		sum += end[b];
		end[b] = sum;
	}
	for (size_t b = 0; b < BUCKETS; b++) {
		while (at[b] < end[b]) {
			uint32_t v = index[at[b]];

			while (v >> shift != b) {
				uint32_t *to = &index[at[v >> shift]++];
				uint32_t out = *to;

				*to = v;
				v = out;
			}
			index[at[b]++] = v;
		}
	}
	for (size_t b = 0, from = 0; b < BUCKETS; from = end[b++])
		if (end[b] - from > 1)
			shell_sort(index + from, end[b] - from);
}

#define PLACED_MOST 1024
#define SLOTS_EACH 4	/* slots for an index */
#define STEPS_EACH 8	/* more of them a mean index is not worth */
#define NONE UINT32_MAX

/* Each to the slot where it lies if all lie evenly, or behind it in order.
 * Returns how many slots it went over. */
static inline size_t place(uint32_t *slot, uint32_t v)
{
	uint32_t *p = slot, next;

	while (*p < v)
		p++;
	if (*p == v)
		return (size_t)(p - slot);
	for (; v != NONE; v = next) {
		next = *p;
		*p++ = v;
	}
	return (size_t)(p - slot);
}

/* Hashed indices lie evenly, so nearly all find a slot of their own at once.
 * Source: Gonnet, Munro, SIAM Journal on Computing 13, 1984 (linear probing
 * sort).
 * Returns how many are different; 0, index as it was: they do not lie so. */
static size_t sort_placed(uint32_t *index, size_t n)
{
	uint32_t slot[(SLOTS_EACH + 1) * PLACED_MOST + 1], all = 1;
	unsigned bits, most = 31 - (unsigned)__builtin_clz((unsigned)n *
							   SLOTS_EACH);
	size_t steps = 0, k = 0, n_slot;

	for (size_t i = 0; i < n; i++)
		all |= index[i];
	bits = 32 - (unsigned)__builtin_clz(all);
	bits = bits > most ? bits - most : 0;
	if (all >> 31)		/* only NONE has the bit */
		return 0;
	n_slot = (all >> bits) + n + 2;
	memset(slot, 0xff, n_slot * sizeof(*slot));
	for (size_t i = 0; i < n; i++) {
		steps += place(slot + (index[i] >> bits), index[i]);
		if (steps > STEPS_EACH * n)
			return 0;
	}
#pragma GCC unroll 4
	for (size_t i = 0; i < n_slot; i++) {
		uint32_t v = slot[i];

		slot[k] = v;
		k += ~v >> 31;
	}
	memcpy(index, slot, k * sizeof(*slot));
	return k;
}

static bool is_ascending(const uint32_t *index, size_t n)
{
	for (size_t i = 1; i < n; i++)
		if (index[i - 1] >= index[i])
			return false;
	return true;
}

size_t sample_sort_unique(uint32_t *index, size_t n)
{
	size_t kept = 0;

	if (is_ascending(index, n))	/* as most clients send them */
		return n;
	if (n <= PLACED_MOST)
		kept = sort_placed(index, n);
	if (kept > 0)
		return kept;
	index_sort(index, n);
	for (size_t i = 0; i < n; i++)
		if (kept == 0 || index[kept - 1] != index[i])
			index[kept++] = index[i];
	return kept;
}
