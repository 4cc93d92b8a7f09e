/* Asking other operators for their signatures. */
#include "config.h"

#include "base/clock.h"
#include "oracle/peers.h"

#include <inttypes.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <curl/curl.h>

#include "base/buf.h"
#include "base/hex.h"
#include "base/json_scan.h"
#include "base/log.h"
#include "oracle/rpc.h"

#define URL_BYTES 512
#define FIRST_WAIT_MS 1000
#define LONGEST_WAIT_MS 60000

struct asked {
	struct peers_ask is;
	bool used;
	bool told;		/* that it computed something else */
	CURL *easy;		/* NULL: nothing is under way */
	struct dc_buf body;
	int64_t next_ms;
	unsigned wait_ms;
	uint64_t last_used;	/* peers.uses then */
};

struct peers {
	CURLM *multi;
	uint64_t uses;
	struct asked asked[PEERS_ASKS_MAX];
};

struct peers *peers_new(void)
{
	struct peers *p = dc_calloc(1, sizeof(*p));

	rpc_init();
	p->multi = curl_multi_init();
	DC_CHECK(p->multi != NULL);
	for (size_t i = 0; i < PEERS_ASKS_MAX; i++)
		dc_buf_init(&p->asked[i].body, PEERS_BODY_BYTES);
	return p;
}

static void hang_up(struct peers *p, struct asked *a)
{
	if (a->easy == NULL)
		return;
	curl_multi_remove_handle(p->multi, a->easy);
	curl_easy_cleanup(a->easy);
	a->easy = NULL;
}

void peers_free(struct peers *p)
{
	if (p == NULL)
		return;
	for (size_t i = 0; i < PEERS_ASKS_MAX; i++) {
		hang_up(p, &p->asked[i]);
		dc_buf_clear(&p->asked[i].body);
	}
	curl_multi_cleanup(p->multi);
	free(p);
}

/* --- reading an answer --------------------------------------------------- */

static enum dc_status not_a_checkpoint(struct dc_err *err)
{
	return dc_fail(err, DC_EINVAL, "not a checkpoint");
}

static bool read_bytes(uint8_t *out, size_t n, struct json_scan *s)
{
	struct json_slice text;

	return json_scan_string(s, &text) && !text.escaped &&
		text.len == 2 + 2 * n && memcmp(text.p, "0x", 2) == 0 &&
		hex_decode(out, n, text.p + 2, NULL) == DC_OK;
}

/* {"operator", "signer", "signature"}: only the last is of use. */
static bool read_signature(struct peers_answer *out, struct json_scan *s)
{
	uint8_t bytes[EC_SIGNATURE_BYTES];
	bool found, has = false;

	for (found = json_scan_object(s); found; found = json_scan_more(s)) {
		struct json_slice key;

		if (!json_scan_key(s, &key))
			return false;
		if (!json_slice_is(key, "signature"))
			json_scan_skip(s);
		else if (!read_bytes(bytes, sizeof(bytes), s))
			return false;
		else
			has = true;
	}
	if (!json_scan_close(s) || !has)
		return false;
	if (out->n < PEERS_SIGNATURES_MAX)
		memcpy(out->signature[out->n++], bytes, sizeof(bytes));
	return true;
}

static bool read_signatures(struct peers_answer *out, struct json_scan *s)
{
	bool found;

	out->n = 0;
	for (found = json_scan_array(s); found; found = json_scan_more(s))
		if (!read_signature(out, s))
			return false;
	return json_scan_close(s);
}

enum dc_status peers_read(struct peers_answer *out, const char *text,
			  size_t len, struct dc_err *err)
{
	bool found, digest = false, list = false;
	struct json_scan s;

	json_scan_init(&s, text, len);
	for (found = json_scan_object(&s); found;
	     found = json_scan_more(&s)) {
		struct json_slice key;

		if (!json_scan_key(&s, &key))
			return not_a_checkpoint(err);
		if (json_slice_is(key, "digest"))
			digest = read_bytes(out->digest.b,
					    sizeof(out->digest.b), &s);
		else if (json_slice_is(key, "signatures"))
			list = read_signatures(out, &s);
		else
			json_scan_skip(&s);
		if (json_scan_failed(&s))
			break;
	}
	if (!json_scan_close(&s) || !json_scan_end(&s) || !digest || !list)
		return not_a_checkpoint(err);
	return DC_OK;
}

/* --- asking -------------------------------------------------------------- */

static bool is_same(const struct asked *a, const struct peers_ask *ask)
{
	return a->used && a->is.operator_id == ask->operator_id &&
		addr20_equal(&a->is.trainer, &ask->trainer);
}

/* The place of this operator and trainer; the one unused longest where there
 * is none yet. */
static struct asked *find_place(struct peers *p, const struct peers_ask *ask)
{
	struct asked *oldest = &p->asked[0];

	for (size_t i = 0; i < PEERS_ASKS_MAX; i++) {
		struct asked *a = &p->asked[i];

		if (is_same(a, ask))
			return a;
		if (oldest->used &&
		    (!a->used || a->last_used < oldest->last_used))
			oldest = a;
	}
	oldest->used = false;
	return oldest;
}

static size_t take_bytes(char *data, size_t size, size_t n, void *body)
{
	struct dc_buf *b = body;

	dc_buf_append(b, data, size * n);
	return dc_buf_failed(b) ? 0 : size * n;
}

/* 169.254/16 and fe80::/10, also as an IPv4 address in an IPv6 one. */
static bool is_link_local(const struct sockaddr *to)
{
	const struct in6_addr *six;
	uint32_t four;

	if (to->sa_family == AF_INET) {
		four = ntohl(((const struct sockaddr_in *)(const void *)
			      to)->sin_addr.s_addr);
		return four >> 16 == 0xa9fe;
	}
	six = &((const struct sockaddr_in6 *)(const void *)to)->sin6_addr;
	return IN6_IS_ADDR_LINKLOCAL(six) ||
		(IN6_IS_ADDR_V4MAPPED(six) && six->s6_addr[12] == 0xa9 &&
		 six->s6_addr[13] == 0xfe);
}

static curl_socket_t open_socket(void *user, curlsocktype purpose,
				 struct curl_sockaddr *to)
{
	(void)user;
	(void)purpose;
	if ((to->family != AF_INET && to->family != AF_INET6) ||
	    is_link_local(&to->addr))
		return CURL_SOCKET_BAD;
	return socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
}

static void set_up(CURL *e, struct asked *a, const char *url)
{
	curl_easy_setopt(e, CURLOPT_URL, url);
	curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(e, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(e, CURLOPT_TIMEOUT_MS, (long)PEERS_TIMEOUT_MS);
	curl_easy_setopt(e, CURLOPT_ACCEPT_ENCODING, "");
	curl_easy_setopt(e, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, take_bytes);
	curl_easy_setopt(e, CURLOPT_WRITEDATA, &a->body);
	curl_easy_setopt(e, CURLOPT_PRIVATE, a);
}

/* false: the endpoint is no address to ask. */
static bool make_url(char url[URL_BYTES], const struct peers_ask *ask,
		     const char *endpoint)
{
	char trainer[ADDR20_TEXT_BYTES];
	size_t len = strlen(endpoint);
	int n;

	if (strncmp(endpoint, "http://", 7) != 0 &&
	    strncmp(endpoint, "https://", 8) != 0)
		return false;
	while (len > 0 && endpoint[len - 1] == '/')
		len--;
	addr20_format(&ask->trainer, trainer);
	n = snprintf(url, URL_BYTES, "%.*s/v1/models/%s/checkpoints/%" PRIu64,
		     (int)len, endpoint, trainer, ask->epoch);
	return n > 0 && n < URL_BYTES;
}

static void begin(struct peers *p, struct asked *a, const char *endpoint)
{
	char url[URL_BYTES];

	a->next_ms = dc_clock_ms() + a->wait_ms;
	a->wait_ms = a->wait_ms < LONGEST_WAIT_MS / 2 ? 2 * a->wait_ms :
							LONGEST_WAIT_MS;
	if (!make_url(url, &a->is, endpoint))
		return;
	dc_buf_reset(&a->body);
	a->easy = curl_easy_init();
	DC_CHECK(a->easy != NULL);
	set_up(a->easy, a, url);
	DC_CHECK(curl_multi_add_handle(p->multi, a->easy) == CURLM_OK);
}

void peers_ask(struct peers *p, const struct peers_ask *ask,
	       const char *endpoint)
{
	struct asked *a = find_place(p, ask);

	if (!a->used || a->is.epoch != ask->epoch ||
	    !hash32_equal(&a->is.digest, &ask->digest)) {
		hang_up(p, a);
		a->is = *ask;
		a->used = true;
		a->told = false;
		a->next_ms = 0;
		a->wait_ms = FIRST_WAIT_MS;
	}
	a->last_used = ++p->uses;
	if (a->easy == NULL && dc_clock_ms() >= a->next_ms)
		begin(p, a, endpoint);
}

/* --- answers ------------------------------------------------------------- */

/* A peer that comes to something else is told of once: one of us is wrong. */
static void tell_difference(struct asked *a,
			    const struct peers_answer *answer)
{
	char trainer[ADDR20_TEXT_BYTES];

	if (a->told || hash32_equal(&answer->digest, &a->is.digest))
		return;
	a->told = true;
	addr20_format(&a->is.trainer, trainer);
	dc_log(DC_LOG_UNUSUAL, "peers", "operator %" PRIu64 " computed "
	       "another checkpoint for epoch %" PRIu64 " of %s",
	       a->is.operator_id, a->is.epoch, trainer);
}

static void end(struct peers *p, struct asked *a, CURLcode result,
		void (*take)(void *, const struct peers_ask *,
			     const struct peers_answer *), void *user)
{
	struct peers_answer *answer = dc_calloc(1, sizeof(*answer));
	struct dc_err why = DC_ERR_INIT;
	long status = 0;

	curl_easy_getinfo(a->easy, CURLINFO_RESPONSE_CODE, &status);
	hang_up(p, a);
	if (result != CURLE_OK)
		(void)dc_fail(&why, DC_EIO, "%s", curl_easy_strerror(result));
	else if (status != 200)
		(void)dc_fail(&why, DC_EIO, "http %ld", status);
	else if (peers_read(answer, dc_buf_text(&a->body), a->body.len,
			    &why) == DC_OK) {
		tell_difference(a, answer);
		take(user, &a->is, answer);
	}
	if (why.status != DC_OK)
		dc_log(DC_LOG_DEBUG, "peers", "operator %" PRIu64 ": %s",
		       a->is.operator_id, why.text);
	free(answer);
}

void peers_step(struct peers *p, unsigned wait_ms,
		void (*take)(void *, const struct peers_ask *,
			     const struct peers_answer *), void *user)
{
	int64_t until = dc_clock_ms() + wait_ms, left;
	int running, more;
	CURLMsg *m;

	do {
		if (curl_multi_perform(p->multi, &running) != CURLM_OK)
			return;
		while ((m = curl_multi_info_read(p->multi, &more)) != NULL) {
			char *a;

			if (m->msg != CURLMSG_DONE)
				continue;
			curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE,
					  &a);
			end(p, (struct asked *)(void *)a, m->data.result,
			    take, user);
		}
		left = until - dc_clock_ms();
		if (running > 0 && left > 0)
			curl_multi_poll(p->multi, NULL, 0, (int)left, NULL);
	} while (running > 0 && left > 0);
}
