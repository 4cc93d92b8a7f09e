/*
 * replay.c: main of a fuzz target without libFuzzer: gives it each file of
 * its corpus, whole and cut behind each byte.
 *
 *     fuzz_NAME [FILE...]      default: tests/fuzz/corpus/NAME/
 */

#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"

#define REPLAY_FILE_BYTES (1u << 20)
#define REPLAY_CUT_BYTES 4096u	/* longer files are not cut */
#define REPLAY_PATH_BYTES 4096

/* A copy of exactly n bytes, so that a sanitizer sees a read past them. */
static void
replay_bytes(const uint8_t *data, size_t n)
{
	uint8_t *copy = dc_malloc(n);

	memcpy(copy, data, n);
	(void)LLVMFuzzerTestOneInput(copy, n);
	free(copy);
}

static bool
replay_file(const char *path)
{
	uint8_t *data = dc_malloc(REPLAY_FILE_BYTES);
	FILE *file = fopen(path, "rb");
	size_t n, cut;

	if (file == NULL) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		free(data);
		return false;
	}
	n = fread(data, 1, REPLAY_FILE_BYTES, file);
	fclose(file);
	replay_bytes(data, n);
	for (cut = 0; cut < n && n <= REPLAY_CUT_BYTES; cut++)
		replay_bytes(data, cut);
	free(data);
	return true;
}

/* How many files were replayed; -1: the folder or a file is unreadable. */
static int
replay_folder(const char *folder)
{
	char path[2 * REPLAY_PATH_BYTES];
	DIR *dir = opendir(folder);
	struct dirent *entry;
	int files = 0;

	if (dir == NULL) {
		fprintf(stderr, "%s: %s\n", folder, strerror(errno));
		return -1;
	}
	while (files >= 0 && (entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
		files = replay_file(path) ? files + 1 : -1;
	}
	closedir(dir);
	return files;
}

/* "…/fuzz_NAME" has its corpus in tests/fuzz/corpus/NAME. */
static int
replay_corpus_of(const char *program)
{
	const char *srcdir = getenv("srcdir"), *name = strrchr(program, '/');
	char folder[REPLAY_PATH_BYTES];

	name = name != NULL ? name + 1 : program;
	if (strncmp(name, "fuzz_", 5) == 0)
		name += 5;
	snprintf(folder, sizeof(folder), "%s/tests/fuzz/corpus/%s",
		 srcdir != NULL ? srcdir : ".", name);
	return replay_folder(folder);
}

int
main(int argc, char **argv)
{
	int i, files;

	if (argc == 1) {
		files = replay_corpus_of(argv[0]);
		printf("%d files replayed\n", files);
		return files > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
	}
	for (i = 1; i < argc; i++) {
		if (!replay_file(argv[i]))
			return EXIT_FAILURE;
	}
	return EXIT_SUCCESS;
}
