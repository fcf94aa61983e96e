/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/attempt.h"

#include "base/deadline.h"
#include "model/tokens.h"

#define ERROR_BODY_BYTES ((size_t)64 << 10)

/* More than stream.c takes, so that it is the one to say so. */
#define BODY_MAX_BYTES ((size_t)256 << 20)

void attempt_clock(struct attempt *a)
{
	int64_t now_ms = loop_now_ms(a->spec.loop);

	a->pulse = (struct pulse){ now_ms, now_ms, now_ms, false, false };
}

void attempt_init(struct attempt *a, const struct attempt_spec *spec)
{
	*a = (struct attempt){ .spec = *spec };
	chat_reply_init(&a->reply, spec->max_answer_bytes);
	wire_reader_init(&a->reader, spec->endpoint->profile->wire, &a->reply);
	stream_init(&a->stream, &a->reader);
	str_init(&a->error_body, ERROR_BODY_BYTES);
	attempt_clock(a);
}

void attempt_release(struct attempt *a)
{
	stream_release(&a->stream);
	wire_reader_release(&a->reader);
	chat_reply_release(&a->reply);
	str_release(&a->error_body);
	err_drop(a->failure.err);
}

void attempt_reset(struct attempt *a)
{
	const struct attempt_spec spec = a->spec;

	attempt_release(a);
	attempt_init(a, &spec);
}

static bool is_said(const struct attempt *a)
{
	return a->reader.ended || a->reader.failed;
}

static struct pulse_limit next_limit(struct attempt *a)
{
	a->pulse.said = is_said(a);
	return pulse_limit(&a->pulse, &a->spec.limits);
}

static void call_off_watchdog(struct attempt *a)
{
	if (a->watchdog)
		loop_cancel(a->spec.loop, a->watchdog);
	a->watchdog = NULL;
}

static void on_watchdog(void *ctx);

static void set_watchdog(struct attempt *a, int64_t at_ms)
{
	struct err *err;

	if (at_ms == DEADLINE_NEVER)
		return;
	err = loop_timer(a->spec.loop, at_ms, on_watchdog, a, &a->watchdog);
	if (err)
		loop_fail(a->spec.loop, err);
}

static void on_watchdog(void *ctx)
{
	struct attempt *a = ctx;
	struct failure failure = { .retry_after_ms = -1 };
	int64_t now_ms = loop_now_ms(a->spec.loop);
	int64_t since_ms = a->pulse.worked ? a->pulse.work_ms : a->pulse.began_ms;
	struct pulse_limit limit = next_limit(a);

	a->watchdog = NULL;
	if (now_ms < limit.at_ms) {
		set_watchdog(a, limit.at_ms);
		return;
	}
	http_cancel(a->transfer);
	a->transfer = NULL;
	failure.cause = limit.cause;
	if (is_said(a))
		failure = failure_of_answer(a->spec.endpoint, &a->reader,
					    a->spec.prompt_tokens);
	else if (limit.cause == RETRY_NEVER)
		failure.err = failure_no_time();
	else
		failure.err = err_new(ERR_SERVICE, "%s for %lld s", limit.text,
				      (long long)(now_ms - since_ms + 500) / 1000);
	a->spec.over(a->spec.ctx, &failure);
}

void attempt_tell(struct attempt *a)
{
	struct span text = span_cut(str_span(&a->reply.text), a->told, a->reply.text.len);

	a->told = a->reply.text.len;
	if (!text.len)
		return;
	a->telling = true;
	a->spec.text(a->spec.ctx, text);
	a->telling = false;
}

static struct err *on_data(void *ctx, const struct http_reply *reply, struct span bytes)
{
	struct attempt *a = ctx;
	bool progress;
	struct err *err;

	a->pulse.byte_ms = loop_now_ms(a->spec.loop);
	if (reply->status != 200) {
		str_add_span(&a->error_body,
			     span_cut(bytes, 0, ERROR_BODY_BYTES - a->error_body.len));
		return NULL;
	}
	err = stream_feed(&a->stream, bytes, &progress);
	if (progress) {
		a->pulse.work_ms = a->pulse.byte_ms;
		if (!a->pulse.worked)
			a->reply.first_ms = a->pulse.work_ms - a->pulse.began_ms;
		a->pulse.worked = true;
	}
	if (err) {
		a->failure = failure_of_stream(err, &a->stream);
		return err_new(ERR_SERVICE, "the reply is of no use");
	}
	attempt_tell(a);
	return a->stopped ? err_new(ERR_SERVICE, "cancelled") : NULL;
}

static void on_done(void *ctx, const struct http_reply *reply, struct err *err)
{
	struct attempt *a = ctx;
	struct failure failure = a->failure;
	struct err *end = NULL;

	a->transfer = NULL;
	a->failure.err = NULL;
	if (!a->stopped && !err && reply->status == 200) {
		end = stream_end(&a->stream);
		attempt_tell(a);
	}
	call_off_watchdog(a);
	if (a->stopped) {
		err_drop(err);
		err_drop(end);
		err_drop(failure.err);
		a->spec.over(a->spec.ctx, NULL);
		return;
	}
	if (failure.err)
		err_drop(err); /* it only ended the transfer */
	else if (end)
		failure = failure_of_stream(end, &a->stream);
	else if (err && !is_said(a))
		failure = failure_of_transport(err, reply);
	else if (!err && reply->status != 200)
		failure = failure_of_status(a->spec.endpoint, reply, str_span(&a->error_body));
	else {
		err_drop(err); /* a close that is not clean, after the last word */
		failure = failure_of_answer(a->spec.endpoint, &a->reader,
					    a->spec.prompt_tokens);
	}
	a->spec.over(a->spec.ctx, &failure);
}

struct err *attempt_start(struct attempt *a, struct http *http)
{
	static const char *const headers[] = {
		"Content-Type: application/json",
		"Accept: text/event-stream, application/json", NULL
	};
	const struct http_request request = {
		.method = "POST",
		.url = a->spec.url->buf,
		.headers = headers,
		.bearer = a->spec.endpoint->key,
		.body = str_span(a->spec.body),
		.allow_http = a->spec.endpoint->allow_http,
		.max_bytes = BODY_MAX_BYTES,
		.data = on_data,
		.done = on_done,
		.ctx = a,
	};
	struct err *err;

	attempt_clock(a);
	err = http_start(http, &request, &a->transfer);
	if (!err)
		set_watchdog(a, next_limit(a).at_ms);
	return err;
}

bool attempt_stop(struct attempt *a)
{
	a->stopped = true;
	call_off_watchdog(a);
	if (a->telling)
		return false; /* our transfer is on the stack: on_data() ends it */
	http_cancel(a->transfer);
	a->transfer = NULL;
	return true;
}

void attempt_count(struct attempt *a, bool read)
{
	struct usage *usage = &a->reply.usage;

	usage->requests = 1;
	if (!a->reader.has_usage && (read || a->pulse.worked || a->reply.text.len)) {
		usage->prompt_tokens = a->spec.prompt_tokens;
		usage->completion_tokens = tokens_of_bytes(a->reply.text.len +
							   a->reader.thought_bytes);
		usage->estimated = true;
	}
	usage->usd = usage_usd(usage, &a->spec.endpoint->prices);
}
