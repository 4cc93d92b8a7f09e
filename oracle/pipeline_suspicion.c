/*
 * How suspicious contributions are, as models/suspicion.h tells it, for each
 * model: kept beside its learner, saved and restored with it.
 */

#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/keccak.h"
#include "oracle/pipeline_core.h"
#include "oracle/snapshot.h"

static const struct model_spec *spec_of(const struct pipe_model *m)
{
	return registry_info(m->live)->spec;
}

void pipe_suspicion_open(struct pipeline *p, struct pipe_model *m)
{
	size_t size = suspicion_size(spec_of(m));

	m->suspicion_block = dc_calloc(1, size);
	suspicion_init(&m->suspicion, spec_of(m), m->suspicion_block);
	p->bytes_live += size;
}

void pipe_suspicion_close(struct pipeline *p, struct pipe_model *m)
{
	if (m->suspicion_block == NULL)
		return;
	p->bytes_live -= suspicion_size(spec_of(m));
	free(m->suspicion_block);
	m->suspicion_block = NULL;
}

void pipe_suspicion_reset(struct pipe_model *m)
{
	suspicion_init(&m->suspicion, spec_of(m), m->suspicion_block);
}

int32_t pipe_suspicion_see(struct pipeline *p, struct pipe_model *m,
			   const struct sql_contribution *c)
{
	struct sample x;
	struct suspicion_case what = {
		.x = &x, .label = c->is.label,
		.contributor = &c->is.contributor
	};

	if (!c->valid)
		return SUSPICION_ONE;
	DC_CHECK(sample_decode(&x, p->room, spec_of(m)->columns,
			       c->is.sample, c->is.sample_len));
	return (int32_t)suspicion_see(&m->suspicion, &what);
}

enum dc_status pipe_suspicion_save(struct pipeline *p, struct pipe_model *m,
				   struct sql_snapshot *row,
				   struct dc_err *err)
{
	size_t len = suspicion_export_size(spec_of(m));
	uint8_t *bytes = dc_malloc(len);
	char name[SNAPSHOT_NAME_BYTES];
	enum dc_status st;

	suspicion_export(&m->suspicion, bytes);
	keccak256(&row->neighbours, bytes, len);
	row->has_neighbours = true;
	st = snapshot_write(name, p->config->data_dir, &row->neighbours,
			    bytes, len, err);
	free(bytes);
	return st;
}

enum dc_status pipe_suspicion_restore(struct pipeline *p,
				      struct pipe_model *m,
				      const struct sql_snapshot *row,
				      struct dc_err *err)
{
	char name[SNAPSHOT_NAME_BYTES];
	const uint8_t *bytes = NULL;
	struct hash32 hash;
	size_t len = 0;
	enum dc_status st;

	if (!row->has_neighbours)
		return dc_fail(err, DC_EINVAL, "it is of an older program");
	hash32_format(&row->neighbours, name);
	st = snapshot_map(&bytes, &len, p->config->data_dir, name, err);
	if (st != DC_OK)
		return st;
	keccak256(&hash, bytes, len);
	if (hash32_equal(&hash, &row->neighbours))
		st = suspicion_import(&m->suspicion, spec_of(m), bytes, len,
				      err);
	else
		st = dc_fail(err, DC_EINVAL, "%s is spoilt", name);
	snapshot_unmap(bytes, len);
	return st;
}
