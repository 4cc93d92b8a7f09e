/* What both memories share: who votes, what it comes to, the block. */
#include "config.h"

#include "models/suspicion.h"

#include <string.h>

#include "models/suspicion_private.h"

/* What nothing near amounts to: half a vote of an equal row, a tenth of it
 * for other labels. */
#define PRIOR ((UINT64_C(1) << 16) / 2)

#define HEADS_MAX 65536
#define HEADER_BYTES 32

static const char magic[16] = "decaid near 1\n\0";

void suspicion_vote_insert(struct suspicion_votes *v, unsigned whose,
			   uint64_t near, uint32_t slot)
{
	struct suspicion_vote *list = v->of[whose];
	uint32_t k = v->n[whose];

	if (k == SUSPICION_VOTES)
		k--;
	else
		v->n[whose]++;
	for (; k > 0 && list[k - 1].near < near; k--)
		list[k] = list[k - 1];
	list[k] = (struct suspicion_vote){ near, slot };
}

uint32_t suspicion_votes_take(const struct suspicion_votes *v,
			      const struct suspicion_vote **out)
{
	uint32_t n = 0;

	for (unsigned whose = 0; whose < 2; whose++)
		for (uint32_t i = 0; i < v->n[whose] &&
		     n < SUSPICION_VOTES; i++)
			out[n++] = &v->of[whose][i];
	return n;
}

uint32_t suspicion_of(uint64_t same, uint64_t other)
{
	return (uint32_t)((other + PRIOR / 10) * SUSPICION_ONE /
			  (same + other + PRIOR));
}

uint32_t suspicion_account(const struct addr20 *a)
{
	return (uint32_t)a->b[0] << 24 | (uint32_t)a->b[1] << 16 |
		(uint32_t)a->b[2] << 8 | a->b[3];
}

uint32_t suspicion_see(struct suspicion *s, const struct suspicion_case *c)
{
	return c->x->kind == SAMPLE_DENSE ? suspicion_dense_see(&s->dense, c)
		: suspicion_sparse_see(&s->sparse, c);
}

/* ---- the block ---- */

/* Its arrays: 64-bit ones first, then 32, then bytes. */
struct plan {
	size_t n64, n32, n8;
	uint32_t heads, coordinates, stride;
};

static struct plan plan_of(const struct model_spec *spec)
{
	struct plan p = { .heads = 1 };

	while (p.heads < spec->columns && p.heads < HEADS_MAX)
		p.heads *= 2;
	p.coordinates = spec->columns < SUSPICION_COORDINATES_MAX ?
		spec->columns : SUSPICION_COORDINATES_MAX;
	p.stride = (p.coordinates + 7) / 8 * 8;
	p.n64 = (size_t)p.coordinates * SUSPICION_FORMERS;
	p.n32 = (size_t)p.heads * (1 + SUSPICION_POSTINGS) +
		3 * SUSPICION_SPARSE_ROWS + 2 * SUSPICION_DENSE_ROWS;
	p.n8 = (size_t)p.stride * SUSPICION_DENSE_ROWS;
	return p;
}

/* `shared` comes last of the 32-bit ones: it is not exported. */
size_t suspicion_size(const struct model_spec *spec)
{
	struct plan p = plan_of(spec);

	return 8 * p.n64 + 4 * (p.n32 + SUSPICION_SPARSE_ROWS) + p.n8;
}

static uint32_t *take(uint32_t **at, size_t n)
{
	uint32_t *out = *at;

	*at += n;
	return out;
}

void suspicion_init(struct suspicion *s, const struct model_spec *spec,
		    void *block)
{
	struct plan p = plan_of(spec);
	int64_t *at64 = block;
	uint32_t *at32 = (uint32_t *)(at64 + p.n64);

	memset(block, 0, suspicion_size(spec));
	*s = (struct suspicion){
		.sparse = { .heads = p.heads },
		.dense = { .columns = spec->columns,
			   .coordinates = p.coordinates,
			   .stride = p.stride, .former = at64 }
	};
	s->sparse.seen = take(&at32, p.heads);
	s->sparse.posting = take(&at32, (size_t)p.heads * SUSPICION_POSTINGS);
	s->sparse.inverse = take(&at32, SUSPICION_SPARSE_ROWS);
	s->sparse.label = take(&at32, SUSPICION_SPARSE_ROWS);
	s->sparse.account = take(&at32, SUSPICION_SPARSE_ROWS);
	s->dense.label = take(&at32, SUSPICION_DENSE_ROWS);
	s->dense.account = take(&at32, SUSPICION_DENSE_ROWS);
	s->sparse.shared = take(&at32, SUSPICION_SPARSE_ROWS);
	s->dense.sketch = (uint8_t *)at32;
}

/* ---- as bytes ---- */

static uint8_t *put(uint8_t *out, uint64_t v, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++)
		out[i] = (uint8_t)(v >> (8 * i));
	return out + bytes;
}

static uint64_t get(const uint8_t *in, unsigned bytes)
{
	uint64_t v = 0;

	for (unsigned i = 0; i < bytes; i++)
		v |= (uint64_t)in[i] << (8 * i);
	return v;
}

size_t suspicion_export_size(const struct model_spec *spec)
{
	struct plan p = plan_of(spec);

	return HEADER_BYTES + 8 * p.n64 + 4 * p.n32 + p.n8;
}

static size_t count32(const struct suspicion *s)
{
	return (size_t)(s->sparse.shared - s->sparse.seen);
}

static size_t count64(const struct suspicion *s)
{
	return (size_t)s->dense.coordinates * SUSPICION_FORMERS;
}

void suspicion_export(const struct suspicion *s, uint8_t *out)
{
	size_t n64 = count64(s), n32 = count32(s);

	memcpy(out, magic, sizeof(magic));
	out = put(out + sizeof(magic), s->sparse.n, 8);
	out = put(out, s->dense.n, 8);
	for (size_t i = 0; i < n32; i++)
		out = put(out, s->sparse.seen[i], 4);
	for (size_t i = 0; i < n64; i++)
		out = put(out, (uint64_t)s->dense.former[i], 8);
	memcpy(out, s->dense.sketch,
	       (size_t)s->dense.stride * SUSPICION_DENSE_ROWS);
}

enum dc_status suspicion_import(struct suspicion *s,
				const struct model_spec *spec,
				const uint8_t *in, size_t len,
				struct dc_err *err)
{
	size_t n64 = count64(s), n32 = count32(s);

	if (len != suspicion_export_size(spec) ||
	    memcmp(in, magic, sizeof(magic)) != 0)
		return dc_fail(err, DC_EINVAL,
			       "not the neighbours of this spec");
	in += sizeof(magic);
	s->sparse.n = get(in, 8);
	s->dense.n = get(in + 8, 8);
	in += 16;
	for (size_t i = 0; i < n32; i++, in += 4)
		s->sparse.seen[i] = (uint32_t)get(in, 4);
	for (size_t i = 0; i < n64; i++, in += 8)
		s->dense.former[i] = (int64_t)get(in, 8);
	memcpy(s->dense.sketch, in,
	       (size_t)s->dense.stride * SUSPICION_DENSE_ROWS);
	return DC_OK;
}
