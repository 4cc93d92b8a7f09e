/* check_oracle_signlog.c: slashing protection: one digest an epoch, whatever
 * happens to the process, the disk and the file. */

#include "config.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "oracle/signlog.h"
#include "tests/unit/unit.h"

#define CHAIN 31337
#define EPOCH_S 10
#define HEADER_BYTES 64
#define RECORD_BYTES 128
/* Epochs [10, LONG_END) are in the long file. */
#define LONG_END (10 + (1 << 20) / RECORD_BYTES - 20)

static char dir[] = "/tmp/decaid-check-signlog-XXXXXX";
static char path[64];

static struct sign_entry
entry(uint8_t trainer, uint64_t epoch, uint8_t digest)
{
	struct sign_entry e = { .epoch = epoch, .epoch_s = EPOCH_S };

	memset(e.pool.b, 0xaa, sizeof(e.pool.b));
	memset(e.trainer.b, trainer, sizeof(e.trainer.b));
	memset(e.digest.b, digest, sizeof(e.digest.b));
	return e;
}

/* The first moment after an epoch. */
static uint64_t
after(uint64_t epoch)
{
	return (epoch + 1) * EPOCH_S;
}

static struct signlog *
open_at(uint64_t now_s)
{
	struct dc_err err = DC_ERR_INIT;
	struct signlog *l = NULL;
	enum dc_status found = signlog_open(&l, path, CHAIN, now_s, &err);

	ck_assert_msg(found == DC_OK, "%s", err.text);
	return l;
}

static enum dc_status
admit(struct signlog *l, uint8_t trainer, uint64_t epoch, uint8_t digest)
{
	struct sign_entry e = entry(trainer, epoch, digest);

	return signlog_admit(l, &e, after(epoch), NULL);
}

static void
fresh(void)
{
	static unsigned n;

	snprintf(path, sizeof(path), "%s/log%d.%u", dir, (int)getpid(),
		 n++);
}

static off_t
file_size(void)
{
	struct stat st;

	ck_assert_int_eq(stat(path, &st), 0);
	return st.st_size;
}

START_TEST(a_second_digest_of_an_epoch_is_refused)
{
	struct signlog *l;

	fresh();
	l = open_at(50);
	ck_assert_int_eq(admit(l, 1, 10, 7), DC_OK);
	ck_assert_int_eq(admit(l, 1, 10, 8), DC_EREFUSED);
	ck_assert_int_eq(admit(l, 1, 10, 7), DC_OK);
	ck_assert_int_eq(admit(l, 2, 10, 8), DC_OK);	/* another trainer */
	ck_assert_int_eq(file_size(), HEADER_BYTES + 2 * RECORD_BYTES);
	signlog_close(l);
	l = open_at(after(20));
	ck_assert_int_eq(admit(l, 1, 10, 8), DC_EREFUSED);
	ck_assert_int_eq(admit(l, 1, 10, 7), DC_OK);
	signlog_close(l);
}
END_TEST

START_TEST(only_epochs_that_end_after_the_start_are_signed_anew)
{
	struct sign_entry e;
	struct signlog *l;

	fresh();
	l = open_at(after(10));
	ck_assert_int_eq(admit(l, 1, 9, 7), DC_EREFUSED);
	ck_assert_int_eq(admit(l, 1, 10, 7), DC_EREFUSED);
	e = entry(1, 11, 7);
	ck_assert_int_eq(signlog_admit(l, &e, after(11) - 1, NULL), DC_EBUSY);
	ck_assert_int_eq(signlog_admit(l, &e, after(11), NULL), DC_OK);
	signlog_close(l);
}
END_TEST

/* The operator restores a backup: whatever it lacks is refused. */
START_TEST(an_older_copy_of_the_file_cannot_equivocate)
{
	char command[192];
	struct signlog *l;

	fresh();
	l = open_at(5);
	ck_assert_int_eq(admit(l, 1, 10, 7), DC_OK);
	snprintf(command, sizeof(command), "cp %s %s.old", path, path);
	ck_assert_int_eq(system(command), 0);
	ck_assert_int_eq(admit(l, 1, 11, 7), DC_OK);
	signlog_close(l);
	snprintf(command, sizeof(command), "mv %s.old %s", path, path);
	ck_assert_int_eq(system(command), 0);
	l = open_at(after(11));
	ck_assert_int_eq(admit(l, 1, 11, 8), DC_EREFUSED);
	ck_assert_int_eq(admit(l, 1, 10, 7), DC_OK);
	ck_assert_int_eq(admit(l, 1, 12, 8), DC_OK);
	signlog_close(l);
	/* and one that is lost altogether */
	ck_assert_int_eq(unlink(path), 0);
	l = open_at(after(12));
	ck_assert_int_eq(admit(l, 1, 12, 9), DC_EREFUSED);
	signlog_close(l);
}
END_TEST

START_TEST(an_earlier_epoch_than_the_last_is_refused_unless_recorded)
{
	struct signlog *l;

	fresh();
	l = open_at(5);
	ck_assert_int_eq(admit(l, 1, 10, 7), DC_OK);
	ck_assert_int_eq(admit(l, 1, 12, 7), DC_OK);
	ck_assert_int_eq(admit(l, 1, 11, 7), DC_EREFUSED);
	ck_assert_int_eq(admit(l, 1, 10, 7), DC_OK);
	signlog_close(l);
}
END_TEST

START_TEST(the_length_of_a_trainers_epochs_is_fixed)
{
	struct sign_entry e = entry(1, 1, 9);
	struct signlog *l;

	fresh();
	l = open_at(5);
	ck_assert_int_eq(admit(l, 1, 10, 7), DC_OK);
	e.epoch_s = 1000;	/* "ends" at 2000, after any start */
	ck_assert_int_eq(signlog_admit(l, &e, 5000, NULL), DC_EREFUSED);
	e = entry(3, UINT64_MAX, 9);
	ck_assert_int_eq(signlog_admit(l, &e, 5000, NULL), DC_EREFUSED);
	e = entry(3, UINT64_MAX / 2, 9);
	ck_assert_int_eq(signlog_admit(l, &e, 5000, NULL), DC_EREFUSED);
	e = entry(3, 1, 9);
	e.epoch_s = 0;
	ck_assert_int_eq(signlog_admit(l, &e, 5000, NULL), DC_EREFUSED);
	signlog_close(l);
}
END_TEST

START_TEST(a_torn_last_record_is_cut_off_and_the_rest_holds)
{
	for (int cut = 1; cut < RECORD_BYTES; cut += 9) {
		struct signlog *l;

		fresh();
		l = open_at(5);
		ck_assert_int_eq(admit(l, 1, 10, 7), DC_OK);
		ck_assert_int_eq(admit(l, 1, 11, 7), DC_OK);
		signlog_close(l);
		ck_assert_int_eq(truncate(path, file_size() - cut), 0);
		l = open_at(after(11));
		ck_assert_int_eq(file_size(), HEADER_BYTES + RECORD_BYTES);
		ck_assert_int_eq(admit(l, 1, 10, 8), DC_EREFUSED);
		ck_assert_int_eq(admit(l, 1, 11, 8), DC_EREFUSED);
		ck_assert_int_eq(admit(l, 1, 12, 8), DC_OK);
		signlog_close(l);
		l = open_at(after(12));
		ck_assert_int_eq(admit(l, 1, 12, 8), DC_OK);
		signlog_close(l);
	}
}
END_TEST

/* Flip one byte at a place. */
static void
flip(off_t place)
{
	int fd = open(path, O_RDWR);
	uint8_t byte;

	ck_assert_int_eq(pread(fd, &byte, 1, place), 1);
	byte ^= 0x20;
	ck_assert_int_eq(pwrite(fd, &byte, 1, place), 1);
	ck_assert_int_eq(close(fd), 0);
}

START_TEST(a_damaged_file_is_refused_untouched)
{
	struct signlog *l;
	struct dc_err err;

	fresh();
	l = open_at(5);
	for (uint64_t epoch = 10; epoch < 14; epoch++)
		ck_assert_int_eq(admit(l, 1, epoch, 7), DC_OK);
	signlog_close(l);
	for (off_t at = 0; at < HEADER_BYTES + 3 * RECORD_BYTES; at += 7) {
		off_t size = file_size();

		dc_err_clear(&err);
		flip(at);
		ck_assert_int_eq(signlog_open(&l, path, CHAIN, 900, &err),
				 DC_EINVAL);
		ck_assert_int_eq(file_size(), size);
		flip(at);
	}
	l = open_at(900);
	signlog_close(l);
}
END_TEST

START_TEST(a_file_of_another_chain_is_refused)
{
	struct dc_err err = DC_ERR_INIT;
	struct signlog *l;

	fresh();
	l = open_at(5);
	signlog_close(l);
	ck_assert_int_eq(signlog_open(&l, path, 1, 5, &err), DC_EINVAL);
	ck_assert(strstr(err.text, "is of chain 31337, not 1") != NULL);
}
END_TEST

START_TEST(a_file_of_something_else_is_refused)
{
	struct dc_err err = DC_ERR_INIT;
	struct signlog *l;
	FILE *f;

	fresh();
	f = fopen(path, "w");
	for (int i = 0; i < 40; i++)
		fputs("SQLite format 3", f);
	ck_assert_int_eq(fclose(f), 0);
	ck_assert_int_eq(signlog_open(&l, path, CHAIN, 5, &err), DC_EINVAL);
	ck_assert(strstr(err.text, "is no signer's log") != NULL);
}
END_TEST

START_TEST(two_processes_never_sign_with_one_file)
{
	struct dc_err err = DC_ERR_INIT;
	struct signlog *l, *m;

	fresh();
	l = open_at(5);
	ck_assert_int_eq(signlog_open(&m, path, CHAIN, 5, &err), DC_EBUSY);
	ck_assert(strstr(err.text, "another process") != NULL);
	signlog_close(l);
	m = open_at(5);
	signlog_close(m);
}
END_TEST

/* A full disk is a limit on files' sizes here; it holds for Check's notes
 * too, so nothing is asserted under it. */
START_TEST(a_full_disk_signs_nothing_and_loses_nothing)
{
	enum dc_status refused, again;
	struct rlimit before, limit;
	struct signlog *l;
	off_t size;

	fresh();
	(void)signal(SIGXFSZ, SIG_IGN);
	l = open_at(5);
	ck_assert_int_eq(admit(l, 1, 10, 7), DC_OK);
	ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &before), 0);
	for (rlim_t room = 0; room < RECORD_BYTES; room += 31) {
		limit = before;
		limit.rlim_cur = HEADER_BYTES + RECORD_BYTES + room;
		(void)setrlimit(RLIMIT_FSIZE, &limit);
		refused = admit(l, 1, 11, 7);
		again = admit(l, 1, 10, 7);
		(void)setrlimit(RLIMIT_FSIZE, &before);
		size = file_size();
		ck_assert_int_eq(refused, DC_EIO);
		ck_assert_int_eq(again, DC_OK);
		ck_assert_int_eq(size, HEADER_BYTES + RECORD_BYTES);
	}
	/* refused for want of room is not signed: another digest may follow */
	ck_assert_int_eq(admit(l, 1, 11, 8), DC_OK);
	ck_assert_int_eq(admit(l, 1, 11, 7), DC_EREFUSED);
	signlog_close(l);
	l = open_at(after(11));
	ck_assert_int_eq(admit(l, 1, 11, 8), DC_OK);
	signlog_close(l);
}
END_TEST

/* A process that signs epoch after epoch, telling each, until it is shot.
 * It asserts nothing: Check's own notes must not be torn. */
static void
sign_until_killed(int fd, uint64_t first, uint8_t digest)
{
	struct signlog *l;

	if (signlog_open(&l, path, CHAIN, after(first - 1), NULL) != DC_OK)
		_exit(1);
	for (uint64_t epoch = first;; epoch++)
		if (admit(l, 1, epoch, digest) != DC_OK ||
		    write(fd, &epoch, sizeof(epoch)) != sizeof(epoch))
			_exit(1);
}

START_TEST(killed_at_any_moment_it_never_signs_twice)
{
	uint64_t seed = 7, last = 9, epoch;

	fresh();
	for (int round = 0; round < 30; round++) {
		uint8_t digest = (uint8_t)(round + 1);
		uint64_t first = last + 1;
		struct signlog *l;
		int pipe_fd[2];
		pid_t pid;

		ck_assert_int_eq(pipe(pipe_fd), 0);
		pid = fork();
		if (pid == 0)
			sign_until_killed(pipe_fd[1], first, digest);
		ck_assert_int_eq(close(pipe_fd[1]), 0);
		(void)usleep((useconds_t)(1000 + unit_random(&seed) % 20000));
		ck_assert_int_eq(kill(pid, SIGKILL), 0);
		ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
		while (read(pipe_fd[0], &epoch, sizeof(epoch)) ==
		       sizeof(epoch))
			last = epoch;
		ck_assert_int_eq(close(pipe_fd[0]), 0);

		/* all that was told is held against another digest */
		l = open_at(after(last));
		for (epoch = first; epoch <= last; epoch++) {
			enum dc_status again = admit(l, 1, epoch, digest);

			ck_assert_int_eq(admit(l, 1, epoch, 0), DC_EREFUSED);
			ck_assert(again == DC_OK || (epoch + 64 <= last &&
						     again == DC_EREFUSED));
		}
		/* and what may have been recorded without being told is not
		 * signed in another form */
		ck_assert_int_ne(admit(l, 1, last + 1, 0),
				 admit(l, 1, last + 1, digest));
		signlog_close(l);
		last++;
	}
	ck_assert_uint_gt(last, 60);
}
END_TEST

/* A copy of the long one, 20 records short of being shortened. */
static void
fresh_long(void)
{
	char command[160];

	fresh();
	snprintf(command, sizeof(command), "cp %s/long %s", dir, path);
	ck_assert_int_eq(system(command), 0);
}

/* The same where the file is exchanged for a shorter one meanwhile. */
START_TEST(killed_while_it_is_shortened_it_never_signs_twice)
{
	uint64_t seed = 9, epoch, shortened = 0;
	const uint64_t first = LONG_END;
	struct signlog *l;

	for (int round = 0; round < 30; round++) {
		uint64_t last = first - 1;
		int pipe_fd[2];
		pid_t pid;

		fresh_long();
		ck_assert_int_eq(pipe(pipe_fd), 0);
		pid = fork();
		if (pid == 0)
			sign_until_killed(pipe_fd[1], first, 8);
		ck_assert_int_eq(close(pipe_fd[1]), 0);
		for (uint64_t n = unit_random(&seed) % 24; n > 0; n--)
			ck_assert_int_eq(read(pipe_fd[0], &last,
					      sizeof(last)), sizeof(last));
		ck_assert_int_eq(kill(pid, SIGKILL), 0);
		ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
		while (read(pipe_fd[0], &epoch, sizeof(epoch)) ==
		       sizeof(epoch))
			last = epoch;
		ck_assert_int_eq(close(pipe_fd[0]), 0);
		shortened += file_size() < 1 << 19;
		l = open_at(after(last));
		for (epoch = 10; epoch < first; epoch++)
			ck_assert_int_eq(admit(l, 1, epoch, 0), DC_EREFUSED);
		for (; epoch <= last; epoch++)
			ck_assert_int_eq(admit(l, 1, epoch, 7), DC_EREFUSED);
		signlog_close(l);
	}
	ck_assert_uint_gt(shortened, 0);
}
END_TEST

static enum dc_status
spend(struct signlog *l, uint64_t day, uint64_t nonce, uint64_t cost)
{
	struct sign_spend s = { day, nonce, wei_from_u64(cost) };

	return signlog_spend(l, &s, wei_from_u64(100), NULL);
}

START_TEST(a_days_spending_is_capped_also_across_a_restart)
{
	struct signlog *l;

	fresh();
	l = open_at(5);
	ck_assert_int_eq(spend(l, 3, 0, 60), DC_OK);
	ck_assert_int_eq(spend(l, 3, 1, 41), DC_EREFUSED);
	ck_assert_int_eq(spend(l, 3, 1, 30), DC_OK);
	signlog_close(l);
	l = open_at(5);
	ck_assert_int_eq(spend(l, 3, 2, 11), DC_EREFUSED);
	ck_assert_int_eq(spend(l, 3, 2, 10), DC_OK);
	ck_assert_int_eq(spend(l, 4, 3, 100), DC_OK);
	ck_assert_int_eq(spend(l, 4, 4, 1), DC_EREFUSED);
	ck_assert_int_eq(spend(l, 3, 5, 1), DC_EREFUSED);
	signlog_close(l);
}
END_TEST

START_TEST(of_two_transactions_with_one_nonce_the_dearer_counts)
{
	struct signlog *l;

	fresh();
	l = open_at(5);
	ck_assert_int_eq(spend(l, 3, 0, 50), DC_OK);
	ck_assert_int_eq(spend(l, 3, 0, 60), DC_OK);
	ck_assert_int_eq(spend(l, 3, 0, 10), DC_OK);
	ck_assert_int_eq(spend(l, 3, 1, 41), DC_EREFUSED);
	ck_assert_int_eq(spend(l, 3, 1, 40), DC_OK);
	ck_assert_int_eq(spend(l, 3, 0, 61), DC_EREFUSED);
	signlog_close(l);
}
END_TEST

START_TEST(a_long_file_is_shortened_and_still_holds)
{
	uint64_t last = LONG_END;
	struct signlog *l;
	off_t most = 0;

	fresh_long();
	l = open_at(5);
	ck_assert_int_eq(spend(l, 3, 0, 60), DC_OK);
	for (unsigned i = 0; i < 100; i++) {
		ck_assert_int_eq(admit(l, 1, last++, 7), DC_OK);
		most = file_size() > most ? file_size() : most;
	}
	ck_assert_int_le(most, (1 << 20) + RECORD_BYTES);
	ck_assert_int_lt(file_size(), 1 << 15);
	ck_assert_int_eq(admit(l, 1, last - 1, 8), DC_EREFUSED);
	ck_assert_int_eq(admit(l, 1, last - 64, 7), DC_OK);
	/* forgotten or not: never another */
	ck_assert_int_eq(admit(l, 1, 10, 7), DC_EREFUSED);
	ck_assert_int_eq(admit(l, 1, 10, 8), DC_EREFUSED);
	ck_assert_int_eq(spend(l, 3, 1, 41), DC_EREFUSED);
	signlog_close(l);
	l = open_at(after(last));
	ck_assert_int_eq(admit(l, 1, last - 1, 8), DC_EREFUSED);
	ck_assert_int_eq(admit(l, 1, last - 1, 7), DC_OK);
	ck_assert_int_eq(spend(l, 3, 1, 41), DC_EREFUSED);
	signlog_close(l);
}
END_TEST

/* As one is that was written where files cannot be exchanged. */
START_TEST(a_long_file_is_shortened_at_start_and_still_holds)
{
	uint64_t last = LONG_END;
	struct signlog *l;
	char aside[80];

	fresh_long();
	snprintf(aside, sizeof(aside), "%s.new", path);
	ck_assert_int_eq(mkdir(aside, 0700), 0);
	l = open_at(5);
	while (file_size() <= 1 << 20)
		ck_assert_int_eq(admit(l, 1, last++, 7), DC_OK);
	ck_assert_int_eq(spend(l, 3, 0, 60), DC_OK);
	signlog_close(l);
	ck_assert_int_eq(rmdir(aside), 0);
	l = open_at(after(last));
	ck_assert_int_eq(file_size(), HEADER_BYTES + 65 * RECORD_BYTES);
	ck_assert_int_eq(admit(l, 1, last - 1, 8), DC_EREFUSED);
	ck_assert_int_eq(admit(l, 1, last - 1, 7), DC_OK);
	ck_assert_int_eq(admit(l, 1, last - 64, 7), DC_OK);
	signlog_close(l);
	l = open_at(after(last));
	/* forgotten ones are refused whatever the digest */
	ck_assert_int_eq(admit(l, 1, last - 65, 7), DC_EREFUSED);
	ck_assert_int_eq(admit(l, 1, last - 65, 8), DC_EREFUSED);
	ck_assert_int_eq(spend(l, 3, 1, 41), DC_EREFUSED);
	ck_assert_int_eq(admit(l, 1, last + 1, 7), DC_OK);
	signlog_close(l);
	l = open_at(after(last + 1));
	ck_assert_int_eq(admit(l, 1, last + 1, 8), DC_EREFUSED);
	signlog_close(l);
}
END_TEST

/* Records of one log into another. */
static void
hand_over(void *user, const struct sign_entry *e)
{
	bool taken;

	ck_assert_int_eq(signlog_adopt(user, e, &taken, NULL), DC_OK);
}

START_TEST(what_was_signed_elsewhere_is_taken_over_by_maximum)
{
	struct signlog *there, *here;
	struct sign_entry e;
	char there_path[64];
	bool taken;

	fresh();
	there = open_at(0);
	for (uint64_t epoch = 5; epoch <= 9; epoch++)
		ck_assert_int_eq(admit(there, 1, epoch, (uint8_t)epoch),
				 DC_OK);
	ck_assert_int_eq(admit(there, 2, 4, 4), DC_OK);
	snprintf(there_path, sizeof(there_path), "%s", path);
	fresh();
	here = open_at(0);
	ck_assert_int_eq(admit(here, 1, 7, 7), DC_OK);
	ck_assert_int_eq(admit(here, 2, 8, 8), DC_OK);
	signlog_each(there, hand_over, here);
	signlog_close(there);

	/* of trainer 1 epochs 8 and 9 came, of trainer 2 nothing did */
	ck_assert_int_eq(file_size(), HEADER_BYTES + 4 * RECORD_BYTES);
	ck_assert_int_eq(admit(here, 1, 9, 1), DC_EREFUSED);
	ck_assert_int_eq(admit(here, 1, 9, 9), DC_OK);
	ck_assert_int_eq(admit(here, 1, 6, 6), DC_EREFUSED);
	ck_assert_int_eq(admit(here, 2, 4, 4), DC_EREFUSED);
	ck_assert_int_eq(admit(here, 2, 8, 8), DC_OK);
	signlog_close(here);
	here = open_at(0);	/* and it is on disk */
	ck_assert_int_eq(admit(here, 1, 9, 1), DC_EREFUSED);

	e = entry(1, 9, 3);
	ck_assert_int_eq(signlog_adopt(here, &e, &taken, NULL), DC_ECONFLICT);
	e = entry(1, 10, 3);
	e.epoch_s = EPOCH_S + 1;
	ck_assert_int_eq(signlog_adopt(here, &e, &taken, NULL), DC_ECONFLICT);
	e = entry(1, 9, 9);
	ck_assert_int_eq(signlog_adopt(here, &e, &taken, NULL), DC_OK);
	ck_assert(!taken);
	e = entry(3, 1, 1);
	ck_assert_int_eq(signlog_adopt(here, &e, &taken, NULL), DC_OK);
	ck_assert(taken);
	signlog_close(here);
	ck_assert_int_eq(unlink(there_path), 0);
}
END_TEST

/* Once for all tests: each record is synced. */
static bool
make_long(void)
{
	bool ok = true;
	struct signlog *l;

	snprintf(path, sizeof(path), "%s/long", dir);
	if (signlog_open(&l, path, CHAIN, 5, NULL) != DC_OK)
		return false;
	for (uint64_t epoch = 10; ok && epoch < LONG_END; epoch++)
		ok = admit(l, 1, epoch, 7) == DC_OK;
	signlog_close(l);
	return ok;
}

int
main(void)
{
	const TTest *const tests[] = {
		a_second_digest_of_an_epoch_is_refused,
		only_epochs_that_end_after_the_start_are_signed_anew,
		an_older_copy_of_the_file_cannot_equivocate,
		an_earlier_epoch_than_the_last_is_refused_unless_recorded,
		the_length_of_a_trainers_epochs_is_fixed,
		a_torn_last_record_is_cut_off_and_the_rest_holds,
		a_damaged_file_is_refused_untouched,
		a_file_of_another_chain_is_refused,
		a_file_of_something_else_is_refused,
		two_processes_never_sign_with_one_file,
		a_full_disk_signs_nothing_and_loses_nothing,
		killed_at_any_moment_it_never_signs_twice,
		killed_while_it_is_shortened_it_never_signs_twice,
		a_days_spending_is_capped_also_across_a_restart,
		of_two_transactions_with_one_nonce_the_dearer_counts,
		a_long_file_is_shortened_and_still_holds,
		a_long_file_is_shortened_at_start_and_still_holds,
		what_was_signed_elsewhere_is_taken_over_by_maximum,
	};
	char command[64];
	int found;

	if (mkdtemp(dir) == NULL || !make_long())
		return EXIT_FAILURE;
	found = unit_run("oracle/signlog", tests, DC_ARRAY_LEN(tests));
	snprintf(command, sizeof(command), "rm -r %s", dir);
	return system(command) == 0 ? found : EXIT_FAILURE;
}
