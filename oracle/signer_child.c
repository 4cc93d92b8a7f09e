/* The signer process: alone with its keys. */
#include "config.h"

#include "oracle/signer_child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "oracle/signer_desk.h"
#include "oracle/signer_wire.h"

#define SOCKET_FD 3	/* after standard input, output and error */

static struct signer_now
clock_now(void)
{
	struct timespec wall, steady;

	DC_CHECK(clock_gettime(CLOCK_REALTIME, &wall) == 0);
	DC_CHECK(clock_gettime(CLOCK_MONOTONIC, &steady) == 0);
	return (struct signer_now){
		.unix_s = (uint64_t)wall.tv_sec,
		.steady_ms = (uint64_t)steady.tv_sec * 1000 +
			     (uint64_t)steady.tv_nsec / 1000000,
	};
}

/* Standard input and output are nothing, standard error is the log, then
 * the socket, and no other descriptor of the daemon. */
static bool
keep_only(int socket_fd)
{
	int null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null_fd < 0 || dup2(null_fd, STDIN_FILENO) < 0 ||
	    dup2(null_fd, STDOUT_FILENO) < 0)
		return false;
	if (socket_fd != SOCKET_FD && dup2(socket_fd, SOCKET_FD) < 0)
		return false;
	return close_range(SOCKET_FD + 1, ~0U, 0) == 0;
}

/* A terminal's ^C and a service manager's TERM are for the daemon, which
 * may still want signatures while it stops; the socket's end ends us. */
static void
ignore_signals(void)
{
	static const int ignored[] = { SIGINT, SIGTERM, SIGHUP, SIGPIPE,
				       SIGXFSZ, SIGUSR1, SIGUSR2 };

	for (size_t i = 0; i < DC_ARRAY_LEN(ignored); i++)
		(void)signal(ignored[i], SIG_IGN);
}

static bool
shut_out(int socket_fd)
{
	const struct rlimit no_core = { 0, 0 };

	ignore_signals();
	return prctl(PR_SET_DUMPABLE, 0) == 0 &&
	       prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	       prctl(PR_SET_NAME, "decaid-signer") == 0 &&
	       setrlimit(RLIMIT_CORE, &no_core) == 0 && keep_only(socket_fd);
}

static bool
say(const struct signer_reply *reply)
{
	return send(SOCKET_FD, reply, sizeof(*reply), MSG_NOSIGNAL) ==
	       (ssize_t)sizeof(*reply);
}

/* 0: the daemon is gone. A packet that is too long is cut by the kernel and
 * then refused for its length. */
static size_t
hear(uint8_t *packet, size_t room)
{
	ssize_t got;

	do
		got = recv(SOCKET_FD, packet, room, 0);
	while (got < 0 && errno == EINTR);
	return got < 0 ? 0 : (size_t)got;
}

static void
serve(struct signer_desk *desk)
{
	size_t room = sizeof(struct signer_request) + SIGNER_DATA_MAX_BYTES +
		      1;
	uint8_t *packet = dc_malloc(room);
	struct signer_reply reply;
	size_t len;

	signer_desk_ready(desk, &reply);
	if (say(&reply))
		while ((len = hear(packet, room)) > 0) {
			signer_desk_answer(desk, &reply, packet, len,
					   clock_now());
			if (!say(&reply))
				break;
		}
	free(packet);
}

static void
say_failed(const struct dc_err *err)
{
	struct signer_reply reply;

	memset(&reply, 0, sizeof(reply));
	reply.version = SIGNER_WIRE_VERSION;
	reply.status = err->status;
	memcpy(reply.text, err->text, sizeof(reply.text));
	(void)say(&reply);	/* who should hear it is gone otherwise */
}

void
signer_child_run(const struct signer_cfg *cfg, int socket_fd)
{
	struct dc_err err = DC_ERR_INIT;
	struct signer_desk *desk = NULL;

	if (!shut_out(socket_fd))
		(void)dc_fail(&err, DC_EIO, "signer: cannot shut itself in: "
			      "%s", strerror(errno));
	else if (signer_desk_new(&desk, cfg, clock_now(), &err) == DC_OK) {
		signer_sandbox();
		serve(desk);
	}
	if (err.status != DC_OK)
		say_failed(&err);
	signer_desk_free(desk);
	_exit(err.status == DC_OK ? EXIT_SUCCESS : EXIT_FAILURE);
}
