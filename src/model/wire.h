/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Chat requests and replies as bytes, for each kind of server. Pure: what comes
 * in pieces is put together by the caller (server-sent events, lines).
 *
 * Replies are read loosely where servers differ (usage in either place, null for
 * empty, unknown members, an error in place of an answer) and kept strictly where
 * it matters: an answer is one only if it ended as the server's protocol ends.
 */
#ifndef MODEL_WIRE_H
#define MODEL_WIRE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/span.h"
#include "base/str.h"
#include "model/chat.h"
#include "model/endpoint.h"

/* An event or a line of a stream, an error, a list of models. */
#define WIRE_EVENT_MAX_BYTES ((size_t)4 << 20)

/* A whole body in place of a stream: the longest answer, some of it escaped. */
#define WIRE_BODY_MAX_BYTES ((size_t)24 << 20)

/* The body of a streamed request; the same request makes the same bytes. */
struct err *wire_encode(struct str *out, const struct endpoint *endpoint,
			const struct chat_request *request) MUST_USE;

/* Tokens that the request's messages may have. */
int64_t wire_prompt_tokens(const struct chat_request *request);

/* ERR_SERVICE when they and the least answer do not fit the window: nothing is sent. */
struct err *wire_check_window(const struct endpoint *endpoint,
			      const struct chat_request *request) MUST_USE;

enum wire_finish {
	WIRE_OPEN, /* no word yet */
	WIRE_STOP,
	WIRE_LENGTH,
	WIRE_FILTERED,
	WIRE_STARVED, /* the server ran out of resources */
	WIRE_ODD,     /* a reason that nobody knows */
};

/* One answer while it is being read. */
struct wire_reader {
	enum wire wire;
	struct chat_reply *reply; /* text, model and usage grow there */
	enum wire_finish finish;
	char finish_word[32];
	bool ended;    /* [DONE], "done":true, or a whole body */
	bool has_usage;
	bool thought;  /* some thinking came */
	size_t thought_bytes; /* of it */
	bool failed;   /* the server sent an error: message and status */
	int status;    /* of that error; 0: not said */
	struct str message;
};

void wire_reader_init(struct wire_reader *reader, enum wire wire,
		      struct chat_reply *reply);
void wire_reader_release(struct wire_reader *reader);

/*
 * One data payload of an event stream, or one line of Ollama's. *progress says
 * whether the model did something: text, thinking, a tool call, an end, a usage.
 * ERR_SERVICE when it is not what the protocol says, or grows past the reply's
 * ceiling. An error object is no err: see failed.
 */
struct err *wire_event(struct wire_reader *reader, struct span data,
		       bool *progress) MUST_USE;

/* A whole JSON body where a stream was asked for. */
struct err *wire_body(struct wire_reader *reader, struct span body) MUST_USE;

/* What an error body says: error.message, error, message, detail, or its first bytes. */
void wire_error_text(struct span body, struct str *out);

/* The ids of a list of models; fn is called for each. */
struct err *wire_models(struct span body, void (*fn)(void *ctx, struct span id),
			void *ctx) MUST_USE;

#endif
