/* decaid contribute: labelled samples for a model, one or a file of them. */
#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "incentives/price.h"
#include "oracle/abi_decaid.h"
#include "oracle/history.h"
#include "server/dataset.h"
#include "server/embedder.h"
#include "server/wallet.h"

#define SAMPLE_MAX_BYTES (96 * 1024)
#define IN_FLIGHT 16		/* transactions on their way at once */
#define POLL_MS 100
#define STUCK_MS 180000		/* nothing mined for so long: give up */

/* A model to contribute to, as the chain has it. */
struct target {
	struct addr20 trainer;
	struct trainer_params params;
	struct model_spec spec;
	struct sample_room *room;
	struct embedder *embedder;	/* NULL: no service is set */
	struct price_level level;	/* with what we sent counted in */
	uint64_t now_s;			/* the chain's */
	bool fixed;			/* --deposit */
	struct wei deposit_wei;
};

/* One on its way. */
struct flight {
	struct hash32 tx;
	size_t line;		/* of the file; 0: the command line's */
};

struct batch {
	struct wallet *w;
	struct target *t;
	size_t n;
	struct flight flying[IN_FLIGHT];
	uint64_t done, failed;
	uint64_t gas;
	int64_t progress_ms;	/* when one was last mined */
};

/* --- the model --- */

static enum dc_status read_level(struct target *t, struct wallet *w,
				 struct dc_err *err)
{
	struct dc_buf call, reply;
	struct block_ref head;
	uint64_t three[3];
	enum dc_status found;

	dc_buf_init(&call, 64);
	dc_buf_init(&reply, 1 << 16);
	abi_call_plain(&call, CALL_HEAD);
	found = wallet_view(w, &reply, &t->trainer, &call, err);
	if (found == DC_OK)
		found = abi_return_u64s(three, 3, reply.data, reply.len, err);
	if (found == DC_OK)
		found = rpc_block(w->rpc, &head, rpc_at_latest(), err);
	if (found == DC_OK) {
		t->level = (struct price_level){ three[1], three[2] };
		t->now_s = head.time_s;
	}
	dc_buf_clear(&reply);
	return found;
}

static enum dc_status target_open(struct target *t, struct wallet *w,
				  const struct config *c, const char *model,
				  struct dc_err *err)
{
	struct dc_arena *arena = dc_arena_new(1 << 16);
	struct ev_model_created made;
	enum dc_status found;

	t->room = dc_malloc(sizeof(*t->room));
	found = option_address(&t->trainer, "MODEL", model, err);
	if (found == DC_OK && addr20_is_zero(&c->factory))
		found = dc_fail(err, DC_EINVAL, "--factory is needed");
	if (found == DC_OK)
		found = history_model(&made, w->rpc, &c->factory, &t->trainer,
				      c->start_block, arena, err);
	if (found == DC_OK) {
		t->params = made.params;
		found = spec_parse(&t->spec, made.spec, made.spec_len, err);
	}
	if (found == DC_OK && encoder_dimension(&t->spec) > 0)
		found = embedder_open(&t->embedder, &c->embeddings, err);
	if (found == DC_OK)
		found = read_level(t, w, err);
	dc_arena_free(arena);
	return found;
}

static void target_clear(struct target *t)
{
	spec_clear(&t->spec);
	embedder_free(t->embedder);
	free(t->room);
}

/* --- one contribution --- */

/* The price as of the last block that was seen: time only lowers it. */
static struct wei next_deposit(struct target *t)
{
	struct wei price = price_at(&t->level, &t->params, t->now_s);

	if (t->fixed)
		return t->deposit_wei;
	price_contribute(&t->level, &t->params, t->now_s);
	return price;
}

static enum dc_status send_sample(struct batch *b, struct hash32 *tx,
				  const struct dc_buf *sample, uint32_t label,
				  struct dc_err *err)
{
	struct target *t = b->t;
	struct chain_call c = { .to = &t->trainer };
	struct dc_buf call;
	enum dc_status found;

	if (dc_buf_failed(sample) || sample->len > t->params.max_sample_bytes)
		return dc_fail(err, DC_EINVAL, "the sample is longer than "
			       "the model's %" PRIu32 " bytes",
			       t->params.max_sample_bytes);
	dc_buf_init(&call, SAMPLE_MAX_BYTES + 256);
	abi_call_contribute(&call, sample->data, sample->len, label);
	c.data = call.data;
	c.data_len = call.len;
	c.value_wei = next_deposit(t);
	found = chainclient_send(b->w->client, tx, b->w->slot, &c, err);
	dc_buf_clear(&call);
	return found;
}

static enum dc_status send_row(struct batch *b, struct hash32 *tx,
			       const struct dataset_row *row,
			       struct dc_err *err)
{
	struct target *t = b->t;
	const struct dataset_options from = { .spec = &t->spec,
					      .embedder = t->embedder };
	struct dc_buf sample;
	uint32_t label = 0;
	enum dc_status found;

	dc_buf_init(&sample, SAMPLE_MAX_BYTES);
	found = input_label(&label, &t->spec, row->label, err);
	if (found == DC_OK)
		found = dataset_sample(&sample, &from, t->room, row, err);
	if (found == DC_OK)
		found = send_sample(b, tx, &sample, label, err);
	dc_buf_clear(&sample);
	return found;
}

/* --- receipts --- */

/* The chain's level, and on top what is on its way to it. One that was mined
 * meanwhile counts twice: a deposit too large comes back, one too small is
 * refused. */
static enum dc_status read_level_below(struct batch *b, struct dc_err *err)
{
	struct target *t = b->t;
	enum dc_status found = read_level(t, b->w, err);

	for (size_t i = 0; found == DC_OK && i < b->n; i++)
		price_contribute(&t->level, &t->params, t->now_s);
	return found;
}

static void show_progress(const struct batch *b)
{
	if (isatty(STDERR_FILENO))
		fprintf(stderr, "\r%" PRIu64 " contributed, %" PRIu64
			" failed", b->done, b->failed);
}

static void landed(struct batch *b, const struct flight *f,
		   const struct rpc_receipt *r)
{
	b->gas += r->gas_used;
	if (r->success) {
		b->done++;
		return;
	}
	b->failed++;
	fprintf(stderr, "decaid contribute: line %zu: reverted\n", f->line);
}

/* Look once; what is mined makes room. */
static enum dc_status poll_flights(struct batch *b, struct dc_err *err)
{
	struct rpc_receipt receipts[IN_FLIGHT];
	struct hash32 txs[IN_FLIGHT];
	bool mined[IN_FLIGHT];
	size_t kept = 0;
	enum dc_status found;

	for (size_t i = 0; i < b->n; i++)
		txs[i] = b->flying[i].tx;
	found = chainclient_poll(b->w->client, receipts, mined, txs, b->n,
				 err);
	for (size_t i = 0; found == DC_OK && i < b->n; i++) {
		if (mined[i])
			landed(b, &b->flying[i], &receipts[i]);
		else
			b->flying[kept++] = b->flying[i];
	}
	if (found == DC_OK && kept < b->n) {
		b->progress_ms = dc_clock_ms();
		b->n = kept;
		show_progress(b);
		found = read_level_below(b, err);
	}
	return found;
}

/* Until at most `most` are on their way. */
static enum dc_status wait_flights(struct batch *b, size_t most,
				   struct dc_err *err)
{
	const struct timespec pause = { 0, POLL_MS * 1000000L };
	enum dc_status found = DC_OK;

	while (found == DC_OK && b->n > most) {
		found = poll_flights(b, err);
		if (found == DC_OK && b->n > most) {
			if (dc_clock_ms() - b->progress_ms > STUCK_MS)
				return dc_fail(err, DC_EBUSY, "nothing is "
					       "mined any more");
			(void)nanosleep(&pause, NULL);
		}
	}
	return found;
}

/* --- a file --- */

/* Rows that the model does not take are told and skipped; what the chain or
 * the node refuses ends it. */
static void skip_row(void *user, size_t line, const char *why)
{
	struct batch *b = user;

	fprintf(stderr, "decaid contribute: line %zu: %s\n", line, why);
	b->failed++;
}

static enum dc_status take_row(void *user, const struct dataset_row *row,
			       struct dc_err *err)
{
	struct batch *b = user;
	struct flight *f;
	enum dc_status found = wait_flights(b, IN_FLIGHT - 1, err);

	if (found != DC_OK)
		return found;
	f = &b->flying[b->n];
	f->line = row->line;
	found = send_row(b, &f->tx, row, err);
	b->n += found == DC_OK;
	return found;
}

static enum dc_status take_file(struct batch *b, const char *path,
				struct dc_err *err)
{
	const struct dataset_options o = {
		.path = path, .spec = &b->t->spec, .embedder = b->t->embedder,
		.fn = take_row, .skip = skip_row, .user = b
	};
	enum dc_status found, landing;

	b->progress_ms = dc_clock_ms();
	found = dataset_read(&o, err);
	/* what is on its way counts, whatever ended the file */
	landing = wait_flights(b, 0, err);
	if (isatty(STDERR_FILENO))
		fputc('\n', stderr);
	if (found != DC_OK)
		fprintf(stderr, "decaid contribute: ended early: %" PRIu64
			" contributed, %" PRIu64 " failed, %zu on their way\n",
			b->done, b->failed, b->n);
	return found != DC_OK ? found : landing;
}

static int tell_file(const struct cmd_line *line, const struct batch *b)
{
	struct json_out j;
	struct dc_buf out;
	int found;

	dc_buf_init(&out, 1 << 16);
	if (line->json) {
		json_out_init(&j, &out);
		json_put_open(&j, '{');
		json_put_key(&j, "contributed");
		json_put_u64(&j, b->done);
		json_put_key(&j, "failed");
		json_put_u64(&j, b->failed);
		json_put_key(&j, "gas_used");
		json_put_u64(&j, b->gas);
		json_put_close(&j, '}');
	} else {
		dc_buf_printf(&out, "%" PRIu64 " contributed, %" PRIu64
			      " failed", b->done, b->failed);
	}
	found = wallet_print(&out);
	return found == CMD_OK && b->failed > 0 ? CMD_FAILED : found;
}

/* --- one --- */

static enum dc_status find_id(uint64_t *out, struct wallet *w,
			      const struct hash32 *tx, struct dc_err *err)
{
	struct dc_arena *arena = dc_arena_new(1 << 16);
	struct rpc_logs logs = { 0 };
	bool is_there = false;
	struct abi_event e;
	enum dc_status found = rpc_receipt_logs(w->rpc, &logs, arena, tx,
						err);

	for (size_t i = 0; found == DC_OK && !is_there && i < logs.n; i++) {
		const struct raw_log *log = &logs.items[i];

		found = abi_event_decode(&e, log->topics, log->n_topics,
					 log->data, log->data_len, arena,
					 err);
		is_there = found == DC_OK && e.kind == EVENT_CONTRIBUTED;
		if (is_there)
			*out = e.u.contributed.id;
	}
	dc_arena_free(arena);
	if (found == DC_OK && !is_there)
		found = dc_fail(err, DC_EIO, "no event in the receipt");
	return found;
}

static int tell_one(const struct cmd_line *line, uint64_t id,
		    const struct hash32 *tx, const struct rpc_receipt *r)
{
	struct json_out j;
	struct dc_buf out;

	dc_buf_init(&out, 1 << 16);
	if (line->json) {
		json_out_init(&j, &out);
		json_put_open(&j, '{');
		json_put_key(&j, "id");
		json_put_u64(&j, id);
		wallet_put_receipt(&j, tx, r);
		json_put_close(&j, '}');
	} else {
		dc_buf_printf(&out, "contribution %" PRIu64, id);
	}
	return wallet_print(&out);
}

static int contribute_one(const struct cmd_line *line, struct batch *b,
			  const struct input_texts *in, const char *label)
{
	struct dc_err err = DC_ERR_INIT;
	struct rpc_receipt receipt;
	struct hash32 tx;
	uint64_t id = 0;
	enum dc_status found;

	if (label == NULL)
		return cmd_usage(line, "--label is needed");
	found = send_row(b, &tx, &(struct dataset_row){
		.label = label, .input = *in }, &err);
	if (found == DC_OK)
		found = chainclient_wait(b->w->client, &receipt, &tx,
					 WALLET_WAIT_MS, &err);
	if (found == DC_OK && !receipt.success)
		found = dc_fail(&err, DC_EREFUSED, "the contribution was "
				"reverted: the price rose meanwhile?");
	if (found == DC_OK)
		found = find_id(&id, b->w, &tx, &err);
	return found == DC_OK ? tell_one(line, id, &tx, &receipt)
			      : cmd_fail(line, &err);
}

static int contribute(const struct cmd_line *line, const char *key,
		      const struct input_texts *in, const char *label,
		      const char *file, const char *deposit)
{
	struct dc_err err = DC_ERR_INIT;
	struct target t = { .fixed = deposit != NULL };
	struct wallet w = { 0 };
	struct batch b = { .w = &w, .t = &t };
	enum dc_status status = DC_OK;
	int found;

	if (deposit != NULL)
		status = option_wei(&t.deposit_wei, "--deposit", deposit,
				    &err);
	if (status == DC_OK)
		status = wallet_open(&w, &line->config, key, &err);
	if (status == DC_OK)
		status = target_open(&t, &w, &line->config, line->args[0],
				     &err);
	if (status == DC_OK && file != NULL)
		status = take_file(&b, file, &err);
	if (status != DC_OK)
		found = cmd_fail(line, &err);
	else
		found = file != NULL ? tell_file(line, &b)
				     : contribute_one(line, &b, in, label);
	target_clear(&t);
	wallet_close(&w);
	return found;
}

int cmd_contribute(const struct command *self, int argc, char **argv)
{
	struct input_texts in = { 0 };
	const char *key = NULL, *label = NULL, *file = NULL, *deposit = NULL;
	const struct cmd_option options[] = {
		{ "key", "FILE", "the contributor's key file", &key },
		{ "text", "TEXT", "the sample as a text", &in.text },
		{ "features", "N,...", "the sample as numbers, one a column",
		  &in.features },
		{ "indices", "N,...", "the sample as columns that are set",
		  &in.indices },
		{ "image", "FILE", "the sample as a PNG or JPEG",
		  &in.image },
		{ "label", "CLASS", "its class: a name, or a number from 0",
		  &label },
		{ "file", "FILE", "many: lines of class, tab, text, or a CSV of "
		  "numbers; - is standard input", &file },
		{ "deposit", "WEI", "what to deposit [the price]", &deposit },
	};
	struct cmd_line line;
	int found = cmd_parse(&line, self, options, DC_ARRAY_LEN(options),
			      argc, argv);

	if (found >= 0)
		return found;
	found = line.n_args == 1
			? contribute(&line, key, &in, label, file, deposit)
			: cmd_usage(&line, "one MODEL is needed");
	cmd_line_clear(&line);
	return found;
}
