/* Visitors' simulations: processes, and the thread that looks after them. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "server/json_out.h"
#include "server/sim_guard.h"
#include "server/simulations.h"

#define AT_ONCE_MAX 64
#define CHUNK_BYTES 16384
#define RING_EVERY_MS 40	/* a visitor's eye sees no more */
#define KEPT_OPEN 3		/* standard input, output and error */

enum stage { STAGE_WAITING, STAGE_RUNNING, STAGE_ENDED };

struct simulation {
	struct simulations *of;
	struct simulation *next;
	uint64_t who;
	/* The thread's alone. */
	enum stage stage;
	bool late, too_much;	/* why it was ended */
	int64_t ends_ms;
	pid_t pid;
	int input, output;	/* -1: closed */
	/* Under the lock. */
	bool ended, left;	/* nobody writes, nobody reads any more */
	struct dc_buf unread;
	size_t written;		/* ever */
};

/* The lock is held for a copy of some kilobytes and no longer: never while a
 * process is started or waited for. */
struct simulations {
	struct simulations_options o;
	pthread_t thread;
	int event_fd;
	pthread_mutex_t lock;	/* all below */
	/* Others put runs before the first, the thread alone takes some
	 * out: from any run on the list is the thread's to walk. */
	struct simulation *first;
	unsigned n_running;	/* waiting ones, too */
	bool stopping;
};

static void lock(struct simulations *s)
{
	DC_CHECK(pthread_mutex_lock(&s->lock) == 0);
}

static void unlock(struct simulations *s)
{
	DC_CHECK(pthread_mutex_unlock(&s->lock) == 0);
}

static void wake(struct simulations *s)
{
	uint64_t one = 1;

	/* A full counter wakes as well. */
	if (write(s->event_fd, &one, sizeof(one)) < 0)
		DC_CHECK(errno == EAGAIN || errno == EINTR);
}

static void close_one(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);	/* nothing of ours is lost in it */
	*fd = -1;
}

static void run_free(struct simulation *r)
{
	close_one(&r->input);
	close_one(&r->output);
	dc_buf_clear(&r->unread);
	free(r);
}

/* ---- the end of a run ---- */

/* Bytes up to the last line's end: what is handed on is lines. */
static size_t whole_lines(const struct dc_buf *b)
{
	size_t n = b->len;

	while (n > 0 && b->data[n - 1] != '\n')
		n--;
	return n;
}

static void tell_end(struct simulation *r, const char *title,
		     const char *detail)
{
	struct json_out j;

	json_out_init(&j, &r->unread);
	r->unread.len = whole_lines(&r->unread);
	json_put_open(&j, '{');
	json_put_key(&j, "error");
	json_put_open(&j, '{');
	json_put_key(&j, "title");
	json_put_text(&j, title);
	json_put_key(&j, "detail");
	json_put_text(&j, detail);
	json_put_close(&j, '}');
	json_put_close(&j, '}');
	dc_buf_append_byte(&r->unread, '\n');
}

/* Under the lock.
 * wait_status  as waitpid gives it, -1: there was no process */
static void tell_why(struct simulation *r, int wait_status)
{
	if (r->left || wait_status == 0)
		return;
	if (r->late)
		tell_end(r, "Stopped", "it took too long");
	else if (r->too_much)
		tell_end(r, "Stopped", "it wrote too much");
	else if (wait_status != -1 && WIFSIGNALED(wait_status) &&
		 (WTERMSIG(wait_status) == SIGXCPU ||
		  WTERMSIG(wait_status) == SIGKILL))
		tell_end(r, "Stopped", "it wanted more processor time than a "
			 "visitor has");
	else
		tell_end(r, "Stopped", "the simulator failed, perhaps because "
			 "it wanted more memory than a visitor has");
}

/* Its process has closed its output, or is not wanted any more. */
static void run_end(struct simulation *r, bool kill_it)
{
	int status = -1;

	if (r->pid > 0) {
		if (kill_it)
			(void)kill(r->pid, SIGKILL);	/* may be gone */
		while (waitpid(r->pid, &status, 0) < 0)
			DC_CHECK(errno == EINTR);
	}
	r->pid = 0;
	close_one(&r->input);
	close_one(&r->output);
	r->stage = STAGE_ENDED;
	lock(r->of);
	tell_why(r, status);
	r->ended = true;
	r->of->n_running--;
	unlock(r->of);
}

/* ---- the beginning ---- */

static int spawn_setup(posix_spawn_file_actions_t *files,
		       posix_spawnattr_t *how, const struct simulation *r,
		       int output)
{
	sigset_t none, pipes;
	int why;

	sigemptyset(&none);
	sigemptyset(&pipes);
	sigaddset(&pipes, SIGPIPE);
	if ((why = posix_spawn_file_actions_adddup2(files, r->input, 0)) != 0 ||
	    (why = posix_spawn_file_actions_adddup2(files, output, 1)) != 0 ||
	    (why = posix_spawn_file_actions_addclosefrom_np(
			files, KEPT_OPEN)) != 0 ||
	    (why = posix_spawnattr_setsigmask(how, &none)) != 0 ||
	    (why = posix_spawnattr_setsigdefault(how, &pipes)) != 0)
		return why;
	return posix_spawnattr_setflags(how, POSIX_SPAWN_SETSIGMASK |
					POSIX_SPAWN_SETSIGDEF |
					POSIX_SPAWN_SETPGROUP);
}

/* Nothing of the daemon's environment is the simulator's business. */
static int spawn(struct simulation *r, int output)
{
	char arg[6][24] = { "decaid", "simulate", "--config=/dev/null",
			    "--small", "--json", "-" };
	char *argv[] = { arg[0], arg[1], arg[2], arg[3], arg[4], arg[5],
			 NULL };
	char *env[] = { NULL };
	posix_spawn_file_actions_t files;
	posix_spawnattr_t how;
	int why;

	if (posix_spawn_file_actions_init(&files) != 0)
		return ENOMEM;
	if (posix_spawnattr_init(&how) != 0) {
		(void)posix_spawn_file_actions_destroy(&files);
		return ENOMEM;
	}
	why = spawn_setup(&files, &how, r, output);
	if (why == 0)
		why = posix_spawn(&r->pid, r->of->o.program, &files, &how,
				  argv, env);
	if (why != 0)
		r->pid = 0;
	(void)posix_spawnattr_destroy(&how);
	(void)posix_spawn_file_actions_destroy(&files);
	return why;
}

static void run_begin(struct simulation *r)
{
	int fds[2], why;

	r->stage = STAGE_RUNNING;
	r->ends_ms = dc_clock_ms() + 1000 * (int64_t)r->of->o.wall_s;
	if (pipe2(fds, O_CLOEXEC | O_NONBLOCK) != 0) {
		why = errno;
	} else {
		r->output = fds[0];
		/* The simulator's end waits, as programs expect. */
		why = fcntl(fds[1], F_SETFL, 0) == 0 ? spawn(r, fds[1])
						     : errno;
		(void)close(fds[1]);	/* the process has it */
	}
	if (why == 0)
		return;
	dc_log(DC_LOG_UNUSUAL, "simulations", "cannot start %s: %s",
	       r->of->o.program, strerror(why));
	run_end(r, false);
}

/* ---- the thread ---- */

static bool is_left(struct simulation *r)
{
	bool left;

	lock(r->of);
	left = r->left;
	unlock(r->of);
	return left;
}

/* Whether there was room. */
static bool run_put(struct simulation *r, const char *in, size_t n)
{
	bool fits;

	lock(r->of);
	r->written += n;
	fits = r->written <= SIMULATIONS_BYTES_MAX;	/* keeps (3) */
	if (fits)
		dc_buf_append(&r->unread, in, n);
	unlock(r->of);
	return fits;
}

/* Returns whether there is something new to read. */
static bool run_take(struct simulation *r)
{
	char chunk[CHUNK_BYTES];
	bool fresh = false;
	ssize_t n;

	while ((n = read(r->output, chunk, sizeof(chunk))) > 0) {
		fresh = true;
		r->too_much = !run_put(r, chunk, (size_t)n);
		if (r->too_much)
			break;
	}
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return fresh;
	run_end(r, r->too_much);
	return true;
}

/* Moves a run on; returns whether its reader should look. */
static bool run_turn(struct simulation *r, int64_t now_ms)
{
	bool left = is_left(r);

	if (r->stage == STAGE_WAITING && !left)
		run_begin(r);
	if (r->stage == STAGE_ENDED)
		return true;
	r->late = r->stage == STAGE_RUNNING && now_ms >= r->ends_ms;
	if (!left && !r->late)
		return run_take(r);
	run_end(r, true);	/* keeps (2) */
	return true;
}

/* Under the lock. */
static void free_left(struct simulations *s)
{
	struct simulation **at = &s->first, *r;

	while ((r = *at) != NULL)
		if (r->ended && r->left) {
			*at = r->next;
			run_free(r);
		} else {
			at = &r->next;
		}
}

/* Returns whether some reader should look. */
static bool turn(struct simulations *s)
{
	struct simulation *first;
	bool fresh = false;

	lock(s);
	first = s->first;
	unlock(s);
	for (struct simulation *r = first; r != NULL; r = r->next)
		if (r->stage != STAGE_ENDED)
			fresh |= run_turn(r, dc_clock_ms());
	lock(s);
	free_left(s);
	unlock(s);
	return fresh;
}

/* Under the lock. What to sleep on, and for how long. */
static nfds_t sleep_on(const struct simulations *s, struct pollfd *fds,
		       int *ms)
{
	int64_t now_ms = dc_clock_ms();
	nfds_t n = 0;

	*ms = -1;
	fds[n++] = (struct pollfd){ s->event_fd, POLLIN, 0 };
	for (const struct simulation *r = s->first; r != NULL; r = r->next) {
		int64_t rest;

		if (r->stage != STAGE_RUNNING)
			continue;
		rest = r->ends_ms > now_ms ? r->ends_ms - now_ms : 0;
		if (*ms < 0 || rest < *ms)
			*ms = (int)rest;
		fds[n++] = (struct pollfd){ r->output, POLLIN, 0 };
	}
	return n;
}

static void drain(int fd)
{
	uint64_t count;

	if (read(fd, &count, sizeof(count)) < 0)
		DC_CHECK(errno == EAGAIN || errno == EINTR);
}

static void *thread_main(void *data)
{
	struct simulations *s = data;
	struct pollfd fds[AT_ONCE_MAX + 1];
	struct timespec pause = { 0, RING_EVERY_MS * 1000000L };
	bool fresh, stopping;
	nfds_t n;
	int ms;

	do {
		fresh = turn(s);
		lock(s);
		stopping = s->stopping && s->first == NULL;
		n = sleep_on(s, fds, &ms);
		unlock(s);
		if (fresh) {
			s->o.ring(s->o.user);
			(void)nanosleep(&pause, NULL);	/* signals: none */
		}
		if (!stopping && !fresh && poll(fds, n, ms) < 0)
			DC_CHECK(errno == EINTR);
		drain(s->event_fd);
	} while (!stopping);
	return NULL;
}

/* ---- for others ---- */

enum dc_status simulations_new(struct simulations **out,
			       const struct simulations_options *o,
			       struct dc_err *err)
{
	struct simulations *s = dc_calloc(1, sizeof(*s));
	sigset_t all, old;
	int why;

	DC_CHECK(o->at_once >= 1 && o->at_once <= AT_ONCE_MAX);
	s->o = *o;
	if (s->o.wall_s == 0)
		s->o.wall_s = SIMULATIONS_WALL_S;
	s->event_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (s->event_fd < 0) {
		free(s);
		return dc_fail(err, DC_EIO, "eventfd: %s", strerror(errno));
	}
	DC_CHECK(pthread_mutex_init(&s->lock, NULL) == 0);
	sigfillset(&all);	/* signals are main's */
	DC_CHECK(pthread_sigmask(SIG_SETMASK, &all, &old) == 0);
	why = pthread_create(&s->thread, NULL, thread_main, s);
	DC_CHECK(pthread_sigmask(SIG_SETMASK, &old, NULL) == 0);
	if (why != 0) {
		(void)close(s->event_fd);	/* nothing is in it */
		(void)pthread_mutex_destroy(&s->lock);
		free(s);
		return dc_fail(err, DC_EIO, "thread: %s", strerror(why));
	}
	*out = s;
	return DC_OK;
}

void simulations_free(struct simulations *s)
{
	if (s == NULL)
		return;
	lock(s);
	s->stopping = true;
	unlock(s);
	wake(s);
	DC_CHECK(pthread_join(s->thread, NULL) == 0);
	DC_CHECK(s->first == NULL);
	(void)close(s->event_fd);	/* nothing is in it */
	(void)pthread_mutex_destroy(&s->lock);
	free(s);
}

/* A file without a name, which takes all at once and never blocks. */
static int input_make(const char *text, size_t len)
{
	int fd = memfd_create("scenario", MFD_CLOEXEC);

	if (fd < 0)
		return -1;
	if (write(fd, text, len) != (ssize_t)len ||
	    lseek(fd, 0, SEEK_SET) != 0)
		close_one(&fd);
	return fd;
}

/* Under the lock. Keeps (1); a run that is left is about to end. */
static enum dc_status admit(const struct simulations *s, uint64_t who,
			    struct dc_err *err)
{
	for (const struct simulation *r = s->first; r != NULL; r = r->next)
		if (who != 0 && r->who == who && !r->ended && !r->left)
			return dc_fail(err, DC_EBUSY, "a simulation of yours "
				       "runs here: one at a time from one "
				       "address");
	return s->n_running < s->o.at_once ? DC_OK :
		dc_fail(err, DC_EBUSY, "%u simulations run here, which is as "
			"many as may", s->o.at_once);
}

enum dc_status simulation_start(struct simulation **out,
				struct simulations *s, uint64_t who,
				const char *text, size_t len,
				struct dc_err *err)
{
	struct simulation *r;
	enum dc_status st;

	r = dc_calloc(1, sizeof(*r));
	r->of = s;
	r->who = who;
	r->output = -1;
	r->input = input_make(text, len);
	dc_buf_init(&r->unread, SIMULATIONS_BYTES_MAX + 4096);
	lock(s);
	st = r->input >= 0 ? admit(s, who, err) :
		dc_fail(err, DC_EBUSY, "there is no room for a simulation");
	if (st == DC_OK) {
		r->next = s->first;
		s->first = r;
		s->n_running++;
	}
	unlock(s);
	if (st != DC_OK) {
		run_free(r);
		return st;
	}
	wake(s);
	*out = r;
	return DC_OK;
}

enum http_stream_step simulation_read(void *state, struct dc_buf *out)
{
	struct simulation *r = state;
	enum http_stream_step step = HTTP_STREAM_WAIT;
	size_t n;

	lock(r->of);
	n = whole_lines(&r->unread);
	if (n > 0) {
		dc_buf_append(out, r->unread.data, n);
		memmove(r->unread.data, r->unread.data + n,
			r->unread.len - n);
		r->unread.len -= n;
		step = HTTP_STREAM_BYTES;
	} else if (r->ended) {
		step = HTTP_STREAM_END;
	}
	unlock(r->of);
	return step;
}

void simulation_leave(void *state)
{
	struct simulation *r = state;
	struct simulations *s = r->of;

	lock(s);
	r->left = true;
	unlock(s);
	wake(s);
}
