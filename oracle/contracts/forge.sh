#!/bin/sh
# forge, offline, on this folder: oracle/contracts/forge.sh test --mt NAME
cd "$(dirname "$0")/../.." || exit 1
FOUNDRY_CONFIG=oracle/contracts/foundry.toml
export FOUNDRY_CONFIG
exec node_modules/.bin/forge "$@"
