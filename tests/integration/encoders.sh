#!/bin/sh
# What encoders make of a text, by every way in; see encoders.mjs. Skips
# without npm's packages.
top=${srcdir:-.}
if [ ! -x "$top/node_modules/.bin/anvil" ] ||
	[ ! -d "$top/node_modules/murmurhash-js" ] || ! command -v node >/dev/null
then
	echo "skipped: no anvil or murmurhash-js (npm ci in $top brings it)"
	exit 77
fi
DECAID=${DECAID:-$PWD/decaid}
export DECAID
exec node "$top/tests/integration/encoders.mjs" "$@"
