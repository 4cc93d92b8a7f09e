#!/bin/sh
# Daemon and signer killed in the middle of their work; see kills.mjs. Skips
# without npm's packages. SOAK=1: a thousand times.
top=${srcdir:-.}
if [ ! -x "$top/node_modules/.bin/anvil" ] || ! command -v node >/dev/null
then
	echo "skipped: no anvil (npm ci in $top brings it)"
	exit 77
fi
DECAID=${DECAID:-$PWD/decaid}
FOLLOWD=${FOLLOWD:-$PWD/tests/integration/followd}
export DECAID FOLLOWD
exec node "$top/tests/integration/kills.mjs" "$@"
