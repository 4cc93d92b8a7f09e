# web/: the dashboard. Its bundle is built by node where the npm packages are
# (npm ci), is carried by the tarball, and is left out with a line elsewhere.
#
# $(WEB_BUNDLE) is newer than every file beside it. What embeds the bundle
# depends on it and takes its folder: index.html (not to be cached) if there is
# a dashboard, licences.txt, and assets/* (named by content, cached for ever).
WEB_BUNDLE = web/dist/stamp
web_sources = $(srcdir)/web/build.mjs $(srcdir)/web/index.html \
	$(srcdir)/web/favicon.svg $(wildcard $(srcdir)/web/src/*.ts* \
	$(srcdir)/web/src/*.css $(srcdir)/web/src/*/*.ts* \
	$(srcdir)/web/src/*/*.css) $(srcdir)/models/ACCURACY.md
web_npm = $(wildcard $(top_srcdir)/node_modules/.package-lock.json)

web/dist/stamp: $(web_sources) $(web_npm)
	@$(MKDIR_P) web/dist
	$(AM_V_GEN)if test -d $(top_srcdir)/node_modules/esbuild && \
		node --version >/dev/null 2>&1; then \
		node $(srcdir)/web/build.mjs --out web/dist; \
	elif test -f $(srcdir)/web/dist/index.html; then \
		test -f web/dist/index.html || \
			cp -R $(srcdir)/web/dist/. web/dist; \
	else \
		echo 'web: no npm packages (npm ci): no dashboard is built in'; \
	fi
	@touch $@

BUILT_SOURCES += $(WEB_BUNDLE)
EXTRA_DIST += web/build.mjs web/favicon.svg web/index.html web/tsconfig.json
EXTRA_DIST += web/src web/dist

web_tests = tests/e2e/web_sources.mjs tests/e2e/dashboard.mjs \
	tests/e2e/news.mjs tests/e2e/demo_page.mjs tests/e2e/simulator.mjs
SCRIPT_TESTS += $(web_tests)
dist_check_SCRIPTS += $(web_tests)
EXTRA_DIST += tests/e2e/browser.mjs tests/e2e/fixture.mjs
EXTRA_DIST += tests/e2e/fixture_chain.mjs tests/e2e/screenshot.mjs
EXTRA_DIST += tests/e2e/visit.mjs
