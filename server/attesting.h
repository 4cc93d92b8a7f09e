#ifndef DECAID_SERVER_ATTESTING_H
#define DECAID_SERVER_ATTESTING_H

/*
 * Predictions with a signature that a contract can check: of the model's
 * effective checkpoint, not of its newest state. The handler waits for
 * oracle/attester.h.
 *
 *	if (rq->waited_for == attester_ready) {
 *		if (attesting_take(&a, &p, rq, rp))
 *			... p and a can be told
 *	} else if (predicting_embed(&p, rq, rp)) {
 *		attesting_wish(&p, rq, rp);
 *	}
 */

#include "oracle/attester.h"
#include "server/predicting.h"
#include "server/rest.h"

/* Wish for attestations of p->body: the handler is called again, or the reply
 * is made: 400, 429, 503. */
void attesting_wish(struct predicting *p, struct http_request *rq,
		    struct http_reply *rp);

/* Called again: what was wished for, into p as predicting_ask does, and out.
 * out  in the request's arena, or of the wish
 * false: the reply is made. */
bool attesting_take(struct attester_answer *out, struct predicting *p,
		    struct http_request *rq,
		    struct http_reply *rp) DC_MUST_CHECK;

/* "attestation": {...} of prediction i. */
void attesting_put(struct json_out *j, const struct app *a,
		   const struct attester_answer *of, size_t i);

/* "attested_for": {chain_id, pool, model, epoch}. */
void attesting_put_for(struct json_out *j, const struct app *a,
		       const struct attester_answer *of);

/* ---- what other forms of the question need ---- */

/* Wait for attestations of packed samples, or the reply is made.
 * x  (n) */
void attesting_wait_for(struct http_request *rq, struct http_reply *rp,
			const struct attester_state *of,
			const struct model_spec *spec,
			const struct attester_sample *x, size_t n);

/* Called again: what was wished for.
 * false: the reply is made. */
bool attesting_granted(struct attester_answer *out, struct http_request *rq,
		       struct http_reply *rp) DC_MUST_CHECK;

/* The effective checkpoint of the model that the path names, and whether this
 * daemon may attest it.
 * r  open
 * Errors: DC_EINVAL, DC_ENOTFOUND, as in struct rest; r->told. */
enum dc_status attesting_find(struct attester_state *out, struct rest *r,
			      const struct sql_model *m) DC_MUST_CHECK;

#endif /* DECAID_SERVER_ATTESTING_H */
