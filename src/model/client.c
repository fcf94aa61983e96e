/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/client.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/deadline.h"
#include "model/cache.h"
#include "model/failure.h"
#include "model/pool.h"
#include "model/pulse.h"
#include "model/stream.h"
#include "model/tape.h"
#include "model/tokens.h"
#include "model/trace.h"
#include "model/wire.h"
#include "sys/clock.h"
#include "sys/retry.h"

#define QUEUED_MS (600 * 1000)
#define SILENT_MS (120 * 1000)
#define BETWEEN_MS (90 * 1000)
#define ATTEMPTS 5
#define ANSWER_MAX_BYTES ((size_t)16 << 20)
#define REQUEST_MAX_BYTES ((size_t)48 << 20) /* a prompt with every byte escaped */
#define URL_MAX_BYTES 4096
#define ERROR_BODY_BYTES ((size_t)64 << 10)

/* More than stream.c takes, so that it is the one to say so. */
#define BODY_MAX_BYTES ((size_t)256 << 20)

/* Against a service that fails for everybody: all requests of a run together. */
#define RETRIES_OF_A_RUN 64

enum chat_state {
	CHAT_WAITS,  /* for its turn at the server */
	CHAT_RUNS,
	CHAT_PAUSES, /* before it is sent again */
	CHAT_OVER,
};

struct chat {
	struct client *client;
	struct chat *next;
	enum chat_state state;
	bool in_callback; /* delta is running: it may cancel us */
	bool cancelled;

	struct endpoint endpoint;
	size_t server; /* its number in the pool */
	enum { SERVER_SPARED, SERVER_ANSWERED, SERVER_FAILED } verdict;
	int64_t retry_after_ms;
	struct str url, body;
	int64_t prompt_tokens;
	struct chat_cache *cache; /* or NULL */
	bool found;               /* it had the answer, which is in reply */
	void (*delta)(void *ctx, struct span text);
	void (*done)(void *ctx, struct chat_reply *reply, struct err *err);
	void *ctx;

	struct http_transfer *transfer;
	struct loop_timer *timer;
	struct retry retry;
	int64_t asked_ms, asked_us;
	struct usage spent; /* by the attempts so far */

	/* this attempt */
	struct chat_reply reply;
	struct wire_reader reader;
	struct stream stream;
	struct str error_body;
	struct failure failure; /* what we found wrong with it while it ran */
	struct pulse pulse;
	size_t told; /* bytes of the text that delta has seen */
};

struct client {
	struct loop *loop;
	struct http *http;
	struct client_limits limits;
	struct chat *chats; /* all that are not over, in the order asked */
	struct loop_timer *kick;
	struct pool pool;
	struct health *health;
	uint64_t lot;
	int retries_left;
	struct tape *tape; /* or NULL */
};

static void attempt_begin(struct chat *chat);
static void on_not_begun(void *ctx);

/* ---- a chat's life ---- */

static void begin_pulse(struct chat *chat)
{
	int64_t now_ms = loop_now_ms(chat->client->loop);

	chat->pulse = (struct pulse){ now_ms, now_ms, now_ms, false, false };
}

static void attempt_init(struct chat *chat)
{
	chat_reply_init(&chat->reply, chat->client->limits.max_answer_bytes);
	wire_reader_init(&chat->reader, chat->endpoint.profile->wire, &chat->reply);
	stream_init(&chat->stream, &chat->reader);
	str_init(&chat->error_body, ERROR_BODY_BYTES);
	chat->failure = (struct failure){ 0 };
	chat->told = 0;
	begin_pulse(chat);
}

static void attempt_release(struct chat *chat)
{
	stream_release(&chat->stream);
	wire_reader_release(&chat->reader);
	chat_reply_release(&chat->reply);
	str_release(&chat->error_body);
	err_drop(chat->failure.err);
}

static void chat_free(struct chat *chat)
{
	attempt_release(chat);
	str_release(&chat->url);
	str_release(&chat->body);
	free(chat);
}

static void stop_timer(struct chat *chat)
{
	if (chat->timer)
		loop_cancel(chat->client->loop, chat->timer);
	chat->timer = NULL;
}

static void unlink_chat(struct chat *chat)
{
	struct chat **at = &chat->client->chats;

	while (*at && *at != chat)
		at = &(*at)->next;
	if (*at)
		*at = chat->next;
}

static void set_timer(struct chat *chat, int64_t at_ms, void (*fn)(void *ctx))
{
	struct err *err;

	stop_timer(chat);
	if (at_ms == DEADLINE_NEVER)
		return;
	err = loop_timer(chat->client->loop, at_ms, fn, chat, &chat->timer);
	if (err)
		loop_fail(chat->client->loop, err);
}

/* ---- whose turn it is ---- */

static int running_at(const struct client *client, const char *url)
{
	int n = 0;

	for (const struct chat *chat = client->chats; chat; chat = chat->next)
		n += chat->state == CHAT_RUNS && !strcmp(chat->endpoint.url, url);
	return n;
}

static void on_kick(void *ctx)
{
	struct client *client = ctx;

	client->kick = NULL;
	for (struct chat *chat = client->chats, *next; chat; chat = next) {
		const struct endpoint *e = &chat->endpoint;
		int most = e->concurrency > 0 ? e->concurrency : 1;

		next = chat->next;
		if (chat->state == CHAT_WAITS && running_at(client, e->url) < most)
			attempt_begin(chat);
	}
	health_tell(client->health);
}

/* By a timer, since a transfer must not begin inside another's callback. */
struct err *client_wake(struct client *client)
{
	if (client->kick)
		return NULL;
	return loop_timer(client->loop, loop_now_ms(client->loop), on_kick, client,
			  &client->kick);
}

static void kick_or_fail(void *ctx)
{
	struct client *client = ctx;
	struct err *err = client_wake(client);

	if (err)
		loop_fail(client->loop, err);
}

/* ---- the end ---- */

static struct err *record(const struct chat *chat, const struct err *failed)
{
	struct tape *tape = chat->client->tape;

	if (!tape || tape_plays(tape))
		return NULL;
	return tape_add(tape, str_span(&chat->body), &chat->reply, failed);
}

static bool plays(const struct client *client)
{
	return client->tape && tape_plays(client->tape);
}

static void tell_pool(const struct chat *chat)
{
	struct client *client = chat->client;
	int64_t ms = loop_now_ms(client->loop) - chat->pulse.began_ms;
	struct err *err = NULL;

	if (chat->verdict == SERVER_ANSWERED)
		pool_answered(&client->pool, chat->server, chat->reply.first_ms, ms);
	else if (chat->verdict == SERVER_FAILED)
		err = health_failed(client->health, chat->server, &chat->endpoint,
				    chat->retry_after_ms);
	else
		pool_dropped(&client->pool, chat->server);
	if (err)
		loop_fail(client->loop, err);
}

/* Nothing of the client is touched after done: it may free it. */
static void finish(struct chat *chat, struct err *err)
{
	struct client *client = chat->client;

	chat->state = CHAT_OVER;
	stop_timer(chat);
	unlink_chat(chat);
	tell_pool(chat);
	kick_or_fail(client);
	chat->reply.usage = chat->spent;
	chat->reply.ms = loop_now_ms(client->loop) - chat->asked_ms;
	if (err)
		str_reset(&chat->reply.text);
	secret_redact(&chat->reply.text);
	secret_redact_word(chat->reply.model, sizeof(chat->reply.model));
	err = err_first(err, record(chat, err));
	chat_trace(client->limits.events, &chat->endpoint, &chat->reply, err, chat->asked_us);
	if (!err && chat->cache && !chat->found)
		chat_cache_note(chat->cache, &chat->endpoint, str_span(&chat->body),
				&chat->reply);
	chat->done(chat->ctx, &chat->reply, err);
	chat_free(chat);
}

/* read: the server may have read the prompt, though it has not said so. */
static void count_attempt(struct chat *chat, bool read)
{
	struct usage *usage = &chat->reply.usage;

	usage->requests = 1;
	if (!chat->reader.has_usage && (read || chat->pulse.worked || chat->reply.text.len)) {
		usage->prompt_tokens = chat->prompt_tokens;
		usage->completion_tokens = tokens_of_bytes(chat->reply.text.len +
							   chat->reader.thought_bytes);
		usage->estimated = true;
	}
	usage->usd = usage_usd(usage, &chat->endpoint.prices);
	usage_add(&chat->spent, usage);
}

static void on_pause_over(void *ctx)
{
	struct chat *chat = ctx;

	chat->timer = NULL;
	chat->state = CHAT_WAITS;
	set_timer(chat, chat->client->limits.deadline_ms, on_not_begun);
	kick_or_fail(chat->client);
}

/* Sends it again later, or gives up with what went wrong. Takes failure's err. */
static void attempt_over(struct chat *chat, struct failure *failure)
{
	struct client *client = chat->client;
	int64_t now_ms = loop_now_ms(client->loop), wait_ms = -1;
	struct err *err = failure->err;
	bool told;

	stop_timer(chat);
	count_attempt(chat, false);
	if (!err) {
		chat->verdict = SERVER_ANSWERED;
		chat->reply.finish = CHAT_STOP;
		if (chat->reader.finish == WIRE_LENGTH)
			chat->reply.finish = CHAT_LENGTH;
		else if (chat->reader.finish == WIRE_FILTERED)
			chat->reply.finish = CHAT_FILTERED;
		finish(chat, NULL);
		return;
	}
	if (client->retries_left > 0)
		wait_ms = retry_next(&chat->retry, failure->cause, failure->status,
				     failure->retry_after_ms, now_ms);
	if (wait_ms < 0 ||
	    deadline_passed(client->limits.deadline_ms, now_ms + wait_ms)) {
		if (chat->spent.requests > 1)
			err = err_wrap(err, "after %lld attempts",
				       (long long)chat->spent.requests);
		if (failure_blames_server(failure))
			chat->verdict = SERVER_FAILED;
		chat->retry_after_ms = failure->retry_after_ms;
		chat->reply.overlong = failure->overlong;
		finish(chat, failure_say(err, &chat->endpoint));
		return;
	}
	err_drop(err);
	client->retries_left--;
	chat->state = CHAT_PAUSES;
	told = chat->told > 0;
	attempt_release(chat);
	attempt_init(chat);
	set_timer(chat, now_ms + wait_ms, on_pause_over);
	kick_or_fail(client);
	if (told && chat->delta)
		chat->delta(chat->ctx, (struct span){ NULL, 0 }); /* may cancel it */
}

/* ---- an attempt ---- */

static struct err *time_is_up(void)
{
	return err_hint(err_new(ERR_SERVICE, "the time for this run is used up"),
			"raise --timeout or dualfix.timeout");
}

static bool is_said(const struct chat *chat)
{
	return chat->reader.ended || chat->reader.failed;
}

static struct pulse_limit next_limit(struct chat *chat)
{
	const struct client_limits *l = &chat->client->limits;
	const struct pulse_limits limits = { l->queued_ms, l->silent_ms, l->between_ms,
					     l->deadline_ms };

	chat->pulse.said = is_said(chat);
	return pulse_limit(&chat->pulse, &limits);
}

static void on_watchdog(void *ctx)
{
	struct chat *chat = ctx;
	struct failure failure = { .retry_after_ms = -1 };
	int64_t now_ms = loop_now_ms(chat->client->loop);
	int64_t since_ms = chat->pulse.worked ? chat->pulse.work_ms : chat->pulse.began_ms;
	struct pulse_limit limit = next_limit(chat);

	chat->timer = NULL;
	if (now_ms < limit.at_ms) {
		set_timer(chat, limit.at_ms, on_watchdog);
		return;
	}
	http_cancel(chat->transfer);
	chat->transfer = NULL;
	failure.cause = limit.cause;
	if (is_said(chat))
		failure = failure_of_answer(&chat->endpoint, &chat->reader,
					    chat->prompt_tokens);
	else if (limit.cause == RETRY_NEVER)
		failure.err = time_is_up();
	else
		failure.err = err_new(ERR_SERVICE, "%s for %lld s", limit.text,
				      (long long)(now_ms - since_ms + 500) / 1000);
	attempt_over(chat, &failure);
}

static void tell_delta(struct chat *chat)
{
	struct span text = span_cut(str_span(&chat->reply.text), chat->told,
				    chat->reply.text.len);

	chat->told = chat->reply.text.len;
	if (!chat->delta || !text.len)
		return;
	chat->in_callback = true;
	chat->delta(chat->ctx, text);
	chat->in_callback = false;
}

static struct err *on_data(void *ctx, const struct http_reply *reply, struct span bytes)
{
	struct chat *chat = ctx;
	bool progress;
	struct err *err;

	chat->pulse.byte_ms = loop_now_ms(chat->client->loop);
	if (reply->status != 200) {
		str_add_span(&chat->error_body,
			     span_cut(bytes, 0, ERROR_BODY_BYTES - chat->error_body.len));
		return NULL;
	}
	err = stream_feed(&chat->stream, bytes, &progress);
	if (progress) {
		chat->pulse.work_ms = chat->pulse.byte_ms;
		if (!chat->pulse.worked)
			chat->reply.first_ms = chat->pulse.work_ms - chat->pulse.began_ms;
		chat->pulse.worked = true;
	}
	if (err) {
		chat->failure = failure_of_stream(err, &chat->stream);
		return err_new(ERR_SERVICE, "the reply is of no use");
	}
	tell_delta(chat);
	return chat->cancelled ? err_new(ERR_SERVICE, "cancelled") : NULL;
}

static void on_done(void *ctx, const struct http_reply *reply, struct err *err)
{
	struct chat *chat = ctx;
	struct failure failure = chat->failure;
	struct err *end = NULL;

	chat->transfer = NULL;
	chat->failure.err = NULL;
	if (!chat->cancelled && !err && reply->status == 200) {
		end = stream_end(&chat->stream);
		tell_delta(chat);
	}
	if (chat->cancelled) {
		err_drop(err);
		err_drop(end);
		err_drop(failure.err);
		chat_free(chat);
		return;
	}
	if (failure.err)
		err_drop(err); /* it only ended the transfer */
	else if (end)
		failure = failure_of_stream(end, &chat->stream);
	else if (err && !is_said(chat))
		failure = failure_of_transport(err, reply);
	else if (!err && reply->status != 200)
		failure = failure_of_status(&chat->endpoint, reply,
					    str_span(&chat->error_body));
	else {
		err_drop(err); /* a close that is not clean, after the last word */
		failure = failure_of_answer(&chat->endpoint, &chat->reader,
					    chat->prompt_tokens);
	}
	attempt_over(chat, &failure);
}

/* By a timer, so that done is never called from client_chat() or a loop over chats. */
static void on_not_begun(void *ctx)
{
	struct chat *chat = ctx;
	struct err *err = chat->failure.err ? chat->failure.err : time_is_up();

	chat->timer = NULL;
	chat->failure.err = NULL;
	finish(chat, failure_say(err, &chat->endpoint));
}

static void on_played(void *ctx)
{
	struct chat *chat = ctx;
	struct err *err = chat->found ? NULL :
		tape_play(chat->client->tape, str_span(&chat->body), &chat->reply);

	chat->timer = NULL;
	chat->spent = chat->reply.usage;
	tell_delta(chat);
	if (!chat->cancelled) {
		finish(chat, err);
		return;
	}
	err_drop(err);
	chat_free(chat);
}

static void attempt_begin(struct chat *chat)
{
	static const char *const headers[] = {
		"Content-Type: application/json",
		"Accept: text/event-stream, application/json", NULL
	};
	const struct http_request request = {
		.method = "POST",
		.url = chat->url.buf,
		.headers = headers,
		.bearer = chat->endpoint.key,
		.body = str_span(&chat->body),
		.allow_http = chat->endpoint.allow_http,
		.max_bytes = BODY_MAX_BYTES,
		.data = on_data,
		.done = on_done,
		.ctx = chat,
	};
	struct err *err;

	stop_timer(chat);
	chat->state = CHAT_RUNS;
	begin_pulse(chat);
	if (chat->found || plays(chat->client)) {
		set_timer(chat, chat->pulse.began_ms, on_played);
		return;
	}
	err = http_start(chat->client->http, &request, &chat->transfer);
	chat->failure.err = err;
	if (err)
		set_timer(chat, chat->pulse.began_ms, on_not_begun);
	else
		set_timer(chat, next_limit(chat).at_ms, on_watchdog);
}

/* ---- doors ---- */

struct err *client_new(struct client **out, struct loop *loop, struct http *http,
		       const struct client_limits *limits)
{
	struct client *client = calloc(1, sizeof(*client));
	struct client_limits *l;
	struct err *err;

	*out = NULL;
	if (!client)
		return err_nomem();
	client->loop = loop;
	client->http = http;
	client->limits = *limits;
	client->retries_left = RETRIES_OF_A_RUN;
	client->lot = (uint64_t)clock_mono_ms() << 20 ^ (uint64_t)getpid();
	l = &client->limits;
	l->queued_ms = l->queued_ms ? l->queued_ms : QUEUED_MS;
	l->silent_ms = l->silent_ms ? l->silent_ms : SILENT_MS;
	l->between_ms = l->between_ms ? l->between_ms : BETWEEN_MS;
	l->deadline_ms = l->deadline_ms ? l->deadline_ms : DEADLINE_NEVER;
	l->max_attempts = l->max_attempts ? l->max_attempts : ATTEMPTS;
	l->max_answer_bytes =
		l->max_answer_bytes ? l->max_answer_bytes : ANSWER_MAX_BYTES;
	err = health_new(&client->health, loop, http, &client->pool, kick_or_fail, client);
	if (err) {
		client_free(client);
		return err;
	}
	*out = client;
	return NULL;
}

void client_use_tape(struct client *client, struct tape *tape)
{
	client->tape = tape;
}

struct loop *client_loop(const struct client *client)
{
	return client->loop;
}

struct pool *client_pool(struct client *client)
{
	return &client->pool;
}

void client_listen(struct client *client, struct listener *listener)
{
	health_listen(client->health, listener);
}

void client_unlisten(struct client *client, struct listener *listener)
{
	health_unlisten(client->health, listener);
}

void client_warm(struct client *client, const struct endpoint *endpoint)
{
	if (!plays(client))
		err_drop(health_warm(client->health, endpoint)); /* it is no call */
}

void client_free(struct client *client)
{
	if (!client)
		return;
	while (client->chats)
		client_cancel(client->chats, NULL);
	if (client->kick)
		loop_cancel(client->loop, client->kick);
	health_free(client->health);
	pool_release(&client->pool);
	free(client);
}

static struct err *chat_new(struct chat **out, struct client *client,
			    const struct endpoint *endpoint,
			    const struct chat_request *request)
{
	struct retry_policy policy = retry_default;
	struct chat *chat = calloc(1, sizeof(*chat));
	struct err *err;

	if (!chat)
		return err_nomem();
	policy.attempts_max = (request->max_attempts ? request->max_attempts :
						       client->limits.max_attempts) - 1;
	chat->client = client;
	chat->endpoint = *endpoint;
	chat->asked_ms = loop_now_ms(client->loop);
	chat->asked_us = clock_mono_us();
	chat->prompt_tokens = wire_prompt_tokens(request);
	chat->cache = client->tape ? NULL : request->cache; /* a tape has every exchange */
	str_init(&chat->url, URL_MAX_BYTES);
	str_init(&chat->body, REQUEST_MAX_BYTES);
	attempt_init(chat);
	retry_init(&chat->retry, &policy, chat->asked_ms, client->lot++);
	endpoint_url(endpoint, ENDPOINT_CHAT, &chat->url);
	err = str_err(&chat->url, "the endpoint's URL");
	if (!err)
		err = pool_server(&client->pool, endpoint->url, endpoint->model,
				  &chat->server);
	if (!err)
		err = wire_encode(&chat->body, endpoint, request);
	if (!err && chat->cache)
		chat->found = chat_cache_find(chat->cache, endpoint, str_span(&chat->body),
					      &chat->reply);
	if (err)
		chat_free(chat);
	else
		*out = chat;
	return err;
}

struct err *client_chat(struct client *client, const struct endpoint *endpoint,
			const struct chat_request *request,
			void (*delta)(void *ctx, struct span text),
			void (*done)(void *ctx, struct chat_reply *reply,
				     struct err *err),
			void *ctx, struct chat **out)
{
	struct chat *chat = NULL, **last = &client->chats;
	struct err *err = wire_check_window(endpoint, request);

	*out = NULL;
	if (err)
		return failure_say(err, endpoint);
	err = chat_new(&chat, client, endpoint, request);
	if (err)
		return err;
	err = client_wake(client);
	if (err) {
		chat_free(chat);
		return err;
	}
	chat->delta = delta;
	chat->done = done;
	chat->ctx = ctx;
	while (*last)
		last = &(*last)->next;
	*last = chat;
	pool_begin(&client->pool, chat->server);
	set_timer(chat, client->limits.deadline_ms, on_not_begun);
	*out = chat;
	return NULL;
}

void client_cancel(struct chat *chat, struct usage *spent)
{
	if (spent)
		*spent = (struct usage){ 0 };
	if (!chat || chat->state == CHAT_OVER)
		return;
	if (chat->state == CHAT_RUNS && !plays(chat->client))
		count_attempt(chat, true);
	if (spent)
		*spent = chat->spent;
	chat->state = CHAT_OVER;
	chat->cancelled = true;
	stop_timer(chat);
	unlink_chat(chat);
	pool_dropped(&chat->client->pool, chat->server);
	kick_or_fail(chat->client);
	if (chat->in_callback)
		return; /* our transfer is on the stack: on_data() ends it */
	http_cancel(chat->transfer);
	chat_free(chat);
}

bool chat_has_begun(const struct chat *chat)
{
	return chat->pulse.worked;
}
