/*
 * rulesd: the C rules of incentives/ as a program that reads actions, a line
 * each, and answers what a trainer must do about them; tests/integration/
 * rules.mjs does the same on a chain and compares. What incentives/ decides
 * (records, price, claims, shares, verdicts) is asked there; which checkpoint
 * is accepted and which ranges are late follows oracle/PROTOCOL.md here.
 *
 * Answers: "ok ..." with what happens, or "no ERROR [arguments]" with the
 * trainer's error. Nothing has happened then.
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hex.h"
#include "base/keccak.h"
#include "incentives/claim.h"
#include "incentives/price.h"
#include "incentives/record.h"
#include "incentives/share.h"
#include "incentives/verdicts.h"

enum { ACTORS = 6, MAX_RECORDS = 20000, MAX_RANGES = 5000, MAX_BATCH = 16 };
#define LINE_BYTES 65536

struct entry {
	struct record is;
	struct hash32 hash;
	struct claim_record claim;
	bool zeroed;		/* its slot: settled and not the newest */
};

struct accepted {
	bool any;
	uint64_t epoch, count, judged;
};

struct range {
	uint64_t from, to, accepted_at_s;
};

/* One trainer and who deals with it. */
struct world {
	struct trainer_params p;
	uint64_t created_at_s;
	unsigned owner;
	struct addr20 addr[ACTORS];
	struct wei has_wei[ACTORS];
	struct wei held_wei;		/* by the trainer */
	struct price_level level;
	struct share_pool pot;
	struct share_account share[ACTORS];
	struct accepted last, before;
	uint64_t accepted_at_s;		/* of last; 0: none, or restored */
	uint64_t taken_back;		/* highest id taken back, and one */
	uint64_t collected;		/* contributions */
	unsigned n_ranges;
	uint64_t n;
};

static struct world world;
static struct range ranges[MAX_RANGES];		/* the first n_ranges */
static struct entry entries[MAX_RECORDS];	/* the first n */

/* --- reading and writing ------------------------------------------------- */

static char *rest;	/* of the line */

static void bad(const char *what)
{
	fprintf(stderr, "rulesd: %s\n", what);
	exit(2);
}

static char *word(void)
{
	char *w = strtok_r(NULL, " \n", &rest);

	if (w == NULL)
		bad("a word is missing");
	return w;
}

static uint64_t number(void)
{
	return strtoull(word(), NULL, 10);
}

static struct wei amount(void)
{
	struct wei v;
	struct dc_err err = DC_ERR_INIT;

	if (wei_parse(&v, word(), &err) != DC_OK)
		bad("not an amount");
	return v;
}

static unsigned actor(void)
{
	uint64_t who = number();

	if (who >= ACTORS)
		bad("no such actor");
	return (unsigned)who;
}

static struct entry *entry(uint64_t id)
{
	if (id >= world.n)
		bad("no such contribution");
	return &entries[id];
}

static void put_wei(struct wei v)
{
	char text[WEI_TEXT_BYTES];

	wei_format(v, text);
	printf(" %s", text);
}

static void put_hash(const struct hash32 *h)
{
	char text[HASH32_TEXT_BYTES];

	hash32_format(h, text);
	printf(" %s", text);
}

/* --- money --------------------------------------------------------------- */

static void add(struct wei *to, struct wei v)
{
	DC_CHECK(wei_add(to, *to, v));
}

static void take(struct wei *from, struct wei v)
{
	if (!wei_sub(from, *from, v))
		bad("more is paid than there is");
}

static void pay(unsigned who, struct wei v)
{
	take(&world.held_wei, v);
	add(&world.has_wei[who], v);
}

static bool last_is_effective(uint64_t now_s)
{
	return now_s >= world.accepted_at_s + world.p.challenge_s;
}

static uint64_t judged_at(uint64_t now_s)
{
	return last_is_effective(now_s) ? world.last.judged
					: world.before.judged;
}

/* Judged effectively, in no late range, not yet collected. */
static struct wei fees_due(uint64_t now_s)
{
	uint64_t n = 0, judged = judged_at(now_s);
	unsigned __int128 gwei;

	for (uint64_t i = 0; i < judged; i++)
		n += !entries[i].claim.in_late_range;
	gwei = (unsigned __int128)(n - world.collected) * world.p.fee_gwei;
	return (struct wei){ u256_from_u128(gwei * 1000000000) };
}

/* --- contributing -------------------------------------------------------- */

static void read_sample(struct hash32 *hash, size_t *len)
{
	static uint8_t sample[LINE_BYTES];
	const char *text = word();
	struct dc_err err = DC_ERR_INIT;

	*len = strcmp(text, "-") == 0 ? 0 : strlen(text) / 2;
	if (hex_decode(sample, *len, text, &err) != DC_OK)
		bad("not a sample");
	keccak256(hash, sample, *len);
}

static void contribute(uint64_t now_s)
{
	unsigned who = actor();
	struct wei deposit = amount();
	struct wei price = price_at(&world.level, &world.p, now_s);
	uint32_t label = (uint32_t)number();
	struct entry *e = &entries[world.n];
	struct hash32 none = { { 0 } };
	size_t len;

	*e = (struct entry){
		.is = { .contributor = world.addr[who], .time_s = now_s,
			.deposit_wei = deposit, .label = label },
		.claim = { .time_s = now_s, .deposit_wei = deposit,
			   .verdict = VERDICT_NONE },
	};
	read_sample(&e->is.sample_hash, &len);
	if (label >= world.p.classes) {
		printf("no UnknownLabel %" PRIu32, label);
	} else if (len > world.p.max_sample_bytes) {
		printf("no SampleTooLong %zu", len);
	} else if (wei_compare(deposit, price) < 0) {
		printf("no DepositTooLow");
		put_wei(price);
	} else {
		if (world.n == MAX_RECORDS - 1)
			bad("too many contributions");
		record_hash(&e->hash, world.n == 0 ? &none : &e[-1].hash,
			    &e->is);
		price_contribute(&world.level, &world.p, now_s);
		take(&world.has_wei[who], deposit);
		add(&world.held_wei, deposit);
		printf("ok %" PRIu64, world.n++);
	}
}

/* --- claiming ------------------------------------------------------------ */

/* The trainer's words for a "no". */
static void put_refusal(enum claim_action action, uint64_t id,
			const struct claim_answer *a, uint64_t now_s)
{
	uint64_t due = claim_deadline_s(&world.p, entries[id].is.time_s);
	const char *error = NULL;

	switch (a->reason) {
	case CLAIM_SETTLED:
		error = "AlreadySettled";
		break;
	case CLAIM_NOT_CONTRIBUTOR:
		error = "NotContributor";
		break;
	case CLAIM_OWN_RECORD:
		error = "OwnContribution";
		break;
	case CLAIM_WAITING:
	case CLAIM_NOT_JUDGED:
	case CLAIM_CHALLENGE:
		if (action != CLAIM_REFUND)
			error = "NotJudged";
		else if (now_s > due)
			error = "InChallenge";
		break;
	case CLAIM_BAD_DATA:
		error = "Condemned";
		break;
	case CLAIM_GOOD_DATA:
		error = "NotCondemned";
		break;
	case CLAIM_TOO_LATE:
		error = "LateVerdict";
		break;
	case CLAIM_OWNER_WAIT:
	case CLAIM_ANY_WAIT:
		due = a->when_s - 1;
		break;
	case CLAIM_ALLOWED:
	case CLAIM_NO_KARMA:	/* 0xDeCA10B's */
	case CLAIM_REASONS:
		bad("no refusal of a trainer's");
	}
	if (error != NULL)
		printf("no %s %" PRIu64, error, id);
	else
		printf("no TooEarly %" PRIu64 " %" PRIu64, id, due);
}

/* A slot becomes 0 unless it is the newest or nobody's verdict counted. */
static void settle(uint64_t id, bool on_verdict)
{
	entries[id].claim.settled = true;
	entries[id].zeroed = on_verdict && id + 1 < world.n;
}

static void settle_refund(unsigned who, uint64_t id,
			  const struct claim_answer *a, uint64_t now_s)
{
	bool judged = id < judged_at(now_s);

	settle(id, judged);
	if (!judged && id >= world.taken_back)
		world.taken_back = id + 1;
	if (a->karma != 0 && !share_karma_add(&world.pot, &world.share[who],
					      a->karma))
		bad("karma out of range");
	pay(who, a->pays_wei);
}

/* A report shares, if only what was carried; a late claim does not. */
static void settle_forfeit(enum claim_action action, unsigned who, uint64_t id,
			   const struct claim_answer *a)
{
	settle(id, true);
	if (action == CLAIM_REPORT &&
	    !share_forfeit(&world.pot, a->shared_wei))
		bad("a share out of range");
	pay(who, a->pays_wei);
}

static bool claim_one(struct claim_answer *a, enum claim_action action,
		      unsigned who, uint64_t id, uint64_t now_s)
{
	struct entry *e = entry(id);
	struct claim_actor is = {
		.is_contributor = addr20_equal(&world.addr[who],
					       &e->is.contributor),
		.is_owner = who == world.owner,
	};

	claim_check(a, &world.p, action, is, &e->claim, now_s);
	if (a->reason != CLAIM_ALLOWED)
		return false;
	if (action == CLAIM_REFUND)
		settle_refund(who, id, a, now_s);
	else
		settle_forfeit(action, who, id, a);
	return true;
}

/* Ids to the end of the line: all or none.
 * passing  settled ones are passed over, as in a batch of reports */
static void claims(enum claim_action action, bool passing, uint64_t now_s)
{
	struct claim_answer answers[MAX_BATCH];
	struct entry were[MAX_BATCH];
	uint64_t ids[MAX_BATCH];
	unsigned who = actor(), n = 0;
	const struct world was = world;
	char *w;

	while ((w = strtok_r(NULL, " \n", &rest)) != NULL && n < MAX_BATCH) {
		ids[n] = strtoull(w, NULL, 10);
		if (passing && entry(ids[n])->claim.settled)
			continue;
		were[n] = *entry(ids[n]);
		if (!claim_one(&answers[n], action, who, ids[n], now_s)) {
			put_refusal(action, ids[n], &answers[n], now_s);
			world = was;
			while (n-- > 0)
				entries[ids[n]] = were[n];
			return;
		}
		n++;
	}
	printf("ok");
	for (unsigned i = 0; i < n; i++) {
		printf(" %" PRIu64, ids[i]);
		put_wei(answers[i].pays_wei);
		if (action == CLAIM_REFUND)
			printf(" %" PRIu64, answers[i].karma);
		if (action == CLAIM_REPORT)
			put_wei(answers[i].shared_wei);
	}
}

static void rewards(void)
{
	unsigned who = actor();
	struct wei v = share_claim(&world.pot, &world.share[who]);

	pay(who, v);
	printf("ok");
	put_wei(v);
}

static void fees(uint64_t now_s)
{
	struct wei v = fees_due(now_s);

	world.collected = 0;
	for (uint64_t i = 0; i < judged_at(now_s); i++)
		world.collected += !entries[i].claim.in_late_range;
	take(&world.held_wei, v);
	printf("ok");
	put_wei(v);
}

/* --- checkpoints --------------------------------------------------------- */

/* Everything that is signed and sent, whether it will be accepted or not.
 * verdicts  a digit each, for [last.judged, judged) */
static void put_checkpoint(uint64_t count, uint64_t judged,
			   const char *verdicts)
{
	struct hash32 none = { { 0 } }, hash;
	struct verdicts_chain c = { 0 };
	uint64_t from = world.last.judged;
	uint64_t first = from - from % VERDICTS_PER_WORD;
	struct u256 words[MAX_RECORDS / VERDICTS_PER_WORD + 2];
	struct hash32 before = none;
	size_t n = 0;

	for (uint64_t i = 0; i < judged; i++) {
		enum verdict v = i < from ? entries[i].claim.verdict
			: (enum verdict)(verdicts[i - from] - '0');

		if (i == first)
			before = c.v;
		if (i >= first && i % VERDICTS_PER_WORD == 0)
			words[n++] = U256_ZERO;
		if (n > 0)
			verdicts_put(&words[n - 1], i, v);
		verdicts_append(&c, v);
	}
	if (judged <= first)
		before = c.v;
	verdicts_hash(&hash, &c);
	put_hash(count == 0 || count > world.n ? &none
		 : &entries[count - 1].hash);
	put_hash(&hash);
	put_hash(&before);
	for (size_t i = 0; i < n && judged > from; i++) {
		struct hash32 w;

		u256_to_be(words[i], w.b);
		put_hash(&w);
	}
}

/* NULL: it must be accepted. */
static const char *refusal(uint64_t now_s, uint64_t epoch, uint64_t count,
			   uint64_t judged, uint64_t *argument)
{
	const struct accepted *l = &world.last;

	*argument = epoch;
	if (now_s < (epoch + 1) * world.p.epoch_s)
		return "EpochNotOver";
	if (l->any && epoch <= l->epoch)
		return "EpochNotLater";
	if (!last_is_effective(now_s))
		return "BeforeInChallenge";
	if (count == l->count && judged == l->judged)
		return "NothingNew";
	if (count < l->count || judged < l->judged || judged > count)
		return "OutOfOrder";
	*argument = count;
	return count > world.n ? "NoSuchRecord" : NULL;
}

static void accept(uint64_t now_s, uint64_t epoch, uint64_t count,
		   uint64_t judged, const char *verdicts)
{
	uint64_t from = world.last.judged;
	uint64_t closed = world.last.any
		? (world.last.epoch + 1) * world.p.epoch_s
		: world.created_at_s;
	bool late = judged != from && (from < world.taken_back ||
		now_s + world.p.challenge_s >
		closed + world.p.verdict_window_s);

	for (uint64_t i = from; i < judged; i++) {
		struct claim_record *r = &entries[i].claim;

		r->verdict = (enum verdict)(verdicts[i - from] - '0');
		r->accepted_at_s = now_s;
		r->in_late_range = late;
	}
	if (late && world.n_ranges == MAX_RANGES)
		bad("too many late ranges");
	if (late)
		ranges[world.n_ranges++] =
			(struct range){ from, judged, now_s };
	world.before = world.last;
	world.last = (struct accepted){ true, epoch, count, judged };
	world.accepted_at_s = now_s;
}

static void checkpoint(uint64_t now_s)
{
	uint64_t epoch = number(), count = number(), judged = number();
	const char *verdicts = word();
	uint64_t argument;
	const char *error = refusal(now_s, epoch, count, judged, &argument);

	if (error != NULL)
		printf("no %s %" PRIu64 " :", error, argument);
	else
		printf("ok :");
	put_checkpoint(count, judged, verdicts);
	if (error == NULL)
		accept(now_s, epoch, count, judged, verdicts);
}

static void refute(uint64_t now_s)
{
	if (last_is_effective(now_s)) {
		printf("no NotRefutable %" PRIu64, world.last.epoch);
		return;
	}
	for (uint64_t i = world.before.judged; i < world.last.judged; i++) {
		entries[i].claim.verdict = VERDICT_NONE;
		entries[i].claim.accepted_at_s = 0;
		entries[i].claim.in_late_range = false;
	}
	if (world.n_ranges > 0 &&
	    ranges[world.n_ranges - 1].to > world.before.judged)
		world.n_ranges--;
	world.last = world.before;
	world.accepted_at_s = 0;
	printf("ok");
}

/* --- what is asked beside ------------------------------------------------ */

/* A contribution's fields, and the late range that claimants name. */
static void tell_claim(void)
{
	uint64_t id = number();
	const struct entry *e = entry(id);
	struct hash32 none = { { 0 } };
	char who[ADDR20_TEXT_BYTES];
	unsigned late = 0;

	while (late < world.n_ranges && ranges[late].to <= id)
		late++;
	addr20_format(&e->is.contributor, who);
	printf("ok");
	put_hash(id == 0 ? &none : &e[-1].hash);
	printf(" %s %" PRIu64, who, e->is.time_s);
	put_wei(e->is.deposit_wei);
	printf(" %" PRIu32, e->is.label);
	put_hash(&e->is.sample_hash);
	printf(" %u", late);
}

static void tell_slot(void)
{
	const struct entry *e = entry(number());
	struct hash32 slot = e->hash;

	if (e->claim.settled)
		slot.b[31] |= 1;
	if (e->zeroed)
		memset(&slot, 0, sizeof(slot));
	printf("ok");
	put_hash(&slot);
}

static void tell_state(uint64_t now_s)
{
	const struct range *r = &ranges[world.n_ranges];

	printf("ok %" PRIu64, world.n);
	put_wei(world.held_wei);
	put_wei(price_at(&world.level, &world.p, now_s));
	printf(" %" PRIu64, world.pot.karma);
	put_wei(fees_due(now_s));
	printf(" %" PRIu64 " %u", judged_at(now_s), world.n_ranges);
	printf(" %" PRIu64 " %" PRIu64 " %" PRIu64,
	       world.n_ranges ? r[-1].from : 0, world.n_ranges ? r[-1].to : 0,
	       world.n_ranges ? r[-1].accepted_at_s : 0);
	for (unsigned i = 0; i < ACTORS; i++) {
		put_wei(world.has_wei[i]);
		printf(" %" PRIu64, world.share[i].karma);
		put_wei(share_owed(&world.pot, &world.share[i]));
	}
}

/* --- the model and its time ---------------------------------------------- */

static void read_actors(void)
{
	struct dc_err err = DC_ERR_INIT;

	for (unsigned i = 0; i < ACTORS; i++)
		if (addr20_parse(&world.addr[i], word(), &err) != DC_OK)
			bad("not an address");
	for (unsigned i = 0; i < ACTORS; i++)
		world.has_wei[i] = amount();
}

/* A new model; what was before is forgotten. */
static void model(uint64_t created_at_s)
{
	struct trainer_params *p = &world.p;

	memset(&world, 0, sizeof(world));
	world.created_at_s = created_at_s;
	world.owner = actor();
	p->classes = (uint32_t)number();
	p->max_sample_bytes = (uint32_t)number();
	p->refund_wait_s = (uint32_t)number();
	p->verdict_window_s = (uint32_t)number();
	p->challenge_s = (uint32_t)number();
	p->epoch_s = (uint32_t)number();
	p->owner_claim_wait_s = (uint32_t)number();
	p->any_claim_wait_s = (uint32_t)number();
	p->fee_gwei = number();
	p->floor_wei = amount();
	p->cap_wei = amount();
	p->burst = (uint32_t)number();
	p->window_s = (uint32_t)number();
	p->reporter_share_bps = (uint16_t)number();
	read_actors();
	printf("ok");
}

static void answer(const char *act, uint64_t now_s)
{
	if (strcmp(act, "model") == 0)
		model(now_s);
	else if (strcmp(act, "contribute") == 0)
		contribute(now_s);
	else if (strcmp(act, "refund") == 0)
		claims(CLAIM_REFUND, false, now_s);
	else if (strcmp(act, "report") == 0)
		claims(CLAIM_REPORT, false, now_s);
	else if (strcmp(act, "reportBatch") == 0)
		claims(CLAIM_REPORT, true, now_s);
	else if (strcmp(act, "claimLate") == 0)
		claims(CLAIM_LATE, false, now_s);
	else if (strcmp(act, "claimRewards") == 0)
		rewards();
	else if (strcmp(act, "collectFees") == 0)
		fees(now_s);
	else if (strcmp(act, "checkpoint") == 0)
		checkpoint(now_s);
	else if (strcmp(act, "refute") == 0)
		refute(now_s);
	else if (strcmp(act, "claim") == 0)
		tell_claim();
	else if (strcmp(act, "slot") == 0)
		tell_slot();
	else if (strcmp(act, "state") == 0)
		tell_state(now_s);
	else
		bad("no such action");
}

/* ACTION TIME [arguments] */
int main(void)
{
	static char line[LINE_BYTES];

	while (fgets(line, sizeof(line), stdin) != NULL) {
		const char *act = strtok_r(line, " \n", &rest);

		if (act == NULL)
			bad("an empty line");
		answer(act, number());
		printf("\n");
		fflush(stdout);
	}
	return 0;
}
