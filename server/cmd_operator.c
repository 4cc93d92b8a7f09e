/* decaid operator register, status, leave, withdraw. */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "server/wallet.h"

/* An option's address, or what stands in for it. */
static enum dc_status address_or(struct addr20 *out, const char *name,
				 const char *text, const struct addr20 *other,
				 struct dc_err *err)
{
	if (text != NULL)
		return option_address(out, name, text, err);
	*out = *other;
	return DC_OK;
}

static enum dc_status need_pool(const struct config *c, struct dc_err *err)
{
	if (addr20_is_zero(&c->pool))
		return dc_fail(err, DC_EINVAL, "--pool is needed");
	return DC_OK;
}

/* --- register --- */

static int tell_joined(const struct cmd_line *line, uint64_t id,
		       const struct rpc_receipt *r)
{
	struct json_out j;
	struct dc_buf b;

	dc_buf_init(&b, 1 << 16);
	if (line->json) {
		json_out_init(&j, &b);
		json_put_open(&j, '{');
		json_put_key(&j, "operator");
		json_put_u64(&j, id);
		wallet_put_receipt(&j, NULL, r);
		json_put_close(&j, '}');
	} else {
		dc_buf_printf(&b, "operator %llu; it counts two periods on",
			      (unsigned long long)id);
	}
	return wallet_print(&b);
}

#define ENDPOINT_BYTES 256

/* Other operators ask there for signatures: what none can ask is an error
 * before it costs anything. */
static enum dc_status check_endpoint(const char *name, const char *url,
				     struct dc_err *err)
{
	char host[ENDPOINT_BYTES];
	struct dc_err why = DC_ERR_INIT;

	if (rpc_host(host, sizeof(host), url, &why) != DC_OK)
		return dc_fail(err, DC_EINVAL, "%s: %s", name, why.text);
	return DC_OK;
}

int cmd_operator_register(const struct command *self, int argc, char **argv)
{
	const char *key = NULL, *signer = NULL, *attester = NULL;
	const char *sender = NULL, *bond = NULL, *endpoint = "";
	const struct cmd_option options[] = {
		{ "key", "FILE", "the owner's key file", &key },
		{ "signer", "ADDRESS", "signs checkpoints [the owner]",
		  &signer },
		{ "attester", "ADDRESS", "signs predictions [the signer]",
		  &attester },
		{ "sender", "ADDRESS", "pays for transactions [the signer]",
		  &sender },
		{ "bond", "WEI", "what stands behind the signatures", &bond },
		{ "endpoint", "URL", "where the daemon answers, for other "
		  "operators", &endpoint },
	};
	struct dc_err err = DC_ERR_INIT;
	struct join_call join = { .endpoint = NULL };
	struct rpc_receipt receipt;
	struct cmd_line line;
	struct wallet w = { 0 };
	struct wei bond_wei;
	struct deploy d;
	enum dc_status status;
	uint64_t id = 0;
	int found = cmd_parse(&line, self, options, DC_ARRAY_LEN(options),
			      argc, argv);

	if (found >= 0)
		return found;
	join.endpoint = endpoint;
	status = need_pool(&line.config, &err);
	if (status == DC_OK && bond == NULL)
		status = dc_fail(&err, DC_EINVAL, "--bond is needed");
	if (status == DC_OK)
		status = option_wei(&bond_wei, "--bond", bond, &err);
	if (status == DC_OK && *endpoint != '\0')
		status = check_endpoint("--endpoint", endpoint, &err);
	if (status == DC_OK)
		status = wallet_open(&w, &line.config, key, &err);
	if (status == DC_OK &&
	    (status = address_or(&join.signer, "--signer", signer,
				 wallet_address(&w), &err)) == DC_OK &&
	    (status = address_or(&join.attester, "--attester", attester,
				 &join.signer, &err)) == DC_OK &&
	    (status = address_or(&join.sender, "--sender", sender,
				 &join.signer, &err)) == DC_OK) {
		d = wallet_deploy(&w);
		status = deploy_operator(&d, &id, &receipt, &line.config.pool,
					 &join, bond_wei, &err);
	}
	found = status == DC_OK ? tell_joined(&line, id, &receipt)
				: cmd_fail(&line, &err);
	wallet_close(&w);
	cmd_line_clear(&line);
	return found;
}

/* --- status --- */

struct standing {
	uint64_t period, total_gwei;
	struct wei min_stake;
	uint64_t n;		/* operators that ever joined */
};

static enum dc_status ask(struct wallet *w, struct dc_buf *reply,
			  const struct addr20 *pool, enum dc_call call,
			  struct dc_err *err)
{
	struct dc_buf data;

	dc_buf_init(&data, 64);
	abi_call_plain(&data, call);
	return wallet_view(w, reply, pool, &data, err);
}

static enum dc_status ask_standing(struct standing *s, struct wallet *w,
				   struct dc_buf *reply,
				   const struct addr20 *pool,
				   struct dc_err *err)
{
	enum dc_status found = ask(w, reply, pool, CALL_PERIOD, err);

	if (found == DC_OK)
		found = abi_return_u64s(&s->period, 1, reply->data,
					reply->len, err);
	if (found == DC_OK)
		found = ask(w, reply, pool, CALL_TOTAL_STAKE, err);
	if (found == DC_OK)
		found = abi_return_u64s(&s->total_gwei, 1, reply->data,
					reply->len, err);
	if (found == DC_OK)
		found = ask(w, reply, pool, CALL_MIN_STAKE, err);
	if (found == DC_OK)
		found = abi_return_wei(&s->min_stake, reply->data, reply->len,
				       err);
	if (found == DC_OK)
		found = ask(w, reply, pool, CALL_OPERATOR_COUNT, err);
	if (found == DC_OK)
		found = abi_return_u64s(&s->n, 1, reply->data, reply->len,
					err);
	return found;
}

static enum dc_status ask_operator(struct operator_state *o, struct wallet *w,
				   struct dc_buf *reply,
				   const struct addr20 *pool, uint64_t id,
				   struct dc_err *err)
{
	struct dc_buf data;
	enum dc_status found;

	dc_buf_init(&data, 64);
	abi_call_number(&data, CALL_OPERATORS, id);
	found = wallet_view(w, reply, pool, &data, err);
	return found == DC_OK ? abi_return_operator(o, reply->data,
						    reply->len, err)
			      : found;
}

static const char *state_of(const struct operator_state *o, uint64_t period)
{
	if (o->left_from != 0)
		return o->left_from <= period ? "left" : "leaving";
	if (u256_is_zero(o->bond_wei.v))
		return "gone";
	return o->signer_from <= period ? "counts" : "joining";
}

static void put_operator(struct json_out *j, const struct operator_state *o,
			 uint64_t id, uint64_t period)
{
	json_put_open(j, '{');
	json_put_key(j, "id");
	json_put_u64(j, id);
	json_put_key(j, "state");
	json_put_text(j, state_of(o, period));
	json_put_key(j, "owner");
	json_put_address(j, &o->owner);
	json_put_key(j, "signer");
	json_put_address(j, &o->signer);
	json_put_key(j, "attester");
	json_put_address(j, &o->attester);
	json_put_key(j, "sender");
	json_put_address(j, &o->sender);
	json_put_key(j, "bond_wei");
	json_put_wei(j, o->bond_wei);
	json_put_key(j, "fees_wei");
	json_put_wei(j, o->fees_wei);
	json_put_key(j, "from_period");
	json_put_u64(j, o->signer_from);
	json_put_close(j, '}');
}

static void print_operator(struct dc_buf *b, const struct operator_state *o,
			   uint64_t id, uint64_t period)
{
	char signer[ADDR20_TEXT_BYTES], bond[WEI_TEXT_BYTES];

	addr20_format(&o->signer, signer);
	wei_format(o->bond_wei, bond);
	dc_buf_printf(b, "\noperator %llu  %-7s  signer %s  bond %s wei",
		      (unsigned long long)id, state_of(o, period), signer,
		      bond);
}

static enum dc_status collect_status(struct dc_buf *b,
				     const struct cmd_line *line,
				     struct wallet *w, struct dc_err *err)
{
	const struct addr20 *pool = &line->config.pool;
	char stake[WEI_TEXT_BYTES];
	struct operator_state o;
	struct standing s;
	struct dc_buf reply;
	struct json_out j;
	enum dc_status found;

	dc_buf_init(&reply, 1 << 16);
	found = ask_standing(&s, w, &reply, pool, err);
	json_out_init(&j, b);
	if (found == DC_OK && line->json) {
		json_put_open(&j, '{');
		json_put_key(&j, "period");
		json_put_u64(&j, s.period);
		json_put_key(&j, "stake_gwei");
		json_put_u64(&j, s.total_gwei);
		json_put_key(&j, "min_stake_wei");
		json_put_wei(&j, s.min_stake);
		json_put_key(&j, "operators");
		json_put_open(&j, '[');
	} else if (found == DC_OK) {
		wei_format(s.min_stake, stake);
		dc_buf_printf(b, "period %llu, stake %llu gwei, a quorum "
			      "needs %s wei",
			      (unsigned long long)s.period,
			      (unsigned long long)s.total_gwei, stake);
	}
	for (uint64_t id = 1; found == DC_OK && id <= s.n; id++) {
		found = ask_operator(&o, w, &reply, pool, id, err);
		if (found == DC_OK && line->json)
			put_operator(&j, &o, id, s.period);
		else if (found == DC_OK)
			print_operator(b, &o, id, s.period);
	}
	if (found == DC_OK && line->json) {
		json_put_close(&j, ']');
		json_put_close(&j, '}');
	}
	dc_buf_clear(&reply);
	return found;
}

int cmd_operator_status(const struct command *self, int argc, char **argv)
{
	struct dc_err err = DC_ERR_INIT;
	struct cmd_line line;
	struct wallet w = { 0 };
	struct dc_buf b;
	enum dc_status status;
	int found = cmd_parse(&line, self, NULL, 0, argc, argv);

	if (found >= 0)
		return found;
	dc_buf_init(&b, 1 << 20);
	status = need_pool(&line.config, &err);
	if (status == DC_OK)
		status = wallet_open_reader(&w, &line.config, &err);
	if (status == DC_OK)
		status = collect_status(&b, &line, &w, &err);
	found = status == DC_OK ? wallet_print(&b) : cmd_fail(&line, &err);
	dc_buf_clear(&b);
	wallet_close(&w);
	cmd_line_clear(&line);
	return found;
}

/* --- leave, withdraw, endpoint --- */

/* A call about one operator, of what follows its id. */
struct id_call {
	const char *arguments;	/* for errors */
	int n_args;
	enum dc_status (*encode)(struct dc_buf *out, uint64_t id, char **rest,
				 struct dc_err *err);
	const char *done;	/* "operator 3 ..." */
};

static enum dc_status send_id_call(struct wallet *w, struct hash32 *tx,
				   struct rpc_receipt *receipt, uint64_t *id,
				   const struct cmd_line *line,
				   const struct id_call *call,
				   const char *key, struct dc_err *err)
{
	enum dc_status status = need_pool(&line->config, err);
	struct dc_buf data;

	if (status == DC_OK && line->n_args != call->n_args)
		status = dc_fail(err, DC_EINVAL, "%s: needed",
				 call->arguments);
	if (status == DC_OK)
		status = option_u64(id, "ID", line->args[0], UINT64_MAX, err);
	dc_buf_init(&data, 4096);
	if (status == DC_OK)
		status = call->encode(&data, *id, line->args + 1, err);
	if (status == DC_OK)
		status = wallet_open(w, &line->config, key, err);
	if (status != DC_OK) {
		dc_buf_clear(&data);
		return status;
	}
	return wallet_call(w, tx, receipt, &line->config.pool,
			   wei_from_u64(0), &data, err);
}

static int call_with_id(const struct command *self, int argc, char **argv,
			const struct id_call *call)
{
	const char *key = NULL;
	const struct cmd_option options[] = {
		{ "key", "FILE", "the owner's key file", &key },
	};
	struct dc_err err = DC_ERR_INIT;
	struct rpc_receipt receipt;
	struct cmd_line line;
	struct wallet w = { 0 };
	struct dc_buf b;
	struct json_out j;
	struct hash32 tx;
	uint64_t id = 0;
	enum dc_status status;
	int found = cmd_parse(&line, self, options, DC_ARRAY_LEN(options),
			      argc, argv);

	if (found >= 0)
		return found;
	status = send_id_call(&w, &tx, &receipt, &id, &line, call, key, &err);
	dc_buf_init(&b, 1 << 16);
	if (status == DC_OK && line.json) {
		json_out_init(&j, &b);
		json_put_open(&j, '{');
		wallet_put_receipt(&j, &tx, &receipt);
		json_put_close(&j, '}');
	} else if (status == DC_OK) {
		dc_buf_printf(&b, "operator %" PRIu64 " %s", id, call->done);
	}
	found = status == DC_OK ? wallet_print(&b) : cmd_fail(&line, &err);
	dc_buf_clear(&b);
	wallet_close(&w);
	cmd_line_clear(&line);
	return found;
}

static enum dc_status encode_leave(struct dc_buf *out, uint64_t id,
				   char **rest, struct dc_err *err)
{
	(void)rest;
	(void)err;
	abi_call_number(out, CALL_LEAVE, id);
	return DC_OK;
}

static enum dc_status encode_withdraw(struct dc_buf *out, uint64_t id,
				      char **rest, struct dc_err *err)
{
	(void)rest;
	(void)err;
	abi_call_number(out, CALL_WITHDRAW, id);
	return DC_OK;
}

static enum dc_status encode_endpoint(struct dc_buf *out, uint64_t id,
				      char **rest, struct dc_err *err)
{
	abi_call_set_endpoint(out, id, rest[0]);
	return check_endpoint("URL", rest[0], err);
}

int cmd_operator_leave(const struct command *self, int argc, char **argv)
{
	static const struct id_call call = {
		"ID", 1, encode_leave,
		"leaves; its bond follows after the unbonding time"
	};

	return call_with_id(self, argc, argv, &call);
}

int cmd_operator_withdraw(const struct command *self, int argc, char **argv)
{
	static const struct id_call call = {
		"ID", 1, encode_withdraw, "has its bond back"
	};

	return call_with_id(self, argc, argv, &call);
}

int cmd_operator_endpoint(const struct command *self, int argc, char **argv)
{
	static const struct id_call call = {
		"ID and URL", 2, encode_endpoint, "has another endpoint"
	};

	return call_with_id(self, argc, argv, &call);
}
