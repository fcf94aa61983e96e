/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include "issue/text.h"

static void test_read(void **state)
{
	static const struct {
		const char *raw, *text, *title, *slug;
	} rows[] = {
		{ "It crashes\nbadly\n", "It crashes\nbadly\n", "It crashes", "it-crashes" },
		{ "\n\n## - Greets twice\r\nx\ry", "\n\n## - Greets twice\nx\ny", "Greets twice",
		  "greets-twice" },
		{ "<!-- say what -->It <!-- a\nb --> is", "It  is", "It  is", "it-is" },
		{ "a <!-- not closed", "a <!-- not closed", "a <!-- not closed", "a-not-closed" },
		{ "\357\273\277caf\351 \342\200\256x\342\200\213y\033[1m", "caf\357\277\275 xy[1m",
		  "caf\357\277\275 xy[1m", "caf-xy-1m" },
		{ "one\ttwo", "one\ttwo", "one two", "one-two" },
		{ "\303\251\303\251", "\303\251\303\251", "\303\251\303\251", "" },
		{ "an issue whose title is longer than a branch may be",
		  "an issue whose title is longer than a branch may be",
		  "an issue whose title is longer than a branch may be",
		  "an-issue-whose-title-is-longer-than-a" },
	};
	struct issue_text issue;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		issue_text_init(&issue);
		ok(issue_text_read(&issue, span_of(rows[i].raw)));
		assert_string_equal(issue.text.buf, rows[i].text);
		assert_string_equal(issue.title, rows[i].title);
		assert_string_equal(issue.slug, rows[i].slug);
		issue_text_release(&issue);
	}
}

static void test_refused(void **state)
{
	static const char *const nothing[] = { "", " \n\t\n", "<!-- all of it -->\n", "\001\n" };
	struct issue_text issue;

	(void)state;
	issue_text_init(&issue);
	for (size_t i = 0; i < ARRAY_SIZE(nothing); i++)
		fails(issue_text_read(&issue, span_of(nothing[i])), ERR_INPUT,
		      "the issue says nothing");
	issue_text_release(&issue);
}

/* The title is cut, but never within a character. */
static void test_long_title(void **state)
{
	struct str raw = STR_INIT(4096);
	struct issue_text issue;

	(void)state;
	str_addc(&raw, 'x');
	for (int i = 0; i < 300; i++)
		str_adds(&raw, "\303\251");
	issue_text_init(&issue);
	ok(issue_text_read(&issue, str_span(&raw)));
	assert_int_equal(strlen(issue.title), ISSUE_TITLE_MAX_BYTES - 1);
	issue_text_release(&issue);
	str_release(&raw);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_long_title),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
