/* status.c: error records, the abort of a wrong program, checked memory. */

#include "config.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/status.h"

enum dc_status
dc_fail(struct dc_err *err, enum dc_status status, const char *fmt, ...)
{
	va_list ap;

	if (err == NULL || err->status != DC_OK)
		return status;
	err->status = status;
	va_start(ap, fmt);
	if (vsnprintf(err->text, sizeof(err->text), fmt, ap) < 0)
		err->text[0] = '\0';
	va_end(ap);
	return status;
}

void
dc_err_clear(struct dc_err *err)
{
	err->status = DC_OK;
	err->text[0] = '\0';
}

const char *
dc_status_name(enum dc_status status)
{
	switch (status) {
	case DC_OK:
		return "ok";
	case DC_EINVAL:
		return "invalid";
	case DC_EIO:
		return "i/o";
	case DC_ECONFLICT:
		return "conflict";
	case DC_ENOTFOUND:
		return "not found";
	case DC_EBUSY:
		return "busy";
	case DC_EREFUSED:
		return "refused";
	}
	return "unknown";
}

_Noreturn void
dc_abort(const char *file, int line, const char *what)
{
	fprintf(stderr, "%s:%d: decaid is wrong: %s\n", file, line, what);
	abort();
}

/* Out of memory ends here, and nowhere else. */
static void *
dc_have_memory(void *p)
{
	if (p == NULL)
		dc_abort(__FILE__, __LINE__, "out of memory");
	return p;
}

void *
dc_malloc(size_t bytes)
{
	return dc_have_memory(malloc(bytes != 0 ? bytes : 1));
}

void *
dc_calloc(size_t n, size_t size)
{
	if (n == 0 || size == 0)
		n = size = 1;
	return dc_have_memory(calloc(n, size));
}

void *
dc_realloc_array(void *p, size_t n, size_t size)
{
	size_t bytes;

	if (n == 0 || size == 0) {
		free(p);
		return NULL;
	}
	if (__builtin_mul_overflow(n, size, &bytes))
		return dc_have_memory(NULL);
	return dc_have_memory(realloc(p, bytes));
}

char *
dc_strdup(const char *s)
{
	size_t n = strlen(s) + 1;

	return memcpy(dc_malloc(n), s, n);
}
