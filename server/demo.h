#ifndef DECAID_SERVER_DEMO_H
#define DECAID_SERVER_DEMO_H

/*
 * The demo: a chain of its own, two models, a daemon, and people who
 * contribute, take back, report. Everything is the real thing but the
 * people. cmd_demo.c leads it; its parts are demo_world.c (chain, contracts,
 * daemon), demo_people.c (who sends what), demo_claims.c (who may claim) and
 * demo_tell.c (what it says). Thread: one.
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/types.h"
#include "models/sample.h"
#include "models/spec.h"
#include "oracle/abi_calls.h"
#include "oracle/chainclient.h"
#include "server/child.h"
#include "server/demo_data.h"
#include "server/deploy.h"
#include "sql/db.h"
#include "sql/models.h"

#define DEMO_ACCOUNTS 8
#define DEMO_MODELS 2
#define DEMO_PENDING_MAX 1024
#define DEMO_BATCH 20
#define DEMO_QUIET_S 20		/* no contributions before the end */
#define DEMO_PORT_DEFAULT 8560	/* tried first, then any free one */

enum demo_role { DEMO_HONEST, DEMO_CARELESS, DEMO_SPAMMER };

enum demo_tx {
	DEMO_CONTRIBUTE, DEMO_REFUND, DEMO_REPORT, DEMO_CHECKPOINT,
	DEMO_CLAIM_REWARDS, DEMO_TXS
};

struct demo_account {
	enum demo_role role;
	struct keyslot key;
	struct addr20 address;
	struct wei start_wei;
	struct wei gas_wei;	/* spent on gas since */
};

/* Gas of one action: a batch of n counts as n actions of an nth each. */
struct demo_gas {
	uint64_t n, min, sum;
};

struct demo_model {
	const char *name, *description;
	enum incentive_kind kind;
	struct demo_set set;
	char spec_text[4096];
	struct model_spec spec;
	struct trainer_params params;
	struct addr20 address;
	struct wei stake_wei;	/* what the next contribution sends */
	uint64_t rate;		/* contributions in 1000 s */
	uint64_t spam, careless;	/* of 100 contributions */
	size_t next;		/* row of set.train */
	uint64_t deploy_gas;
	uint64_t done[DEMO_TXS];	/* mined */
	struct demo_gas gas[DEMO_TXS];
	uint8_t *claiming;	/* (claiming_room) ids with a claim sent */
	size_t claiming_room;
};

/* A transaction that is on its way. */
struct demo_pending {
	struct hash32 tx;
	enum demo_tx kind;
	unsigned model, account;
	uint32_t n;
	uint64_t ids[DEMO_BATCH];
};

struct demo_options {
	const char *data_path;	/* NULL: package descriptions */
	uint64_t for_s;		/* 0: until a signal */
	uint64_t port;		/* 0: 8560, or a free one */
	bool json;
};

struct demo {
	struct demo_options is;
	uint64_t started_ms, peopled_ms;
	char dir[256];
	char chain_path[288];
	struct child node, daemon;
	unsigned node_port, port;
	struct rpc *rpc;
	struct keyguard *guard;
	struct chainclient *client;
	struct deploy by;	/* the model owner's */
	struct keyslot owner, op_owner, op_signer, op_attester, op_sender;
	struct addr20 factory, pool;
	uint64_t start_block;
	struct demo_model model[DEMO_MODELS];
	struct demo_account account[DEMO_ACCOUNTS];
	struct demo_pending *pending;
	size_t n_pending;
	uint64_t dice;
	struct sample_room *room;
	uint64_t refused;	/* transactions that failed or reverted */
};

/* --- demo_world.c: what there is ------------------------------------------ */

uint64_t demo_now_ms(void);

/* The node, accounts with coins, contracts, an operator, the daemon.
 * Errors: what could not be had, in a sentence; demo_world_end is due. */
enum dc_status demo_world_begin(struct demo *d, struct dc_err *err)
	DC_MUST_CHECK;

/* End all that was started and delete all that was written. Any state. */
void demo_world_end(struct demo *d);

/* Open the daemon's chain.db for reading. */
enum dc_status demo_db_open(const struct demo *d, struct sql_db **db,
			    struct dc_err *err) DC_MUST_CHECK;

/* --- demo_people.c: who sends what ---------------------------------------- */

/* Contribute as many rows as are due by now. */
void demo_people_contribute(struct demo *d);

/* See which transactions were mined, and count them. */
void demo_people_settle(struct demo *d);

/* Send one, remembered until it is mined. data is cleared. */
void demo_send(struct demo *d, const struct demo_pending *what,
	       const struct addr20 *to, struct wei value_wei, uint64_t gas,
	       struct dc_buf *data);

/* A mined action's gas. */
void demo_gas_add(struct demo_gas *g, uint64_t n, uint64_t gas);

/* --- demo_claims.c: who may claim ----------------------------------------- */

/* Take back and report what is due; at the end also claim rewards. */
void demo_claims(struct demo *d);
void demo_claim_rewards(struct demo *d);

/* --- demo_tell.c: what it says -------------------------------------------- */

/* The line of what happens, and the last line of all. */
void demo_tell_line(struct demo *d);
void demo_tell_end(struct demo *d);

#endif /* DECAID_SERVER_DEMO_H */
