/* The vocabulary of a spec: words by their place, found by their text. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/types.h"
#include "models/spec.h"

static int text_order(const char *a, size_t n, const char *b, size_t m)
{
	int order = memcmp(a, b, n < m ? n : m);

	return order != 0 ? order : n < m ? -1 : n > m;
}

static int word_order(const void *a, const void *b)
{
	const struct spec_word *x = a, *y = b;

	return text_order(x->text, x->len, y->text, y->len);
}

bool spec_words_take(struct model_spec *s, char *text, size_t len)
{
	const char *p = text, *end = text + len;
	uint32_t n = 0;

	for (size_t i = 0; i < len; i++)
		n += text[i] == '\n';
	s->word_text = text;
	s->word = dc_malloc((n + 1) * sizeof(*s->word));
	for (s->n_word = 0; p < end; s->n_word++) {
		const char *eol = memchr(p, '\n', (size_t)(end - p));

		s->word[s->n_word] = (struct spec_word){
			p, (uint32_t)(eol - p), s->n_word
		};
		p = eol + 1;
	}
	qsort(s->word, n, sizeof(*s->word), word_order);
	for (uint32_t i = 1; i < n; i++)
		if (word_order(&s->word[i - 1], &s->word[i]) == 0)
			return false;
	return true;
}

bool spec_word_find(uint32_t *index, const struct model_spec *s,
		    const char *word, size_t len)
{
	size_t low = 0, high = s->n_word;

	while (low < high) {
		size_t at = low + (high - low) / 2;
		const struct spec_word *w = &s->word[at];
		int order = text_order(word, len, w->text, w->len);

		if (order == 0) {
			*index = w->index;
			return true;
		}
		if (order < 0)
			high = at;
		else
			low = at + 1;
	}
	return false;
}

/* Their texts lie in the order of columns. */
void spec_words_format(struct dc_buf *b, const struct model_spec *s)
{
	const char *p = s->word_text;

	for (uint32_t i = 0; i < s->n_word; i++) {
		const char *eol = strchr(p, '\n') + 1;

		dc_buf_append_text(b, "word ");
		dc_buf_append(b, p, (size_t)(eol - p));
		p = eol;
	}
}
