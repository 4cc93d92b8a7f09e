#ifndef DECAID_TESTS_UNIT_MIRROR_FIXTURE_H
#define DECAID_TESTS_UNIT_MIRROR_FIXTURE_H

/* A model of 0xDeCA10B's contracts as the follower hands it over, and the
 * logs that it emits. */

#include <string.h>

#include "oracle/deca_abi.h"
#include "oracle/feed.h"
#include "tests/unit/unit.h"

#define MIRROR_DEPOSIT 1000

enum { MIRROR_TRAINER = 1, MIRROR_HANDLER, MIRROR_INCENTIVE,
       MIRROR_CLASSIFIER, MIRROR_SENDER };

/* Addresses that nobody else has. */
static inline struct addr20
mirror_address(uint8_t last)
{
	struct addr20 a = { { 0xde, 0xca } };

	a.b[19] = last;
	return a;
}

/* A sparse perceptron of two classes, "n" and "p". */
static inline struct feed_mirror
mirror_model(void)
{
	return (struct feed_mirror){
		.trainer = mirror_address(MIRROR_TRAINER),
		.data_handler = mirror_address(MIRROR_HANDLER),
		.incentive = mirror_address(MIRROR_INCENTIVE),
		.owner = mirror_address(MIRROR_TRAINER),
		.classifier = mirror_address(MIRROR_CLASSIFIER),
		.kind = INCENTIVE_STAKE,
		.cost_weight_wei = wei_from_u64(10),
		.refund_wait_s = 5, .any_claim_wait_s = 9,
		.type = "SparsePerceptron", .name = "a stranger's",
		.description = "", .encoder = "none",
		.class_names = (const uint8_t *)"n\0p", .class_names_len = 4,
		.n_class = 2,
	};
}

static inline void
mirror_word(struct dc_buf *out, uint64_t v)
{
	uint8_t word[32];

	u256_to_be(u256_from_u64(v), word);
	dc_buf_append(out, word, sizeof(word));
}

/* A log of `who`, in that place; data is copied into the arena. */
static inline struct raw_log
mirror_log(struct dc_arena *arena, const struct log_ref *at, unsigned topic,
	   uint8_t who, const struct dc_buf *data)
{
	struct raw_log log = {
		.at = *at, .address = mirror_address(who), .n_topics = 1,
		.data = dc_arena_copy(arena, data->data, data->len),
		.data_len = data->len,
	};
	struct hash32 topics[DECA_TOPICS];

	ck_assert(!dc_buf_failed(data));
	deca_topics(topics);
	log.topics[0] = topics[topic];
	return log;
}

/* AddData(int64[] d, uint64 c, uint256 t, address indexed sender, uint256):
 * the numbers 0 to n - 1, of class 1. */
static inline struct raw_log
mirror_added(struct dc_arena *arena, const struct log_ref *at, uint8_t who,
	     uint64_t time_s, size_t n)
{
	struct addr20 sender = mirror_address(MIRROR_SENDER);
	struct raw_log log;
	struct dc_buf data;

	dc_buf_init(&data, n * 32 + 4096);
	mirror_word(&data, 0x80);
	mirror_word(&data, 1);
	mirror_word(&data, time_s);
	mirror_word(&data, MIRROR_DEPOSIT);
	mirror_word(&data, n);
	for (size_t i = 0; i < n; i++)
		mirror_word(&data, i);
	log = mirror_log(arena, at, 0, who, &data);
	log.n_topics = 2;
	memcpy(log.topics[1].b + 12, sender.b, sizeof(sender.b));
	dc_buf_clear(&data);
	return log;
}

/* Refund(address recipient, uint256 amount) */
static inline struct raw_log
mirror_refunded(struct dc_arena *arena, const struct log_ref *at,
		uint64_t amount)
{
	struct addr20 sender = mirror_address(MIRROR_SENDER);
	uint8_t word[32] = { 0 };
	struct raw_log log;
	struct dc_buf data;

	memcpy(word + 12, sender.b, sizeof(sender.b));
	dc_buf_init(&data, 4096);
	dc_buf_append(&data, word, sizeof(word));
	mirror_word(&data, amount);
	log = mirror_log(arena, at, 2, MIRROR_INCENTIVE, &data);
	dc_buf_clear(&data);
	return log;
}

#endif /* DECAID_TESTS_UNIT_MIRROR_FIXTURE_H */
