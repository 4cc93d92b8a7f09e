#ifndef DECAID_TESTS_FUZZ_FUZZ_H
#define DECAID_TESTS_FUZZ_FUZZ_H

/*
 * What every fuzz target has. It reads data (size), must come back whatever
 * they are, and checks what must hold with DC_CHECK, which aborts. The entry
 * is libFuzzer's; without libFuzzer replay.c calls it.
 */

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif /* DECAID_TESTS_FUZZ_FUZZ_H */
