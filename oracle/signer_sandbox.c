/* A seccomp filter for a process that reads a socket and writes one file. */
#include "config.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "base/log.h"
#include "base/status.h"
#include "oracle/signer_child.h"

#if defined(__x86_64__)
#define SANDBOX_ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define SANDBOX_ARCH AUDIT_ARCH_AARCH64
#endif

#ifdef SANDBOX_ARCH

/* The socket, the log, memory, time, and an orderly or disorderly end. The
 * log and the file beside it may be exchanged (signlog_file.h); nothing can
 * be opened, made or removed. */
static const unsigned allowed[] = {
	SYS_recvfrom, SYS_sendto, SYS_read, SYS_write, SYS_pwrite64,
	SYS_fdatasync, SYS_fsync, SYS_ftruncate, SYS_close,
	SYS_mmap, SYS_munmap, SYS_mremap, SYS_brk, SYS_madvise, SYS_mprotect,
	SYS_clock_gettime, SYS_futex, SYS_getrandom, SYS_restart_syscall,
	SYS_rt_sigreturn, SYS_rt_sigprocmask, SYS_rt_sigaction,
	SYS_getpid, SYS_gettid, SYS_tgkill, SYS_exit, SYS_exit_group,
};

#define N_ALLOWED DC_ARRAY_LEN(allowed)
#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, \
	(unsigned)offsetof(struct seccomp_data, field))
#define RETURN(value) BPF_STMT(BPF_RET | BPF_K, (value))
#define IF_EQUAL(value, yes, no) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, \
	(value), (yes), (no))

void
signer_sandbox(void)
{
	struct sock_filter code[N_ALLOWED + 11];
	struct sock_fprog program = { .filter = code };
	unsigned short n = 0;

	code[n++] = (struct sock_filter)LOAD(arch);
	code[n++] = (struct sock_filter)IF_EQUAL(SANDBOX_ARCH, 1, 0);
	code[n++] = (struct sock_filter)RETURN(SECCOMP_RET_KILL_PROCESS);
	code[n++] = (struct sock_filter)LOAD(nr);
	code[n++] = (struct sock_filter)IF_EQUAL(SYS_renameat2, 0, 4);
	code[n++] = (struct sock_filter)LOAD(args[4]);	/* its low word */
	code[n++] = (struct sock_filter)IF_EQUAL(RENAME_EXCHANGE, 1, 0);
	code[n++] = (struct sock_filter)RETURN(SECCOMP_RET_ERRNO | EPERM);
	code[n++] = (struct sock_filter)RETURN(SECCOMP_RET_ALLOW);
	for (size_t i = 0; i < N_ALLOWED; i++)
		code[n++] = (struct sock_filter)IF_EQUAL(allowed[i],
			(unsigned char)(N_ALLOWED - i), 0);
	code[n++] = (struct sock_filter)RETURN(SECCOMP_RET_ERRNO | EPERM);
	code[n++] = (struct sock_filter)RETURN(SECCOMP_RET_ALLOW);
	program.len = n;
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0)
		dc_log(DC_LOG_UNUSUAL, "signer", "no seccomp filter: %s",
		       strerror(errno));
}

#else

void
signer_sandbox(void)
{
	dc_log(DC_LOG_UNUSUAL, "signer", "no seccomp filter on this machine");
}

#endif
