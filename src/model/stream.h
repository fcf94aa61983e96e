/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The bytes of a reply of status 200, put together: an event stream, JSON lines,
 * one JSON object, or something that is no answer at all. What a body is shows in
 * its first byte; a Content-Type is not trusted, since proxies and old servers
 * get it wrong. Blanks in front are keep-alives.
 */
#ifndef MODEL_STREAM_H
#define MODEL_STREAM_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/span.h"
#include "base/str.h"
#include "model/wire.h"
#include "sys/sse.h"

enum stream_kind {
	STREAM_BLANK,  /* nothing but blanks so far */
	STREAM_EVENTS,
	STREAM_LINES,  /* Ollama's, a JSON object a line */
	STREAM_OBJECT, /* one JSON object, read when it is over */
	STREAM_OTHER,  /* HTML, text */
};

struct stream {
	enum stream_kind kind;
	struct wire_reader *reader;
	struct sse sse;
	struct str rest; /* an unfinished line, an object, the begin of something else */
	size_t bytes;
	bool endless; /* more came than an answer can be */
	bool progress;
};

void stream_init(struct stream *stream, struct wire_reader *reader);
void stream_release(struct stream *stream);

/*
 * Takes the next bytes. *progress says whether the model did something by them.
 * ERR_SERVICE when they are malformed or more than an answer can be.
 */
struct err *stream_feed(struct stream *stream, struct span bytes,
			bool *progress) MUST_USE;

/* The body is over. ERR_SERVICE when it was no answer, saying how it began. */
struct err *stream_end(struct stream *stream) MUST_USE;

#endif
