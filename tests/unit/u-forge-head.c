/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include "forge/head.h"
#include "forge/refusal.h"

static void test_links(void **state)
{
	static const struct {
		const char *link, *next;
	} cases[] = {
		{ "<https://h/a?page=2>; rel=\"next\", <https://h/a?page=9>; rel=\"last\"",
		  "https://h/a?page=2" },
		{ "<https://h/1>; rel=\"prev\", <https://h/3>; rel=\"next\"", "https://h/3" },
		{ "<https://h/3>;rel=next", "https://h/3" },
		{ "<https://h/3>; title=\"a, b; rel=x\"; REL=\"Next\"", "https://h/3" },
		{ "<https://h/a,b;c>; rel=\"first next\"", "https://h/a,b;c" },
		{ "<https://h/3>; rel=\"nexts\"", "" },
		{ "<https://h/3>; rel=\"\"", "" },
		{ "<https://h/3>; rel=\"", "" },
		{ "<https://h/3>; rel=", "" },
		{ "<https://h/3>", "" },
		{ "<https://h/3; rel=next", "" },
		{ "https://h/3>; rel=next", "" },
		{ "", "" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct str line = STR_INIT(4096);
		struct head head;

		head_init(&head);
		str_addf(&line, "LINK: %s\r\n", cases[i].link);
		head_add(&head, str_span(&line));
		assert_string_equal(head.next, cases[i].next);
		str_release(&line);
	}
}

static void test_lines(void **state)
{
	static const char *const lines[] = {
		"HTTP/1.1 103 Early Hints\r\n", "Link: </interim>; rel=next\r\n",
		"HTTP/2 200\r\n", "content-type: Application/JSON; charset=utf-8\r\n",
		"location: /there\r\n", "X-Next-Page: 3\r\n", "ratelimit-remaining: 0\r\n",
		"RateLimit-Reset: 60\r\n",
	};
	struct head head;

	(void)state;
	head_init(&head);
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++)
		head_add(&head, span_of(lines[i]));
	assert_string_equal(head.next, "");
	assert_string_equal(head.location, "/there");
	assert_true(head.is_json);
	assert_true(head.used_up);
	assert_int_equal(head.next_page, 3);
	assert_int_equal(head.reset_s, 60);
	head_add(&head, SPAN("x-ratelimit-reset: -5\r\n"));
	head_add(&head, SPAN("x-ratelimit-reset: 99999999999999999999\r\n"));
	head_add(&head, SPAN("x-ratelimit-remaining: 10\r\n"));
	head_add(&head, SPAN("x-next-page: \r\n"));
	assert_int_equal(head.reset_s, 60);
	assert_false(head.used_up);
	assert_int_equal(head.next_page, 3);
}

static void test_too_long(void **state)
{
	struct str line = STR_INIT(65536);
	struct head head;

	(void)state;
	head_init(&head);
	str_adds(&line, "location: https://h/");
	while (line.len < HEAD_URL_MAX_BYTES + 100)
		str_addc(&line, 'a');
	head_add(&head, str_span(&line));
	assert_string_equal(head.location, "");
	str_release(&line);
}

/* What is said of an answer; without a token, at the second 2000000000. */
static void test_refusals(void **state)
{
	static const struct {
		int status;
		int64_t retry_after_ms, reset_s;
		bool used_up;
		const char *body;
		enum err_kind kind;
		const char *text;
	} cases[] = {
		{ 404, -1, -1, false, "{\"message\":\"Not Found\"}", ERR_SERVICE,
		  "not found, or private" },
		{ 401, -1, -1, false, "", ERR_CONFIG,
		  "gitlab.com does not show it without a token" },
		{ 403, -1, -1, false, "{\"message\":\"no\\u001b\"}", ERR_CONFIG,
		  "gitlab.com does not show it without a token (no?)" },
		{ 403, -1, 2000000061, true, "", ERR_SERVICE,
		  "gitlab.com takes no more requests for 61 s" },
		{ 403, 7000, -1, false, "", ERR_SERVICE,
		  "gitlab.com takes no more requests for 7 s" },
		{ 429, -1, 1999999999, false, "", ERR_SERVICE,
		  "gitlab.com takes no more requests for 0 s" },
		{ 429, -1, 600, false, "", ERR_SERVICE,
		  "gitlab.com takes no more requests for 10 min" },
		{ 429, -1, 1, false, "{\"message\":{\"x\":1}}", ERR_SERVICE,
		  "gitlab.com takes no more requests for 1 s" },
		{ 429, -1, 2147483647, false, "", ERR_SERVICE,
		  "gitlab.com takes no more requests for a while" },
		{ 301, -1, -1, false, "", ERR_SERVICE, "it has moved" },
		{ 410, -1, -1, false, "", ERR_SERVICE,
		  "it was deleted, or the project has no issues" },
		{ 500, -1, -1, false, "<html>", ERR_SERVICE, "HTTP 500" },
	};
	struct remote remote;
	struct place place;

	(void)state;
	ok(remote_parse(&remote, "https://gitlab.com/g/p"));
	ok(place_make(&place, dialect_named("gitlab", "gitlab.com"), &remote, 7));
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct token none = { .secret = NULL };
		struct answer answer = {
			.status = cases[i].status,
			.retry_after_ms = cases[i].retry_after_ms,
			.body = STR_INIT(4096),
		};
		struct err *err;

		head_init(&answer.head);
		answer.head.reset_s = cases[i].reset_s;
		answer.head.used_up = cases[i].used_up;
		str_adds(&answer.body, cases[i].body);
		err = refusal_make(&place, &answer, &none, false, 2000000000);
		assert_non_null(err_hint_text(err));
		fails(err, cases[i].kind, cases[i].text);
		str_release(&answer.body);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_links),
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_too_long),
		cmocka_unit_test(test_refusals),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
