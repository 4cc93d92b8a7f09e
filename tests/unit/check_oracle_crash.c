/*
 * check_oracle_crash.c: the following half when the disk fails or the
 * process dies, at each single write, sync and opening of chain.db, or when
 * a library gets no memory: it says so or is gone, and the next start goes on
 * to where the straight chain ends.
 *
 * By default a sample of the places is tried; SOAK=1 tries them all.
 */

#include "config.h"

#include <spawn.h>
#include <sys/wait.h>

#include "tests/unit/fault_memory.h"
#include "tests/unit/fault_vfs.h"
#include "tests/unit/follow_fixture.h"

#define SAMPLES 8

extern char **environ;

/* A chain of some life, and what must come of it. */
struct place {
	struct fake_chain chain;
	struct dc_buf straight;
};

static uint64_t
places_step(uint64_t places)
{
	return getenv("SOAK") != NULL || places < SAMPLES ? 1 :
		places / SAMPLES;
}

static struct place *
place_start(void)
{
	struct place *p = dc_calloc(1, sizeof(*p));
	struct follower f;

	follow_chain(&p->chain, 21, 12);
	follower_start(&f, p->chain.front[0].http.url, 5);
	follower_catch_up(&f, &p->chain);
	follower_dump(&f, &p->straight);
	follower_end(&f);
	return p;
}

static void
place_end(struct place *p)
{
	dc_buf_clear(&p->straight);
	fake_chain_stop(&p->chain);
	free(p);
}

static bool
at_rest(const struct gateway_status *s, const void *head)
{
	return s->halted || s->followed == *(const uint64_t *)head;
}

static struct gateway_config
config_of(const char *urls, const char *folder)
{
	return (struct gateway_config){
		.rpc_url = urls, .data_dir = folder,
		.factory = fake_chain_factory(), .pool = fake_chain_pool(),
		.start_block = 1, .poll_ms = 5, .snapshot_every = 5,
		.finality = { GATEWAY_DEPTH, 5 },
	};
}

/* Open, follow as far as it goes, close; what failed is told, not fatal.
 * Returns whether it got to the end. */
static bool
try_once(struct follower *f, uint64_t head)
{
	struct gateway_config config = config_of(f->urls, f->folder.path);
	struct dc_err err = DC_ERR_INIT;
	struct gateway_status s;

	if (gateway_open(&f->gateway, &config, &err) != DC_OK) {
		ck_assert_str_ne(err.text, "");
		return false;
	}
	if (gateway_start(f->gateway, &err) != DC_OK) {
		ck_assert_str_ne(err.text, "");
		gateway_close(f->gateway);
		return false;
	}
	s = follower_until(f, at_rest, &head, "at rest");
	ck_assert(!s.halted || s.halted_why[0] != '\0');
	follower_close(f);
	return !s.halted;
}

/* Whatever happened in the folder: it starts, goes on, and ends right. */
static void
goes_on(struct place *p, struct follower *f, uint64_t n)
{
	struct dc_buf now;

	follower_open(f);
	follower_catch_up(f, &p->chain);
	follower_dump(f, &now);
	ck_assert_msg(strcmp(dc_buf_text(&now), dc_buf_text(&p->straight)) ==
		      0, "another end after place %d", (int)n);
	dc_buf_clear(&now);
	follower_end(f);
}

static void
new_folder(struct place *p, struct follower *f)
{
	memset(f, 0, sizeof(*f));
	sql_folder_make(&f->folder);
	f->urls = p->chain.front[0].http.url;
	f->depth = 5;
	f->snapshot_every = 5;
	f->timeout_ms = 5000;
}

/* How many such calls one run makes. */
static uint64_t
count_places(struct place *p, enum fault_calls calls)
{
	uint64_t head = fake_chain_head(&p->chain).number, n;
	struct follower f;

	new_folder(p, &f);
	fault_vfs_arm(calls, 1, FAULT_NONE);
	ck_assert(try_once(&f, head));
	n = fault_vfs_disarm();
	sql_folder_remove(&f.folder);
	ck_assert_uint_gt(n, 0);
	return n;
}

static const struct {
	enum fault_calls calls;
	enum fault_end end;
} failures[] = {
	{ FAULT_WRITES, FAULT_IO_ONCE }, { FAULT_WRITES, FAULT_IO },
	{ FAULT_SYNCS, FAULT_IO_ONCE }, { FAULT_SYNCS, FAULT_IO },
	{ FAULT_WRITES, FAULT_DISK_FULL }, { FAULT_WRITES, FAULT_READ_ONLY },
	{ FAULT_OPENS, FAULT_IO },
};

START_TEST(a_disk_that_fails_at_any_call_loses_nothing)
{
	struct place *p = place_start();
	uint64_t head = fake_chain_head(&p->chain).number;
	uint64_t places, n, reached = 0;
	struct follower f;
	unsigned runs = 0;

	fault_vfs_install();
	places = count_places(p, failures[_i].calls);
	for (n = 1; n <= places; n += places_step(places), runs++) {
		new_folder(p, &f);
		fault_vfs_arm(failures[_i].calls, n, failures[_i].end);
		(void)try_once(&f, head);
		if (fault_vfs_disarm() >= n)
			reached = n;
		goes_on(p, &f, n);
	}
	/* A run makes fewer calls where the machine's pace let it put more
	 * blocks into a transaction; not half as many. */
	ck_assert_uint_ge(reached, (places + 1) / 2);
	unit_tell("places where the disk failed", runs, places);
	place_end(p);
}
END_TEST

/* --- killed -------------------------------------------------------------- */

/* "Calls" that are allocations of the libraries; so many in a row fail. */
#define MEMORY 64
#define MEMORY_MANY 300

static void
arm(int calls, uint64_t nth)
{
	if (calls >= MEMORY) {
		fault_memory_arm(nth, calls == MEMORY ? 1 : MEMORY_MANY);
		return;
	}
	fault_vfs_install();
	fault_vfs_arm((enum fault_calls)calls, nth, FAULT_KILL);
}

/* The child: follows DIR from URL to the block HEAD, and dies at the nth of
 * the calls. Tells how many allocations it met. */
static int
child(char **argv)
{
	struct dc_err err = DC_ERR_INIT;
	struct gateway_config config = config_of(argv[3], argv[2]);
	uint64_t head = strtoull(argv[4], NULL, 10);
	struct gateway_status s;
	struct gateway *g;

	arm(atoi(argv[5]), strtoull(argv[6], NULL, 10));
	if (gateway_open(&g, &config, &err) != DC_OK ||
	    gateway_start(g, &err) != DC_OK)
		return err.text[0] != '\0' ? 1 : 3;
	do {
		(void)usleep(1000);
		gateway_status(g, &s);
	} while (!at_rest(&s, &head));
	gateway_close(g);
	printf("%llu\n", (unsigned long long)fault_memory_disarm());
	return !s.halted ? 0 : s.halted_why[0] != '\0' ? 1 : 3;
}

/* Returns whether it was killed. */
static bool
run_child(struct follower *f, uint64_t head, enum fault_calls calls,
	  uint64_t nth)
{
	char self[] = "/proc/self/exe", mode[] = "--follow", head_text[24];
	char calls_text[8], nth_text[24], url[64];
	char *argv[] = { self, mode, f->folder.path, url, head_text,
			 calls_text, nth_text, NULL };
	int status;
	pid_t pid;

	snprintf(url, sizeof(url), "%s", f->urls);
	snprintf(head_text, sizeof(head_text), "%llu",
		 (unsigned long long)head);
	snprintf(calls_text, sizeof(calls_text), "%d", (int)calls);
	snprintf(nth_text, sizeof(nth_text), "%llu", (unsigned long long)nth);
	ck_assert_int_eq(posix_spawn(&pid, self, NULL, NULL, argv, environ),
			 0);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	if (WIFSIGNALED(status)) {
		ck_assert_int_eq(WTERMSIG(status), SIGKILL);
		return true;
	}
	ck_assert_int_eq(WEXITSTATUS(status), 0);
	return false;
}

static const struct {
	enum fault_calls calls;
	uint64_t step;		/* of the sample */
} kills[] = { { FAULT_WRITES, 23 }, { FAULT_SYNCS, 1 } };

START_TEST(killed_at_any_write_or_sync_it_goes_on)
{
	struct place *p = place_start();
	uint64_t head = fake_chain_head(&p->chain).number;
	uint64_t step = getenv("SOAK") != NULL ? 1 : kills[_i].step;
	uint64_t n = 1;
	struct follower f;
	bool met;

	do {	/* until a run gets past the place */
		new_folder(p, &f);
		met = run_child(&f, head, kills[_i].calls, n);
		goes_on(p, &f, n);
		n += step;
	} while (met);
	ck_assert_uint_gt(n, 3 * step);
	unit_tell("places where it was killed", (n - 1) / step, n - step);
	place_end(p);
}
END_TEST

/* The same folder, killed over and over on its way. */
START_TEST(killed_again_and_again_it_gets_there)
{
	struct place *p = place_start();
	uint64_t head = fake_chain_head(&p->chain).number, n = 60;
	struct follower f;

	new_folder(p, &f);
	while (run_child(&f, head, FAULT_WRITES, n))
		n += 7;		/* a little further each time */
	goes_on(p, &f, n);
	place_end(p);
}
END_TEST

/* --- out of memory -------------------------------------------------------- */

/* The child's last words, with what they are written to. */
static void
read_back(FILE *f, char *out, size_t room)
{
	size_t n;

	rewind(f);
	n = fread(out, 1, room - 1, f);
	out[n] = '\0';
	ck_assert_int_eq(fclose(f), 0);
}

/* Returns whether it met the place. It gets to the end, or says why it does
 * not, or ends by our own hand or libsecp256k1's, which say so: nothing
 * else. */
static bool
run_out_of_memory(struct follower *f, uint64_t head, int calls, uint64_t nth)
{
	char self[] = "/proc/self/exe", mode[] = "--follow", head_text[24];
	char calls_text[8], nth_text[24], url[64], said[65536], met[32];
	char *argv[] = { self, mode, f->folder.path, url, head_text,
			 calls_text, nth_text, NULL };
	FILE *out = tmpfile(), *log = tmpfile();
	posix_spawn_file_actions_t to;
	int status;
	pid_t pid;

	ck_assert(out != NULL && log != NULL);
	snprintf(url, sizeof(url), "%s", f->urls);
	snprintf(head_text, sizeof(head_text), "%llu",
		 (unsigned long long)head);
	snprintf(calls_text, sizeof(calls_text), "%d", calls);
	snprintf(nth_text, sizeof(nth_text), "%llu", (unsigned long long)nth);
	ck_assert_int_eq(posix_spawn_file_actions_init(&to), 0);
	ck_assert_int_eq(posix_spawn_file_actions_adddup2(&to, fileno(out),
							  1), 0);
	ck_assert_int_eq(posix_spawn_file_actions_adddup2(&to, fileno(log),
							  2), 0);
	ck_assert_int_eq(posix_spawn(&pid, self, &to, NULL, argv, environ),
			 0);
	(void)posix_spawn_file_actions_destroy(&to);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	read_back(out, met, sizeof(met));
	read_back(log, said, sizeof(said));
	if (WIFSIGNALED(status))
		ck_assert_msg(WTERMSIG(status) == SIGABRT &&
			      (strstr(said, "decaid is wrong: ") != NULL ||
			       strstr(said, "[libsecp256k1]") != NULL),
			      "place %d: signal %d: %s", (int)nth,
			      WTERMSIG(status), said);
	else
		ck_assert_msg(WEXITSTATUS(status) <= 1, "place %d: %d: %s",
			      (int)nth, WEXITSTATUS(status), said);
	return !WIFEXITED(status) || WEXITSTATUS(status) != 0 ||
		strtoull(met, NULL, 10) >= nth;
}

/* One allocation fails, and then many in a row. */
START_TEST(without_memory_in_any_library_it_ends_or_goes_on_and_is_whole)
{
	struct place *p = place_start();
	uint64_t head = fake_chain_head(&p->chain).number, n = 1;
	struct follower f;
	unsigned runs = 0;
	bool met = fault_memory_works();

	while (met) {
		new_folder(p, &f);
		met = run_out_of_memory(&f, head, MEMORY + _i, n);
		goes_on(p, &f, n);
		runs++;
		n += getenv("SOAK") != NULL ? 1 + n / 100 : 1 + n / 3;
	}
	ck_assert(runs > 20 || !fault_memory_works());
	unit_tell("allocations that failed", runs, n);
	place_end(p);
}
END_TEST

/* --- two of them ---------------------------------------------------------- */

START_TEST(two_daemons_on_one_folder_are_one_too_many)
{
	struct place *p = place_start();
	char path[] = "/proc/self/exe", mode[] = "--second";
	struct follower f;
	int status;
	pid_t pid;

	new_folder(p, &f);
	follower_open(&f);
	{
		char *argv[] = { path, mode, f.folder.path, NULL };

		ck_assert_int_eq(posix_spawn(&pid, path, NULL, NULL, argv,
					     environ), 0);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFEXITED(status));
	ck_assert_int_eq(WEXITSTATUS(status), 0);
	follower_catch_up(&f, &p->chain);
	follower_end(&f);
	place_end(p);
}
END_TEST

/* The second: 0 when it is told that another has the folder. */
static int
second(char **argv)
{
	struct gateway_config config = {
		.rpc_url = "http://127.0.0.1:1/", .data_dir = argv[2],
		.factory = fake_chain_factory(), .start_block = 1,
	};
	struct dc_err err = DC_ERR_INIT;
	struct gateway *g;

	if (gateway_open(&g, &config, &err) != DC_EBUSY)
		return 1;
	return strstr(err.text, "another decaid uses") != NULL ? 0 : 2;
}

int
main(int argc, char **argv)
{
	const struct unit_test tests[] = {
		{ a_disk_that_fails_at_any_call_loses_nothing,
		  DC_ARRAY_LEN(failures) },
		{ killed_at_any_write_or_sync_it_goes_on, DC_ARRAY_LEN(kills) },
		{ killed_again_and_again_it_gets_there, 1 },
		{ without_memory_in_any_library_it_ends_or_goes_on_and_is_whole,
		  2 },
		{ two_daemons_on_one_folder_are_one_too_many, 1 },
	};

	if (argc == 7 && strcmp(argv[1], "--follow") == 0)
		return child(argv);
	if (argc == 3 && strcmp(argv[1], "--second") == 0)
		return second(argv);
	return unit_run_all("oracle/crash", tests, DC_ARRAY_LEN(tests),
			    getenv("SOAK") != NULL ? 7200 : 300);
}
