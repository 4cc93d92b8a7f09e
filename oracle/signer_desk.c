/* The signer's desk: limits, the log, signatures. */
#include "config.h"

#include "oracle/signer_desk.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "oracle/keylock.h"

#define DAY_S 86400

struct signer_desk {
	const struct signer_cfg *cfg;
	struct keyguard *guard;
	struct signlog *log;
	bool held[SIGNER_ROLES];
	struct keyslot slots[SIGNER_ROLES];
	int locks[SIGNER_ROLES];	/* of the key files; -1: none */
	/* attestations that may be signed at once, in thousandths */
	uint64_t attest_credit;
	uint64_t attest_ms;		/* when that was so */
};

/* One key in two roles is opened once: scrypt takes its time and memory. */
static bool
same_file(struct signer_desk *d, size_t role)
{
	const struct signer_key_files *keys = d->cfg->keys;

	for (size_t i = 0; i < role; i++)
		if (d->held[i] && strcmp(keys[i].key_path,
					 keys[role].key_path) == 0 &&
		    strcmp(keys[i].pass_path, keys[role].pass_path) == 0) {
			d->slots[role] = d->slots[i];
			return true;
		}
	return false;
}

static enum dc_status
load_keys(struct signer_desk *d, struct dc_err *err)
{
	enum dc_status found = DC_OK;

	for (size_t i = 0; found == DC_OK && i < SIGNER_ROLES; i++) {
		const struct signer_key_files *files = &d->cfg->keys[i];

		d->held[i] = files->key_path != NULL;
		if (d->held[i] && !same_file(d, i))
			found = keyguard_load(d->guard, &d->slots[i],
					      files->key_path,
					      files->pass_path, err);
	}
	return found;
}

/* Roles may share a file, which is locked once. */
static bool
locked_before(const struct signer_desk *d, size_t role)
{
	struct stat mine, other;

	if (stat(d->cfg->keys[role].key_path, &mine) != 0)
		return false;
	for (size_t i = 0; i < role; i++)
		if (d->locks[i] >= 0 && fstat(d->locks[i], &other) == 0 &&
		    mine.st_dev == other.st_dev && mine.st_ino == other.st_ino)
			return true;
	return false;
}

static enum dc_status
lock_keys(struct signer_desk *d, struct dc_err *err)
{
	enum dc_status found = DC_OK;

	for (size_t i = 0; found == DC_OK && i < SIGNER_ROLES; i++)
		if (d->held[i] && !locked_before(d, i))
			found = keylock_take(&d->locks[i],
					     d->cfg->keys[i].key_path, err);
	return found;
}

enum dc_status
signer_desk_new(struct signer_desk **out, const struct signer_cfg *cfg,
		struct signer_now now, struct dc_err *err)
{
	struct signer_desk *d = dc_calloc(1, sizeof(*d));
	enum dc_status found = DC_EIO;

	d->cfg = cfg;
	d->attest_ms = now.steady_ms;
	d->attest_credit = (uint64_t)cfg->attest_per_s * 1000;
	for (size_t i = 0; i < SIGNER_ROLES; i++)
		d->locks[i] = -1;
	d->guard = keyguard_new(err);
	if (d->guard != NULL)
		found = load_keys(d, err);
	if (found == DC_OK)
		found = lock_keys(d, err);
	if (found == DC_OK)
		found = signlog_open(&d->log, cfg->log_path,
				     cfg->domain.chain_id, now.unix_s, err);
	if (found != DC_OK) {
		signer_desk_free(d);
		return found;
	}
	*out = d;
	return DC_OK;
}

void
signer_desk_free(struct signer_desk *d)
{
	if (d == NULL)
		return;
	signlog_close(d->log);
	for (size_t i = 0; i < SIGNER_ROLES; i++)
		keylock_give(d->locks[i]);
	keyguard_free(d->guard);
	free(d);
}

void
signer_desk_ready(const struct signer_desk *d, struct signer_reply *reply)
{
	memset(reply, 0, sizeof(*reply));
	reply->version = SIGNER_WIRE_VERSION;
	reply->status = DC_OK;
	for (size_t i = 0; i < SIGNER_ROLES; i++) {
		reply->u.ready.held[i] = d->held[i];
		if (d->held[i])
			reply->u.ready.addresses[i] =
				*keyguard_address(d->guard, d->slots[i]);
	}
}

static enum dc_status
sign(const struct signer_desk *d, enum signer_role role,
     struct ec_signature *out, const struct hash32 *digest,
     struct dc_err *err)
{
	if (!d->held[role])
		return dc_fail(err, DC_EREFUSED, "the signer holds no such "
			       "key");
	return keyguard_sign(d->guard, d->slots[role], out, digest, err);
}

/* --- checkpoints --------------------------------------------------------- */

static enum dc_status
answer_checkpoint(struct signer_desk *d, struct ec_signature *out,
		  const struct signer_ask_checkpoint *ask,
		  struct signer_now now, struct dc_err *err)
{
	struct sign_entry entry = {
		.pool = d->cfg->domain.pool, .trainer = ask->c.trainer,
		.epoch = ask->c.epoch, .epoch_s = ask->epoch_s,
	};
	enum dc_status found;

	if (!d->held[SIGNER_CHECKPOINTS])
		return dc_fail(err, DC_EREFUSED,
			       "the signer holds no checkpoint key");
	eip712_checkpoint_digest(&entry.digest, &d->cfg->domain, &ask->c);
	found = signlog_admit(d->log, &entry, now.unix_s, err);
	if (found != DC_OK)
		return found;
	return sign(d, SIGNER_CHECKPOINTS, out, &entry.digest, err);
}

/* --- attestations -------------------------------------------------------- */

/* A bucket of one second's worth that refills steadily. */
static bool
attest_admitted(struct signer_desk *d, struct signer_now now)
{
	uint64_t full = (uint64_t)d->cfg->attest_per_s * 1000;
	uint64_t passed_ms = now.steady_ms - d->attest_ms;

	if (passed_ms >= 1000)
		d->attest_credit = full;
	else
		d->attest_credit += passed_ms * d->cfg->attest_per_s;
	if (d->attest_credit > full)
		d->attest_credit = full;
	d->attest_ms = now.steady_ms;
	if (d->attest_credit < 1000)
		return false;
	d->attest_credit -= 1000;
	return true;
}

static enum dc_status
answer_attestation(struct signer_desk *d, struct ec_signature *out,
		   const struct attestation *a, struct signer_now now,
		   struct dc_err *err)
{
	uint64_t from = a->issued_s > now.unix_s ? a->issued_s : now.unix_s;
	struct hash32 digest;

	if (a->expires_s <= a->issued_s)
		return dc_fail(err, DC_EREFUSED,
			       "an attestation that never holds");
	if (a->expires_s > from && a->expires_s - from >
					   d->cfg->attest_holds_s)
		return dc_fail(err, DC_EREFUSED,
			       "an attestation that holds too long");
	if (!attest_admitted(d, now))
		return dc_fail(err, DC_EBUSY,
			       "more attestations a second than allowed");
	eip712_attestation_digest(&digest, &d->cfg->domain, a);
	return sign(d, SIGNER_ATTESTATIONS, out, &digest, err);
}

/* --- transactions -------------------------------------------------------- */

static bool
rule_allows(const struct signer_rule *rule, const struct tx *tx)
{
	struct abi_selector s;

	if (tx->data_len < sizeof(s.b))
		return false;
	memcpy(s.b, tx->data, sizeof(s.b));
	if (!abi_selector_equal(s, rule->selector))
		return false;
	if (addr20_is_zero(&rule->to))
		return u256_is_zero(tx->value.v);
	return addr20_equal(&rule->to, &tx->to);
}

static enum dc_status
check_rules(const struct signer_desk *d, const struct tx *tx,
	    struct dc_err *err)
{
	for (size_t i = 0; i < d->cfg->n_rules; i++)
		if (rule_allows(&d->cfg->rules[i], tx))
			return DC_OK;
	return dc_fail(err, DC_EREFUSED,
		       "the signer does not send that call");
}

static enum dc_status
check_caps(struct signer_desk *d, const struct tx *tx, struct signer_now now,
	   struct dc_err *err)
{
	struct sign_spend spend = { .day = now.unix_s / DAY_S,
				    .nonce = tx->nonce };

	if (wei_compare(tx->fee_wei, d->cfg->fee_cap_wei) > 0)
		return dc_fail(err, DC_EREFUSED, "fee a gas is over its cap");
	if (wei_compare(tx->tip_wei, tx->fee_wei) > 0)
		return dc_fail(err, DC_EREFUSED, "tip is over the fee");
	if (!tx_worst_cost(&spend.cost_wei, tx) ||
	    wei_compare(spend.cost_wei, d->cfg->tx_cap_wei) > 0)
		return dc_fail(err, DC_EREFUSED,
			       "transaction's cost is over its cap");
	return signlog_spend(d->log, &spend, d->cfg->day_cap_wei, err);
}

static enum dc_status
answer_tx(struct signer_desk *d, struct ec_signature *out,
	  const struct signer_ask_tx *ask, const uint8_t *data,
	  struct signer_now now, struct dc_err *err)
{
	const struct tx tx = {
		.chain_id = d->cfg->domain.chain_id, .nonce = ask->nonce,
		.tip_wei = ask->tip_wei, .fee_wei = ask->fee_wei,
		.gas = ask->gas, .to = ask->to, .value = ask->value_wei,
		.data = data, .data_len = ask->data_len,
	};
	struct hash32 digest;
	enum dc_status found;

	if (!d->held[SIGNER_SENDER])
		return dc_fail(err, DC_EREFUSED,
			       "the signer holds no sender key");
	found = check_rules(d, &tx, err);
	if (found == DC_OK)
		found = check_caps(d, &tx, now, err);
	if (found != DC_OK)
		return found;
	tx_digest(&digest, &tx);
	return sign(d, SIGNER_SENDER, out, &digest, err);
}

/* --- packets ------------------------------------------------------------- */

static enum dc_status
check_packet(const struct signer_request *r, size_t len, struct dc_err *err)
{
	size_t data_len = len - sizeof(*r);

	if (r->version != SIGNER_WIRE_VERSION)
		return dc_fail(err, DC_EINVAL, "request of another version");
	if (r->ask == SIGNER_ASK_TX
		    ? data_len != r->u.tx.data_len ||
			      data_len > SIGNER_DATA_MAX_BYTES
		    : data_len != 0)
		return dc_fail(err, DC_EINVAL, "request of a wrong length");
	return DC_OK;
}

static enum dc_status
answer(struct signer_desk *d, struct ec_signature *out, const uint8_t *packet,
       size_t len, struct signer_now now, struct dc_err *err)
{
	struct signer_request r;
	enum dc_status found;

	if (len < sizeof(r))
		return dc_fail(err, DC_EINVAL, "request of a wrong length");
	memcpy(&r, packet, sizeof(r));
	found = check_packet(&r, len, err);
	if (found != DC_OK)
		return found;
	switch (r.ask) {
	case SIGNER_ASK_CHECKPOINT:
		return answer_checkpoint(d, out, &r.u.checkpoint, now, err);
	case SIGNER_ASK_ATTESTATION:
		return answer_attestation(d, out, &r.u.attestation, now, err);
	case SIGNER_ASK_TX:
		return answer_tx(d, out, &r.u.tx, packet + sizeof(r), now,
				 err);
	default:
		return dc_fail(err, DC_EINVAL, "request of an unknown kind");
	}
}

void
signer_desk_answer(struct signer_desk *d, struct signer_reply *reply,
		   const uint8_t *packet, size_t len, struct signer_now now)
{
	struct dc_err err = DC_ERR_INIT;

	memset(reply, 0, sizeof(*reply));
	reply->version = SIGNER_WIRE_VERSION;
	reply->status = answer(d, &reply->u.signature, packet, len, now,
			       &err);
	memcpy(reply->text, err.text, sizeof(reply->text));
}
