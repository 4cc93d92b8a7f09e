#ifndef DECAID_TESTS_UNIT_FAKE_HTTP_H
#define DECAID_TESTS_UNIT_FAKE_HTTP_H

/*
 * The HTTP and JSON-RPC half of a fake node: it takes requests and batches
 * on loopback, asks a function for each answer, and misbehaves as it is
 * told to. A thread a connection; answers are made one at a time, under a
 * lock that the test takes too when it changes what they are made of.
 */

#include <jansson.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FAKE_CONNECTIONS 64

/* {"result": ...} or {"error": {...}}, a new reference. Under the lock. */
typedef json_t *fake_answer_fn(void *user, const char *method,
			       const json_t *params);

enum fake_fault_kind {
	FAKE_WELL,
	FAKE_STATUS,	/* another HTTP status, with headers and a body */
	FAKE_BODY,	/* 200 and these bytes */
	FAKE_CUT,	/* the right answer, half of it, then the end */
	FAKE_TRICKLE,	/* the right answer, a byte every delay_ms */
	FAKE_HANG,	/* never an answer */
	FAKE_CLOSE,	/* hangs up instead */
	FAKE_HUGE	/* 200 and an answer of so many bytes */
};

struct fake_fault {
	enum fake_fault_kind kind;
	const char *method;	/* NULL: any; else requests that hold it */
	unsigned times;		/* so often, then well again; 0: until told */
	int status;
	const char *headers;	/* lines with CRLF, or NULL */
	const char *body;
	uint64_t bytes;		/* FAKE_HUGE */
	unsigned delay_ms;	/* FAKE_TRICKLE */
};

/* Where a service is no JSON-RPC: the right answer's text, malloc'ed. */
typedef char *fake_raw_fn(void *user, const char *body);

struct fake_http {
	fake_answer_fn *answer;
	fake_raw_fn *raw;	/* instead of answer, unless NULL */
	void *user;
	int fd;
	unsigned port;
	char url[64];
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t gone;	/* a connection ended */
	bool stopping;
	struct fake_fault fault;
	uint64_t requests;	/* JSON-RPC or raw ones, taken */
	char authorization[128];	/* of the last one; "" none */
	uint64_t faults;	/* HTTP ones that were answered badly */
	int connections[FAKE_CONNECTIONS];	/* -1: free */
};

/* user is given to answer. */
void fake_http_start(struct fake_http *h, fake_answer_fn *answer, void *user);

/* The same for a service that is no JSON-RPC. */
void fake_http_start_raw(struct fake_http *h, fake_raw_fn *raw, void *user);

/* Connections are cut. */
void fake_http_stop(struct fake_http *h);

void fake_http_lock(struct fake_http *h);
void fake_http_unlock(struct fake_http *h);

/* Misbehave from the next request on. */
void fake_http_fault(struct fake_http *h, struct fake_fault fault);
void fake_http_well(struct fake_http *h);
uint64_t fake_http_faults(struct fake_http *h);

/* {"error": {...}}; data NULL: none */
json_t *fake_error(int code, const char *message, const char *data);

/* A quantity. */
json_t *fake_number(uint64_t v);

#endif /* DECAID_TESTS_UNIT_FAKE_HTTP_H */
