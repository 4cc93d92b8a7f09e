/*
 * fuzz_models_start.c: any bytes as the starting weights that somebody sent
 * along with a model: what is taken fills no more than the model's cells, and
 * packed again it unpacks to the same.
 *
 * The first byte is how many cells there are.
 */

#include "config.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "models/start.h"
#include "tests/fuzz/fuzz.h"

/* Cells of an exact size, so that a sanitizer sees what goes past them. */
static int64_t *
fuzz_cells(size_t n)
{
	return dc_calloc(n + 1, sizeof(int64_t));
}

static void
fuzz_again(const int64_t *cells, size_t n)
{
	struct dc_err err = DC_ERR_INIT;
	int64_t *again = fuzz_cells(n);
	struct dc_buf packed;

	dc_buf_init(&packed, START_BYTES_MAX);
	start_encode(&packed, cells, n);
	if (dc_buf_failed(&packed)) {	/* a cell that no word can hold */
		bool large = false;

		for (size_t i = 0; i < n; i++)
			large |= cells[i] > INT64_MAX / 2 ||
				cells[i] < INT64_MIN / 2;
		DC_CHECK(large);
	} else {
		DC_CHECK(start_decode(again, n, packed.data, packed.len,
				      &err) == DC_OK);
		DC_CHECK(memcmp(cells, again, n * sizeof(*cells)) == 0);
	}
	dc_buf_clear(&packed);
	free(again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct dc_err err = DC_ERR_INIT;
	int64_t *cells;
	size_t n;

	if (size < 1)
		return 0;
	n = data[0];
	cells = fuzz_cells(n);
	if (start_decode(cells, n, data + 1, size - 1, &err) == DC_OK)
		fuzz_again(cells, n);
	else
		DC_CHECK(err.status == DC_EINVAL && err.text[0] != '\0');
	DC_CHECK(cells[n] == 0);
	free(cells);
	return 0;
}
