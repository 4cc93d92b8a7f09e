# Recorded vectors of 0xDeCA10B's contracts, wherever they lie:
#
#	make check-golden GOLDEN_DIR=DIR
#
# Where none is named, those beside the checkout; they are not in it.
GOLDEN_DIR = $(top_srcdir)/../shared/golden

check_PROGRAMS += tests/golden/check_golden
tests_golden_check_golden_SOURCES = \
	tests/golden/check_golden.c \
	tests/golden/golden.h \
	tests/golden/golden_classifier.c \
	tests/golden/golden_direct.c \
	tests/golden/golden_incentive.c \
	tests/golden/golden_json.c \
	tests/golden/golden_model.c \
	tests/golden/golden_type.c
tests_golden_check_golden_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS) \
	$(ZLIB_CFLAGS)
tests_golden_check_golden_LDADD = $(incentives_libs) $(JANSSON_LIBS) \
	$(ZLIB_LIBS)

check-golden: tests/golden/check_golden
	./tests/golden/check_golden "$(GOLDEN_DIR)"
.PHONY: check-golden

SCRIPT_TESTS += tests/golden/check-golden.sh
dist_check_SCRIPTS += tests/golden/check-golden.sh

# Vectors that nobody recorded: contracts of equal rules on a real EVM node.
SCRIPT_TESTS += tests/golden/wild.sh
SOAK_TESTS += tests/golden/wild.sh
dist_check_SCRIPTS += tests/golden/wild.sh
EXTRA_DIST += tests/golden/plans.mjs tests/golden/record.mjs \
	tests/golden/recorder.mjs
