#!/bin/sh
# Compiles the contracts and brings artifacts/ up to date.
set -e
here=$(dirname "$0")
"$here/forge.sh" build --silent --force "$@"
node "$here/artifacts.mjs"
