# Tests that are scripts; the unit tests are in tests/unit/.
SCRIPT_TESTS += tests/check-source tests/check-layers tests/contracts.sh
dist_check_SCRIPTS += tests/check-source tests/check-layers \
	tests/contracts.sh
SOAK_TESTS += tests/contracts.sh
SCRIPT_TESTS += tests/check-manual
dist_check_SCRIPTS += tests/check-manual
# What *.mjs tests run by; see MJS_LOG_COMPILER.
dist_check_SCRIPTS += tests/with-node
