/* SQLite's file system with faults in it. */

#include "config.h"

#include <signal.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/status.h"
#include "tests/unit/fault_vfs.h"

/* An open file: ours, and behind it SQLite's. */
struct fault_file {
	sqlite3_file base;
	sqlite3_file *real;
};

static sqlite3_vfs *real_vfs;
static sqlite3_vfs shim;
static atomic_int armed_calls, armed_end;
static atomic_ullong armed_nth, counted;

static sqlite3_file *real_of(sqlite3_file *f)
{
	return ((struct fault_file *)f)->real;
}

/* SQLITE_OK, or how this call fails. */
static int meet(enum fault_calls call, int io_error)
{
	enum fault_end end = (enum fault_end)atomic_load(&armed_end);
	unsigned long long n, nth = atomic_load(&armed_nth);

	if ((atomic_load(&armed_calls) & (int)call) == 0)
		return SQLITE_OK;
	n = atomic_fetch_add(&counted, 1) + 1;
	if (n < nth)
		return SQLITE_OK;
	switch (end) {
	case FAULT_NONE:
		return SQLITE_OK;
	case FAULT_IO_ONCE:
		return n == nth ? io_error : SQLITE_OK;
	case FAULT_IO:
		return io_error;
	case FAULT_DISK_FULL:
		return call == FAULT_SYNCS ? SQLITE_OK : SQLITE_FULL;
	case FAULT_READ_ONLY:
		return SQLITE_READONLY;
	case FAULT_KILL:
		(void)raise(SIGKILL);
		return SQLITE_OK;
	}
	return SQLITE_OK;
}

/* --- files --------------------------------------------------------------- */

static int f_close(sqlite3_file *f)
{
	int rc = real_of(f)->pMethods->xClose(real_of(f));

	free(real_of(f));
	return rc;
}

static int f_read(sqlite3_file *f, void *out, int n, sqlite3_int64 at)
{
	return real_of(f)->pMethods->xRead(real_of(f), out, n, at);
}

static int f_write(sqlite3_file *f, const void *in, int n, sqlite3_int64 at)
{
	int rc = meet(FAULT_WRITES, SQLITE_IOERR_WRITE);

	return rc != SQLITE_OK ? rc :
		real_of(f)->pMethods->xWrite(real_of(f), in, n, at);
}

static int f_truncate(sqlite3_file *f, sqlite3_int64 size)
{
	int rc = meet(FAULT_WRITES, SQLITE_IOERR_TRUNCATE);

	return rc != SQLITE_OK ? rc :
		real_of(f)->pMethods->xTruncate(real_of(f), size);
}

static int f_sync(sqlite3_file *f, int flags)
{
	int rc = meet(FAULT_SYNCS, SQLITE_IOERR_FSYNC);

	return rc != SQLITE_OK ? rc :
		real_of(f)->pMethods->xSync(real_of(f), flags);
}

static int f_size(sqlite3_file *f, sqlite3_int64 *out)
{
	return real_of(f)->pMethods->xFileSize(real_of(f), out);
}

static int f_lock(sqlite3_file *f, int level)
{
	return real_of(f)->pMethods->xLock(real_of(f), level);
}

static int f_unlock(sqlite3_file *f, int level)
{
	return real_of(f)->pMethods->xUnlock(real_of(f), level);
}

static int f_reserved(sqlite3_file *f, int *out)
{
	return real_of(f)->pMethods->xCheckReservedLock(real_of(f), out);
}

static int f_control(sqlite3_file *f, int op, void *arg)
{
	return real_of(f)->pMethods->xFileControl(real_of(f), op, arg);
}

static int f_sector(sqlite3_file *f)
{
	return real_of(f)->pMethods->xSectorSize(real_of(f));
}

static int f_device(sqlite3_file *f)
{
	return real_of(f)->pMethods->xDeviceCharacteristics(real_of(f));
}

static int f_shm_map(sqlite3_file *f, int page, int size, int extend,
		     void volatile **out)
{
	return real_of(f)->pMethods->xShmMap(real_of(f), page, size, extend,
					     out);
}

static int f_shm_lock(sqlite3_file *f, int offset, int n, int flags)
{
	return real_of(f)->pMethods->xShmLock(real_of(f), offset, n, flags);
}

static void f_shm_barrier(sqlite3_file *f)
{
	real_of(f)->pMethods->xShmBarrier(real_of(f));
}

static int f_shm_unmap(sqlite3_file *f, int delete_it)
{
	return real_of(f)->pMethods->xShmUnmap(real_of(f), delete_it);
}

/* Version 2: no memory maps, so that every write is seen. */
static const sqlite3_io_methods methods = {
	2, f_close, f_read, f_write, f_truncate, f_sync, f_size, f_lock,
	f_unlock, f_reserved, f_control, f_sector, f_device, f_shm_map,
	f_shm_lock, f_shm_barrier, f_shm_unmap, NULL, NULL
};

static int v_open(sqlite3_vfs *vfs, sqlite3_filename name, sqlite3_file *out,
		  int flags, int *out_flags)
{
	struct fault_file *f = (struct fault_file *)out;
	int rc = SQLITE_OK;

	(void)vfs;
	f->base.pMethods = NULL;
	if ((flags & SQLITE_OPEN_READWRITE) != 0)
		rc = meet(FAULT_OPENS, SQLITE_CANTOPEN);
	if (rc != SQLITE_OK)
		return rc;
	f->real = dc_calloc(1, (size_t)real_vfs->szOsFile);
	rc = real_vfs->xOpen(real_vfs, name, f->real, flags, out_flags);
	if (rc == SQLITE_OK)
		f->base.pMethods = &methods;
	else
		free(f->real);
	return rc;
}

void fault_vfs_install(void)
{
	real_vfs = sqlite3_vfs_find(NULL);
	DC_CHECK(real_vfs != NULL && real_vfs != &shim);
	shim = *real_vfs;
	shim.szOsFile = (int)sizeof(struct fault_file);
	shim.zName = "fault";
	shim.pNext = NULL;
	shim.xOpen = v_open;
	DC_CHECK(sqlite3_vfs_register(&shim, 1) == SQLITE_OK);
}

void fault_vfs_arm(enum fault_calls calls, uint64_t nth, enum fault_end end)
{
	atomic_store(&counted, 0);
	atomic_store(&armed_nth, nth);
	atomic_store(&armed_end, (int)end);
	atomic_store(&armed_calls, (int)calls);
}

uint64_t fault_vfs_disarm(void)
{
	atomic_store(&armed_calls, 0);
	return atomic_load(&counted);
}
