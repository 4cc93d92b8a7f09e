#ifndef DECAID_ORACLE_DECA_READ_CORE_H
#define DECAID_ORACLE_DECA_READ_CORE_H

/* The inside of oracle/deca_read.h, shared by deca_read*.c alone: questions
 * to a contract, and numbers out of its answers. */

#include "oracle/deca_read.h"

#define DECA_READ_STEP RPC_MAX_BATCH	/* questions at once */
#define DECA_READ_CLASSES 1024		/* of a model, at most */

/* A node, a contract, a state: what every question is put to. */
struct deca_ask {
	struct rpc *rpc;
	const struct addr20 *to;
	struct rpc_at at;
	struct dc_err *err;
	uint64_t most;		/* numbers of dense rows together */
};

/* One getter with up to two numbers. */
struct deca_question {
	const char *signature;
	uint64_t arg[2];
	size_t n_arg;
};

/* n  [1, DECA_READ_STEP] */
enum dc_status deca_ask_step(const struct deca_ask *a, struct rpc_answer *out,
			     const struct deca_question *q,
			     size_t n) DC_MUST_CHECK;
enum dc_status deca_ask(const struct deca_ask *a, struct rpc_answer *out,
			const struct deca_question *q, size_t n) DC_MUST_CHECK;

struct u256 deca_word(const struct rpc_answer *answer);

/* An unsigned number of so many bits. */
enum dc_status deca_number(const struct deca_ask *a, struct u256 *out,
			   const struct deca_question *q,
			   const struct rpc_answer *answer,
			   unsigned bits) DC_MUST_CHECK;

/* Whether a word holds a signed number of so many bits: what does not is no
 * such contract's, and would overflow the arithmetic. */
bool deca_is_signed(struct u256 v, unsigned bits);

/* An int80 or int64, as ABI words carry them. */
struct deca_cell deca_signed_cell(uint32_t klass, uint64_t index,
				  struct u256 v);

/* Into the model, which may move. */
void deca_load_cell(struct deca_model **m, struct deca_cell cell);

struct hash32 deca_slot(struct u256 number);

#endif /* DECAID_ORACLE_DECA_READ_CORE_H */
