/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "forge/get.h"

#include <stdlib.h>
#include <string.h>

#include "base/deadline.h"
#include "sys/retry.h"

#define SILENT_MAX_MS 15000
#define WAIT_FOR_LIMIT_MAX_MS 5000

static const struct retry_policy policy = {
	.attempts_max = 2, .first_ms = 500, .cap_ms = 4000, .total_ms = 20000,
};

struct get {
	struct loop *loop;
	struct http *http;
	struct get_request request;
	char *url;
	struct http_transfer *transfer;
	struct loop_timer *timer;
	struct retry retry;
	struct answer answer;
};

static void get_free(struct get *get)
{
	str_release(&get->answer.body);
	free(get->url);
	free(get);
}

void get_cancel(struct get *get)
{
	if (!get)
		return;
	http_cancel(get->transfer);
	if (get->timer)
		loop_cancel(get->loop, get->timer);
	get_free(get);
}

/* Takes err. Nothing after this may touch get. */
static void finish(struct get *get, struct err *err)
{
	get->request.done(get->request.ctx, &get->answer, err);
	get_free(get);
}

static void on_header(void *ctx, struct span line)
{
	struct get *get = ctx;

	head_add(&get->answer.head, line);
}

static struct err *on_data(void *ctx, const struct http_reply *reply, struct span bytes)
{
	struct get *get = ctx;

	(void)reply;
	str_add_span(&get->answer.body, bytes);
	return err_as(str_err(&get->answer.body, "answer"), ERR_SERVICE);
}

/* A limit that lasts is told, not slept on. */
static bool may_go_better(const struct answer *answer)
{
	return answer->status != 429 || (answer->retry_after_ms >= 0 &&
					 answer->retry_after_ms <= WAIT_FOR_LIMIT_MAX_MS);
}

static struct err *attempt(struct get *get);

static void on_time(void *ctx)
{
	struct get *get = ctx;
	struct err *err;

	get->timer = NULL;
	err = attempt(get);
	if (err)
		finish(get, err);
}

static void on_done(void *ctx, const struct http_reply *reply, struct err *err)
{
	struct get *get = ctx;
	int64_t now_ms = loop_now_ms(get->loop), wait_ms = -1;
	struct err *timer_err;

	get->transfer = NULL;
	get->answer.status = reply->status;
	get->answer.retry_after_ms = reply->retry_after_ms;
	if (may_go_better(&get->answer))
		wait_ms = retry_next(&get->retry, reply->failure, reply->status,
				     reply->retry_after_ms, now_ms);
	if (wait_ms < 0 || deadline_passed(get->request.deadline_ms, now_ms + wait_ms)) {
		finish(get, err);
		return;
	}
	timer_err = loop_timer(get->loop, now_ms + wait_ms, on_time, get, &get->timer);
	if (timer_err)
		finish(get, err_first(err, timer_err));
	else
		err_drop(err);
}

static struct err *attempt(struct get *get)
{
	int64_t now_ms = loop_now_ms(get->loop);
	const struct token *token = get->request.token;
	struct http_request request = {
		.method = "GET",
		.url = get->url,
		.headers = get->request.headers,
		.bearer = token ? token->secret : NULL,
		.bearer_as = token ? token->as : NULL,
		.allow_http = get->request.allow_http,
		.idle_timeout_ms = SILENT_MAX_MS,
		.total_timeout_ms = deadline_left_ms(get->request.deadline_ms, now_ms),
		.max_bytes = get->request.max_bytes,
		.header = on_header,
		.data = on_data,
		.done = on_done,
		.ctx = get,
	};

	if (!request.total_timeout_ms)
		return err_new(ERR_SERVICE, "no time is left");
	head_init(&get->answer.head);
	str_reset(&get->answer.body);
	return http_start(get->http, &request, &get->transfer);
}

struct err *get_start(struct get **out, struct loop *loop, struct http *http,
		      const struct get_request *request)
{
	struct get *get = calloc(1, sizeof(*get));
	struct err *err;

	*out = NULL;
	if (!get)
		return err_nomem();
	get->loop = loop;
	get->http = http;
	get->request = *request;
	str_init(&get->answer.body, request->max_bytes);
	retry_init(&get->retry, &policy, loop_now_ms(loop), (uint64_t)loop_now_ms(loop));
	get->url = strdup(request->url);
	err = get->url ? attempt(get) : err_nomem();
	if (err)
		get_free(get);
	else
		*out = get;
	return err;
}
