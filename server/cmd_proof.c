/*
 * decaid proof: a weight, or what a contribution changed, asked of a daemon
 * and believed only as far as it leads to the state root.
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/hex.h"
#include "models/proof.h"
#include "server/client.h"
#include "server/cmd.h"
#include "server/wallet.h"

#define WAIT_S 600		/* for a proof that is being made */
#define LEAF_BYTES (MERKLE_LEAF_CELLS * 8)

struct wish {
	const char *url, *weight, *part, *epoch, *count, *id, *root;
};

/* ---- reading the answer ---- */

/* A proof as the daemon told it; before is NULL for that of a weight. */
struct told {
	const json_t *json;
	struct hash32 spec, root, root_before;
	uint64_t n_cells;
	size_t n_leaf, n_sibling;
	size_t *at;
	int64_t (*after)[MERKLE_LEAF_CELLS];
	int64_t (*before)[MERKLE_LEAF_CELLS];
	struct hash32 *sibling;
};

static void told_clear(struct told *t)
{
	free(t->at);
	free(t->after);
	free(t->before);
	free(t->sibling);
}

static bool read_hash(struct hash32 *out, const json_t *in)
{
	const char *text = json_string_value(in);

	return text != NULL && hash32_parse(out, text, NULL) == DC_OK;
}

static bool read_number(uint64_t *out, const json_t *in)
{
	if (!json_is_integer(in) || json_integer_value(in) < 0)
		return false;
	*out = (uint64_t)json_integer_value(in);
	return true;
}

static bool read_cells(int64_t *out, const json_t *in)
{
	const char *text = json_string_value(in);
	uint8_t bytes[LEAF_BYTES];

	if (text == NULL || strncmp(text, "0x", 2) != 0 ||
	    strlen(text) != 2 + 2 * LEAF_BYTES ||
	    hex_decode(bytes, LEAF_BYTES, text + 2, NULL) != DC_OK)
		return false;
	for (size_t i = 0; i < MERKLE_LEAF_CELLS; i++) {
		uint64_t v = 0;

		for (size_t b = 0; b < 8; b++)
			v |= (uint64_t)bytes[8 * i + b] << (8 * b);
		out[i] = (int64_t)v;
	}
	return true;
}

static bool read_leaf(struct told *t, size_t i, const json_t *in)
{
	const json_t *after = json_object_get(in, "cells");
	uint64_t at;

	if (!read_number(&at, json_object_get(in, "leaf")))
		return false;
	t->at[i] = (size_t)at;
	if (t->before != NULL) {
		after = json_object_get(in, "after");
		if (!read_cells(t->before[i], json_object_get(in, "before")))
			return false;
	}
	return read_cells(t->after[i], after);
}

static bool read_lists(struct told *t, const json_t *leaves,
		       const json_t *siblings)
{
	t->n_leaf = json_array_size(leaves);
	t->n_sibling = json_array_size(siblings);
	t->at = dc_calloc(t->n_leaf + 1, sizeof(*t->at));
	t->after = dc_calloc(t->n_leaf + 1, sizeof(*t->after));
	t->sibling = dc_calloc(t->n_sibling + 1, sizeof(*t->sibling));
	for (size_t i = 0; i < t->n_leaf; i++)
		if (!read_leaf(t, i, json_array_get(leaves, i)))
			return false;
	for (size_t i = 0; i < t->n_sibling; i++)
		if (!read_hash(&t->sibling[i], json_array_get(siblings, i)))
			return false;
	return t->n_leaf > 0;
}

static enum dc_status told_read(struct told *t, const json_t *in,
				struct dc_err *err)
{
	const json_t *leaves = json_object_get(in, "leaves");

	memset(t, 0, sizeof(*t));
	t->json = in;
	if (json_object_get(in, "contribution") != NULL)
		t->before = dc_calloc(json_array_size(leaves) + 1,
				      sizeof(*t->before));
	if (read_hash(&t->spec, json_object_get(in, "spec")) &&
	    read_hash(&t->root, json_object_get(in, "state_root")) &&
	    read_number(&t->n_cells, json_object_get(in, "cells")) &&
	    (t->before == NULL ||
	     read_hash(&t->root_before,
		       json_object_get(in, "state_root_before"))) &&
	    read_lists(t, leaves, json_object_get(in, "siblings")))
		return DC_OK;
	return dc_fail(err, DC_EIO, "the daemon's answer is no proof");
}

/* ---- believing it ---- */

static bool leads_to(const struct told *t, int64_t (*cells)[MERKLE_LEAF_CELLS],
		     const struct hash32 *root)
{
	struct hash32 *hash = dc_calloc(t->n_leaf, sizeof(*hash)), found;
	size_t *at = dc_calloc(t->n_leaf, sizeof(*at));
	bool is;

	memcpy(at, t->at, t->n_leaf * sizeof(*at));
	for (size_t i = 0; i < t->n_leaf; i++)
		merkle_hash_leaf(&hash[i], cells[i]);
	is = proof_root(&found, &t->spec, (size_t)t->n_cells, at, hash,
			t->n_leaf, t->sibling, t->n_sibling) &&
		hash32_equal(&found, root);
	free(at);
	free(hash);
	return is;
}

/* The cell is the one that was asked for, and its value the leaf's. */
static bool weight_holds(const struct told *t)
{
	const char *value = json_string_value(json_object_get(t->json,
							      "value"));
	char text[32];
	uint64_t cell;

	if (!read_number(&cell, json_object_get(t->json, "cell")) ||
	    t->n_leaf != 1 || cell / MERKLE_LEAF_CELLS != t->at[0])
		return false;
	(void)snprintf(text, sizeof(text), "%" PRId64,
		       t->after[0][cell % MERKLE_LEAF_CELLS]);
	return value != NULL && strcmp(value, text) == 0;
}

static enum dc_status believe(const struct told *t, const struct wish *w,
			      struct dc_err *err)
{
	struct hash32 wanted = t->root, named;

	if (w->root != NULL &&
	    hash32_parse(&wanted, w->root, err) != DC_OK)
		return DC_EINVAL;
	if (!hash32_equal(&wanted, &t->root))
		return dc_fail(err, DC_EREFUSED, "the proof is of another "
			       "root than --root");
	if (read_hash(&named, json_object_get(json_object_get(t->json,
			"checkpoint"), "state_root")) &&
	    !hash32_equal(&named, &t->root))
		return dc_fail(err, DC_EREFUSED, "the checkpoint names "
			       "another state root");
	if (!leads_to(t, t->after, &t->root) ||
	    (t->before != NULL && !leads_to(t, t->before, &t->root_before)))
		return dc_fail(err, DC_EREFUSED, "the proof does not lead to "
			       "the state root");
	if (t->before == NULL && !weight_holds(t))
		return dc_fail(err, DC_EREFUSED, "the proof is not of the "
			       "weight's cell");
	return DC_OK;
}

/* ---- telling ---- */

static void put_root(struct dc_buf *out, const char *word,
		     const struct hash32 *root)
{
	char text[HASH32_TEXT_BYTES];

	hash32_format(root, text);
	dc_buf_printf(out, "%s %s\n", word, text);
}

static void put_changes(struct dc_buf *out, const struct told *t)
{
	for (size_t i = 0; i < t->n_leaf; i++)
		for (size_t k = 0; k < MERKLE_LEAF_CELLS; k++)
			if (t->before[i][k] != t->after[i][k])
				dc_buf_printf(out, "cell %zu: %" PRId64
					      " -> %" PRId64 "\n",
					      t->at[i] * MERKLE_LEAF_CELLS + k,
					      t->before[i][k], t->after[i][k]);
	put_root(out, "state root before", &t->root_before);
	put_root(out, "state root after ", &t->root);
}

static void put_weight(struct dc_buf *out, const struct told *t)
{
	const json_t *mark = json_object_get(t->json, "checkpoint");
	uint64_t cell = 0, count = 0, epoch;

	(void)read_number(&cell, json_object_get(t->json, "cell"));
	(void)read_number(&count, json_object_get(t->json, "contributions"));
	dc_buf_printf(out, "cell %" PRIu64 ": %" PRId64 "\n", cell,
		      t->after[0][cell % MERKLE_LEAF_CELLS]);
	dc_buf_printf(out, "after %" PRIu64 " contributions", count);
	if (read_number(&epoch, json_object_get(mark, "epoch")))
		dc_buf_printf(out, ", checkpoint of epoch %" PRIu64 "%s",
			      epoch, json_is_true(json_object_get(mark,
			      "accepted")) ? ", accepted" : "");
	dc_buf_append_text(out, "\n");
	put_root(out, "state root", &t->root);
}

static int tell(const struct cmd_line *line, const struct dc_buf *reply,
		const struct told *t)
{
	struct dc_buf out;

	dc_buf_init(&out, CLIENT_REPLY_BYTES_MAX + 1);
	if (line->json) {
		dc_buf_append(&out, reply->data, reply->len);
	} else {
		if (t->before != NULL)
			put_changes(&out, t);
		else
			put_weight(&out, t);
		dc_buf_printf(&out, "proven by %zu leaves and %zu hashes "
			      "beside them", t->n_leaf, t->n_sibling);
	}
	return wallet_print(&out);
}

/* ---- asking ---- */

static enum dc_status ask(struct dc_buf *reply, json_t **root,
			  const struct cmd_line *line, const char *base,
			  const char *path, struct dc_err *err)
{
	for (unsigned s = 0;; s++) {
		struct dc_err why = DC_ERR_INIT;
		enum dc_status found;

		dc_buf_reset(reply);
		found = client_ask(reply, root, base, path, NULL, &why);
		if (found != DC_EBUSY || s == WAIT_S)
			return found == DC_OK ? DC_OK :
				dc_fail(err, found, "%s", why.text);
		if (s == 1)
			fprintf(stderr, "decaid %s: waiting: %s\n",
				line->command->name, why.text);
		(void)sleep(1);
	}
}

static int prove(const struct cmd_line *line, const struct wish *w,
		 const char *path)
{
	struct dc_err err = DC_ERR_INIT;
	struct dc_buf reply;
	struct told t = { 0 };
	json_t *root = NULL;
	enum dc_status found;
	int status;

	dc_buf_init(&reply, CLIENT_REPLY_BYTES_MAX);
	found = ask(&reply, &root, line, w->url, path, &err);
	if (found == DC_OK)
		found = told_read(&t, root, &err);
	if (found == DC_OK)
		found = believe(&t, w, &err);
	status = found == DC_OK ? tell(line, &reply, &t) :
		cmd_fail(line, &err);
	told_clear(&t);
	json_decref(root);
	dc_buf_clear(&reply);
	return status;
}

static bool is_word(const char *text)
{
	return text == NULL ||
		text[strspn(text, "0123456789abcdefghijklmnopqrstuvwxyz"
			    "ABCDEFGHIJKLMNOPQRSTUVWXYZ-")] == '\0';
}

static void put_option(struct dc_buf *out, const char *name,
		       const char *value)
{
	if (value != NULL)
		dc_buf_printf(out, "&%s=%s", name, value);
}

/* The path of what is wished for, from words that need no escapes. */
static void put_path(struct dc_buf *out, const char *model,
		     const struct wish *w)
{
	dc_buf_printf(out, "/v1/models/%s/", model);
	if (w->id != NULL) {
		dc_buf_printf(out, "contributions/%s/proof", w->id);
		return;
	}
	dc_buf_printf(out, "proof?weight=%s", w->weight);
	put_option(out, "part", w->part);
	put_option(out, "epoch", w->epoch);
	put_option(out, "contributions", w->count);
}

static int check_and_prove(const struct cmd_line *line, const struct wish *w)
{
	struct dc_buf path;
	int found;

	if (line->n_args != 1 || !is_word(line->args[0]))
		return cmd_usage(line, "one MODEL, an address or a slug, is "
				 "needed");
	if ((w->weight == NULL) == (w->id == NULL))
		return cmd_usage(line, "--weight or --contribution is "
				 "needed, not both");
	if (!is_word(w->weight) || !is_word(w->part) || !is_word(w->epoch) ||
	    !is_word(w->count) || !is_word(w->id))
		return cmd_usage(line, "an option is no number or word");
	dc_buf_init(&path, 1024);
	put_path(&path, line->args[0], w);
	found = dc_buf_failed(&path) ? cmd_usage(line, "MODEL: too long") :
		prove(line, w, dc_buf_text(&path));
	dc_buf_clear(&path);
	return found;
}

int cmd_proof(const struct command *self, int argc, char **argv)
{
	struct wish w = { .url = CLIENT_URL };
	const struct cmd_option options[] = {
		{ "url", "URL", "the daemon [" CLIENT_URL "]", &w.url },
		{ "weight", "NUMBER", "which cell of the part is proven",
		  &w.weight },
		{ "part", "PART", "of the state: header, model, fold-0 and "
		  "so on, memory [model]", &w.part },
		{ "epoch", "NUMBER", "the state of that epoch's checkpoint "
		  "[the newest's]", &w.epoch },
		{ "contributions", "NUMBER", "the state after so many "
		  "contributions", &w.count },
		{ "contribution", "ID", "instead of a weight: what this "
		  "contribution changed", &w.id },
		{ "root", "HASH", "the state root that the proof must lead "
		  "to", &w.root },
	};
	struct cmd_line line;
	int found = cmd_parse(&line, self, options, DC_ARRAY_LEN(options),
			      argc, argv);

	if (found >= 0)
		return found;
	found = check_and_prove(&line, &w);
	cmd_line_clear(&line);
	return found;
}
