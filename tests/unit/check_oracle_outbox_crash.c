/*
 * check_oracle_outbox_crash.c: the sending half killed at each single write
 * and sync of local.db, its making included, or out of memory in a library:
 * started again, an epoch has one transaction or none, never two, and one
 * signature; the next has both.
 *
 * By default a sample of the places is tried; SOAK=1 tries them all.
 */

#include "config.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>

#include "oracle/signlog.h"
#include "tests/unit/fault_memory.h"
#include "tests/unit/fault_vfs.h"
#include "tests/unit/outbox_fixture.h"

#define IDLE_STEPS 5		/* with nothing to do: it will not */
#define REOFFER_S 20		/* later than that is offered again */

/* "Calls" that are allocations of the libraries. */
#define MEMORY 64

extern char **environ;

/* --- the one that is killed ---------------------------------------------- */

static uint64_t later_s;

static uint64_t
later_clock(void)
{
	return (uint64_t)time(NULL) + later_s;
}

static void
child_paths(struct fix *x, const char *folder, const char *keys)
{
	snprintf(x->folder.path, sizeof(x->folder.path), "%s", folder);
	snprintf(x->folder.chain, sizeof(x->folder.chain), "%s/chain.db",
		 folder);
	snprintf(x->folder.local, sizeof(x->folder.local), "%s/local.db",
		 folder);
	name_keys(keys);
}

/* The signer of one that was killed ends a moment after it. */
static bool
start_when_free(struct fix *x, const struct signer_cfg *cfg)
{
	enum dc_status found = DC_EBUSY;

	for (int i = 0; i < 1000 && found == DC_EBUSY; i++) {
		found = signer_start(&x->signer, cfg, NULL);
		if (found == DC_EBUSY)
			(void)usleep(10000);
	}
	return found == DC_OK;
}

static void
arm(int calls, uint64_t nth)
{
	if (calls == MEMORY) {
		fault_memory_arm(nth, 1);
		return;
	}
	fault_vfs_install();
	fault_vfs_arm((enum fault_calls)calls, nth, FAULT_KILL);
}

/* Without Check, which is not running here.
 * --send FOLDER KEYS URL CALLS NTH LATER: a step for each byte that comes in,
 * and the byte goes back. */
static int
child(char **argv)
{
	static struct fix x;
	const struct nodes_config config = {
		.urls = argv[4], .timeout_ms = 5000, .backoff_ms = 1,
		.chain_id = CHAIN,
	};
	struct dc_err err = DC_ERR_INIT;
	struct outbox_config box;
	struct signer_cfg cfg;
	char byte;

	child_paths(&x, argv[2], argv[3]);
	later_s = strtoull(argv[7], NULL, 10);
	cfg = signer_settings(&x);
	if (!start_when_free(&x, &cfg))
		return 2;
	arm(atoi(argv[5]), strtoull(argv[6], NULL, 10));
	if (nodes_new(&x.nodes, &config, NULL) != DC_OK)
		return 1;
	box = box_settings(&x, wei_from_u64(0));
	if (outbox_new(&x.box, &box, NULL) != DC_OK)
		return 1;
	x.box->clock_s = later_clock;
	while (read(STDIN_FILENO, &byte, 1) == 1) {
		if (outbox_step(x.box, &err) != DC_OK)
			dc_err_clear(&err);
		if (write(STDOUT_FILENO, &byte, 1) != 1)
			return 1;
	}
	outbox_free(x.box);
	nodes_free(x.nodes);
	signer_stop(x.signer);
	return 0;
}

/* --- the one that looks on ------------------------------------------------ */

struct run {
	struct fix *x;
	pid_t pid;
	bool memory;		/* it may also end by its own hand */
	int ask_fd, told_fd;	/* a byte a step */
	unsigned starts;
};

static void
run_start(struct run *r, int calls, uint64_t nth)
{
	char self[] = "/proc/self/exe", mode[] = "--send", calls_text[8];
	char nth_text[24], later[8];
	char *argv[] = { self, mode, r->x->folder.path, world.key_dir,
			 r->x->node.http.url, calls_text, nth_text, later,
			 NULL };
	posix_spawn_file_actions_t actions;
	int asks[2], tells[2];

	snprintf(calls_text, sizeof(calls_text), "%d", calls);
	snprintf(nth_text, sizeof(nth_text), "%llu", (unsigned long long)nth);
	snprintf(later, sizeof(later), "%u", REOFFER_S * r->starts);
	ck_assert_int_eq(pipe2(asks, O_CLOEXEC), 0);
	ck_assert_int_eq(pipe2(tells, O_CLOEXEC), 0);
	ck_assert_int_eq(posix_spawn_file_actions_init(&actions), 0);
	ck_assert_int_eq(posix_spawn_file_actions_adddup2(&actions, asks[0],
							  STDIN_FILENO), 0);
	ck_assert_int_eq(posix_spawn_file_actions_adddup2(&actions, tells[1],
							  STDOUT_FILENO), 0);
	ck_assert_int_eq(posix_spawn(&r->pid, self, &actions, NULL, argv,
				     environ), 0);
	(void)posix_spawn_file_actions_destroy(&actions);
	ck_assert_int_eq(close(asks[0]), 0);
	ck_assert_int_eq(close(tells[1]), 0);
	r->ask_fd = asks[1];
	r->told_fd = tells[0];
	r->starts++;
}

static void
check_death(const struct run *r, int status)
{
	if (r->memory)
		ck_assert(WIFSIGNALED(status) ? WTERMSIG(status) == SIGABRT :
			  WEXITSTATUS(status) == 1);
	else
		ck_assert(WIFSIGNALED(status) &&
			  WTERMSIG(status) == SIGKILL);
}

/* Its next step is done; false: it is dead, of the fault. */
static bool
run_step(struct run *r)
{
	char byte = '.';
	int status;

	if (write(r->ask_fd, &byte, 1) == 1 && read(r->told_fd, &byte, 1) == 1)
		return true;
	ck_assert_int_eq(close(r->ask_fd), 0);
	ck_assert_int_eq(close(r->told_fd), 0);
	ck_assert_int_eq(waitpid(r->pid, &status, 0), r->pid);
	check_death(r, status);
	return false;
}

/* Returns whether it died of the fault while it closed its files. */
static bool
run_end(struct run *r)
{
	int status;

	ck_assert_int_eq(close(r->ask_fd), 0);
	ck_assert_int_eq(waitpid(r->pid, &status, 0), r->pid);
	ck_assert_int_eq(close(r->told_fd), 0);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return false;
	check_death(r, status);
	return true;
}

/* -1: no row, or none that can be seen yet. */
static int
status_seen(struct run *r, uint64_t epoch)
{
	const struct sql_tx_key key = { CHAIN, r->x->model.is.trainer, epoch,
					SQL_TX_CHECKPOINT };
	struct dc_arena *arena = dc_arena_new(1 << 16);
	struct sql_db *db = NULL;
	struct sql_tx_row row;
	bool found = false;
	int status = -1;

	if (sql_db_open(&db, r->x->folder.local, SQL_LOCAL, SQL_READER,
			NULL) == DC_OK &&
	    sql_outbox_get(db, &row, &found, &key, arena, NULL) == DC_OK &&
	    found)
		status = (int)row.status;
	sql_db_close(db);
	dc_arena_free(arena);
	return status;
}

/* The epoch comes to its end: final, or it has been let go. A process that
 * dies on the way is followed by one that does not.
 * Returns whether one did die. */
static bool
settle(struct run *r, uint64_t epoch, int *status)
{
	bool died = false;
	unsigned idle = 0;

	*status = -1;
	do {
		if (!run_step(r)) {
			ck_assert(!died);
			died = true;
			idle = 0;
			run_start(r, FAULT_ALL, UINT64_MAX);
			continue;
		}
		*status = status_seen(r, epoch);
		if (*status >= 0)
			mine_final(r->x);
		idle++;
		ck_assert_uint_lt(idle, 2000);
	} while (*status >= 0 ? *status < SQL_TX_FINAL : idle < IDLE_STEPS);
	return died;
}

/* One digest for an epoch, whatever happened. */
struct signed_ {
	uint64_t epochs[4];
	size_t n;
};

static void
note_signed(void *user, const struct sign_entry *e)
{
	struct signed_ *s = user;

	for (size_t i = 0; i < s->n; i++)
		ck_assert_uint_ne(s->epochs[i], e->epoch);
	ck_assert_uint_lt(s->n, DC_ARRAY_LEN(s->epochs));
	s->epochs[s->n++] = e->epoch;
}

/* What the node was ever offered: one transaction for each epoch. */
static void
check_sent(struct run *r, size_t most)
{
	struct fake_node *node = &r->x->node;
	struct signed_ signed_ = { .n = 0 };
	struct signlog *log;
	enum dc_status found;

	ck_assert_uint_le(node->n, most);
	for (size_t i = 0; i < node->n; i++) {
		ck_assert_uint_eq(node->txs[i].nonce, i);
		ck_assert(!node->txs[i].gone);
		ck_assert_uint_ne(node->txs[i].block, 0);
		for (size_t j = 0; j < i; j++)
			ck_assert(memcmp(node->txs[i].data + 4,
					 node->txs[j].data + 4, 32) != 0);
	}
	do	/* as in start_when_free */
		found = signlog_open(&log, r->x->log_path, CHAIN, 0, NULL);
	while (found == DC_EBUSY);
	ck_assert_int_eq(found, DC_OK);
	signlog_each(log, note_signed, &signed_);
	signlog_close(log);
	ck_assert_uint_ge(signed_.n, node->n);
}

static struct fix *
place_start(void)
{
	struct fix *x = dc_calloc(1, sizeof(*x));

	sql_folder_make(&x->folder);
	snprintf(x->log_path, sizeof(x->log_path), "%s/sign.log",
		 x->folder.path);
	fake_start(&x->node);
	x->chain = sql_open_chain(&x->folder, SQL_WRITER);
	MUST(sql_tx_begin(x->chain, err));
	put_block(x, 1);
	put_model(x);
	MUST(sql_tx_commit(x->chain, err));
	return x;
}

static void
place_end(struct fix *x)
{
	fake_stop(&x->node);
	sql_db_close(x->chain);
	sql_folder_remove(&x->folder);
	free(x);
}

/* Returns whether the place was met. */
static bool
try_place(int calls, uint64_t nth)
{
	struct run r = { .x = place_start(), .memory = calls == MEMORY };
	int status;
	bool died;

	run_start(&r, calls, nth);
	if (!run_step(&r))	/* while local.db was made */
		run_start(&r, FAULT_ALL, UINT64_MAX);
	died = r.starts > 1;
	close_epoch(r.x, 5, 1);
	died = settle(&r, r.x->epoch, &status) || died;
	ck_assert_msg(status == SQL_TX_FINAL || died, "place %d: status %d",
		      (int)nth, status);
	accept_epoch(r.x, r.x->epoch, 0);
	close_epoch(r.x, 5, 1);
	if (settle(&r, r.x->epoch, &status))
		died = true;
	else
		ck_assert_int_eq(status, SQL_TX_FINAL);
	died = run_end(&r) || died;
	check_sent(&r, 2);
	place_end(r.x);
	return died;
}

static const struct {
	enum fault_calls calls;
	uint64_t step;		/* of the sample */
} kills[] = { { FAULT_WRITES, 9 }, { FAULT_SYNCS, 4 } };

START_TEST(killed_at_any_write_or_sync_it_sends_and_signs_once)
{
	uint64_t step = getenv("SOAK") != NULL ? 1 : kills[_i].step;
	uint64_t nth = 1;

	while (try_place((int)kills[_i].calls, nth))
		nth += step;
	ck_assert_uint_gt(nth, 3 * step);
	unit_tell("places where it was killed", (nth - 1) / step + 1, nth);
}
END_TEST

/* One allocation fails. Most are survived, so the places end where a run
 * does not get any more. */
START_TEST(without_memory_in_any_library_it_sends_and_signs_once)
{
	bool all = getenv("SOAK") != NULL;
	unsigned died = 0, runs = 0;
	uint64_t n;

	if (!fault_memory_works())
		return;
	for (n = 1; n < 10000; n += all ? 1 + n / 30 : 1 + 2 * n, runs++)
		died += try_place(MEMORY, n);
	ck_assert_uint_gt(died, 0);
	unit_tell("allocations that failed", runs, n);
}
END_TEST

int
main(int argc, char **argv)
{
	const struct unit_test tests[] = {
		{ killed_at_any_write_or_sync_it_sends_and_signs_once,
		  DC_ARRAY_LEN(kills) },
		{ without_memory_in_any_library_it_sends_and_signs_once, 1 },
	};
	char command[96];
	int failed;

	if (argc == 8 && strcmp(argv[1], "--send") == 0)
		return child(argv);
	(void)signal(SIGPIPE, SIG_IGN);	/* of one that was killed */
	if (!make_keys())
		return EXIT_FAILURE;
	failed = unit_run_all("oracle/outbox_crash", tests, DC_ARRAY_LEN(tests),
			      getenv("SOAK") != NULL ? 7200 : 300);
	snprintf(command, sizeof(command), "rm -r %s", world.key_dir);
	return system(command) == 0 && failed == 0 ? EXIT_SUCCESS
						   : EXIT_FAILURE;
}
