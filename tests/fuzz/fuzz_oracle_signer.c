/*
 * fuzz_oracle_signer.c: any packet to the signer's desk, as from a daemon
 * that somebody has taken over. Whatever comes, no second checkpoint of an
 * epoch is signed and no transaction outside the rules.
 *
 * First byte: what is asked, 255: the rest is the packet as it stands. Second:
 * one byte less or more than is due. Then the request's fields, and what is
 * left is call data.
 */

#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "oracle/abi_calls.h"
#include "oracle/signer_desk.h"
#include "tests/fuzz/fuzz.h"

#define START_S 1000000
#define NOW_S 2000000

static char folder[] = "/tmp/decaid-fuzz-signer-XXXXXX";
static char key_path[64], pass_path[64], log_path[64];
static struct signer_desk *desk;
static struct signer_rule rule;
static uint64_t steady_ms;

static void
fuzz_leave(void)
{
	signer_desk_free(desk);
	(void)unlink(key_path);
	(void)unlink(pass_path);
	(void)unlink(log_path);
	(void)rmdir(folder);
}

static void
fuzz_write(const char *path, const void *in, size_t n)
{
	DC_CHECK(keystore_file_write(path, in, n, NULL) == DC_OK);
}

static void
fuzz_key(void)
{
	static const uint8_t key[EC_KEY_BYTES] = { [31] = 1 };
	static const struct passphrase pass = { 4, "fuzz" };
	struct addr20 who;
	struct dc_buf text;

	dc_buf_init(&text, KEYSTORE_FILE_MAX_BYTES);
	DC_CHECK(addr20_parse(&who,
			      "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf",
			      NULL) == DC_OK);
	DC_CHECK(keystore_encrypt(&text, key, &who, &pass, KEYSTORE_LIGHT,
				  NULL) == DC_OK);
	fuzz_write(key_path, text.data, text.len);
	fuzz_write(pass_path, "fuzz\n", 5);
	dc_buf_clear(&text);
}

static void
fuzz_open(void)
{
	static struct signer_cfg cfg;
	struct signer_now start = { START_S, 0 };
	struct dc_err err = DC_ERR_INIT;

	DC_CHECK(mkdtemp(folder) != NULL);
	snprintf(key_path, sizeof(key_path), "%s/key", folder);
	snprintf(pass_path, sizeof(pass_path), "%s/pass", folder);
	snprintf(log_path, sizeof(log_path), "%s/log", folder);
	fuzz_key();
	rule.selector = abi_call_selector(CALL_CHECKPOINT);
	cfg = (struct signer_cfg){
		.domain = { .chain_id = 31337 }, .log_path = log_path,
		.attest_per_s = 10, .rules = &rule, .n_rules = 1,
		.fee_cap_wei = wei_from_u64(1000),
		.tx_cap_wei = wei_from_u64(1000000),
		.day_cap_wei = wei_from_u64(3000000),
	};
	for (size_t i = 0; i < SIGNER_ROLES; i++)
		cfg.keys[i] = (struct signer_key_files){ key_path,
							 pass_path };
	if (signer_desk_new(&desk, &cfg, start, &err) != DC_OK) {
		fprintf(stderr, "%s\n", err.text);
		abort();
	}
	DC_CHECK(atexit(fuzz_leave) == 0);
}

/* The answer to an exact copy, so that a sanitizer sees a read past it. */
static struct signer_reply
fuzz_ask(const void *packet, size_t size)
{
	struct signer_now now = { NOW_S, steady_ms += 50 };
	uint8_t *copy = dc_malloc(size);
	struct signer_reply reply;

	memcpy(copy, packet, size);
	signer_desk_answer(desk, &reply, copy, size, now);
	free(copy);
	DC_CHECK(reply.version == SIGNER_WIRE_VERSION);
	DC_CHECK(memchr(reply.text, '\0', sizeof(reply.text)) != NULL);
	DC_CHECK((reply.status == DC_OK) == (reply.text[0] == '\0'));
	return reply;
}

/* A signed epoch has one checkpoint: the same again, another never. */
static void
fuzz_twice(const struct signer_request *r)
{
	struct signer_request other = *r;

	DC_CHECK(fuzz_ask(r, sizeof(*r)).status == DC_OK);
	other.u.checkpoint.c.state_root.b[7] ^= 1;
	DC_CHECK(fuzz_ask(&other, sizeof(other)).status == DC_EREFUSED);
	other = *r;
	other.u.checkpoint.c.judged++;
	DC_CHECK(fuzz_ask(&other, sizeof(other)).status == DC_EREFUSED);
}

static void
fuzz_packet(const uint8_t *packet, size_t size)
{
	struct signer_reply reply = fuzz_ask(packet, size);
	struct signer_request r;

	if (reply.status != DC_OK)
		return;
	DC_CHECK(size >= sizeof(r));
	memcpy(&r, packet, sizeof(r));
	if (r.ask == SIGNER_ASK_CHECKPOINT) {
		fuzz_twice(&r);
	} else if (r.ask == SIGNER_ASK_TX) {
		DC_CHECK(size == sizeof(r) + r.u.tx.data_len);
		DC_CHECK(memcmp(packet + sizeof(r), rule.selector.b,
				sizeof(rule.selector.b)) == 0);
		DC_CHECK(u256_is_zero(r.u.tx.value_wei.v));
		DC_CHECK(wei_compare(r.u.tx.fee_wei, wei_from_u64(1000)) <= 0);
	} else {
		DC_CHECK(r.ask == SIGNER_ASK_ATTESTATION);
		DC_CHECK(r.u.attestation.expires_s >
			 r.u.attestation.issued_s);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct signer_request r = { .version = SIGNER_WIRE_VERSION };
	size_t n, due;
	uint8_t *packet;

	if (desk == NULL)
		fuzz_open();
	if (size < 2)
		return 0;
	if (data[0] == 255) {
		fuzz_packet(data + 1, size - 1);
		return 0;
	}
	r.ask = data[0];
	n = size - 2 < sizeof(r.u) ? size - 2 : sizeof(r.u);
	memcpy(&r.u, data + 2, n);
	due = sizeof(r);
	if (r.ask == SIGNER_ASK_TX) {
		r.u.tx.data_len = (uint32_t)(size - 2 - n);
		due += r.u.tx.data_len;
	}
	packet = dc_calloc(1, due + 1);
	memcpy(packet, &r, sizeof(r));
	memcpy(packet + sizeof(r), data + 2 + n, due - sizeof(r));
	if (data[1] == 1)
		due--;
	else if (data[1] == 2)
		due++;
	fuzz_packet(packet, due);
	free(packet);
	return 0;
}
