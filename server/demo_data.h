#ifndef DECAID_SERVER_DEMO_DATA_H
#define DECAID_SERVER_DEMO_DATA_H

/*
 * The data that the demo contributes: real, and on every Debian.
 *
 * A set is rows of (input, label), shuffled by a seed, part of them held
 * out to measure with. The input is what `decaid contribute` takes: a text,
 * or feature indices with commas between them.
 */

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/status.h"

enum demo_input {
	DEMO_INPUT_TEXT,	/* for an encoder of words */
	DEMO_INPUT_INDICES	/* "0,4,8": for encoder none */
};

struct demo_row {
	const char *input;
	uint32_t label;		/* [0, n_class) */
};

struct demo_set {
	enum demo_input kind;
	size_t n_class;
	const char **classes;
	size_t n_train, n_holdout;
	struct demo_row *train, *holdout;
	struct dc_arena *arena;		/* owns all of it */
};

/* Package descriptions of the sections games, science, net, fonts, as
 * `apt-cache dumpavail` tells them: by package name, at most per_class of a
 * section, equal descriptions once; n_holdout of them held out.
 * Errors: DC_EIO apt-cache cannot be run; DC_ENOTFOUND it knows too few
 * packages (the lists were never fetched). */
enum dc_status demo_sections_load(struct demo_set *out, size_t per_class,
				  size_t n_holdout, uint64_t seed,
				  struct dc_err *err) DC_MUST_CHECK;

/* The same from the text of dumpavail, for tests. */
enum dc_status demo_sections_parse(struct demo_set *out, const char *text,
				   size_t len, size_t per_class,
				   size_t n_holdout, uint64_t seed,
				   struct dc_err *err) DC_MUST_CHECK;

/* The complete tic-tac-toe endgame table, 958 boards, x moves first; label 1:
 * x has won. Features, DEMO_TICTACTOE_COLUMNS in all: what stands in a cell,
 * f(cell) = 3 * cell + {0 x, 1 o, 2 blank}, and of each pair a < b of cells
 * 27 + 27 * f(a) + f(b), because a line is won by cells together.
 * Source: Aha 1991 (UCI 101); generated here from the rules. */
#define DEMO_TICTACTOE_COLUMNS 756
void demo_tictactoe_make(struct demo_set *out, size_t n_holdout,
			 uint64_t seed);

/* The user's own rows: "class<TAB>text", one a line, UTF-8; a class is what
 * stands first, in order of appearance. A tenth is held out, at most 400.
 * Errors: DC_EIO the file cannot be read; DC_EINVAL "path: line N: what". */
enum dc_status demo_tsv_load(struct demo_set *out, const char *path,
			     uint64_t seed, struct dc_err *err)
	DC_MUST_CHECK;

void demo_set_clear(struct demo_set *set);

/* The demo's dice: splitmix64, so that a seed gives the same run anywhere.
 * Source: Steele, Lea, Flood, OOPSLA 2014. */
uint64_t demo_random(uint64_t *state);

#endif /* DECAID_SERVER_DEMO_DATA_H */
