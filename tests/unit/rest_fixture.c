/* rest_fixture.c: a daemon without a node. */
#include "config.h"

#include <check.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/keccak.h"
#include "incentives/record.h"
#include "models/encoder.h"
#include "server/exports.h"
#include "sql/accuracy.h"
#include "sql/blocks.h"
#include "sql/board.h"
#include "sql/checkpoints.h"
#include "sql/contributions.h"
#include "sql/contributors.h"
#include "sql/events.h"
#include "sql/models.h"
#include "sql/operators.h"
#include "sql/signatures.h"
#include "sql/undo.h"
#include "tests/unit/rest_fixture.h"
#include "tests/unit/unit.h"

static const char sections_spec[] =
	"decaid 1\n"
	"model naive-bayes columns=1024 smoothing=1000000000\n"
	"encoder murmur3-words\n"
	"verdict two-fold credit=1000000000 margin=2000000000\n"
	"sample packed\n"
	"class games\n"
	"class \"science\" & <b>\n";

static const char board_spec[] =
	"decaid 1\n"
	"model sparse-perceptron columns=9 learning-rate=1000000000\n"
	"encoder none\n"
	"verdict two-fold credit=1000000000 margin=2000000000\n"
	"sample packed\n"
	"class negative\n"
	"class positive\n";

static const char unknown_spec[] = "decaid 1\nmodel oracle-of-delphi\n";

const char *rest_fixture_spec(void)
{
	return sections_spec;
}

static struct hash32 hash_of(const char *what, uint64_t n)
{
	char text[64];
	struct hash32 h;

	snprintf(text, sizeof(text), "%s %llu", what, (unsigned long long)n);
	keccak256(&h, text, strlen(text));
	return h;
}

struct addr20 rest_fixture_address(unsigned n)
{
	struct hash32 h = hash_of("address", n);
	struct addr20 a;

	memcpy(a.b, h.b, sizeof(a.b));
	return a;
}

static uint64_t time_of(uint64_t block)
{
	return REST_NOW_S - (REST_HEAD - block) * 10;
}

static struct log_ref log_at(uint64_t block, uint32_t index)
{
	return (struct log_ref){ .block = block,
		.block_hash = hash_of("block", block),
		.tx = hash_of("tx", block * 100 + index), .index = index,
		.time_s = time_of(block) };
}

static void put_block(struct rest_fixture *f, uint64_t number)
{
	struct block_ref b = { number, hash_of("block", number),
			       hash_of("block", number - 1),
			       time_of(number) };

	sql_undo_track(f->writer, number);
	MUST(sql_block_put(f->writer, &b, err));
}

/* ---- models ---- */

static struct ev_model_created created(unsigned n, const char *name,
				       const char *encoder, const char *spec)
{
	struct ev_model_created m;

	memset(&m, 0, sizeof(m));
	m.trainer = rest_fixture_address(100 + n);
	m.owner = rest_fixture_address(1);
	m.kind = n == 0 ? INCENTIVE_STAKE : INCENTIVE_POINTS;
	m.name = name;
	m.description = "what a package's description says of its section";
	m.encoder = encoder;
	m.spec = spec;
	m.spec_len = strlen(spec);
	spec_hash(&m.spec_hash, spec, m.spec_len);
	m.params = (struct trainer_params){
		.pool = rest_fixture_address(2), .classes = 2,
		.max_sample_bytes = 4096, .refund_wait_s = 60,
		.verdict_window_s = 600, .challenge_s = 20, .epoch_s = 100,
		.owner_claim_wait_s = 900, .any_claim_wait_s = 1800,
		.fee_gwei = 10, .floor_wei = wei_from_u64(1000000000000000),
		.cap_wei = wei_from_u64(50000000000000000), .burst = 10,
		.window_s = 60, .reporter_share_bps = 1000,
	};
	m.created_at_s = time_of(1);
	return m;
}

static struct registry_model *add_model(struct rest_fixture *f, unsigned n,
					const struct ev_model_created *is,
					const char *type, uint64_t features)
{
	struct sql_event e = { .log = log_at(1, n), .kind = SQL_EVENT_MODEL,
			       .account = is->owner };
	struct log_ref at = log_at(1, n);
	struct registry_model *live;
	struct sql_model m;

	live = registry_add(f->registry, is, &at, NULL, (size_t)64 << 20);
	memset(&m, 0, sizeof(m));
	m.is = *is;
	m.created = at;
	m.slug = registry_info(live)->slug;
	m.type = type;
	m.features = features;
	m.followed = registry_state(live) == REGISTRY_LIVE;
	MUST(sql_model_insert(f->writer, &m, err));
	f->row[n] = m.row;
	e.model = m.row;
	MUST(sql_event_insert(f->writer, &e, err));
	return live;
}

static void add_models(struct rest_fixture *f)
{
	struct ev_model_created m = created(0, "Sections", "murmur3-words",
					    sections_spec);

	f->sections_at = m.trainer;
	f->sections = add_model(f, 0, &m, "naive-bayes", 1024);
	m = created(1, "Board \"9\"", "none", board_spec);
	f->board_at = m.trainer;
	f->board = add_model(f, 1, &m, "sparse-perceptron", 9);
	m = created(2, "Delphi", "none", unknown_spec);
	f->unknown_at = m.trainer;
	(void)add_model(f, 2, &m, "oracle-of-delphi", 0);
}

/* ---- contributions ---- */

static struct sample_room room;

/* Words of one section, in a new order each time. */
static void make_sample(struct dc_buf *out, const struct model_spec *spec,
			uint64_t id, uint32_t label)
{
	static const char *const words[2][4] = {
		{ "play", "level", "arcade", "puzzle" },
		{ "genome", "plot", "matrix", "sky" },
	};
	struct encoder_input in = { .kind = ENCODER_TEXT };
	struct sample x;
	char text[128];

	snprintf(text, sizeof(text), "%s %s word%llu",
		 words[label][id % 4], words[label][id / 4 % 4],
		 (unsigned long long)(id % 50));
	in.text = text;
	in.n = strlen(text);
	MUST(encoder_encode(&x, spec, &room, &in, err));
	sample_encode(out, &x);
}

static struct learn_result learn(struct rest_fixture *f, struct dc_buf *b,
				 uint32_t label, uint64_t block)
{
	struct lesson_input in = {
		b->data, b->len, label, NOVELTY_NEW, { { 0 } }
	};
	struct learn_result found;

	registry_write_begin(f->sections);
	learner_learn(registry_learner(f->sections), &found, &in, &room);
	registry_write_end(f->sections, block);
	return found;
}

static void settle(struct sql_contribution *c)
{
	uint64_t id = c->is.id;

	c->now.verdict = VERDICT_NONE;
	if (id >= 100)
		return;
	c->now.verdict = id % 10 == 9 ? VERDICT_DISAGREE :
			 id % 10 == 8 ? VERDICT_ABSTAIN :
			 id % 10 == 7 ? VERDICT_CREDIT : VERDICT_AGREE;
	c->now.verdict_epoch = time_of(100) / 100;
	c->now.state = (enum sql_state)(SQL_STATE_DISAGREE +
					(int)c->now.verdict);
	if (id < 40) {
		c->now.state = c->now.verdict == VERDICT_DISAGREE ?
			SQL_STATE_FORFEITED : SQL_STATE_REFUNDED;
		c->now.paid_wei = c->is.deposit_wei;
		c->now.settled_block = REST_HEAD - 1;
	}
}

static void add_contributor(struct rest_fixture *f,
			    const struct sql_contribution *c)
{
	struct sql_contributor_delta d = { .contributions = 1,
		.agreed = c->now.verdict == VERDICT_AGREE,
		.karma = c->now.state == SQL_STATE_REFUNDED,
		.deposited_wei = c->is.deposit_wei,
		.refunded_wei = c->now.paid_wei, .block = c->log.block,
		.log = c->log.index, .time_s = c->log.time_s };

	MUST(sql_contributor_add(f->writer, c->model, &c->is.contributor, &d,
				 err));
}

/* The record that the contract would keep. */
static void make_record(struct rest_fixture *f, struct sql_contribution *c)
{
	struct record r;

	record_from_event(&r, &c->is, c->log.time_s);
	record_hash(&f->record, &f->record, &r);
	c->record_hash = f->record;
}

static void add_contribution(struct rest_fixture *f, uint64_t id,
			     uint64_t block, struct sql_model_totals *t)
{
	struct sql_contribution c;
	struct sql_event e;
	struct learn_result said;
	struct dc_buf b;

	memset(&c, 0, sizeof(c));
	dc_buf_init(&b, 4096);
	c.model = f->row[0];
	c.is.id = id;
	c.is.contributor = rest_fixture_address(10 + (unsigned)(id % 5));
	c.is.label = (uint32_t)(id % 2);
	c.is.deposit_wei = wei_from_u64(1000000000000000);
	make_sample(&b, registry_info(f->sections)->spec, id, c.is.label);
	c.is.sample = b.data;
	c.is.sample_len = b.len;
	c.suspicion_ppm = (int32_t)(id * 7919 % 13 * 76923);
	c.log = log_at(block, 0);
	keccak256(&c.sample_hash, b.data, b.len);
	make_record(f, &c);
	said = learn(f, &b, c.is.label, block);
	c.valid = said.valid;
	c.is_new = true;
	c.prediction_before = id == 0 ? -1 : (int64_t)said.predicted;
	c.margin_fx9 = said.margin_fx9;
	t->progressive_counted++;
	t->progressive_right += said.predicted == c.is.label;
	c.progressive_right = t->progressive_right;
	c.progressive_counted = t->progressive_counted;
	settle(&c);
	MUST(sql_contribution_insert(f->writer, &c, err));
	add_contributor(f, &c);
	if (c.now.settled_block != 0) {
		e = (struct sql_event){ .log = log_at(block, 1),
			.kind = c.now.state == SQL_STATE_REFUNDED ?
				SQL_EVENT_REFUND : SQL_EVENT_REPORT,
			.model = c.model, .ref = id,
			.account = c.is.contributor,
			.contributor = c.is.contributor,
			.amount_wei = c.now.paid_wei };
		MUST(sql_event_insert(f->writer, &e, err));
	}
	t->count = id + 1;
	dc_buf_clear(&b);
}

/* ---- the rest ---- */

static void add_checkpoint(struct rest_fixture *f, uint64_t block,
			   bool accepted, struct sql_model_totals *t)
{
	struct sql_event e = { .log = log_at(block, 2),
			       .kind = SQL_EVENT_CHECKPOINT,
			       .model = f->row[0] };
	uint8_t words[32];
	struct sql_checkpoint c;

	memset(&c, 0, sizeof(c));
	memset(words, 0xa5, sizeof(words));
	c.model = f->row[0];
	c.is.trainer = f->sections_at;
	c.is.spec = registry_info(f->sections)->created.spec_hash;
	c.is.epoch = e.ref = time_of(block) / 100;
	c.is.count = block;
	c.is.judged = accepted ? 100 : 110;
	c.judged_before = accepted ? 0 : 100;
	c.words = words;
	c.n_words = 1;
	c.computed = true;
	c.is.accuracy_fx9 = 875000000;
	c.is.state_root = hash_of("root", block);
	c.accepted = accepted;
	if (accepted) {
		c.log = log_at(block, 2);
		c.effective_s = c.log.time_s + 20;
		t->has_checkpoint = true;
		t->checkpoint_epoch = c.is.epoch;
		t->checkpoint_block = block;
		MUST(sql_event_insert(f->writer, &e, err));
	}
	MUST(sql_checkpoint_put(f->writer, &c, err));
}

static void add_operator(struct rest_fixture *f)
{
	struct sql_operator o;

	memset(&o, 0, sizeof(o));
	o.pool = rest_fixture_address(2);
	o.id = 1;
	o.owner = rest_fixture_address(3);
	o.signer = rest_fixture_address(4);
	o.endpoint = "https://operator.example";
	o.bond_wei = wei_from_u64(1000000000000000000);
	o.since_block = 1;
	o.checkpoints_signed = 2;
	MUST(sql_operator_put(f->writer, &o, err));
}

/* A signature in local.db, as the signing half leaves it. */
static void add_signature(struct rest_fixture *f)
{
	struct sql_signature s;
	struct sql_db *db;

	memset(&s, 0, sizeof(s));
	s.chain_id = f->status.chain_id;
	s.pool = rest_fixture_address(2);
	s.model = f->sections_at;
	s.epoch = time_of(120) / 100;
	s.signer = rest_fixture_address(4);
	s.bytes[64] = 27;
	MUST(sql_db_open(&db, f->local, SQL_LOCAL, SQL_WRITER, err));
	MUST(sql_tx_begin(db, err));
	MUST(sql_signature_put(db, &s, err));
	MUST(sql_tx_commit(db, err));
	sql_db_close(db);
}

/* On 400 held-out rows, after each tenth contribution. */
static void add_measurements(struct rest_fixture *f,
			     struct sql_model_totals *t)
{
	for (uint64_t i = 9; i < REST_SECTIONS; i += 10) {
		struct sql_accuracy_point p = {
			.contribution = i, .block = 2 + i,
			.time_s = time_of(2 + i), .right = 200 + i,
			.counted = 400
		};

		MUST(sql_holdout_insert(f->writer, f->row[0], &p, err));
		t->holdout_right = p.right;
		t->holdout_counted = p.counted;
	}
}

static void fill(struct rest_fixture *f)
{
	struct sql_model_totals t;

	memset(&t, 0, sizeof(t));
	MUST(sql_tx_begin(f->writer, err));
	put_block(f, 1);
	add_models(f);
	add_operator(f);
	for (uint64_t i = 0; i < REST_SECTIONS; i++) {
		put_block(f, 2 + i);
		add_contribution(f, i, 2 + i, &t);
	}
	put_block(f, 122);
	add_checkpoint(f, 100, true, &t);
	add_checkpoint(f, 120, false, &t);
	t.karma = 32;
	t.contributors = 5;
	t.judged = 100;
	t.held_wei = wei_from_u64(80000000000000000);
	add_measurements(f, &t);
	MUST(sql_model_totals_put(f->writer, f->row[0], &t, err));
	put_block(f, REST_HEAD);
	MUST(sql_boards_recount(f->writer, time_of(REST_HEAD), err));
	MUST(sql_finalized_put(f->writer, f->status.finalized, err));
	MUST(sql_tx_commit(f->writer, err));
}

static void tell_status(void *user, struct gateway_status *out)
{
	const struct rest_fixture *f = user;

	*out = f->status;
}

static uint64_t tell_sequence(void *user)
{
	const struct rest_fixture *f = user;

	return atomic_load(&f->sequence);
}

static void make_folder(struct rest_fixture *f)
{
	snprintf(f->folder, sizeof(f->folder), "/tmp/decaid-rest-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(f->folder));
	snprintf(f->chain, sizeof(f->chain), "%s/chain.db", f->folder);
	snprintf(f->local, sizeof(f->local), "%s/local.db", f->folder);
}

/* What some request waits for is there. */
static void ring(void *user)
{
	struct rest_fixture *f = user;

	app_changed(&f->app);
}

static void start_app(struct rest_fixture *f, unsigned loops)
{
	struct http_options o = { .listen = "127.0.0.1", .loops = loops,
				  .max_connections = 4096,
				  .idle_timeout_s = 60 };

	f->app = (struct app){ .registry = f->registry,
		.status = tell_status, .sequence = tell_sequence, .user = f,
		.chain_path = f->chain, .local_path = f->local,
		.ready_blocks = 3, .ready_s = 30,
		.query_ms = 60000,	/* a slow machine is no failure */
		.pool = rest_fixture_address(2),
		.operator_signer = rest_fixture_address(4),
		.http_lock = PTHREAD_MUTEX_INITIALIZER };
	MUST(prover_new(&f->app.prover, f->chain, f->folder,
			(size_t)64 << 20, err));
	MUST(exports_new(&f->app.exports, &(struct exports_options){
		.ring = ring, .user = f }, err));
	MUST(app_init(&f->app, err));
	app_http_options(&f->app, &o);
	MUST(http_server_start(&f->http, &o, err));
	f->app.http = f->http;
	f->client = http_client_new(http_server_port(f->http));
}

void rest_fixture_start(struct rest_fixture *f, unsigned loops)
{
	memset(f, 0, sizeof(*f));
	make_folder(f);
	atomic_init(&f->sequence, 1);
	f->status = (struct gateway_status){ .chain_id = 31337,
		.head = REST_HEAD, .followed = REST_HEAD,
		.followed_time_s = REST_NOW_S, .finalized = REST_HEAD - 2 };
	f->registry = registry_new();
	MUST(sql_db_open(&f->writer, f->chain, SQL_CHAIN, SQL_WRITER, err));
	fill(f);
	add_signature(f);
	start_app(f, loops);
	f->openapi = json_load_file(TEST_OPENAPI, 0, NULL);
	ck_assert_ptr_nonnull(f->openapi);
}

static int remove_one(const char *path, const struct stat *st, int type,
		      struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

void rest_fixture_stop(struct rest_fixture *f)
{
	http_client_free(f->client);
	app_http_stop(&f->app);
	exports_free(f->app.exports);
	app_clear(&f->app);
	prover_free(f->app.prover);
	sql_db_close(f->writer);
	registry_free(f->registry);
	json_decref(f->openapi);
	ck_assert_int_eq(nftw(f->folder, remove_one, 8,
			      FTW_DEPTH | FTW_PHYS), 0);
}

void rest_fixture_contribute(struct rest_fixture *f, uint64_t block)
{
	struct dc_arena *arena = dc_arena_new(4096);
	struct sql_model m;
	bool found;

	MUST(sql_tx_begin(f->writer, err));
	put_block(f, block);
	MUST(sql_model_by_row(f->writer, &m, &found, f->row[0], arena, err));
	add_contribution(f, m.totals.count, block, &m.totals);
	MUST(sql_model_totals_put(f->writer, f->row[0], &m.totals, err));
	MUST(sql_tx_commit(f->writer, err));
	dc_arena_free(arena);
	atomic_fetch_add(&f->sequence, 1);
	f->status.head = f->status.followed = block;
	app_changed(&f->app);
}

struct registry_model *rest_fixture_add(struct rest_fixture *f,
					const char *name, const char *spec)
{
	struct ev_model_created m = created(3, name, "embedding", spec);
	struct registry_model *live;

	MUST(sql_tx_begin(f->writer, err));
	live = add_model(f, 3, &m, "logistic", 4);
	MUST(sql_tx_commit(f->writer, err));
	return live;
}
