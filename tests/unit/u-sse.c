/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include "sys/sse.h"

static struct err *on_event(void *ctx, struct span data)
{
	struct str *seen = ctx;

	str_addc(seen, '<');
	str_add_span(seen, data);
	str_addc(seen, '>');
	return NULL;
}

/* Input, the events it must give in <>, and how many comments. */
static const struct {
	const char *name, *input, *events;
	size_t comments;
} cases[] = {
	{ "a chat stream",
	  ": keep-alive\n\ndata: {\"a\":1}\n\ndata: {\"b\":2}\n\ndata: [DONE]\n\n",
	  "<{\"a\":1}><{\"b\":2}><[DONE]>", 1 },
	{ "CRLF", "data: a\r\ndata: b\r\n\r\ndata: c\r\n\r\n", "<a\nb><c>", 0 },
	{ "CR alone", "data: a\rdata: b\r\rdata: c\r\r", "<a\nb><c>", 0 },
	{ "mixed ends", "data: a\n\rdata: b\r\n\ndata: c\r\r\n", "<a><b><c>", 0 },
	{ "byte order mark", "\xef\xbb\xbf" "data: a\n\n", "<a>", 0 },
	{ "a mark later is text", "data: a\n\n\xef\xbb\xbf" "data: b\n\n", "<a>", 0 },
	{ "one blank is dropped", "data:  a\n\ndata:b\n\n", "< a><b>", 0 },
	{ "no value", "data\n\ndata:\n\n", "<><>", 0 },
	{ "several lines", "data\ndata:x\ndata\n\n", "<\nx\n>", 0 },
	{ "other fields", "event: x\nid: 1\nretry: 5\ndatabase: 1\ndata: a\n\n",
	  "<a>", 0 },
	{ "no data, no event", "event: x\n\n\n\n", "", 0 },
	{ "comments within", "data: a\n:\ndata: b\n: : x\n\n", "<a\nb>", 2 },
	{ "cut off", "data: a\n\ndata: b\n", "<a>", 0 },
	{ "cut off in a line", "data: a\n\ndata: b", "<a>", 0 },
	{ "UTF-8", "data: \xe2\x82\xac\xf0\x9f\x98\x80\n\n",
	  "<\xe2\x82\xac\xf0\x9f\x98\x80>", 0 },
	{ "colons", "data: a: b\n\n:data: c\n\n", "<a: b>", 1 },
};

static void feed(struct sse *sse, const char *s, size_t len, struct str *seen)
{
	/* a copy of its exact size, so that a read past it is seen */
	char *piece = malloc(len ? len : 1);

	memcpy(piece, s, len);
	ok(sse_feed(sse, (struct span){ piece, len }, on_event, seen));
	free(piece);
}

static void check(size_t i, const struct sse *sse, struct str *seen)
{
	if (strcmp(seen->buf, cases[i].events) || sse->comments != cases[i].comments)
		fail_msg("%s: got %s, %zu comments", cases[i].name, seen->buf,
			 sse->comments);
}

/* Every split into two, and every split into pieces of one size. */
static void test_every_split(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const char *input = cases[i].input;
		size_t len = strlen(input);

		for (size_t cut = 0; cut <= 2 * len; cut++) {
			size_t step = cut > len ? cut - len : len;
			size_t at = cut > len ? 0 : cut;
			struct str seen = STR_INIT(1000);
			struct sse sse;

			sse_init(&sse, 100, 100);
			feed(&sse, input, at, &seen);
			while (at < len) {
				size_t n = len - at < step ? len - at : step;

				feed(&sse, input + at, n, &seen);
				at += n;
			}
			check(i, &sse, &seen);
			str_release(&seen);
			sse_release(&sse);
		}
	}
}

static void test_ceilings(void **state)
{
	static const struct {
		const char *input;
		size_t line_max, event_max;
		bool fits;
	} bounds[] = {
		{ "data: 1234\n\n", 10, 4, true },
		{ "data: 1234\n\n", 9, 4, false },
		{ "data: 1234\n\n", 10, 3, false },
		{ "data: 12\ndata: 3\n\n", 10, 4, true },
		{ "data: 12\ndata: 3\n\n", 10, 3, false },
		{ ": 123456789", 10, 4, false }, /* a line that never ends */
		{ "data: 1\n\ndata: 2\n\n", 10, 1, true },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bounds); i++) {
		for (size_t step = 1; step < 20; step++) {
			struct span rest = span_of(bounds[i].input);
			struct str seen = STR_INIT(100);
			struct err *err = NULL;
			struct sse sse;

			sse_init(&sse, bounds[i].line_max, bounds[i].event_max);
			while (!err && rest.len) {
				err = sse_feed(&sse, span_cut(rest, 0, step), on_event,
					       &seen);
				rest = span_cut(rest, step, rest.len);
			}
			assert_int_equal(err == NULL, bounds[i].fits);
			if (err)
				assert_int_equal(err_kind(err), ERR_SERVICE);
			err_drop(err);
			str_release(&seen);
			sse_release(&sse);
		}
	}
}

static struct err *on_event_fail(void *ctx, struct span data)
{
	(void)data;
	++*(int *)ctx;
	return err_new(ERR_INPUT, "no more");
}

static void test_event_can_end_it(void **state)
{
	struct sse sse;
	struct err *err;
	int calls = 0;

	(void)state;
	sse_init(&sse, 100, 100);
	err = sse_feed(&sse, SPAN("data: a\n\ndata: b\n\n"), on_event_fail, &calls);
	assert_non_null(err);
	assert_string_equal(err_text(err), "no more");
	assert_int_equal(calls, 1);
	err_drop(err);
	sse_release(&sse);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_split),
		cmocka_unit_test(test_ceilings),
		cmocka_unit_test(test_event_can_end_it),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
