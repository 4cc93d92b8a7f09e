#ifndef DECAID_MODELS_DECA_VIEW_H
#define DECAID_MODELS_DECA_VIEW_H

/*
 * A model of our own of one of 0xDeCA10B's types, seen as the deca_model that
 * the contract's arithmetic works on: the classes are copied into the view,
 * the numbers stay in the model's cells and are read and written there. So a
 * model type and a mirror run the same code. A view lives for one call.
 *
 * cells   head | a record for each class | the numbers, column by column, a
 *         row's after the other (layout_of in deca_view.c)
 */

#include "models/deca.h"
#include "models/model.h"

/* The longest sample: 0xDeCA10B's own limit lies near 4,000 indices and 6,602
 * dense values, where a transaction no longer fits a block. */
#define DECA_INDICES_MAX 4096
#define DECA_COLUMNS_DENSE_MAX 8192

enum deca_layout { DECA_BLOCK = 0, DECA_VIEW = 1 };

/* Which of the five a spec names; false: none. */
bool deca_spec_kind(enum deca_kind *out, const struct model_spec *spec);

/* Whether samples are dense arrays, not lists of indices. */
bool deca_kind_is_dense(enum deca_kind kind);

/* Cells that a spec of this kind asks for. */
size_t deca_view_cells(const struct model_spec *spec, enum deca_kind kind);

/* Where the numbers are. */
struct deca_flat {
	const int64_t *cells;	/* of the numbers */
	struct model *m;	/* to write to; NULL: it is only read */
	size_t base;		/* of the numbers in m->cells */
	uint32_t rows;
	uint32_t width;		/* cells a number */
	uint32_t columns;
};

struct deca_view {
	struct deca_model head;
	struct deca_class klass[SPEC_CLASSES_MAX];
	struct deca_flat flat;
};

/* Open a model, to read or to write. v is 76 KiB. */
void deca_view_read(struct deca_view *v, const struct model *m,
		    enum deca_kind kind);
void deca_view_write(struct deca_view *v, struct model *m,
		     enum deca_kind kind);

/* Put back what an update changed of a class. */
void deca_view_save(const struct deca_view *v, uint32_t klass);

/* Put a whole block into the cells of a model that has learned nothing.
 * Errors: DC_EINVAL what of it the spec has no place for: other classes,
 *         another learning rate, a number of a column that is none. */
enum dc_status deca_view_load(struct model *m, enum deca_kind kind,
			      const struct deca_model *from,
			      struct dc_err *err) DC_MUST_CHECK;

/* A number of a view, as deca_cell_value of a block's: of a sparse centroid
 * the count that it was true at lies 64 bits higher. */
__int128 deca_view_value(const struct deca_model *m, uint32_t klass,
			 uint64_t index);

struct deca_number;
struct deca_number deca_view_get(const struct deca_model *m, uint32_t klass,
				 uint64_t index);
void deca_view_set(struct deca_model *m, uint32_t klass, uint64_t index,
		   struct deca_number number);

#endif /* DECAID_MODELS_DECA_VIEW_H */
