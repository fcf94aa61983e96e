/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/client.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/deadline.h"
#include "model/attempt.h"
#include "model/cache.h"
#include "model/failure.h"
#include "model/pool.h"
#include "model/tape.h"
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

	struct loop_timer *timer;
	struct err *unsent; /* why its request could not even begin */
	struct retry retry;
	int64_t asked_ms, asked_us;
	struct usage spent; /* by the attempts so far */
	struct attempt attempt;
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

static void chat_begin(struct chat *chat);
static void on_not_begun(void *ctx);

/* ---- a chat's life ---- */

static void chat_free(struct chat *chat)
{
	attempt_release(&chat->attempt);
	err_drop(chat->unsent);
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
			chat_begin(chat);
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
	return tape_add(tape, str_span(&chat->body), &chat->attempt.reply, failed);
}

static bool plays(const struct client *client)
{
	return client->tape && tape_plays(client->tape);
}

static void tell_pool(const struct chat *chat)
{
	struct client *client = chat->client;
	int64_t ms = loop_now_ms(client->loop) - chat->attempt.pulse.began_ms;
	struct err *err = NULL;

	if (chat->verdict == SERVER_ANSWERED)
		pool_answered(&client->pool, chat->server, chat->attempt.reply.first_ms, ms);
	else if (chat->verdict == SERVER_FAILED)
		err = health_failed(client->health, chat->server, &chat->endpoint,
				    chat->retry_after_ms);
	else
		pool_dropped(&client->pool, chat->server);
	if (err)
		loop_fail(client->loop, err);
}

/* No server is asked. */
static bool has_answer(const struct chat *chat)
{
	return chat->found || plays(chat->client);
}

/* Nothing of the client is touched after done: it may free it. */
static void finish(struct chat *chat, struct err *err)
{
	struct client *client = chat->client;
	struct chat_reply *reply = &chat->attempt.reply;

	chat->state = CHAT_OVER;
	stop_timer(chat);
	unlink_chat(chat);
	tell_pool(chat);
	kick_or_fail(client);
	reply->usage = chat->spent;
	reply->ms = loop_now_ms(client->loop) - chat->asked_ms;
	if (err)
		str_reset(&reply->text);
	secret_redact(&reply->text);
	secret_redact_word(reply->model, sizeof(reply->model));
	err = err_first(err, record(chat, err));
	chat_trace(client->limits.events, &chat->endpoint, reply, err, chat->asked_us);
	if (!err && chat->cache && !chat->found)
		chat_cache_note(chat->cache, &chat->endpoint, str_span(&chat->body), reply);
	chat->done(chat->ctx, reply, err);
	chat_free(chat);
}

static void on_pause_over(void *ctx)
{
	struct chat *chat = ctx;

	chat->timer = NULL;
	chat->state = CHAT_WAITS;
	set_timer(chat, chat->client->limits.deadline_ms, on_not_begun);
	kick_or_fail(chat->client);
}

static void succeed(struct chat *chat)
{
	struct attempt *a = &chat->attempt;

	chat->verdict = SERVER_ANSWERED;
	a->reply.finish = CHAT_STOP;
	if (a->reader.finish == WIRE_LENGTH)
		a->reply.finish = CHAT_LENGTH;
	else if (a->reader.finish == WIRE_FILTERED)
		a->reply.finish = CHAT_FILTERED;
	finish(chat, NULL);
}

static void give_up(struct chat *chat, const struct failure *failure)
{
	struct err *err = failure->err;

	if (chat->spent.requests > 1)
		err = err_wrap(err, "after %lld attempts", (long long)chat->spent.requests);
	if (failure_blames_server(failure))
		chat->verdict = SERVER_FAILED;
	chat->retry_after_ms = failure->retry_after_ms;
	chat->attempt.reply.overlong = failure->overlong;
	finish(chat, failure_say(err, &chat->endpoint));
}

static void try_again(struct chat *chat, int64_t at_ms)
{
	bool told = chat->attempt.told > 0;

	chat->client->retries_left--;
	chat->state = CHAT_PAUSES;
	attempt_reset(&chat->attempt);
	set_timer(chat, at_ms, on_pause_over);
	kick_or_fail(chat->client);
	if (told && chat->delta)
		chat->delta(chat->ctx, (struct span){ NULL, 0 }); /* may cancel it */
}

static void on_over(void *ctx, const struct failure *failure)
{
	struct chat *chat = ctx;
	struct client *client = chat->client;
	int64_t now_ms = loop_now_ms(client->loop), wait_ms = -1;

	if (!failure) { /* cancelled by its own delta */
		chat_free(chat);
		return;
	}
	attempt_count(&chat->attempt, false);
	usage_add(&chat->spent, &chat->attempt.reply.usage);
	if (!failure->err) {
		succeed(chat);
		return;
	}
	if (client->retries_left > 0)
		wait_ms = retry_next(&chat->retry, failure->cause, failure->status,
				     failure->retry_after_ms, now_ms);
	if (wait_ms < 0 || deadline_passed(client->limits.deadline_ms, now_ms + wait_ms)) {
		give_up(chat, failure);
		return;
	}
	err_drop(failure->err);
	try_again(chat, now_ms + wait_ms);
}

static void on_text(void *ctx, struct span text)
{
	struct chat *chat = ctx;

	if (chat->delta)
		chat->delta(chat->ctx, text);
}

/* By a timer, so that done is never called from client_chat() or a loop over chats. */
static void on_not_begun(void *ctx)
{
	struct chat *chat = ctx;
	struct err *err = chat->unsent ? chat->unsent : failure_no_time();

	chat->timer = NULL;
	chat->unsent = NULL;
	finish(chat, failure_say(err, &chat->endpoint));
}

static void on_played(void *ctx)
{
	struct chat *chat = ctx;
	struct attempt *a = &chat->attempt;
	struct err *err = chat->found ? NULL :
		tape_play(chat->client->tape, str_span(&chat->body), &a->reply);

	chat->timer = NULL;
	chat->spent = a->reply.usage;
	attempt_tell(a);
	if (!a->stopped) {
		finish(chat, err);
		return;
	}
	err_drop(err);
	chat_free(chat);
}

static void chat_begin(struct chat *chat)
{
	struct client *client = chat->client;

	stop_timer(chat);
	chat->state = CHAT_RUNS;
	attempt_clock(&chat->attempt);
	if (has_answer(chat)) {
		set_timer(chat, loop_now_ms(client->loop), on_played);
		return;
	}
	chat->unsent = attempt_start(&chat->attempt, client->http);
	if (chat->unsent)
		set_timer(chat, loop_now_ms(client->loop), on_not_begun);
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

static void chat_init_attempt(struct chat *chat)
{
	const struct client_limits *l = &chat->client->limits;
	const struct attempt_spec spec = {
		.loop = chat->client->loop,
		.endpoint = &chat->endpoint,
		.url = &chat->url,
		.body = &chat->body,
		.prompt_tokens = chat->prompt_tokens,
		.limits = { l->queued_ms, l->silent_ms, l->between_ms, l->deadline_ms },
		.max_answer_bytes = l->max_answer_bytes,
		.text = on_text,
		.over = on_over,
		.ctx = chat,
	};

	attempt_init(&chat->attempt, &spec);
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
	chat_init_attempt(chat);
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
					      &chat->attempt.reply);
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
	if (chat->state == CHAT_RUNS && !has_answer(chat) && !chat->unsent) {
		attempt_count(&chat->attempt, true);
		usage_add(&chat->spent, &chat->attempt.reply.usage);
	}
	if (spent)
		*spent = chat->spent;
	chat->state = CHAT_OVER;
	stop_timer(chat);
	unlink_chat(chat);
	pool_dropped(&chat->client->pool, chat->server);
	kick_or_fail(chat->client);
	if (attempt_stop(&chat->attempt))
		chat_free(chat);
}

bool chat_has_begun(const struct chat *chat)
{
	return chat->attempt.pulse.worked;
}
