/* The "agent" lines of a scenario. */
#include "config.h"

#include <string.h>

#include "models/fx9.h"
#include "server/scenario.h"

/* when=always, when=accuracy+0.15, when=accuracy-0.1 */
static enum dc_status when_take(struct sim_agent *a, const struct scenario *s,
				const struct scenario_line *line,
				struct dc_err *err)
{
	const char *value = scenario_value(line, "when"), *p;

	a->if_accuracy_fx9 = SIM_ALWAYS;
	if (value == NULL || strcmp(value, "always") == 0)
		return DC_OK;
	p = value + 8;
	if (strncmp(value, "accuracy", 8) != 0 ||
	    (*p != '\0' && *p != '+' && *p != '-'))
		goto bad;
	a->if_accuracy_fx9 = 0;
	if (*p != '\0' && fx9_parse(&a->if_accuracy_fx9, p + 1,
				    strlen(p + 1), NULL) != DC_OK)
		goto bad;
	if (a->if_accuracy_fx9 < 0 || a->if_accuracy_fx9 > DC_FX9_ONE)
		goto bad;
	if (*p == '-')
		a->if_accuracy_fx9 = -a->if_accuracy_fx9;
	return DC_OK;
bad:
	return scenario_fail(s, line, err, "when=%s is not always or, such "
			     "as, accuracy+0.15", value);
}

static enum dc_status accounts_take(struct sim_agent *a,
				    const struct scenario *s,
				    const struct scenario_line *line,
				    struct dc_err *err)
{
	uint64_t n;
	enum dc_status st = scenario_u64(&n, s, line, "accounts", "1", err);

	if (st == DC_OK && (n == 0 || n > SIM_ACCOUNTS_MAX))
		return scenario_fail(s, line, err, "accounts is from 1 to %d",
				     SIM_ACCOUNTS_MAX);
	a->accounts = st == DC_OK ? (uint32_t)n : 0;
	return st;
}

static enum dc_status small_take(uint32_t *out, const struct scenario *s,
				 const struct scenario_line *line,
				 const char *key, uint64_t max,
				 struct dc_err *err)
{
	uint64_t n;
	enum dc_status st = scenario_u64(&n, s, line, key, "0", err);

	if (st == DC_OK && n > max)
		return scenario_fail(s, line, err, "%s is at most %u", key,
				     (unsigned)max);
	*out = st == DC_OK ? (uint32_t)n : 0;
	return st;
}

/* What it does to samples: private, prime, copies, near, class. */
static enum dc_status attack_take(struct sim_agent *a,
				  const struct scenario *s,
				  const struct scenario_line *line,
				  struct dc_err *err)
{
	const char *only = scenario_value(line, "class");
	enum dc_status st;

	a->only_class = SIM_EVERY_CLASS;
	if (only != NULL && !spec_class_find(&a->only_class, &s->spec, only))
		return scenario_fail(s, line, err, "no class '%s'", only);
	st = small_take(&a->private_columns, s, line, "private", 1000, err);
	if (st == DC_OK)
		st = scenario_time(&a->prime_s, s, line, "prime", "0", err);
	if (st == DC_OK)
		st = small_take(&a->copies, s, line, "copies", 100, err);
	if (st == DC_OK)
		st = small_take(&a->near, s, line, "near", 1000, err);
	return st;
}

static enum dc_status wrong_take(struct sim_agent *a, const struct scenario *s,
				 const struct scenario_line *line,
				 struct dc_err *err)
{
	enum dc_status st = scenario_fx9(&a->wrong_fx9, s, line, "wrong", "0",
					 err);

	if (st == DC_OK && (a->wrong_fx9 < 0 || a->wrong_fx9 > DC_FX9_ONE))
		return scenario_fail(s, line, err, "wrong is from 0 to 1");
	if (st == DC_OK)
		st = accounts_take(a, s, line, err);
	if (st == DC_OK)
		st = scenario_time(&a->from_s, s, line, "from", "0", err);
	if (st == DC_OK)
		st = scenario_time(&a->drift_s, s, line, "drift", "0", err);
	return st;
}

/* calls=PRICE: asks instead of contributing. */
static enum dc_status money_take(struct sim_agent *a, const struct scenario *s,
				 const struct scenario_line *line,
				 struct dc_err *err)
{
	unsigned __int128 of[2];
	enum dc_status st = scenario_amount(&a->start_wei, s, line, "balance",
					    NULL, err);

	a->calls = scenario_value(line, "calls") != NULL;
	if (st == DC_OK && a->calls)
		return scenario_amount(&a->pays_wei, s, line, "calls", NULL,
				       err);
	if (st == DC_OK)
		st = scenario_spread(of, s, line, "deposit", SCENARIO_AMOUNTS,
				     err);
	if (st == DC_OK) {
		a->deposit_mean_wei = of[0];
		a->deposit_dev_wei = of[1];
	}
	return st;
}

static enum dc_status wait_take(struct sim_agent *a, const struct scenario *s,
				const struct scenario_line *line,
				struct dc_err *err)
{
	unsigned __int128 of[2];
	enum dc_status st = scenario_spread(of, s, line, "wait",
					    SCENARIO_TIMES, err);

	if (st == DC_OK) {
		a->wait_mean_s = (uint64_t)of[0];
		a->wait_dev_s = (uint64_t)of[1];
	}
	return st;
}

enum dc_status scenario_take_agent(struct scenario *s,
				   const struct scenario_line *line,
				   struct dc_err *err)
{
	static const char *const keys[] = {
		"balance", "deposit", "wait", "when", "wrong", "from", "drift",
		"calls", "accounts", "private", "prime", "copies", "near",
		"class", NULL
	};
	struct sim_agent a = { .name = line->word[1] };
	enum dc_status st = scenario_keys(s, line, 2, keys, err);

	if (st != DC_OK)
		return st;
	if (strchr(a.name, '=') != NULL)
		return scenario_fail(s, line, err, "an agent needs a name");
	for (unsigned i = 0; i < s->config.n_agent; i++)
		if (strcmp(s->agent[i].name, a.name) == 0)
			return scenario_fail(s, line, err,
					     "a second agent '%s'", a.name);
	if (s->config.n_agent == SCENARIO_AGENTS_MAX)
		return scenario_fail(s, line, err, "more than %d agents",
				     SCENARIO_AGENTS_MAX);
	if ((st = money_take(&a, s, line, err)) != DC_OK ||
	    (st = wait_take(&a, s, line, err)) != DC_OK ||
	    (st = when_take(&a, s, line, err)) != DC_OK ||
	    (st = wrong_take(&a, s, line, err)) != DC_OK ||
	    (st = attack_take(&a, s, line, err)) != DC_OK)
		return st;
	s->agent[s->config.n_agent++] = a;
	return DC_OK;
}
