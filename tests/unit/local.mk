# Unit tests: one program a module, linked with the libraries its layer may
# use and no more, so that a call upward does not link. A test is two lines in
# its layer's part (its one source is NAME.c):
#
#	UNIT_TESTS += tests/unit/check_base_hex
#	tests_unit_check_base_hex_LDADD = $(unit_base_libs)

check_PROGRAMS += $(UNIT_TESTS)
EXTRA_DIST += tests/unit/unit.h tests/unit/vectors.h
EXTRA_DIST += tests/vectors/keccak256.txt
EXTRA_DIST += tests/vectors/u256.py tests/vectors/u256.txt


# base
unit_base_libs = $(base_libs) $(CHECK_LIBS)

UNIT_TESTS += tests/unit/check_base_arena
tests_unit_check_base_arena_LDADD = $(unit_base_libs)
UNIT_TESTS += tests/unit/check_base_pages
tests_unit_check_base_pages_LDADD = $(unit_base_libs)
UNIT_TESTS += tests/unit/check_base_buf
tests_unit_check_base_buf_LDADD = $(unit_base_libs)
UNIT_TESTS += tests/unit/check_base_clock
tests_unit_check_base_clock_LDADD = $(unit_base_libs)
UNIT_TESTS += tests/unit/check_base_hex
tests_unit_check_base_hex_LDADD = $(unit_base_libs)
UNIT_TESTS += tests/unit/check_base_i256
tests_unit_check_base_i256_LDADD = $(unit_base_libs)
UNIT_TESTS += tests/unit/check_base_json_jansson
tests_unit_check_base_json_jansson_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS)
tests_unit_check_base_json_jansson_LDADD = $(unit_base_libs) $(JANSSON_LIBS)
UNIT_TESTS += tests/unit/check_base_json_scan
tests_unit_check_base_json_scan_LDADD = $(unit_base_libs)
UNIT_TESTS += tests/unit/check_base_keccak
tests_unit_check_base_keccak_LDADD = $(unit_base_libs)
UNIT_TESTS += tests/unit/check_base_log
tests_unit_check_base_log_LDADD = $(unit_base_libs)
UNIT_TESTS += tests/unit/check_base_status
tests_unit_check_base_status_LDADD = $(unit_base_libs)
UNIT_TESTS += tests/unit/check_base_types
tests_unit_check_base_types_LDADD = $(unit_base_libs)
UNIT_TESTS += tests/unit/check_base_u256
tests_unit_check_base_u256_LDADD = $(unit_base_libs)


# models
unit_models_libs = $(models_libs) $(CHECK_LIBS)
EXTRA_DIST += tests/unit/encoder_spec.h tests/unit/learner_room.h
EXTRA_DIST += tests/unit/model_room.h tests/unit/verdict_mix.h
EXTRA_DIST += tests/vectors/learner.py tests/vectors/learner.txt
EXTRA_DIST += tests/vectors/ngrams.py tests/vectors/ngrams.txt

UNIT_TESTS += tests/unit/check_models_data
tests_unit_check_models_data_LDADD = $(unit_models_libs)
UNIT_TESTS += tests/unit/check_models_deca
tests_unit_check_models_deca_LDADD = $(unit_models_libs)
UNIT_TESTS += tests/unit/check_models_deca_types
tests_unit_check_models_deca_types_LDADD = $(unit_models_libs)
UNIT_TESTS += tests/unit/check_models_encoder
tests_unit_check_models_encoder_LDADD = $(unit_models_libs)
UNIT_TESTS += tests/unit/check_models_fx9
tests_unit_check_models_fx9_LDADD = $(unit_models_libs) -lm
UNIT_TESTS += tests/unit/check_models_holdout
tests_unit_check_models_holdout_LDADD = $(models_libs) $(CHECK_LIBS)

UNIT_TESTS += tests/unit/check_models_learner
tests_unit_check_models_learner_CFLAGS = $(AM_CFLAGS) $(XXHASH_CFLAGS)
tests_unit_check_models_learner_LDADD = $(unit_models_libs)
UNIT_TESTS += tests/unit/check_models_merkle
tests_unit_check_models_merkle_LDADD = $(unit_models_libs)
UNIT_TESTS += tests/unit/check_models_model
tests_unit_check_models_model_LDADD = $(unit_models_libs) -lm
UNIT_TESTS += tests/unit/check_models_passive
tests_unit_check_models_passive_LDADD = $(unit_models_libs) -lm
UNIT_TESTS += tests/unit/check_models_words
tests_unit_check_models_words_LDADD = $(unit_models_libs)
UNIT_TESTS += tests/unit/check_models_covariance
tests_unit_check_models_covariance_LDADD = $(unit_models_libs)
UNIT_TESTS += tests/unit/check_models_adagrad
tests_unit_check_models_adagrad_LDADD = $(unit_models_libs)
UNIT_TESTS += tests/unit/check_models_proof
tests_unit_check_models_proof_LDADD = $(unit_models_libs)
UNIT_TESTS += tests/unit/check_models_recent
tests_unit_check_models_recent_LDADD = $(unit_models_libs)
UNIT_TESTS += tests/unit/check_models_rules
tests_unit_check_models_rules_LDADD = $(unit_models_libs)
UNIT_TESTS += tests/unit/check_models_root
tests_unit_check_models_root_LDADD = $(unit_models_libs) -lm
UNIT_TESTS += tests/unit/check_models_sample
tests_unit_check_models_sample_LDADD = $(unit_models_libs)
UNIT_TESTS += tests/unit/check_models_start
tests_unit_check_models_start_LDADD = $(unit_models_libs)
UNIT_TESTS += tests/unit/check_models_spec
tests_unit_check_models_spec_LDADD = $(unit_models_libs)
UNIT_TESTS += tests/unit/check_models_suspicion
tests_unit_check_models_suspicion_LDADD = $(unit_models_libs)
UNIT_TESTS += tests/unit/check_models_verdict
tests_unit_check_models_verdict_LDADD = $(unit_models_libs)
UNIT_TESTS += tests/unit/check_models_verdict_mix
tests_unit_check_models_verdict_mix_LDADD = $(unit_models_libs)


# incentives
unit_incentives_libs = $(incentives_libs) $(CHECK_LIBS)
EXTRA_DIST += tests/unit/sim_fixture.h

UNIT_TESTS += tests/unit/check_incentives_claim
tests_unit_check_incentives_claim_LDADD = $(unit_incentives_libs)
UNIT_TESTS += tests/unit/check_incentives_drt
tests_unit_check_incentives_drt_LDADD = $(unit_incentives_libs)
UNIT_TESTS += tests/unit/check_incentives_due
tests_unit_check_incentives_due_LDADD = $(unit_incentives_libs)
UNIT_TESTS += tests/unit/check_incentives_deca
tests_unit_check_incentives_deca_LDADD = $(unit_incentives_libs)
UNIT_TESTS += tests/unit/check_incentives_market
tests_unit_check_incentives_market_LDADD = $(unit_incentives_libs)
UNIT_TESTS += tests/unit/check_incentives_price
tests_unit_check_incentives_price_LDADD = $(unit_incentives_libs)
UNIT_TESTS += tests/unit/check_incentives_random
tests_unit_check_incentives_random_LDADD = $(unit_incentives_libs)
UNIT_TESTS += tests/unit/check_incentives_record
tests_unit_check_incentives_record_LDADD = $(unit_incentives_libs)
UNIT_TESTS += tests/unit/check_incentives_share
tests_unit_check_incentives_share_LDADD = $(unit_incentives_libs)
UNIT_TESTS += tests/unit/check_incentives_sim
tests_unit_check_incentives_sim_LDADD = $(unit_incentives_libs)
UNIT_TESTS += tests/unit/check_incentives_verdicts
tests_unit_check_incentives_verdicts_LDADD = $(unit_incentives_libs)


# sql
unit_sql_libs = $(sql_libs) $(CHECK_LIBS)
EXTRA_DIST += tests/unit/sql_fixture.h

UNIT_TESTS += tests/unit/check_sql_contributions
tests_unit_check_sql_contributions_LDADD = $(unit_sql_libs)
UNIT_TESTS += tests/unit/check_sql_plan
tests_unit_check_sql_plan_LDADD = $(unit_sql_libs)
UNIT_TESTS += tests/unit/check_sql_growth
tests_unit_check_sql_growth_LDADD = $(unit_sql_libs)
EXTRA_DIST += tests/vectors/releases
UNIT_TESTS += tests/unit/check_sql_releases
tests_unit_check_sql_releases_CPPFLAGS = $(AM_CPPFLAGS) \
	-DTEST_RELEASES='"$(abs_srcdir)/tests/vectors/releases"'
tests_unit_check_sql_releases_LDADD = $(unit_sql_libs)
UNIT_TESTS += tests/unit/check_sql_board
tests_unit_check_sql_board_LDADD = $(unit_sql_libs)

UNIT_TESTS += tests/unit/check_sql_undo
tests_unit_check_sql_undo_LDADD = $(unit_sql_libs)


# oracle
unit_oracle_libs = $(oracle_libs) $(base_libs) $(oracle_outside_libs) \
	$(CHECK_LIBS)
EXTRA_DIST += tests/unit/json_vectors.h tests/vectors/abi_calls.json \
	tests/vectors/abi_errors.json tests/vectors/abi_events.json \
	tests/vectors/eip1559.json \
	tests/vectors/eip1559_refused.json tests/vectors/eip712.json \
	tests/vectors/keystore.json tests/vectors/rlp.json \
	tests/vectors/rlp_invalid.json

UNIT_TESTS += tests/unit/check_oracle_abi
tests_unit_check_oracle_abi_LDADD = $(unit_oracle_libs)

UNIT_TESTS += tests/unit/check_oracle_abi_decaid
tests_unit_check_oracle_abi_decaid_LDADD = $(unit_oracle_libs)

UNIT_TESTS += tests/unit/check_oracle_audit
tests_unit_check_oracle_audit_LDADD = $(unit_oracle_libs) $(SQLITE_LIBS)
UNIT_TESTS += tests/unit/check_oracle_deca_abi
tests_unit_check_oracle_deca_abi_LDADD = $(unit_oracle_libs)

UNIT_TESTS += tests/unit/check_oracle_deca_kept
tests_unit_check_oracle_deca_kept_LDADD = $(unit_oracle_libs) $(SQLITE_LIBS)

UNIT_TESTS += tests/unit/check_oracle_eip712
tests_unit_check_oracle_eip712_LDADD = $(unit_oracle_libs)

# A fake node and chain: what the tests of following and sending share.
check_LIBRARIES += tests/unit/libfake.a
tests_unit_libfake_a_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS) $(SQLITE_CFLAGS)
tests_unit_libfake_a_SOURCES = tests/unit/chain_dump.c \
	tests/unit/chain_dump.h tests/unit/fake_chain.c \
	tests/unit/fake_chain.h tests/unit/fake_deca.c \
	tests/unit/fake_deca.h tests/unit/fake_embeddings.c \
	tests/unit/fake_embeddings.h tests/unit/fake_http.c \
	tests/unit/fake_http.h tests/unit/fake_node.c tests/unit/fake_node.h \
	tests/unit/fault_memory.c tests/unit/fault_memory.h \
	tests/unit/fault_vfs.c tests/unit/fault_vfs.h \
	tests/unit/follow_fixture.h tests/unit/mirror_fixture.h \
	tests/unit/outbox_fixture.h
unit_fake_libs = tests/unit/libfake.a $(unit_oracle_libs) $(SQLITE_LIBS)

UNIT_TESTS += tests/unit/check_oracle_crash
SOAK_TESTS += tests/unit/check_oracle_crash
tests_unit_check_oracle_crash_LDADD = $(unit_fake_libs)

UNIT_TESTS += tests/unit/check_oracle_follow
tests_unit_check_oracle_follow_LDADD = $(unit_fake_libs)

UNIT_TESTS += tests/unit/check_oracle_keystore
tests_unit_check_oracle_keystore_LDADD = $(unit_oracle_libs)

UNIT_TESTS += tests/unit/check_oracle_doubt
tests_unit_check_oracle_doubt_LDADD = $(unit_fake_libs)

UNIT_TESTS += tests/unit/check_oracle_mirror_steps
tests_unit_check_oracle_mirror_steps_LDADD = $(unit_fake_libs)

UNIT_TESTS += tests/unit/check_oracle_follow_mirror
tests_unit_check_oracle_follow_mirror_LDADD = $(unit_fake_libs)

UNIT_TESTS += tests/unit/check_oracle_nodes
tests_unit_check_oracle_nodes_LDADD = $(unit_fake_libs)

UNIT_TESTS += tests/unit/check_oracle_outbox
SOAK_TESTS += tests/unit/check_oracle_outbox
tests_unit_check_oracle_outbox_LDADD = $(unit_fake_libs)

UNIT_TESTS += tests/unit/check_oracle_outbox_money
tests_unit_check_oracle_outbox_money_LDADD = $(unit_fake_libs)

UNIT_TESTS += tests/unit/check_oracle_outbox_crash
SOAK_TESTS += tests/unit/check_oracle_outbox_crash
tests_unit_check_oracle_outbox_crash_LDADD = $(unit_fake_libs)

UNIT_TESTS += tests/unit/check_oracle_ccip
tests_unit_check_oracle_ccip_LDADD = $(unit_oracle_libs)

UNIT_TESTS += tests/unit/check_oracle_log_scan
tests_unit_check_oracle_log_scan_LDADD = $(unit_oracle_libs)

UNIT_TESTS += tests/unit/check_oracle_rpc
tests_unit_check_oracle_rpc_LDADD = $(unit_oracle_libs)

UNIT_TESTS += tests/unit/check_oracle_peers
tests_unit_check_oracle_peers_LDADD = $(unit_oracle_libs)

UNIT_TESTS += tests/unit/check_oracle_rlp
tests_unit_check_oracle_rlp_LDADD = $(unit_oracle_libs)

UNIT_TESTS += tests/unit/check_oracle_prover
tests_unit_check_oracle_prover_LDADD = $(unit_fake_libs)

UNIT_TESTS += tests/unit/check_oracle_pipeline_mirror
tests_unit_check_oracle_pipeline_mirror_LDADD = $(unit_fake_libs)

UNIT_TESTS += tests/unit/check_oracle_said
tests_unit_check_oracle_said_LDADD = $(unit_fake_libs)

EXTRA_DIST += tests/unit/registry_fixture.h
UNIT_TESTS += tests/unit/check_oracle_registry
tests_unit_check_oracle_registry_LDADD = $(unit_oracle_libs)

UNIT_TESTS += tests/unit/check_oracle_samples
tests_unit_check_oracle_samples_LDADD = $(unit_oracle_libs)

UNIT_TESTS += tests/unit/check_oracle_signer
tests_unit_check_oracle_signer_LDADD = $(unit_oracle_libs)

UNIT_TESTS += tests/unit/check_oracle_signlog
tests_unit_check_oracle_signlog_LDADD = $(unit_oracle_libs)

UNIT_TESTS += tests/unit/check_oracle_tx
tests_unit_check_oracle_tx_LDADD = $(unit_oracle_libs)


# server
unit_server_libs = $(server_libs) $(server_outside_libs) $(CHECK_LIBS)

UNIT_TESTS += tests/unit/check_server_image
tests_unit_check_server_image_CFLAGS = $(AM_CFLAGS) $(PNG_CFLAGS) \
	$(JPEG_CFLAGS)
tests_unit_check_server_image_LDADD = $(unit_server_libs)
EXTRA_DIST += tests/vectors/grey.jpg

UNIT_TESTS += tests/unit/check_server_child
tests_unit_check_server_child_LDADD = $(unit_server_libs)

UNIT_TESTS += tests/unit/check_server_conf
tests_unit_check_server_conf_CPPFLAGS = $(AM_CPPFLAGS) \
	-DTEST_EXAMPLE='"$(abs_srcdir)/contrib/decaid.conf"'
tests_unit_check_server_conf_LDADD = $(unit_server_libs)

UNIT_TESTS += tests/unit/check_server_dataset
tests_unit_check_server_dataset_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS)
tests_unit_check_server_dataset_LDADD = tests/unit/libfake.a \
	$(unit_server_libs)

UNIT_TESTS += tests/unit/check_server_embedder
tests_unit_check_server_embedder_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS)
tests_unit_check_server_embedder_LDADD = tests/unit/libfake.a \
	$(unit_server_libs)

UNIT_TESTS += tests/unit/check_server_exports
tests_unit_check_server_exports_LDADD = $(unit_server_libs)

UNIT_TESTS += tests/unit/check_server_tls
tests_unit_check_server_tls_SOURCES = tests/unit/check_server_tls.c \
	tests/unit/fake_tls.c tests/unit/fake_tls.h
tests_unit_check_server_tls_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS) \
	$(CRYPTO_CFLAGS) $(CURL_CFLAGS) $(MICROHTTPD_CFLAGS)
tests_unit_check_server_tls_LDFLAGS = $(AM_LDFLAGS) \
	-Wl,--wrap=curl_easy_init
tests_unit_check_server_tls_LDADD = $(unit_server_libs)

UNIT_TESTS += tests/unit/check_server_demo_data
tests_unit_check_server_demo_data_LDADD = $(unit_server_libs)

unit_rest_sources = tests/unit/http_client.c tests/unit/http_client.h \
	tests/unit/json_schema.c tests/unit/json_schema.h \
	tests/unit/rest_fixture.c tests/unit/rest_fixture.h \
	tests/unit/rest_reply.c tests/unit/rest_reply.h
unit_rest_cppflags = $(AM_CPPFLAGS) \
	-DTEST_OPENAPI='"$(abs_srcdir)/server/openapi.json"'

UNIT_TESTS += tests/unit/check_server_events
tests_unit_check_server_events_SOURCES = $(unit_rest_sources) \
	tests/unit/check_server_events.c
tests_unit_check_server_events_CPPFLAGS = $(unit_rest_cppflags)
tests_unit_check_server_events_LDADD = $(unit_server_libs)

UNIT_TESTS += tests/unit/check_server_rest
tests_unit_check_server_rest_SOURCES = $(unit_rest_sources) \
	tests/unit/check_server_rest.c
tests_unit_check_server_rest_CPPFLAGS = $(unit_rest_cppflags)
tests_unit_check_server_rest_LDADD = $(unit_server_libs)

UNIT_TESTS += tests/unit/check_server_rest_board
tests_unit_check_server_rest_board_SOURCES = $(unit_rest_sources) \
	tests/unit/check_server_rest_board.c
tests_unit_check_server_rest_board_CPPFLAGS = $(unit_rest_cppflags)
tests_unit_check_server_rest_board_LDADD = $(unit_server_libs)

UNIT_TESTS += tests/unit/check_server_rest_deca
tests_unit_check_server_rest_deca_SOURCES = $(unit_rest_sources) \
	tests/unit/check_server_rest_deca.c
tests_unit_check_server_rest_deca_CPPFLAGS = $(unit_rest_cppflags)
tests_unit_check_server_rest_deca_LDADD = $(unit_server_libs)

UNIT_TESTS += tests/unit/check_server_rest_embed
tests_unit_check_server_rest_embed_SOURCES = $(unit_rest_sources) \
	tests/unit/check_server_rest_embed.c
tests_unit_check_server_rest_embed_CPPFLAGS = $(unit_rest_cppflags)
tests_unit_check_server_rest_embed_LDADD = tests/unit/libfake.a \
	$(unit_server_libs)

UNIT_TESTS += tests/unit/check_server_rest_export
tests_unit_check_server_rest_export_SOURCES = $(unit_rest_sources) \
	tests/unit/check_server_rest_export.c
tests_unit_check_server_rest_export_CPPFLAGS = $(unit_rest_cppflags)
tests_unit_check_server_rest_export_LDADD = $(unit_server_libs)

UNIT_TESTS += tests/unit/check_server_rest_infer
tests_unit_check_server_rest_infer_SOURCES = $(unit_rest_sources) \
	tests/unit/check_server_rest_infer.c
tests_unit_check_server_rest_infer_CPPFLAGS = $(unit_rest_cppflags) \
	-DTEST_JPEG='"$(abs_srcdir)/tests/vectors/grey.jpg"'
tests_unit_check_server_rest_infer_LDADD = $(unit_server_libs)

UNIT_TESTS += tests/unit/check_server_rest_kept
tests_unit_check_server_rest_kept_SOURCES = $(unit_rest_sources) \
	tests/unit/check_server_rest_kept.c
tests_unit_check_server_rest_kept_CPPFLAGS = $(unit_rest_cppflags)
tests_unit_check_server_rest_kept_LDADD = $(unit_server_libs)

UNIT_TESTS += tests/unit/check_server_rest_attest
tests_unit_check_server_rest_attest_SOURCES = $(unit_rest_sources) \
	tests/unit/check_server_rest_attest.c
tests_unit_check_server_rest_attest_CPPFLAGS = $(unit_rest_cppflags)
tests_unit_check_server_rest_attest_LDADD = $(unit_server_libs)

# Runs ./decaid, which check-unit builds first.
UNIT_TESTS += tests/unit/check_server_simulations
tests_unit_check_server_simulations_SOURCES = $(unit_rest_sources) \
	tests/unit/check_server_simulations.c
tests_unit_check_server_simulations_CPPFLAGS = $(unit_rest_cppflags)
tests_unit_check_server_simulations_LDADD = $(unit_server_libs)

# RANDOM_REQUESTS=N and RANDOM_SEED=N: more of them, others.
UNIT_TESTS += tests/unit/check_server_rest_predict
tests_unit_check_server_rest_predict_SOURCES = $(unit_rest_sources) \
	tests/unit/check_server_rest_predict.c
tests_unit_check_server_rest_predict_CPPFLAGS = $(unit_rest_cppflags)
tests_unit_check_server_rest_predict_LDADD = $(unit_server_libs)

UNIT_TESTS += tests/unit/check_server_rest_random
tests_unit_check_server_rest_random_SOURCES = $(unit_rest_sources) \
	tests/unit/check_server_rest_random.c
tests_unit_check_server_rest_random_CPPFLAGS = $(unit_rest_cppflags)
tests_unit_check_server_rest_random_LDADD = $(unit_server_libs)

unit_http_sources = tests/unit/http_client.c tests/unit/http_client.h \
	tests/unit/http_fixture.c tests/unit/http_fixture.h

UNIT_TESTS += tests/unit/check_server_http
tests_unit_check_server_http_SOURCES = $(unit_http_sources) \
	tests/unit/check_server_http.c
tests_unit_check_server_http_LDADD = $(unit_server_libs)

UNIT_TESTS += tests/unit/check_server_gzip_file
tests_unit_check_server_gzip_file_LDADD = $(unit_server_libs)
UNIT_TESTS += tests/unit/check_server_holdouts
tests_unit_check_server_holdouts_LDADD = $(unit_server_libs)
UNIT_TESTS += tests/unit/check_server_http_cache
tests_unit_check_server_http_cache_SOURCES = $(unit_http_sources) \
	tests/unit/check_server_http_cache.c
tests_unit_check_server_http_cache_LDADD = $(unit_server_libs)

UNIT_TESTS += tests/unit/check_server_http_limits
tests_unit_check_server_http_limits_SOURCES = $(unit_http_sources) \
	tests/unit/check_server_http_limits.c
tests_unit_check_server_http_limits_LDADD = $(unit_server_libs)

UNIT_TESTS += tests/unit/check_server_http_memory
tests_unit_check_server_http_memory_SOURCES = $(unit_http_sources) \
	tests/unit/check_server_http_memory.c
tests_unit_check_server_http_memory_LDADD = tests/unit/libfake.a \
	$(unit_server_libs)

UNIT_TESTS += tests/unit/check_server_http_stream
tests_unit_check_server_http_stream_SOURCES = $(unit_http_sources) \
	tests/unit/check_server_http_stream.c
tests_unit_check_server_http_stream_LDADD = $(unit_server_libs)

UNIT_TESTS += tests/unit/check_server_http_wait
tests_unit_check_server_http_wait_SOURCES = $(unit_http_sources) \
	tests/unit/check_server_http_wait.c
tests_unit_check_server_http_wait_LDADD = $(unit_server_libs)

UNIT_TESTS += tests/unit/check_server_json_out
tests_unit_check_server_json_out_LDADD = $(unit_server_libs)

UNIT_TESTS += tests/unit/check_server_main
tests_unit_check_server_main_LDADD = $(unit_server_libs)

# The pages against the program itself, which check-unit builds first.
UNIT_TESTS += tests/unit/check_server_manual
tests_unit_check_server_manual_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS)
tests_unit_check_server_manual_CPPFLAGS = $(unit_rest_cppflags) \
	-DTEST_MAN='"$(abs_srcdir)/man"'
tests_unit_check_server_manual_LDADD = $(unit_server_libs) $(JANSSON_LIBS)

UNIT_TESTS += tests/unit/check_server_predict_body
tests_unit_check_server_predict_body_LDADD = $(unit_server_libs) -lm

UNIT_TESTS += tests/unit/check_server_preview
tests_unit_check_server_preview_LDADD = $(unit_server_libs)

UNIT_TESTS += tests/unit/check_server_scenario
tests_unit_check_server_scenario_LDADD = $(unit_server_libs)

UNIT_TESTS += tests/unit/check_server_labelled
tests_unit_check_server_labelled_LDADD = $(unit_server_libs)

UNIT_TESTS += tests/unit/check_server_deca_json
tests_unit_check_server_deca_json_LDADD = $(unit_server_libs)

UNIT_TESTS += tests/unit/check_server_trial
tests_unit_check_server_trial_LDADD = $(unit_server_libs)

UNIT_TESTS += tests/unit/check_server_router
tests_unit_check_server_router_LDADD = $(unit_server_libs)


# The end of the file: a new test goes into its layer's part above.
