#!/bin/sh
# forge, offline, on this folder: oracle/contracts/forge.sh test --mt NAME
# The tests deploy what is in artifacts/; build.sh brings that up to date.
cd "$(dirname "$0")/../.." || exit 1
FOUNDRY_CONFIG=oracle/contracts/foundry.toml
export FOUNDRY_CONFIG
if [ "${FOUNDRY_PROFILE:-}" != artifacts ]; then
	SOLC_ONLY=oracle/contracts/test/
	export SOLC_ONLY
fi
exec node_modules/.bin/forge "$@"
