# Benches: built and run by `make bench`, one after another; never by check.
# Each races decaid against a peer and prints the ratio (absolute figures drift).
#
#	make bench [BENCHES=tests/bench/bench_base_json]
#
# A bench is two lines in its layer's part (its one source is NAME.c):
#
#	BENCHES += tests/bench/bench_base_json
#	tests_bench_bench_base_json_LDADD = $(bench_libs) $(base_libs)

EXTRA_PROGRAMS += $(BENCHES)
EXTRA_LIBRARIES += tests/bench/libbench.a
tests_bench_libbench_a_SOURCES = tests/bench/bench.c tests/bench/bench.h
bench_libs = tests/bench/libbench.a

bench: $(BENCHES)
	@for bench in $(BENCHES); do \
		echo "\$$ ./$$bench"; \
		./$$bench || exit 1; \
	done
.PHONY: bench


# base
BENCHES += tests/bench/bench_base_json
tests_bench_bench_base_json_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS)
tests_bench_bench_base_json_LDADD = $(bench_libs) $(base_libs) $(JANSSON_LIBS)
BENCHES += tests/bench/bench_base_keccak
tests_bench_bench_base_keccak_CFLAGS = $(AM_CFLAGS) $(NETTLE_CFLAGS)
tests_bench_bench_base_keccak_LDADD = $(bench_libs) $(base_libs) $(NETTLE_LIBS)


# models
BENCHES += tests/bench/bench_models_learn
tests_bench_bench_models_learn_SOURCES = tests/bench/bench_models_learn.c \
	tests/bench/learn_plain.c tests/bench/learn_plain.h \
	tests/bench/learn_rows.c tests/bench/learn_rows.h
tests_bench_bench_models_learn_LDADD = $(bench_libs) $(models_libs) -lm
EXTRA_DIST += tests/bench/sklearn_learn.py
BENCHES += tests/bench/bench_models_state
tests_bench_bench_models_state_LDADD = $(bench_libs) $(models_libs)
BENCHES += tests/bench/bench_models_verdict
tests_bench_bench_models_verdict_LDADD = $(bench_libs) $(models_libs)


# incentives


# sql
BENCHES += tests/bench/bench_sql_board
tests_bench_bench_sql_board_CFLAGS = $(AM_CFLAGS) $(SQLITE_CFLAGS)
tests_bench_bench_sql_board_LDADD = $(bench_libs) $(sql_libs)


# oracle
if HAVE_CHECK
BENCHES += tests/bench/bench_oracle_follow
tests_bench_bench_oracle_follow_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS) \
	$(SQLITE_CFLAGS) $(CHECK_CFLAGS)
tests_bench_bench_oracle_follow_LDADD = $(bench_libs) $(unit_fake_libs)
endif


# server
if HAVE_CHECK
BENCHES += tests/bench/bench_server_http
tests_bench_bench_server_http_SOURCES = tests/bench/bench_server_http.c \
	tests/bench/load.c tests/bench/load.h tests/unit/http_client.c \
	tests/unit/rest_fixture.c
tests_bench_bench_server_http_CPPFLAGS = $(unit_rest_cppflags)
tests_bench_bench_server_http_CFLAGS = $(AM_CFLAGS) $(MICROHTTPD_CFLAGS) \
	$(CHECK_CFLAGS)
tests_bench_bench_server_http_LDADD = $(bench_libs) $(unit_server_libs)
endif
BENCHES += tests/bench/bench_server_accuracy
tests_bench_bench_server_accuracy_SOURCES = tests/bench/bench_server_accuracy.c \
	tests/bench/labels_spoil.h
tests_bench_bench_server_accuracy_LDADD = $(bench_libs) $(server_libs) \
	$(server_outside_libs)
EXTRA_DIST += tests/bench/wide_tables.py
BENCHES += tests/bench/bench_server_choose
tests_bench_bench_server_choose_SOURCES = tests/bench/bench_server_choose.c \
	tests/bench/labels_spoil.h
tests_bench_bench_server_choose_LDADD = $(bench_libs) $(server_libs) \
	$(server_outside_libs)
BENCHES += tests/bench/bench_server_simulate
tests_bench_bench_server_simulate_LDADD = $(bench_libs) $(server_libs) \
	$(server_outside_libs)
BENCHES += tests/bench/bench_server_suspicion
tests_bench_bench_server_suspicion_LDADD = $(bench_libs) $(server_libs) \
	$(server_outside_libs)
BENCHES += tests/bench/bench_server_text
tests_bench_bench_server_text_LDADD = $(bench_libs) $(server_libs) \
	$(server_outside_libs)
BENCHES += tests/bench/bench_server_verdicts
tests_bench_bench_server_verdicts_LDADD = $(bench_libs) $(server_libs) \
	$(server_outside_libs)


# The end of the file: a new bench goes into its layer's part above.
