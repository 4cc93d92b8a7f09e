/*
 * When the pipeline doubts what it was fed: an id that is missing, a record
 * that the contract does not have. The log that was left out may be of any
 * block above recent[0], so all of that is asked for again, of another
 * endpoint. Who fed it all is accused, and is blamed when another's word
 * passes where theirs did not. Where every endpoint's word fails, the fault
 * is not theirs: a person must look.
 */

#include "config.h"

#include <inttypes.h>

#include "base/log.h"
#include "oracle/follow_core.h"

/* An endpoint that fails on the way leaves nobody to accuse: then it is
 * asked for once more. */
#define ROUNDS_MOST (2 * NODES_MAX + 1)
#define PASSED_BLOCKS 16	/* beyond, where nobody can be audited */

static bool is_one(unsigned places)
{
	return places != 0 && (places & (places - 1)) == 0;
}

static unsigned count_of(unsigned places)
{
	return (unsigned)__builtin_popcount(places);
}

/* What the pipeline holds may end below recent[0]: final blocks come in
 * batches. It goes on from there; keeps (1). */
static void back_to_committed(struct follow *f, const struct feed_doubt *d)
{
	if (f->n_recent == 0 || (d->has_head &&
				 d->head.number >= f->recent[0].number))
		return;
	f->n_recent = d->has_head ? 1 : 0;
	if (d->has_head) {
		f->recent[0] = d->head;
		f->recent_logs[0] = (struct hash32){ { 0 } };
	}
	f->finalized = d->has_head ? d->head.number : 0;
}

/* One endpoint alone is asked twice: what stands behind one address may be
 * several nodes, one of them behind. */
static bool is_hopeless(const struct follow *f, unsigned places)
{
	return (places & ~f->doubt.accused) == 0 ||
		f->doubt.rounds > ROUNDS_MOST;
}

enum follow_step follow_doubted(struct follow *f,
				const struct feed_doubt *d)
{
	unsigned places = nodes_places(f->nodes);

	f->doubt.on = true;
	f->doubt.rounds++;
	if (d->block > f->doubt.block)
		f->doubt.block = d->block;
	if (is_one(f->doubt.used) &&
	    (count_of(places) > 1 || f->doubt.rounds > 1))
		f->doubt.accused |= f->doubt.used;
	follow_mirrors_again(f);
	if (is_hopeless(f, places))
		return count_of(places) > 1 ?
			follow_halt(f, "%s; all %u nodes say the same",
				    d->why, count_of(places)) :
			follow_halt(f, "%s", d->why);
	dc_log(DC_LOG_UNUSUAL, "oracle", "doubted, and asked for again%s: %s",
	       f->doubt.accused != 0 ? " of another node" : "", d->why);
	standing_node_error(f->standing, d->why);
	node_link_avoid(f->link, f->doubt.accused);
	back_to_committed(f, d);
	return follow_again(f);
}

static void blame(struct follow *f, size_t place)
{
	struct dc_err why = DC_ERR_INIT;

	(void)dc_fail(&why, DC_EIO, "it left out or changed logs by block %"
		      PRIu64 ", which node %zu did not", f->doubt.block,
		      f->place + 1);
	(void)node_link_turn(f->link, place);
	node_link_blame(f->link, &why);
}

/* The contract was asked about that block again, and agreed. */
static bool has_passed(const struct follow *f)
{
	uint64_t followed = standing_followed(f->standing);

	return followed > f->doubt.block &&
		(f->audit_off || f->audited_block >= f->doubt.block ||
		 followed > f->doubt.block + PASSED_BLOCKS) &&
		followed > f->audited_block;
}

void follow_doubt_passed(struct follow *f)
{
	size_t chosen = f->place;

	if (!f->doubt.on || !has_passed(f))
		return;
	for (size_t i = 0; i < NODES_MAX; i++)
		if ((f->doubt.accused >> i & 1) != 0)
			blame(f, i);
	(void)node_link_turn(f->link, chosen);
	node_link_good(f->link);
	node_link_avoid(f->link, 0);
	f->doubt.on = false;
	f->doubt.block = 0;
	f->doubt.accused = 0;
	f->doubt.rounds = 0;
	dc_log(DC_LOG_UNUSUAL, "oracle", "what was doubted is well now");
}
