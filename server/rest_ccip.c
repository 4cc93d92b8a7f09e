/*
 * GET /v1/ccip/{sender}/{data}.json and POST /v1/ccip: the gateway of
 * oracle/contracts/src/PredictionReader.sol (ERC-3668). What is answered is
 * the same whoever sends, and is believed for its signature alone.
 */
#include "config.h"

#include <string.h>

#include "base/hex.h"
#include "base/json_scan.h"
#include "oracle/ccip.h"
#include "oracle/operator_post.h"
#include "server/attesting.h"
#include "server/rest.h"

#define POSTED_TO "/v1/ccip"
#define SUFFIX ".json"
#define ANSWER_BYTES 1024

struct asking {
	struct rest r;
	struct sql_model m;
	struct ccip_question q;
};

/* ---- the question ---- */

static enum dc_status read_sender(const char *text, struct dc_err *err)
{
	struct dc_err why = DC_ERR_INIT;
	struct addr20 sender;

	return addr20_parse(&sender, text, &why) == DC_OK ? DC_OK :
		dc_fail(err, DC_EINVAL, "sender: %s", why.text);
}

static enum dc_status read_data(struct ccip_question *out, const char *text,
				size_t len, struct dc_arena *arena,
				struct dc_err *err)
{
	struct dc_err why = DC_ERR_INIT;
	size_t n = len / 2;
	uint8_t *bytes;

	if (len < 2 || text[0] != '0' || text[1] != 'x' || len % 2 != 0)
		return dc_fail(err, DC_EINVAL,
			       "data: not 0x and pairs of hex digits");
	bytes = dc_arena_alloc(arena, n);
	if (hex_decode(bytes, n - 1, text + 2, &why) != DC_OK)
		return dc_fail(err, DC_EINVAL, "data: %s", why.text);
	return ccip_read(out, bytes, n - 1, err);
}

/* {data} may be longer than a parameter: it is the path's end. */
static enum dc_status read_path(struct ccip_question *out,
				struct http_request *rq, struct dc_err *err)
{
	const char *data = strrchr(rq->path, '/') + 1;

	return read_sender(rq->param[0], err) != DC_OK ? DC_EINVAL :
		read_data(out, data, strlen(data) - strlen(SUFFIX),
			  rq->arena, err);
}

static enum dc_status read_members(struct json_slice *sender,
				   struct json_slice *data,
				   struct http_request *rq,
				   struct dc_err *err)
{
	struct json_scan s;

	json_scan_init(&s, rq->body, rq->body_len);
	for (bool more = json_scan_object(&s); more;
	     more = json_scan_more(&s)) {
		struct json_slice key;

		if (!json_scan_key(&s, &key))
			break;
		if (json_slice_is(key, "sender"))
			(void)json_scan_string(&s, sender);
		else if (json_slice_is(key, "data"))
			(void)json_scan_string(&s, data);
		else
			(void)json_scan_skip(&s);
	}
	if (!json_scan_close(&s) || !json_scan_end(&s))
		return json_scan_error(&s, err);
	if (sender->p == NULL || data->p == NULL)
		return dc_fail(err, DC_EINVAL, "sender and data are needed");
	return DC_OK;
}

static enum dc_status read_body(struct ccip_question *out,
				struct http_request *rq, struct dc_err *err)
{
	struct json_slice sender = { .p = NULL }, data = { .p = NULL };
	char text[ADDR20_TEXT_BYTES];

	if (read_members(&sender, &data, rq, err) != DC_OK)
		return DC_EINVAL;
	if (sender.len != sizeof(text) - 1)
		return dc_fail(err, DC_EINVAL,
			       "sender: not 0x and 40 digits");
	memcpy(text, sender.p, sender.len);
	text[sender.len] = '\0';
	return read_sender(text, err) != DC_OK ? DC_EINVAL :
		read_data(out, data.p, data.len, rq->arena, err);
}

/* ---- asking ---- */

static enum dc_status find_model(struct asking *a)
{
	struct rest *r = &a->r;
	bool found;

	if (sql_model_get(r->chain, &a->m, &found, &a->q.trainer, r->arena,
			  &r->err) != DC_OK)
		return r->err.status;
	if (!found)
		return dc_fail(&r->err, DC_ENOTFOUND, "no such model");
	if (rest_is_mirror(&a->m))
		return dc_fail(&r->err, DC_EINVAL, "a contract of "
			       "0xDeCA10B's is asked, it attests for itself");
	if (a->q.sample_len > a->m.is.params.max_sample_bytes)
		return dc_fail(&r->err, DC_EINVAL, "the sample is longer than "
			       "the model's may be");
	return DC_OK;
}

static void wish(struct asking *a, const struct attester_state *of,
		 struct http_request *rq, struct http_reply *rp)
{
	const struct attester_sample x = { a->q.sample, a->q.sample_len };
	const struct registry_model *live = registry_find(
		a->r.app->registry, &a->q.trainer);

	if (live == NULL || registry_info(live)->spec == NULL ||
	    registry_state(live) != REGISTRY_LIVE) {
		http_problem(rq, rp, 503, "this model is not served here");
		rp->retry_after_s = 1;
		return;
	}
	attesting_wait_for(rq, rp, of, registry_info(live)->spec, &x, 1);
}

static void ask(struct asking *a, struct http_request *rq,
		struct http_reply *rp)
{
	struct attester_state of;
	enum dc_status found;

	if (!rest_open_untagged(&a->r, rq, rp))
		return;
	found = find_model(a);
	if (found == DC_OK)
		found = attesting_find(&of, &a->r, &a->m);
	rest_close(&a->r, found);
	if (found == DC_OK)
		wish(a, &of, rq, rp);
}

/* ---- answering ---- */

/* The checkpoint that was spoken for, with what its trainer commits to beside
 * it. A reorganization may have taken it meanwhile. */
static enum dc_status find_checkpoint(struct rest *r,
				      struct sql_checkpoint *c,
				      struct hash32 *chain,
				      const struct attester_state *of)
{
	struct sql_model m;
	bool found;

	if (sql_model_get(r->chain, &m, &found, &of->trainer, r->arena,
			  &r->err) != DC_OK)
		return r->err.status;
	if (found && sql_checkpoint_get(r->chain, c, &found, m.row, of->epoch,
					r->arena, &r->err) != DC_OK)
		return r->err.status;
	if (!found || !hash32_equal(&c->is.state_root, &of->root))
		return dc_fail(&r->err, DC_ECONFLICT, "the checkpoint is "
			       "another one now");
	return operator_verdict_chain(chain, r->chain, m.row, c, &r->err);
}

static enum dc_status write_answer(struct rest *r,
				   const struct attester_answer *said)
{
	struct sql_checkpoint c;
	struct hash32 chain;
	struct dc_buf b;

	if (find_checkpoint(r, &c, &chain, &said->of) != DC_OK)
		return r->err.status;
	dc_buf_init(&b, ANSWER_BYTES);
	ccip_write(&b, &said->is[0], &said->signature[0], &c.is, &chain);
	DC_CHECK(!dc_buf_failed(&b));
	json_put_open(&r->j, '{');
	json_put_key(&r->j, "data");
	json_put_bytes(&r->j, b.data, b.len);
	json_put_close(&r->j, '}');
	dc_buf_clear(&b);
	return DC_OK;
}

static void answer(struct http_request *rq, struct http_reply *rp)
{
	struct attester_answer said;
	struct rest r;

	if (!attesting_granted(&said, rq, rp) ||
	    !rest_open_untagged(&r, rq, rp))
		return;
	rest_close(&r, write_answer(&r, &said));
	if (strcmp(rq->path, POSTED_TO) != 0)
		rest_tag_body(rq, rp);
}

void rest_ccip(struct http_request *rq, struct http_reply *rp)
{
	struct dc_err err = DC_ERR_INIT;
	struct asking a;
	enum dc_status found;

	if (rq->waited_for == attester_ready) {
		answer(rq, rp);
		return;
	}
	memset(&a, 0, sizeof(a));
	found = strcmp(rq->path, POSTED_TO) == 0 ?
		read_body(&a.q, rq, &err) : read_path(&a.q, rq, &err);
	if (found != DC_OK)
		rest_fail(rq, rp, &err);
	else
		ask(&a, rq, rp);
}
