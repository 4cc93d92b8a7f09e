#ifndef DECAID_TESTS_UNIT_ENCODER_SPEC_H
#define DECAID_TESTS_UNIT_ENCODER_SPEC_H

/* As much of a spec as an encoder looks at. */

#include "models/encoder.h"
#include "tests/unit/unit.h"

static inline struct model_spec
spec_of(const char *encoder, uint32_t columns)
{
	struct model_spec s = { .columns = columns };

	s.encoder = encoder_find(encoder);
	ck_assert_ptr_nonnull(s.encoder);
	return s;
}

#endif /* DECAID_TESTS_UNIT_ENCODER_SPEC_H */
