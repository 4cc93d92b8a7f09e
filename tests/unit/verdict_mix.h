#ifndef DECAID_TESTS_UNIT_VERDICT_MIX_H
#define DECAID_TESTS_UNIT_VERDICT_MIX_H

/*
 * How good verdicts are on data that every Debian has: one-line descriptions
 * of packages to their section, contributed to an empty naive Bayes, 13 % of
 * them under a wrong section, each judged 100 contributions later by the fold
 * that did not learn it. Shared by a test and a bench.
 */

#include <stdio.h>
#include <string.h>

#include "models/encoder.h"
#include "models/learner.h"
#include "tests/unit/learner_room.h"
#include "tests/unit/unit.h"

#define MIX_SECTIONS 4
#define MIX_EACH 500	/* packages of a section */
#define MIX_ROWS (MIX_SECTIONS * MIX_EACH)
#define MIX_HELD_OUT 400
#define MIX_LEARNED 650
#define MIX_JUDGED_AFTER 100
#define MIX_WRONG_PERCENT 13
#define MIX_SAMPLE_BYTES 256

struct mix_row {
	uint8_t sample[MIX_SAMPLE_BYTES];
	size_t len;
	uint32_t section, label;	/* true, and as contributed */
};

struct mix {
	struct mix_row *row;	/* (MIX_ROWS) as the lists have them */
	struct mix_row **dealt;	/* (MIX_ROWS) in the order of one run */
	uint32_t n_row;
};

/* Verdicts by kind over honest and bad rows, and held-out accuracy. */
struct mix_result {
	unsigned honest[4], bad[4];
	unsigned right;		/* of MIX_HELD_OUT */
};

static inline void
mix_spec(char *out, size_t room, int64_t margin_fx9)
{
	snprintf(out, room,
		 "decaid 1\nmodel naive-bayes columns=16384 "
		 "smoothing=1000000000\nencoder murmur3-words\n"
		 "verdict two-fold credit=1000000000 margin=%lld\n"
		 "sample packed\nclass fonts\nclass games\nclass net\n"
		 "class science\n", (long long)margin_fx9);
}

/* One package whose section counts: its sample, while there is room. */
static inline void
mix_add(struct mix *m, uint32_t count[MIX_SECTIONS],
	const struct model_spec *spec, const char *section, const char *text)
{
	static struct sample_room room;
	struct encoder_input in = { .kind = ENCODER_TEXT, .text = text };
	struct mix_row *row = &m->row[m->n_row];
	struct sample x;
	struct dc_buf b;

	if (!spec_class_find(&row->section, spec, section) ||
	    count[row->section] == MIX_EACH)
		return;
	in.n = strlen(text);
	dc_buf_init(&b, MIX_SAMPLE_BYTES);
	if (encoder_encode(&x, spec, &room, &in, NULL) == DC_OK)
		sample_encode(&b, &x);
	if (b.len > 0 && !dc_buf_failed(&b)) {
		memcpy(row->sample, b.data, b.len);
		row->len = b.len;
		count[row->section]++;
		m->n_row++;
	}
	dc_buf_clear(&b);
}

/* false: this machine has no package lists. */
static inline bool
mix_load(struct mix *m)
{
	FILE *f = popen("apt-cache dumpavail 2>/dev/null", "r");
	char line[4096], text[4096] = "", section[4096] = "", spec_text[512];
	uint32_t count[MIX_SECTIONS] = { 0 };
	struct model_spec spec;

	m->row = dc_calloc(MIX_ROWS + 1, sizeof(*m->row));
	m->dealt = dc_calloc(MIX_ROWS, sizeof(*m->dealt));
	m->n_row = 0;
	mix_spec(spec_text, sizeof(spec_text), 1);
	DC_CHECK(spec_parse(&spec, spec_text, strlen(spec_text), NULL) ==
		 DC_OK);
	while (f != NULL && fgets(line, sizeof(line), f) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		if (strncmp(line, "Description: ", 13) == 0)
			memcpy(text, line + 13, strlen(line + 13) + 1);
		else if (strncmp(line, "Section: ", 9) == 0)
			memcpy(section, line + 9, strlen(line + 9) + 1);
		else if (line[0] == '\0') {
			mix_add(m, count, &spec, section, text);
			text[0] = section[0] = '\0';
		}
	}
	if (f != NULL)
		pclose(f);
	spec_clear(&spec);
	return m->n_row == MIX_ROWS;
}

static inline void
mix_clear(struct mix *m)
{
	free(m->row);
	free(m->dealt);
}

/* Shuffle, and give some rows another label: the same for the same seed. */
static inline void
mix_deal(struct mix *m, uint64_t seed)
{
	uint32_t i, j;

	for (i = 0; i < m->n_row; i++) {
		j = (uint32_t)(unit_random(&seed) % (i + 1));
		m->dealt[i] = m->dealt[j];
		m->dealt[j] = &m->row[i];
	}
	for (i = 0; i < m->n_row; i++) {
		struct mix_row *row = m->dealt[i];

		row->label = row->section;
		if (unit_random(&seed) % 100 < MIX_WRONG_PERCENT)
			row->label = (uint32_t)
				(row->section + 1 +
				 unit_random(&seed) % (MIX_SECTIONS - 1)) %
				MIX_SECTIONS;
	}
}

static inline struct lesson_input
mix_input(const struct mix_row *row)
{
	return (struct lesson_input){
		row->sample, row->len, row->label, NOVELTY_NEW,
		{ { 0 } }
	};
}

static inline void
mix_judge(struct learner *l, const struct mix_row *row, enum lesson lesson,
	  struct mix_result *out, struct sample_room *room)
{
	struct lesson_input in = mix_input(row);
	enum verdict v = learner_judge(l, &in, lesson, room);

	if (row->label == row->section)
		out->honest[v]++;
	else
		out->bad[v]++;
}

static inline void
mix_run(struct mix_result *out, struct mix *m, int64_t margin_fx9,
	uint64_t seed)
{
	static struct sample_room room;
	static struct learn_result got[MIX_LEARNED];
	int64_t scores[MIX_SECTIONS];
	struct learner_room r;
	struct sample x;
	char text[512];
	uint32_t i, label;

	memset(out, 0, sizeof(*out));
	mix_spec(text, sizeof(text), margin_fx9);
	learner_room_init(&r, text);
	mix_deal(m, seed);
	for (i = 0; i < MIX_LEARNED; i++) {
		struct lesson_input in = mix_input(m->dealt[i]);

		learner_learn(&r.l, &got[i], &in, &room);
		if (i >= MIX_JUDGED_AFTER)
			mix_judge(&r.l, m->dealt[i - MIX_JUDGED_AFTER],
				  got[i - MIX_JUDGED_AFTER].lesson, out,
				  &room);
	}
	for (i = m->n_row - MIX_HELD_OUT; i < m->n_row; i++) {
		DC_CHECK(sample_decode(&x, &room, r.spec.columns,
				       m->dealt[i]->sample,
				       m->dealt[i]->len));
		DC_CHECK(learner_predict(&r.l, scores, &label, &x));
		out->right += label == m->dealt[i]->section;
	}
	learner_room_clear(&r);
}

#endif /* DECAID_TESTS_UNIT_VERDICT_MIX_H */
