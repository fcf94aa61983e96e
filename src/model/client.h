/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Text in, text out: one chat completion from an endpoint, streamed, with
 * retries, watchdogs and usage. Nothing here knows plans or edits.
 */
#ifndef MODEL_CLIENT_H
#define MODEL_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/span.h"
#include "base/str.h"
#include "model/profile.h"
#include "sys/http.h"
#include "sys/loop.h"
#include "sys/secret.h"

/* A server that answers for a model. All borrowed by the client. */
struct endpoint {
	const char *url;   /* base, as configured */
	const char *model; /* id to ask for */
	const struct profile *profile;
	const struct secret *key; /* NULL: none is sent */
	const char *role;  /* "planner" or "executor", for messages and the report */
	const char *thinking; /* "off", "low", "high", "max" */
	bool allow_http;
	double price_input, price_cached, price_output; /* USD per million tokens; < 0: unknown */
};

enum chat_role { CHAT_SYSTEM, CHAT_USER, CHAT_ASSISTANT };

struct chat_message {
	enum chat_role role;
	struct span text;
};

struct chat_request {
	const struct chat_message *messages;
	size_t n_messages;
	int max_tokens;
	bool json;          /* the answer is one JSON object */
	const char *stop;   /* or NULL */
	const char *prefill; /* the answer is to begin so, where the server can; or NULL */
};

enum chat_finish {
	CHAT_STOP,
	CHAT_LENGTH,   /* cut at max_tokens or the window */
	CHAT_FILTERED,
	CHAT_CUT,      /* ended without saying so: never used as an answer */
};

struct usage {
	int64_t requests; /* every HTTP request, retries too */
	int64_t prompt_tokens;
	int64_t cached_tokens;
	int64_t completion_tokens;
	double usd; /* < 0: some price is unknown */
};

struct chat_reply {
	struct str text;
	enum chat_finish finish;
	char model[128]; /* what the server says answered */
	struct usage usage;
	int64_t first_ms; /* to the first token */
	int64_t ms;
};

void chat_reply_release(struct chat_reply *reply);

struct client;
struct chat;

struct client_limits {
	int64_t queued_ms;  /* only keep-alives so far */
	int64_t silent_ms;  /* no byte at all before the first token */
	int64_t between_ms; /* between two data events */
	int64_t deadline_ms; /* of the run; DEADLINE_NEVER: none */
	int max_attempts;
};

struct err *client_new(struct client **out, struct loop *loop, struct http *http,
		       const struct client_limits *limits) MUST_USE;
void client_free(struct client *client);

/*
 * Asks. delta (may be NULL) sees the answer's text as it arrives; it starts again
 * from nothing after a retry, which it is told with an empty span. done is
 * called once, with an err (ERR_SERVICE, ERR_CONFIG for 401 and 403) or a reply,
 * both the callee's. Safe from callbacks. The request is copied.
 */
struct err *client_chat(struct client *client, const struct endpoint *endpoint,
			const struct chat_request *request,
			void (*delta)(void *ctx, struct span text),
			void (*done)(void *ctx, struct chat_reply *reply, struct err *err),
			void *ctx, struct chat **out) MUST_USE;
void client_cancel(struct chat *chat); /* without calling done; NULL is fine */

/* GET /models, for warming the connection, key checks and finding the executor. */
struct err *client_models(struct client *client, const struct endpoint *endpoint,
			  void (*done)(void *ctx, const char *const *ids, size_t n,
				       struct err *err),
			  void *ctx) MUST_USE;

void usage_add(struct usage *sum, const struct usage *more);

#endif
