# Unit tests: one program a module, linked with the libraries its layer may
# use and no more, so that a call upward does not link.
unit_base_libs = $(base_libs) $(CHECK_LIBS)
UNIT_TESTS +=
check_PROGRAMS += $(UNIT_TESTS)
