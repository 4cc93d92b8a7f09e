#ifndef DECAID_TESTS_UNIT_REST_FIXTURE_H
#define DECAID_TESTS_UNIT_REST_FIXTURE_H

/*
 * A daemon without a node: a chain.db written through sql/, the learners
 * behind it, and the HTTP server over both. Two models:
 *
 *	sections   naive Bayes over words, stake; REST_SECTIONS contributions,
 *		   some judged, refunded, forfeited; two checkpoints
 *	board      perceptron over features, points; none
 *
 * and one whose spec this build does not know.
 */

#include <jansson.h>
#include <stdatomic.h>

#include "oracle/registry_write.h"
#include "server/app.h"
#include "server/http.h"
#include "tests/unit/http_client.h"

#ifndef TEST_OPENAPI	/* the build names the source tree's */
#define TEST_OPENAPI "server/openapi.json"
#endif

#define REST_SECTIONS 120
#define REST_NOW_S 1700010000
#define REST_HEAD 130

struct rest_fixture {
	char folder[64], chain[96], local[96];
	struct sql_db *writer;
	struct registry *registry;
	struct registry_model *sections, *board;
	struct addr20 sections_at, board_at, unknown_at;
	int64_t row[4];
	struct hash32 record;		/* of the newest contribution */
	struct gateway_status status;	/* what the app is told */
	atomic_uint_fast64_t sequence;
	struct app app;
	struct http_server *http;
	struct http_client *client;
	json_t *openapi;
};

/* loops  HTTP threads */
void rest_fixture_start(struct rest_fixture *f, unsigned loops);
void rest_fixture_stop(struct rest_fixture *f);

/* One more contribution in a block of its own, and who listens is woken. */
void rest_fixture_contribute(struct rest_fixture *f, uint64_t block);

/* One more model, of two classes, that has learned nothing; once. */
struct registry_model *rest_fixture_add(struct rest_fixture *f,
					const char *name, const char *spec);

/* A spec's text. */
const char *rest_fixture_spec(void);

/* A deterministic address. */
struct addr20 rest_fixture_address(unsigned n);

#endif /* DECAID_TESTS_UNIT_REST_FIXTURE_H */
