#ifndef DECAID_INCENTIVES_SIM_H
#define DECAID_INCENTIVES_SIM_H

/*
 * The simulator: agents with balances who contribute to one model under one
 * incentive, on a clock that jumps to whatever is due next. The model and the
 * rules of money are the very code that runs on chain data. Everything is
 * integers and follows from the configuration and its seed: the same run on
 * every machine.
 *
 *	sim_need(&need, &config);
 *	... allocate room as need says ...
 *	sim_init(&sim, &config, &room);
 *	while (sim_step(&sim, &event))
 *		... look at sim ...
 *
 * Claims wait in a queue by due time and are looked at when they can be made,
 * by those who gain; nobody tries what the rules still forbid.
 *
 * Thread: a struct sim in one thread at a time, with a learner of its own.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/event.h"
#include "base/types.h"
#include "incentives/deca_incentive.h"
#include "incentives/drt.h"
#include "incentives/due.h"
#include "incentives/market.h"
#include "incentives/price.h"
#include "incentives/random.h"
#include "incentives/share.h"
#include "models/learner.h"
#include "models/sample.h"

#define SIM_NOBODY UINT32_MAX
#define SIM_IDLE_MAX 1000	/* turns; then an agent gives up */
#define SIM_ALWAYS INT64_MIN	/* of sim_agent.if_accuracy_fx9 */

/* Labelled samples, packed. */
struct sim_row {
	size_t at;		/* in bytes */
	uint32_t len;
	uint32_t label;		/* the true one */
};

struct sim_rows {
	const uint8_t *bytes;
	const struct sim_row *row;	/* (n) in the order they are given */
	uint32_t n;
};

#define SIM_EVERY_CLASS UINT32_MAX

/* How one agent behaves. Its wrong labels are the next class's. What it does
 * to samples works on the columns that are set; of a dense sample copies
 * alone can be changed. */
struct sim_agent {
	const char *name;
	struct wei start_wei;
	unsigned __int128 deposit_mean_wei, deposit_dev_wei;	/* < 2^96 */
	uint64_t wait_mean_s, wait_dev_s;

	/* Contributes with probability (accuracy last measured + this);
	 * SIM_ALWAYS: at every turn. */
	int64_t if_accuracy_fx9;

	/* Gives a wrong label with this probability, from from_s on; rises
	 * to it evenly within drift_s, 0 for at once. */
	int64_t wrong_fx9;
	uint64_t from_s, drift_s;
	uint32_t only_class;	/* wrong about this one alone; or of every */

	/* Puts so many columns of its own, a set for each label, into rows
	 * with wrong labels; and until prime_s, while it tells no wrong
	 * label, into all rows, so that they are learned as signs of what
	 * they will stand beside. */
	uint32_t private_columns;
	uint64_t prime_s;

	/* Gives each row again so often, with near of its columns changed;
	 * from another account where it has several. */
	uint32_t copies, near;

	uint32_t accounts;	/* it takes them by turns, one purse */

	/* Asks for predictions instead, each for this much. */
	bool calls;
	struct wei pays_wei;
};

struct sim_incentive;

enum sim_market_by { SIM_MARKET_BY_CONTRIBUTION, SIM_MARKET_BY_CONTRIBUTOR };

/* Everything that a run follows from; borrowed while it lasts. */
struct sim_config {
	struct learner *learner;	/* nothing learned, or a start */
	struct sim_rows rows;		/* to be contributed, in this order */
	const struct sample *held;	/* (n_held) accuracy is measured on */
	const uint32_t *held_label;	/* (n_held) */
	uint32_t n_held;
	const struct sim_agent *agent;	/* (n_agent) */
	uint32_t n_agent;
	const struct sim_incentive *incentive;
	struct drt_params drt;		/* for sim_incentive_drt */
	struct deca_incentive deca;	/* for _stakeable, _points64: at 0 */
	struct trainer_params trainer;	/* for _stake and _points */
	struct market_params market;	/* for _market; n_test is n_held */
	enum sim_market_by market_by;
	uint64_t retry_s;		/* a claim that failed is tried again */
	uint64_t measure_s;		/* between measurements; at least 1 */
	uint64_t end_s;			/* no contribution from here on */
	uint64_t seed;
};

/* One contribution. */
struct sim_entry {
	struct drt_record record;	/* time, deposit, what is left, label */
	const uint8_t *sample;
	uint32_t len;
	uint32_t agent;
	struct addr20 contributor;	/* one of the agent's accounts */
	uint32_t truth;			/* the row's own label */
	struct hash32 hash;		/* keccak of the sample */
	enum novelty novelty;
	enum lesson lesson;
	enum verdict verdict;		/* last known; VERDICT_NONE at first */
	uint64_t accepted_at_s;		/* the checkpoint that judged it */
	bool copy;			/* of the agent's row before */
	bool reported;			/* others took their parts */
	bool settled;
};

struct sim_account {
	struct wei balance_wei;
	struct wei deposited_wei;	/* all of it, ever */
	struct wei received_wei;	/* refunds, reports and the rest */
	struct share_account share;
	uint64_t good;			/* refunded contributions */
	uint64_t next_wake_s;		/* UINT64_MAX: has left */
	uint32_t n_contributed, n_wrong;
	uint32_t n_open;		/* of its own, not settled */
	uint32_t idle;			/* turns since anything came of one */
	uint32_t copies_left;
	uint32_t last_entry;		/* what is copied */
};

/* What the market is played with. */
struct sim_market_room {
	struct market_entry *entry;	/* (n_entry of the room) */
	struct market_party *party;	/* (n_entry of the room) */
	int64_t *start, *cells;		/* (n_cells) each */
	int64_t *derived;		/* (n_derived) */
	uint64_t *dirty;		/* (n_dirty) */
	size_t n_cells, n_derived, n_dirty;	/* 0: another incentive */
	struct model model;		/* the simulator's */
};

/* Room for a run: sim_need fills the counts, the caller the pointers. */
struct sim_room {
	struct sim_account *account;	/* (n_account) */
	struct sim_entry *entry;	/* (n_entry) */
	struct due *due;		/* (n_due) */
	uint32_t *seen;			/* (n_seen) */
	uint8_t *bytes;			/* (n_bytes) samples made by agents */
	struct sample_room *sample;	/* one */
	struct dc_buf *scratch;		/* an empty one */
	struct sim_market_room market;
	size_t n_account, n_entry, n_due, n_seen, n_bytes;
};

enum sim_kind { SIM_WAKE, SIM_CLAIM, SIM_MEASURE, SIM_EPOCH };

struct sim_event {
	enum sim_kind kind;
	uint64_t time_s;
	uint32_t who;		/* agent, entry; 0 for the others */
};

/* Read it, write nothing. */
struct sim {
	const struct sim_config *config;
	struct sim_room room;
	struct due_queue due;
	struct random random;
	uint64_t now_s;
	uint64_t last_added_s;		/* of the newest contribution */
	uint64_t good_all;		/* sum of good */
	struct share_pool pool;
	struct price_level price;
	struct deca_incentive deca;
	struct wei contract_wei;	/* what the contract holds */
	struct wei fees_wei;		/* of that, set aside for oracles */
	uint32_t n_judged;
	bool closed;			/* no contributions any more */
	size_t n_bytes;			/* used */
	uint32_t n_entry;
	uint32_t n_open;
	uint32_t next_row;
	uint32_t n_awake;		/* agents who have not left */
	uint32_t held_right;		/* at the last measurement */
	int64_t accuracy_fx9;
};

/* The rules of money, as the simulator asks for them. */
struct sim_incentive {
	const char *name;

	/* Whether all that is offered is taken, or the price alone; whether
	 * there is no price. */
	bool takes_offer, is_free;

	/* false: nothing is taken at this moment. */
	bool (*price)(const struct sim *s, struct wei *out);

	/* An entry was added: put down when its claims are due. */
	void (*added)(struct sim *s, uint32_t entry);

	/* That moment has come. */
	void (*claim)(struct sim *s, uint32_t entry);

	/* amount came in for a prediction. */
	void (*called)(struct sim *s, struct wei amount);

	/* An epoch has ended; NULL: there are none. */
	void (*epoch)(struct sim *s);

	/* An agent has a turn: pay what it is owed; NULL: nothing. */
	void (*woke)(struct sim *s, uint32_t agent);
};

extern const struct sim_incentive sim_incentive_drt;
extern const struct sim_incentive sim_incentive_market;
extern const struct sim_incentive sim_incentive_market_offers;
extern const struct sim_incentive sim_incentive_points;
extern const struct sim_incentive sim_incentive_points64;
extern const struct sim_incentive sim_incentive_stake;
extern const struct sim_incentive sim_incentive_stakeable;

/* How much room a run wants. */
void sim_need(struct sim_room *out, const struct sim_config *c);

/* Begin at second 0, after a first measurement.
 * Owner: borrows c, its learner and everything in room. */
void sim_init(struct sim *s, const struct sim_config *c,
	      const struct sim_room *room);

/* Go to the next event and do what it asks for.
 * Returns false: all rows are given or nobody can, and all is claimed. */
bool sim_step(struct sim *s, struct sim_event *out);

/* All balances and what the contract holds: the same at every moment. */
struct wei sim_total(const struct sim *s);

/* For incentives and agents. */

/* Money into the contract, and out of it. */
void sim_deposit(struct sim *s, uint32_t agent, struct wei amount);
void sim_pay(struct sim *s, uint32_t agent, struct wei amount);

/* Pay out of an entry's deposit; at 0 it is settled.
 * amount  at most what is left */
void sim_pay_from(struct sim *s, uint32_t entry, uint32_t agent,
		  struct wei amount);

/* Account `number` of a simulated world: SIM_ACCOUNTS_MAX for each agent,
 * and from SIM_STARTER on those who gave the first rows. */
#define SIM_ACCOUNTS_MAX 1024
#define SIM_STARTER (UINT32_C(1) << 31)
struct addr20 sim_address(uint32_t number);

/* To all who gave good data, by how much; what does not divide stays. */
void sim_pay_by_good(struct sim *s, struct wei amount);

/* Nothing is left to claim; what remains of its deposit stays with the
 * contract. */
void sim_settle(struct sim *s, uint32_t entry);

/* Who is the next to have a turn, but for one; SIM_NOBODY: nobody. */
uint32_t sim_next_awake(const struct sim *s, uint32_t but);

/* What the served model says of an entry now. */
uint32_t sim_predict(struct sim *s, uint32_t entry);

/* Put down that an entry's claim comes up. */
void sim_claim_at(struct sim *s, uint32_t entry, uint64_t time_s);

/* The sample of e, made of a row's by what its agent does to it
 * (sim_attack.c).
 * Returns false: there is no room for it. */
bool sim_attack_make(struct sim *s, struct sim_entry *e,
		     const struct sim_entry *of) DC_MUST_CHECK;

/* An agent's turn (sim_agent.c). */
void sim_agent_turn(struct sim *s, uint32_t agent);
uint64_t sim_agent_wait_s(struct sim *s, uint32_t agent);

bool sim_is_market(const struct sim_config *c);

/* The bounty comes in, and the starting model is remembered. */
void sim_market_begin(struct sim *s);

/* Take in a contribution, its price paid by then (sim.c).
 * Returns false: there is no room for more. */
bool sim_add(struct sim *s, const struct sim_entry *in) DC_MUST_CHECK;

#endif /* DECAID_INCENTIVES_SIM_H */
