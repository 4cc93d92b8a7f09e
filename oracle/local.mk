# oracle/: the chain side: following, signing, sending. One line a module.
noinst_LIBRARIES += libdc_oracle.a
libdc_oracle_a_CFLAGS = $(AM_CFLAGS) $(CURL_CFLAGS) $(JANSSON_CFLAGS) \
	$(SECP256K1_CFLAGS) $(CRYPTO_CFLAGS)
libdc_oracle_a_SOURCES =
libdc_oracle_a_SOURCES += oracle/abi.c oracle/abi.h
libdc_oracle_a_SOURCES += oracle/abi_calls.c oracle/abi_calls.h
libdc_oracle_a_SOURCES += oracle/abi_decaid.c oracle/abi_decaid.h
libdc_oracle_a_SOURCES += oracle/abi_params.c oracle/abi_params.h
libdc_oracle_a_SOURCES += oracle/abi_returns.c
libdc_oracle_a_SOURCES += oracle/abi_text.c
libdc_oracle_a_SOURCES += oracle/bytecode.h
libdc_oracle_a_SOURCES += oracle/chainclient.c oracle/chainclient.h
libdc_oracle_a_SOURCES += oracle/ec.c oracle/ec.h
libdc_oracle_a_SOURCES += oracle/eip712.c oracle/eip712.h
libdc_oracle_a_SOURCES += oracle/feed.c oracle/feed.h
libdc_oracle_a_SOURCES += oracle/follow.c oracle/follow.h oracle/follow_core.h
libdc_oracle_a_SOURCES += oracle/follow_blocks.c
libdc_oracle_a_SOURCES += oracle/follow_trainers.c
libdc_oracle_a_SOURCES += oracle/gateway.c oracle/gateway.h
libdc_oracle_a_SOURCES += oracle/history.c oracle/history.h
libdc_oracle_a_SOURCES += oracle/keyfile.c
libdc_oracle_a_SOURCES += oracle/keyguard.c oracle/keyguard.h
libdc_oracle_a_SOURCES += oracle/keystore.c oracle/keystore.h
libdc_oracle_a_SOURCES += oracle/log_scan.c oracle/log_scan.h
libdc_oracle_a_SOURCES += oracle/operator.c oracle/operator.h
libdc_oracle_a_SOURCES += oracle/operator_post.c oracle/operator_post.h
libdc_oracle_a_SOURCES += oracle/outbox.c oracle/outbox.h
libdc_oracle_a_SOURCES += oracle/outbox_core.h
libdc_oracle_a_SOURCES += oracle/outbox_fees.c
libdc_oracle_a_SOURCES += oracle/outbox_row.c
libdc_oracle_a_SOURCES += oracle/pipeline.c oracle/pipeline.h oracle/pipeline_core.h
libdc_oracle_a_SOURCES += oracle/pipeline_claim.c
libdc_oracle_a_SOURCES += oracle/pipeline_epoch.c
libdc_oracle_a_SOURCES += oracle/pipeline_event.c
libdc_oracle_a_SOURCES += oracle/pipeline_holdout.c
libdc_oracle_a_SOURCES += oracle/pipeline_model.c
libdc_oracle_a_SOURCES += oracle/pipeline_operator.c
libdc_oracle_a_SOURCES += oracle/raw_log.h
libdc_oracle_a_SOURCES += oracle/registry.c oracle/registry.h oracle/registry_write.h
libdc_oracle_a_SOURCES += oracle/rlp.c oracle/rlp.h
libdc_oracle_a_SOURCES += oracle/rpc.c oracle/rpc.h oracle/rpc_core.h
libdc_oracle_a_SOURCES += oracle/rpc_call.c
libdc_oracle_a_SOURCES += oracle/rpc_logs.c
libdc_oracle_a_SOURCES += oracle/rpc_result.c
libdc_oracle_a_SOURCES += oracle/signer.c oracle/signer.h
libdc_oracle_a_SOURCES += oracle/signer_child.c oracle/signer_child.h
libdc_oracle_a_SOURCES += oracle/signer_desk.c oracle/signer_desk.h
libdc_oracle_a_SOURCES += oracle/signer_sandbox.c oracle/signer_wire.h
libdc_oracle_a_SOURCES += oracle/signlog.c oracle/signlog.h
libdc_oracle_a_SOURCES += oracle/signlog_file.c oracle/signlog_file.h
libdc_oracle_a_SOURCES += oracle/snapshot.c oracle/snapshot.h
libdc_oracle_a_SOURCES += oracle/standing.c oracle/standing.h
libdc_oracle_a_SOURCES += oracle/tally.c oracle/tally.h
libdc_oracle_a_SOURCES += oracle/tx.c oracle/tx.h

EXTRA_DIST += oracle/PROTOCOL.md

# Everything that oracle/ may use, in link order.
oracle_libs = libdc_oracle.a $(incentives_libs) $(sql_libs)
oracle_outside_libs = $(CURL_LIBS) $(JANSSON_LIBS) $(SECP256K1_LIBS) \
	$(CRYPTO_LIBS)
