#!/bin/sh
# The data service of 0xDeCA10B's dashboard; see dataservice.mjs. Skips
# without npm's packages.
top=${srcdir:-.}
if [ ! -x "$top/node_modules/.bin/anvil" ] ||
	[ ! -d "$top/node_modules/solc" ] || ! command -v node >/dev/null
then
	echo "skipped: no anvil, no solc (npm ci in $top brings them)"
	exit 77
fi
DECAID=${DECAID:-$PWD/decaid}
export DECAID
exec node "$top/tests/integration/dataservice.mjs" "$@"
