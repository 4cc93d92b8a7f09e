#ifndef DECAID_TESTS_UNIT_FAKE_DECA_H
#define DECAID_TESTS_UNIT_FAKE_DECA_H

/*
 * A model of 0xDeCA10B's on a fake chain: the contracts of mirror_fixture.h,
 * a sparse perceptron of two classes with a stake. Its learning rate is 0, so
 * that what it answers is the same after every block, and a mirror of it does
 * all of its work.
 *
 *     fake_chain_start(&c, 31337, 0);
 *     c.call = fake_deca_call;
 */

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "base/types.h"

json_t *fake_deca_call(const struct addr20 *to, const uint8_t *data,
		       size_t len);

#endif /* DECAID_TESTS_UNIT_FAKE_DECA_H */
