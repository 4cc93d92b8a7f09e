/* decaid refund, report, claim: deposits back, bad data's deposits, rewards. */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "oracle/history.h"
#include "server/wallet.h"

#define BATCH 20	/* claims in one transaction */
#define CALL_MAX_BYTES (BATCH * 256 + 128)

/* Refund and report differ in who may and in the calls. */
struct claiming {
	const struct cmd_line *line;
	struct wallet w;
	struct addr20 trainer;
	enum dc_call one, many;
	bool own;		/* one's own contributions, or others' */
	struct history h;
	struct claim *ready;	/* (n_ready) that the trainer takes now */
	size_t n_ready;
	uint64_t refused;	/* asked for by id, and not possible */
	uint64_t gas, transactions;
};

/* --- which --- */

static bool is_mine(const struct claiming *c, const struct claim *claim)
{
	return addr20_equal(&claim->contributor, wallet_address(&c->w));
}

/* Would the trainer take it now? A dry run costs nothing.
 * Errors: DC_EREFUSED no, err says why; the node's. */
static enum dc_status dry_run(struct claiming *c, const struct claim *claim,
			      struct dc_err *err)
{
	const struct addr20 *me = wallet_address(&c->w);
	struct rpc_message msg = { .from = me, .to = &c->trainer };
	char reason[160];
	const struct rpc_failure *f;
	struct dc_buf call, reply;
	enum dc_status found;

	dc_buf_init(&call, CALL_MAX_BYTES);
	dc_buf_init(&reply, 1 << 16);
	abi_call_claim(&call, c->one, claim);
	msg.data = call.data;
	msg.data_len = call.len;
	found = rpc_eth_call(c->w.rpc, &reply, &msg, rpc_at_latest(), err);
	f = rpc_failure(c->w.rpc);
	if (found != DC_OK && f->fault == RPC_FAULT_REVERTED) {
		dc_err_clear(err);
		abi_revert_format(reason, sizeof(reason), f->revert,
				  f->revert_len);
		found = dc_fail(err, DC_EREFUSED, "%s", reason);
	}
	dc_buf_clear(&call);
	dc_buf_clear(&reply);
	return found;
}

/* Slots of all candidates: those that still show their hash are open. */
static enum dc_status read_slots(struct claiming *c, const struct addr20 *to,
				 const size_t *which, struct hash32 *slots,
				 size_t n, struct dc_err *err)
{
	struct rpc_message *msgs = dc_calloc(n, sizeof(*msgs));
	struct dc_buf calls;
	enum dc_status found;
	size_t each;

	dc_buf_init(&calls, n * 64);
	for (size_t i = 0; i < n; i++)
		abi_call_number(&calls, CALL_REC,
				c->h.items[which[i]].claim.id);
	each = n > 0 ? calls.len / n : 0;
	for (size_t i = 0; i < n; i++)
		msgs[i] = (struct rpc_message){
			.to = to, .data = calls.data + i * each,
			.data_len = each,
		};
	found = rpc_eth_call_words(c->w.rpc, slots, msgs, n, rpc_at_latest(),
				   err);
	dc_buf_clear(&calls);
	free(msgs);
	return found;
}

/* Everything of the right owner that is not settled and passes a dry run. */
static enum dc_status find_all(struct claiming *c, struct dc_err *err)
{
	size_t *which = dc_calloc(c->h.n + 1, sizeof(*which)), n = 0;
	struct hash32 *slots = dc_calloc(c->h.n + 1, sizeof(*slots));
	enum dc_status found;

	for (size_t i = 0; i < c->h.n; i++)
		if (is_mine(c, &c->h.items[i].claim) == c->own)
			which[n++] = i;
	found = read_slots(c, &c->trainer, which, slots, n, err);
	for (size_t i = 0; found == DC_OK && i < n; i++) {
		const struct history_item *item = &c->h.items[which[i]];
		struct dc_err why = DC_ERR_INIT;

		if (!hash32_equal(&slots[i], &item->record))
			continue;
		found = dry_run(c, &item->claim, &why);
		if (found == DC_OK)
			c->ready[c->n_ready++] = item->claim;
		else if (found == DC_EREFUSED)
			found = DC_OK;
		else
			(void)dc_fail(err, found, "%s", why.text);
	}
	free(slots);
	free(which);
	return found;
}

/* Those named on the command line, each refusal with its reason. */
static enum dc_status find_named(struct claiming *c, struct dc_err *err)
{
	for (int i = 1; i < c->line->n_args; i++) {
		struct dc_err why = DC_ERR_INIT;
		enum dc_status found;
		uint64_t id;

		found = option_u64(&id, "ID", c->line->args[i], UINT64_MAX,
				   err);
		if (found != DC_OK)
			return found;
		if (id >= c->h.n)
			return dc_fail(err, DC_EINVAL, "there is no "
				       "contribution %" PRIu64, id);
		found = dry_run(c, &c->h.items[id].claim, &why);
		if (found == DC_OK) {
			c->ready[c->n_ready++] = c->h.items[id].claim;
			continue;
		}
		if (found != DC_EREFUSED)
			return dc_fail(err, found, "%s", why.text);
		fprintf(stderr, "decaid %s: %" PRIu64 ": %s\n",
			c->line->command->name, id, why.text);
		c->refused++;
	}
	return DC_OK;
}

/* --- claiming --- */

static enum dc_status claim_batch(struct claiming *c,
				  const struct claim *claims, size_t n,
				  struct dc_err *err)
{
	struct rpc_receipt receipt;
	struct dc_buf call;
	struct hash32 tx;
	enum dc_status found;

	dc_buf_init(&call, CALL_MAX_BYTES);
	if (n == 1)
		abi_call_claim(&call, c->one, claims);
	else
		abi_call_claims(&call, c->many, claims, n);
	found = wallet_call(&c->w, &tx, &receipt, &c->trainer,
			    wei_from_u64(0), &call, err);
	if (found == DC_OK) {
		c->gas += receipt.gas_used;
		c->transactions++;
	}
	return found;
}

static enum dc_status claim_ready(struct claiming *c, struct dc_err *err)
{
	enum dc_status found = DC_OK;

	for (size_t i = 0; found == DC_OK && i < c->n_ready; i += BATCH)
		found = claim_batch(c, c->ready + i,
				    c->n_ready - i < BATCH ? c->n_ready - i
							   : BATCH, err);
	return found;
}

static int tell_claims(struct claiming *c)
{
	struct json_out j;
	struct dc_buf b;
	int found;

	dc_buf_init(&b, 1 << 24);
	if (c->line->json) {
		json_out_init(&j, &b);
		json_put_open(&j, '{');
		json_put_key(&j, "ids");
		json_put_open(&j, '[');
		for (size_t i = 0; i < c->n_ready; i++)
			json_put_u64(&j, c->ready[i].id);
		json_put_close(&j, ']');
		json_put_key(&j, "refused");
		json_put_u64(&j, c->refused);
		json_put_key(&j, "transactions");
		json_put_u64(&j, c->transactions);
		json_put_key(&j, "gas_used");
		json_put_u64(&j, c->gas);
		json_put_close(&j, '}');
	} else {
		dc_buf_printf(&b, "%zu %s", c->n_ready,
			      c->own ? "refunded" : "reported");
	}
	found = wallet_print(&b);
	return found == CMD_OK && c->refused > 0 ? CMD_FAILED : found;
}

static enum dc_status open_claiming(struct claiming *c, const char *key,
				    struct dc_err *err)
{
	enum dc_status found = option_address(&c->trainer, "MODEL",
					      c->line->args[0], err);

	if (found == DC_OK)
		found = wallet_open(&c->w, &c->line->config, key, err);
	if (found == DC_OK)
		found = history_read(&c->h, c->w.rpc, &c->trainer,
				     c->line->config.start_block, err);
	return found;
}

static int run_claims(struct claiming *c, const char *key, bool all)
{
	struct dc_err err = DC_ERR_INIT;
	enum dc_status found;
	int exit_status;

	if (c->line->n_args < 1 || (c->line->n_args == 1) != all)
		return cmd_usage(c->line, "a MODEL, and IDs or --all, are "
				 "needed");
	found = open_claiming(c, key, &err);
	if (found == DC_OK) {
		c->ready = dc_calloc(c->h.n + (size_t)c->line->n_args,
				     sizeof(*c->ready));
		found = all ? find_all(c, &err) : find_named(c, &err);
	}
	if (found == DC_OK)
		found = claim_ready(c, &err);
	exit_status = found == DC_OK ? tell_claims(c)
				     : cmd_fail(c->line, &err);
	free(c->ready);
	history_clear(&c->h);
	wallet_close(&c->w);
	return exit_status;
}

static int claims_command(const struct command *self, int argc, char **argv,
			  struct claiming *c)
{
	const char *key = NULL, *all = NULL;
	const struct cmd_option options[] = {
		{ "key", "FILE", "the account's key file", &key },
		{ "all", NULL, "everything that is possible now", &all },
	};
	struct cmd_line line;
	int found = cmd_parse(&line, self, options, DC_ARRAY_LEN(options),
			      argc, argv);

	if (found >= 0)
		return found;
	c->line = &line;
	found = run_claims(c, key, all != NULL);
	cmd_line_clear(&line);
	return found;
}

int cmd_refund(const struct command *self, int argc, char **argv)
{
	struct claiming c = { .one = CALL_REFUND, .many = CALL_REFUND_BATCH,
			      .own = true };

	return claims_command(self, argc, argv, &c);
}

int cmd_report(const struct command *self, int argc, char **argv)
{
	struct claiming c = { .one = CALL_REPORT, .many = CALL_REPORT_BATCH,
			      .own = false };

	return claims_command(self, argc, argv, &c);
}

/* --- rewards --- */

static enum dc_status read_rewards(struct wei *out, struct wallet *w,
				   const struct addr20 *trainer,
				   struct dc_err *err)
{
	struct dc_buf call, reply;
	enum dc_status found;

	dc_buf_init(&call, 64);
	dc_buf_init(&reply, 1 << 16);
	abi_call_address(&call, CALL_REWARDS_OF, wallet_address(w));
	found = wallet_view(w, &reply, trainer, &call, err);
	if (found == DC_OK)
		found = abi_return_wei(out, reply.data, reply.len, err);
	dc_buf_clear(&reply);
	return found;
}

static enum dc_status claim_rewards(struct wallet *w, struct hash32 *tx,
				    struct rpc_receipt *receipt,
				    const struct addr20 *trainer,
				    struct dc_err *err)
{
	struct dc_buf call;

	dc_buf_init(&call, 64);
	abi_call_plain(&call, CALL_CLAIM_REWARDS);
	return wallet_call(w, tx, receipt, trainer, wei_from_u64(0), &call,
			   err);
}

static int tell_rewards(const struct cmd_line *line, struct wei amount,
			const struct hash32 *tx, const struct rpc_receipt *r)
{
	char text[WEI_TEXT_BYTES];
	struct json_out j;
	struct dc_buf b;

	dc_buf_init(&b, 1 << 16);
	wei_format(amount, text);
	if (line->json) {
		json_out_init(&j, &b);
		json_put_open(&j, '{');
		json_put_key(&j, "amount_wei");
		json_put_wei(&j, amount);
		if (r != NULL)
			wallet_put_receipt(&j, tx, r);
		json_put_close(&j, '}');
	} else {
		dc_buf_printf(&b, "%s wei", text);
	}
	return wallet_print(&b);
}

int cmd_claim(const struct command *self, int argc, char **argv)
{
	const char *key = NULL;
	const struct cmd_option options[] = {
		{ "key", "FILE", "the account's key file", &key },
	};
	struct dc_err err = DC_ERR_INIT;
	struct rpc_receipt receipt;
	struct addr20 trainer;
	struct cmd_line line;
	struct wallet w = { 0 };
	struct wei amount = { U256_ZERO };
	struct hash32 tx;
	enum dc_status status;
	bool any = false;
	int found = cmd_parse(&line, self, options, DC_ARRAY_LEN(options),
			      argc, argv);

	if (found >= 0)
		return found;
	status = line.n_args == 1
			? option_address(&trainer, "MODEL", line.args[0],
					 &err)
			: dc_fail(&err, DC_EINVAL, "one MODEL is needed");
	if (status == DC_OK)
		status = wallet_open(&w, &line.config, key, &err);
	if (status == DC_OK)
		status = read_rewards(&amount, &w, &trainer, &err);
	any = !u256_is_zero(amount.v);
	if (status == DC_OK && any)
		status = claim_rewards(&w, &tx, &receipt, &trainer, &err);
	found = status == DC_OK
			? tell_rewards(&line, amount, &tx,
				       any ? &receipt : NULL)
			: cmd_fail(&line, &err);
	wallet_close(&w);
	cmd_line_clear(&line);
	return found;
}
