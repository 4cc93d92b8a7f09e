#!/bin/sh
# Predictions that a contract can check; see attest.mjs. Skips without npm's
# packages.
top=${srcdir:-.}
if [ ! -x "$top/node_modules/.bin/anvil" ] || ! command -v node >/dev/null
then
	echo "skipped: no anvil (npm ci in $top brings it)"
	exit 77
fi
DECAID=${DECAID:-$PWD/decaid}
export DECAID
exec node "$top/tests/integration/attest.mjs" "$@"
