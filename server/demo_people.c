/* The demo's people: what they contribute, and what became of it. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "models/encoder.h"
#include "server/demo.h"

#define INDICES_MAX 256
#define CONTRIBUTE_GAS 400000
#define STARTED_MS 8000	/* what starting should take */
#define BURST_S 60	/* without an end: after so long, slowly */
#define SLOWLY 6

void demo_gas_add(struct demo_gas *g, uint64_t n, uint64_t gas)
{
	uint64_t each = gas / n;

	if (g->n == 0 || each < g->min)
		g->min = each;
	g->n += n;
	g->sum += gas;
}

void demo_send(struct demo *d, const struct demo_pending *what,
	       const struct addr20 *to, struct wei value_wei, uint64_t gas,
	       struct dc_buf *data)
{
	struct chain_call call = { to, value_wei, data->data, data->len, gas };
	struct demo_account *a = &d->account[what->account];
	struct demo_model *m = &d->model[what->model];
	struct dc_err err = DC_ERR_INIT;
	struct demo_pending p = *what;

	if (d->n_pending < DEMO_PENDING_MAX &&
	    chainclient_send(d->client, &p.tx, a->key, &call, &err) == DC_OK) {
		d->pending[d->n_pending++] = p;
	} else {
		d->refused++;
		dc_log(DC_LOG_DEBUG, "demo", "not sent: %s", err.text);
		chainclient_resync(d->client, a->key);
		for (uint32_t i = 0; i < p.n && p.kind != DEMO_CONTRIBUTE; i++)
			m->claiming[p.ids[i]] = 0;
	}
	dc_buf_clear(data);
}

/* --- contributing --------------------------------------------------------- */

static size_t parse_indices(uint64_t *out, const char *text)
{
	size_t n = 0;
	char *end;

	for (; *text && n < INDICES_MAX; text = *end ? end + 1 : end)
		out[n++] = strtoul(text, &end, 10);
	return n;
}

/* A row's input as packed bytes. */
static bool encode_row(struct demo *d, const struct demo_model *m,
		       struct dc_buf *out, const struct demo_row *row)
{
	struct encoder_input in = { .kind = ENCODER_TEXT };
	struct dc_err err = DC_ERR_INIT;
	uint64_t indices[INDICES_MAX];
	struct sample s;

	if (m->set.kind == DEMO_INPUT_TEXT) {
		in.text = row->input;
		in.n = strlen(row->input);
	} else {
		in.kind = ENCODER_INDICES;
		in.n = parse_indices(indices, row->input);
		in.index = indices;
	}
	if (encoder_encode(&s, &m->spec, d->room, &in, &err) != DC_OK)
		return false;	/* a row that is no text: passed over */
	sample_encode(out, &s);
	return !dc_buf_failed(out);
}

/* Who sends the next row: the spammer, somebody careless, an honest one. */
static unsigned pick_account(struct demo *d, const struct demo_model *m)
{
	uint64_t dice = demo_random(&d->dice) % 100;

	if (dice < m->spam)
		return DEMO_ACCOUNTS - 1;
	if (dice < m->spam + m->careless)
		return DEMO_ACCOUNTS - 3 + (unsigned)(dice % 2);
	return (unsigned)(demo_random(&d->dice) % (DEMO_ACCOUNTS - 3));
}

/* A label that is not the row's own. */
static uint32_t wrong_label(struct demo *d, const struct demo_model *m,
			    uint32_t label)
{
	uint64_t step = 1 + demo_random(&d->dice) % (m->set.n_class - 1);

	return (uint32_t)((label + step) % m->set.n_class);
}

static uint32_t label_by(struct demo *d, const struct demo_model *m,
			 enum demo_role role, uint32_t label)
{
	switch (role) {
	case DEMO_HONEST:
		return label;
	case DEMO_CARELESS:
		return demo_random(&d->dice) % 5 ? label :
			wrong_label(d, m, label);
	case DEMO_SPAMMER:
		return wrong_label(d, m, label);
	}
	return label;
}

static void contribute_one(struct demo *d, unsigned model)
{
	struct demo_model *m = &d->model[model];
	const struct demo_row *row = &m->set.train[m->next++];
	struct demo_pending p = { .kind = DEMO_CONTRIBUTE, .model = model,
				  .n = 1 };
	struct dc_buf sample, data;

	dc_buf_init(&sample, 65536);
	dc_buf_init(&data, 131072);
	p.account = pick_account(d, m);
	if (encode_row(d, m, &sample, row)) {
		abi_call_contribute(&data, sample.data, sample.len,
				    label_by(d, m, d->account[p.account].role,
					     row->label));
		demo_send(d, &p, &m->address, m->stake_wei, CONTRIBUTE_GAS,
			  &data);
	}
	dc_buf_clear(&sample);
	dc_buf_clear(&data);
}

/* A machine that was slow to start has less time for as many people: what is
 * left of the time that they should have, at most twice as dense. */
static uint64_t squeezed_ms(const struct demo *d, uint64_t ms)
{
	uint64_t whole = d->is.for_s * 1000, began, planned, left;

	began = d->peopled_ms - d->started_ms;
	if (began <= STARTED_MS || whole <= DEMO_QUIET_S * 1000 + began)
		return ms;
	planned = whole - DEMO_QUIET_S * 1000 - STARTED_MS;
	left = whole - DEMO_QUIET_S * 1000 - began;
	return planned > 2 * left ? 2 * ms : ms * planned / left;
}

/* Thousandths of a contribution that are due by now. */
static uint64_t due(const struct demo *d, const struct demo_model *m)
{
	uint64_t ms = demo_now_ms() - d->peopled_ms;
	uint64_t fast = (uint64_t)BURST_S * 1000;

	if (d->is.for_s)
		return squeezed_ms(d, ms) * m->rate / 1000;
	if (ms < fast)
		return ms * m->rate / 1000;
	return fast * m->rate / 1000 + (ms - fast) * m->rate / 1000 / SLOWLY;
}

void demo_people_contribute(struct demo *d)
{
	uint64_t now = demo_now_ms() - d->started_ms;
	unsigned i;

	if (d->is.for_s && now + DEMO_QUIET_S * 1000 >= d->is.for_s * 1000)
		return;
	for (i = 0; i < DEMO_MODELS; i++) {
		struct demo_model *m = &d->model[i];

		while (m->next < m->set.n_train &&
		       d->n_pending < DEMO_PENDING_MAX / 2 &&
		       (m->next + 1) * 1000 <= due(d, m))
			contribute_one(d, i);
	}
}

/* --- what became of it ---------------------------------------------------- */

static void add_cost(struct demo_account *a, const struct rpc_receipt *r)
{
	struct wei cost;

	DC_CHECK(u256_mul(&cost.v, r->gas_price_wei.v,
			  u256_from_u64(r->gas_used)) &&
		 wei_add(&a->gas_wei, a->gas_wei, cost));
}

static void settle_one(struct demo *d, const struct demo_pending *p,
		       const struct rpc_receipt *r)
{
	struct demo_model *m = &d->model[p->model];
	uint32_t i;

	add_cost(&d->account[p->account], r);
	if (r->success) {
		m->done[p->kind] += p->n;
		if (p->n)
			demo_gas_add(&m->gas[p->kind], p->n, r->gas_used);
		return;
	}
	d->refused++;
	for (i = 0; i < p->n && p->kind != DEMO_CONTRIBUTE; i++)
		m->claiming[p->ids[i]] = 0;
}

void demo_people_settle(struct demo *d)
{
	struct rpc_receipt *receipts;
	struct dc_err err = DC_ERR_INIT;
	struct hash32 *txs;
	size_t i, left = 0;
	bool *mined;

	if (d->n_pending == 0)
		return;
	receipts = dc_calloc(d->n_pending, sizeof(*receipts));
	mined = dc_calloc(d->n_pending, sizeof(*mined));
	txs = dc_calloc(d->n_pending, sizeof(*txs));
	for (i = 0; i < d->n_pending; i++)
		txs[i] = d->pending[i].tx;
	if (chainclient_poll(d->client, receipts, mined, txs, d->n_pending,
			     &err) != DC_OK)
		memset(mined, 0, d->n_pending * sizeof(*mined));
	for (i = 0; i < d->n_pending; i++) {
		if (mined[i])
			settle_one(d, &d->pending[i], &receipts[i]);
		else
			d->pending[left++] = d->pending[i];
	}
	d->n_pending = left;
	free(receipts);
	free(mined);
	free(txs);
}
