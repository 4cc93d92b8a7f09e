# man/: the manual pages, mdoc. tests/unit/check_server_manual.c holds them
# against the program, its settings and its routes.
dist_man_MANS += man/decaid.1 man/decaid.conf.5 man/decaid-api.7
dist_man_MANS += man/decaid-models.7 man/decaid-scenario.5
dist_man_MANS += man/decaid-verdicts.7
