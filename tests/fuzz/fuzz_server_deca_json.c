/*
 * fuzz_server_deca_json.c: any bytes as one of 0xDeCA10B's model files. What
 * is read is a model that a contract would take; where it can be said as a
 * file again, that file is the same model.
 */

#include "config.h"

#include <string.h>

#include "server/model_file.h"
#include "server/trial.h"
#include "tests/fuzz/fuzz.h"

#define COLUMNS_MAX 4096	/* more only costs memory */

static void
fuzz_again(const struct trial *t, const struct dc_buf *json)
{
	struct dc_err err = DC_ERR_INIT;
	struct deca_file f;
	struct trial again;

	DC_CHECK(deca_json_read(&f, (const char *)json->data, json->len,
				&err) == DC_OK);
	DC_CHECK(trial_import(&again, &f, NULL, &err) == DC_OK);
	/* zeros at the end are not written: columns may be fewer */
	if (again.text.len == t->text.len &&
	    memcmp(again.text.data, t->text.data, t->text.len) == 0)
		DC_CHECK(memcmp(again.m.cells, t->m.cells,
				8 * t->spec.model->cells(&t->spec)) == 0);
	trial_clear(&again);
	deca_file_clear(&f);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct dc_err err = DC_ERR_INIT;
	struct trial t = { .n_learned = 0 };
	struct deca_file f;
	struct dc_buf json;

	if (deca_json_read(&f, size != 0 ? (const char *)data : "", size,
			   &err) != DC_OK) {
		DC_CHECK(err.text[0] != '\0');
		deca_file_clear(&f);
		return 0;
	}
	dc_buf_init(&json, 1 << 24);
	if (f.columns <= COLUMNS_MAX &&
	    trial_import(&t, &f, NULL, &err) == DC_OK &&
	    trial_put_json(&json, &t, &err) == DC_OK)
		fuzz_again(&t, &json);
	dc_buf_clear(&json);
	trial_clear(&t);
	deca_file_clear(&f);
	return 0;
}
