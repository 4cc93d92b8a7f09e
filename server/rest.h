#ifndef DECAID_SERVER_REST_H
#define DECAID_SERVER_REST_H

/*
 * What the REST handlers (rest_*.c, one file a resource) share. A handler
 * that reads chain.db is three lines:
 *
 *	struct rest r;
 *
 *	if (rest_open(&r, rq, rp))
 *		rest_close(&r, write_things(&r));
 *
 * write_things appends JSON to r.j and returns a status; what failed becomes
 * a problem document there: DC_EINVAL 400, DC_ENOTFOUND 404, anything else
 * 503. Its text must be fit for strangers; texts of DC_EIO and DC_EBUSY are
 * logged, not told.
 */

#include "base/event.h"
#include "incentives/claim.h"
#include "server/app.h"
#include "server/http.h"
#include "server/json_out.h"
#include "sql/checkpoints.h"
#include "sql/contributions.h"
#include "sql/contributors.h"
#include "sql/mirrors.h"
#include "sql/models.h"
#include "sql/page.h"

struct rest {
	struct http_request *rq;
	struct http_reply *rp;
	struct app *app;
	struct app_loop *loop;
	struct sql_db *chain;
	struct dc_arena *arena;
	struct json_out j;
	struct dc_err err;
	/* The followed head that the reply speaks for; zero before any. */
	struct block_ref head;
	bool told;		/* rest_later made the reply */
	const struct sql_mirror *mirror;	/* the one read last */
};

/* A consistent view of chain.db, and an entity tag of its state.
 * false: the reply is made (304 or a problem). */
bool rest_open(struct rest *r, struct http_request *rq,
	       struct http_reply *rp) DC_MUST_CHECK;

/* The same without a tag: for what depends on more than chain.db; call
 * rest_tag_body after rest_close. */
bool rest_open_untagged(struct rest *r, struct http_request *rq,
			struct http_reply *rp) DC_MUST_CHECK;
void rest_close(struct rest *r, enum dc_status status);

/* 503 with a text for the client and when to come again, instead of what
 * rest_close makes of a failure. Before anything is written to r.j. */
void rest_later(struct rest *r, unsigned retry_after_s, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Tag a 200 by its bytes, and turn it into a 304 where they are known. */
void rest_tag_body(struct http_request *rq, struct http_reply *rp);

/* Turn a failure into a problem document. */
void rest_fail(struct http_request *rq, struct http_reply *rp,
	       const struct dc_err *err);

/* limit and after of the query.
 * Errors: DC_EINVAL. */
enum dc_status rest_page(struct rest *r, struct sql_page *out,
			 struct dc_err *err) DC_MUST_CHECK;

/* "next": key, or null. */
void rest_put_next(struct rest *r, const char *key);

/* A whole number in [least, most].
 * name  what it is, for the error
 * Errors: DC_EINVAL. */
enum dc_status rest_uint(uint64_t *out, const char *text, const char *name,
			 uint64_t least, uint64_t most,
			 struct dc_err *err) DC_MUST_CHECK;

/* Place of text in names, the query's name for the error.
 * Errors: DC_EINVAL. */
enum dc_status rest_choice(unsigned *out, const char *text, const char *name,
			   const char *const *names, unsigned n,
			   struct dc_err *err) DC_MUST_CHECK;

/* ---- models (rest_models.c) ---- */

/* The model that {model} names, by address or slug.
 * live  its entry in the registry, NULL: not held here
 * Errors: DC_ENOTFOUND. */
enum dc_status rest_find_model(struct rest *r, struct sql_model *out,
			       const struct registry_model **live,
			       struct dc_err *err) DC_MUST_CHECK;

/* Only the registry's: for what needs no database. NULL: none. */
const struct registry_model *rest_find_live(struct app *a, const char *name);

/* The class of a label, NULL where the model has or knows none. Borrowed. */
const char *rest_class(struct rest *r, const struct sql_model *m,
		       const struct registry_model *live, uint32_t label);

/* ---- claims (rest_claims.c) ---- */

/* What is asked about the contributions of one model, one after the other.
 * Remembers the checkpoint it looked at last. */
struct rest_claims {
	struct rest *r;
	const struct sql_model *model;
	bool known;
	uint64_t epoch, accepted_s;
};

void rest_claims_init(struct rest_claims *k, struct rest *r,
		      const struct sql_model *m);
enum dc_status rest_claims_check(struct rest_claims *k,
				 struct claim_answer *out,
				 const struct sql_contribution *c,
				 enum claim_action action,
				 struct dc_err *err) DC_MUST_CHECK;

/* ---- contributors (rest_board.c) ---- */

/* The members of a contributor's sums, without braces. */
void rest_put_sums(struct json_out *j, const struct sql_contributor *c);

/* ---- contributions (rest_contributions.c) ---- */

/* A page of a model's contributions, each put by put: "name": [...], and
 * next. */
typedef enum dc_status rest_rows_read(struct sql_db *db,
				      struct sql_contribution *out,
				      uint32_t *n, char *next, int64_t model,
				      const struct sql_page *page,
				      struct dc_arena *arena,
				      struct dc_err *err);
typedef enum dc_status rest_row_put(struct rest_claims *k,
				    const struct registry_model *live,
				    const struct sql_contribution *c);
enum dc_status rest_put_rows(struct rest *r, const struct sql_model *m,
			     const struct registry_model *live,
			     const char *name, rest_rows_read *rows,
			     rest_row_put *put) DC_MUST_CHECK;

/* The members of one contribution, without braces. */
enum dc_status rest_put_contribution(struct rest *r, struct rest_claims *k,
				     const struct registry_model *live,
				     const struct sql_contribution *c,
				     struct dc_err *err) DC_MUST_CHECK;

/* ---- 0xDeCA10B's models (rest_mirror.c) ---- */

bool rest_is_mirror(const struct sql_model *m);

/* What the database has of it beside the model; read once a model. */
enum dc_status rest_mirror_row(struct rest *r, const struct sql_mirror **out,
			       const struct sql_model *m,
			       struct dc_err *err) DC_MUST_CHECK;

/* What the next contribution costs, and the most one can cost. */
struct wei rest_mirror_price(const struct sql_model *m,
			     const struct sql_mirror *row, uint64_t now_s);
struct wei rest_mirror_cap(const struct sql_mirror *row);

/* What its contract still holds of a contribution's deposit. */
struct wei rest_mirror_left(const struct sql_contribution *c);

/* Members of the model: followed, refusal, audit; classes, verdict_rule. */
enum dc_status rest_mirror_put_state(struct rest *r,
				     const struct sql_model *m) DC_MUST_CHECK;
enum dc_status rest_mirror_put_classes(struct rest *r,
				       const struct sql_model *m)
	DC_MUST_CHECK;

/* A contribution's member sample. An element of the deposits. */
void rest_mirror_put_sample(struct rest *r, const struct sql_model *m,
			    const struct sql_contribution *c);
void rest_mirror_put_deposit(struct rest *r, const struct sql_model *m,
			     const struct sql_contribution *c);

/* ---- original data (rest_deca.c) ---- */

/* What is kept as the text of a contribution; *out NULL: none is. */
enum dc_status rest_text_of(struct rest *r, const char **out,
			    const struct addr20 *model,
			    const struct sql_contribution *c) DC_MUST_CHECK;

/* ---- handlers ---- */

http_handler rest_healthz, rest_readyz, rest_status, rest_metrics,
	rest_models, rest_model, rest_export, rest_predict,
	rest_mirror_predict, rest_contributions, rest_contribution,
	rest_suspects, rest_accuracy, rest_leaderboard, rest_board,
	rest_deposits, rest_checkpoints, rest_checkpoint, rest_operators,
	rest_operator, rest_contributor, rest_proof, rest_update_proof,
	rest_simulate, rest_simulations, rest_events, rest_openapi, rest_asset,
	rest_ccip;

/* The Open Inference Protocol (rest_infer.c). */
http_handler rest_infer, rest_infer_live, rest_infer_model,
	rest_infer_model_ready, rest_infer_ready, rest_infer_server;

/* 0xDeCA10B's data service (rest_deca.c). */
http_handler rest_deca_accuracy, rest_deca_data, rest_deca_health,
	rest_deca_model, rest_deca_models, rest_deca_take_accuracy,
	rest_deca_take_data, rest_deca_take_model;

/* http_state of /v1/status */
uint64_t rest_status_state(void *app);

#endif /* DECAID_SERVER_REST_H */
