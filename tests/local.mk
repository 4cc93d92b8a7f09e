# Tests that are scripts; the unit tests are in tests/unit/.
EXTRA_DIST += tests/README.md
SCRIPT_TESTS += tests/check-source tests/check-layers tests/contracts.sh
dist_check_SCRIPTS += tests/check-source tests/check-layers \
	tests/contracts.sh
# Each rule of the contracts broken once: does a test notice? Soak alone.
EXTRA_DIST += tests/mutants.mjs tests/mutants/list.mjs
SOAK_TESTS += tests/contracts.sh tests/mutants.mjs
SCRIPT_TESTS += tests/check-manual
dist_check_SCRIPTS += tests/check-manual
# What *.mjs tests run by; see MJS_LOG_COMPILER.
EXTRA_DIST += tests/check-dist
dist_check_SCRIPTS += tests/with-node
