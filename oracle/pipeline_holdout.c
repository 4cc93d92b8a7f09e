/*
 * Accuracy on rows that a model's owner held out: measured after the blocks
 * in which the model learned, stored with them, undone with them.
 *
 * Measuring reads the learner as readers do, so nobody waits for it but the
 * pipeline, and that for a tenth of its time at most: what is not measured
 * with its own block is measured with a later one.
 */

#include "config.h"

#include <time.h>

#include "base/log.h"
#include "oracle/pipeline_core.h"
#include "sql/accuracy.h"

#define TIME_PART 10	/* one part in so many goes into measuring */
#define CHEAP_US 1000	/* beside a commit */

static uint64_t us_of(clockid_t clock)
{
	struct timespec t;

	DC_CHECK(clock_gettime(clock, &t) == 0);
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

/* --- the rows ----------------------------------------------------------- */

enum dc_status pipe_holdout_load(struct pipeline *p, struct pipe_model *m,
				 struct dc_err *err)
{
	const struct registry_info *info = registry_info(m->live);

	if (!m->followed || p->config->holdout == NULL)
		return DC_OK;
	return p->config->holdout(p->config->holdout_user, &m->holdout,
				  &m->row.is.trainer, info->spec, err);
}

void pipe_holdout_created(struct pipeline *p, struct pipe_model *m)
{
	struct dc_err why = DC_ERR_INIT;

	if (pipe_holdout_load(p, m, &why) != DC_OK)
		dc_log(DC_LOG_UNUSUAL, "oracle", "model %s is not measured: "
		       "%s", m->row.slug, why.text);
}

/* What was measured counts as long as the same number of rows is held out;
 * another file is measured with the next block. */
enum dc_status pipe_holdout_resume(struct pipeline *p, struct pipe_model *m,
				   struct dc_err *err)
{
	struct sql_model_totals *t = &m->row.totals;
	struct sql_accuracy_point last;
	bool found;
	enum dc_status st;

	m->measured_count = 0;
	if (m->holdout == NULL) {
		m->dirty |= t->holdout_counted != 0;
		t->holdout_right = t->holdout_counted = 0;
		return DC_OK;
	}
	st = sql_holdout_last(p->db, &last, &found, m->row.row, err);
	if (st == DC_OK && found && last.counted == m->holdout->n &&
	    t->holdout_counted == last.counted)
		m->measured_count = last.contribution + 1;
	return st;
}

/* --- measuring ---------------------------------------------------------- */

static enum dc_status measure(struct pipeline *p, struct pipe_model *m,
			      struct dc_err *err)
{
	struct sql_model_totals *t = &m->row.totals;
	const struct sql_accuracy_point point = {
		.contribution = t->count - 1, .block = p->head.number,
		.time_s = p->head.time_s, .counted = m->holdout->n,
		.right = holdout_right(m->holdout, registry_learner(m->live),
				       p->room)
	};

	t->holdout_right = point.right;
	t->holdout_counted = point.counted;
	m->measured_count = t->count;
	m->dirty = true;
	return sql_holdout_insert(p->db, m->row.row, &point, err);
}

/* Each model that learned since; what that took of this thread. */
static enum dc_status measure_all(struct pipeline *p, uint64_t *took_us,
				  struct dc_err *err)
{
	uint64_t began_us = us_of(CLOCK_THREAD_CPUTIME_ID);
	enum dc_status st = DC_OK;
	size_t i;

	for (i = 0; i < p->n_models && st == DC_OK; i++) {
		struct pipe_model *m = p->models[i];

		if (m->holdout != NULL &&
		    m->measured_count != m->row.totals.count)
			st = measure(p, m, err);
	}
	*took_us = us_of(CLOCK_THREAD_CPUTIME_ID) - began_us;
	return st;
}

enum dc_status pipe_holdout_measure(struct pipeline *p, struct dc_err *err)
{
	uint64_t took_us, now_us = us_of(CLOCK_MONOTONIC);
	enum dc_status st;

	if (now_us < p->measure_us)
		return DC_OK;
	st = measure_all(p, &took_us, err);
	p->measure_us = took_us < CHEAP_US ? 0 : now_us + TIME_PART * took_us;
	return st;
}
