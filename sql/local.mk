# sql/: the two SQLite files; uses base.
sql_migrations = \
	sql/migrations/chain/0001_blocks.sql \
	sql/migrations/chain/0002_models.sql \
	sql/migrations/chain/0003_contributions.sql \
	sql/migrations/chain/0004_contributors.sql \
	sql/migrations/chain/0005_checkpoints.sql \
	sql/migrations/chain/0006_operators.sql \
	sql/migrations/chain/0007_events.sql \
	sql/migrations/chain/0008_boards.sql \
	sql/migrations/chain/0009_operator_keys.sql \
	sql/migrations/chain/0010_mirrors.sql \
	sql/migrations/chain/0011_suspicion.sql \
	sql/migrations/chain/0012_board_clock.sql \
	sql/migrations/chain/0013_said.sql \
	sql/migrations/chain/0014_suspects.sql \
	sql/migrations/chain/0015_contributor.sql \
	sql/migrations/chain/0016_holdout.sql \
	sql/migrations/local/0001_outbox.sql \
	sql/migrations/local/0002_signatures.sql \
	sql/migrations/local/0003_texts.sql \
	sql/migrations/local/0004_texts_sum.sql

noinst_LIBRARIES += libdc_sql.a
libdc_sql_a_SOURCES = \
	sql/accuracy.c sql/accuracy.h \
	sql/blocks.c sql/blocks.h \
	sql/board.c sql/board.h \
	sql/board_apart.c sql/board_apart.h \
	sql/board_keep.c sql/board_keep.h \
	sql/board_recount.c sql/board_rewind.c \
	sql/checkpoints.c sql/checkpoints.h \
	sql/contributions.c sql/contributions.h \
	sql/contributions_page.c sql/contributions_row.h \
	sql/contributors.c sql/contributors.h sql/contributors_row.h \
	sql/db.c sql/db.h \
	sql/events.c sql/events.h \
	sql/growth.c sql/growth.h \
	sql/integrity.c sql/integrity.h \
	sql/key.c sql/key.h sql/page.h \
	sql/migrate.c sql/migrate.h \
	sql/mirrors.c sql/mirrors.h \
	sql/models.c sql/models.h \
	sql/operators.c sql/operators.h \
	sql/places.c sql/places.h \
	sql/outbox.c sql/outbox.h \
	sql/plan.c sql/plan.h \
	sql/query.c sql/query.h \
	sql/signatures.c sql/signatures.h \
	sql/snapshots.c sql/snapshots.h \
	sql/sums.c sql/sums.h \
	sql/texts.c sql/texts.h \
	sql/undo.c sql/undo.h
nodist_libdc_sql_a_SOURCES = sql/migrations_gen.c
libdc_sql_a_CFLAGS = $(AM_CFLAGS) $(SQLITE_CFLAGS)

sql_libs = libdc_sql.a $(base_libs) $(SQLITE_LIBS)

sql/migrations_gen.c: $(srcdir)/sql/gen_migrations.sh $(sql_migrations)
	$(AM_V_GEN)$(MKDIR_P) sql && \
	$(SHELL) $(srcdir)/sql/gen_migrations.sh $(srcdir)/sql/migrations \
		>$@.tmp && mv $@.tmp $@

BUILT_SOURCES += sql/migrations_gen.c
CLEANFILES += sql/migrations_gen.c sql/migrations_gen.c.tmp
EXTRA_DIST += sql/gen_migrations.sh $(sql_migrations)
