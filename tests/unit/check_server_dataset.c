/*
 * check_server_dataset.c: labelled rows from files as people have them, and
 * many texts asked of a service at once.
 */

#include "config.h"

#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "server/conf.h"
#include "server/dataset.h"
#include "server/embed_rows.h"
#include "tests/unit/fake_embeddings.h"
#include "tests/unit/unit.h"

#define DIMENSION 4
#define REST "verdict two-fold credit=1 margin=1\nsample packed\n" \
	"class ham\nclass spam\n"

static const char embedding[] = "decaid 1\n"
	"model logistic columns=4 epsilon=1 learning-rate=1\n"
	"encoder embedding dimension=4 normalize=0\nservice here small\n" REST;
static const char words[] = "decaid 1\n"
	"model naive-bayes columns=8 smoothing=1000000000\n"
	"encoder murmur3-words\n" REST;

static struct model_spec spec;
static struct fake_embeddings fake;
static struct embedder *e;
static struct sample_room *room;
static char path[64];

/* What was read: "3:ham 4:spam ", what was passed over: "2:why;". */
static struct dc_buf got, skipped;
static unsigned n_got;

static enum dc_status take(void *user, const struct dataset_row *row,
			   struct dc_err *err)
{
	const struct dataset_options *o = user;
	struct dc_buf sample;
	enum dc_status st;

	dc_buf_init(&sample, 1 << 20);
	st = dataset_sample(&sample, o, room, row, err);
	dc_buf_clear(&sample);
	if (st != DC_OK)
		return st;
	dc_buf_printf(&got, "%zu:%s ", row->line, row->label);
	n_got++;
	return DC_OK;
}

static void skip(void *user, size_t line, const char *why)
{
	(void)user;
	dc_buf_printf(&skipped, "%zu:%s;", line, why);
}

static void start(const char *spec_text, const char *end, const void *bytes,
		  size_t len)
{
	FILE *f;

	(void)snprintf(path, sizeof(path), "/tmp/decaid-dataset-%d%s",
		       (int)getpid(), end);
	f = fopen(path, "w");
	ck_assert_ptr_nonnull(f);
	ck_assert_uint_eq(fwrite(bytes, 1, len, f), len);
	ck_assert_int_eq(fclose(f), 0);
	ck_assert_int_eq(spec_parse(&spec, spec_text, strlen(spec_text), NULL),
			 DC_OK);
	room = dc_malloc(sizeof(*room));
	dc_buf_init(&got, 1 << 20);
	dc_buf_init(&skipped, 1 << 20);
	n_got = 0;
}

static void finish(void)
{
	(void)unlink(path);
	spec_clear(&spec);
	free(room);
	dc_buf_clear(&got);
	dc_buf_clear(&skipped);
}

static void start_service(void)
{
	const struct embedder_options how = { .pause_ms = 1 };
	struct embedder_options o = how;
	struct config c;
	char value[200];

	fake_embeddings_start(&fake, DIMENSION);
	config_init(&c);
	(void)snprintf(value, sizeof(value), "here=%s", fake.http.url);
	ck_assert_int_eq(config_set(&c, config_key_find("embedding"), value,
				    NULL), DC_OK);
	o.services = &c.embeddings;
	ck_assert_int_eq(embedder_new(&e, &o, NULL), DC_OK);
	config_clear(&c);
}

static void stop_service(void)
{
	embedder_free(e);
	e = NULL;
	fake_embeddings_stop(&fake);
}

static enum dc_status read_as(dataset_skip *how, struct dc_err *err)
{
	struct dataset_options o = { .path = path, .spec = &spec,
				     .embedder = e, .fn = take, .skip = how };

	o.user = &o;
	return dataset_read(&o, err);
}

static void says(const struct dc_err *err, const char *told)
{
	char whole[300];

	(void)snprintf(whole, sizeof(whole), "%s%s", path, told);
	ck_assert_str_eq(err->text, whole);
}

/* ---- many texts at once ---- */

/* "ham\ttext 1\n" and so on, every tenth line empty. */
static void start_rows(size_t n)
{
	struct dc_buf b;

	dc_buf_init(&b, 1 << 20);
	for (size_t i = 0; i < n; i++)
		dc_buf_printf(&b, "%sham\ttext %zu\n", i % 10 == 0 ? "\n" : "",
			      i);
	start(embedding, ".tsv", b.data, b.len);
	dc_buf_clear(&b);
}

START_TEST(texts_of_a_file_are_asked_for_many_at_once)
{
	struct embedder_counters c;
	struct dc_err err = DC_ERR_INIT;

	start_service();
	start_rows(600);
	ck_assert_msg(read_as(NULL, &err) == DC_OK, "%s", err.text);
	ck_assert_uint_eq(n_got, 600);
	ck_assert_int_eq(strncmp(dc_buf_text(&got), "2:ham 3:ham ", 12), 0);
	embedder_counters(e, &c);
	ck_assert_uint_eq(c.texts, 600);
	ck_assert_uint_eq(c.requests, 10);	/* 64 each, 256 at a time */
	finish();
	stop_service();
}
END_TEST

START_TEST(a_text_that_the_service_refuses_is_named_by_its_line)
{
	struct dc_err err = DC_ERR_INIT;

	start_service();
	start_rows(300);
	fake_http_fault(&fake.http, (struct fake_fault){
		.kind = FAKE_STATUS, .status = 400,
		.method = "\"text 277\"" });
	ck_assert_int_eq(read_as(NULL, &err), DC_EINVAL);
	says(&err, ":306: the service here refuses this text");
	ck_assert_uint_eq(n_got, 277);
	dc_err_clear(&err);
	n_got = 0;
	ck_assert_int_eq(read_as(skip, &err), DC_OK);
	ck_assert_uint_eq(n_got, 299);
	ck_assert_str_eq(dc_buf_text(&skipped),
			 "306:the service here refuses this text;");
	finish();
	stop_service();
}
END_TEST

START_TEST(texts_that_no_service_would_take_are_not_sent)
{
	static const char text[] = "ham\tone\nham\t\nspam\t\xff\nham\ttwo\n";
	struct embedder_counters c;
	struct dc_err err = DC_ERR_INIT;

	start_service();
	start(embedding, ".tsv", text, sizeof(text) - 1);
	ck_assert_int_eq(read_as(NULL, &err), DC_EINVAL);
	says(&err, ":2: the text is empty");
	dc_err_clear(&err);
	dc_buf_reset(&got);
	ck_assert_int_eq(read_as(skip, &err), DC_OK);
	ck_assert_str_eq(dc_buf_text(&got), "1:ham 4:ham ");
	ck_assert_str_eq(dc_buf_text(&skipped),
			 "2:the text is empty;3:text is not UTF-8;");
	embedder_counters(e, &c);
	ck_assert_uint_eq(c.texts, 2);
	finish();
	stop_service();
}
END_TEST

START_TEST(a_service_that_does_not_answer_ends_it)
{
	struct dc_err err = DC_ERR_INIT;

	start_service();
	start_rows(3);
	fake_http_fault(&fake.http, (struct fake_fault){
		.kind = FAKE_STATUS, .status = 500 });
	ck_assert_int_eq(read_as(skip, &err), DC_EBUSY);
	ck_assert_ptr_nonnull(strstr(err.text, ":2: "));
	ck_assert_uint_eq(n_got, 0);
	finish();
	stop_service();
}
END_TEST

START_TEST(a_service_that_is_not_set_is_told)
{
	struct dc_err err = DC_ERR_INIT;

	start_rows(3);
	ck_assert_int_eq(read_as(skip, &err), DC_EINVAL);
	ck_assert_ptr_nonnull(strstr(err.text, "the service here, which "
				     "embeds this model's texts, is not set"));
	finish();
}
END_TEST

/* ---- files as people have them ---- */

static void reads(const char *end, const void *bytes, size_t len,
		  const char *rows, const char *wrong)
{
	struct dc_err err = DC_ERR_INIT;

	start(words, end, bytes, len);
	ck_assert_msg(read_as(skip, &err) == DC_OK, "%s", err.text);
	ck_assert_str_eq(dc_buf_text(&got), rows);
	ck_assert_str_eq(dc_buf_text(&skipped), wrong);
	finish();
}

START_TEST(a_mark_and_carriage_returns_are_passed_over)
{
	static const char marked[] = "\xef\xbb\xbfham\tone\r\n\r\nspam\ttwo";

	reads(".tsv", marked, sizeof(marked) - 1, "1:ham 3:spam ", "");
	reads(".tsv", "", 0, "", "");
	reads(".tsv", "\xef\xbb\xbf", 3, "", "");
}
END_TEST

START_TEST(lines_that_are_none_are_told_one_by_one)
{
	static const char nul[] = "ham\tone\nham\tt\0wo\nno tab\nham\tfour\n";
	size_t n = DATASET_LINE_BYTES_MAX + 100;
	char *bytes = dc_malloc(n + 30);

	reads(".tsv", nul, sizeof(nul) - 1, "1:ham 4:ham ",
	      "2:has a NUL byte;3:not label<TAB>input;");
	memset(bytes, 'x', n);
	memcpy(bytes, "ham\t", 4);
	memcpy(bytes + n, "\nspam\tshort\n", 12);
	reads(".tsv", bytes, n + 12, "2:spam ",
	      "1:a line of more than 1 MiB;");
	free(bytes);
}
END_TEST

START_TEST(a_gzip_file_that_ends_early_is_told)
{
	uint8_t packed[4096];
	uLongf room_left = sizeof(packed);
	struct dc_err err = DC_ERR_INIT;
	char text[2000];
	z_stream z;

	memset(&z, 0, sizeof(z));
	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = i % 40 == 39 ? '\n' : i % 40 == 3 ? '\t' :
			i % 40 < 3 ? "ham"[i % 40] : (char)('a' + i * i % 26);
	ck_assert_int_eq(deflateInit2(&z, 9, Z_DEFLATED, 31, 8, 0), Z_OK);
	z.next_in = (Bytef *)text;
	z.avail_in = sizeof(text);
	z.next_out = packed;
	z.avail_out = (uInt)room_left;
	ck_assert_int_eq(deflate(&z, Z_FINISH), Z_STREAM_END);
	start(words, ".tsv.gz", packed, z.total_out - 12);
	(void)deflateEnd(&z);
	ck_assert_int_eq(read_as(skip, &err), DC_EIO);
	says(&err, ": cannot be read: the gzip file ends early");
	finish();
}
END_TEST

UNIT_MAIN("server/dataset", texts_of_a_file_are_asked_for_many_at_once,
	  a_text_that_the_service_refuses_is_named_by_its_line,
	  texts_that_no_service_would_take_are_not_sent,
	  a_service_that_does_not_answer_ends_it,
	  a_service_that_is_not_set_is_told,
	  a_mark_and_carriage_returns_are_passed_over,
	  lines_that_are_none_are_told_one_by_one,
	  a_gzip_file_that_ends_early_is_told)
