/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What went wrong with one attempt at a model, in words for the user, and what
 * the retry policy (sys/retry.h) is to think of it. Pure.
 *
 *	what came                                  what it is
 *	401, 403                                   ERR_CONFIG, with the variable to set
 *	402, other 4xx, 3xx, HTML under 200        ERR_SERVICE, for good
 *	408, 429, 5xx                              ERR_SERVICE, again
 *	an error object under 200                  by its code; again if it has none
 *	blank text with "stop", no reason at all,
 *	an unknown one, too few resources,
 *	malformed JSON                             ERR_SERVICE, again
 *	no [DONE], connection broken               ERR_SERVICE, once again
 *	an answer without end                      ERR_SERVICE, for good
 */
#ifndef MODEL_FAILURE_H
#define MODEL_FAILURE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/span.h"
#include "model/endpoint.h"
#include "model/stream.h"
#include "model/wire.h"
#include "sys/http.h"
#include "sys/retry.h"

struct failure {
	struct err *err; /* NULL: it did not fail */
	enum retry_cause cause;
	int status;             /* for RETRY_STATUS */
	int64_t retry_after_ms; /* -1: the server said nothing */
	bool overlong;          /* the prompt is longer than the server takes */
};

/* Whether it speaks against the server, not against this request. */
bool failure_blames_server(const struct failure *failure);

/* The request could not be sent, or the answer not be read to its end. Takes err. */
struct failure failure_of_transport(struct err *err, const struct http_reply *reply);

/* What stream_feed() or stream_end() said. Takes err. */
struct failure failure_of_stream(struct err *err, const struct stream *stream);

/* Another status than 200. */
struct failure failure_of_status(const struct endpoint *endpoint,
				 const struct http_reply *reply, struct span body);

/* A reply of status 200 that is over; err is NULL if it is an answer. */
struct failure failure_of_answer(const struct endpoint *endpoint,
				 const struct wire_reader *reader, int64_t prompt_tokens);

/* What there was of time for the run is used up. */
struct err *failure_no_time(void) MUST_USE;

/* "planner 'deepseek-flash' at api.deepseek.com: " in front. Takes err. */
struct err *failure_say(struct err *err, const struct endpoint *endpoint) MUST_USE;

#endif
