#ifndef DECAID_SERVER_SIM_GUARD_H
#define DECAID_SERVER_SIM_GUARD_H

/*
 * What a process that runs a stranger's scenario may use. A scenario within
 * its limits can still ask for much work (a market plays in passes) or for
 * something that nobody thought of: then the kernel ends this process, and
 * nothing else is touched.
 */

#define SIM_GUARD_CPU_S 10
#define SIM_GUARD_MEMORY_MIB 512

/* From here on this process has so much processor time and memory, opens no
 * file, gives way to every other process, and ends with its parent. */
void sim_guard_enter(void);

#endif /* DECAID_SERVER_SIM_GUARD_H */
