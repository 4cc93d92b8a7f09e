#ifndef DECAID_SERVER_EMBED_ROWS_H
#define DECAID_SERVER_EMBED_ROWS_H

/* Many texts as the numbers that a service gives for them, for commands and
 * files: whoever asks waits, and hears of each text by itself. */

#include "models/spec.h"
#include "server/embedder.h"

#define EMBED_ROWS 256		/* some requests' worth */

struct embed_row {
	const char *text;	/* (len) */
	size_t len;
	struct dc_err why;	/* DC_EINVAL: this text has no embedding */
};

/* How many texts to give at once, at most EMBED_ROWS. */
size_t embed_rows_most(const struct model_spec *spec);

/* value  (n, encoder_dimension(spec)) fx9; undefined where row.why is told
 * row    (n) at most embed_rows_most; one whose why is told is passed over
 * e      NULL: no service is set
 * Errors: DC_EINVAL the service is not set here; DC_EBUSY it does not answer,
 *     or takes no more. */
enum dc_status embed_rows(int64_t *value, struct embed_row *row, size_t n,
			  struct embedder *e, const struct model_spec *spec,
			  struct dc_err *err) DC_MUST_CHECK;

#endif /* DECAID_SERVER_EMBED_ROWS_H */
