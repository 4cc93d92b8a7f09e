/* Limits that the kernel holds a simulator to. */
#include "config.h"

#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "base/status.h"
#include "server/sim_guard.h"

/* Lower than all that serves. */
#define LEAST_PRIORITY 19

/* An address sanitizer maps terabytes, and opens files to look for leaks. */
#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

/* To `most`, or to less where that was the limit before. At the soft limit
 * of processor time a process has a second to end. */
static void limit(enum __rlimit_resource what, rlim_t most, rlim_t more)
{
	struct rlimit l;

	DC_CHECK(getrlimit(what, &l) == 0);
	if (l.rlim_max == RLIM_INFINITY || l.rlim_max > most + more)
		l.rlim_max = most + more;
	l.rlim_cur = l.rlim_max < most ? l.rlim_max : most;
	DC_CHECK(setrlimit(what, &l) == 0);
}

void sim_guard_enter(void)
{
	DC_CHECK(prctl(PR_SET_PDEATHSIG, SIGKILL) == 0);
	/* A sandbox may forbid it; the limits below hold all the same. */
	if (setpriority(PRIO_PROCESS, 0, LEAST_PRIORITY) != 0)
		DC_CHECK(errno == EPERM || errno == EACCES);
	limit(RLIMIT_CORE, 0, 0);
	if (!SANITIZED) {
		limit(RLIMIT_NOFILE, 3, 0);
		limit(RLIMIT_AS, (rlim_t)SIM_GUARD_MEMORY_MIB << 20, 0);
	}
	limit(RLIMIT_CPU, SIM_GUARD_CPU_S, 1);
}
