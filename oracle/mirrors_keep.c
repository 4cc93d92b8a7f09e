/* States of mirrors in files; the invariants are in mirrors_core.h. */
#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "oracle/data_dir.h"
#include "oracle/deca_kept.h"
#include "oracle/mirrors_core.h"
#include "oracle/whole_file.h"
#include "sql/blocks.h"
#include "sql/mirrors.h"
#include "sql/models.h"

#define KEEP_EVERY_MS 60000
#define NAME_BYTES (ADDR20_TEXT_BYTES + 8)
#define ARENA_BYTES (1 << 12)

static const char *const suffixes[] = { ".head", ".final" };
enum { HEAD, FINAL, SLOTS };

static void name_of(char out[NAME_BYTES], const struct mirrored *s,
		    unsigned slot)
{
	char text[ADDR20_TEXT_BYTES];

	addr20_format(&s->trainer, text);
	(void)snprintf(out, NAME_BYTES, "%s%s", text, suffixes[slot]);
}

enum dc_status mirrors_keep_folder(struct mirrors *m, const char *data_dir,
				   struct dc_err *err)
{
	enum dc_status st = data_dir_path(m->folder, data_dir,
					  DATA_DIR_MIRRORS, err);

	if (st == DC_OK && mkdir(m->folder, 0700) != 0 && errno != EEXIST)
		st = dc_fail(err, DC_EIO, "make %s: %s", m->folder,
			     strerror(errno));
	return st;
}

/* --- reading -------------------------------------------------------------- */

/* What is not whole is told, and left: the next one takes its place. */
static bool load(const struct mirrored *s, struct deca_kept *out,
		 unsigned slot)
{
	struct dc_err err = DC_ERR_INIT;
	char name[NAME_BYTES];
	const uint8_t *in;
	enum dc_status st;
	size_t len;

	name_of(name, s, slot);
	st = whole_file_map(&in, &len, s->folder, name, &err);
	if (st == DC_ENOTFOUND)
		return false;
	if (st == DC_OK) {
		st = deca_kept_import(out, in, len, &err);
		whole_file_unmap(in, len);
	}
	if (st != DC_OK)
		dc_log(DC_LOG_UNUSUAL, "oracle", "mirror: %s: %s", name,
		       err.text);
	return st == DC_OK;
}

bool mirrors_recalled(void *self, struct deca_kept *out, unsigned i)
{
	const struct mirrored *s = self;

	for (unsigned slot = 0; slot < SLOTS; slot++) {
		if (!load(s, out, slot))
			continue;
		if (i-- == 0)
			return true;
		free(out->model);
	}
	return false;
}

/* --- writing -------------------------------------------------------------- */

/* (1): batches of predictions are committed in their order, so that the
 * newest speaks for all. Where its row is not there, it is among what was
 * said of blocks that may come back, or others are final in its place. */
static enum dc_status is_told(struct mirrors *m, const struct mirrored *s,
			      bool *is, struct dc_err *err)
{
	struct dc_arena *arena = dc_arena_new(ARENA_BYTES);
	struct sql_contribution c;
	struct sql_model row;
	int64_t prediction;
	uint64_t id = 0, final;
	bool found = false;
	enum dc_status st = sql_finalized_get(m->chain, &final, err);

	*is = st == DC_OK && s->told.block <= final;
	if (st == DC_OK)
		st = sql_model_get(m->chain, &row, &found, &s->trainer, arena,
				   err);
	if (st == DC_OK && found)
		st = sql_contribution_at(m->chain, &id, &found, row.row,
					 &s->told, err);
	if (st == DC_OK && found)
		st = sql_contribution_get(m->chain, &c, &found, row.row, id,
					  arena, err);
	if (st == DC_OK && found)
		*is = c.prediction_before >= 0;
	else if (st == DC_OK && !*is)
		st = sql_said_get(m->chain, &prediction, is, &s->told, err);
	dc_arena_free(arena);
	return st;
}

static bool may_be_kept(struct mirrors *m, const struct mirrored *s)
{
	struct dc_err err = DC_ERR_INIT;
	bool is = true;

	if (s->mirror == NULL || !s->is_proven || s->n_said > 0 ||
	    s->stage != MIRROR_ADOPTED)
		return false;
	if (s->has_told && is_told(m, s, &is, &err) != DC_OK) {
		dc_log(DC_LOG_UNUSUAL, "oracle", "mirror: %s", err.text);
		return false;
	}
	return is;
}

static bool write_state(const struct mirrored *s, struct dc_err *err)
{
	const struct deca_kept kept = deca_mirror_keep(s->mirror);
	struct dc_buf out;
	char name[NAME_BYTES];
	enum dc_status st;

	name_of(name, s, HEAD);
	dc_buf_init(&out, DECA_KEPT_BYTES_MAX);
	deca_kept_export(&out, &kept);
	if (dc_buf_failed(&out))
		st = dc_fail(err, DC_EINVAL, "its state has more than %zu "
			     "bytes", DECA_KEPT_BYTES_MAX);
	else
		st = whole_file_write(s->folder, name, out.data, out.len,
				      err);
	dc_buf_clear(&out);
	return st == DC_OK;
}

static void tell_failure(const struct mirrored *s, const struct dc_err *err)
{
	char text[ADDR20_TEXT_BYTES];

	addr20_format(&s->trainer, text);
	dc_log(DC_LOG_UNUSUAL, "oracle", "state of mirror %s not kept: %s",
	       text, err->text);
}

/* Keeps (3). */
static void forget(struct mirrored *s)
{
	char name[NAME_BYTES], path[PATH_MAX];
	struct dc_err err = DC_ERR_INIT;

	for (unsigned slot = 0; slot < SLOTS; slot++) {
		name_of(name, s, slot);
		if (data_dir_path(path, s->folder, name, &err) == DC_OK &&
		    unlink(path) != 0 && errno != ENOENT)
			dc_log(DC_LOG_UNUSUAL, "oracle", "remove %s: %s",
			       path, strerror(errno));
	}
	s->pending.number = 0;
	s->kept_ms = 0;
}

/* Keeps (2). */
static void settle(struct mirrored *s, uint64_t finalized)
{
	struct dc_err err = DC_ERR_INIT;
	char from[NAME_BYTES], to[NAME_BYTES];
	bool is = false;

	if (s->pending.number == 0 || finalized < s->pending.number ||
	    deca_mirror_on_chain(s->mirror, &is, &s->pending, &err) != DC_OK)
		return;
	name_of(from, s, HEAD);
	name_of(to, s, FINAL);
	if (is && whole_file_rename(s->folder, from, to, &err) != DC_OK)
		tell_failure(s, &err);
	s->pending.number = 0;
}

void mirrors_keep(struct mirrors *m, struct mirrored *s)
{
	struct dc_err err = DC_ERR_INIT;
	struct gateway_status status;

	if (s->mirror == NULL || s->stage != MIRROR_ADOPTED)
		return;
	gateway_status(m->gateway, &status);
	if (deca_mirror_stats(s->mirror).rereads != s->rereads)
		forget(s);
	s->rereads = deca_mirror_stats(s->mirror).rereads;
	settle(s, status.finalized);
	if (s->pending.number != 0 || (s->kept_ms != 0 && dc_clock_ms() -
				       s->kept_ms < KEEP_EVERY_MS) ||
	    !may_be_kept(m, s))
		return;
	s->kept_ms = dc_clock_ms();
	if (write_state(s, &err))
		s->pending = *deca_mirror_block(s->mirror);
	else
		tell_failure(s, &err);
}

void mirrors_keep_last(struct mirrors *m, struct mirrored *s)
{
	struct dc_err err = DC_ERR_INIT;

	if (may_be_kept(m, s) && !write_state(s, &err))
		tell_failure(s, &err);
}
