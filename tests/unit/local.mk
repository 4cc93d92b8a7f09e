# Unit tests: one program a module, linked with the libraries its layer may
# use and no more, so that a call upward does not link. A test is two lines in
# its layer's part (its one source is NAME.c):
#
#	UNIT_TESTS += tests/unit/check_base_hex
#	tests_unit_check_base_hex_LDADD = $(unit_base_libs)

check_PROGRAMS += $(UNIT_TESTS)
EXTRA_DIST += tests/unit/unit.h


# base
unit_base_libs = $(base_libs) $(CHECK_LIBS)

UNIT_TESTS += tests/unit/check_base_hex
tests_unit_check_base_hex_LDADD = $(unit_base_libs)


# models


# incentives


# sql


# oracle


# server


# The end of the file: a new test goes into its layer's part above.
