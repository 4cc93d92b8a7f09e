/*
 * Neighbours of sparse rows, by an index of columns: the rows that had one
 * of its columns last are compared with it.
 * Source: cosine of tf-idf vectors, Salton and Buckley 1988; k nearest
 * neighbours weighted by nearness, Dudani 1976.
 */
#include "config.h"

#include "models/suspicion_private.h"

/* A column, as it is compared. */
struct token {
	uint32_t head;
	uint32_t square;	/* of its weight */
};

struct query {
	struct token token[SUSPICION_TOKENS_MAX];
	uint32_t n;
	uint64_t square;	/* sum over the tokens */
	uint32_t slot[SUSPICION_TOKENS_MAX * SUSPICION_POSTINGS];
	uint32_t n_slot;	/* rows that share anything */
};

/* log2 x in sixteenths, x >= 1; straight between powers of 2. */
static uint32_t log2_16(uint64_t x)
{
	unsigned e = 63 - (unsigned)__builtin_clzll(x);
	uint64_t rest = e >= 4 ? x >> (e - 4) : x << (4 - e);

	return (uint32_t)(e << 4 | (rest & 15));
}

/* Integer square root of what fits 62 bits. */
static uint32_t root(uint64_t v)
{
	uint64_t r = 0;

	for (uint64_t bit = UINT64_C(1) << 30; bit != 0; bit >>= 1)
		if ((r | bit) * (r | bit) <= v)
			r |= bit;
	return (uint32_t)r;
}

/* How rare a column is: (log2 of rows over rows that had it)^2; at most
 * (40 * 16)^2, so that 256 of them fit 32 bits. */
static uint32_t rarity(const struct suspicion_sparse *s, uint32_t head)
{
	uint32_t all = log2_16(s->n + 2), with = log2_16(s->seen[head] +
							 UINT64_C(1));
	uint32_t w = all > with ? all - with : 0;

	return w < 640 ? w * w : 640 * 640;
}

/* The row's columns; of very many, those whose hash is small, so that rows
 * that share columns share those that are kept. */
static void query_open(struct query *q, const struct suspicion_sparse *s,
		       const struct sample *x)
{
	uint64_t most = UINT64_MAX;

	q->n = q->n_slot = 0;
	q->square = 0;
	if (x->count > SUSPICION_TOKENS_MAX)
		most = UINT64_MAX / x->count * SUSPICION_TOKENS_MAX;
	for (uint32_t i = 0; i < x->count && q->n < SUSPICION_TOKENS_MAX;
	     i++) {
		bool below = x->value != NULL && x->value[i] < 0;
		uint64_t h = suspicion_mix((uint64_t)below << 32 |
					   x->index[i]);
		struct token *t = &q->token[q->n];

		if (h > most)
			continue;
		t->head = (uint32_t)h & (s->heads - 1);
		t->square = rarity(s, t->head);
		q->square += t->square;
		q->n++;
	}
}

/* Whom a head still knows. */
static void share(struct suspicion_sparse *s, struct query *q,
		  const struct token *t)
{
	const uint32_t *posting = s->posting +
		(size_t)t->head * SUSPICION_POSTINGS;
	uint32_t n = s->seen[t->head] < SUSPICION_POSTINGS ?
		s->seen[t->head] : SUSPICION_POSTINGS;

	for (uint32_t i = 0; i < n; i++) {
		uint32_t slot = posting[i] % SUSPICION_SPARSE_ROWS;

		if ((uint32_t)s->n - posting[i] > SUSPICION_SPARSE_ROWS)
			continue;
		if (s->shared[slot] == 0)
			q->slot[q->n_slot++] = slot;
		s->shared[slot] += t->square + 1;
	}
}

static void rank(struct suspicion_sparse *s, const struct query *q,
		 struct suspicion_votes *v, uint32_t account)
{
	v->n[0] = v->n[1] = 0;
	for (uint32_t i = 0; i < q->n_slot; i++) {
		uint32_t slot = q->slot[i];

		suspicion_vote_put(v, s->account[slot] == account ?
				   SUSPICION_OWN : SUSPICION_OTHERS,
				   (uint64_t)s->shared[slot] *
				   s->inverse[slot], slot);
		s->shared[slot] = 0;
	}
}

/* near / 2^31 / length is the cosine; votes weigh 2^16 of it, at most 1. */
static uint32_t count(const struct suspicion_sparse *s,
		      const struct suspicion_votes *v, uint32_t length,
		      uint32_t label)
{
	const struct suspicion_vote *vote[SUSPICION_VOTES];
	uint32_t n = suspicion_votes_take(v, vote);
	uint64_t weight[2] = { 0, 0 };

	for (uint32_t i = 0; i < n; i++) {
		uint64_t w = (vote[i]->near >> 15) / (length + UINT64_C(1));

		weight[s->label[vote[i]->slot] == label] +=
			w < 65536 ? w : 65536;
	}
	return suspicion_of(weight[1], weight[0]);
}

/* Which posting of a full head makes room: one that left the window, else
 * the oldest; but an account that has half of them replaces its own, so that
 * nobody drives others out by sending a row again and again. */
static uint32_t victim(const struct suspicion_sparse *s,
		       const uint32_t *posting, uint32_t account)
{
	uint32_t oldest[2] = { 0, 0 }, age[2] = { 0, 0 }, own = 0;

	for (uint32_t i = 0; i < SUSPICION_POSTINGS; i++) {
		uint32_t old = (uint32_t)s->n - posting[i];
		bool mine = s->account[posting[i] % SUSPICION_SPARSE_ROWS] ==
			account;

		if (old > SUSPICION_SPARSE_ROWS)
			return i;
		own += mine;
		for (unsigned k = 0; k <= mine; k++)
			if (old >= age[k]) {
				age[k] = old;
				oldest[k] = i;
			}
	}
	return oldest[own >= SUSPICION_POSTINGS / 2];
}

static void post(struct suspicion_sparse *s, uint32_t head, uint32_t account)
{
	uint32_t *posting = s->posting + (size_t)head * SUSPICION_POSTINGS;
	uint32_t at = s->seen[head];

	if (at >= SUSPICION_POSTINGS)
		at = victim(s, posting, account);
	posting[at] = (uint32_t)s->n;
	if (s->seen[head] != UINT32_MAX)
		s->seen[head]++;
}

static void remember(struct suspicion_sparse *s, const struct query *q,
		     uint32_t length, uint32_t label, uint32_t account)
{
	uint32_t slot = (uint32_t)(s->n % SUSPICION_SPARSE_ROWS);

	s->account[slot] = account;
	for (uint32_t i = 0; i < q->n; i++)
		post(s, q->token[i].head, account);
	s->inverse[slot] = (UINT32_C(1) << 31) / (length + 1);
	s->label[slot] = label;
	s->n++;
}

uint32_t suspicion_sparse_see(struct suspicion_sparse *s,
			      const struct suspicion_case *c)
{
	uint32_t account = suspicion_account(c->contributor), length, ppm;
	struct suspicion_votes v;
	struct query q;

	query_open(&q, s, c->x);
	for (uint32_t i = 0; i < q.n; i++)
		share(s, &q, &q.token[i]);
	rank(s, &q, &v, account);
	length = root(q.square);
	ppm = count(s, &v, length, c->label);
	remember(s, &q, length, c->label, account);
	return ppm;
}
