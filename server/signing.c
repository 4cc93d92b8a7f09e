/* The signing half of the daemon. */
#include "config.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "oracle/abi_calls.h"
#include "oracle/signer.h"
#include "server/signing.h"

#define WEI_A_GWEI 1000000000

struct signing {
	struct signer *signer;
	struct outbox *outbox;
};

bool signing_wanted(const struct config *c)
{
	return *c->signer_key != '\0' || *c->attester_key != '\0';
}

static struct wei fee_cap(const struct config *c)
{
	return (struct wei){ u256_from_u128(
		(unsigned __int128)c->max_fee_gwei * WEI_A_GWEI) };
}

/* What a signature binds must not be a node's word. */
static enum dc_status check(const struct config *c, struct dc_err *err)
{
	const char *key = *c->signer_key != '\0' ? "signer-key"
						 : "attester-key";
	const char *missing = NULL;

	if (c->chain_id == 0)
		missing = "chain-id";
	else if (addr20_is_zero(&c->pool))
		missing = "pool";
	else if (*c->passphrase_file == '\0')
		missing = "passphrase-file";
	return missing == NULL ? DC_OK :
		dc_fail(err, DC_EINVAL, "%s: not set, and %s is", missing,
			key);
}

static struct signer_key_files files(const struct config *c, const char *key)
{
	return (struct signer_key_files){ *key == '\0' ? NULL : key,
					  c->passphrase_file };
}

static enum dc_status fork_signer(struct signing *s, const struct config *c,
				  const char *log_path, struct dc_err *err)
{
	/* Any trainer may be sent a checkpoint, without value; nothing else. */
	const struct signer_rule rule = {
		{ { 0 } }, abi_call_selector(CALL_CHECKPOINT)
	};
	struct signer_cfg cfg = {
		.domain = { c->chain_id, c->pool }, .log_path = log_path,
		.fee_cap_wei = fee_cap(c), .tx_cap_wei = c->daily_wei,
		.day_cap_wei = c->daily_wei, .rules = &rule, .n_rules = 1,
		.attest_per_s = (uint32_t)c->attest_rate,
		.attest_holds_s = (uint32_t)c->attest_seconds,
	};

	cfg.keys[SIGNER_CHECKPOINTS] = files(c, c->signer_key);
	cfg.keys[SIGNER_ATTESTATIONS] = files(c, c->attester_key);
	/* who signs no checkpoint sends none */
	if (*c->signer_key != '\0')
		cfg.keys[SIGNER_SENDER] = files(c, *c->sender_key == '\0' ?
						c->signer_key : c->sender_key);
	return signer_start(&s->signer, &cfg, err);
}

enum dc_status signing_fork(struct signing **out, const struct config *c,
			    struct dc_err *err)
{
	char log_path[PATH_MAX];
	int n = snprintf(log_path, sizeof(log_path), "%s/signer.log",
			 c->data_dir);
	struct signing *s;
	enum dc_status status = check(c, err);

	if (status != DC_OK)
		return status;
	if (n < 0 || (size_t)n >= sizeof(log_path))
		return dc_fail(err, DC_EINVAL, "data-dir: name too long");
	s = dc_calloc(1, sizeof(*s));
	status = fork_signer(s, c, log_path, err);
	if (status != DC_OK) {
		free(s);
		return status;
	}
	*out = s;
	return DC_OK;
}

enum dc_status signing_open(struct signing *s, const struct config *c,
			    struct gateway *gateway, const char *chain_path,
			    const char *local_path, struct dc_err *err)
{
	const struct outbox_config cfg = {
		.nodes = gateway_nodes(gateway), .chain_path = chain_path,
		.local_path = local_path, .chain_id = c->chain_id,
		.pool = c->pool, .signer = s->signer,
		.fee_cap_wei = fee_cap(c), .poll_ms = (unsigned)c->poll_ms,
	};
	enum dc_status status;

	if (signer_address(s->signer, SIGNER_CHECKPOINTS) == NULL)
		return DC_OK;
	status = outbox_new(&s->outbox, &cfg, err);
	if (status == DC_OK)
		gateway_on_change(gateway, outbox_changed, s->outbox);
	else
		s->outbox = NULL;
	return status;
}

enum dc_status signing_start(struct signing *s, struct dc_err *err)
{
	return s->outbox == NULL ? DC_OK : outbox_start(s->outbox, err);
}

void signing_free(struct signing *s)
{
	if (s == NULL)
		return;
	if (s->outbox != NULL) {
		outbox_stop(s->outbox);
		outbox_free(s->outbox);
	}
	signer_stop(s->signer);
	free(s);
}

struct addr20 signing_address(const struct signing *s)
{
	const struct addr20 *a = signer_address(s->signer,
						SIGNER_CHECKPOINTS);

	return a == NULL ? (struct addr20){ { 0 } } : *a;
}

struct signer *signing_attests(const struct signing *s)
{
	return signer_address(s->signer, SIGNER_ATTESTATIONS) == NULL ? NULL :
		s->signer;
}

struct outbox *signing_outbox(const struct signing *s)
{
	return s->outbox;
}
