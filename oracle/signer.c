/* The daemon's end of the signer. */
#include "config.h"

#include "oracle/signer.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "oracle/signer_child.h"
#include "oracle/signer_wire.h"

#define START_TIMEOUT_S 120	/* three scrypts on a slow machine */
#define ANSWER_TIMEOUT_S 30	/* a sync on a busy disk */

struct signer {
	pthread_mutex_t lock;
	int fd;			/* under lock; -1: gone */
	atomic_bool alive;
	pid_t pid;
	uint64_t chain_id;
	bool held[SIGNER_ROLES];
	struct addr20 addresses[SIGNER_ROLES];
};

/* --- packets ------------------------------------------------------------- */

/* From here on nothing is signed; the child ends with its socket. */
static void
give_up(struct signer *s)
{
	if (s->fd >= 0)
		(void)close(s->fd);
	s->fd = -1;
	if (atomic_exchange(&s->alive, false))
		dc_log(DC_LOG_BROKEN, "oracle", "the signer is gone: nothing "
		       "is signed until a restart");
}

static enum dc_status
gone(struct dc_err *err)
{
	return dc_fail(err, DC_EIO, "the signer is gone");
}

static enum dc_status
receive(struct signer *s, struct signer_reply *reply, struct dc_err *err)
{
	ssize_t got;

	do
		got = recv(s->fd, reply, sizeof(*reply), 0);
	while (got < 0 && errno == EINTR);
	if (got != (ssize_t)sizeof(*reply) ||
	    reply->version != SIGNER_WIRE_VERSION)
		return gone(err);
	reply->text[sizeof(reply->text) - 1] = '\0';
	if (reply->status == DC_OK)
		return DC_OK;
	return dc_fail(err, (enum dc_status)reply->status, "%s",
		       reply->text);
}

static bool
transmit(const struct signer *s, const struct signer_request *r,
	 const uint8_t *data, size_t len)
{
	struct signer_request copy = *r;
	struct iovec parts[2] = {
		{ &copy, sizeof(copy) },
		/* iovec is not const, sendmsg only reads */
		{ (void *)(uintptr_t)data, len },
	};
	struct msghdr msg = { .msg_iov = parts, .msg_iovlen = 2 };
	ssize_t put;

	do
		put = sendmsg(s->fd, &msg, MSG_NOSIGNAL);
	while (put < 0 && errno == EINTR);
	return put == (ssize_t)(sizeof(copy) + len);
}

static enum dc_status
ask(struct signer *s, struct ec_signature *out,
    const struct signer_request *r, const uint8_t *data, size_t len,
    struct dc_err *err)
{
	struct signer_reply reply = { .version = 0 };
	enum dc_status found;

	DC_CHECK(pthread_mutex_lock(&s->lock) == 0);
	if (s->fd < 0) {
		found = gone(err);
	} else if (!transmit(s, r, data, len)) {
		found = gone(err);
		give_up(s);
	} else {
		found = receive(s, &reply, err);
		if (reply.version != SIGNER_WIRE_VERSION)
			give_up(s);
	}
	DC_CHECK(pthread_mutex_unlock(&s->lock) == 0);
	if (found == DC_OK)
		*out = reply.u.signature;
	return found;
}

static void
request_init(struct signer_request *r, enum signer_ask what)
{
	memset(r, 0, sizeof(*r));
	r->version = SIGNER_WIRE_VERSION;
	r->ask = what;
}

/* --- start and stop ------------------------------------------------------ */

static enum dc_status
set_timeout(int fd, long seconds, struct dc_err *err)
{
	const struct timeval t = { .tv_sec = seconds };

	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &t, sizeof(t)) != 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &t, sizeof(t)) != 0)
		return dc_fail(err, DC_EIO, "signer: %s", strerror(errno));
	return DC_OK;
}

static enum dc_status
fork_child(struct signer *s, const struct signer_cfg *cfg, struct dc_err *err)
{
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
		return dc_fail(err, DC_EIO, "signer: %s", strerror(errno));
	s->pid = fork();
	if (s->pid == 0)
		signer_child_run(cfg, pair[1]);
	(void)close(pair[1]);
	if (s->pid < 0) {
		(void)close(pair[0]);
		return dc_fail(err, DC_EIO, "signer: cannot fork: %s",
			       strerror(errno));
	}
	s->fd = pair[0];
	return DC_OK;
}

static enum dc_status
hear_ready(struct signer *s, struct dc_err *err)
{
	struct signer_reply reply;
	enum dc_status found = set_timeout(s->fd, START_TIMEOUT_S, err);

	if (found == DC_OK)
		found = receive(s, &reply, err);
	if (found != DC_OK)
		return found;
	for (size_t i = 0; i < SIGNER_ROLES; i++) {
		s->held[i] = reply.u.ready.held[i] != 0;
		s->addresses[i] = reply.u.ready.addresses[i];
	}
	return set_timeout(s->fd, ANSWER_TIMEOUT_S, err);
}

enum dc_status
signer_start(struct signer **out, const struct signer_cfg *cfg,
	     struct dc_err *err)
{
	struct signer *s = dc_calloc(1, sizeof(*s));
	enum dc_status found;

	DC_CHECK(cfg->n_rules <= SIGNER_MAX_RULES);
	DC_CHECK(pthread_mutex_init(&s->lock, NULL) == 0);
	s->fd = -1;
	s->chain_id = cfg->domain.chain_id;
	found = fork_child(s, cfg, err);
	if (found == DC_OK)
		found = hear_ready(s, err);
	if (found != DC_OK) {
		signer_stop(s);
		return found;
	}
	atomic_store(&s->alive, true);
	*out = s;
	return DC_OK;
}

void
signer_stop(struct signer *s)
{
	if (s == NULL)
		return;
	if (s->fd >= 0)
		(void)close(s->fd);
	if (s->pid > 0)
		while (waitpid(s->pid, NULL, 0) < 0 && errno == EINTR)
			;
	(void)pthread_mutex_destroy(&s->lock);
	free(s);
}

bool
signer_alive(const struct signer *s)
{
	return atomic_load(&s->alive);
}

pid_t
signer_pid(const struct signer *s)
{
	return s->pid;
}

const struct addr20 *
signer_address(const struct signer *s, enum signer_role role)
{
	return s->held[role] ? &s->addresses[role] : NULL;
}

/* --- requests ------------------------------------------------------------ */

enum dc_status
signer_checkpoint(struct signer *s, struct ec_signature *out,
		  const struct checkpoint *c, uint32_t epoch_s,
		  struct dc_err *err)
{
	struct signer_request r;

	request_init(&r, SIGNER_ASK_CHECKPOINT);
	r.u.checkpoint.c = *c;
	r.u.checkpoint.epoch_s = epoch_s;
	return ask(s, out, &r, NULL, 0, err);
}

enum dc_status
signer_attest(struct signer *s, struct ec_signature *out,
	      const struct attestation *a, struct dc_err *err)
{
	struct signer_request r;

	request_init(&r, SIGNER_ASK_ATTESTATION);
	r.u.attestation = *a;
	return ask(s, out, &r, NULL, 0, err);
}

enum dc_status
signer_tx(struct signer *s, struct dc_buf *raw, struct hash32 *hash,
	  const struct tx *tx, struct dc_err *err)
{
	struct ec_signature sig;
	struct signer_request r;
	enum dc_status found;
	size_t begin = raw->len;

	if (tx->chain_id != s->chain_id || tx->creates ||
	    tx->data_len > SIGNER_DATA_MAX_BYTES)
		return dc_fail(err, DC_EREFUSED, "the signer does not send "
			       "that transaction");
	request_init(&r, SIGNER_ASK_TX);
	r.u.tx = (struct signer_ask_tx){
		.nonce = tx->nonce, .gas = tx->gas, .tip_wei = tx->tip_wei,
		.fee_wei = tx->fee_wei, .value_wei = tx->value,
		.to = tx->to, .data_len = (uint32_t)tx->data_len,
	};
	found = ask(s, &sig, &r, tx->data, tx->data_len, err);
	if (found != DC_OK)
		return found;
	tx_encode(raw, tx, &sig);
	if (dc_buf_failed(raw))
		return dc_fail(err, DC_EINVAL, "transaction is too large");
	tx_hash(hash, raw->data + begin, raw->len - begin);
	return DC_OK;
}
