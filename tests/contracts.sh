#!/bin/sh
# The contracts: the committed artifacts against a build of the sources, and
# forge's tests, which deploy these artifacts, with their gas figures. Ends
# with 77, "skipped", without npm's packages. With SOAK=1 (make soak) the fuzz
# tests run 5,000 times and a million calls are made between the invariants.
#
# What is compiled is kept in the build directory, in oracle/contracts/out and
# cache. Nothing is written beside the sources, and nothing is fetched.
top=$(cd "${srcdir:-$(dirname "$0")/..}" && pwd) || exit 1
kept=$PWD/oracle/contracts
if [ ! -x "$top/node_modules/.bin/forge" ] || ! command -v node >/dev/null
then
	echo "contracts: skipped, no forge (npm ci in $top brings it)"
	exit 77
fi

# forge keeps a folder of its own where HOME is: not this test's
scratch=$(mktemp -d) || exit 1
builder=
end() {
	[ -z "$builder" ] || kill "$builder" 2>/dev/null
	rm -rf "$scratch"
}
trap end EXIT
trap 'exit 1' INT TERM HUP
HOME=$scratch
FOUNDRY_PROFILE=${SOAK:+soak}
[ -n "$FOUNDRY_PROFILE" ] || FOUNDRY_PROFILE=default
export HOME FOUNDRY_PROFILE

failed=0
# npm on node 18 would leave such packages out without a word
if grep -q '"node": ">= *\(19\|[2-9][0-9]\)' "$top/package-lock.json"; then
	echo "contracts: package-lock.json wants a node above 18"
	failed=1
fi

for file in "$top"/oracle/contracts/src/* "$top"/oracle/contracts/test/*; do
	grep -qF "${file#"$top"/}" "$top/oracle/contracts/local.mk" && continue
	echo "contracts: oracle/contracts/local.mk does not list $file"
	failed=1
done

FOUNDRY_OUT=$kept/out/src FOUNDRY_CACHE_PATH=$kept/cache/src \
	"$top/oracle/contracts/build.sh" --check >"$scratch/build" 2>&1 &
builder=$!
FOUNDRY_OUT=$kept/out/test FOUNDRY_CACHE_PATH=$kept/cache/test \
	"$top/oracle/contracts/forge.sh" test --gas-snapshot-check true \
	--gas-snapshot-emit false ||
	failed=1
wait "$builder" || failed=1
builder=
cat "$scratch/build"
exit $failed
