# Tests that are scripts; the unit tests are in tests/unit/.
SCRIPT_TESTS += tests/check-source tests/check-layers
dist_check_SCRIPTS += tests/check-source tests/check-layers
