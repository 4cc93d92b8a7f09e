#ifndef DECAID_ORACLE_DECA_ABI_H
#define DECAID_ORACLE_DECA_ABI_H

/*
 * The calls and events of 0xDeCA10B's contracts that a follower needs.
 * Source: the ABI of CollaborativeTrainer64 and its parts, commit f97e40d.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "oracle/abi.h"
#include "oracle/raw_log.h"

/* A sample and its label, as addData, refund and report name it. */
struct deca_sample {
	const int64_t *data;	/* in the arena */
	size_t n;
	uint64_t label;
};

enum deca_event_kind {
	DECA_EVENT_ADD_DATA, DECA_EVENT_ADD_CLASS, DECA_EVENT_REFUND,
	DECA_EVENT_REPORT
};

struct deca_event {
	enum deca_event_kind kind;
	struct deca_sample sample;	/* not of ADD_CLASS */
	struct u256 added_s;
	struct addr20 who;	/* sender, or recipient */
	/* REFUND, REPORT: they name a recipient alone; the rest is what the
	 * transaction's input says, if it called the trainer itself. */
	bool is_joined;
	struct addr20 author;
	struct wei amount_wei;	/* cost, or paid; 0 from Points64 */
	const char *name;	/* ADD_CLASS */
	struct u256 index;	/* ADD_CLASS */
};

/* topic0 of each event there is, both incentives' forms included. */
#define DECA_TOPICS 6
#define DECA_TOPIC_CLAIMS 2	/* Refund and Report are those from here on */
void deca_topics(struct hash32 out[DECA_TOPICS]);

/* Errors: DC_ENOTFOUND none of these events; DC_EINVAL malformed. */
enum dc_status deca_event_decode(struct deca_event *out,
				 const struct raw_log *log,
				 struct dc_arena *arena,
				 struct dc_err *err) DC_MUST_CHECK;

/* What a transaction asked the trainer for. */
enum deca_call { DECA_INPUT_ADD, DECA_INPUT_REFUND, DECA_INPUT_REPORT };

struct deca_input {
	enum deca_call call;
	struct deca_sample sample;
	struct u256 added_s;	/* REFUND, REPORT */
	struct addr20 author;	/* REPORT */
};

/* Errors: DC_ENOTFOUND another call; DC_EINVAL malformed. */
enum dc_status deca_input_decode(struct deca_input *out, const uint8_t *input,
				 size_t len, struct dc_arena *arena,
				 struct dc_err *err) DC_MUST_CHECK;

/* A getter by its signature, with up to two numbers. */
void deca_call_getter(struct dc_buf *out, const char *signature,
		      const uint64_t *args, size_t n);

/* predict(int64[]) */
void deca_call_predict(struct dc_buf *out, const int64_t *data, size_t n);

#endif /* DECAID_ORACLE_DECA_ABI_H */
