#!/bin/sh
# check_golden over vectors that are made here and now; see record.mjs. Skips
# without npm's packages. With SOAK=1 the seed is new and it goes on longer.
top=${srcdir:-.}
if [ ! -x "$top/node_modules/.bin/anvil" ] ||
	[ ! -d "$top/node_modules/solc" ] || ! command -v node >/dev/null
then
	echo "skipped: no anvil, no solc (npm ci in $top brings them)"
	exit 77
fi
CHECK_GOLDEN=${CHECK_GOLDEN:-$PWD/tests/golden/check_golden}
export CHECK_GOLDEN
exec node "$top/tests/golden/record.mjs" "$@"
