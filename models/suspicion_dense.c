/*
 * Neighbours of dense rows, by sketches: each coordinate is told by where it
 * stands among some former values, so that columns count alike whatever
 * their scale, and outliers no more than others.
 * Source: distance of ranks (Spearman's footrule); count sketch of many
 * columns: Charikar, Chen, Farach-Colton 2002.
 */
#include "config.h"

#include <string.h>

#include "models/suspicion_private.h"

#define FORMERS_LEAST 16	/* fewer make no sketch to compare with */
#define RENEWED_EVERY 32	/* rows; all within 2,048 */
#define NEARNESS 32		/* votes weigh 1 / (1 + 32 distance) */

/* The coordinates: the columns, or sums of columns with signs. A sum of
 * 2^16 values of 2^50 / 16 stays below 2^62. */
static void fold(int64_t *out, const struct suspicion_dense *d,
		 const struct sample *x)
{
	if (d->columns <= SUSPICION_COORDINATES_MAX) {
		memcpy(out, x->value, x->count * sizeof(*out));
		return;
	}
	memset(out, 0, d->coordinates * sizeof(*out));
	for (uint32_t i = 0; i < x->count; i++) {
		uint64_t h = suspicion_mix(i);
		int64_t v = x->value[i] / 16;

		out[(uint32_t)h % d->coordinates] += h >> 63 ? -v : v;
	}
}

static uint32_t formers(const struct suspicion_dense *d)
{
	return d->n < SUSPICION_FORMERS ? (uint32_t)d->n : SUSPICION_FORMERS;
}

/* Each byte: 255 of the part of the former values that is below; halves
 * for equal ones. */
static void sketch(uint8_t *out, const struct suspicion_dense *d,
		   const int64_t *value)
{
	uint32_t n = formers(d);

	memset(out, 0, d->stride);
	for (uint32_t c = 0; n > 0 && c < d->coordinates; c++) {
		const int64_t *former = d->former +
			(size_t)c * SUSPICION_FORMERS;
		uint32_t below = 0;

		for (uint32_t i = 0; i < n; i++)
			below += (uint32_t)(former[i] < value[c]) +
				(uint32_t)(former[i] <= value[c]);
		out[c] = (uint8_t)(below * 255 / (2 * n));
	}
}

/* Sum of differences, stride a multiple of 8. */
static uint32_t distance(const uint8_t *a, const uint8_t *b, uint32_t stride)
{
	uint32_t sum = 0;

	for (uint32_t i = 0; i < stride; i += 8)
		for (uint32_t k = i; k < i + 8; k++)
			sum += (uint32_t)(a[k] > b[k] ? a[k] - b[k] :
					  b[k] - a[k]);
	return sum;
}

/* From the newest back, so that of equals the newest vote. */
static void rank(const struct suspicion_dense *d, struct suspicion_votes *v,
		 const uint8_t *mine, uint32_t account)
{
	uint64_t first = d->n > SUSPICION_DENSE_ROWS ?
		d->n - SUSPICION_DENSE_ROWS : 0;

	if (first < FORMERS_LEAST)
		first = FORMERS_LEAST;
	v->n[0] = v->n[1] = 0;
	for (uint64_t i = d->n; i > first; i--) {
		uint32_t slot = (uint32_t)((i - 1) % SUSPICION_DENSE_ROWS);

		suspicion_vote_put(v, d->account[slot] == account ?
				   SUSPICION_OWN : SUSPICION_OTHERS,
				   UINT32_MAX - distance(
					mine, d->sketch +
					(size_t)slot * d->stride, d->stride),
				   slot);
	}
}

static uint32_t count(const struct suspicion_dense *d,
		      const struct suspicion_votes *v, uint32_t label)
{
	const struct suspicion_vote *vote[SUSPICION_VOTES];
	uint32_t n = suspicion_votes_take(v, vote);
	uint64_t weight[2] = { 0, 0 }, one = UINT64_C(255) * d->coordinates;

	for (uint32_t i = 0; i < n; i++) {
		uint64_t far = UINT32_MAX - vote[i]->near;

		weight[d->label[vote[i]->slot] == label] +=
			(one << 16) / (one + NEARNESS * far);
	}
	return suspicion_of(weight[1], weight[0]);
}

/* The first rows are compared with at once; later ones take turns. */
static void renew(struct suspicion_dense *d, const int64_t *value)
{
	uint64_t at = d->n < SUSPICION_FORMERS ? d->n :
		d->n / RENEWED_EVERY % SUSPICION_FORMERS;

	if (d->n >= SUSPICION_FORMERS && d->n % RENEWED_EVERY != 0)
		return;
	for (uint32_t c = 0; c < d->coordinates; c++)
		d->former[(size_t)c * SUSPICION_FORMERS + at] = value[c];
}

uint32_t suspicion_dense_see(struct suspicion_dense *d,
			     const struct suspicion_case *c)
{
	uint32_t account = suspicion_account(c->contributor), ppm;
	uint32_t slot = (uint32_t)(d->n % SUSPICION_DENSE_ROWS);
	int64_t value[SUSPICION_COORDINATES_MAX];
	uint8_t mine[SUSPICION_COORDINATES_MAX];
	struct suspicion_votes v;

	fold(value, d, c->x);
	sketch(mine, d, value);
	rank(d, &v, mine, account);
	ppm = count(d, &v, c->label);
	memcpy(d->sketch + (size_t)slot * d->stride, mine, d->stride);
	d->label[slot] = c->label;
	d->account[slot] = account;
	renew(d, value);
	d->n++;
	return ppm;
}
