#!/bin/sh
# The contracts: forge's tests with their gas figures, and the committed
# artifacts against a build. Ends with 77, "skipped", without npm's packages.
# FOUNDRY_PROFILE=soak goes deeper.
cd "$(dirname "$0")/.." || exit 1
if [ ! -x node_modules/.bin/forge ]; then
	echo "contracts: skipped, node_modules/.bin/forge is not there (npm ci)"
	exit 77
fi
failed=0
# npm on node 18 would leave such packages out without a word
if grep -q '"node": ">= *\(19\|[2-9][0-9]\)' package-lock.json; then
	echo "contracts: package-lock.json wants a node above 18"
	failed=1
fi
oracle/contracts/forge.sh test --gas-snapshot-check true || failed=1
node oracle/contracts/artifacts.mjs --check || failed=1
exit $failed
