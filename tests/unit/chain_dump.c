/* A daemon's chain.db, learners and snapshots as comparable text. */

#include "config.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/keccak.h"
#include "base/status.h"
#include "tests/unit/chain_dump.h"

static sqlite3 *open_chain(const char *dir)
{
	char path[4096];
	sqlite3 *db;

	snprintf(path, sizeof(path), "%s/chain.db", dir);
	DC_CHECK(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL) ==
		 SQLITE_OK);
	DC_CHECK(sqlite3_busy_timeout(db, 10000) == SQLITE_OK);
	return db;
}

static sqlite3_stmt *prepare(sqlite3 *db, const char *text)
{
	sqlite3_stmt *s;

	if (sqlite3_prepare_v2(db, text, -1, &s, NULL) != SQLITE_OK)
		dc_abort(__FILE__, __LINE__, sqlite3_errmsg(db));
	return s;
}

/* quote(a) || '|' || quote(b) ... of all columns. */
static void dump_table(struct dc_buf *out, sqlite3 *db, const char *table)
{
	char text[8192], columns[6000] = "''";
	sqlite3_stmt *s;

	snprintf(text, sizeof(text), "SELECT name FROM pragma_table_info"
		 "('%s') ORDER BY cid", table);
	s = prepare(db, text);
	while (sqlite3_step(s) == SQLITE_ROW) {
		size_t n = strlen(columns);

		snprintf(columns + n, sizeof(columns) - n,
			 " || '|' || quote(\"%s\")",
			 (const char *)sqlite3_column_text(s, 0));
	}
	sqlite3_finalize(s);
	snprintf(text, sizeof(text), "SELECT %s AS row FROM \"%s\" ORDER BY "
		 "row", columns, table);
	s = prepare(db, text);
	while (sqlite3_step(s) == SQLITE_ROW)
		dc_buf_printf(out, "%s|%s\n", table,
			      (const char *)sqlite3_column_text(s, 0));
	sqlite3_finalize(s);
}

void chain_dump_tables(struct dc_buf *out, const char *dir)
{
	sqlite3 *db = open_chain(dir);
	sqlite3_stmt *s = prepare(db, "SELECT name FROM sqlite_schema WHERE "
		"type = 'table' AND name NOT LIKE 'undo%' AND name NOT IN "
		"('blocks', 'progress', 'snapshots', 'holdout', 'board_marks') "
		"AND name NOT LIKE 'sqlite%' ORDER BY name");

	while (sqlite3_step(s) == SQLITE_ROW)
		dump_table(out, db, (const char *)sqlite3_column_text(s, 0));
	sqlite3_finalize(s);
	sqlite3_close(db);
}

static void put_hash(struct dc_buf *out, const char *what, const char *name,
		     const uint8_t *bytes, size_t len)
{
	char text[HASH32_TEXT_BYTES];
	struct hash32 h;

	keccak256(&h, bytes, len);
	hash32_format(&h, text);
	dc_buf_printf(out, "%s|%s|%s\n", what, name, text);
}

void chain_dump_learners(struct dc_buf *out, struct registry *registry)
{
	const struct registry_model *models[100];
	size_t n = registry_list(registry, models, 100), i;

	for (i = 0; i < n && i < 100; i++) {
		size_t len = registry_export_size(models[i]);
		uint8_t *bytes = dc_malloc(len);

		if (registry_export(models[i], bytes, NULL, NULL) == DC_OK)
			put_hash(out, "learner",
				 registry_info(models[i])->slug, bytes, len);
		free(bytes);
	}
}

static void put_file(struct dc_buf *out, const char *dir, const char *model,
		     const char *name)
{
	char path[4096];
	uint8_t *bytes = dc_malloc((size_t)64 << 20);
	size_t len;
	FILE *f;

	snprintf(path, sizeof(path), "%s/snapshots/%s", dir, name);
	f = fopen(path, "re");
	DC_CHECK(f != NULL);
	len = fread(bytes, 1, (size_t)64 << 20, f);
	(void)fclose(f);
	put_hash(out, "snapshot", model, bytes, len);
	free(bytes);
}

void chain_dump_snapshots(struct dc_buf *out, const char *dir)
{
	sqlite3 *db = open_chain(dir);
	sqlite3_stmt *s = prepare(db, "SELECT m.slug, s.file, max(s.block) "
		"FROM snapshots s JOIN models m ON m.model = s.model "
		"GROUP BY s.model ORDER BY m.slug");

	while (sqlite3_step(s) == SQLITE_ROW)
		put_file(out, dir, (const char *)sqlite3_column_text(s, 0),
			 (const char *)sqlite3_column_text(s, 1));
	sqlite3_finalize(s);
	sqlite3_close(db);
}
