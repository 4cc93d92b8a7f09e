/* sums.c: sums of contributors' deeds. */

#include "config.h"

#include "sql/sums.h"

void
sql_col_sums(struct sql_query *q, struct sql_sums *s)
{
	s->karma = sql_col_i64(q);
	s->contributions = sql_col_i64(q);
	s->agreed = sql_col_i64(q);
	s->deposited_wei = sql_col_wei(q);
	s->refunded_wei = sql_col_wei(q);
	s->earned_wei = sql_col_wei(q);
}

void
sql_bind_sums(struct sql_query *q, const struct sql_sums *s)
{
	sql_bind_i64(q, s->karma);
	sql_bind_i64(q, s->contributions);
	sql_bind_i64(q, s->agreed);
	sql_bind_wei(q, s->deposited_wei);
	sql_bind_wei(q, s->refunded_wei);
	sql_bind_wei(q, s->earned_wei);
}

struct sql_sums
sql_sums_of_delta(const struct sql_contributor_delta *d)
{
	return (struct sql_sums){ d->karma, d->contributions, d->agreed,
				  d->deposited_wei, d->refunded_wei,
				  d->earned_wei };
}

struct sql_sums
sql_sums_of(const struct sql_contributor *c)
{
	return (struct sql_sums){ (int64_t)c->karma,
				  (int64_t)c->contributions,
				  (int64_t)c->agreed, c->deposited_wei,
				  c->refunded_wei, c->earned_wei };
}

bool
sql_sums_are_zero(const struct sql_sums *s)
{
	return s->karma == 0 && s->contributions == 0 && s->agreed == 0 &&
	       u256_is_zero(s->deposited_wei.v) &&
	       u256_is_zero(s->refunded_wei.v) &&
	       u256_is_zero(s->earned_wei.v);
}

static enum dc_status
sql_sums_fail(struct dc_err *err)
{
	return dc_fail(err, DC_EINVAL,
		       "a contributor's sum leaves its range");
}

enum dc_status
sql_sums_add(struct sql_sums *s, const struct sql_sums *d,
	     struct dc_err *err)
{
	if (!__builtin_add_overflow(s->karma, d->karma, &s->karma) &&
	    !__builtin_add_overflow(s->contributions, d->contributions,
				    &s->contributions) &&
	    !__builtin_add_overflow(s->agreed, d->agreed, &s->agreed) &&
	    wei_add(&s->deposited_wei, s->deposited_wei, d->deposited_wei) &&
	    wei_add(&s->refunded_wei, s->refunded_wei, d->refunded_wei) &&
	    wei_add(&s->earned_wei, s->earned_wei, d->earned_wei))
		return DC_OK;
	return sql_sums_fail(err);
}

enum dc_status
sql_sums_take(struct sql_sums *s, const struct sql_sums *d,
	      struct dc_err *err)
{
	if (!__builtin_sub_overflow(s->karma, d->karma, &s->karma) &&
	    !__builtin_sub_overflow(s->contributions, d->contributions,
				    &s->contributions) &&
	    !__builtin_sub_overflow(s->agreed, d->agreed, &s->agreed) &&
	    wei_sub(&s->deposited_wei, s->deposited_wei, d->deposited_wei) &&
	    wei_sub(&s->refunded_wei, s->refunded_wei, d->refunded_wei) &&
	    wei_sub(&s->earned_wei, s->earned_wei, d->earned_wei))
		return DC_OK;
	return sql_sums_fail(err);
}
