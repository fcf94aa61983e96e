/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is said to a model and what it answers.
 */
#ifndef MODEL_CHAT_H
#define MODEL_CHAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"
#include "base/str.h"
#include "model/budget.h"

enum chat_role { CHAT_SYSTEM, CHAT_USER, CHAT_ASSISTANT };

struct chat_message {
	enum chat_role role;
	struct span text;
};

struct chat_cache;

struct chat_request {
	const struct chat_message *messages;
	size_t n_messages;
	int max_tokens;      /* of the answer; fewer where server or window give fewer */
	int min_tokens;      /* with less the call is not worth making; 0: max_tokens */
	bool json;           /* the answer is one JSON object */
	const char *stop;    /* or NULL */
	const char *prefill; /* how it is to begin, where the server can; or NULL */
	int max_attempts;    /* 1: there is another server to ask; 0: the client's */
	struct chat_cache *cache; /* where the answer may be (model/cache.h); or NULL */
};

enum chat_finish {
	CHAT_STOP,
	CHAT_LENGTH,   /* cut at max_tokens or the window */
	CHAT_FILTERED, /* the provider held it back */
	CHAT_CUT,      /* ended without saying so: never used as an answer */
};

struct chat_reply {
	struct str text;
	enum chat_finish finish;
	char model[128]; /* what the server says answered */
	struct usage usage;
	bool overlong;    /* with an err: the prompt is longer than the server takes */
	int64_t first_ms; /* to the first token, thinking included */
	int64_t ms;
};

void chat_reply_init(struct chat_reply *reply, size_t max_bytes);
void chat_reply_release(struct chat_reply *reply);

/* "stop", "length", ... */
const char *chat_finish_name(enum chat_finish finish);

#endif
