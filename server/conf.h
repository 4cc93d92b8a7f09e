#ifndef DECAID_SERVER_CONF_H
#define DECAID_SERVER_CONF_H

/*
 * What a person may set: decaid.conf (`key = value` lines, # comments) and
 * GNU long options of the same names, which win over the file. One table in
 * conf.c describes every key; parsing, --help and the manual page's test
 * derive from it.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/log.h"
#include "base/types.h"

/* When a block counts as final. */
enum config_finality_kind {
	CONFIG_FINALIZED,	/* the node's tag "finalized" */
	CONFIG_SAFE,		/* the node's tag "safe" */
	CONFIG_DEPTH		/* depth blocks below the head */
};

struct config_finality {
	enum config_finality_kind kind;
	uint64_t depth;
};

/* Which models of the factory are followed. */
enum config_models_kind {
	CONFIG_MODELS_ALL,
	CONFIG_MODELS_LIST,	/* only those named */
	CONFIG_MODELS_OWNER	/* only those of the owners named */
};

#define CONFIG_MODELS_MAX 64

struct config_models {
	enum config_models_kind kind;
	size_t n;
	struct addr20 who[CONFIG_MODELS_MAX];
};

/* Trainers of 0xDeCA10B's. */
struct config_mirrors {
	struct config_models named;
	bool find;		/* others by their events */
};

/* Accounts that leaderboards rank nobody by, none of them twice. */
#define CONFIG_BASELINES_MAX CONFIG_MODELS_MAX

/* Files with rows that an owner held out, one a model. */
#define CONFIG_HOLDOUTS_MAX 64

struct config_holdouts {
	size_t n;
	struct {
		struct addr20 model;
		char *path;
	} of[CONFIG_HOLDOUTS_MAX];
};

/* Services that embed texts, by the names that specs have for them. */
#define CONFIG_EMBEDDINGS_MAX 16

struct config_embedding {
	char *name;
	char *url;		/* NULL: not given */
	char *key_file;		/* NULL: none */
};

struct config_embeddings {
	size_t n;
	struct config_embedding of[CONFIG_EMBEDDINGS_MAX];
};

/* Texts are never NULL; "" means not set. A zero address means not set. */
struct config {
	char *rpc;
	uint64_t chain_id;		/* 0: the node's */
	struct addr20 factory;
	struct addr20 pool;
	uint64_t start_block;
	char *data_dir;
	struct config_models models;
	uint64_t max_models;
	uint64_t model_memory_mib;
	uint64_t proof_memory_mib;	/* 0: no proofs */
	uint64_t keep_samples;		/* a model; 0: all */
	struct config_holdouts holdouts;
	struct config_mirrors mirrors;
	struct config_models baselines;	/* kind is not used */
	struct config_embeddings embeddings;
	uint64_t embedding_texts;	/* a day; 0: as many as are asked */
	struct config_finality finality;
	uint64_t poll_ms;
	char *signer_key;
	char *sender_key;
	char *attester_key;
	uint64_t attest_rate;
	uint64_t attest_seconds;
	uint64_t attest_memory_mib;
	char *passphrase_file;
	uint64_t max_fee_gwei;
	struct wei daily_wei;
	char *listen;
	uint64_t port;
	uint64_t http_loops;
	uint64_t max_connections;
	uint64_t peer_limit;
	uint64_t idle_timeout_s;
	uint64_t rate_limit;
	uint64_t simulations;
	uint64_t texts_mib;
	char *mirror_vocabulary;
	uint64_t ready_blocks;
	uint64_t ready_s;
	enum dc_log_level log_level;
};

enum config_type {
	CONFIG_TYPE_TEXT,
	CONFIG_TYPE_URLS,	/* http:// or https://, commas between */
	CONFIG_TYPE_UINT,
	CONFIG_TYPE_WEI,
	CONFIG_TYPE_ADDRESS,
	CONFIG_TYPE_FINALITY,
	CONFIG_TYPE_MODELS,
	CONFIG_TYPE_MIRROR,	/* may be given again, for another model */
	CONFIG_TYPE_HOLDOUT,	/* may be given again, for another model */
	CONFIG_TYPE_BASELINE,	/* may be given again, for another account */
	CONFIG_TYPE_SERVICE,	/* may be given again, for another service */
	CONFIG_TYPE_SERVICE_KEY,	/* the same */
	CONFIG_TYPE_LEVEL
};

struct config_key {
	const char *name;
	enum config_type type;
	const char *initial;	/* "" means not set */
	uint64_t least, most;	/* CONFIG_TYPE_UINT, both included */
	size_t offset;		/* in struct config */
	const char *doc;	/* one sentence, no full stop */
};

/* The key table, in the order of --help. */
const struct config_key *config_keys(size_t *n);

/* NULL: no such key. */
const struct config_key *config_key_find(const char *name);

/* "NUMBER", "ADDRESS", ...: what stands for a value in --help. */
const char *config_type_name(enum config_type type);

/* Every key at its default. */
void config_init(struct config *c);
void config_clear(struct config *c);

/* Whether a key may be given more than once. */
bool config_key_repeats(const struct config_key *key);

/* Set one key from its text; one that repeats is added to.
 * Errors: DC_EINVAL "key: reason"; c is unchanged. */
enum dc_status config_set(struct config *c, const struct config_key *key,
			  const char *text, struct dc_err *err) DC_MUST_CHECK;

/* Read a file over c.
 * Errors: DC_EINVAL "file:line: key: reason"; DC_ENOTFOUND no such file;
 *	DC_EIO it cannot be read. */
enum dc_status config_read(struct config *c, const char *path,
			   struct dc_err *err) DC_MUST_CHECK;

/* The same from memory; name stands for the file in errors. */
enum dc_status config_parse(struct config *c, const char *name,
			    const char *text, size_t len,
			    struct dc_err *err) DC_MUST_CHECK;

#endif /* DECAID_SERVER_CONF_H */
