/* check_oracle_mirror_steps.c: a mirror that goes on with its chain asks for as
 * many blocks at once as the node gives, and does not ask for too many each
 * time. */

#include "config.h"

#include "oracle/deca_mirror.h"
#include "tests/unit/fake_chain.h"
#include "tests/unit/fake_deca.h"
#include "tests/unit/mirror_fixture.h"

#define CHAIN 7
#define BLOCKS 120
#define A_BLOCK 10	/* contributions */
#define MOST 50		/* logs in an answer of the node's */

static struct fake_chain c;
static struct rpc *rpc;
static struct deca_mirror *mirror;
static uint64_t told, last_block;

static void
put_block(void)
{
	struct dc_arena *arena = dc_arena_new(1 << 16);
	const uint64_t time_s = fake_chain_head(&c).time_s + FAKE_BLOCK_S;

	for (unsigned i = 0; i < A_BLOCK; i++) {
		const struct log_ref at = { .index = i };
		struct raw_log log = mirror_added(arena, &at, MIRROR_TRAINER,
						  time_s, 1 + i);

		fake_chain_log(&c, &log);
	}
	fake_chain_mine(&c);
	dc_arena_free(arena);
}

static void
begin(void)
{
	const struct addr20 trainer = mirror_address(MIRROR_TRAINER);
	struct rpc_config config = { .timeout_ms = 60000 };

	told = last_block = 0;
	fake_chain_start(&c, CHAIN, 1);
	c.call = fake_deca_call;
	fake_chain_mine(&c);
	config.url = c.front[0].http.url;
	MUST(rpc_new(&rpc, &config, err));
	MUST(deca_mirror_open(&mirror, rpc, &trainer, UINT64_MAX,
			      DECA_MIRROR_CELLS_MAX, err));
}

static void
end(void)
{
	deca_mirror_free(mirror);
	rpc_free(rpc);
	fake_chain_stop(&c);
}

static void
take(void *self, const struct deca_event *event, const struct log_ref *at,
     uint64_t prediction)
{
	(void)self;
	ck_assert_int_eq(event->kind, DECA_EVENT_ADD_DATA);
	ck_assert_uint_eq(prediction, 0);
	ck_assert_uint_ge(at->block, last_block);
	last_block = at->block;
	told++;
}

/* Returns how many steps it took. */
static unsigned
go_to_head(void)
{
	bool moved = true;
	unsigned n = 0;

	for (; moved; n++)
		MUST(deca_mirror_advance(mirror, &moved, take, NULL, err));
	return n;
}

START_TEST(each_contribution_is_told_once_in_few_steps)
{
	begin();
	for (unsigned i = 0; i < BLOCKS; i++)
		put_block();
	ck_assert_uint_le(go_to_head(), 8);
	ck_assert_uint_eq(told, BLOCKS * A_BLOCK);
	ck_assert_uint_eq(deca_mirror_block(mirror)->number, 1 + BLOCKS);
	ck_assert_uint_gt(fake_front_asked(&c.front[0]).widest, BLOCKS / 4);
	end();
}
END_TEST

START_TEST(a_node_that_refuses_many_is_seldom_asked_for_many)
{
	uint64_t before, asked;

	begin();
	for (unsigned i = 0; i < BLOCKS; i++)
		put_block();
	fake_front_lie(&c.front[0], (struct fake_lies){ .max_logs = MOST });
	before = fake_front_asked(&c.front[0]).refused;
	(void)go_to_head();
	asked = fake_front_asked(&c.front[0]).refused - before;
	ck_assert_uint_eq(told, BLOCKS * A_BLOCK);
	ck_assert_uint_gt(asked, 0);
	ck_assert_msg(asked <= 20, "refused %u times", (unsigned)asked);
	end();
}
END_TEST

START_TEST(a_block_of_more_than_is_given_is_an_error)
{
	struct dc_err err = DC_ERR_INIT;
	bool moved;

	begin();
	put_block();
	fake_front_lie(&c.front[0],
		       (struct fake_lies){ .max_logs = A_BLOCK - 1 });
	ck_assert_int_eq(deca_mirror_advance(mirror, &moved, take, NULL, &err),
			 DC_EINVAL);
	ck_assert_ptr_nonnull(strstr(err.text, "block 2 has more logs"));
	ck_assert_uint_eq(told, 0);
	end();
}
END_TEST

UNIT_MAIN("oracle/mirror_steps", each_contribution_is_told_once_in_few_steps,
	  a_node_that_refuses_many_is_seldom_asked_for_many,
	  a_block_of_more_than_is_given_is_an_error)
