/* check_server_gzip_file.c: whole files, plain and gzip, sound or not. */

#include "config.h"

#include <string.h>
#include <zlib.h>

#include "server/gzip_file.h"
#include "tests/unit/unit.h"

enum { TEXT_BYTES = 300000, BOUND = 300000 };

static char path[] = "/tmp/decaid-gzip-file-XXXXXX";
static char text[TEXT_BYTES + 1];
static struct dc_buf got;
static struct dc_err err;

static void
write_file(size_t n, const char *mode)
{
	uint64_t state = 3;
	int fd = mkstemp(path);
	gzFile f;
	size_t i;

	ck_assert_int_ge(fd, 0);
	for (i = 0; i < sizeof(text); i++)
		text[i] = (char)('a' + unit_random(&state) % 26);
	f = gzdopen(fd, mode);
	ck_assert_int_eq(gzwrite(f, text, (unsigned)n), (int)n);
	ck_assert_int_eq(gzclose(f), Z_OK);
	dc_buf_init(&got, BOUND);
}

/* The CRC-32 in front of the length that ends it. */
static void
break_sum(void)
{
	FILE *f = fopen(path, "r+b");

	ck_assert_ptr_nonnull(f);
	ck_assert_int_eq(fseek(f, -8, SEEK_END), 0);
	ck_assert_int_ge(fputs("????", f), 0);
	ck_assert_int_eq(fclose(f), 0);
}

/* Whether reading ends so, and the error is the path and these words. */
static bool
reads(enum dc_status wanted, const char *says)
{
	bool same = gzip_file_read(&got, path, &err) == wanted;

	if (wanted != DC_OK)
		same = same && strncmp(err.text, path, strlen(path)) == 0 &&
			strcmp(err.text + strlen(path), says) == 0;
	return same;
}

static void
done(void)
{
	dc_buf_clear(&got);
	dc_err_clear(&err);
	unlink(path);
}

START_TEST(plain_and_gzip_give_the_same_bytes)
{
	static const size_t sizes[] = { 0, 1, 65536, BOUND };
	static const char *const modes[] = { "wbT", "wb9" };

	write_file(sizes[_i / 2], modes[_i % 2]);
	ck_assert(reads(DC_OK, NULL));
	ck_assert_uint_eq(got.len, sizes[_i / 2]);
	ck_assert(got.len == 0 || memcmp(got.data, text, got.len) == 0);
	done();
}
END_TEST

START_TEST(one_byte_too_many_is_refused)
{
	write_file(BOUND + 1, _i == 0 ? "wbT" : "wb9");
	ck_assert(reads(DC_EINVAL, ": over 300000 bytes"));
	done();
}
END_TEST

START_TEST(what_unpacks_to_more_is_not_unpacked)
{
	static const char zeros[1 << 16];
	gzFile f;
	int i;

	write_file(0, "wb9");
	f = gzopen(path, "wb9");
	for (i = 0; i < 1024; i++)
		ck_assert_int_eq(gzwrite(f, zeros, sizeof(zeros)),
				 sizeof(zeros));
	ck_assert_int_eq(gzclose(f), Z_OK);
	break_sum();	/* who reads that far says so */
	ck_assert(reads(DC_EINVAL, ": over 300000 bytes"));
	done();
}
END_TEST

START_TEST(a_cut_file_is_refused)
{
	write_file(TEXT_BYTES, "wb9");
	ck_assert_int_eq(truncate(path, 1000), 0);
	ck_assert(reads(DC_EIO, ": the gzip file ends early"));
	done();
}
END_TEST

START_TEST(changed_bytes_are_found)
{
	write_file(TEXT_BYTES, "wb9");
	break_sum();
	ck_assert(reads(DC_EIO, ": not a sound gzip file"));
	done();
}
END_TEST

START_TEST(what_is_no_file_is_told)
{
	dc_buf_init(&got, BOUND);
	ck_assert_int_eq(gzip_file_read(&got, "/no/such", &err), DC_EIO);
	ck_assert_str_eq(err.text, "/no/such: No such file or directory");
	dc_err_clear(&err);
	ck_assert_int_eq(gzip_file_read(&got, "/", &err), DC_EIO);
	ck_assert_str_eq(err.text, "/: Is a directory");
	dc_err_clear(&err);
}
END_TEST

UNIT_LOOP_MAIN("server/gzip_file",
	       { plain_and_gzip_give_the_same_bytes, 8 },
	       { one_byte_too_many_is_refused, 2 },
	       { what_unpacks_to_more_is_not_unpacked, 1 },
	       { a_cut_file_is_refused, 1 },
	       { changed_bytes_are_found, 1 },
	       { what_is_no_file_is_told, 1 })
