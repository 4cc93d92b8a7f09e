/* decaid db check, prune: the data directory looked after. */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/hex.h"
#include "oracle/audit.h"
#include "oracle/data_dir.h"
#include "server/wallet.h"
#include "sql/growth.h"
#include "sql/integrity.h"
#include "sql/models.h"
#include "sql/texts.h"

#define PAGE 64			/* models read at once */
#define PRUNE_AT_ONCE 10000	/* samples in one transaction */

/* One of the two files, with its name in what fails. */
static enum dc_status open_file(struct sql_db **out,
				const struct config *c, enum sql_file file,
				enum sql_access access, struct dc_err *err)
{
	const char *name = file == SQL_CHAIN ? DATA_DIR_CHAIN
					     : DATA_DIR_LOCAL;
	struct dc_err why = DC_ERR_INIT;
	char path[PATH_MAX];
	struct stat st;
	enum dc_status found = data_dir_path(path, c->data_dir, name, err);

	if (found != DC_OK)
		return found;
	if (stat(path, &st) != 0)	/* a writer would make a new one */
		return dc_fail(err, DC_ENOTFOUND, "%s is not there", path);
	found = sql_db_open(out, path, file, access, &why);
	return found == DC_OK ? DC_OK :
		dc_fail(err, found, "%s: %s", path, why.text);
}

/* ---- check ---- */

/* Complaints go to standard error as they come. */
static void complain(void *user, const char *text)
{
	const struct cmd_line *line = user;
	char shown[512];

	fprintf(stderr, "decaid %s: %s\n", line->command->name,
		dc_log_escape(shown, sizeof(shown), text, strlen(text)));
}

static enum dc_status check_chain(struct audit_report *r,
				  struct cmd_line *line, struct dc_err *err)
{
	struct sql_db *db = NULL;
	enum dc_status found = open_file(&db, &line->config, SQL_CHAIN,
					 SQL_READER, err);

	if (found == DC_OK)
		found = audit_chain(r, db, line->config.data_dir, complain,
				    line, err);
	sql_db_close(db);
	return found;
}

/* A daemon that signs nothing has none. */
static enum dc_status check_local(struct audit_report *r,
				  struct cmd_line *line, struct dc_err *err)
{
	struct dc_err why = DC_ERR_INIT;
	struct sql_db *db = NULL;
	uint64_t n = 0;
	enum dc_status found = open_file(&db, &line->config, SQL_LOCAL,
					 SQL_READER, &why);

	if (found == DC_ENOTFOUND)
		return DC_OK;
	if (found == DC_OK)
		found = sql_integrity_check(db, &n, complain, line, &why);
	r->wrong += n;
	sql_db_close(db);
	return found == DC_OK ? DC_OK : dc_fail(err, found, "%s", why.text);
}

static int tell_check(const struct cmd_line *line,
		      const struct audit_report *r)
{
	struct json_out j;
	struct dc_buf b;
	int found;

	dc_buf_init(&b, 1 << 16);
	if (line->json) {
		json_out_init(&j, &b);
		json_put_open(&j, '{');
		json_put_key(&j, "models");
		json_put_u64(&j, r->models);
		json_put_key(&j, "contributions");
		json_put_u64(&j, r->contributions);
		json_put_key(&j, "pruned");
		json_put_u64(&j, r->pruned);
		json_put_key(&j, "wrong");
		json_put_u64(&j, r->wrong);
		json_put_close(&j, '}');
	} else {
		dc_buf_printf(&b, "%" PRIu64 " models, %" PRIu64
			      " contributions, %" PRIu64 " samples pruned: ",
			      r->models, r->contributions, r->pruned);
		if (r->wrong == 0)
			dc_buf_append_text(&b, "whole");
		else
			dc_buf_printf(&b, "%" PRIu64 " things wrong",
				      r->wrong);
	}
	found = wallet_print(&b);
	return r->wrong == 0 ? found : CMD_FAILED;
}

int cmd_db_check(const struct command *self, int argc, char **argv)
{
	struct audit_report report = { 0 };
	struct dc_err err = DC_ERR_INIT;
	struct cmd_line line;
	int found = cmd_parse(&line, self, NULL, 0, argc, argv);

	if (found >= 0)
		return found;
	if (line.n_args != 0)
		found = cmd_usage(&line, "takes no arguments");
	else if (check_chain(&report, &line, &err) != DC_OK ||
		 check_local(&report, &line, &err) != DC_OK)
		found = cmd_fail(&line, &err);
	else
		found = tell_check(&line, &report);
	cmd_line_clear(&line);
	return found;
}

/* ---- prune ---- */

struct pruning {
	struct sql_db *db;
	uint64_t keep;
	uint64_t samples, bytes_before, bytes_after;
	uint64_t transactions, signatures;
};

static enum dc_status prune_step(struct pruning *p, int64_t model,
				 uint64_t from, uint64_t to,
				 struct dc_err *err)
{
	enum dc_status found = sql_tx_begin(p->db, err);
	uint64_t n = 0;

	if (found != DC_OK)
		return found;
	found = sql_samples_prune(p->db, &n, model, from, to, err);
	if (found == DC_OK)
		p->samples += n;
	return sql_tx_end(p->db, found, err);
}

static enum dc_status prune_model(struct pruning *p, int64_t model,
				  struct dc_err *err)
{
	uint64_t from, end;
	enum dc_status found;

	found = sql_samples_prunable(p->db, &end, model, p->keep, err);
	if (found == DC_OK)
		found = sql_samples_first(p->db, &from, model, err);
	while (found == DC_OK && from < end) {
		uint64_t to = end - from < PRUNE_AT_ONCE ? end :
			from + PRUNE_AT_ONCE;

		found = prune_step(p, model, from, to, err);
		from = to;
	}
	return found;
}

/* Models are numbered from 1 on without gaps. */
static enum dc_status prune_all(struct pruning *p, struct dc_err *err)
{
	uint64_t models = 0, contributions;
	enum dc_status found = sql_models_count(p->db, &models,
						&contributions, err);

	for (uint64_t i = 1; found == DC_OK && i <= models; i++)
		found = prune_model(p, (int64_t)i, err);
	return found;
}

static enum dc_status file_bytes(uint64_t *out, struct sql_db *db,
				 struct dc_err *err)
{
	struct sql_pages pages = { 0 };
	enum dc_status found = sql_pages_get(db, &pages, err);

	*out = pages.total * pages.bytes;
	return found;
}

static enum dc_status prune_rows(struct pruning *p, struct sql_db *db,
				 struct dc_err *err)
{
	enum dc_status found = sql_tx_begin(db, err);

	if (found != DC_OK)
		return found;
	found = sql_local_prune(db, &p->transactions, &p->signatures,
				SQL_KEEP_EPOCHS, err);
	return sql_tx_end(db, found, err);
}

/* A daemon that signs nothing has no local.db. */
static enum dc_status prune_local(struct pruning *p, const struct config *c,
				  struct dc_err *err)
{
	struct dc_err why = DC_ERR_INIT;
	struct sql_db *db = NULL;
	enum dc_status found = open_file(&db, c, SQL_LOCAL, SQL_WRITER,
					 &why);

	if (found == DC_ENOTFOUND)
		return DC_OK;
	if (found == DC_OK)
		found = prune_rows(p, db, &why);
	if (found == DC_OK)
		found = sql_vacuum(db, &why);
	sql_db_close(db);
	return found == DC_OK ? DC_OK : dc_fail(err, found, "%s", why.text);
}

static enum dc_status prune(struct pruning *p, const struct config *c,
			    struct dc_err *err)
{
	enum dc_status found;
	int lock;

	found = data_dir_lock(&lock, c->data_dir, err);
	if (found == DC_OK)
		found = open_file(&p->db, c, SQL_CHAIN, SQL_WRITER, err);
	if (found == DC_OK)
		found = file_bytes(&p->bytes_before, p->db, err);
	if (found == DC_OK)
		found = prune_all(p, err);
	if (found == DC_OK)
		found = sql_vacuum(p->db, err);
	if (found == DC_OK)
		found = file_bytes(&p->bytes_after, p->db, err);
	if (found == DC_OK)
		found = prune_local(p, c, err);
	sql_db_close(p->db);
	data_dir_unlock(lock);
	return found;
}

static int tell_prune(const struct cmd_line *line, const struct pruning *p)
{
	struct json_out j;
	struct dc_buf b;

	dc_buf_init(&b, 1 << 16);
	if (line->json) {
		json_out_init(&j, &b);
		json_put_open(&j, '{');
		json_put_key(&j, "samples");
		json_put_u64(&j, p->samples);
		json_put_key(&j, "bytes_before");
		json_put_u64(&j, p->bytes_before);
		json_put_key(&j, "bytes_after");
		json_put_u64(&j, p->bytes_after);
		json_put_key(&j, "transactions");
		json_put_u64(&j, p->transactions);
		json_put_key(&j, "signatures");
		json_put_u64(&j, p->signatures);
		json_put_close(&j, '}');
	} else {
		dc_buf_printf(&b, "%" PRIu64 " samples, %" PRIu64
			      " transactions and %" PRIu64 " signatures "
			      "deleted, %" PRIu64 " bytes are now %" PRIu64,
			      p->samples, p->transactions, p->signatures,
			      p->bytes_before, p->bytes_after);
	}
	return wallet_print(&b);
}

int cmd_db_prune(const struct command *self, int argc, char **argv)
{
	struct pruning p = { 0 };
	struct dc_err err = DC_ERR_INIT;
	struct cmd_line line;
	int found = cmd_parse(&line, self, NULL, 0, argc, argv);

	if (found >= 0)
		return found;
	p.keep = line.config.keep_samples;
	if (line.n_args != 0)
		found = cmd_usage(&line, "takes no arguments");
	else if (prune(&p, &line.config, &err) != DC_OK)
		found = cmd_fail(&line, &err);
	else
		found = tell_prune(&line, &p);
	cmd_line_clear(&line);
	return found;
}

/* ---- forget ---- */

static enum dc_status forget_one(struct sql_db *db, bool *existed,
				 const char *text, struct dc_err *err)
{
	struct hash32 tx;
	enum dc_status found;

	if (strlen(text) != 66 || strncmp(text, "0x", 2) != 0 ||
	    hex_decode(tx.b, sizeof(tx.b), text + 2, NULL) != DC_OK)
		return dc_fail(err, DC_EINVAL, "%s: not a transaction's hash",
			       text);
	found = sql_text_delete(db, existed, &tx, err);
	if (found == DC_OK && !*existed)
		fprintf(stderr, "decaid db forget: %s: no text is kept\n",
			text);
	return found;
}

/* All or none. A daemon may run meanwhile, and shows them no more. */
static enum dc_status forget(const struct cmd_line *line, uint64_t *n,
			     struct dc_err *err)
{
	struct sql_db *db = NULL;
	enum dc_status found = open_file(&db, &line->config, SQL_LOCAL,
					 SQL_WRITER, err);

	if (found == DC_OK)
		found = sql_tx_begin(db, err);
	if (found == DC_OK) {
		for (int i = 0; found == DC_OK && i < line->n_args; i++) {
			bool existed = false;

			found = forget_one(db, &existed, line->args[i], err);
			*n += existed;
		}
		found = sql_tx_end(db, found, err);
	}
	sql_db_close(db);
	return found;
}

static int tell_forget(const struct cmd_line *line, uint64_t n)
{
	struct json_out j;
	struct dc_buf b;

	dc_buf_init(&b, 1 << 16);
	if (line->json) {
		json_out_init(&j, &b);
		json_put_open(&j, '{');
		json_put_key(&j, "texts");
		json_put_u64(&j, n);
		json_put_close(&j, '}');
	} else {
		dc_buf_printf(&b, "%" PRIu64 " texts deleted", n);
	}
	return wallet_print(&b);
}

int cmd_db_forget(const struct command *self, int argc, char **argv)
{
	struct dc_err err = DC_ERR_INIT;
	struct cmd_line line;
	uint64_t n = 0;
	int found = cmd_parse(&line, self, NULL, 0, argc, argv);

	if (found >= 0)
		return found;
	if (line.n_args == 0)
		found = cmd_usage(&line, "TX is needed: a transaction's hash");
	else if (forget(&line, &n, &err) != DC_OK)
		found = cmd_fail(&line, &err);
	else
		found = tell_forget(&line, n);
	cmd_line_clear(&line);
	return found;
}
