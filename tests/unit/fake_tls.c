/* Certificates by libcrypto, HTTPS by libmicrohttpd. */

#include "config.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/status.h"
#include "tests/unit/fake_tls.h"

#define DAY_S (24L * 3600)

/* ---- certificates ---- */

struct signer {
	X509 *certificate;
	EVP_PKEY *key;
};

static struct signer authority;
static char *authority_pem;

static const struct {
	const char *subject, *names;
	long from_s, to_s;
} kinds[FAKE_TLS_KINDS] = {
	[FAKE_TLS_RIGHT] = { "a", "IP:127.0.0.1", -DAY_S, DAY_S },
	[FAKE_TLS_OTHER_HOST] = { "a", "IP:127.0.0.2,DNS:other.example",
				  -DAY_S, DAY_S },
	[FAKE_TLS_COMMON_NAME] = { "127.0.0.1", "DNS:other.example", -DAY_S,
				   DAY_S },
	[FAKE_TLS_EXPIRED] = { "a", "IP:127.0.0.1", -2 * DAY_S, -DAY_S },
	[FAKE_TLS_NOT_YET] = { "a", "IP:127.0.0.1", DAY_S, 2 * DAY_S },
	[FAKE_TLS_STRANGER] = { "a", "IP:127.0.0.1", -DAY_S, DAY_S },
	[FAKE_TLS_CHILD] = { "b", "IP:127.0.0.1", -DAY_S, DAY_S },
};

static void add_extension(X509 *x, int what, const char *value)
{
	X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, NULL, what, value);

	DC_CHECK(e != NULL && X509_add_ext(x, e, -1) == 1);
	X509_EXTENSION_free(e);
}

static void set_name(X509 *x, const char *name)
{
	X509_NAME *n = X509_get_subject_name(x);

	DC_CHECK(X509_NAME_add_entry_by_txt(
			 n, "CN", MBSTRING_UTF8, (const unsigned char *)name,
			 -1, -1, 0) == 1);
}

/* Without a key that signs: by itself. */
static struct signer make(const struct signer *by, const char *subject,
			  const char *names, long from_s, long to_s)
{
	static long serial;
	struct signer s = { X509_new(), EVP_EC_gen("P-256") };
	X509 *x = s.certificate;

	DC_CHECK(x != NULL && s.key != NULL);
	DC_CHECK(X509_set_version(x, X509_VERSION_3) == 1);
	DC_CHECK(ASN1_INTEGER_set(X509_get_serialNumber(x), ++serial) == 1);
	DC_CHECK(X509_gmtime_adj(X509_getm_notBefore(x), from_s) != NULL);
	DC_CHECK(X509_gmtime_adj(X509_getm_notAfter(x), to_s) != NULL);
	set_name(x, subject);
	DC_CHECK(X509_set_issuer_name(x, X509_get_subject_name(
				by != NULL ? by->certificate : x)) == 1);
	DC_CHECK(X509_set_pubkey(x, s.key) == 1);
	add_extension(x, NID_basic_constraints, names == NULL ?
		      "critical,CA:TRUE" : "critical,CA:FALSE");
	if (names != NULL)
		add_extension(x, NID_subject_alt_name, names);
	DC_CHECK(X509_sign(x, by != NULL ? by->key : s.key, EVP_sha256()) > 0);
	return s;
}

static void clear(struct signer *s)
{
	X509_free(s->certificate);
	EVP_PKEY_free(s->key);
}

static char *text_of(BIO *bio)
{
	char *data, *text;
	long n = BIO_get_mem_data(bio, &data);

	text = dc_calloc(1, (size_t)n + 1);
	memcpy(text, data, (size_t)n);
	BIO_free(bio);
	return text;
}

/* A second one goes along, unless it is NULL. */
static char *certificate_pem(X509 *x, X509 *second)
{
	BIO *bio = BIO_new(BIO_s_mem());

	DC_CHECK(bio != NULL && PEM_write_bio_X509(bio, x) == 1);
	DC_CHECK(second == NULL || PEM_write_bio_X509(bio, second) == 1);
	return text_of(bio);
}

static char *key_pem(EVP_PKEY *key)
{
	BIO *bio = BIO_new(BIO_s_mem());

	DC_CHECK(bio != NULL && PEM_write_bio_PrivateKey(bio, key, NULL, NULL,
							 0, NULL, NULL) == 1);
	return text_of(bio);
}

static void show_certificate(struct fake_tls *t, enum fake_tls_kind kind)
{
	struct signer right = make(&authority, "a", "IP:127.0.0.1", -DAY_S,
				   DAY_S);
	const struct signer *by = kind == FAKE_TLS_STRANGER ? NULL :
		kind == FAKE_TLS_CHILD ? &right : &authority;
	struct signer s = make(by, kinds[kind].subject, kinds[kind].names,
			       kinds[kind].from_s, kinds[kind].to_s);

	t->certificate = certificate_pem(s.certificate,
					 kind == FAKE_TLS_CHILD ?
					 right.certificate : NULL);
	t->key = key_pem(s.key);
	clear(&s);
	clear(&right);
}

/* ---- libcurl ---- */

CURL *__real_curl_easy_init(void);
CURL *__wrap_curl_easy_init(void);

/* What the client under test sets itself comes later, and wins. */
CURL *__wrap_curl_easy_init(void)
{
	CURL *easy = __real_curl_easy_init();
	struct curl_blob blob = { authority_pem, 0, CURL_BLOB_COPY };

	DC_CHECK(easy != NULL && authority_pem != NULL);
	blob.len = strlen(authority_pem);
	DC_CHECK(curl_easy_setopt(easy, CURLOPT_CAINFO_BLOB, &blob) ==
		 CURLE_OK);
	return easy;
}

void fake_tls_trust(void)
{
	authority = make(NULL, "authority", NULL, -30 * DAY_S, 30 * DAY_S);
	authority_pem = certificate_pem(authority.certificate, NULL);
}

/* ---- the server ---- */

static enum MHD_Result answer(void *user, struct MHD_Connection *c,
			      const char *url, const char *method,
			      const char *version, const char *body,
			      size_t *size, void **request)
{
	struct fake_tls *t = user;
	struct MHD_Response *r;
	enum MHD_Result found;

	(void)url;
	(void)method;
	(void)version;
	(void)body;
	if (*request == NULL) {
		*request = t;
		return MHD_YES;
	}
	if (*size != 0) {
		*size = 0;
		return MHD_YES;
	}
	atomic_fetch_add(&t->requests, 1);
	r = MHD_create_response_from_buffer(strlen(t->answer),
					    (void *)(uintptr_t)t->answer,
					    MHD_RESPMEM_PERSISTENT);
	found = MHD_queue_response(c, MHD_HTTP_OK, r);
	MHD_destroy_response(r);
	return found;
}

static void count_connection(void *user, struct MHD_Connection *c,
			     void **socket_user,
			     enum MHD_ConnectionNotificationCode what)
{
	struct fake_tls *t = user;

	(void)c;
	(void)socket_user;
	if (what == MHD_CONNECTION_NOTIFY_STARTED)
		atomic_fetch_add(&t->connections, 1);
}

void fake_tls_start(struct fake_tls *t, enum fake_tls_kind kind,
		    const char *text)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };

	memset(t, 0, sizeof(*t));
	t->answer = text;
	show_certificate(t, kind);
	t->daemon = MHD_start_daemon(
		MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_TLS, 0, NULL, NULL,
		answer, t, MHD_OPTION_SOCK_ADDR, (struct sockaddr *)&at,
		MHD_OPTION_NOTIFY_CONNECTION, count_connection, t,
		MHD_OPTION_HTTPS_MEM_CERT, t->certificate,
		MHD_OPTION_HTTPS_MEM_KEY, t->key, MHD_OPTION_END);
	DC_CHECK(t->daemon != NULL);
	(void)snprintf(t->url, sizeof(t->url), "https://127.0.0.1:%u",
		       (unsigned)MHD_get_daemon_info(
			       t->daemon, MHD_DAEMON_INFO_BIND_PORT)->port);
}

void fake_tls_stop(struct fake_tls *t)
{
	MHD_stop_daemon(t->daemon);
	free(t->certificate);
	free(t->key);
}
