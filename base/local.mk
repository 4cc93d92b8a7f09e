# base/: what every layer needs; uses nothing of ours.
noinst_LIBRARIES += libdc_base.a
libdc_base_a_SOURCES = \
	base/arena.c base/arena.h \
	base/buf.c base/buf.h \
	base/clock.c base/clock.h \
	base/event.h \
	base/hex.c base/hex.h \
	base/i256.c base/i256.h \
	base/json_number.c \
	base/json_scan.c base/json_scan.h base/json_scan_private.h \
	base/json_string.c \
	base/keccak.c base/keccak.h \
	base/log.c base/log.h \
	base/pages.c base/pages.h \
	base/status.c base/status.h \
	base/types.c base/types.h \
	base/u256.c base/u256.h

base_libs = libdc_base.a
