/*
 * check_golden DIR: run every vector file (*.json, *.json.gz) of a folder
 * against our classifiers and incentives; a line a file, and where the first
 * difference of each lies. Exit 1 where any differs or cannot be read, and
 * where there is none.
 */
#include "config.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "tests/golden/golden.h"

#define FILE_BYTES_MAX (UINT64_C(256) << 20)
#define CHUNK_BYTES (UINT64_C(1) << 16)

void golden_run(struct golden *g, json_t *root)
{
	json_t *kind = json_object_get(root, "kind");
	const char *name = json_is_string(kind) ? json_string_value(kind) : "";

	golden_at(g, "the top");
	(void)golden_object(g, root);
	if (strcmp(name, "incentive") == 0)
		golden_run_incentive(g, root);
	else if (strcmp(name, "incentive-direct") == 0)
		golden_run_direct(g, root);
	else if (kind == NULL && json_object_get(root, "classifier") != NULL)
		golden_run_classifier(g, root);
	else if (kind == NULL && json_object_get(root, "constructors") != NULL)
		golden_run_constructors(g, root);
	else
		golden_malformed(g, "vectors of an unknown kind");
}

/* The whole file, unpacked where it is gzip; NULL and why. */
static char *slurp(const char *path, size_t *n, char *why, size_t why_bytes)
{
	gzFile file = gzopen(path, "rb");
	char *bytes = NULL;
	int got = 1, zlib_error = Z_OK;

	*n = 0;
	if (file == NULL) {
		(void)snprintf(why, why_bytes, "cannot be opened");
		return NULL;
	}
	while (got > 0 && *n < FILE_BYTES_MAX) {
		bytes = dc_realloc_array(bytes, *n + CHUNK_BYTES, 1);
		got = gzread(file, bytes + *n, CHUNK_BYTES);
		*n += got > 0 ? (size_t)got : 0;
	}
	(void)gzerror(file, &zlib_error);
	(void)gzclose(file);
	if (got == 0 && zlib_error == Z_OK)
		return bytes;
	(void)snprintf(why, why_bytes,
		       got > 0 ? "larger than %llu MiB" : "cannot be read",
		       (unsigned long long)(FILE_BYTES_MAX >> 20));
	free(bytes);
	return NULL;
}

static json_t *load(const char *path, char *why, size_t why_bytes)
{
	json_error_t error;
	json_t *root = NULL;
	size_t n;
	char *bytes = slurp(path, &n, why, why_bytes);

	if (bytes == NULL)
		return NULL;
	root = json_loadb(bytes, n, JSON_REJECT_DUPLICATES, &error);
	if (root == NULL)
		(void)snprintf(why, why_bytes, "malformed: line %d: %s",
			       error.line, error.text);
	free(bytes);
	return root;
}

/* true: nothing differs. */
static bool check_file(const char *dir, const char *name)
{
	struct golden g = { .checked = 0 };
	char path[4096];
	json_t *root;
	volatile bool same = false;

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	root = load(path, g.text, sizeof(g.text));
	if (root == NULL) {
		printf("%s: %s\n", name, g.text);
		return false;
	}
	g.arena = dc_arena_new(CHUNK_BYTES);
	g.kept = json_array();
	if (setjmp(g.out) == 0) {
		golden_run(&g, root);
		same = true;
	}
	if (same && g.typed > 0)
		printf("%s: the same, %zu values; %zu steps as a model type "
		       "too\n", name, g.checked, g.typed);
	else if (same)
		printf("%s: the same, %zu values\n", name, g.checked);
	else
		printf("%s: %s\n", name, g.text);
	json_decref(g.kept);
	json_decref(root);
	dc_arena_free(g.arena);
	return same;
}

static int is_vector(const struct dirent *entry)
{
	size_t n = strlen(entry->d_name);

	return (n > 5 && strcmp(entry->d_name + n - 5, ".json") == 0)
	       || (n > 8 && strcmp(entry->d_name + n - 8, ".json.gz") == 0);
}

int main(int argc, char **argv)
{
	struct dirent **entry;
	int n, bad = 0;

	if (argc != 2) {
		(void)fprintf(stderr, "usage: check_golden DIR\n");
		return 2;
	}
	n = scandir(argv[1], &entry, is_vector, alphasort);
	if (n <= 0) {
		printf("%s: %s\n", argv[1],
		       n < 0 ? "cannot be read" : "no *.json, no *.json.gz");
		if (n == 0)
			free(entry);
		return 1;
	}
	for (int i = 0; i < n; i++) {
		bad += !check_file(argv[1], entry[i]->d_name);
		free(entry[i]);
	}
	free(entry);
	printf("check-golden: %d files, %d differ\n", n, bad);
	return bad > 0;
}
