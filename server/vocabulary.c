/* Reading vocabularies. */
#include "config.h"

#include "server/vocabulary.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/types.h"
#include "server/gzip_file.h"

#define BYTES_MAX ((size_t)16 << 20)

/* word (n) by their numbers. */
static enum dc_status words_order(const char **word, size_t n, json_t *root,
				  const char *path, struct dc_err *err)
{
	const char *text;
	json_t *v;

	json_object_foreach(root, text, v) {
		json_int_t index = json_integer_value(v);

		if (!json_is_integer(v) || index < 0 || index >= (json_int_t)n)
			return dc_fail(err, DC_EINVAL, "%s: '%.40s' has no "
				       "number in [0, %zu)", path, text, n);
		if (word[index] != NULL)
			return dc_fail(err, DC_EINVAL, "%s: '%.40s' and "
				       "'%.40s' have one number", path, text,
				       word[index]);
		word[index] = text;
	}
	return DC_OK;
}

static enum dc_status put(struct dc_buf *out, json_t *root, const char *path,
			  uint64_t *columns, struct dc_err *err)
{
	size_t n = json_object_size(root);
	uint64_t unknown = n > VOCABULARY_UNKNOWN ? n : VOCABULARY_UNKNOWN;
	const char **word;
	enum dc_status st;

	if (!json_is_object(root) || n == 0 || n > SPEC_WORDS_MAX)
		return dc_fail(err, DC_EINVAL, "%s: not an object of 1 to %d "
			       "words", path, SPEC_WORDS_MAX);
	word = dc_calloc(n, sizeof(*word));
	st = words_order(word, n, root, path, err);
	dc_buf_printf(out, "encoder vocabulary unknown=%llu\n",
		      (unsigned long long)unknown);
	for (size_t i = 0; st == DC_OK && i < n; i++)
		dc_buf_printf(out, "word %s\n", word[i]);
	free(word);
	if (columns != NULL)
		*columns = unknown + 1;
	return st;
}

enum dc_status vocabulary_put(struct dc_buf *out, const char *path,
			      uint64_t *columns, struct dc_err *err)
{
	struct dc_buf text;
	json_error_t why;
	json_t *root = NULL;
	enum dc_status st;

	dc_buf_init(&text, BYTES_MAX);
	st = gzip_file_read(&text, path, err);
	if (st == DC_OK) {
		root = json_loadb(dc_buf_text(&text), text.len,
				  JSON_REJECT_DUPLICATES, &why);
		st = root == NULL
			? dc_fail(err, DC_EINVAL, "%s: line %d: %s", path,
				  why.line, why.text)
			: put(out, root, path, columns, err);
	}
	json_decref(root);
	dc_buf_clear(&text);
	return st;
}

enum dc_status vocabulary_read(struct model_spec *out, const char *path,
			       struct dc_err *err)
{
	struct dc_buf words, text;
	uint64_t columns = 0;
	enum dc_status st;

	*out = (struct model_spec){ .encoder = NULL };
	dc_buf_init(&words, BYTES_MAX);
	dc_buf_init(&text, BYTES_MAX);
	st = vocabulary_put(&words, path, &columns, err);
	dc_buf_printf(&text, "decaid 1\nmodel naive-bayes columns=%llu "
		      "smoothing=1\n", (unsigned long long)columns);
	dc_buf_append(&text, words.data, words.len);
	dc_buf_append_text(&text, "verdict two-fold credit=1 margin=1\n"
			   "sample packed\nclass a\nclass b\n");
	if (st == DC_OK)
		st = spec_parse(out, dc_buf_text(&text), text.len, err);
	dc_buf_clear(&words);
	dc_buf_clear(&text);
	return st;
}
