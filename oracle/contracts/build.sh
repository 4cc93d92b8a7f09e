#!/bin/sh
# Compiles the contracts and brings artifacts/ up to date; with --check only
# tells whether it is.
set -e
here=$(dirname "$0")
FOUNDRY_PROFILE=artifacts
export FOUNDRY_PROFILE
"$here/forge.sh" build --silent
node "$here/artifacts.mjs" "$@"
