#ifndef DECAID_ORACLE_DECA_KEPT_H
#define DECAID_ORACLE_DECA_KEPT_H

/*
 * A mirror's state as bytes, the same for the same state on every machine.
 * Numbers are big-endian:
 *
 *	16	"decaid mirror 1\n"
 *	32	keccak256 of all that follows
 *	20 20	trainer, classifier
 *	8 32 8	block: number, hash, time
 *	9 x 8	struct deca_mirror_stats, in its order
 *	4 4	kind, classes with rows
 *	8 8 8	names of classes, dataCounts, cells
 *	4 4	learning rate, smoothing
 *	32 32	intercept, total number of features
 *	each class (rows or dataCounts, whichever are more): count 32,
 *		total 32, length of its dense row 8
 *	each cell, ascending: class 4, feature 8, high 8, low 8
 */

#include "base/buf.h"
#include "oracle/deca_mirror.h"

#define DECA_KEPT_BYTES_MAX ((size_t)128 << 20)

/* Append it. */
void deca_kept_export(struct dc_buf *out, const struct deca_kept *kept);

/* Owner: out's model the caller's, free().
 * Errors: DC_EINVAL not whole, or no such file: which part. */
enum dc_status deca_kept_import(struct deca_kept *out, const uint8_t *in,
				size_t len, struct dc_err *err) DC_MUST_CHECK;

#endif /* DECAID_ORACLE_DECA_KEPT_H */
