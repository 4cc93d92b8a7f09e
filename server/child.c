/* Start, watch and end the programs that the demo needs. */
#include "config.h"

#include "server/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define LOOK_EVERY_MS 20
#define EXEC_FAILED 127
#define TELL_BYTES 2000

static void pause_ms(unsigned ms)
{
	struct timespec t = { ms / 1000, (long)(ms % 1000) * 1000000 };

	(void)nanosleep(&t, NULL);	/* woken early: we look again */
}

/* In the child: from here to exec, or out with EXEC_FAILED. */
static _Noreturn void become(const char *const *argv, const char *dir,
			     int log, int tell, pid_t parent)
{
	int why;
	int in = open("/dev/null", O_RDONLY | O_CLOEXEC);

	/* Die with the parent, also when it died before this line; but not
	 * by its terminal's Ctrl-C: the parent ends its children in order. */
	if (setpgid(0, 0) == 0 && prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 &&
	    getppid() == parent && in >= 0 && dup2(in, 0) >= 0 &&
	    dup2(log, 1) >= 0 && dup2(log, 2) >= 0 && chdir(dir) == 0)
		execvp(argv[0], (char *const *)(const void *)argv);
	why = errno;
	if (write(tell, &why, sizeof(why)) < 0)
		_exit(EXEC_FAILED - 1);
	_exit(EXEC_FAILED);
}

/* The errno that exec failed with, 0 when it went well: the pipe closes on
 * exec, so that there is nothing to read then. */
static int exec_result(int fd)
{
	int why = 0;
	ssize_t n;

	do {
		n = read(fd, &why, sizeof(why));
	} while (n < 0 && errno == EINTR);
	return n == (ssize_t)sizeof(why) ? why : 0;
}

enum dc_status child_start(struct child *out, const char *const *argv,
			   const char *dir, const char *log,
			   struct dc_err *err)
{
	int tell[2], fd, why;
	pid_t parent = getpid();

	memset(out, 0, sizeof(*out));
	if ((size_t)snprintf(out->log, sizeof(out->log), "%s", log) >=
	    sizeof(out->log))
		return dc_fail(err, DC_EINVAL, "%s: path too long", log);
	fd = open(log, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		return dc_fail(err, DC_EIO, "%s: %s", log, strerror(errno));
	if (pipe2(tell, O_CLOEXEC) != 0) {
		why = errno;
		close(fd);
		return dc_fail(err, DC_EIO, "pipe: %s", strerror(why));
	}
	out->pid = fork();
	if (out->pid == 0)
		become(argv, dir, fd, tell[1], parent);
	why = errno;
	close(fd);
	close(tell[1]);
	if (out->pid > 0)
		why = exec_result(tell[0]);
	close(tell[0]);
	if (out->pid > 0 && why == 0)
		return DC_OK;
	if (out->pid > 0)
		(void)waitpid(out->pid, NULL, 0);
	out->pid = 0;
	return dc_fail(err, DC_EIO, "%s: %s", argv[0], strerror(why));
}

bool child_alive(struct child *c)
{
	if (c->pid > 0 && waitpid(c->pid, NULL, WNOHANG) != 0)
		c->pid = 0;
	return c->pid > 0;
}

/* Look for mark in a line that is complete; true when it is there. */
static bool find_line(const char *path, const char *mark, char *rest,
		      size_t rest_bytes, bool *fits)
{
	char *line = NULL, *at;
	size_t room = 0;
	ssize_t n;
	bool found = false;
	FILE *in = fopen(path, "re");

	if (!in)
		return false;
	while (!found && (n = getline(&line, &room, in)) > 0) {
		at = line[n - 1] == '\n' ? strstr(line, mark) : NULL;
		if (!at)
			continue;
		found = true;
		line[n - 1] = 0;
		at += strlen(mark);
		*fits = !rest || strlen(at) < rest_bytes;
		if (rest && *fits)
			memcpy(rest, at, strlen(at) + 1);
	}
	free(line);
	fclose(in);
	return found;
}

enum dc_status child_wait_line(struct child *c, const char *mark, char *rest,
			       size_t rest_bytes, unsigned timeout_ms,
			       struct dc_err *err)
{
	unsigned waited;
	bool alive = true, fits = true;

	for (waited = 0; waited <= timeout_ms; waited += LOOK_EVERY_MS) {
		alive = child_alive(c);
		if (find_line(c->log, mark, rest, rest_bytes, &fits))
			return fits ? DC_OK : dc_fail(err, DC_EIO,
				"%s: the line after \"%s\" is too long",
				c->log, mark);
		if (!alive)
			return dc_fail(err, DC_EIO, "the program ended before "
				       "it said \"%s\": see %s", mark, c->log);
		pause_ms(LOOK_EVERY_MS);
	}
	return dc_fail(err, DC_EBUSY, "no \"%s\" within %u ms: see %s", mark,
		       timeout_ms, c->log);
}

void child_tell(const struct child *c, FILE *out)
{
	char text[TELL_BYTES + 1];
	FILE *in = *c->log ? fopen(c->log, "re") : NULL;
	char *from = text;
	size_t n;

	if (!in)
		return;
	if (fseek(in, -TELL_BYTES, SEEK_END) != 0)
		rewind(in);	/* it is shorter */
	n = fread(text, 1, TELL_BYTES, in);
	text[n] = 0;
	if (n == TELL_BYTES && strchr(text, '\n'))
		from = strchr(text, '\n') + 1;
	fputs(from, out);
	fclose(in);
}

void child_stop(struct child *c, unsigned grace_ms)
{
	unsigned waited;

	if (!child_alive(c))
		return;
	(void)kill(c->pid, SIGTERM);
	for (waited = 0; waited < grace_ms; waited += LOOK_EVERY_MS) {
		if (!child_alive(c))
			return;
		pause_ms(LOOK_EVERY_MS);
	}
	(void)kill(c->pid, SIGKILL);
	(void)waitpid(c->pid, NULL, 0);
	c->pid = 0;
}
