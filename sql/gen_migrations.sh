#!/bin/sh
# gen_migrations.sh FOLDER: print migrations_gen.c, the migrations of
# FOLDER/chain and FOLDER/local as C text. Files are NNNN_name.sql, numbered
# from 0001 without gaps; anything else stops the build.
set -eu
LC_ALL=C
export LC_ALL

die() {
	echo "gen_migrations.sh: $*" >&2
	exit 1
}

# The table of one folder: number, name and text of each file.
table() {
	want=1
	for file in "$1"/*; do
		name=${file##*/}
		case $name in
		[0-9][0-9][0-9][0-9]_*.sql) ;;
		*) die "$file: not NNNN_name.sql" ;;
		esac
		number=$(printf '%04d' "$want")
		[ "${name%%_*}" = "$number" ] ||
			die "$file: expected $number, numbers leave no gap"
		printf '\t{ "%s",\n' "$name"
		sed 's/\\/\\\\/g; s/"/\\"/g; s/^/	  "/; s/$/\\n"/' "$file"
		printf '\t},\n'
		want=$((want + 1))
	done
}

[ $# -eq 1 ] || die "usage: gen_migrations.sh FOLDER"
cat <<END
/* Made by sql/gen_migrations.sh from sql/migrations; do not edit. */

#include "config.h"

#include "base/status.h"
#include "sql/migrate.h"

END
for which in chain local; do
	printf 'static const struct sql_migration sql_%s[] = {\n' "$which"
	table "$1/$which"
	printf '};\n\n'
done
cat <<END
const struct sql_migration *
sql_migrations(size_t *n, enum sql_file file)
{
	*n = file == SQL_CHAIN ? DC_ARRAY_LEN(sql_chain)
			       : DC_ARRAY_LEN(sql_local);
	return file == SQL_CHAIN ? sql_chain : sql_local;
}
END
