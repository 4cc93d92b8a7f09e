#!/bin/sh
# Every fuzz target under libFuzzer, for FUZZ_SECONDS (an hour) each, in a
# build of its own. Part of `make soak`; needs clang.
#
#	make soak SOAK_TESTS=tests/fuzz/soak.sh FUZZ_SECONDS=600
set -eu

[ "${SOAK:-}" = 1 ] || { echo "only in make soak"; exit 77; }
command -v clang >/dev/null || { echo "clang is not installed"; exit 77; }

source=$(cd "${srcdir:-.}" && pwd)
build=$(mktemp -d "${TMPDIR:-/tmp}/decaid-soak-XXXXXX")
trap 'rm -rf "$build"' EXIT
trap 'exit 1' INT TERM

# The sources, without what this build made of them.
tar -C "$source" -cf - --exclude=.git --exclude=node_modules \
	--exclude='*.o' --exclude='*.a' --exclude=config.status \
	--exclude=config.h --exclude=./Makefile . | tar -C "$build" -xf -
cd "$build"
./configure --quiet CC=clang --enable-fuzzer --enable-asan --enable-verify
make -s fuzz FUZZ_SECONDS="${FUZZ_SECONDS:-3600}"
