#ifndef DECAID_TESTS_UNIT_FAULT_VFS_H
#define DECAID_TESTS_UNIT_FAULT_VFS_H

/*
 * A file system for SQLite that fails: every call that changes a file is
 * counted, and from the one that a test names on it fails, once or for good,
 * or the process is killed there. What was written before stays, as after a
 * kill -9.
 */

#include <stdint.h>

enum fault_calls {
	FAULT_WRITES = 1,	/* xWrite, xTruncate */
	FAULT_SYNCS = 2,
	FAULT_OPENS = 4,	/* of files that would be made or written */
	FAULT_ALL = 7
};

enum fault_end {
	FAULT_NONE,		/* count only */
	FAULT_IO_ONCE,		/* SQLITE_IOERR_*, that call alone */
	FAULT_IO,		/* and all after it */
	FAULT_DISK_FULL,	/* SQLITE_FULL from there on */
	FAULT_READ_ONLY,	/* SQLITE_READONLY from there on */
	FAULT_KILL		/* SIGKILL */
};

/* Stand before SQLite's own from now on, for every file opened later. */
void fault_vfs_install(void);

/* The nth (from 1) of these calls ends like that. */
void fault_vfs_arm(enum fault_calls calls, uint64_t nth, enum fault_end end);

/* All is well again; returns how many calls of the kind there were. */
uint64_t fault_vfs_disarm(void);

#endif /* DECAID_TESTS_UNIT_FAULT_VFS_H */
