/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any bytes as the body of a model's answer, in both wire formats: the same answer
 * in whatever pieces they came in, and no counts below zero. Then as the body of an
 * error, a list of models, a region and a review.
 */
#include <string.h>

#include "fuzz.h"
#include "model/answer.h"
#include "model/stream.h"
#include "model/wire.h"

#define TEXT_MAX_BYTES 4096
#define WORDS_MAX_BYTES ((size_t)1 << 20)

struct answer {
	struct chat_reply reply;
	struct wire_reader reader;
	bool failed;
};

static void read_answer(struct answer *a, enum wire wire, struct span bytes, size_t piece)
{
	struct err *err = NULL;
	struct stream stream;
	bool progress;

	chat_reply_init(&a->reply, TEXT_MAX_BYTES);
	wire_reader_init(&a->reader, wire, &a->reply);
	stream_init(&stream, &a->reader);
	for (size_t at = 0; !err && at < bytes.len; at += piece)
		err = stream_feed(&stream, span_cut(bytes, at, at + piece), &progress);
	if (!err)
		err = stream_end(&stream);
	a->failed = fuzz_failed(err, ERR_SERVICE);
	stream_release(&stream);
	assert(a->reply.text.len <= TEXT_MAX_BYTES);
	assert(a->reply.usage.prompt_tokens >= 0 && a->reply.usage.cached_tokens >= 0 &&
	     a->reply.usage.completion_tokens >= 0);
}

static void release(struct answer *a)
{
	wire_reader_release(&a->reader);
	chat_reply_release(&a->reply);
}

static void same(const struct answer *a, const struct answer *b)
{
	assert(a->failed == b->failed);
	assert(a->reader.finish == b->reader.finish && a->reader.ended == b->reader.ended);
	assert(a->reader.failed == b->reader.failed && a->reader.status == b->reader.status);
	assert(!strcmp(a->reply.model, b->reply.model));
	assert(span_eq(str_span(&a->reply.text), str_span(&b->reply.text)));
	assert(span_eq(str_span(&a->reader.message), str_span(&b->reader.message)));
}

static void on_id(void *ctx, struct span id)
{
	(void)ctx;
	assert(id.ptr != NULL);
}

static void read_otherwise(struct span bytes)
{
	struct str out = STR_INIT(WORDS_MAX_BYTES);
	bool approved;

	wire_error_text(bytes, &out);
	fuzz_failed(wire_models(bytes, on_id, NULL), ERR_SERVICE);
	for (int prefilled = 0; prefilled < 2; prefilled++) {
		str_reset(&out);
		if (fuzz_failed(answer_region(&out, bytes, "updated-code", prefilled),
				ERR_NO_FIX))
			continue;
		assert(!out.failed && (!out.len || out.buf[out.len - 1] == '\n'));
	}
	str_reset(&out);
	fuzz_failed(answer_review(bytes, &approved, &out), ERR_SERVICE);
	str_release(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span bytes = fuzz_span(data, size);

	for (int wire = WIRE_OPENAI; wire <= WIRE_OLLAMA; wire++) {
		struct answer whole, pieces;

		read_answer(&whole, (enum wire)wire, bytes, size + 1);
		for (size_t piece = 1; piece <= 7; piece += 6) {
			read_answer(&pieces, (enum wire)wire, bytes, piece);
			same(&whole, &pieces);
			release(&pieces);
		}
		release(&whole);
	}
	read_otherwise(bytes);
	return 0;
}
