#ifndef DECAID_BASE_HEX_H
#define DECAID_BASE_HEX_H

/* Hexadecimal text and bytes. */

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

/* Lower-case digits of in, no prefix.
 * out  (2 * n + 1) bytes, NUL at the end */
void hex_encode(char *out, const uint8_t *in, size_t n);

/* Exactly n bytes from 2 * n digits, any case, no prefix.
 * text (2 * n) need not end in NUL
 * Errors: DC_EINVAL a character is no digit; err names its place. */
enum dc_status hex_decode(uint8_t *out, size_t n, const char *text,
			  struct dc_err *err) DC_MUST_CHECK;

/* A quantity of Ethereum's JSON-RPC: "0x" and up to 16 digits, no NUL
 * needed.
 * Errors: DC_EINVAL empty, no prefix, no digit, more than 64 bits. */
enum dc_status hex_quantity(uint64_t *out, const char *text, size_t len,
			    struct dc_err *err) DC_MUST_CHECK;

#endif /* DECAID_BASE_HEX_H */
