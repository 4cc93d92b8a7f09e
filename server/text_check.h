#ifndef DECAID_SERVER_TEXT_CHECK_H
#define DECAID_SERVER_TEXT_CHECK_H

/*
 * Whether a text is what somebody encoded into a contribution: a check that
 * the chain allows and a store of texts alone could not make.
 */

#include "base/status.h"
#include "models/sample.h"
#include "models/spec.h"
#include "sql/contributions.h"
#include "sql/models.h"

struct text_check;

/* vocabulary  a spec with the words of encoder "IMDB vocab" of 0xDeCA10B's
 *             contracts (server/vocabulary.h), borrowed; NULL: such texts are
 *             not checked */
struct text_check *text_check_new(const struct model_spec *vocabulary);
void text_check_free(struct text_check *k);	/* NULL is taken */

/* Does the text encode to the contribution's sample?
 * spec  of one of our models; NULL: m is a contract of 0xDeCA10B's, whose
 *       encoder goes by name
 * text  (len) UTF-8
 * Errors: DC_EINVAL it does not, or it cannot be known here: why, for
 *     strangers.
 * Thread: one at a time. */
enum dc_status text_check(struct text_check *k, const struct sql_model *m,
			  const struct model_spec *spec,
			  const struct sql_contribution *c, const char *text,
			  size_t len, struct dc_err *err) DC_MUST_CHECK;

#endif /* DECAID_SERVER_TEXT_CHECK_H */
