/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/stream.h"

#include <string.h>

#define BLANK_MAX_BYTES ((size_t)1 << 20)
#define OTHER_KEPT_BYTES ((size_t)8 << 10)

/* A token is some 200 bytes of event, and an answer at most 400,000 tokens. */
#define STREAM_MAX_BYTES ((size_t)128 << 20)

void stream_init(struct stream *stream, struct wire_reader *reader)
{
	*stream = (struct stream){ .reader = reader, .rest = STR_INIT(0) };
	sse_init(&stream->sse, WIRE_EVENT_MAX_BYTES, WIRE_EVENT_MAX_BYTES);
}

void stream_release(struct stream *stream)
{
	sse_release(&stream->sse);
	str_release(&stream->rest);
}

static const struct {
	enum stream_kind kind;
	size_t rest_max_bytes;
} rooms[] = {
	{ STREAM_LINES, WIRE_EVENT_MAX_BYTES },
	{ STREAM_OBJECT, WIRE_BODY_MAX_BYTES },
	{ STREAM_OTHER, OTHER_KEPT_BYTES },
};

static void set_kind(struct stream *stream, enum stream_kind kind)
{
	stream->kind = kind;
	for (size_t i = 0; i < ARRAY_SIZE(rooms); i++)
		if (rooms[i].kind == kind)
			str_init(&stream->rest, rooms[i].rest_max_bytes);
}

/* Fields of an event stream begin with a small letter, its comments with a colon. */
static void find_kind(struct stream *stream, unsigned char first)
{
	bool lines = stream->reader->wire == WIRE_OLLAMA;

	if (first == '{' || first == '[')
		set_kind(stream, lines ? STREAM_LINES : STREAM_OBJECT);
	else if (!lines &&
		 (first == ':' || first == 0xef || (first >= 'a' && first <= 'z')))
		set_kind(stream, STREAM_EVENTS);
	else
		set_kind(stream, STREAM_OTHER);
}

static struct err *on_event(void *ctx, struct span data)
{
	struct stream *stream = ctx;
	bool progress;
	struct err *err;

	if (stream->reader->ended || stream->reader->failed)
		return NULL; /* what comes after the end is not part of the answer */
	err = wire_event(stream->reader, data, &progress);
	stream->progress |= progress;
	return err;
}

static struct err *feed_lines(struct stream *stream, struct span bytes)
{
	struct err *err = NULL;

	while (!err && bytes.len) {
		ptrdiff_t end = span_findc(bytes, '\n', 0);
		struct span line;

		str_add_span(&stream->rest,
			     span_cut(bytes, 0, end < 0 ? bytes.len : (size_t)end));
		err = str_err(&stream->rest, "a line of the reply");
		if (err || end < 0)
			break;
		line = span_trim(str_span(&stream->rest));
		if (line.len)
			err = on_event(stream, line);
		str_reset(&stream->rest);
		bytes = span_cut(bytes, (size_t)end + 1, bytes.len);
	}
	return err;
}

static struct err *too_long(struct stream *stream, size_t max_bytes)
{
	stream->endless = true;
	return err_new(ERR_SERVICE, "the reply does not end: more than %zu bytes",
		       max_bytes);
}

static struct err *feed(struct stream *stream, struct span bytes)
{
	switch (stream->kind) {
	case STREAM_BLANK:
		return stream->bytes > BLANK_MAX_BYTES ? too_long(stream, BLANK_MAX_BYTES)
						       : NULL;
	case STREAM_EVENTS:
		return sse_feed(&stream->sse, bytes, on_event, stream);
	case STREAM_LINES:
		return feed_lines(stream, bytes);
	case STREAM_OBJECT:
		str_add_span(&stream->rest, bytes);
		return stream->rest.full ? too_long(stream, WIRE_BODY_MAX_BYTES)
					 : str_err(&stream->rest, "reply");
	case STREAM_OTHER:
		str_add_span(&stream->rest,
			     span_cut(bytes, 0, OTHER_KEPT_BYTES - stream->rest.len));
		return stream->bytes > WIRE_BODY_MAX_BYTES
			       ? too_long(stream, WIRE_BODY_MAX_BYTES)
			       : str_err(&stream->rest, "reply");
	}
	return NULL;
}

struct err *stream_feed(struct stream *stream, struct span bytes, bool *progress)
{
	struct err *err;

	*progress = stream->progress = false;
	stream->bytes += bytes.len;
	if (stream->bytes > STREAM_MAX_BYTES)
		return too_long(stream, STREAM_MAX_BYTES);
	if (stream->kind == STREAM_BLANK) {
		struct span seen = span_trim(bytes);

		if (seen.len) {
			find_kind(stream, (unsigned char)seen.ptr[0]);
			bytes = span_cut(bytes, (size_t)(seen.ptr - bytes.ptr),
					 bytes.len);
		}
	}
	err = feed(stream, bytes);
	if (stream->reader->reply->text.full || stream->rest.full)
		stream->endless = true;
	if (err && stream->endless)
		err = err_as(err, ERR_SERVICE);
	*progress = stream->progress;
	return err;
}

struct err *stream_end(struct stream *stream)
{
	struct str text = STR_INIT(200);
	struct span line = span_trim(str_span(&stream->rest));
	struct err *err = NULL;

	switch (stream->kind) {
	case STREAM_BLANK:
		return err_new(ERR_SERVICE, "the reply is empty");
	case STREAM_EVENTS:
		return NULL;
	case STREAM_LINES:
		return line.len ? on_event(stream, line) : NULL;
	case STREAM_OBJECT:
		return wire_body(stream->reader, str_span(&stream->rest));
	case STREAM_OTHER:
		wire_error_text(str_span(&stream->rest), &text);
		err = err_new(ERR_SERVICE, "the reply is no answer of a model: '%s'",
			      text.buf);
		str_release(&text);
		return err;
	}
	return err;
}
