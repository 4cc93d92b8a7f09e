#!/bin/sh
# The contracts against the rules in C; see rules.mjs. Skips without npm's
# packages. With SOAK=1 it goes on longer.
top=${srcdir:-.}
if [ ! -x "$top/node_modules/.bin/anvil" ] || ! command -v node >/dev/null
then
	echo "skipped: no anvil (npm ci in $top brings it)"
	exit 77
fi
RULESD=${RULESD:-$PWD/tests/integration/rulesd}
export RULESD
exec node "$top/tests/integration/rules.mjs" "$@"
