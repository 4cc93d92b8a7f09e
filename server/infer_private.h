#ifndef DECAID_SERVER_INFER_PRIVATE_H
#define DECAID_SERVER_INFER_PRIVATE_H

/* What infer_body.c (the JSON of an inference request) and infer_binary.c
 * (tensors behind it) share. */

#include "server/infer_body.h"

#define INFER_DIMENSIONS_MAX 2

enum infer_number {
	INFER_SIGNED, INFER_UNSIGNED, INFER_FLOAT
};

/* A datatype of numbers, as it lies behind the JSON: little-endian. */
struct infer_type {
	const char *name;
	enum infer_number number;
	unsigned bytes;
};

/* NULL: there is none, or it is BYTES. */
const struct infer_type *infer_type_find(struct json_slice name);

/* An element in units of 10^-9, rounded, halves away from 0. false: it is no
 * number, or not below 2^63 / 10^9. */
bool infer_number_fx9(int64_t *out, const struct infer_type *t,
		      const uint8_t *in);

/* An element of an integer type. false: it does not fit. */
bool infer_number_i64(int64_t *out, const struct infer_type *t,
		      const uint8_t *in);

/* The tensor as it stands in the body. */
struct infer_tensor {
	struct json_slice name, datatype;
	const struct infer_type *type;	/* NULL: BYTES */
	uint64_t shape[INFER_DIMENSIONS_MAX];
	unsigned n_shape;
	struct json_scan data;	/* before the value */
	bool has_data;
	const uint8_t *binary;	/* (n_binary) behind the JSON */
	size_t n_binary;
	bool has_binary;	/* binary_data_size is given */
	int64_t binary_size;
};

struct infer_reading {
	struct json_scan s;
	struct dc_arena *arena;
	struct infer_body *out;
	struct dc_err *err;
	struct infer_tensor tensor;
	size_t n_tensors;
	bool all_binary;	/* outputs that do not say it themselves */
	bool says[INFER_OUTPUTS];	/* an output does */
	/* While the data is read: */
	enum encoder_input_kind kind;
	size_t rows, columns;	/* of the tensor */
	uint64_t *index;	/* (rows, columns) or NULL */
	int64_t *feature;	/* likewise */
	size_t at;		/* elements read */
	size_t pixels;		/* that may still come */
};

/* The data is of another kind: at which element.
 * Returns DC_EINVAL. */
enum dc_status infer_wrong_element(struct infer_reading *r, const char *what);

/* The most elements that so many bytes hold. */
size_t infer_binary_most(const struct infer_tensor *t);

/* The tensor's elements, of which there are rows times columns exactly.
 * Errors: DC_EINVAL. */
enum dc_status infer_binary_read(struct infer_reading *r) DC_MUST_CHECK;

#endif /* DECAID_SERVER_INFER_PRIVATE_H */
