/* What a model of 0xDeCA10B's answers to its getters, and to predict. */

#include "config.h"

#include <string.h>

#include "base/hex.h"
#include "models/deca_reason.h"
#include "oracle/abi.h"
#include "tests/unit/fake_deca.h"
#include "tests/unit/fake_http.h"
#include "tests/unit/mirror_fixture.h"

#define TEXT_BYTES 4096
#define NUMBERS_AT (4 + 2 * 32)	/* predict(int64[]): selector, two words */

/* Who answers it: a number, or a text unless that is NULL. */
static const struct getter {
	uint8_t part;
	const char *signature;
	uint64_t number;
	const char *text;
} getters[] = {
	{ MIRROR_TRAINER, "name()", 0, "a stranger's" },
	{ MIRROR_TRAINER, "description()", 0, "" },
	{ MIRROR_TRAINER, "encoder()", 0, "none" },
	{ MIRROR_INCENTIVE, "costWeight()", 10, NULL },
	{ MIRROR_INCENTIVE, "lastUpdateTimeS()", 1, NULL },
	{ MIRROR_INCENTIVE, "refundWaitTimeS()", 5, NULL },
	{ MIRROR_INCENTIVE, "ownerClaimWaitTimeS()", 7, NULL },
	{ MIRROR_INCENTIVE, "anyAddressClaimWaitTimeS()", 9, NULL },
	{ MIRROR_INCENTIVE, "totalSubmitted()", 0, NULL },
	{ MIRROR_INCENTIVE, "totalGoodDataCount()", 0, NULL },
	{ MIRROR_CLASSIFIER, "weights(uint64)", 0, NULL },
	{ MIRROR_CLASSIFIER, "intercept()", 0, NULL },
	{ MIRROR_CLASSIFIER, "learningRate()", 0, NULL },
	{ MIRROR_CLASSIFIER, "getNumClassifications()", 2, NULL },
	{ MIRROR_CLASSIFIER, "classifications(uint256)", 0, "n" },
};

static bool
asks(const char *signature, const uint8_t *data)
{
	const struct abi_selector s = abi_selector_of(signature);

	return memcmp(s.b, data, sizeof(s.b)) == 0;
}

static json_t *
hex_of(struct dc_buf *b)
{
	char text[2 * TEXT_BYTES + 3] = "0x";

	DC_CHECK(!dc_buf_failed(b) && b->len <= TEXT_BYTES);
	hex_encode(text + 2, b->data, b->len);
	text[2 + 2 * b->len] = '\0';
	dc_buf_clear(b);
	return json_string(text);
}

static json_t *
number(uint64_t v)
{
	struct dc_buf b;

	dc_buf_init(&b, TEXT_BYTES);
	mirror_word(&b, v);
	return json_pack("{s:o}", "result", hex_of(&b));
}

static json_t *
text(const char *s)
{
	struct dc_buf b;
	struct abi_out t;

	dc_buf_init(&b, TEXT_BYTES);
	abi_open(&t, &b, 1);
	abi_put_text(&t, s);
	return json_pack("{s:o}", "result", hex_of(&b));
}

static json_t *
part_address(uint8_t part)
{
	const struct addr20 a = mirror_address(part);
	struct dc_buf b;
	struct abi_out t;

	dc_buf_init(&b, TEXT_BYTES);
	abi_open(&t, &b, 1);
	abi_put_addr(&t, &a);
	return json_pack("{s:o}", "result", hex_of(&b));
}

static json_t *
reverted(const char *reason)
{
	const struct abi_selector s = abi_selector_of("Error(string)");
	struct dc_buf b;
	struct abi_out t;
	json_t *data;

	dc_buf_init(&b, TEXT_BYTES);
	dc_buf_append(&b, s.b, sizeof(s.b));
	abi_open(&t, &b, 1);
	abi_put_text(&t, reason);
	data = hex_of(&b);
	return json_pack("{s:{s:i,s:s,s:o}}", "error", "code", 3, "message",
			 "execution reverted", "data", data);
}

/* All weights are 0, so that no sum is above 0. */
static json_t *
predict(const uint8_t *data, size_t len)
{
	for (size_t at = NUMBERS_AT; at + 32 <= len; at += 32)
		if ((data[at] & 0x80) != 0)
			return reverted(deca_reason_text(DECA_INDEX_NEGATIVE));
	return number(0);
}

static json_t *
trainer(const uint8_t *data)
{
	if (asks("dataHandler()", data))
		return part_address(MIRROR_HANDLER);
	if (asks("incentiveMechanism()", data))
		return part_address(MIRROR_INCENTIVE);
	if (asks("classifier()", data))
		return part_address(MIRROR_CLASSIFIER);
	return NULL;
}

static json_t *
get(uint8_t part, const uint8_t *data)
{
	for (size_t i = 0; i < DC_ARRAY_LEN(getters); i++) {
		const struct getter *g = &getters[i];

		if (g->part == part && asks(g->signature, data))
			return g->text != NULL ? text(g->text)
					       : number(g->number);
	}
	return NULL;
}

json_t *
fake_deca_call(const struct addr20 *to, const uint8_t *data, size_t len)
{
	const uint8_t part = to->b[19];
	const struct addr20 mine = mirror_address(part);
	json_t *found = NULL;

	if (len < ABI_SELECTOR_BYTES || !addr20_equal(to, &mine))
		return fake_error(3, "execution reverted", "0x");
	if (part == MIRROR_TRAINER)
		found = trainer(data);
	else if (asks("owner()", data))
		return part_address(MIRROR_TRAINER);
	if (found == NULL && part == MIRROR_CLASSIFIER &&
	    asks("predict(int64[])", data))
		found = predict(data, len);
	if (found == NULL)
		found = get(part, data);
	return found != NULL ? found
			     : fake_error(3, "execution reverted", "0x");
}
