/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One request to one server: sent, its answer streamed, watched for signs of life. What
 * becomes of a failure is the caller's to say (model/client.h).
 *
 *	attempt_init()     to wait for its turn
 *	attempt_start()    at most once; spec.over is called when it has ended
 *	attempt_reset()    for another try, after that
 *	attempt_release()  not while it runs: attempt_stop() first
 */
#ifndef MODEL_ATTEMPT_H
#define MODEL_ATTEMPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/span.h"
#include "base/str.h"
#include "model/chat.h"
#include "model/endpoint.h"
#include "model/failure.h"
#include "model/pulse.h"
#include "model/stream.h"
#include "model/wire.h"
#include "sys/http.h"
#include "sys/loop.h"

/* All is borrowed. */
struct attempt_spec {
	struct loop *loop;
	const struct endpoint *endpoint;
	const struct str *url, *body;
	int64_t prompt_tokens;
	struct pulse_limits limits;
	size_t max_answer_bytes;

	/* Text of the answer, as it arrives. May stop the attempt. */
	void (*text)(void *ctx, struct span text);

	/*
	 * It has ended: failure->err (the callee's) is NULL if reply is an answer.
	 * NULL: it was stopped from within text, and is free only now.
	 */
	void (*over)(void *ctx, const struct failure *failure);
	void *ctx;
};

struct attempt {
	struct attempt_spec spec;
	struct http_transfer *transfer;
	struct loop_timer *watchdog;
	struct chat_reply reply;
	struct wire_reader reader;
	struct stream stream;
	struct str error_body;
	struct failure failure; /* what we found wrong with it while it ran */
	struct pulse pulse;
	size_t told; /* bytes of the text that spec.text has seen */
	bool telling; /* spec.text is running */
	bool stopped;
};

void attempt_init(struct attempt *a, const struct attempt_spec *spec);
void attempt_reset(struct attempt *a);
void attempt_release(struct attempt *a);

/* From now on its time counts. */
void attempt_clock(struct attempt *a);

/* The same, and sends it. An err: nothing was sent, and over is not called. */
struct err *attempt_start(struct attempt *a, struct http *http) MUST_USE;

/* Gives spec.text what it has not seen of reply.text. */
void attempt_tell(struct attempt *a);

/* False from within spec.text: over tells when it may be released. */
bool attempt_stop(struct attempt *a) MUST_USE;

/* Fills reply.usage. read: the server may have read the prompt, though it has not said so. */
void attempt_count(struct attempt *a, bool read);

#endif
