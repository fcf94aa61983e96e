/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <stdlib.h>

#include "forge/decode.h"
#include "forge/quote.h"

#define SAID "one\ntwo\nthree\nfour\nfive\nsix\n"
#define REPEATED "> one\n> two\n> three\n>\n> four\n> five\n"

static void test_quotes(void **state)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
		{ "plain\n", "plain\n" },
		{ "", "" },
		/* a mail's answer, above or below what it quotes */
		{ "Yes.\n\nOn Mon, 2 Nov 2026, Bob <b@example.com> wrote:\n> new\n> words\n",
		  "Yes.\n\n" },
		{ "On Mon, 2 Nov 2026, Bob wrote:\n\n> new\n> words\nYes.\n", "Yes.\n" },
		{ "Yes.\nOn Mon, 2 Nov 2026 at 10:00, Bob <b@example.com>\nwrote:\n> new\n",
		  "Yes.\n" },
		{ "Am 2. November 2026 schrieb Bob:\n> neu\nJa.\n", "Ja.\n" },
		{ "Le 2 nov. 2026, Bob a \303\251crit :\n> neuf\nOui.\n", "Oui.\n" },
		{ "He wrote:\nno quotation\n", "He wrote:\nno quotation\n" },
		{ "He wrote:\n", "He wrote:\n" },
		/* what is answered stays, what is only carried along goes */
		{ "> one\nYes.\n", "> one\nYes.\n" },
		{ REPEATED "Yes.\n", "Yes.\n" },
		{ "> one\n> two\n> three\n> four\n> unheard\n",
		  "> one\n> two\n> three\n> four\n> unheard\n" },
		{ "> > one\n" REPEATED, "" },
		{ "```\n" REPEATED "```\n", "```\n" REPEATED "```\n" },
		{ "~~~~\n~~~\n" REPEATED "~~~~\n" REPEATED, "~~~~\n~~~\n" REPEATED "~~~~\n" },
		{ "```x``` is code\n" REPEATED, "```x``` is code\n" },
		/* ends of mails */
		{ "Yes.\n-- \nBob, CEO\n", "Yes.\n" },
		{ "Yes.\n--\nno signature\n", "Yes.\n--\nno signature\n" },
		{ "Yes.\n-----Original Message-----\nFrom: Bob\n", "Yes.\n" },
		{ "Yes.\nReply to this email directly, view it on GitHub\n", "Yes.\n" },
		/* a comment that nobody closed */
		{ "Yes.\n<!-- hidden\nmore\n", "Yes.\n" },
		{ "Yes.\n   <!-- hidden\n", "Yes.\n" },
		{ "Yes.\n    <!-- code\n", "Yes.\n    <!-- code\n" },
		{ "```\n<!-- code\n```\n", "```\n<!-- code\n```\n" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct str out = STR_INIT(4096);

		quote_strip(&out, span_of(cases[i].text), SPAN(SAID));
		assert_string_equal(out.buf, cases[i].want);
		str_release(&out);
	}
}

static void test_quotes_that_open(void **state)
{
	struct str out = STR_INIT(4096);

	(void)state;
	quote_strip_first(&out, SPAN("Bob wrote:\n" REPEATED "so\n<!-- hidden\n"));
	assert_string_equal(out.buf, "Bob wrote:\n" REPEATED "so\n");
	str_release(&out);
}

#define GITHUB_ISSUE \
	"{\"number\":7,\"title\":\"It  breaks\",\"body\":\"Hello<!-- obey -->.\\r\\n\"," \
	"\"user\":{\"login\":\"ann\"},\"created_at\":\"2026-01-02T03:04:05Z\"," \
	"\"state\":\"open\",\"labels\":[{\"name\":\"bug\"},\"ui\",{\"id\":1}]," \
	"\"comments\":2,\"html_url\":\"https://github.com/o/r/issues/7\"}"
#define GITLAB_ISSUE \
	"{\"iid\":7,\"title\":\"It  breaks\",\"description\":\"Hello.\"," \
	"\"author\":{\"username\":\"ann\"},\"created_at\":\"2026-01-02T03:04:05Z\"," \
	"\"state\":\"closed\",\"labels\":[\"bug\",\"ui\"],\"user_notes_count\":2," \
	"\"moved_to_id\":3,\"web_url\":\"https://gitlab.com/o/r/-/issues/7\"}"

static void test_issues(void **state)
{
	static const struct {
		const char *kind, *json, *address;
		bool closed, moved;
	} cases[] = {
		{ "github", GITHUB_ISSUE, "https://github.com/o/r/issues/7", false, false },
		{ "gitea", GITHUB_ISSUE, "https://github.com/o/r/issues/7", false, false },
		{ "gitlab", GITLAB_ISSUE, "https://gitlab.com/o/r/-/issues/7", true, true },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct dialect *dialect = dialect_named(cases[i].kind, "h");
		struct thread thread;

		thread_init(&thread);
		ok(decode_issue(&thread, dialect, span_of(cases[i].json)));
		assert_span(thread.title, "It  breaks");
		assert_span(thread.labels, "bug, ui");
		assert_span(thread.first.author, "ann");
		assert_span(thread.first.date, "2026-01-02T03:04:05Z");
		assert_span(thread.address, cases[i].address);
		assert_int_equal(thread.closed, cases[i].closed);
		assert_int_equal(thread.moved, cases[i].moved);
		assert_int_equal(thread.n_comments, 2);
		thread_release(&thread);
	}
}

static void test_no_issues(void **state)
{
	static const struct {
		const char *json;
		enum err_kind kind;
		const char *text;
	} cases[] = {
		{ "", ERR_SERVICE, "malformed answer" },
		{ "<html>", ERR_SERVICE, "malformed answer" },
		{ "[]", ERR_SERVICE, "no issue with a title" },
		{ "{\"title\":7}", ERR_SERVICE, "no issue with a title" },
		{ "{\"title\":\"  \"}", ERR_SERVICE, "no issue with a title" },
		{ "{\"title\":\"x\",\"pull_request\":{}}", ERR_INPUT, "a pull request" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct thread thread;

		thread_init(&thread);
		fails_saying(decode_issue(&thread, dialect_named("github", "h"),
					  span_of(cases[i].json)),
			     cases[i].kind, cases[i].text);
		thread_release(&thread);
	}
}

#define COMMENTS \
	"[{\"body\":\"Me too\\u202e.\",\"user\":{\"login\":\"b\\no\\tb\"}," \
	"\"created_at\":\"2026-01-03T00:00:00Z\"}," \
	"{\"body\":\"<!-- I open\",\"user\":null}," \
	"{\"body\":\"I am seen\",\"user\":{\"login\":\"cy\"}}," \
	"{\"body\":\"I close --> see?\",\"user\":{\"login\":\"dee\"}}," \
	"{\"body\":\"x <!-- y\",\"user\":{\"login\":\"eve\"}}]"

static const char whole[] =
	"It  breaks\n\nLabels: bug, ui\nOpened by ann on 2026-01-02\n\nHello.\n"
	"\nComment by b o b on 2026-01-03:\n\nMe too.\n"
	"\nComment by cy:\n\nI am seen\n"
	"\nComment by dee:\n\nI close --> see?\n"
	"\nComment by eve:\n\nx <! -- y\n";

static void test_text(void **state)
{
	const struct dialect *dialect = dialect_named("github", "h");
	struct str out = STR_INIT(1 << 20);
	struct thread thread;

	(void)state;
	thread_init(&thread);
	ok(decode_issue(&thread, dialect, SPAN(GITHUB_ISSUE)));
	ok(decode_comments(&thread, dialect, SPAN(COMMENTS)));
	ok(thread_text(&thread, &out));
	assert_string_equal(out.buf, whole);
	fails_saying(decode_comments(&thread, dialect, SPAN("{}")), ERR_SERVICE,
		     "no list of comments");
	str_release(&out);
	thread_release(&thread);
}

static void test_gitlab_notes(void **state)
{
	static const char notes[] =
		"[{\"body\":\"changed title\",\"system\":true},"
		"{\"body\":\"for us\",\"internal\":true,\"system\":false},"
		"{\"body\":\"for us\",\"confidential\":true},"
		"{\"body\":\"seen\",\"system\":false,\"internal\":false,"
		"\"author\":{\"username\":\"bob\"}}]";
	struct thread thread;

	(void)state;
	thread_init(&thread);
	ok(decode_comments(&thread, dialect_named("gitlab", "h"), span_of(notes)));
	assert_int_equal(thread.n, 1);
	assert_span(thread.notes[0].author, "bob");
	thread_release(&thread);
}

/* However much comes, the text has its ceiling, and says what it lacks. */
static void test_ceilings(void **state)
{
	struct str out = STR_INIT(1 << 20);
	size_t len = 3 * THREAD_PIECE_MAX_BYTES;
	char *body = malloc(len);
	struct note note = { .author = SPAN("ann"), .body = { body, len } };
	struct thread thread;

	(void)state;
	assert_non_null(body);
	memset(body, '\xc3', len);
	for (size_t i = 1; i < len; i += 2)
		body[i] = '\xa9';
	thread_init(&thread);
	thread.title = thread_copy(&thread, SPAN("x"));
	for (size_t i = 0; i < THREAD_NOTES_MAX + 5; i++)
		ok(thread_add(&thread, &note));
	assert_int_equal(thread.n, THREAD_NOTES_MAX);
	ok(thread_text(&thread, &out));
	assert_true(out.len <= THREAD_TEXT_MAX_BYTES + 100);
	assert_true(out.len >= THREAD_TEXT_MAX_BYTES - THREAD_PIECE_MAX_BYTES - 100);
	assert_non_null(strstr(out.buf, "\n[cut here: it is longer]\n"));
	assert_non_null(strstr(out.buf, "\n[298 more comments are not shown]\n"));
	assert_null(strstr(out.buf, "\xef\xbf\xbd"));
	free(body);
	str_release(&out);
	thread_release(&thread);
}

static void test_messages(void **state)
{
	static const struct {
		const char *body, *want;
	} cases[] = {
		{ "{\"message\":\"Not Found\",\"status\":\"404\"}", "Not Found" },
		{ "{\"message\":\"404 Project\\nNot Found\"}", "404 Project Not Found" },
		{ "{\"error\":\"invalid_token\",\"error_description\":\"It expired\"}",
		  "It expired" },
		{ "{\"error\":{\"message\":\"no\"}}", "no" },
		{ "{\"error\":\"\\u001b[31mred\"}", "?[31mred" },
		{ "<html>", "" },
		{ "", "" },
		{ "[]", "" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct str out = STR_INIT(4096);

		decode_message(span_of(cases[i].body), &out);
		assert_string_equal(out.buf, cases[i].want);
		str_release(&out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_quotes),
		cmocka_unit_test(test_quotes_that_open),
		cmocka_unit_test(test_issues),
		cmocka_unit_test(test_no_issues),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_gitlab_notes),
		cmocka_unit_test(test_ceilings),
		cmocka_unit_test(test_messages),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
