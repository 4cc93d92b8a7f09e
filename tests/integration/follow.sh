#!/bin/sh
# Following a real chain; see follow.mjs. Skips without npm's packages.
top=${srcdir:-.}
if [ ! -x "$top/node_modules/.bin/anvil" ] || ! command -v node >/dev/null
then
	echo "skipped: no anvil (npm ci in $top brings it)"
	exit 77
fi
FOLLOWD=${FOLLOWD:-$PWD/tests/integration/followd}
export FOLLOWD
exec node "$top/tests/integration/follow.mjs" "$@"
