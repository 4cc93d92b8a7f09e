/*
 * bench_base_json.c: reading answers of eth_getLogs, 60 and 3 values an
 * event, with the scanner and with jansson.
 *
 *     make bench BENCHES=tests/bench/bench_base_json
 */

#include "config.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/json_scan.h"
#include "tests/bench/bench.h"

#define LOGS 500

struct answer {
	struct dc_buf text;
	size_t logs, data_bytes;	/* what a reader found in it */
};

/* An answer as anvil writes it, events of values ABI words. */
static void
answer_make(struct answer *a, unsigned values)
{
	unsigned i, j;

	dc_buf_init(&a->text, 100000000);
	dc_buf_append_text(&a->text,
			   "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":[");
	for (i = 0; i < LOGS; i++) {
		dc_buf_printf(&a->text, "%s{\"address\":\"0x5fbdb2315678afecb"
			"367f032d93f642f64180aa3\",\"topics\":[\"0x%064x\","
			"\"0x%064x\",\"0x%064x\"],\"data\":\"0x",
			i > 0 ? "," : "", 0x1234567u, i, i * 31);
		for (j = 0; j < values; j++)
			dc_buf_printf(&a->text, "%064x", i * 1000 + j);
		dc_buf_printf(&a->text, "\",\"blockHash\":\"0x%064x\","
			"\"blockNumber\":\"0x%x\",\"blockTimestamp\":\"0x%x\","
			"\"transactionHash\":\"0x%064x\",\"transactionIndex\":"
			"\"0x%x\",\"logIndex\":\"0x%x\",\"removed\":false}",
			i / 50, i / 50, 0x65000000 + i / 50, i, i % 50,
			i % 50);
	}
	dc_buf_append_text(&a->text, "]}");
	DC_CHECK(!dc_buf_failed(&a->text));
}

static void
scan_log(struct answer *a, struct json_scan *s)
{
	struct json_slice key, text;
	bool found, more;

	for (found = json_scan_object(s); found; found = json_scan_more(s)) {
		json_scan_key(s, &key);
		if (json_slice_is(key, "data")) {
			json_scan_string(s, &text);
			a->data_bytes += text.len;
		} else if (json_slice_is(key, "topics")) {
			for (more = json_scan_array(s); more;
			     more = json_scan_more(s))
				json_scan_string(s, &text);
			DC_CHECK(json_scan_close(s));
		} else if (json_slice_is(key, "removed")) {
			json_scan_bool(s, &more);
		} else {
			json_scan_string(s, &text);
		}
	}
	DC_CHECK(json_scan_close(s));
	a->logs++;
}

static void
run_scan(void *data, size_t n)
{
	struct answer *a = data;
	struct json_slice key;
	struct json_scan s;
	bool found, more;

	while (n-- > 0) {
		a->logs = a->data_bytes = 0;
		json_scan_init(&s, (const char *)a->text.data, a->text.len);
		for (found = json_scan_object(&s); found;
		     found = json_scan_more(&s)) {
			json_scan_key(&s, &key);
			if (!json_slice_is(key, "result")) {
				json_scan_skip(&s);
				continue;
			}
			for (more = json_scan_array(&s); more;
			     more = json_scan_more(&s))
				scan_log(a, &s);
			DC_CHECK(json_scan_close(&s));
		}
		DC_CHECK(json_scan_close(&s) && json_scan_end(&s));
	}
}

static void
run_skip(void *data, size_t n)
{
	struct answer *a = data;
	struct json_scan s;

	while (n-- > 0) {
		json_scan_init(&s, (const char *)a->text.data, a->text.len);
		DC_CHECK(json_scan_skip(&s) && json_scan_end(&s));
	}
}

static void
run_jansson(void *data, size_t n)
{
	struct answer *a = data;
	const json_t *log;
	json_t *tree;
	size_t i;

	while (n-- > 0) {
		a->logs = a->data_bytes = 0;
		tree = json_loadb((const char *)a->text.data, a->text.len, 0,
				  NULL);
		DC_CHECK(tree != NULL);
		json_array_foreach(json_object_get(tree, "result"), i, log) {
			a->data_bytes += json_string_length(
				json_object_get(log, "data"));
			a->logs++;
		}
		json_decref(tree);
	}
}

static void
race(unsigned values)
{
	struct answer a;
	struct bench_rival rivals[] = {
		{ "json_scan, fields read", run_scan, &a, 0 },
		{ "json_scan_skip", run_skip, &a, 0 },
		{ "jansson, fields read", run_jansson, &a, 0 },
	};
	size_t bytes;

	answer_make(&a, values);
	run_scan(&a, 1);
	bytes = a.data_bytes;
	run_jansson(&a, 1);
	DC_CHECK(a.data_bytes == bytes && a.logs == LOGS);
	bench_race(rivals, DC_ARRAY_LEN(rivals), 15, 4);
	printf("%d logs of %u values, %zu bytes (ratio: the first's rate to "
	       "this)\n", LOGS, values, a.text.len);
	bench_print(rivals, DC_ARRAY_LEN(rivals), "answers", a.text.len);
	dc_buf_clear(&a.text);
}

int
main(void)
{
	race(60);
	race(3);
	return EXIT_SUCCESS;
}
