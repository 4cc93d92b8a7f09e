/*
 * decaid key slashing export, import: what a signer must not contradict, from
 * one machine to another. The daemon of either must not run: what it signs
 * meanwhile would be missing.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <jansson.h>

#include "oracle/data_dir.h"
#include "oracle/signlog.h"
#include "server/wallet.h"

#define FORMAT "decaid-slashing-1"
#define FILE_BYTES_MAX (256 << 20)

/* The command's FILE, and the log of the settings' directory. */
static enum dc_status open_log(struct signlog **out,
			       const struct cmd_line *line,
			       struct dc_err *err)
{
	char path[PATH_MAX];
	enum dc_status found;

	if (line->config.chain_id == 0)
		return dc_fail(err, DC_EINVAL, "chain-id: not set");
	found = data_dir_path(path, line->config.data_dir, DATA_DIR_SIGNER,
			      err);
	if (found == DC_OK)
		found = signlog_open(out, path, line->config.chain_id,
				     (uint64_t)time(NULL), err);
	return found;
}

/* {"records", "file"}, or a sentence. */
static int tell_records(const struct cmd_line *line, const char *what,
			uint64_t n)
{
	struct json_out j;
	struct dc_buf b;

	dc_buf_init(&b, 1 << 16);
	if (line->json) {
		json_out_init(&j, &b);
		json_put_open(&j, '{');
		json_put_key(&j, "records");
		json_put_u64(&j, n);
		json_put_key(&j, "file");
		json_put_text(&j, line->args[0]);
		json_put_close(&j, '}');
	} else {
		dc_buf_printf(&b, "%" PRIu64 " records %s", n, what);
	}
	return wallet_print(&b);
}

/* ---- export ---- */

struct exporting {
	struct json_out j;
	uint64_t n;
};

static void put_record(void *user, const struct sign_entry *e)
{
	struct exporting *x = user;

	json_put_open(&x->j, '{');
	json_put_key(&x->j, "pool");
	json_put_address(&x->j, &e->pool);
	json_put_key(&x->j, "trainer");
	json_put_address(&x->j, &e->trainer);
	json_put_key(&x->j, "epoch");
	json_put_u64(&x->j, e->epoch);
	json_put_key(&x->j, "epoch_s");
	json_put_u64(&x->j, e->epoch_s);
	json_put_key(&x->j, "digest");
	json_put_hash(&x->j, &e->digest);
	json_put_close(&x->j, '}');
	x->n++;
}

static void put_log(struct exporting *x, struct dc_buf *b,
		    const struct signlog *l, uint64_t chain_id)
{
	json_out_init(&x->j, b);
	json_put_open(&x->j, '{');
	json_put_key(&x->j, "format");
	json_put_text(&x->j, FORMAT);
	json_put_key(&x->j, "chain_id");
	json_put_u64(&x->j, chain_id);
	json_put_key(&x->j, "records");
	json_put_open(&x->j, '[');
	signlog_each(l, put_record, x);
	json_put_close(&x->j, ']');
	json_put_close(&x->j, '}');
	dc_buf_append_text(b, "\n");
}

/* A new file; what could not be written whole is taken away again. */
static enum dc_status write_file(const char *path, const struct dc_buf *b,
				 struct dc_err *err)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	size_t done = 0;
	ssize_t n = 0;

	if (fd < 0)
		return dc_fail(err, DC_EIO, "%s: %s", path, strerror(errno));
	while (done < b->len && (n = write(fd, b->data + done,
					   b->len - done)) > 0)
		done += (size_t)n;
	if (done < b->len || fsync(fd) != 0) {
		(void)dc_fail(err, DC_EIO, "%s: %s", path, strerror(errno));
		(void)close(fd);	/* it goes away */
		(void)unlink(path);
		return DC_EIO;
	}
	if (close(fd) != 0)
		return dc_fail(err, DC_EIO, "%s: %s", path, strerror(errno));
	return DC_OK;
}

static int export(struct cmd_line *line)
{
	struct exporting x = { .n = 0 };
	struct dc_err err = DC_ERR_INIT;
	struct signlog *l = NULL;
	struct dc_buf b;
	enum dc_status found = open_log(&l, line, &err);

	dc_buf_init(&b, FILE_BYTES_MAX);
	if (found == DC_OK) {
		put_log(&x, &b, l, line->config.chain_id);
		found = dc_buf_failed(&b) ?
			dc_fail(&err, DC_EIO, "too many records") :
			write_file(line->args[0], &b, &err);
	}
	signlog_close(l);
	dc_buf_clear(&b);
	return found == DC_OK ? tell_records(line, "exported", x.n)
			      : cmd_fail(line, &err);
}

/* ---- import ---- */

static enum dc_status member_u64(uint64_t *out, const json_t *of,
				 const char *name, uint64_t most,
				 struct dc_err *err)
{
	const json_t *v = json_object_get(of, name);

	if (!json_is_integer(v) || json_integer_value(v) < 0 ||
	    (uint64_t)json_integer_value(v) > most)
		return dc_fail(err, DC_EINVAL, "%s: not a whole number", name);
	*out = (uint64_t)json_integer_value(v);
	return DC_OK;
}

static const char *member_text(const json_t *of, const char *name)
{
	const char *text = json_string_value(json_object_get(of, name));

	return text != NULL ? text : "";
}

static enum dc_status read_record(struct sign_entry *e, const json_t *v,
				  struct dc_err *err)
{
	uint64_t epoch_s = 0;
	enum dc_status found;

	found = addr20_parse(&e->pool, member_text(v, "pool"), err);
	if (found == DC_OK)
		found = addr20_parse(&e->trainer, member_text(v, "trainer"),
				     err);
	if (found == DC_OK)
		found = hash32_parse(&e->digest, member_text(v, "digest"),
				     err);
	if (found == DC_OK)
		found = member_u64(&e->epoch, v, "epoch", INT64_MAX, err);
	if (found == DC_OK)
		found = member_u64(&epoch_s, v, "epoch_s", UINT32_MAX, err);
	if (found == DC_OK && epoch_s == 0)
		found = dc_fail(err, DC_EINVAL, "epoch_s: 0");
	e->epoch_s = (uint32_t)epoch_s;
	return found;
}

static int by_epoch(const void *a, const void *b)
{
	const struct sign_entry *x = a, *y = b;

	return (x->epoch > y->epoch) - (x->epoch < y->epoch);
}

/* All records of a file, epochs rising; nothing is taken over before every
 * one of them was read. */
static enum dc_status read_records(struct sign_entry **out, size_t *n,
				   const json_t *doc, uint64_t chain_id,
				   struct dc_err *err)
{
	const json_t *list = json_object_get(doc, "records");
	uint64_t of_chain = 0;
	enum dc_status found;

	if (strcmp(member_text(doc, "format"), FORMAT) != 0)
		return dc_fail(err, DC_EINVAL, "not a file of " FORMAT);
	found = member_u64(&of_chain, doc, "chain_id", INT64_MAX, err);
	if (found == DC_OK && of_chain != chain_id)
		found = dc_fail(err, DC_EINVAL, "it is of chain %" PRIu64,
				of_chain);
	if (found == DC_OK && !json_is_array(list))
		found = dc_fail(err, DC_EINVAL, "records: not a list");
	if (found != DC_OK)
		return found;
	*out = dc_calloc(json_array_size(list) + 1, sizeof(**out));
	for (*n = 0; found == DC_OK && *n < json_array_size(list); ++*n) {
		struct dc_err why = DC_ERR_INIT;

		found = read_record(&(*out)[*n], json_array_get(list, *n),
				    &why);
		if (found != DC_OK)
			(void)dc_fail(err, found, "record %zu: %s", *n,
				      why.text);
	}
	qsort(*out, *n, sizeof(**out), by_epoch);
	return found;
}

static enum dc_status adopt(struct cmd_line *line, uint64_t *taken,
			    const struct sign_entry *e, size_t n,
			    struct dc_err *err)
{
	struct signlog *l = NULL;
	enum dc_status found = open_log(&l, line, err);

	for (size_t i = 0; found == DC_OK && i < n; i++) {
		bool one;

		found = signlog_adopt(l, &e[i], &one, err);
		*taken += one;
	}
	signlog_close(l);
	return found;
}

static int import(struct cmd_line *line)
{
	struct dc_err err = DC_ERR_INIT, why = DC_ERR_INIT;
	struct sign_entry *entries = NULL;
	json_error_t where;
	json_t *doc = json_load_file(line->args[0], JSON_REJECT_DUPLICATES,
				     &where);
	uint64_t taken = 0;
	enum dc_status found;
	size_t n = 0;

	if (doc == NULL)
		found = dc_fail(&why, DC_EINVAL, "line %d: %s", where.line,
				where.text);
	else
		found = read_records(&entries, &n, doc, line->config.chain_id,
				     &why);
	if (found != DC_OK)
		(void)dc_fail(&err, found, "%s: %s", line->args[0], why.text);
	else
		found = adopt(line, &taken, entries, n, &err);
	free(entries);
	json_decref(doc);
	return found == DC_OK ? tell_records(line, "taken over", taken)
			      : cmd_fail(line, &err);
}

static int with_file(const struct command *self, int argc, char **argv,
		     int (*act)(struct cmd_line *line))
{
	struct cmd_line line;
	int found = cmd_parse(&line, self, NULL, 0, argc, argv);

	if (found >= 0)
		return found;
	found = line.n_args == 1 ? act(&line)
				 : cmd_usage(&line, "one FILE is needed");
	cmd_line_clear(&line);
	return found;
}

int cmd_slashing_export(const struct command *self, int argc, char **argv)
{
	return with_file(self, argc, argv, export);
}

int cmd_slashing_import(const struct command *self, int argc, char **argv)
{
	return with_file(self, argc, argv, import);
}
