# Fuzz targets: readers of outside bytes. `make check` replays each one's kept
# corpus (tests/fuzz/corpus/NAME/). With libFuzzer:
#
#	./configure CC=clang --enable-fuzzer --enable-asan && make
#	make fuzz FUZZ_SECONDS=60 [FUZZ_TARGETS=tests/fuzz/fuzz_base_hex]
#
# A target is two lines in its layer's part (its one source is NAME.c):
#
#	FUZZ_TARGETS += tests/fuzz/fuzz_base_hex
#	tests_fuzz_fuzz_base_hex_LDADD = $(fuzz_libs) $(base_libs)

EXTRA_DIST += tests/fuzz/fuzz.h tests/fuzz/corpus
dist_check_SCRIPTS += tests/fuzz/soak.sh
SOAK_TESTS += tests/fuzz/soak.sh
check_PROGRAMS += $(FUZZ_TARGETS)
if FUZZER
fuzz_libs = @FUZZER_MAIN@
else
FUZZ_TESTS += $(FUZZ_TARGETS)
check_LIBRARIES += tests/fuzz/libreplay.a
tests_fuzz_libreplay_a_SOURCES = tests/fuzz/replay.c
fuzz_libs = tests/fuzz/libreplay.a $(base_libs)
endif

FUZZ_SECONDS = 30

# What a target finds is left in its folder under /tmp; new inputs too, so
# that the kept corpus grows by hand only. One that fails does not keep the
# others from their turn.
fuzz: $(FUZZ_TARGETS)
	@failed=; \
	for target in $(FUZZ_TARGETS); do \
		name=$${target##*/fuzz_}; \
		found=$${TMPDIR:-/tmp}/decaid-fuzz-$$name; \
		mkdir -p $$found || exit 1; \
		echo "$$target, $(FUZZ_SECONDS) s, findings in $$found"; \
		./$$target -max_total_time=$(FUZZ_SECONDS) -timeout=10 \
			-artifact_prefix=$$found/ -print_final_stats=1 \
			$$found $(srcdir)/tests/fuzz/corpus/$$name || \
			failed="$$failed $$name"; \
	done; \
	for name in $$failed; do \
		echo "FAILED: $$name, see $${TMPDIR:-/tmp}/decaid-fuzz-$$name"; \
	done; \
	test -z "$$failed"
.PHONY: fuzz


# base
FUZZ_TARGETS += tests/fuzz/fuzz_base_hex
tests_fuzz_fuzz_base_hex_LDADD = $(fuzz_libs) $(base_libs)
FUZZ_TARGETS += tests/fuzz/fuzz_base_json
tests_fuzz_fuzz_base_json_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS)
tests_fuzz_fuzz_base_json_LDADD = $(fuzz_libs) $(base_libs) $(JANSSON_LIBS)


# models
FUZZ_TARGETS += tests/fuzz/fuzz_models_sample
tests_fuzz_fuzz_models_sample_LDADD = $(fuzz_libs) $(models_libs)
FUZZ_TARGETS += tests/fuzz/fuzz_models_snapshot
tests_fuzz_fuzz_models_snapshot_LDADD = $(fuzz_libs) $(models_libs)
FUZZ_TARGETS += tests/fuzz/fuzz_models_spec
tests_fuzz_fuzz_models_spec_LDADD = $(fuzz_libs) $(models_libs)
FUZZ_TARGETS += tests/fuzz/fuzz_models_start
tests_fuzz_fuzz_models_start_LDADD = $(fuzz_libs) $(models_libs)


# oracle
fuzz_oracle_libs = $(fuzz_libs) $(oracle_libs) $(base_libs) \
	$(oracle_outside_libs)

FUZZ_TARGETS += tests/fuzz/fuzz_oracle_abi
tests_fuzz_fuzz_oracle_abi_LDADD = $(fuzz_oracle_libs)
FUZZ_TARGETS += tests/fuzz/fuzz_oracle_deca_abi
tests_fuzz_fuzz_oracle_deca_abi_LDADD = $(fuzz_oracle_libs)
FUZZ_TARGETS += tests/fuzz/fuzz_oracle_keystore
tests_fuzz_fuzz_oracle_keystore_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS)
tests_fuzz_fuzz_oracle_keystore_LDADD = $(fuzz_oracle_libs)
FUZZ_TARGETS += tests/fuzz/fuzz_oracle_log_scan
tests_fuzz_fuzz_oracle_log_scan_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS)
tests_fuzz_fuzz_oracle_log_scan_LDADD = $(fuzz_oracle_libs)
FUZZ_TARGETS += tests/fuzz/fuzz_oracle_peers
tests_fuzz_fuzz_oracle_peers_LDADD = $(fuzz_oracle_libs)
FUZZ_TARGETS += tests/fuzz/fuzz_oracle_ccip
tests_fuzz_fuzz_oracle_ccip_LDADD = $(fuzz_oracle_libs)
FUZZ_TARGETS += tests/fuzz/fuzz_oracle_rlp
tests_fuzz_fuzz_oracle_rlp_LDADD = $(fuzz_oracle_libs)
FUZZ_TARGETS += tests/fuzz/fuzz_oracle_rpc
tests_fuzz_fuzz_oracle_rpc_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=rpc_run
tests_fuzz_fuzz_oracle_rpc_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS) \
	$(CURL_CFLAGS)
tests_fuzz_fuzz_oracle_rpc_LDADD = $(fuzz_oracle_libs)
FUZZ_TARGETS += tests/fuzz/fuzz_oracle_signer
tests_fuzz_fuzz_oracle_signer_LDADD = $(fuzz_oracle_libs)


# server
fuzz_server_libs = $(fuzz_libs) $(server_libs) $(server_outside_libs)

FUZZ_TARGETS += tests/fuzz/fuzz_server_conf
tests_fuzz_fuzz_server_conf_LDADD = $(fuzz_server_libs)
FUZZ_TARGETS += tests/fuzz/fuzz_server_deca_json
tests_fuzz_fuzz_server_deca_json_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS)
tests_fuzz_fuzz_server_deca_json_LDADD = $(fuzz_server_libs)
FUZZ_TARGETS += tests/fuzz/fuzz_server_http
tests_fuzz_fuzz_server_http_LDADD = $(fuzz_server_libs)
FUZZ_TARGETS += tests/fuzz/fuzz_server_image
tests_fuzz_fuzz_server_image_LDADD = $(fuzz_server_libs)
FUZZ_TARGETS += tests/fuzz/fuzz_server_embedding_body
tests_fuzz_fuzz_server_embedding_body_LDADD = $(fuzz_server_libs)
FUZZ_TARGETS += tests/fuzz/fuzz_server_infer_body
tests_fuzz_fuzz_server_infer_body_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS)
tests_fuzz_fuzz_server_infer_body_LDADD = $(fuzz_server_libs)
FUZZ_TARGETS += tests/fuzz/fuzz_server_predict_body
tests_fuzz_fuzz_server_predict_body_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS)
tests_fuzz_fuzz_server_predict_body_LDADD = $(fuzz_server_libs)
FUZZ_TARGETS += tests/fuzz/fuzz_server_scenario
tests_fuzz_fuzz_server_scenario_LDADD = $(fuzz_server_libs)
FUZZ_TARGETS += tests/fuzz/fuzz_server_text
tests_fuzz_fuzz_server_text_CFLAGS = $(AM_CFLAGS) $(MICROHTTPD_CFLAGS)
tests_fuzz_fuzz_server_text_LDADD = $(fuzz_server_libs)


# The end of the file: a new target goes into its layer's part above.
