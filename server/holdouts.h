#ifndef DECAID_SERVER_HOLDOUTS_H
#define DECAID_SERVER_HOLDOUTS_H

/*
 * The rows that owners held out, from the files that the setting `holdout`
 * names (their form: server/dataset.h), packed for their models. The daemon
 * is measured with them and never learns them.
 */

#include "models/holdout.h"
#include "server/conf.h"

struct embedder;
struct holdouts;

/* Look at every file: it can be read, its rows have labels.
 * embedder  of models whose encoder asks a service; borrowed; NULL: none
 * Errors: DC_ENOTFOUND, DC_EIO, DC_EINVAL "path:line: what". */
enum dc_status holdouts_open(struct holdouts **out,
			     const struct config_holdouts *config,
			     struct embedder *embedder,
			     struct dc_err *err) DC_MUST_CHECK;
void holdouts_free(struct holdouts *h);

/* The rows of one model, read with its spec the first time: what
 * gateway_config.holdout asks. user is the struct holdouts.
 * out  NULL: no file was given for that model
 * Errors: as above, and rows that the spec's encoder does not take. */
enum dc_status holdouts_take(void *user, const struct holdout **out,
			     const struct addr20 *model,
			     const struct model_spec *spec,
			     struct dc_err *err) DC_MUST_CHECK;

#endif /* DECAID_SERVER_HOLDOUTS_H */
