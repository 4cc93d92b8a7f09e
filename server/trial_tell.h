#ifndef DECAID_SERVER_TRIAL_TELL_H
#define DECAID_SERVER_TRIAL_TELL_H

/* What came of a trial, for people, for programs and as a picture. */

#include "server/json_out.h"
#include "server/trial.h"

/* Accuracy, classes, and who was taken for whom. */
void trial_tell(struct dc_buf *out, const struct trial *t);

/* The same as members of an open object; "accuracy" first. */
void trial_put(struct json_out *j, const struct trial *t);

/* The learning curve: accuracy over rows learned, so far and of the last tenth
 * of them.
 * Errors: DC_EIO the file. */
enum dc_status trial_curve_save(const struct trial *t, const char *path,
				struct dc_err *err) DC_MUST_CHECK;

#endif /* DECAID_SERVER_TRIAL_TELL_H */
