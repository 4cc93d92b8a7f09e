# server/: the program. Everything but main.c is a library, so that tests
# can link it.
noinst_LIBRARIES += libdc_server.a
libdc_server_a_CPPFLAGS = $(AM_CPPFLAGS) \
	-DDECAID_CONFIG_FILE='"$(sysconfdir)/decaid/decaid.conf"'
libdc_server_a_CFLAGS = $(AM_CFLAGS) $(MICROHTTPD_CFLAGS) $(JANSSON_CFLAGS) \
	$(ZLIB_CFLAGS) $(PNG_CFLAGS) $(JPEG_CFLAGS)
libdc_server_a_SOURCES =
libdc_server_a_SOURCES += server/child.c server/child.h
libdc_server_a_SOURCES += server/cmd.c server/cmd.h server/cmd_serve.c
libdc_server_a_SOURCES += server/app.c server/app.h server/asset.h
libdc_server_a_SOURCES += server/attesting.c server/attesting.h
libdc_server_a_SOURCES += server/cmd_backup.c
libdc_server_a_SOURCES += server/cmd_claims.c
libdc_server_a_SOURCES += server/client.c server/client.h
libdc_server_a_SOURCES += server/cmd_contribute.c server/cmd_contributor.c
libdc_server_a_SOURCES += server/cmd_suspects.c
libdc_server_a_SOURCES += server/cmd_db.c
libdc_server_a_SOURCES += server/cmd_deploy.c server/cmd_deploy_reader.c
libdc_server_a_SOURCES += server/cmd_evaluate.c
libdc_server_a_SOURCES += server/cmd_follow.c
libdc_server_a_SOURCES += server/cmd_key.c
libdc_server_a_SOURCES += server/cmd_operator.c
libdc_server_a_SOURCES += server/cmd_predict.c
libdc_server_a_SOURCES += server/cmd_demo.c
libdc_server_a_SOURCES += server/cmd_proof.c
libdc_server_a_SOURCES += server/cmd_slashing.c
libdc_server_a_SOURCES += server/conf.c server/conf.h
libdc_server_a_SOURCES += server/dataset.c server/dataset.h
libdc_server_a_SOURCES += server/demo.h server/demo_claims.c
libdc_server_a_SOURCES += server/demo_data.c server/demo_data.h
libdc_server_a_SOURCES += server/demo_people.c server/demo_tell.c
libdc_server_a_SOURCES += server/demo_world.c
libdc_server_a_SOURCES += server/deca_json.c server/deca_json.h
libdc_server_a_SOURCES += server/deca_json_write.c
libdc_server_a_SOURCES += server/model_file.c server/model_file.h
libdc_server_a_SOURCES += server/cmd_model_file.c
libdc_server_a_SOURCES += server/embed_rows.c server/embed_rows.h
libdc_server_a_SOURCES += server/embedder.c server/embedder.h
libdc_server_a_SOURCES += server/embedder_private.h server/embedder_service.c
libdc_server_a_SOURCES += server/embedding_body.c server/embedding_body.h
libdc_server_a_SOURCES += server/embedding_cache.c server/embedding_cache.h
libdc_server_a_SOURCES += server/embedding_client.c server/embedding_client.h
libdc_server_a_SOURCES += server/event_ring.c server/event_ring.h
libdc_server_a_SOURCES += server/event_text.c server/event_text.h
libdc_server_a_SOURCES += server/deploy.c server/deploy.h
libdc_server_a_SOURCES += server/gzip_file.c server/gzip_file.h
libdc_server_a_SOURCES += server/export_make.c server/export_make.h
libdc_server_a_SOURCES += server/export_mirror.c
libdc_server_a_SOURCES += server/exports.c server/exports.h
libdc_server_a_SOURCES += server/holdouts.c server/holdouts.h
libdc_server_a_SOURCES += server/http.h server/http_internal.h
libdc_server_a_SOURCES += server/http_cache.c server/http_limit.c
libdc_server_a_SOURCES += server/http_loop.c server/http_peers.c
libdc_server_a_SOURCES += server/http_request.c server/http_send.c
libdc_server_a_SOURCES += server/http_stream.c server/http_tag.c
libdc_server_a_SOURCES += server/http_wait.c
libdc_server_a_SOURCES += server/infer_binary.c server/infer_private.h
libdc_server_a_SOURCES += server/infer_body.c server/infer_body.h
libdc_server_a_SOURCES += server/infer_reply.c server/infer_reply.h
libdc_server_a_SOURCES += server/base64.c server/base64.h
libdc_server_a_SOURCES += server/image.c server/image.h server/image_private.h
libdc_server_a_SOURCES += server/image_jpeg.c server/image_png.c
libdc_server_a_SOURCES += server/input.c server/input.h
libdc_server_a_SOURCES += server/json_out.c server/json_out.h
libdc_server_a_SOURCES += server/labelled.c server/labelled.h
libdc_server_a_SOURCES += server/labelled_private.h server/labelled_table.c
libdc_server_a_SOURCES += server/mirror_ask.c server/mirror_ask.h
libdc_server_a_SOURCES += server/predict_body.c server/predict_body.h
libdc_server_a_SOURCES += server/predicting.c server/predicting.h
libdc_server_a_SOURCES += server/recipe.c server/recipe.h
libdc_server_a_SOURCES += server/rest.c server/rest.h
libdc_server_a_SOURCES += server/rest_accuracy.c server/rest_assets.c
libdc_server_a_SOURCES += server/rest_board.c server/rest_checkpoints.c
libdc_server_a_SOURCES += server/rest_ccip.c
libdc_server_a_SOURCES += server/rest_claims.c server/rest_contributions.c
libdc_server_a_SOURCES += server/rest_contributor.c
libdc_server_a_SOURCES += server/rest_deca.c server/rest_export.c
libdc_server_a_SOURCES += server/rest_events.c server/rest_mirror.c
libdc_server_a_SOURCES += server/rest_infer.c server/rest_models.c
libdc_server_a_SOURCES += server/rest_operators.c server/rest_predict.c
libdc_server_a_SOURCES += server/rest_proof.c server/rest_status.c
libdc_server_a_SOURCES += server/rest_suspects.c
libdc_server_a_SOURCES += server/vocabulary.c server/vocabulary.h
libdc_server_a_SOURCES += server/router.c server/router.h
libdc_server_a_SOURCES += server/cmd_incentive.c server/cmd_simulate.c
libdc_server_a_SOURCES += server/preview.c server/preview.h
libdc_server_a_SOURCES += server/scenario.c server/scenario.h
libdc_server_a_SOURCES += server/scenario_agent.c server/scenario_data.c
libdc_server_a_SOURCES += server/scenario_data.h server/scenario_example.c
libdc_server_a_SOURCES += server/scenario_file.c
libdc_server_a_SOURCES += server/scenario_incentive.c server/scenario_value.c
libdc_server_a_SOURCES += server/scenario_words.c
libdc_server_a_SOURCES += server/sim_json.c server/sim_plot.c server/sim_plot.h
libdc_server_a_SOURCES += server/sim_run.c server/sim_run.h
libdc_server_a_SOURCES += server/sim_sweep.c server/sim_sweep.h
libdc_server_a_SOURCES += server/sim_tell.c server/sim_tell.h
libdc_server_a_SOURCES += server/rest_simulations.c
libdc_server_a_SOURCES += server/sim_guard.c server/sim_guard.h
libdc_server_a_SOURCES += server/simulations.c server/simulations.h
libdc_server_a_SOURCES += server/signing.c server/signing.h
libdc_server_a_SOURCES += server/text_check.c server/text_check.h
libdc_server_a_SOURCES += server/texts.c server/texts.h
libdc_server_a_SOURCES += server/trainer_options.c server/trainer_options.h
libdc_server_a_SOURCES += server/trial.c server/trial.h
libdc_server_a_SOURCES += server/trial_curve.c server/trial_file.c
libdc_server_a_SOURCES += server/trial_tell.c server/trial_tell.h
libdc_server_a_SOURCES += server/wallet.c server/wallet.h

nodist_libdc_server_a_SOURCES = server/dashboard_gen.c server/openapi_gen.c \
	server/scenarios_gen.c

EXTRA_DIST += server/embed.sh server/openapi.json
CLEANFILES += server/dashboard_gen.c server/openapi_gen.c
CLEANFILES += server/scenarios_gen.c

scenarios = $(srcdir)/contrib/scenarios/attack.scenario \
	$(srcdir)/contrib/scenarios/market.scenario \
	$(srcdir)/contrib/scenarios/readme.scenario
EXTRA_DIST += $(scenarios)

server/scenarios_gen.c: $(scenarios) $(srcdir)/server/embed.sh
	@$(MKDIR_P) server
	$(AM_V_GEN)sh $(srcdir)/server/embed.sh asset_scenarios \
		$(srcdir)/contrib/scenarios $(scenarios) >$@.tmp && \
		mv $@.tmp $@

server/openapi_gen.c: $(srcdir)/server/openapi.json $(srcdir)/server/embed.sh
	@$(MKDIR_P) server
	$(AM_V_GEN)sh $(srcdir)/server/embed.sh asset_openapi \
		$(srcdir)/server $(srcdir)/server/openapi.json >$@.tmp && \
		mv $@.tmp $@

# Without a dashboard the table is empty and / says how to build one.
server/dashboard_gen.c: $(WEB_BUNDLE) $(srcdir)/server/embed.sh
	@$(MKDIR_P) server
	$(AM_V_GEN)dist=$$(dirname $<) && \
		sh $(srcdir)/server/embed.sh asset_dashboard "$$dist" \
		$$(find "$$dist" -type f ! -name stamp | sort) >$@.tmp && \
		mv $@.tmp $@

server_libs = libdc_server.a $(oracle_libs) $(sql_libs) $(incentives_libs)
server_outside_libs = $(oracle_outside_libs) $(MICROHTTPD_LIBS) $(ZLIB_LIBS) \
	$(PNG_LIBS) $(JPEG_LIBS) -lm

bin_PROGRAMS += decaid
decaid_SOURCES = server/main.c
decaid_LDADD = $(server_libs) $(server_outside_libs)

# The main job on a chain of its own; DEMO_ARGS="--for 60s --json".
demo: decaid
	./decaid demo $(DEMO_ARGS)
.PHONY: demo
