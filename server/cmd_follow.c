/*
 * decaid follow: mirror one of 0xDeCA10B's deployed models, tell what happens
 * to it, and hold the mirror against the chain's own predict.
 */
#include "config.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "oracle/deca_mirror.h"
#include "server/wallet.h"

#define LINE_BYTES_MAX (1 << 20)
#define AUDIT_MOST 4096
#define AUDIT_DEFAULT 64

static volatile sig_atomic_t ended;

static void on_signal(int number)
{
	(void)number;
	ended = 1;
}

struct follow_args {
	struct addr20 trainer;
	uint64_t block;		/* UINT64_MAX: the newest */
	uint64_t audit;		/* samples each time */
	uint64_t seed;
	bool once;
};

/* What is told, and how. */
struct teller {
	const struct cmd_line *line;
	struct deca_mirror *mirror;
	bool failed;		/* standard output */
};

static void begin(struct dc_buf *out, struct json_out *j, const char *type)
{
	dc_buf_init(out, LINE_BYTES_MAX);
	json_out_init(j, out);
	json_put_open(j, '{');
	json_put_key(j, "type");
	json_put_text(j, type);
}

static void end(struct teller *t, struct dc_buf *out, struct json_out *j)
{
	json_put_close(j, '}');
	t->failed |= wallet_print(out) != CMD_OK;
}

static void put_address(struct json_out *j, const char *key,
			const struct addr20 *a)
{
	json_put_key(j, key);
	json_put_address(j, a);
}

static void put_number(struct json_out *j, const char *key, uint64_t v)
{
	json_put_key(j, key);
	json_put_u64(j, v);
}

static const char *incentive_name(const struct deca_parts *p)
{
	return p->rules.kind == DECA_STAKEABLE ? "Stakeable64" : "Points64";
}

static void tell_parts_json(struct teller *t, const struct deca_parts *p)
{
	const struct block_ref *at = deca_mirror_block(t->mirror);
	struct json_out j;
	struct dc_buf out;

	begin(&out, &j, "model");
	json_put_key(&j, "origin");
	json_put_text(&j, "0xdeca10b");
	put_address(&j, "address", &p->trainer);
	json_put_key(&j, "name");
	json_put_text(&j, p->name);
	json_put_key(&j, "description");
	json_put_text(&j, p->description);
	json_put_key(&j, "encoder");
	json_put_text(&j, p->encoder);
	json_put_key(&j, "classifier");
	json_put_text(&j, deca_ops(p->kind)->name);
	json_put_key(&j, "incentive");
	json_put_text(&j, incentive_name(p));
	put_address(&j, "classifier_address", &p->classifier);
	put_address(&j, "incentive_address", &p->incentive);
	put_address(&j, "data_handler_address", &p->data_handler);
	json_put_key(&j, "wired");
	json_put_bool(&j, p->is_wired);
	json_put_key(&j, "classes");
	json_put_open(&j, '[');
	for (size_t i = 0; i < p->n_class; i++)
		json_put_text(&j, p->class_name[i]);
	json_put_close(&j, ']');
	put_number(&j, "numbers", deca_mirror_model(t->mirror)->n_cell);
	put_number(&j, "block", at->number);
	json_put_key(&j, "block_hash");
	json_put_hash(&j, &at->hash);
	end(t, &out, &j);
}

/* Strangers' text, for a terminal. */
static void print_escaped(const char *before, const char *text)
{
	char shown[240];

	printf("%s%s\n", before,
	       dc_log_escape(shown, sizeof(shown), text, strlen(text)));
}

static void tell_parts(struct teller *t)
{
	const struct deca_parts *p = deca_mirror_parts(t->mirror);
	char trainer[ADDR20_TEXT_BYTES];

	if (t->line->json) {
		tell_parts_json(t, p);
		return;
	}
	addr20_format(&p->trainer, trainer);
	print_escaped("model      ", p->name);
	printf("trainer    %s\nclassifier %s, %zu classes\nincentive  %s\n",
	       trainer, deca_ops(p->kind)->name, p->n_class,
	       incentive_name(p));
	print_escaped("encoder    ", p->encoder);
	printf("read at    block %" PRIu64 "\n",
	       deca_mirror_block(t->mirror)->number);
	if (p->kind == DECA_NAIVE_BAYES)
		printf("note       long inputs underflow to 0 in every class "
		       "of this classifier: class 0 wins\n");
	if (!p->is_wired)
		printf("note       the trainer does not own the classifier: "
		       "its owner can change it and no event tells\n");
}

static const char *event_name(enum deca_event_kind kind)
{
	switch (kind) {
	case DECA_EVENT_ADD_DATA:
		return "contribution";
	case DECA_EVENT_ADD_CLASS:
		return "class";
	case DECA_EVENT_REFUND:
		return "refund";
	case DECA_EVENT_REPORT:
		return "report";
	}
	return "";
}

static void tell_event_json(struct teller *t, const struct deca_event *e,
			    const struct log_ref *at, uint64_t prediction)
{
	struct json_out j;
	struct dc_buf out;

	begin(&out, &j, event_name(e->kind));
	put_number(&j, "block", at->block);
	put_number(&j, "log", at->index);
	json_put_key(&j, "transaction");
	json_put_hash(&j, &at->tx);
	if (e->kind == DECA_EVENT_ADD_CLASS) {
		json_put_key(&j, "name");
		json_put_text(&j, e->name);
	} else {
		put_address(&j, "who", &e->who);
		json_put_key(&j, "amount_wei");
		json_put_wei(&j, e->amount_wei);
	}
	if (e->kind == DECA_EVENT_ADD_DATA || e->is_joined) {
		put_number(&j, "label", e->sample.label);
		put_number(&j, "features", e->sample.n);
		json_put_key(&j, "added_time");
		json_put_wei(&j, (struct wei){ e->added_s });
	}
	if (e->is_joined)
		put_address(&j, "author", &e->author);
	if (e->kind == DECA_EVENT_ADD_DATA) {
		json_put_key(&j, "predicted_before");
		if (prediction == UINT64_MAX)
			json_put_null(&j);
		else
			json_put_u64(&j, prediction);
	}
	end(t, &out, &j);
}

static void tell_event(void *self, const struct deca_event *e,
		       const struct log_ref *at, uint64_t prediction)
{
	struct teller *t = self;
	char who[ADDR20_TEXT_BYTES], amount[WEI_TEXT_BYTES];

	if (t->line->json) {
		tell_event_json(t, e, at, prediction);
		return;
	}
	addr20_format(&e->who, who);
	wei_format(e->amount_wei, amount);
	printf("block %" PRIu64 ": %s", at->block, event_name(e->kind));
	if (e->kind == DECA_EVENT_ADD_DATA)
		printf(" of label %" PRIu64 " by %s, deposit %s wei\n",
		       e->sample.label, who, amount);
	else if (e->kind == DECA_EVENT_ADD_CLASS)
		print_escaped(" ", e->name);
	else
		printf(" to %s, %s wei\n", who, amount);
}

static void tell_audit(struct teller *t, const char *where)
{
	struct deca_mirror_stats s = deca_mirror_stats(t->mirror);
	const struct block_ref *at = deca_mirror_block(t->mirror);
	struct json_out j;
	struct dc_buf out;

	if (!t->line->json) {
		printf("block %" PRIu64 ": %" PRIu64 " contributions mirrored, "
		       "%" PRIu64 " predictions compared with the chain's, "
		       "%" PRIu64 " differ%s%s\n", at->number,
		       s.contributions, s.audited, s.differed,
		       *where ? ": " : "", where);
		t->failed |= fflush(stdout) != 0;
		return;
	}
	begin(&out, &j, "audit");
	put_number(&j, "block", at->number);
	put_number(&j, "contributions", s.contributions);
	put_number(&j, "agreed_before", s.agreed_before);
	put_number(&j, "refunds", s.refunds);
	put_number(&j, "reports", s.reports);
	put_number(&j, "rereads", s.rereads);
	put_number(&j, "audited", s.audited);
	put_number(&j, "differed", s.differed);
	json_put_key(&j, "difference");
	json_put_text(&j, *where ? where : NULL);
	end(t, &out, &j);
}

static void tell_compare(struct teller *t, uint64_t n, const char *where)
{
	struct json_out j;
	struct dc_buf out;

	if (!t->line->json) {
		printf("block %" PRIu64 ": %" PRIu64 " numbers read again, %s\n",
		       deca_mirror_block(t->mirror)->number, n,
		       *where ? where : "all the same");
		return;
	}
	begin(&out, &j, "compare");
	put_number(&j, "block", deca_mirror_block(t->mirror)->number);
	put_number(&j, "same", n);
	json_put_key(&j, "difference");
	json_put_text(&j, *where ? where : NULL);
	end(t, &out, &j);
}

/* To the newest block; DC_ECONFLICT where the mirror is wrong. */
static enum dc_status catch_up(struct teller *t, bool *any,
			       struct dc_err *err)
{
	enum dc_status st;
	bool moved;

	*any = false;
	do {
		st = deca_mirror_advance(t->mirror, &moved, tell_event, t,
					 err);
		*any |= st == DC_OK && moved;
	} while (st == DC_OK && moved && !ended);
	return st;
}

static enum dc_status audit(struct teller *t, struct follow_args *a,
			    struct dc_err *err)
{
	char where[DC_ERR_TEXT_BYTES];
	enum dc_status st = deca_mirror_audit(t->mirror, a->audit, &a->seed,
					      where, err);

	if (st != DC_OK)
		return st;
	tell_audit(t, where);
	return *where == '\0' ? DC_OK
			      : dc_fail(err, DC_ECONFLICT, "%s", where);
}

static enum dc_status compare(struct teller *t, struct dc_err *err)
{
	char where[DC_ERR_TEXT_BYTES];
	uint64_t n;
	enum dc_status st = deca_mirror_compare(t->mirror, &n, where, err);

	if (st != DC_OK)
		return st;
	tell_compare(t, n, where);
	return *where == '\0' ? DC_OK
			      : dc_fail(err, DC_ECONFLICT, "%s", where);
}

static void wait_ms(uint64_t ms)
{
	struct timespec t = { .tv_sec = (time_t)(ms / 1000),
			      .tv_nsec = (long)(ms % 1000) * 1000000 };

	(void)nanosleep(&t, NULL);	/* a signal ends it early: good */
}

/* A node that is away or busy is asked again; a mirror that is wrong ends. */
static enum dc_status go_on(struct teller *t, struct follow_args *a,
			    uint64_t poll_ms, struct dc_err *err)
{
	while (!ended && !t->failed) {
		struct dc_err why = DC_ERR_INIT;
		bool any = false;
		enum dc_status st = catch_up(t, &any, &why);

		if (st == DC_OK && any)
			st = audit(t, a, &why);
		if (st == DC_ECONFLICT || st == DC_EINVAL)
			return dc_fail(err, st, "%s", why.text);
		if (st != DC_OK)
			dc_log(DC_LOG_UNUSUAL, "follow", "%s", why.text);
		if (st != DC_OK || !any)
			wait_ms(poll_ms);
	}
	return DC_OK;
}

static enum dc_status follow(const struct cmd_line *line, struct rpc *rpc,
			     struct follow_args *a, struct dc_err *err)
{
	struct teller t = { .line = line };
	bool any;
	enum dc_status st = deca_mirror_open(&t.mirror, rpc, &a->trainer,
					     a->block, DECA_MIRROR_CELLS_MAX,
					     err);

	if (st != DC_OK)
		return st;
	tell_parts(&t);
	st = catch_up(&t, &any, err);
	if (st == DC_OK)
		st = audit(&t, a, err);
	if (st == DC_OK && a->once)
		st = compare(&t, err);
	if (st == DC_OK && !a->once)
		st = go_on(&t, a, line->config.poll_ms, err);
	if (st == DC_OK && t.failed)
		st = dc_fail(err, DC_EIO, "standard output failed");
	deca_mirror_free(t.mirror);
	return st;
}

static enum dc_status read_args(struct follow_args *a,
				const struct cmd_line *line,
				const char *block, const char *audit_text,
				const char *seed, struct dc_err *err)
{
	enum dc_status st;

	*a = (struct follow_args){ .block = UINT64_MAX,
				   .audit = AUDIT_DEFAULT,
				   .seed = (uint64_t)time(NULL) };
	st = option_address(&a->trainer, "ADDRESS", line->args[0], err);
	if (st == DC_OK && block != NULL)
		st = option_u64(&a->block, "--block", block, UINT64_MAX - 1,
				err);
	if (st == DC_OK && audit_text != NULL)
		st = option_u64(&a->audit, "--audit", audit_text, AUDIT_MOST,
				err);
	if (st == DC_OK && seed != NULL)
		st = option_u64(&a->seed, "--seed", seed, UINT64_MAX, err);
	return st;
}

static void take_signals(void)
{
	struct sigaction act = { .sa_handler = on_signal };

	DC_CHECK(sigaction(SIGINT, &act, NULL) == 0);
	DC_CHECK(sigaction(SIGTERM, &act, NULL) == 0);
}

int cmd_follow(const struct command *self, int argc, char **argv)
{
	const char *block = NULL, *audit_text = NULL, *seed = NULL;
	const char *once = NULL;
	const struct cmd_option options[] = {
		{ "block", "N", "read the model at this block [the newest]",
		  &block },
		{ "audit", "N", "predictions to compare with the chain's, "
		  "each time [64]", &audit_text },
		{ "seed", "N", "of the samples drawn for that", &seed },
		{ "once", NULL, "end at the newest block, with every number "
		  "read again", &once },
	};
	struct wallet w = { .rpc = NULL };
	struct dc_err err = DC_ERR_INIT;
	struct follow_args a;
	struct cmd_line line;
	enum dc_status st;
	int found = cmd_parse(&line, self, options, DC_ARRAY_LEN(options),
			      argc, argv);

	if (found >= 0)
		return found;
	if (line.n_args != 1) {
		found = cmd_usage(&line, "one ADDRESS, a trainer's, is "
				  "needed");
		cmd_line_clear(&line);
		return found;
	}
	take_signals();
	st = read_args(&a, &line, block, audit_text, seed, &err);
	a.once = once != NULL;
	if (st == DC_OK)
		st = wallet_open_reader(&w, &line.config, &err);
	if (st == DC_OK)
		st = follow(&line, w.rpc, &a, &err);
	found = st == DC_OK ? CMD_OK : cmd_fail(&line, &err);
	wallet_close(&w);
	cmd_line_clear(&line);
	return found;
}
