/* The key table of decaid.conf, and reading it. */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/spec.h"
#include "server/conf.h"

#define FILE_BYTES_MAX (1024 * 1024)

#define KEY_TEXT(name, field, initial, doc) \
	{ name, CONFIG_TYPE_TEXT, initial, 0, 0, \
	  offsetof(struct config, field), doc }
#define KEY_UINT(name, field, initial, least, most, doc) \
	{ name, CONFIG_TYPE_UINT, initial, least, most, \
	  offsetof(struct config, field), doc }
#define KEY(name, type, field, initial, doc) \
	{ name, CONFIG_TYPE_##type, initial, 0, 0, \
	  offsetof(struct config, field), doc }

static const struct config_key keys[] = {
	KEY("rpc", URLS, rpc, "http://127.0.0.1:8545",
	    "JSON-RPC address of an Ethereum node, or of several with commas "
	    "between: the first that is well is asked"),
	KEY_UINT("chain-id", chain_id, "0", 0, INT64_MAX,
		 "the chain's number; 0 takes the node's word for it, which "
		 "no signer does"),
	KEY("factory", ADDRESS, factory, "",
	    "the ModelFactory contract"),
	KEY("pool", ADDRESS, pool, "",
	    "the OperatorPool that this operator belongs to"),
	KEY_UINT("start-block", start_block, "0", 0, INT64_MAX,
		 "first block to follow, where the factory was made"),
	KEY_TEXT("data-dir", data_dir, "/var/lib/decaid",
		 "directory of databases and snapshots, for one daemon alone"),
	KEY("models", MODELS, models, "all",
	    "which models are followed: all, list:ADDRESS,... or "
	    "from-owner:ADDRESS,..."),
	KEY_UINT("max-models", max_models, "1000", 1, 1000000,
		 "at most so many models are followed"),
	KEY_UINT("model-memory", model_memory_mib, "1024", 16, 1048576,
		 "MiB of model states kept in memory"),
	KEY_UINT("proof-memory", proof_memory_mib, "256", 0, 1048576,
		 "MiB that the proof of a model's state may take; 0 makes no "
		 "proofs"),
	KEY("holdout", HOLDOUT, holdouts, "",
	    "rows held out of a model's data, to measure it with; may be "
	    "given again for another model"),
	KEY("mirror", MIRROR, mirrors, "",
	    "the trainer of a model in 0xDeCA10B's contracts, to be mirrored "
	    "and served, or auto, which finds them; may be given again"),
	KEY("baseline", BASELINE, baselines, "",
	    "an account that stands apart on leaderboards and takes nobody's "
	    "rank, as a model's owner does there; may be given again"),
	KEY("embedding", SERVICE, embeddings, "",
	    "a service that embeds texts, by the name that specs have for it "
	    "and the address of its /v1/embeddings; may be given again"),
	KEY("embedding-key", SERVICE_KEY, embeddings, "",
	    "file whose first line such a service takes as its key; may be "
	    "given again"),
	KEY_UINT("embedding-texts", embedding_texts, "100000", 0, INT64_MAX,
		 "at most so many texts of visitors are sent to such services "
		 "in a day; 0 does not limit"),
	KEY_UINT("keep-samples", keep_samples, "1000000", 0, INT64_MAX,
		 "raw samples of so many newest contributions a model are "
		 "kept; 0 keeps all"),
	KEY("finality", FINALITY, finality, "finalized",
	    "when a block is final: finalized, safe or depth:N"),
	KEY_UINT("poll-ms", poll_ms, "1000", 10, 60000,
		 "milliseconds between looks at the chain's head"),
	KEY_TEXT("signer-key", signer_key, "",
		 "key file (keystore v3) that signs checkpoints; without it "
		 "nothing is signed"),
	KEY_TEXT("sender-key", sender_key, "",
		 "key file that pays for transactions; the signer's if unset"),
	KEY_TEXT("attester-key", attester_key, "",
		 "key file that signs predictions where a client asks for it; "
		 "without it none is signed"),
	KEY_UINT("attest-rate", attest_rate, "1024", 1, 1000000,
		 "at most so many predictions are signed in a second, and in "
		 "one request"),
	KEY_UINT("attest-seconds", attest_seconds, "300", 1, 86400,
		 "so long a signed prediction holds"),
	KEY_UINT("attest-memory", attest_memory_mib, "256", 16, 1048576,
		 "MiB of the states that predictions are signed for"),
	KEY_TEXT("passphrase-file", passphrase_file, "",
		 "file whose first line opens the key files"),
	KEY_UINT("max-fee-gwei", max_fee_gwei, "500", 1, 1000000000,
		 "highest fee a gas, in gwei, of any transaction"),
	KEY("daily-wei", WEI, daily_wei, "1000000000000000000",
	    "at most so much wei is spent on gas in 24 hours"),
	KEY_TEXT("listen", listen, "127.0.0.1",
		 "address to listen on"),
	KEY_UINT("port", port, "8560", 0, 65535,
		 "TCP port to listen on; 0 takes a free one and prints it"),
	KEY_UINT("http-loops", http_loops, "2", 1, 64,
		 "threads that answer requests"),
	KEY_UINT("max-connections", max_connections, "4096", 1, 100000,
		 "at most so many connections a thread"),
	KEY_UINT("max-connections-per-address", peer_limit, "256", 0, 100000,
		 "at most so many connections from one address; 0 does not "
		 "limit"),
	KEY_UINT("idle-timeout", idle_timeout_s, "60", 1, 3600,
		 "seconds until a silent connection is closed"),
	KEY_UINT("rate-limit", rate_limit, "0", 0, 1000000,
		 "requests a second from one address; 0 does not limit"),
	KEY_UINT("simulations", simulations, "2", 0, 64,
		 "at most so many simulations of visitors run at once, one an "
		 "address, each a process with little time and memory; 0 runs "
		 "none"),
	KEY_UINT("texts", texts_mib, "0", 0, 1048576,
		 "at most so many MiB of original texts are kept that visitors "
		 "give for contributions; 0 takes none"),
	KEY_TEXT("mirror-vocabulary", mirror_vocabulary, "",
		 "JSON file with the words of encoder IMDB vocab of "
		 "0xDeCA10B's contracts: their texts are encoded by it"),
	KEY_UINT("ready-blocks", ready_blocks, "3", 0, 1000000,
		 "/readyz allows so many blocks behind the head"),
	KEY_UINT("ready-seconds", ready_s, "30", 0, 1000000,
		 "/readyz allows so many seconds behind the head"),
	KEY("log-level", LEVEL, log_level, "info",
	    "least that is logged: debug, info, unusual or broken"),
};

const struct config_key *config_keys(size_t *n)
{
	*n = DC_ARRAY_LEN(keys);
	return keys;
}

const struct config_key *config_key_find(const char *name)
{
	for (size_t i = 0; i < DC_ARRAY_LEN(keys); i++)
		if (strcmp(keys[i].name, name) == 0)
			return &keys[i];
	return NULL;
}

const char *config_type_name(enum config_type type)
{
	switch (type) {
	case CONFIG_TYPE_TEXT: return "TEXT";
	case CONFIG_TYPE_URLS: return "URL,...";
	case CONFIG_TYPE_UINT: return "NUMBER";
	case CONFIG_TYPE_WEI: return "WEI";
	case CONFIG_TYPE_ADDRESS: return "ADDRESS";
	case CONFIG_TYPE_FINALITY: return "WHEN";
	case CONFIG_TYPE_MODELS: return "WHICH";
	case CONFIG_TYPE_MIRROR: return "ADDRESS";
	case CONFIG_TYPE_HOLDOUT: return "ADDRESS=FILE";
	case CONFIG_TYPE_BASELINE: return "ADDRESS";
	case CONFIG_TYPE_SERVICE: return "NAME=URL";
	case CONFIG_TYPE_SERVICE_KEY: return "NAME=FILE";
	case CONFIG_TYPE_LEVEL: return "LEVEL";
	}
	return "VALUE";
}

bool config_key_repeats(const struct config_key *key)
{
	return key->type == CONFIG_TYPE_HOLDOUT ||
		key->type == CONFIG_TYPE_MIRROR ||
		key->type == CONFIG_TYPE_BASELINE ||
		key->type == CONFIG_TYPE_SERVICE ||
		key->type == CONFIG_TYPE_SERVICE_KEY;
}

/* ---- one value ---- */

/* Decimal digits only, in [least, most]. */
static bool parse_uint(uint64_t *out, const char *text, uint64_t least,
		       uint64_t most)
{
	uint64_t v = 0;

	if (*text == '\0')
		return false;
	for (; *text != '\0'; text++) {
		if (*text < '0' || *text > '9' ||
		    __builtin_mul_overflow(v, 10, &v) ||
		    __builtin_add_overflow(v, (uint64_t)(*text - '0'), &v))
			return false;
	}
	if (v < least || v > most)
		return false;
	*out = v;
	return true;
}

static bool has_control(const char *text)
{
	for (; *text != '\0'; text++)
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			return true;
	return false;
}

static bool are_urls(const char *text)
{
	for (;;) {
		if (strncmp(text, "http://", 7) != 0 &&
		    strncmp(text, "https://", 8) != 0)
			return false;
		text = strchr(text, ',');
		if (text == NULL)
			return true;
		text++;
	}
}

static enum dc_status set_text(char **field, const struct config_key *key,
			       const char *text, struct dc_err *err)
{
	if (has_control(text))
		return dc_fail(err, DC_EINVAL, "%s: has control characters",
			       key->name);
	if (key->type == CONFIG_TYPE_URLS && !are_urls(text))
		return dc_fail(err, DC_EINVAL,
			       "%s: not an http:// or https:// address",
			       key->name);
	free(*field);
	*field = dc_strdup(text);
	return DC_OK;
}

static enum dc_status set_address(struct addr20 *field, const char *name,
				  const char *text, struct dc_err *err)
{
	struct dc_err why = DC_ERR_INIT;
	struct addr20 a = { { 0 } };

	if (*text != '\0' && addr20_parse(&a, text, &why) != DC_OK)
		return dc_fail(err, DC_EINVAL, "%s: %s", name, why.text);
	*field = a;
	return DC_OK;
}

static enum dc_status set_wei(struct wei *field, const char *name,
			      const char *text, struct dc_err *err)
{
	struct dc_err why = DC_ERR_INIT;
	struct wei v;

	if (wei_parse(&v, text, &why) != DC_OK)
		return dc_fail(err, DC_EINVAL, "%s: %s", name, why.text);
	*field = v;
	return DC_OK;
}

static enum dc_status set_finality(struct config_finality *field,
				   const char *name, const char *text,
				   struct dc_err *err)
{
	struct config_finality f = { CONFIG_FINALIZED, 0 };

	if (strcmp(text, "finalized") == 0)
		f.kind = CONFIG_FINALIZED;
	else if (strcmp(text, "safe") == 0)
		f.kind = CONFIG_SAFE;
	else if (strncmp(text, "depth:", 6) == 0 &&
		 parse_uint(&f.depth, text + 6, 0, 1000000))
		f.kind = CONFIG_DEPTH;
	else
		return dc_fail(err, DC_EINVAL,
			       "%s: not finalized, safe or depth:N", name);
	*field = f;
	return DC_OK;
}

/* ADDRESS,ADDRESS,... into m->who. */
static enum dc_status parse_address_list(struct config_models *m,
					 const char *name, const char *text,
					 struct dc_err *err)
{
	char one[ADDR20_TEXT_BYTES];

	for (;;) {
		size_t len = strcspn(text, ",");

		if (m->n == CONFIG_MODELS_MAX)
			return dc_fail(err, DC_EINVAL,
				       "%s: more than %d addresses", name,
				       CONFIG_MODELS_MAX);
		if (len != sizeof(one) - 1)
			return dc_fail(err, DC_EINVAL,
				       "%s: address %zu is not 0x and 40 "
				       "digits", name, m->n + 1);
		memcpy(one, text, len);
		one[len] = '\0';
		if (set_address(&m->who[m->n], name, one, err) != DC_OK)
			return DC_EINVAL;
		m->n++;
		if (text[len] == '\0')
			return DC_OK;
		text += len + 1;
	}
}

static bool is_listed(const struct config_models *m, const struct addr20 *who)
{
	for (size_t i = 0; i < m->n; i++)
		if (addr20_equal(&m->who[i], who))
			return true;
	return false;
}

static enum dc_status set_models(struct config_models *field,
				 const char *name, const char *text,
				 struct dc_err *err)
{
	struct config_models m = { CONFIG_MODELS_ALL, 0, { { { 0 } } } };
	const char *list = NULL;

	if (strncmp(text, "list:", 5) == 0) {
		m.kind = CONFIG_MODELS_LIST;
		list = text + 5;
	} else if (strncmp(text, "from-owner:", 11) == 0) {
		m.kind = CONFIG_MODELS_OWNER;
		list = text + 11;
	} else if (strcmp(text, "all") != 0) {
		return dc_fail(err, DC_EINVAL, "%s: not all, list:ADDRESS,... "
			       "or from-owner:ADDRESS,...", name);
	}
	if (list != NULL &&
	    parse_address_list(&m, name, list, err) != DC_OK)
		return DC_EINVAL;
	*field = m;
	return DC_OK;
}

/* One more; "auto" finds others too; "" gives none. */
static enum dc_status set_mirror(struct config_mirrors *field,
				 const char *name, const char *text,
				 struct dc_err *err)
{
	struct config_models m = field->named;

	if (strcmp(text, "auto") == 0)
		field->find = true;
	else if (*text != '\0' &&
		 parse_address_list(&m, name, text, err) != DC_OK)
		return DC_EINVAL;
	field->named = m;
	return DC_OK;
}

/* One more, or several with commas; "" gives none. */
static enum dc_status set_baseline(struct config_models *field,
				   const char *name, const char *text,
				   struct dc_err *err)
{
	struct config_models m = { .n = 0 }, all = *field;

	if (*text != '\0' &&
	    parse_address_list(&m, name, text, err) != DC_OK)
		return DC_EINVAL;
	for (size_t i = 0; i < m.n; i++) {
		if (is_listed(&all, &m.who[i]))
			continue;
		if (all.n == CONFIG_BASELINES_MAX)
			return dc_fail(err, DC_EINVAL,
				       "%s: more than %d addresses", name,
				       CONFIG_BASELINES_MAX);
		all.who[all.n++] = m.who[i];
	}
	*field = all;
	return DC_OK;
}

/* The last file that is given for a model counts. */
static enum dc_status put_holdout(struct config_holdouts *h,
				  const struct addr20 *model,
				  const char *path, struct dc_err *err)
{
	size_t i = 0;

	while (i < h->n && !addr20_equal(&h->of[i].model, model))
		i++;
	if (i == CONFIG_HOLDOUTS_MAX)
		return dc_fail(err, DC_EINVAL, "holdout: more than %d models",
			       CONFIG_HOLDOUTS_MAX);
	if (i == h->n)
		h->of[h->n++].path = NULL;
	h->of[i].model = *model;
	free(h->of[i].path);
	h->of[i].path = dc_strdup(path);
	return DC_OK;
}

/* "ADDRESS=FILE"; "" gives none. */
static enum dc_status set_holdout(struct config_holdouts *field,
				  const char *name, const char *text,
				  struct dc_err *err)
{
	char address[ADDR20_TEXT_BYTES];
	const char *path = strchr(text, '=');
	struct addr20 model;

	if (*text == '\0')
		return DC_OK;
	if (path == NULL || path[1] == '\0' || has_control(text) ||
	    (size_t)(path - text) != sizeof(address) - 1)
		return dc_fail(err, DC_EINVAL, "%s: not ADDRESS=FILE", name);
	memcpy(address, text, sizeof(address) - 1);
	address[sizeof(address) - 1] = '\0';
	if (set_address(&model, name, address, err) != DC_OK)
		return DC_EINVAL;
	return put_holdout(field, &model, path + 1, err);
}

/* The service of this name (len), which is new where there was none; NULL:
 * there are enough. */
static struct config_embedding *service_of(struct config_embeddings *list,
					   const char *name, size_t len)
{
	size_t i = 0;

	while (i < list->n && (strlen(list->of[i].name) != len ||
			       memcmp(list->of[i].name, name, len) != 0))
		i++;
	if (i == CONFIG_EMBEDDINGS_MAX)
		return NULL;
	if (i == list->n) {
		list->of[i] = (struct config_embedding){
			.name = dc_calloc(len + 1, 1) };
		memcpy(list->of[i].name, name, len);
		list->n++;
	}
	return &list->of[i];
}

/* "NAME=URL", "NAME=FILE"; "" gives none. */
static enum dc_status set_service(struct config_embeddings *field,
				  const struct config_key *key,
				  const char *text, struct dc_err *err)
{
	bool is_url = key->type == CONFIG_TYPE_SERVICE;
	const char *value = strchr(text, '=');
	struct config_embedding *one;
	char **place;

	if (*text == '\0')
		return DC_OK;
	if (value == NULL || value[1] == '\0' || has_control(text) ||
	    !spec_is_service(text, (size_t)(value - text)))
		return dc_fail(err, DC_EINVAL, "%s: not %s, the name of 1 to "
			       "64 of a-z, 0-9, . and -", key->name,
			       config_type_name(key->type));
	if (is_url && (strchr(value + 1, ',') != NULL || !are_urls(value + 1)))
		return dc_fail(err, DC_EINVAL, "%s: not an http:// or "
			       "https:// address", key->name);
	one = service_of(field, text, (size_t)(value - text));
	if (one == NULL)
		return dc_fail(err, DC_EINVAL, "%s: more than %d services",
			       key->name, CONFIG_EMBEDDINGS_MAX);
	place = is_url ? &one->url : &one->key_file;
	free(*place);
	*place = dc_strdup(value + 1);
	return DC_OK;
}

static enum dc_status set_level(enum dc_log_level *field, const char *name,
				const char *text, struct dc_err *err)
{
	static const char *const names[] = {
		[DC_LOG_DEBUG] = "debug", [DC_LOG_INFO] = "info",
		[DC_LOG_UNUSUAL] = "unusual", [DC_LOG_BROKEN] = "broken",
	};

	for (size_t i = 0; i < DC_ARRAY_LEN(names); i++)
		if (strcmp(text, names[i]) == 0) {
			*field = (enum dc_log_level)i;
			return DC_OK;
		}
	return dc_fail(err, DC_EINVAL,
		       "%s: not debug, info, unusual or broken", name);
}

enum dc_status config_set(struct config *c, const struct config_key *key,
			  const char *text, struct dc_err *err)
{
	void *field = (char *)c + key->offset;

	switch (key->type) {
	case CONFIG_TYPE_TEXT:
	case CONFIG_TYPE_URLS:
		return set_text(field, key, text, err);
	case CONFIG_TYPE_UINT:
		if (parse_uint(field, text, key->least, key->most))
			return DC_OK;
		return dc_fail(err, DC_EINVAL, "%s: not a whole number in "
			       "[%llu, %llu]", key->name,
			       (unsigned long long)key->least,
			       (unsigned long long)key->most);
	case CONFIG_TYPE_WEI:
		return set_wei(field, key->name, text, err);
	case CONFIG_TYPE_ADDRESS:
		return set_address(field, key->name, text, err);
	case CONFIG_TYPE_FINALITY:
		return set_finality(field, key->name, text, err);
	case CONFIG_TYPE_MODELS:
		return set_models(field, key->name, text, err);
	case CONFIG_TYPE_MIRROR:
		return set_mirror(field, key->name, text, err);
	case CONFIG_TYPE_HOLDOUT:
		return set_holdout(field, key->name, text, err);
	case CONFIG_TYPE_BASELINE:
		return set_baseline(field, key->name, text, err);
	case CONFIG_TYPE_SERVICE:
	case CONFIG_TYPE_SERVICE_KEY:
		return set_service(field, key, text, err);
	case CONFIG_TYPE_LEVEL:
		return set_level(field, key->name, text, err);
	}
	return dc_fail(err, DC_EINVAL, "%s: unknown type", key->name);
}

void config_init(struct config *c)
{
	memset(c, 0, sizeof(*c));
	for (size_t i = 0; i < DC_ARRAY_LEN(keys); i++) {
		struct dc_err err = DC_ERR_INIT;

		/* The table's own defaults are right, or a test fails. */
		DC_CHECK(config_set(c, &keys[i], keys[i].initial, &err) ==
			 DC_OK);
	}
}

void config_clear(struct config *c)
{
	for (size_t i = 0; i < c->holdouts.n; i++)
		free(c->holdouts.of[i].path);
	for (size_t i = 0; i < c->embeddings.n; i++) {
		free(c->embeddings.of[i].name);
		free(c->embeddings.of[i].url);
		free(c->embeddings.of[i].key_file);
	}
	for (size_t i = 0; i < DC_ARRAY_LEN(keys); i++) {
		void *field = (char *)c + keys[i].offset;

		if (keys[i].type == CONFIG_TYPE_TEXT ||
		    keys[i].type == CONFIG_TYPE_URLS)
			free(*(char **)field);
	}
	memset(c, 0, sizeof(*c));
}

/* ---- a file ---- */

/* Where each key was set, to refuse a second time. */
struct reading {
	struct config *c;
	const char *name;
	unsigned line;
	unsigned set_on[DC_ARRAY_LEN(keys)];
};

static bool is_blank(char ch)
{
	return ch == ' ' || ch == '\t' || ch == '\r';
}

/* Cut blanks off both ends, in place. */
static char *trim(char *text)
{
	size_t len;

	while (is_blank(*text))
		text++;
	len = strlen(text);
	while (len > 0 && is_blank(text[len - 1]))
		len--;
	text[len] = '\0';
	return text;
}

/* A comment starts the line, or stands after a blank. */
static void cut_comment(char *line)
{
	for (char *p = line; *p != '\0'; p++)
		if (*p == '#' && (p == line || is_blank(p[-1]))) {
			*p = '\0';
			return;
		}
}

static enum dc_status read_line(struct reading *r, char *line,
				struct dc_err *err)
{
	struct dc_err why = DC_ERR_INIT;
	const struct config_key *key;
	char *name, *value;

	cut_comment(line);
	name = trim(line);
	if (*name == '\0')
		return DC_OK;
	value = strchr(name, '=');
	if (value == NULL)
		return dc_fail(err, DC_EINVAL, "%s:%u: no '=' on this line",
			       r->name, r->line);
	*value++ = '\0';
	name = trim(name);
	key = config_key_find(name);
	if (key == NULL) {
		char shown[64];

		return dc_fail(err, DC_EINVAL, "%s:%u: %s: no such key",
			       r->name, r->line,
			       dc_log_escape(shown, sizeof(shown), name,
					     strlen(name)));
	}
	if (r->set_on[key - keys] != 0 && !config_key_repeats(key))
		return dc_fail(err, DC_EINVAL,
			       "%s:%u: %s: already set on line %u", r->name,
			       r->line, name, r->set_on[key - keys]);
	r->set_on[key - keys] = r->line;
	if (config_set(r->c, key, trim(value), &why) != DC_OK)
		return dc_fail(err, DC_EINVAL, "%s:%u: %s", r->name, r->line,
			       why.text);
	return DC_OK;
}

enum dc_status config_parse(struct config *c, const char *name,
			    const char *text, size_t len, struct dc_err *err)
{
	struct reading r = { c, name, 0, { 0 } };
	enum dc_status status = DC_OK;
	char *copy, *line, *rest;

	if (len > FILE_BYTES_MAX)
		return dc_fail(err, DC_EINVAL, "%s: larger than 1 MiB", name);
	if (len > 0 && memchr(text, '\0', len) != NULL)
		return dc_fail(err, DC_EINVAL, "%s: has a NUL byte", name);
	copy = dc_malloc(len + 1);
	if (len > 0)
		memcpy(copy, text, len);
	copy[len] = '\0';
	rest = copy;
	while (status == DC_OK && (line = strsep(&rest, "\n")) != NULL) {
		r.line++;
		status = read_line(&r, line, err);
	}
	free(copy);
	return status;
}

enum dc_status config_read(struct config *c, const char *path,
			   struct dc_err *err)
{
	enum dc_status status = DC_OK;
	FILE *f = fopen(path, "re");
	char *text;
	size_t len;

	if (f == NULL)
		return dc_fail(err, errno == ENOENT ? DC_ENOTFOUND : DC_EIO,
			       "%s: %s", path, strerror(errno));
	text = dc_malloc(FILE_BYTES_MAX + 1);
	len = fread(text, 1, FILE_BYTES_MAX + 1, f);
	if (ferror(f))
		status = dc_fail(err, DC_EIO, "%s: cannot be read", path);
	else
		status = config_parse(c, path, text, len, err);
	free(text);
	(void)fclose(f);	/* only read from */
	return status;
}
