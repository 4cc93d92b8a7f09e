/* Many runs at once. */
#include "config.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "server/sim_sweep.h"

#define THREADS_MAX 64
#define LABEL_BYTES_MAX 4096
#define VALUES_MAX 256

/* The values of each key. */
struct values {
	const char *of[SIM_SWEEP_KEYS_MAX][VALUES_MAX];
	size_t n[SIM_SWEEP_KEYS_MAX];
};

/* "KEY=V1,V2" into its parts, in place. */
static enum dc_status key_take(struct sim_sweep *s, struct values *v,
			       char *word, struct dc_err *err)
{
	char *equals = strchr(word, '='), *p;
	size_t k = s->n_key;

	if (equals == NULL || equals == word || equals[1] == '\0' ||
	    k == SIM_SWEEP_KEYS_MAX)
		return dc_fail(err, DC_EINVAL,
			       "--sweep: '%s' is not KEY=VALUE,...", word);
	*equals = '\0';
	for (size_t i = 0; i < k; i++)
		if (strcmp(s->key[i], word) == 0)
			return dc_fail(err, DC_EINVAL,
				       "--sweep: %s is there twice", word);
	s->key[k] = word;
	v->n[k] = 0;
	for (p = equals + 1;; p++) {
		size_t len = strcspn(p, ",");
		bool last = p[len] == '\0';

		if (len == 0)
			return dc_fail(err, DC_EINVAL, "--sweep: %s has an "
				       "empty value", word);
		if (v->n[k] == VALUES_MAX)
			return dc_fail(err, DC_EINVAL, "--sweep: %s has more "
				       "than %d values", word, VALUES_MAX);
		p[len] = '\0';
		v->of[k][v->n[k]++] = p;
		if (last)
			break;
		p += len;
	}
	s->n_key++;
	return DC_OK;
}

static enum dc_status keys_take(struct sim_sweep *s, struct values *v,
				struct dc_err *err)
{
	char *p = s->text;

	while (*(p += strspn(p, " ")) != '\0') {
		size_t len = strcspn(p, " ");
		bool last = p[len] == '\0';
		enum dc_status st;

		p[len] = '\0';
		st = key_take(s, v, p, err);
		if (st != DC_OK)
			return st;
		p += len + !last;
	}
	if (s->n_key == 0)
		return dc_fail(err, DC_EINVAL, "--sweep: nothing to sweep");
	return DC_OK;
}

/* Combination i: the last key changes fastest. */
static void run_make(struct sim_sweep *s, const struct values *v, size_t i,
		     const struct scenario_set *set, size_t n_set)
{
	struct sim_sweep_run *r = &s->run[i];
	struct dc_buf label;
	size_t len;

	r->set = dc_calloc(n_set + s->n_key, sizeof(*r->set));
	r->n_set = n_set + s->n_key;
	memcpy(r->set, set, n_set * sizeof(*set));
	for (size_t k = s->n_key; k-- > 0; i /= v->n[k])
		r->set[n_set + k] = (struct scenario_set){
			s->key[k], v->of[k][i % v->n[k]]
		};
	dc_buf_init(&label, LABEL_BYTES_MAX);
	for (size_t k = 0; k < s->n_key; k++)
		dc_buf_printf(&label, "%s%s=%s", k == 0 ? "" : " ", s->key[k],
			      r->set[n_set + k].value);
	(void)dc_buf_text(&label);
	dc_buf_append_byte(&label, '\0');
	r->label = (char *)dc_buf_take(&label, &len);
}

static enum dc_status runs_make(struct sim_sweep *s, const struct values *v,
				const struct scenario_set *set, size_t n_set,
				struct dc_err *err)
{
	size_t n = 1;

	for (size_t k = 0; k < s->n_key; k++) {
		n *= v->n[k];
		if (n > SIM_SWEEP_RUNS_MAX)
			return dc_fail(err, DC_EINVAL, "--sweep: more than %d "
				       "runs", SIM_SWEEP_RUNS_MAX);
	}
	s->run = dc_calloc(n, sizeof(*s->run));
	s->n_run = n;
	for (size_t i = 0; i < n; i++)
		run_make(s, v, i, set, n_set);
	return DC_OK;
}

/* What the threads share. */
struct work {
	struct sim_sweep *s;
	const char *path, *text;
	size_t len;
	void (*tell)(size_t done, size_t all);
	pthread_mutex_t lock;
	size_t next, done;	/* under the lock */
};

static size_t job_take(struct work *w)
{
	size_t i;

	DC_CHECK(pthread_mutex_lock(&w->lock) == 0);
	i = w->next++;
	DC_CHECK(pthread_mutex_unlock(&w->lock) == 0);
	return i;
}

static void job_done(struct work *w)
{
	DC_CHECK(pthread_mutex_lock(&w->lock) == 0);
	w->done++;
	if (w->tell != NULL)
		w->tell(w->done, w->s->n_run);
	DC_CHECK(pthread_mutex_unlock(&w->lock) == 0);
}

static void *runner(void *data)
{
	struct work *w = data;
	size_t i;

	while ((i = job_take(w)) < w->s->n_run) {
		struct sim_sweep_run *r = &w->s->run[i];

		r->status = scenario_parse(&r->scenario, w->path, w->text,
					   w->len, r->set, r->n_set, &r->err);
		if (r->status == DC_OK) {
			sim_run(&r->result, &r->scenario, NULL, NULL);
			scenario_data_free(&r->scenario.data);
		}
		job_done(w);
	}
	return NULL;
}

static void work_do(struct work *w)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	size_t n = cores > 1 ? (size_t)cores : 1, started = 0;
	pthread_t thread[THREADS_MAX];

	if (n > w->s->n_run)
		n = w->s->n_run;
	if (n > THREADS_MAX)
		n = THREADS_MAX;
	/* This thread works, too; it can do all alone. */
	while (started + 1 < n && pthread_create(&thread[started], NULL,
						 runner, w) == 0)
		started++;
	(void)runner(w);
	for (size_t i = 0; i < started; i++)
		DC_CHECK(pthread_join(thread[i], NULL) == 0);
}

enum dc_status sim_sweep(struct sim_sweep *out, const char *sweep,
			 const char *path, const char *text, size_t len,
			 const struct scenario_set *set, size_t n_set,
			 void (*tell)(size_t done, size_t all),
			 struct dc_err *err)
{
	struct work w = {
		.s = out, .path = path, .text = text, .len = len,
		.tell = tell,
	};
	struct values *v = dc_calloc(1, sizeof(*v));
	enum dc_status st;

	*out = (struct sim_sweep){ .text = dc_strdup(sweep) };
	st = keys_take(out, v, err);
	if (st == DC_OK)
		st = runs_make(out, v, set, n_set, err);
	free(v);
	if (st != DC_OK)
		return st;
	DC_CHECK(pthread_mutex_init(&w.lock, NULL) == 0);
	work_do(&w);
	(void)pthread_mutex_destroy(&w.lock);
	for (size_t i = 0; i < out->n_run; i++)
		if (out->run[i].status != DC_OK)
			return dc_fail(err, out->run[i].status, "%s (%s)",
				       out->run[i].err.text,
				       out->run[i].label);
	return DC_OK;
}

void sim_sweep_clear(struct sim_sweep *s)
{
	for (size_t i = 0; i < s->n_run; i++) {
		struct sim_sweep_run *r = &s->run[i];

		if (r->status == DC_OK && r->scenario.arena != NULL) {
			sim_result_clear(&r->result);
			scenario_clear(&r->scenario);
		}
		free(r->set);
		free(r->label);
	}
	free(s->run);
	free(s->text);
	memset(s, 0, sizeof(*s));
}
