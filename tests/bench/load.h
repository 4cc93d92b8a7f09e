#ifndef DECAID_TESTS_BENCH_LOAD_H
#define DECAID_TESTS_BENCH_LOAD_H

/*
 * A load generator for one HTTP server on loopback: so many connections,
 * each with one request under way, until so many answers have come. It does
 * as little as it can, for it shares the machine with the server.
 */

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct load {
	uint16_t port;
	const char *request;	/* sent again and again */
	size_t request_len;
	unsigned connections;
	unsigned idle;		/* more that are open and say nothing */
	uint64_t n;		/* answers to wait for */
	/* out */
	double seconds, p50_us, p99_us, max_us;
	int status;		/* of the last answer */
};

/* Exits the process when the server closes or resets a connection, or says
 * nothing for 20 s. */
void load_run(struct load *l);

/* One answer, header and body; returns its length. */
size_t load_fetch(uint16_t port, const char *request, char *out, size_t room);

/* Seconds of CPU that a process has taken. */
double load_cpu_of(pid_t pid);

#endif /* DECAID_TESTS_BENCH_LOAD_H */
