#ifndef DECAID_SERVER_JSON_OUT_H
#define DECAID_SERVER_JSON_OUT_H

/*
 * Writing JSON into a buffer: commas and escapes are its business, nesting
 * the caller's. Numbers and times come out as the HTTP interface promises
 * (man decaid-api).
 *
 *	json_put_open(&j, '{');
 *	json_put_key(&j, "label");
 *	json_put_u64(&j, 1);
 *	json_put_close(&j, '}');
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/types.h"

struct json_out {
	struct dc_buf *b;
	bool comma;	/* a value stands before */
};

void json_out_init(struct json_out *j, struct dc_buf *b);

void json_put_open(struct json_out *j, char bracket);	/* '{' or '[' */
void json_put_close(struct json_out *j, char bracket);	/* '}' or ']' */

/* A member's name: plain ASCII, no escapes needed. */
void json_put_key(struct json_out *j, const char *name);

/* What is written often, written once: from where a value may begin up to
 * wherever it ends, in the middle of an object too. */
struct json_piece {
	const uint8_t *text;
	size_t len;
	bool comma;	/* of the next value */
};

/* All that j wrote, as a piece; j's buffer is empty then.
 * Owner: arena. */
struct json_piece json_piece_take(struct json_out *j, struct dc_arena *arena);
void json_put_piece(struct json_out *j, const struct json_piece *p);

/* Whether all of a text is UTF-8. */
bool json_is_utf8(const char *text, size_t len);

/* UTF-8; what is not becomes U+FFFD. text NULL is null. */
void json_put_text(struct json_out *j, const char *text);
void json_put_text_n(struct json_out *j, const char *text, size_t len);

/* A member's name that is a stranger's text. */
void json_put_key_text(struct json_out *j, const char *name);

void json_put_u64(struct json_out *j, uint64_t v);
void json_put_i64(struct json_out *j, int64_t v);
void json_put_bool(struct json_out *j, bool v);
void json_put_null(struct json_out *j);

/* A number with at most 6 decimals, rounded toward zero: 0.833333.
 * v  fx9 */
void json_put_fx9(struct json_out *j, int64_t v);

/* The same number with all its decimals: -1.386294361. */
void json_put_fx9_exact(struct json_out *j, int64_t v);

/* So many millionths, as a number; null below 0. */
void json_put_ppm(struct json_out *j, int32_t ppm);

/* "-1386294361": a decimal string, scale 10^9. */
void json_put_score(struct json_out *j, int64_t v);

void json_put_wei(struct json_out *j, struct wei v);	/* "1000" */
void json_put_address(struct json_out *j, const struct addr20 *a); /* EIP-55 */
void json_put_hash(struct json_out *j, const struct hash32 *h);	/* "0x.." */
void json_put_bytes(struct json_out *j, const uint8_t *in, size_t n);

/* "2026-11-23T10:00:00Z"; 0 is null. */
void json_put_time(struct json_out *j, uint64_t time_s);

/* The same text alone.  out (21): 20 + NUL; the year stops at 9999. */
void json_time_format(char *out, uint64_t time_s);

#endif /* DECAID_SERVER_JSON_OUT_H */
