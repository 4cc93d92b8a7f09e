#ifndef DECAID_TESTS_UNIT_VECTORS_H
#define DECAID_TESTS_UNIT_VECTORS_H

/* Files of tests/vectors/: lines of words; # begins a line of comment. */

#include <check.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define VECTOR_LINE_BYTES 4096
#define VECTOR_WORDS 9

struct vectors {
	FILE *file;
	char line[VECTOR_LINE_BYTES];
	char *word[VECTOR_WORDS];	/* of the current line */
	size_t words;
	size_t lines;	/* read so far, without comments */
};

/* Automake gives tests the source folder in $srcdir. */
static inline void
vectors_open(struct vectors *v, const char *name)
{
	const char *srcdir = getenv("srcdir");
	char path[1024];

	snprintf(path, sizeof(path), "%s/tests/vectors/%s",
		 srcdir != NULL ? srcdir : ".", name);
	memset(v, 0, sizeof(*v));
	v->file = fopen(path, "r");
	ck_assert_msg(v->file != NULL, "cannot open %s", path);
}

/* The next line into words; false at the end, the file closed. */
static inline bool
vectors_next(struct vectors *v)
{
	char *word, *rest;

	while (fgets(v->line, sizeof(v->line), v->file) != NULL) {
		ck_assert_msg(strchr(v->line, '\n') != NULL, "long line");
		v->words = 0;
		rest = NULL;
		word = strtok_r(v->line, " \n", &rest);
		if (word == NULL || word[0] == '#')
			continue;
		for (; word != NULL; word = strtok_r(NULL, " \n", &rest)) {
			ck_assert_uint_lt(v->words, VECTOR_WORDS);
			v->word[v->words++] = word;
		}
		v->lines++;
		return true;
	}
	fclose(v->file);
	return false;
}

#endif /* DECAID_TESTS_UNIT_VECTORS_H */
