/* What the views of our contracts return, and why calls were reverted. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/hex.h"
#include "base/log.h"
#include "oracle/abi_calls.h"
#include "oracle/abi_params.h"

/* Pass a decoder's fault on, with what it was about. */
static enum dc_status
end_return(const struct dc_err *fault, const char *what, struct dc_err *err)
{
	if (fault->status == DC_OK)
		return DC_OK;
	return dc_fail(err, fault->status, "%s: %s", what, fault->text);
}

enum dc_status
abi_return_accepted(struct trainer_accepted *out, const uint8_t *data,
		    size_t len, struct dc_err *err)
{
	struct dc_err fault = DC_ERR_INIT;
	struct abi_in in;

	abi_in_init(&in, data, len, &fault);
	out->epoch = abi_get_u64(&in);
	out->count = abi_get_u64(&in);
	out->judged = abi_get_u64(&in);
	out->accepted_s = abi_get_u64(&in);
	out->any = abi_get_bool(&in);
	return end_return(&fault, "accepted()", err);
}

enum dc_status
abi_return_params(struct trainer_params *out, const uint8_t *data, size_t len,
		  struct dc_err *err)
{
	struct dc_err fault = DC_ERR_INIT;
	struct abi_in in;

	abi_in_init(&in, data, len, &fault);
	abi_get_params(out, &in);
	return end_return(&fault, "params()", err);
}

enum dc_status
abi_return_operator(struct operator_state *out, const uint8_t *data,
		    size_t len, struct dc_err *err)
{
	struct dc_err fault = DC_ERR_INIT;
	struct abi_in in;

	abi_in_init(&in, data, len, &fault);
	out->owner = abi_get_addr(&in);
	out->bond_wei = abi_get_wei(&in);
	out->signer = abi_get_addr(&in);
	out->signer_from = abi_get_u32(&in);
	out->left_from = abi_get_u32(&in);
	(void)abi_get_addr(&in);	/* the signer before */
	out->attester = abi_get_addr(&in);
	out->fees_wei = abi_get_wei(&in);
	out->sender = abi_get_addr(&in);
	return end_return(&fault, "operators()", err);
}

enum dc_status
abi_return_u64s(uint64_t *out, size_t n, const uint8_t *data, size_t len,
		struct dc_err *err)
{
	struct dc_err fault = DC_ERR_INIT;
	struct abi_in in;

	abi_in_init(&in, data, len, &fault);
	for (size_t i = 0; i < n; i++)
		out[i] = abi_get_u64(&in);
	return end_return(&fault, "returned", err);
}

enum dc_status
abi_return_wei(struct wei *out, const uint8_t *data, size_t len,
	       struct dc_err *err)
{
	struct dc_err fault = DC_ERR_INIT;
	struct abi_in in;

	abi_in_init(&in, data, len, &fault);
	*out = abi_get_wei(&in);
	return end_return(&fault, "returned", err);
}

enum dc_status
abi_return_hash(struct hash32 *out, const uint8_t *data, size_t len,
		struct dc_err *err)
{
	struct dc_err fault = DC_ERR_INIT;
	struct abi_in in;

	abi_in_init(&in, data, len, &fault);
	*out = abi_get_hash(&in);
	return end_return(&fault, "returned", err);
}

enum dc_status
abi_return_address(struct addr20 *out, const uint8_t *data, size_t len,
		   struct dc_err *err)
{
	struct dc_err fault = DC_ERR_INIT;
	struct abi_in in;

	abi_in_init(&in, data, len, &fault);
	*out = abi_get_addr(&in);
	return end_return(&fault, "returned", err);
}

/* --- reverts ------------------------------------------------------------- */

/* The custom errors of our contracts; their arguments are numbers or, once,
 * an address. */
static const char *const error_signatures[] = {
	/* trainers */
	"NoModel()", "UnknownLabel(uint32)", "SampleTooLong(uint256)", "Full()",
	"NotContributor(uint256)", "OwnContribution(uint256)",
	"AlreadySettled(uint256)", "WrongClaim(uint256)",
	"WrongLateRange(uint256)", "NotJudged(uint256)",
	"InChallenge(uint256)", "Condemned(uint256)",
	"NotCondemned(uint256)", "LateVerdict(uint256)",
	"TooEarly(uint256,uint256)", "EpochNotOver(uint256)",
	"EpochNotLater(uint256)", "BeforeInChallenge()", "NothingNew()",
	"OutOfOrder()", "NoSuchRecord(uint256)", "WrongCommitment()",
	"WrongWords()", "AccuracyTooHigh()", "NotRefutable(uint256)",
	"NotRefuted()", "SendFailed()", "DepositTooLow(uint256)",
	"DepositNotTaken()",
	/* the factory */
	"WaitTooShort()", "WindowTooShort()", "UnbondTooShort(uint256)",
	"WrongClasses()", "WrongPrice()", "WrongShare()", "EmptySpec()",
	/* the pool */
	"WrongPeriod()", "BondTooLow(uint256)", "PoolFull()", "WrongRole()",
	"KeyTaken(address)", "NotOwner(uint256)", "HasLeft(uint256)",
	"HasNotLeft(uint256)", "RotationPending(uint256)",
	"StillBonded(uint256)", "NothingBonded(uint256)",
	"WrongSignatures()", "NoQuorum(uint256,uint256)", "NoOffence()",
	/* OpenZeppelin */
	"FailedDeployment()", "InsufficientBalance(uint256,uint256)",
	"ReentrancyGuardReentrantCall()",
	"SafeCastOverflowedUintDowncast(uint8,uint256)",
};

static const char *
error_signature_of(struct abi_selector s)
{
	for (size_t i = 0; i < DC_ARRAY_LEN(error_signatures); i++)
		if (abi_selector_equal(abi_selector_of(error_signatures[i]),
				       s))
			return error_signatures[i];
	return NULL;
}

/* "Name(1, 2)" from "Name(uint256,uint256)" and the words. */
static void
format_custom(struct dc_buf *out, const char *signature, struct abi_in *in)
{
	const char *open = strchr(signature, '(');
	bool is_address = strncmp(open, "(address", 8) == 0;
	char text[U256_DECIMAL_BYTES];
	struct addr20 who;

	dc_buf_append(out, signature, (size_t)(open - signature) + 1);
	for (size_t i = 0; in->len - in->next >= ABI_WORD_BYTES; i++) {
		if (is_address) {
			who = abi_get_addr(in);
			addr20_format(&who, text);
		} else {
			u256_format(abi_get_u256(in), text);
		}
		dc_buf_printf(out, "%s%s", i > 0 ? ", " : "", text);
		if (abi_in_failed(in))
			break;
	}
	dc_buf_append_text(out, ")");
}

static bool
format_known(struct dc_buf *out, struct abi_selector s, struct abi_in *in)
{
	const char *signature = error_signature_of(s);
	const uint8_t *text;
	char escaped[160];
	size_t len;

	if (signature != NULL) {
		format_custom(out, signature, in);
		return true;
	}
	if (abi_selector_equal(s, abi_selector_of("Panic(uint256)"))) {
		dc_buf_printf(out, "panic %u", abi_get_u32(in));
		return !abi_in_failed(in);
	}
	if (!abi_selector_equal(s, abi_selector_of("Error(string)")))
		return false;
	text = abi_get_bytes(in, &len);
	if (abi_in_failed(in))
		return false;
	dc_buf_append_text(out, dc_log_escape(escaped, sizeof(escaped),
					      (const char *)text, len));
	return true;
}

void
abi_revert_format(char *out, size_t room, const uint8_t *data, size_t len)
{
	struct dc_err fault = DC_ERR_INIT;
	struct abi_selector s;
	struct abi_in in;
	struct dc_buf text;

	DC_CHECK(room > 0);
	dc_buf_init(&text, 1024);
	if (len < sizeof(s.b)) {
		dc_buf_append_text(&text, "no reason given");
	} else {
		memcpy(s.b, data, sizeof(s.b));
		abi_in_init(&in, data + sizeof(s.b), len - sizeof(s.b),
			    &fault);
		if (!format_known(&text, s, &in)) {
			dc_buf_reset(&text);
			dc_buf_append_text(&text, "error 0x");
			dc_buf_append_hex(&text, data, sizeof(s.b));
		}
	}
	snprintf(out, room, "%s", dc_buf_text(&text));
	dc_buf_clear(&text);
}
