/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include "base/compiler.h"
#include "model/failure.h"
#include "model/stream.h"

/* Each is fed whole, and cut in two at every place, and in pieces of every small size. */
static const struct {
	const char *name;
	enum wire wire;
	const char *bytes;
	const char *text;  /* NULL: it fails when fed or ended */
	const char *error;
	bool ended;
} bodies[] = {
	{ "what a client must survive", WIRE_OPENAI,
	  "\xef\xbb\xbf: keep-alive\n\n"
	  "data: {\"model\":\"m\",\"choices\":[{\"delta\":{\"role\":\"assistant\",\"content\":null,"
	  "\"reasoning_content\":\"\"},\"finish_reason\":null}]}\n\n"
	  ": keep-alive\r\n\r\n"
	  "data: {\"choices\":[{\"delta\":{\"reasoning_content\":\"hm\"}}]}\r\n\r\n"
	  "event: x\nid: 7\nretry: 5\n"
	  "data: {\"choices\":[{\"delta\":\ndata: {\"content\":\"\xe2\x82\xac\"}}]}\n\n"
	  "data:{\"choices\":[{\"delta\":{\"content\":\" \\u20ac\"},\"finish_reason\":\"stop\"}]}\r\r"
	  "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":3}}\n\n"
	  "data: [DONE]\n\n",
	  "\xe2\x82\xac \xe2\x82\xac", NULL, true },
	{ "blanks in front", WIRE_OPENAI,
	  "\n\n \r\n\ndata: {\"choices\":[{\"delta\":{\"content\":\"x\"},"
	  "\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n",
	  "x", NULL, true },
	{ "no last blank line", WIRE_OPENAI,
	  "data: {\"choices\":[{\"delta\":{\"content\":\"x\"},\"finish_reason\":\"stop\"}]}\n\n"
	  "data: [DONE]\n", "x", NULL, false },
	{ "talk after the end", WIRE_OPENAI,
	  "data: {\"choices\":[{\"delta\":{\"content\":\"x\"},\"finish_reason\":\"stop\"}]}\n\n"
	  "data: [DONE]\n\ndata: {\"choices\":[{\"delta\":{\"content\":\"y\"}}]}\n\n",
	  "x", NULL, true },
	{ "whole object", WIRE_OPENAI,
	  "\n\n{\"choices\":[{\"message\":{\"content\":\"x\"},\"finish_reason\":\"stop\"}]}\n",
	  "x", NULL, true },
	{ "lines", WIRE_OLLAMA,
	  "{\"message\":{\"content\":\"\xe2\x82\xac\"},\"done\":false}\n\r\n"
	  "{\"message\":{\"content\":\"b\"},\"done\":true,\"done_reason\":\"stop\"}",
	  "\xe2\x82\xac" "b", NULL, true },
	{ "html", WIRE_OPENAI, "<!doctype html><p>proxy</p>", NULL,
	  "no answer of a model", false },
	{ "html to ollama", WIRE_OLLAMA, "<html>", NULL, "no answer of a model", false },
	{ "nothing", WIRE_OPENAI, "\n\n", NULL, "is empty", false },
	{ "half an object", WIRE_OPENAI, "{\"choices\":[", NULL, "malformed", false },
	{ "a list", WIRE_OPENAI, "[]", NULL, "malformed", false },
	{ "broken line", WIRE_OLLAMA, "{\"message\":\n", NULL, "malformed", false },
	{ "broken event", WIRE_OPENAI, "data: {\n\n", NULL, "malformed", false },
};

/* Feeds bytes in pieces: the first of first bytes, the others of size. */
static void feed(size_t i, size_t first, size_t size)
{
	struct span rest = span_of(bodies[i].bytes);
	struct chat_reply reply;
	struct wire_reader reader;
	struct stream stream;
	struct err *err = NULL;
	size_t take = first;

	chat_reply_init(&reply, 4096);
	wire_reader_init(&reader, bodies[i].wire, &reply);
	stream_init(&stream, &reader);
	while (!err && rest.len) {
		bool progress;

		err = stream_feed(&stream, span_cut(rest, 0, take), &progress);
		rest = span_cut(rest, take, rest.len);
		take = size;
	}
	if (!err)
		err = stream_end(&stream);
	if (bodies[i].error) {
		fails_saying(err, ERR_SERVICE, bodies[i].error);
	} else {
		ok(err);
		if (strcmp(reply.text.buf, bodies[i].text) ||
		    reader.ended != bodies[i].ended)
			fail_msg("%s, cut at %zu and every %zu: '%s', %d", bodies[i].name,
				 first, size, reply.text.buf, reader.ended);
	}
	stream_release(&stream);
	wire_reader_release(&reader);
	chat_reply_release(&reply);
}

static void every_cut(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bodies); i++) {
		size_t len = strlen(bodies[i].bytes);

		for (size_t cut = 1; cut <= len; cut++)
			feed(i, cut, len);
		for (size_t size = 1; size <= 64; size++)
			feed(i, size, size);
	}
}

/* A stream of this piece, without end, stops at some ceiling. */
static void no_end(void **state)
{
	static const struct {
		enum wire wire;
		const char *begin, *piece;
	} cases[] = {
		{ WIRE_OPENAI, "", "\n" },
		{ WIRE_OPENAI, "", "    " },
		{ WIRE_OPENAI, "data: ", "x" },
		{ WIRE_OPENAI, "", ": keep-alive\n\n" },
		{ WIRE_OPENAI, "",
		  "data: {\"choices\":[{\"delta\":{\"content\":\"more\"}}]}\n\n" },
		{ WIRE_OPENAI, "",
		  "data: {\"choices\":[{\"delta\":{\"reasoning_content\":\"a\"}}]}\n\n" },
		{ WIRE_OPENAI, "{", "\"a\":1," },
		{ WIRE_OPENAI, "<html>", "x" },
		{ WIRE_OLLAMA, "{", "x" },
		{ WIRE_OLLAMA, "",
		  "{\"message\":{\"content\":\"more\"},\"done\":false}\n" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct str block = STR_INIT(1 << 20);
		struct chat_reply reply;
		struct wire_reader reader;
		struct stream stream;
		struct failure failure;
		struct err *err;
		bool progress;

		while (block.len < 65536)
			str_adds(&block, cases[i].piece);
		chat_reply_init(&reply, (size_t)1 << 20);
		wire_reader_init(&reader, cases[i].wire, &reply);
		stream_init(&stream, &reader);
		err = stream_feed(&stream, span_of(cases[i].begin), &progress);
		for (int n = 0; !err && n < 4096; n++)
			err = stream_feed(&stream, str_span(&block), &progress);
		if (!err)
			fail_msg("case %zu has no end", i);
		assert_int_equal(err_kind(err), ERR_SERVICE);
		failure = failure_of_stream(err, &stream);
		if (failure.cause != RETRY_NEVER && cases[i].begin[0] != 'd')
			fail_msg("case %zu is sent again: %s", i, err_text(failure.err));
		err_drop(failure.err);
		stream_release(&stream);
		wire_reader_release(&reader);
		chat_reply_release(&reply);
		str_release(&block);
	}
}

/* An answer that is no stream may be as long as one that is. */
static void long_object(void **state)
{
	const struct span begin = SPAN("{\"choices\":[{\"message\":{\"content\":\""),
			  end = SPAN("\"},\"finish_reason\":\"stop\"}]}");
	const size_t len = (size_t)5 << 20;
	struct str body = STR_INIT((size_t)8 << 20);
	struct chat_reply reply;
	struct wire_reader reader;
	struct stream stream;
	bool progress;

	(void)state;
	str_add_span(&body, begin);
	while (body.len < begin.len + len)
		str_adds(&body, "0123456789abcdef");
	str_add_span(&body, end);
	chat_reply_init(&reply, (size_t)16 << 20);
	wire_reader_init(&reader, WIRE_OPENAI, &reply);
	stream_init(&stream, &reader);
	ok(stream_feed(&stream, str_span(&body), &progress));
	ok(stream_end(&stream));
	assert_true(reader.ended);
	assert_int_equal(reply.text.len, len);
	stream_release(&stream);
	wire_reader_release(&reader);
	chat_reply_release(&reply);
	str_release(&body);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_cut),
		cmocka_unit_test(no_end),
		cmocka_unit_test(long_object),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
