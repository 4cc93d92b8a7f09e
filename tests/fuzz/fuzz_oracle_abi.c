/*
 * fuzz_oracle_abi.c: any bytes as a log of our contracts, as what their views
 * return, and as the reason of a revert.
 *
 * The first byte picks the event, the second how many topics are given; the
 * topics after the first, 32 bytes each, come before the log's data.
 */

#include "config.h"

#include <string.h>

#include "oracle/abi_calls.h"
#include "oracle/abi_decaid.h"
#include "tests/fuzz/fuzz.h"

enum { TOPICS_MAX = 4 };

/* Texts end, and are UTF-8 without control of ours: strlen finds the end. */
static void
fuzz_text(const char *text)
{
	DC_CHECK(text != NULL && strlen(text) < (size_t)1 << 24);
}

static void
fuzz_borrowed(const uint8_t *p, size_t n, const uint8_t *data, size_t size)
{
	DC_CHECK(n == 0 || (p >= data && p + n <= data + size));
}

static void
fuzz_look(const struct abi_event *e, const uint8_t *data, size_t size)
{
	switch (e->kind) {
	case EVENT_CONTRIBUTED:
		fuzz_borrowed(e->u.contributed.sample,
			      e->u.contributed.sample_len, data, size);
		break;
	case EVENT_MODEL_CREATED:
		fuzz_text(e->u.model_created.name);
		fuzz_text(e->u.model_created.description);
		fuzz_text(e->u.model_created.encoder);
		fuzz_borrowed((const uint8_t *)e->u.model_created.spec,
			      e->u.model_created.spec_len, data, size);
		break;
	case EVENT_OPERATOR_JOINED:
		fuzz_text(e->u.operator_joined.endpoint);
		break;
	case EVENT_OPERATOR_ENDPOINT:
		fuzz_text(e->u.operator_endpoint.endpoint);
		break;
	case EVENT_UNKNOWN:
	case EVENT_REFUNDED:
	case EVENT_REPORTED:
	case EVENT_LATE_CLAIMED:
	case EVENT_REWARDS_CLAIMED:
	case EVENT_CHECKPOINT_ACCEPTED:
	case EVENT_CHECKPOINT_REFUTED:
	case EVENT_OPERATOR_ROLES:
	case EVENT_OPERATOR_OWNER:
	case EVENT_BOND_ADDED:
	case EVENT_OPERATOR_LEFT:
	case EVENT_BOND_WITHDRAWN:
	case EVENT_OPERATOR_SLASHED:
	case EVENT_KINDS:
		break;
	}
}

static void
fuzz_event(unsigned kind, size_t n_topics, const uint8_t *data, size_t size,
	   struct dc_arena *arena)
{
	struct hash32 topics[TOPICS_MAX];
	struct dc_err err = DC_ERR_INIT;
	struct abi_event e;
	size_t i;

	memset(topics, 0, sizeof(topics));
	if (kind != EVENT_UNKNOWN)
		topics[0] = *abi_event_topic((enum dc_event_kind)kind);
	for (i = 1; i < n_topics && size >= sizeof(topics[i].b); i++) {
		memcpy(topics[i].b, data, sizeof(topics[i].b));
		data += sizeof(topics[i].b);
		size -= sizeof(topics[i].b);
	}
	if (abi_event_decode(&e, topics, n_topics, data, size, arena, &err) !=
	    DC_OK) {
		DC_CHECK(err.status == DC_EINVAL && err.text[0] != '\0');
		return;
	}
	DC_CHECK(e.kind == (n_topics == 0 ? EVENT_UNKNOWN :
			    (enum dc_event_kind)kind));
	fuzz_look(&e, data, size);
}

static void
fuzz_returns(const uint8_t *data, size_t size)
{
	struct trainer_accepted accepted;
	struct trainer_params params;
	struct operator_state operator;
	struct dc_err err = DC_ERR_INIT;
	uint64_t numbers[3];
	struct hash32 hash;
	struct addr20 addr;
	struct wei wei;
	char why[256];

	if (abi_return_accepted(&accepted, data, size, &err) != DC_OK)
		DC_CHECK(err.status == DC_EINVAL);
	(void)!abi_return_params(&params, data, size, NULL);
	(void)!abi_return_operator(&operator, data, size, NULL);
	(void)!abi_return_u64s(numbers, DC_ARRAY_LEN(numbers), data, size,
			       NULL);
	(void)!abi_return_wei(&wei, data, size, NULL);
	(void)!abi_return_hash(&hash, data, size, NULL);
	(void)!abi_return_address(&addr, data, size, NULL);
	memset(why, 'x', sizeof(why));
	abi_revert_format(why, sizeof(why), data, size);
	DC_CHECK(memchr(why, '\0', sizeof(why)) != NULL);
	for (size_t i = 0; why[i] != '\0'; i++)
		DC_CHECK((unsigned char)why[i] >= 0x20 && why[i] != 0x7f);
	abi_revert_format(why, 8, data, size);
	DC_CHECK(memchr(why, '\0', 8) != NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct dc_arena *arena;

	if (size < 2)
		return 0;
	arena = dc_arena_new(4096);
	fuzz_event(data[0] % EVENT_KINDS, data[1] % (TOPICS_MAX + 1),
		   data + 2, size - 2, arena);
	dc_arena_free(arena);
	fuzz_returns(data + 2, size - 2);
	return 0;
}
