/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Text in, text out: one chat completion from an endpoint, streamed, with
 * retries, watchdogs and usage. Nothing here knows plans or edits.
 *
 * An answer is given only if it is whole: the server said that it ended, and it
 * is not blank. Everything else (cut, stalled, starved, malformed, an error under
 * status 200) is a failed attempt; those that may go better are tried again from
 * the start, never continued. What is unsafe to repeat does not exist here.
 *
 * No call hangs: it ends by its watchdogs, its attempts, or the deadline.
 */
#ifndef MODEL_CLIENT_H
#define MODEL_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/events.h"
#include "base/span.h"
#include "model/chat.h"
#include "model/endpoint.h"
#include "model/health.h"
#include "sys/http.h"
#include "sys/loop.h"

struct client;
struct chat;
struct pool;
struct tape;

/* Zero in a field takes the default. */
struct client_limits {
	int64_t queued_ms;   /* only keep-alives so far: 600 s */
	int64_t silent_ms;   /* no byte at all before the first token: 120 s */
	int64_t between_ms;  /* between two signs of work, once the first came: 90 s */
	int64_t deadline_ms; /* of the run; 0 or DEADLINE_NEVER: none */
	int max_attempts;    /* 5 */
	size_t max_answer_bytes; /* 16 MiB */
	const struct events *events; /* each call is a span there (model/trace.h); or NULL */
};

struct err *client_new(struct client **out, struct loop *loop, struct http *http,
		       const struct client_limits *limits) MUST_USE;

/*
 * Everything from now on goes through tape (model/tape.h), which is borrowed: answers
 * are recorded as they come, or, with a tape that plays, come from it and nothing is
 * sent; http may be NULL then.
 */
void client_use_tape(struct client *client, struct tape *tape);

/* Cancels what is under way. */
void client_free(struct client *client);

struct loop *client_loop(const struct client *client);

/*
 * What is known of the servers that were asked (model/pool.h): the client tells it of
 * each chat, and probes those that are out. To read, and for pool_server().
 */
struct pool *client_pool(struct client *client);

/* Told, by a timer, when a server may have room again or has come back. */
void client_listen(struct client *client, struct listener *listener);
void client_unlisten(struct client *client, struct listener *listener);

/* Tells all of them, soon. */
struct err *client_wake(struct client *client) MUST_USE;

/*
 * Opens the connection to a server that is likely to be asked soon (model/health.h);
 * nothing comes of it if that fails. Not while a tape plays.
 */
void client_warm(struct client *client, const struct endpoint *endpoint);

/*
 * Asks. delta (may be NULL) sees the answer's text as it arrives; it starts again
 * from nothing after a retry, which it is told with an empty span. done is
 * called once. err (ERR_SERVICE, ERR_CONFIG for 401 and 403) is the callee's; reply
 * is never NULL and lives until done returns, its text may be swapped out. With an
 * err its text is empty, and its usage says what the attempts cost. finish may be
 * CHAT_LENGTH or CHAT_FILTERED: the caller decides what such an answer is worth.
 *
 * Requests to one server beyond the endpoint's concurrency wait their turn.
 * Safe from callbacks. The request is copied, the endpoint's texts are borrowed
 * until done; URL and key until the client is freed, since a server that failed is
 * probed. A prompt that does not fit the window is an err at once.
 */
struct err *client_chat(struct client *client, const struct endpoint *endpoint,
			const struct chat_request *request,
			void (*delta)(void *ctx, struct span text),
			void (*done)(void *ctx, struct chat_reply *reply,
				     struct err *err),
			void *ctx, struct chat **out) MUST_USE;
/*
 * Without calling done; NULL is fine. spent (may be NULL) says what it did cost so
 * far: a server that was asked may have read all of the prompt, and is taken to have.
 */
void client_cancel(struct chat *chat, struct usage *spent);

/* Whether some of an answer, thinking included, has come. */
bool chat_has_begun(const struct chat *chat);

#endif
