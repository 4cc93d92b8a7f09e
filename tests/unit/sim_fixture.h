#ifndef DECAID_TESTS_UNIT_SIM_FIXTURE_H
#define DECAID_TESTS_UNIT_SIM_FIXTURE_H

/* A simulated world with storage of its own: rows whose label is the first
 * of two columns that is set, and noise columns. */

#include "incentives/sim.h"
#include "tests/unit/learner_room.h"
#include "tests/unit/unit.h"

#define WORLD_ROWS 1500
#define WORLD_HELD 200
#define WORLD_COLUMNS 64
#define WORLD_SAMPLE_BYTES 64

struct world {
	struct learner_room learner;
	struct sim_config config;
	struct sim_room room;
	struct sim sim;
	struct sample_room sample;
	struct dc_buf scratch;
	uint8_t bytes[WORLD_ROWS * WORLD_SAMPLE_BYTES];
	struct sim_row row[WORLD_ROWS];
	struct sample held[WORLD_HELD];
	uint32_t held_index[WORLD_HELD][8];
	uint32_t held_label[WORLD_HELD];
};

#define WORLD_SPEC \
	"decaid 1\nmodel naive-bayes columns=64 smoothing=1000000000\n" \
	"encoder none\nverdict two-fold credit=1000000000 " \
	"margin=1000000000\nsample packed\nclass a\nclass b\n"

/* label, then five columns of noise; returns their number */
static inline uint32_t
world_row(uint32_t *index, uint32_t *label, uint64_t *state)
{
	uint32_t i;

	*label = (uint32_t)(unit_random(state) % 2);
	index[0] = *label;
	for (i = 1; i < 6; i++)
		index[i] = 2 + (uint32_t)(unit_random(state) %
					  (WORLD_COLUMNS - 2));
	return (uint32_t)sample_sort_unique(index, 6);
}

static inline void
world_rows(struct world *w, uint64_t seed)
{
	uint32_t index[8], i, n, label;
	uint64_t state = seed;

	for (i = 0; i < WORLD_ROWS; i++) {
		n = world_row(index, &label, &state);
		w->row[i].at = (size_t)i * WORLD_SAMPLE_BYTES;
		w->row[i].label = label;
		w->row[i].len = (uint32_t)learner_room_binary(
			w->bytes + w->row[i].at, WORLD_SAMPLE_BYTES, index,
			n);
	}
	for (i = 0; i < WORLD_HELD; i++) {
		n = world_row(w->held_index[i], &w->held_label[i], &state);
		w->held[i] = (struct sample){ SAMPLE_BINARY, n,
					      w->held_index[i], NULL };
	}
}

/* A world for these agents; config may be changed until world_begin. */
static inline struct world *
world_new(const struct sim_agent *agent, uint32_t n_agent, uint64_t seed)
{
	struct world *w = dc_calloc(1, sizeof(*w));

	learner_room_init(&w->learner, WORLD_SPEC);
	world_rows(w, 1);
	w->config = (struct sim_config){
		.learner = &w->learner.l,
		.rows = { w->bytes, w->row, WORLD_ROWS },
		.held = w->held, .held_label = w->held_label,
		.n_held = WORLD_HELD,
		.agent = agent, .n_agent = n_agent,
		.incentive = &sim_incentive_drt,
		.drt = { wei_from_u64(60), 86400, 9 * 86400 },
		.retry_s = 86400, .measure_s = 86400,
		.end_s = UINT64_MAX, .seed = seed,
	};
	return w;
}

static inline void
world_begin(struct world *w)
{
	struct sim_room *room = &w->room;

	sim_need(room, &w->config);
	room->account = dc_calloc(room->n_account, sizeof(*room->account));
	room->entry = dc_calloc(room->n_entry, sizeof(*room->entry));
	room->due = dc_calloc(room->n_due, sizeof(*room->due));
	room->seen = dc_calloc(room->n_seen, sizeof(*room->seen));
	room->bytes = room->n_bytes > 0 ? dc_malloc(room->n_bytes) : NULL;
	room->sample = &w->sample;
	room->scratch = &w->scratch;
	dc_buf_init(&w->scratch, 1 << 16);
	if (room->market.n_cells > 0) {
		struct sim_market_room *m = &room->market;

		m->entry = dc_calloc(room->n_entry, sizeof(*m->entry));
		m->party = dc_calloc(room->n_entry, sizeof(*m->party));
		m->start = dc_calloc(m->n_cells, 8);
		m->cells = dc_calloc(m->n_cells, 8);
		m->derived = dc_calloc(m->n_derived + 1, 8);
		m->dirty = dc_calloc(m->n_dirty, 8);
	}
	sim_init(&w->sim, &w->config, room);
}

static inline void
world_free(struct world *w)
{
	free(w->room.account);
	free(w->room.entry);
	free(w->room.due);
	free(w->room.seen);
	free(w->room.bytes);
	free(w->room.market.entry);
	free(w->room.market.party);
	free(w->room.market.start);
	free(w->room.market.cells);
	free(w->room.market.derived);
	free(w->room.market.dirty);
	dc_buf_clear(&w->scratch);
	learner_room_clear(&w->learner);
	free(w);
}

#endif /* DECAID_TESTS_UNIT_SIM_FIXTURE_H */
