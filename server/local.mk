# server/: the program. Everything but main.c is a library, so that tests
# can link it.
noinst_LIBRARIES += libdc_server.a
libdc_server_a_CPPFLAGS = $(AM_CPPFLAGS) \
	-DDECAID_CONFIG_FILE='"$(sysconfdir)/decaid/decaid.conf"'
libdc_server_a_CFLAGS = $(AM_CFLAGS) $(MICROHTTPD_CFLAGS) $(JANSSON_CFLAGS) \
	$(ZLIB_CFLAGS)
libdc_server_a_SOURCES =
libdc_server_a_SOURCES += server/child.c server/child.h
libdc_server_a_SOURCES += server/cmd.c server/cmd.h
libdc_server_a_SOURCES += server/conf.c server/conf.h
libdc_server_a_SOURCES += server/demo_data.c server/demo_data.h
libdc_server_a_SOURCES += server/http.h server/http_internal.h
libdc_server_a_SOURCES += server/http_limit.c server/http_loop.c
libdc_server_a_SOURCES += server/http_request.c server/http_send.c
libdc_server_a_SOURCES += server/http_stream.c
libdc_server_a_SOURCES += server/json_out.c server/json_out.h
libdc_server_a_SOURCES += server/router.c server/router.h

server_libs = libdc_server.a $(oracle_libs) $(base_libs)
server_outside_libs = $(oracle_outside_libs) $(MICROHTTPD_LIBS) $(ZLIB_LIBS)

bin_PROGRAMS += decaid
decaid_SOURCES = server/main.c
decaid_LDADD = $(server_libs) $(server_outside_libs)
