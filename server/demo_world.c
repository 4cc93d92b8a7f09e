/* The demo's world: node, accounts, contracts, operator, daemon. */
#include "config.h"

#include <arpa/inet.h>
#include <errno.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "oracle/keystore.h"
#include "server/demo.h"

#define WAIT_MS 60000
#define PERIOD_S 2
#define HOLDOUT_BYTES_MAX (4 << 20)	/* 400 rows, the longest */

/* The first development account of anvil, known to everybody: it has coins
 * on a fresh chain of anvil's and nowhere else. */
static const char dev_key[] =
	"ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80\n";

uint64_t demo_now_ms(void)
{
	return (uint64_t)dc_clock_ms();
}

static struct wei milliether(uint64_t n)
{
	struct wei w;

	DC_CHECK(u256_mul(&w.v, u256_from_u64(n),
			  u256_from_u64(UINT64_C(1000000000000000))));
	return w;
}

/* --- files ---------------------------------------------------------------- */

static enum dc_status write_file(const struct demo *d, const char *name,
				 const char *text, struct dc_err *err)
{
	char path[PATH_MAX];
	bool wrong;
	FILE *out;

	(void)snprintf(path, sizeof(path), "%s/%s", d->dir, name);
	out = fopen(path, "we");
	if (!out)
		return dc_fail(err, DC_EIO, "%s: %s", path, strerror(errno));
	wrong = fputs(text, out) == EOF;
	if (fclose(out) != 0 || wrong)
		return dc_fail(err, DC_EIO, "%s: %s", path, strerror(errno));
	return DC_OK;
}

static enum dc_status make_folder(struct demo *d, struct dc_err *err)
{
	const char *in = getenv("TMPDIR");
	int n;

	if (!in || !*in)
		in = "/tmp";
	n = snprintf(d->dir, sizeof(d->dir), "%s/decaid-demo-XXXXXX", in);
	if (n > 0 && (size_t)n < sizeof(d->dir) && mkdtemp(d->dir))
		return DC_OK;
	d->dir[0] = 0;
	return dc_fail(err, DC_EIO, "%s: %s", in, (size_t)n >=
		       sizeof(d->dir) ? "too long" : strerror(errno));
}

static int delete_one(const char *path, const struct stat *s, int kind,
		      struct FTW *at)
{
	(void)remove(path);	/* what stays, stays in a temporary folder */
	return 0;
}

/* --- the node ------------------------------------------------------------- */

/* $DECAID_ANVIL, node_modules beside the program or here, or PATH. */
static void find_anvil(char out[PATH_MAX])
{
	static const char tail[] = "node_modules/.bin/anvil";
	const char *named = getenv("DECAID_ANVIL");
	char self[PATH_MAX], *slash;
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

	if (named) {
		(void)snprintf(out, PATH_MAX, "%s", named);
		return;
	}
	self[n > 0 ? n : 0] = 0;
	slash = strrchr(self, '/');
	if (slash) {
		slash[1] = 0;
		if (snprintf(out, PATH_MAX, "%s%s", self, tail) < PATH_MAX &&
		    access(out, X_OK) == 0)
			return;
	}
	if (realpath(tail, out) && access(out, X_OK) == 0)
		return;
	(void)snprintf(out, PATH_MAX, "anvil");
}

static enum dc_status start_node(struct demo *d, struct dc_err *err)
{
	char anvil[PATH_MAX], log[PATH_MAX], port[16] = "", url[64];
	const char *argv[] = {
		anvil, "--host", "127.0.0.1", "--port", "0", "--block-time",
		"1", "--slots-in-an-epoch", "1", "--gas-limit", "200000000",
		"--accounts", "1", "--balance", "1000000", NULL
	};
	struct rpc_config config = { .url = url, .timeout_ms = 20000 };
	struct dc_err why = DC_ERR_INIT;
	enum dc_status found;

	find_anvil(anvil);
	(void)snprintf(log, sizeof(log), "%s/anvil.log", d->dir);
	found = child_start(&d->node, argv, d->dir, log, &why);
	if (found != DC_OK)
		return dc_fail(err, found, "the demo's chain: %s (npm ci "
			       "brings anvil, DECAID_ANVIL names one)",
			       why.text);
	found = child_wait_line(&d->node, "Listening on 127.0.0.1:", port,
				sizeof(port), WAIT_MS, err);
	if (found != DC_OK)
		return found;
	d->node_port = (unsigned)strtoul(port, NULL, 10);
	(void)snprintf(url, sizeof(url), "http://127.0.0.1:%u", d->node_port);
	return rpc_new(&d->rpc, &config, err);
}

/* --- accounts ------------------------------------------------------------- */

static enum dc_status make_account(struct demo *d, struct keyslot *out,
				   struct keyslot dev, uint64_t ether,
				   struct hash32 *tx, struct dc_err *err)
{
	struct chain_call call = { .value_wei = milliether(1000 * ether),
				   .gas = 21000 };
	enum dc_status found = keyguard_random(d->guard, out, err);

	if (found != DC_OK)
		return found;
	call.to = keyguard_address(d->guard, *out);
	return chainclient_send(d->client, tx, dev, &call, err);
}

static enum demo_role role_of(unsigned i)
{
	return i == DEMO_ACCOUNTS - 1 ? DEMO_SPAMMER :
		i >= DEMO_ACCOUNTS - 3 ? DEMO_CARELESS : DEMO_HONEST;
}

static enum dc_status make_accounts(struct demo *d, struct keyslot dev,
				    struct hash32 *last, struct dc_err *err)
{
	struct keyslot *own[] = { &d->owner, &d->op_owner, &d->op_sender };
	enum dc_status found;
	unsigned i;

	found = keyguard_random(d->guard, &d->op_signer, err);
	if (found == DC_OK)
		found = keyguard_random(d->guard, &d->op_attester, err);
	for (i = 0; found == DC_OK && i < DC_ARRAY_LEN(own); i++)
		found = make_account(d, own[i], dev, 1000, last, err);
	for (i = 0; found == DC_OK && i < DEMO_ACCOUNTS; i++) {
		struct demo_account *a = &d->account[i];

		a->role = role_of(i);
		found = make_account(d, &a->key, dev, 100, last, err);
		if (found == DC_OK)
			a->address = *keyguard_address(d->guard, a->key);
		a->start_wei = milliether(100 * 1000);
	}
	return found;
}

static enum dc_status start_accounts(struct demo *d, struct dc_err *err)
{
	char path[PATH_MAX];
	struct rpc_receipt receipt;
	struct hash32 last;
	struct keyslot dev;
	enum dc_status found;

	d->guard = keyguard_new(err);
	if (!d->guard)
		return DC_EIO;
	found = write_file(d, "dev-key", dev_key, err);
	(void)snprintf(path, sizeof(path), "%s/dev-key", d->dir);
	if (found == DC_OK)
		found = keyguard_import(d->guard, &dev, path, err);
	if (found == DC_OK)
		found = chainclient_new(&d->client, d->rpc, d->guard, err);
	if (found == DC_OK)
		found = make_accounts(d, dev, &last, err);
	if (found == DC_OK)
		found = chainclient_wait(d->client, &receipt, &last, WAIT_MS,
					 err);
	d->by = (struct deploy){ d->client, d->rpc, d->owner, WAIT_MS };
	return found;
}

/* --- contracts ------------------------------------------------------------ */

static enum dc_status start_pool(struct demo *d, struct dc_err *err)
{
	struct pool_rules rules = { .period_s = PERIOD_S, .unbond_s = 86400,
				    .min_bond_wei = milliether(1000),
				    .min_stake_wei = milliether(1000) };
	struct factory_minimums least = { 1, 10, 0, 1, 10, 10 };
	struct join_call join = {
		*keyguard_address(d->guard, d->op_signer),
		*keyguard_address(d->guard, d->op_attester),
		*keyguard_address(d->guard, d->op_sender), "http://127.0.0.1"
	};
	struct deploy operator = d->by;
	struct rpc_receipt receipt;
	enum dc_status found;
	uint64_t id;

	operator.from = d->op_owner;
	found = deploy_pool(&d->by, &d->pool, &receipt, &rules, err);
	d->start_block = receipt.block;
	if (found == DC_OK)
		found = deploy_operator(&operator, &id, &receipt, &d->pool,
					&join, milliether(10000), err);
	if (found == DC_OK)
		found = deploy_factory(&d->by, &d->factory, &receipt, &least,
				       err);
	return found;
}

static void model_params(const struct demo *d, struct demo_model *m)
{
	m->params = (struct trainer_params){
		.pool = d->pool, .classes = (uint32_t)m->set.n_class,
		.max_sample_bytes = 8192, .refund_wait_s = 5,
		.verdict_window_s = 120, .challenge_s = 0, .epoch_s = 5,
		.owner_claim_wait_s = 600, .any_claim_wait_s = 1200,
	};
	if (m->kind == INCENTIVE_POINTS)
		return;
	m->params.fee_gwei = 10000;
	m->params.floor_wei = milliether(10);
	m->params.cap_wei = milliether(50);
	m->params.burst = 1200;
	m->params.window_s = 60;
	m->params.reporter_share_bps = 2000;
	DC_CHECK(wei_add(&m->stake_wei, milliether(12), wei_from_u64(0)));
}

static enum dc_status start_model(struct demo *d, struct demo_model *m,
				  struct dc_err *err)
{
	struct model_call call = {
		.kind = m->kind, .name = m->name,
		.description = m->description,
	};
	struct rpc_receipt receipt;
	enum dc_status found;
	size_t i, len = strlen(m->spec_text);

	for (i = 0; i < m->set.n_class; i++)
		len += (size_t)snprintf(m->spec_text + len,
					sizeof(m->spec_text) - len,
					"class %s\n", m->set.classes[i]);
	found = spec_parse(&m->spec, m->spec_text, len, err);
	if (found != DC_OK)
		return found;
	model_params(d, m);
	call.params = m->params;
	call.encoder = m->set.kind == DEMO_INPUT_TEXT ? "murmur3-words" :
		"none";
	call.spec = (const uint8_t *)m->spec_text;
	call.spec_len = len;
	found = deploy_model(&d->by, &m->address, &receipt, &d->factory, &call,
			     err);
	m->deploy_gas = receipt.gas_used;
	return found;
}

/* What the two models are, and their data. */
static enum dc_status load_models(struct demo *d, struct dc_err *err)
{
	struct demo_model *words = &d->model[0], *boards = &d->model[1];

	*words = (struct demo_model){
		.name = d->is.data_path ? "Your rows" : "Debian sections",
		.description = d->is.data_path ? "Rows of the file given" :
			"To which section a Debian package belongs, from its "
			"one-line description",
		.kind = INCENTIVE_STAKE, .rate = 18000, .spam = 8,
		.careless = 16, .spec_text =
		"decaid 1\nmodel naive-bayes columns=16384 "
		"smoothing=1000000000\nencoder murmur3-words\n"
		"verdict two-fold credit=4000000000 margin=2000000000\n"
		"sample packed\n",
	};
	*boards = (struct demo_model){
		.name = "Tic-tac-toe endgames",
		.description = "Whether x has won a finished board",
		.kind = INCENTIVE_POINTS, .rate = 10000, .careless = 12,
		.spec_text =
		"decaid 1\nmodel sparse-perceptron columns=756 "
		"learning-rate=1000000000\nencoder none\n"
		"verdict two-fold credit=80000000000 margin=60000000000\n"
		"sample packed\n",
	};
	demo_tictactoe_make(&boards->set, 200, 1);
	return d->is.data_path ?
		demo_tsv_load(&words->set, d->is.data_path, 1, err) :
		demo_sections_load(&words->set, 500, 400, 1, err);
}

static enum dc_status start_models(struct demo *d, struct dc_err *err)
{
	enum dc_status found = DC_OK;
	unsigned i;

	for (i = 0; i < DEMO_MODELS && found == DC_OK; i++)
		found = start_model(d, &d->model[i], err);
	return found;
}

/* --- the daemon ----------------------------------------------------------- */

/* A port of loopback that is free now: the one asked for, or any. */
static unsigned free_port(unsigned wanted)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
				 .sin_port = htons((uint16_t)wanted) };
	socklen_t len = sizeof(a);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;
	unsigned found = 0;

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0)
		return 0;
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) == 0 &&
	    bind(fd, (struct sockaddr *)&a, sizeof(a)) == 0 &&
	    getsockname(fd, (struct sockaddr *)&a, &len) == 0)
		found = ntohs(a.sin_port);
	close(fd);
	return found;
}

static enum dc_status take_port(struct demo *d, struct dc_err *err)
{
	unsigned wanted = (unsigned)d->is.port;

	d->port = free_port(wanted ? wanted : DEMO_PORT_DEFAULT);
	if (d->port == 0 && !wanted)
		d->port = free_port(0);
	return d->port ? DC_OK :
		dc_fail(err, DC_EIO, "port %u is taken", wanted);
}

static enum dc_status save_key(struct demo *d, struct keyslot key,
			       const char *name, struct dc_err *err)
{
	char path[PATH_MAX], pass[PATH_MAX];

	(void)snprintf(path, sizeof(path), "%s/%s", d->dir, name);
	(void)snprintf(pass, sizeof(pass), "%s/passphrase", d->dir);
	return keyguard_save(d->guard, key, path, pass, KEYSTORE_LIGHT, err);
}

/* Rows held out, as an owner gives them: class<TAB>text or indices. */
static enum dc_status write_holdout(const struct demo *d, unsigned model,
				    struct dc_err *err)
{
	const struct demo_set *set = &d->model[model].set;
	enum dc_status found;
	struct dc_buf b;
	char name[32];
	size_t i;

	(void)snprintf(name, sizeof(name), "holdout-%u.tsv", model);
	dc_buf_init(&b, HOLDOUT_BYTES_MAX);
	for (i = 0; i < set->n_holdout; i++)
		dc_buf_printf(&b, "%s\t%s\n",
			      set->classes[set->holdout[i].label],
			      set->holdout[i].input);
	found = write_file(d, name, dc_buf_text(&b), err);
	dc_buf_clear(&b);
	return found;
}

static void put_holdout(const struct demo *d, unsigned model,
			struct dc_buf *settings)
{
	char address[ADDR20_TEXT_BYTES];

	addr20_format(&d->model[model].address, address);
	dc_buf_printf(settings, "holdout = %s=%s/holdout-%u.tsv\n", address,
		      d->dir, model);
}

static enum dc_status write_settings(struct demo *d, struct dc_err *err)
{
	char factory[ADDR20_TEXT_BYTES], pool[ADDR20_TEXT_BYTES];
	enum dc_status found = DC_OK;
	struct dc_buf b;
	unsigned i;

	addr20_format(&d->factory, factory);
	addr20_format(&d->pool, pool);
	dc_buf_init(&b, 8192);
	dc_buf_printf(&b, "rpc = http://127.0.0.1:%u\nchain-id = %llu\n"
		      "factory = %s\n"
		      "pool = %s\nstart-block = %llu\ndata-dir = %s/data\n"
		      "port = %u\npoll-ms = 250\nsigner-key = %s/signer.json\n"
		      "sender-key = %s/sender.json\n"
		      "attester-key = %s/attester.json\n"
		      "passphrase-file = %s/passphrase\n", d->node_port,
		      (unsigned long long)chainclient_chain_id(d->client),
		      factory, pool, (unsigned long long)d->start_block,
		      d->dir, d->port, d->dir, d->dir, d->dir, d->dir);
	for (i = 0; found == DC_OK && i < DEMO_MODELS; i++) {
		found = write_holdout(d, i, err);
		put_holdout(d, i, &b);
	}
	if (found == DC_OK)
		found = write_file(d, "decaid.conf", dc_buf_text(&b), err);
	dc_buf_clear(&b);
	return found;
}

static enum dc_status start_daemon(struct demo *d, struct dc_err *err)
{
	char conf[PATH_MAX], log[PATH_MAX];
	const char *argv[] = { "/proc/self/exe", "serve", "--config", conf,
			       NULL };
	char self[PATH_MAX] = "";
	enum dc_status found;

	if (readlink(argv[0], self, sizeof(self) - 1) > 0)
		argv[0] = self;
	found = write_file(d, "passphrase", "demo\n", err);
	if (found == DC_OK)
		found = save_key(d, d->op_signer, "signer.json", err);
	if (found == DC_OK)
		found = save_key(d, d->op_sender, "sender.json", err);
	if (found == DC_OK)
		found = save_key(d, d->op_attester, "attester.json", err);
	if (found == DC_OK)
		found = write_settings(d, err);
	(void)snprintf(conf, sizeof(conf), "%s/decaid.conf", d->dir);
	(void)snprintf(log, sizeof(log), "%s/decaid.log", d->dir);
	if (found == DC_OK)
		found = child_start(&d->daemon, argv, d->dir, log, err);
	if (found == DC_OK)
		found = child_wait_line(&d->daemon, "listening", NULL, 0,
					WAIT_MS, err);
	return found;
}

enum dc_status demo_db_open(const struct demo *d, struct sql_db **db,
			    struct dc_err *err)
{
	return sql_db_open(db, d->chain_path, SQL_CHAIN, SQL_READER, err);
}

enum dc_status demo_world_begin(struct demo *d, struct dc_err *err)
{
	enum dc_status found;

	d->started_ms = demo_now_ms();
	d->dice = 1;
	found = make_folder(d, err);
	if (found != DC_OK)
		return found;
	(void)snprintf(d->chain_path, sizeof(d->chain_path),
		       "%s/data/chain.db", d->dir);
	d->pending = dc_calloc(DEMO_PENDING_MAX, sizeof(*d->pending));
	d->room = dc_calloc(1, sizeof(*d->room));
	found = load_models(d, err);
	if (found == DC_OK)
		found = take_port(d, err);
	if (found == DC_OK)
		found = start_node(d, err);
	if (found == DC_OK)
		found = start_accounts(d, err);
	if (found == DC_OK)
		found = start_pool(d, err);
	if (found == DC_OK)
		found = start_models(d, err);
	if (found == DC_OK)
		found = start_daemon(d, err);
	d->peopled_ms = demo_now_ms();
	return found;
}

void demo_world_end(struct demo *d)
{
	unsigned i;

	child_stop(&d->daemon, 20000);
	child_stop(&d->node, 5000);
	chainclient_free(d->client);
	keyguard_free(d->guard);
	rpc_free(d->rpc);
	for (i = 0; i < DEMO_MODELS; i++) {
		spec_clear(&d->model[i].spec);
		free(d->model[i].claiming);
		if (d->model[i].set.arena)
			demo_set_clear(&d->model[i].set);
	}
	free(d->pending);
	free(d->room);
	if (d->dir[0])
		(void)nftw(d->dir, delete_one, 16, FTW_DEPTH | FTW_PHYS);
	memset(d, 0, sizeof(*d));
}
