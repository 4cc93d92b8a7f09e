/* Vectors of the whole system: data handler, incentive and classifier, owned
 * by a trainer; gas price 0, so that balances are the contracts' doing. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/i256.h"
#include "tests/golden/golden.h"

/* A stored entry and who claimed it. */
struct stored {
	struct hash32 key;
	struct deca_entry entry;
	bool *claimed;		/* by account */
};

struct run {
	struct golden *g;
	struct golden_model gm;
	struct deca_incentive inc;
	struct addr20 *account;
	struct deca_stats *stats;
	struct u256 *balance;	/* signed, less the initial one */
	size_t n_account;
	struct addr20 trainer;
	struct u256 trainer_balance;
	struct stored *stored;
	size_t n_stored;
};

/* What a step asks for, read. */
struct call {
	const char *action;
	uint64_t caller;
	struct golden_data data;
	uint64_t label;
	struct u256 now;
	struct deca_ref ref;
	struct stored *stored;
	struct deca_prediction prediction;
	struct wei amount;	/* what it cost or paid */
};

static uint64_t account(struct run *r, json_t *v)
{
	uint64_t i = golden_u64(r->g, v, UINT64_MAX);

	if (i >= r->n_account)
		golden_malformed(r->g, "there is no such account");
	return i;
}

/* Whoever a call names: -1 is the zero address. */
static struct addr20 author(struct run *r, json_t *v)
{
	if (json_is_integer(v) && json_integer_value(v) == -1)
		return (struct addr20){ { 0 } };
	return r->account[account(r, v)];
}

/* The entry of a key, made where there is none: at most one a step. */
static struct stored *stored_at(struct run *r, const struct deca_ref *ref)
{
	struct stored *s;
	struct hash32 key;

	deca_entry_key(&key, ref);
	for (s = r->stored; s < r->stored + r->n_stored; s++)
		if (hash32_equal(&s->key, &key))
			return s;
	r->n_stored++;
	*s = (struct stored){ .key = key };
	s->claimed = dc_arena_alloc(r->g->arena, r->n_account + 1);
	memset(s->claimed, 0, r->n_account + 1);
	return s;
}

static void pay(struct run *r, uint64_t to, struct wei amount)
{
	(void)u256_add_wrap(&r->balance[to], r->balance[to], amount.v);
	(void)u256_sub_wrap(&r->trainer_balance, r->trainer_balance,
			    amount.v);
}

/* What is not the cost is given back at once. */
static enum deca_reason add(struct run *r, struct call *c, const char *at,
			    json_t *step)
{
	struct deca_incentive inc = r->inc;
	struct deca_entry entry = c->stored->entry;
	enum deca_reason reason;
	struct wei value;

	value.v = golden_u256(r->g, golden_member(r->g, at, step, "value"));
	reason = deca_trainer_add(&c->amount, &inc, &entry, &c->ref, value);
	if (reason == DECA_DONE)
		reason = deca_reason_passed_on(
			golden_model_update(&r->gm, c->data, c->label));
	if (reason != DECA_DONE)
		return reason;
	r->inc = inc;
	c->stored->entry = entry;
	pay(r, c->caller, (struct wei){ i256_negate(c->amount.v) });
	return DECA_DONE;
}

/* A claim, and its payment: a transfer beyond the balance would revert with
 * no words. */
static enum deca_reason claim(struct run *r, struct call *c, bool is_refund)
{
	struct deca_incentive inc = r->inc;
	struct deca_entry entry = c->stored->entry;
	struct deca_stats stats = r->stats[c->caller];
	bool claimed = c->stored->claimed[c->caller];
	enum deca_reason reason;

	if (is_refund)
		reason = deca_trainer_refund(&c->amount, &inc, &entry, &stats,
					     &c->ref, claimed, c->prediction,
					     c->now);
	else
		reason = deca_trainer_report(&c->amount, &inc, &entry, &stats,
					     &c->ref, &r->account[c->caller],
					     claimed, c->prediction, c->now);
	if (reason == DECA_DONE
	    && u256_compare(c->amount.v, r->trainer_balance) > 0)
		reason = DECA_REVERTED;
	if (reason != DECA_DONE)
		return reason;
	r->inc = inc;
	r->stats[c->caller] = stats;
	c->stored->entry = entry;
	c->stored->claimed[c->caller] = true;
	pay(r, c->caller, c->amount);
	return DECA_DONE;
}

static void call_read(struct run *r, struct call *c, const char *at,
		      json_t *step)
{
	struct golden *g = r->g;
	bool is_report;

	c->action = golden_string(g, golden_member(g, at, step, "action"));
	is_report = strcmp(c->action, "report") == 0;
	c->caller = account(r, golden_member(g, at, step, "caller"));
	c->data = golden_data(g, golden_member(g, at, step, "data"));
	c->label = golden_u64(g, golden_member(g, at, step, "classification"),
			      UINT64_MAX);
	c->now = golden_u256(g, golden_member(g, at, step, "timestamp"));
	c->ref = (struct deca_ref){
		.data = c->data.v,
		.n = c->data.n,
		.label = c->label,
		.added_s = c->now,
		.author = r->account[c->caller],
	};
	if (strcmp(c->action, "addData") != 0)
		c->ref.added_s = golden_u256(
			g, golden_member(g, at, step, "addedTime"));
	if (is_report)
		c->ref.author = author(
			r, golden_member(g, at, step, "originalAuthor"));
	c->stored = stored_at(r, &c->ref);
	c->prediction.reason = golden_model_predict(
		&r->gm, &c->prediction.label, c->data);
}

static void same_account(struct run *r, json_t *expected,
			 const struct addr20 *found)
{
	char want[I256_TEXT_BYTES], have[32] = "-1";
	struct u256 index = golden_signed(r->g, expected);

	i256_format(index, want);
	for (size_t i = 0; i < r->n_account; i++)
		if (addr20_equal(&r->account[i], found))
			(void)snprintf(have, sizeof(have), "%zu", i);
	golden_same_text(r->g, want, have);
}

static void same_result(struct run *r, const struct call *c, const char *at,
			json_t *result)
{
	struct golden *g = r->g;
	const char *name;
	json_t *v;

	json_object_foreach(golden_object(g, result), name, v) {
		golden_at(g, "%s.%s", at, name);
		if (strcmp(name, "t") == 0)
			golden_same_u256(g, v, c->ref.added_s);
		else if (strcmp(name, "cost") == 0
			 || strcmp(name, "amount") == 0)
			golden_same_u256(g, v, c->amount.v);
		else if (strcmp(name, "recipient") == 0)
			same_account(r, v, &r->account[c->caller]);
		else if (strcmp(name, "event") == 0)
			golden_same_text(g, golden_string(g, v),
					 strcmp(c->action, "refund") == 0
					 ? "Refund" : "Report");
		else
			golden_malformed(g, "a field that this program does "
					    "not know");
	}
}

static void same_entry(struct run *r, const struct deca_entry *e,
		       const char *at, json_t *v)
{
	struct golden *g = r->g;

	golden_at(g, "%s", at);
	golden_same_u64(g, golden_member(g, at, golden_object(g, v), "c"),
			e->label);
	golden_same_u256(g, golden_member(g, at, v, "t"), e->added_s);
	same_account(r, golden_member(g, at, v, "sender"), &e->sender);
	golden_same_u256(g, golden_member(g, at, v, "initialDeposit"),
			 e->initial_wei.v);
	golden_same_u256(g, golden_member(g, at, v, "claimableAmount"),
			 e->claimable_wei.v);
	golden_same_u256(g, golden_member(g, at, v, "numClaims"), e->claims);
}

/* One of each account. */
static void same_accounts(struct run *r, const char *at, json_t *list,
			  bool stats)
{
	struct golden *g = r->g;
	json_t *v;
	size_t i;

	golden_at(g, "%s", at);
	golden_same_number(g, json_array_size(golden_array(g, list)),
			   r->n_account);
	json_array_foreach(list, i, v) {
		const char *one;

		one = golden_place(g, "%s[%zu]", at, i);
		golden_at(g, "%s", one);
		if (!stats) {
			golden_same_signed(g, v, r->balance[i]);
			continue;
		}
		golden_same_u256(g, golden_member(g, one, golden_object(g, v),
						  "numValid"),
				 u256_from_u128(r->stats[i].valid));
		golden_same_u64(g, golden_member(g, one, v, "numSubmitted"),
				0);
	}
}

/* entry: the one that the step named; NULL at the end of the file. */
static void same_state(struct run *r, const struct deca_entry *entry,
		       const char *at, json_t *state)
{
	struct golden *g = r->g;
	const char *name;
	json_t *v;

	golden_at(g, "%s", at);
	json_object_foreach(golden_object(g, state), name, v) {
		const char *inner;

		inner = golden_place(g, "%s.%s", at, name);
		golden_at(g, "%s", inner);
		if (strcmp(name, "totalSubmitted") == 0)
			golden_same_u256(g, v, r->inc.total_submitted);
		else if (strcmp(name, "totalGoodDataCount") == 0)
			golden_same_u256(g, v, r->inc.total_good);
		else if (strcmp(name, "lastUpdateTimeS") == 0)
			golden_same_u256(g, v, r->inc.last_update_s);
		else if (strcmp(name, "trainerBalance") == 0)
			golden_same_u256(g, v, r->trainer_balance);
		else if (strcmp(name, "balances") == 0)
			same_accounts(r, inner, v, false);
		else if (strcmp(name, "addressStats") == 0)
			same_accounts(r, inner, v, true);
		else if (strcmp(name, "entry") == 0 && entry != NULL)
			same_entry(r, entry, inner, v);
		else
			golden_malformed(g, "a field that this program does "
					    "not know");
	}
}

static void run_step(struct run *r, size_t i, json_t *step)
{
	struct golden *g = r->g;
	struct call c = { .action = NULL };
	enum deca_reason reason;
	const char *at, *inner;

	at = golden_place(g, "steps[%zu]", i);
	golden_at(g, "%s", at);
	call_read(r, &c, at, golden_object(g, step));
	golden_same_prediction(g, golden_member(g, at, step, "prediction"),
			       c.prediction.reason, c.prediction.label);
	if (strcmp(c.action, "addData") == 0)
		reason = add(r, &c, at, step);
	else if (strcmp(c.action, "refund") == 0
		 || strcmp(c.action, "report") == 0)
		reason = claim(r, &c, strcmp(c.action, "refund") == 0);
	else
		golden_malformed(g, "%s is no action", c.action);
	golden_same_reason(g, golden_member(g, at, step, "reverted"), reason);
	inner = golden_place(g, "%s.result", at);
	if (reason == DECA_DONE)
		same_result(r, &c, inner,
			    golden_member(g, at, step, "result"));
	inner = golden_place(g, "%s.state", at);
	same_state(r, &c.stored->entry, inner,
		   golden_member(g, at, step, "state"));
}

/* getNextAddDataCost(time) and numValidForAddress(account). */
static void incentive_view(struct run *r, const char *at, json_t *view,
			   bool is_cost)
{
	struct golden *g = r->g;
	json_t *args = golden_array(g, golden_member(g, at, view, "args"));
	struct wei cost = wei_from_u64(0);
	enum deca_reason reason = DECA_DONE;

	golden_at(g, "%s.args[0]", at);
	if (is_cost)
		reason = deca_incentive_cost(
			&cost, &r->inc,
			golden_u256(g, json_array_get(args, 0)));
	else
		cost.v = u256_from_u128(
			r->stats[account(r, json_array_get(args, 0))].valid);
	golden_at(g, "%s", at);
	if (json_object_get(view, "revert") != NULL) {
		golden_same_reason(g, golden_member(g, at, view, "revert"),
				   reason);
		return;
	}
	golden_same_reason(g, json_null(), reason);
	golden_same_u256(g, golden_member(g, at, view, "result"), cost.v);
}

static void same_view(struct run *r, const char *at, json_t *view,
		      const char *fn, const struct stored *s)
{
	json_t *result = golden_member(r->g, at, view, "result");

	if (strcmp(fn, "getClaimableAmount") == 0)
		golden_same_u256(r->g, result, s->entry.claimable_wei.v);
	else if (strcmp(fn, "getInitialDeposit") == 0)
		golden_same_u256(r->g, result, s->entry.initial_wei.v);
	else if (strcmp(fn, "getNumClaims") == 0)
		golden_same_u256(r->g, result, s->entry.claims);
	else
		golden_same_bool(
			r->g, result,
			s->claimed[account(r, json_object_get(
						      json_object_get(view,
								      "args"),
						      "claimer"))]);
}

/* The data handler's getters, by the entry they name. */
static void data_view(struct run *r, const char *at, json_t *view,
		      const char *fn)
{
	struct golden *g = r->g;
	json_t *args = golden_object(g, golden_member(g, at, view, "args"));
	const char *inner;
	struct golden_data data;
	struct deca_ref ref;
	struct stored *s;
	enum deca_reason reason;

	inner = golden_place(g, "%s.args", at);
	data = golden_data(g, golden_member(g, inner, args, "data"));
	ref = (struct deca_ref){
		.data = data.v,
		.n = data.n,
		.label = golden_u64(g, golden_member(g, inner, args, "c"),
				    UINT64_MAX),
		.added_s = golden_u256(g, golden_member(g, inner, args, "t")),
		.author = author(
			r, golden_member(g, inner, args, "author")),
	};
	s = stored_at(r, &ref);
	reason = deca_entry_check(&s->entry, &ref);
	golden_at(g, "%s", at);
	if (json_object_get(view, "revert") != NULL) {
		golden_same_reason(g, golden_member(g, at, view, "revert"),
				   reason);
		return;
	}
	golden_same_reason(g, json_null(), reason);
	same_view(r, at, view, fn, s);
}

static void run_view(struct run *r, size_t i, json_t *view)
{
	struct golden *g = r->g;
	const char *at;
	const char *fn;

	at = golden_place(g, "views[%zu]", i);
	golden_at(g, "%s", at);
	fn = golden_string(g, golden_member(g, at, golden_object(g, view),
					    "fn"));
	if (strcmp(fn, "getNextAddDataCost") == 0
	    || strcmp(fn, "numValidForAddress") == 0)
		incentive_view(r, at, view, fn[0] == 'g');
	else if (strcmp(fn, "getClaimableAmount") == 0
		 || strcmp(fn, "getInitialDeposit") == 0
		 || strcmp(fn, "getNumClaims") == 0
		 || strcmp(fn, "hasClaimed") == 0)
		data_view(r, at, view, fn);
	else
		golden_malformed(g, "%s is no view that this program knows",
				 fn);
}

/* Every call to a part is its owner's, and that is the trainer. */
static void run_wired(struct run *r, size_t i, json_t *one)
{
	struct golden *g = r->g;
	uint64_t caller;
	const char *at;

	at = golden_place(g, "afterWiring[%zu]", i);
	golden_at(g, "%s", at);
	caller = account(r, golden_member(g, at, golden_object(g, one),
					  "caller"));
	if (addr20_equal(&r->account[caller], &r->trainer))
		golden_malformed(g, "the trainer is no account");
	golden_same_reason(g, golden_member(g, at, one, "reverted"),
			   DECA_NOT_OWNER);
}

static struct addr20 address(struct golden *g, json_t *v)
{
	struct dc_err err = DC_ERR_INIT;
	struct addr20 out;

	if (addr20_parse(&out, golden_string(g, v), &err) != DC_OK)
		golden_malformed(g, "%s", err.text);
	return out;
}

static void setup_accounts(struct run *r, json_t *root, size_t n_entry)
{
	struct golden *g = r->g;
	json_t *list = golden_array(g, golden_member(g, "", root,
						     "accounts"));
	size_t n = json_array_size(list);

	r->n_account = n;
	r->account = dc_arena_alloc(g->arena, (n + 1) * sizeof(*r->account));
	r->stats = dc_arena_alloc(g->arena, (n + 1) * sizeof(*r->stats));
	r->balance = dc_arena_alloc(g->arena, (n + 1) * sizeof(*r->balance));
	for (size_t i = 0; i < n; i++) {
		r->account[i] = address(g, json_array_get(list, i));
		r->stats[i] = (struct deca_stats){ .valid = 0 };
		r->balance[i] = U256_ZERO;
	}
	r->trainer = address(g, golden_member(g, "", root, "trainer"));
	r->stored = dc_arena_alloc(g->arena,
				   (n_entry + 1) * sizeof(*r->stored));
}

static uint32_t wait_s(struct golden *g, json_t *args, const char *name)
{
	return (uint32_t)golden_u64(
		g, golden_member(g, "incentiveArgs", args, name), UINT32_MAX);
}

static void setup_incentive(struct run *r, json_t *root)
{
	struct golden *g = r->g;
	enum deca_incentive_kind kind;
	struct wei weight = wei_from_u64(0);
	struct deca_waits waits;
	json_t *args;
	struct u256 start;

	if (!deca_incentive_kind_find(
		    &kind, golden_string(g, golden_member(g, "", root,
							  "incentive"))))
		golden_malformed(g, "neither Stakeable64 nor Points64");
	start = golden_u256(g, golden_member(g, "", root,
					     "initialLastUpdateTimeS"));
	args = golden_object(g, golden_member(g, "", root, "incentiveArgs"));
	waits = (struct deca_waits){
		wait_s(g, args, "refundWaitTimeS"),
		wait_s(g, args, "ownerClaimWaitTimeS"),
		wait_s(g, args, "anyAddressClaimWaitTimeS"),
	};
	if (kind == DECA_STAKEABLE)
		weight.v = golden_u256(g, golden_member(g, "incentiveArgs",
							args, "costWeight"));
	golden_same_reason(g, json_null(),
			   deca_incentive_construct(&r->inc, kind, waits,
						    weight, start));
}

static void setup_model(struct run *r, json_t *root)
{
	struct golden *g = r->g;
	json_t *model = golden_object(g, golden_member(g, "", root, "model"));
	const char *type =
		golden_string(g, golden_member(g, "model", model, "type"));
	enum deca_kind kind;

	if (!deca_kind_find(&kind, type))
		golden_malformed(g, "%s is none of the five", type);
	golden_same_reason(g, json_null(),
			   golden_model_new(&r->gm, g, "model", kind, model));
}

static void run_end(struct run *r, json_t *final)
{
	struct golden *g = r->g;
	json_t *weights, *v;
	size_t i;

	same_state(r, NULL, "final.state",
		   golden_member(g, "final", golden_object(g, final),
				 "state"));
	weights = json_object_get(final, "weights");
	golden_at(g, "final.weights");
	if (weights == NULL)
		return;
	json_array_foreach(golden_array(g, weights), i, v) {
		golden_at(g, "final.weights[%zu]", i);
		golden_same_signed(g, v,
				   i256_from_i128(deca_cell_value(
					   deca_cell_find(r->gm.m, 0, i))));
	}
}

void golden_run_incentive(struct golden *g, json_t *root)
{
	struct run r = { .g = g };
	json_t *steps = golden_array(g, golden_member(g, "", root, "steps"));
	json_t *views = golden_array(g, golden_member(g, "", root, "views"));
	json_t *v;
	size_t i;

	setup_accounts(&r, root,
		       json_array_size(steps) + json_array_size(views));
	setup_incentive(&r, root);
	setup_model(&r, root);
	json_array_foreach(steps, i, v)
		run_step(&r, i, v);
	run_end(&r, golden_member(g, "", root, "final"));
	json_array_foreach(views, i, v)
		run_view(&r, i, v);
	json_array_foreach(golden_array(g, golden_member(g, "", root,
							 "afterWiring")),
			   i, v)
		run_wired(&r, i, v);
}
