#ifndef DECAID_ORACLE_RPC_CORE_H
#define DECAID_ORACLE_RPC_CORE_H

/*
 * The inside of oracle/rpc.h, shared by rpc*.c alone: one HTTP exchange, and
 * requests and results of JSON-RPC around it.
 *
 *     rpc_begin(rpc);
 *     rpc_add(rpc, "eth_getBlockByNumber", "[\"0x%" PRIx64 "\",false]", n);
 *     st = rpc_run(rpc, err);           one HTTP exchange
 *     st = rpc_results(rpc, &results, err);    results[i] answers request i
 *     json_decref(results);
 */

#include <curl/curl.h>
#include <jansson.h>
#include <stdatomic.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/status.h"
#include "oracle/rpc.h"

#define RPC_HOST_BYTES 128

struct rpc {
	CURLM *multi;
	CURL *easy;
	struct curl_slist *headers;
	char name[RPC_HOST_BYTES];	/* for texts: no path, no password */
	struct dc_buf request, reply;
	size_t n_requests;		/* in request */
	const char *method;		/* of the first, for texts */
	atomic_bool interrupted;
	struct rpc_failure failure;
};

void rpc_begin(struct rpc *rpc);

/* Append one request; its id is its place. params is JSON built from hex
 * digits and our own words, so nothing needs escaping. */
void rpc_add(struct rpc *rpc, const char *method, const char *params_fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* For params that are built piece by piece: open, append to rpc->request,
 * close. */
void rpc_add_open(struct rpc *rpc, const char *method);
void rpc_add_close(struct rpc *rpc);

/* Post what was added; the answer's bytes are in rpc->reply. */
enum dc_status rpc_run(struct rpc *rpc, struct dc_err *err) DC_MUST_CHECK;

/* Parse the answer: a new array with one result a request, in order.
 * Errors: DC_EIO wrong shape; DC_EREFUSED or DC_EBUSY the first error object
 *     found, rpc->failure filled. */
enum dc_status rpc_results(struct rpc *rpc, json_t **out,
			   struct dc_err *err) DC_MUST_CHECK;

/* The answer as JSON, whatever is in it: a new reference. */
enum dc_status rpc_reply_json(struct rpc *rpc, json_t **out,
			      struct dc_err *err) DC_MUST_CHECK;

/* Append an eth_call of this message. */
void rpc_add_eth_call(struct rpc *rpc, const struct rpc_message *msg,
		      struct rpc_at at);

/* rpc_run and rpc_results of a single request; *out is a new reference. */
enum dc_status rpc_result(struct rpc *rpc, json_t **out,
			  struct dc_err *err) DC_MUST_CHECK;

/* Record the fault, and describe it as "method: what (host)". */
enum dc_status rpc_fail(struct rpc *rpc, struct dc_err *err,
			enum dc_status status, enum rpc_fault fault,
			const char *fmt, ...)
	__attribute__((format(printf, 5, 6)));

/* The answer had the wrong shape. */
enum dc_status rpc_malformed(struct rpc *rpc, struct dc_err *err,
			     const char *what);

/* Classify an error object. */
enum dc_status rpc_error_object(struct rpc *rpc, const json_t *error,
				struct dc_err *err);

/* The JSON of a block parameter, quotes included, for state queries and
 * eth_getBlockBy*.
 * out  (RPC_AT_TEXT_BYTES) */
#define RPC_AT_TEXT_BYTES 96
void rpc_at_text(char *out, struct rpc_at at);

/* Hex fields of results; false: not of that shape. Text need not end in
 * NUL. */
bool rpc_hex_hash(struct hash32 *out, const char *text, size_t len);
bool rpc_hex_addr(struct addr20 *out, const char *text, size_t len);
bool rpc_hex_u256(struct u256 *out, const char *text, size_t len);

#endif /* DECAID_ORACLE_RPC_CORE_H */
