#ifndef DECAID_SERVER_BASE64_H
#define DECAID_SERVER_BASE64_H

/* base64 as RFC 4648, section 4, has it: padded, no line ends. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* Bytes that len letters come to at most. */
#define BASE64_ROOM(len) ((len) / 4 * 3)

/* out  (BASE64_ROOM(len)), n of them are written
 * Returns false: in is no base64, or its last bits are not 0. */
bool base64_decode(uint8_t *out, size_t *n, const char *in, size_t len);

/* out  appended to */
void base64_put(struct dc_buf *out, const uint8_t *in, size_t n);

#endif /* DECAID_SERVER_BASE64_H */
