#ifndef DECAID_TESTS_UNIT_FAKE_TLS_H
#define DECAID_TESTS_UNIT_FAKE_TLS_H

/*
 * An HTTPS server on 127.0.0.1 that shows a certificate of a kind and gives
 * one answer to every request. The authority that signs these certificates
 * is made anew in each process; fake_tls_trust makes libcurl believe it, so
 * that a client refuses a certificate for nothing but what is wrong with it.
 * Needs -Wl,--wrap=curl_easy_init.
 */

#include <stdatomic.h>

enum fake_tls_kind {
	FAKE_TLS_RIGHT,		/* for 127.0.0.1 */
	FAKE_TLS_OTHER_HOST,	/* for another name and address */
	FAKE_TLS_COMMON_NAME,	/* another name; 127.0.0.1 as subject alone */
	FAKE_TLS_EXPIRED,
	FAKE_TLS_NOT_YET,
	FAKE_TLS_STRANGER,	/* signed by itself */
	FAKE_TLS_CHILD,		/* signed by a right one that is no authority */
	FAKE_TLS_KINDS
};

struct MHD_Daemon;

struct fake_tls {
	struct MHD_Daemon *daemon;
	const char *answer;	/* borrowed */
	char *certificate, *key;
	char url[64];		/* https://127.0.0.1:PORT */
	atomic_uint connections, requests;
};

/* Every libcurl handle of this process trusts the authority, and no other. */
void fake_tls_trust(void);

void fake_tls_start(struct fake_tls *t, enum fake_tls_kind kind,
		    const char *answer);
void fake_tls_stop(struct fake_tls *t);

#endif /* DECAID_TESTS_UNIT_FAKE_TLS_H */
