#ifndef DECAID_BASE_STATUS_H
#define DECAID_BASE_STATUS_H

/*
 * How a function says that the world failed, and how the program says that
 * it is itself wrong.
 *
 * A status tells the caller what to do; the text in struct dc_err tells a
 * person what happened and where. The first text wins: a caller that adds
 * context to an error already described changes nothing.
 */

#include <stdbool.h>
#include <stddef.h>

enum dc_status {
	DC_OK = 0,
	DC_EINVAL,	/* the input is wrong: drop it, do not retry */
	DC_EIO,		/* disk or network failed: retry later */
	DC_ECONFLICT,	/* the world moved (reorg, race): rewind, redo */
	DC_ENOTFOUND,	/* it does not exist, and that is an error here */
	DC_EBUSY,	/* full or not ready yet: back off */
	DC_EREFUSED	/* policy or slashing protection said no: stop */
};

#define DC_ERR_TEXT_BYTES 256

struct dc_err {
	enum dc_status status;
	char text[DC_ERR_TEXT_BYTES];
};

#define DC_ERR_INIT { DC_OK, "" }

/* Record status and text, unless err already holds one.
 * err   may be NULL
 * Returns status, so that `return dc_fail(err, DC_EINVAL, "...")` reads
 * well. */
enum dc_status dc_fail(struct dc_err *err, enum dc_status status,
		       const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Forget what err holds. */
void dc_err_clear(struct dc_err *err);

/* "invalid", "i/o", ...: a static string for logs. */
const char *dc_status_name(enum dc_status status);

/* The program is wrong: say where and abort, in every build. */
_Noreturn void dc_abort(const char *file, int line, const char *what);

/* malloc family that aborts when memory is out, the only one in decaid.
 * dc_realloc_array checks n * size; n and size may be 0 (returns NULL). */
void *dc_malloc(size_t bytes) __attribute__((malloc, warn_unused_result));
void *dc_calloc(size_t n, size_t size)
	__attribute__((malloc, warn_unused_result));
void *dc_realloc_array(void *p, size_t n, size_t size)
	__attribute__((warn_unused_result));
char *dc_strdup(const char *s) __attribute__((malloc, warn_unused_result));

#define DC_CHECK(cond) \
	do { \
		if (!(cond)) \
			dc_abort(__FILE__, __LINE__, #cond); \
	} while (0)

#ifdef DC_ENABLE_VERIFY
#define DC_VERIFY(cond) DC_CHECK(cond)
#else
#define DC_VERIFY(cond) do { (void)sizeof(cond); } while (0)
#endif

#define DC_MUST_CHECK __attribute__((warn_unused_result))
#define DC_ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

#endif /* DECAID_BASE_STATUS_H */
