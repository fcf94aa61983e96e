/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <string.h>

#include "base/utf8.h"
#include "mail/hazard.h"
#include "mail/message.h"
#include "mail/wrap.h"

struct row {
	const char *text, *want;
};

#define WORD20 "abcdefghijklmnopqrst"

static const struct row subjects[] = {
	{ "strbuf: fix overflow", "strbuf: fix overflow" },
	{ "  strbuf:\tfix   overflow.  ", "strbuf: fix overflow" },
	{ "fix it.\n\nbecause", "fix it" },
	{ "\n\r\n  \nfix it", "fix it" },
	{ "first line\rsecond", "first line" },
	{ "Re: fix it", "fix it" },
	{ "RE: Fwd: re:AW: fix it", "fix it" },
	{ "[PATCH 1/2] [net] fix it", "fix it" },
	{ "[unclosed fix", "[unclosed fix" },
	{ "Re: [tag]: fixup! squash! fix it", "fix it" },
	{ "Subject: [PATCH] fix it", "fix it" },
	{ "# Fix it", "Fix it" },
	{ "#12: fix it", "12: fix it" },
	{ "- fix it", "fix it" },
	{ "**fix it**", "fix it" },
	{ "`fix it`", "fix it" },
	{ "\"Re: fix it\"", "fix it" },
	{ "Re: **[tag] `fix it`**", "fix it" },
	{ "\"quoted\" and \"more\"", "\"quoted\" and \"more\"" },
	{ "```\nfix it\n```", "fix it" },
	{ "a\001b\033[31mc\302\205d\342\200\256e\342\200\213f", "abcdef" },
	{ "caf\303\251 \351", "caf\303\251 ?" },
	{ "", "fallback" },
	{ " \n...\n---\n", "fallback" },
	{ "[PATCH]", "fallback" },
	{ "Re: Re: fixup!", "fallback" },
	{ "diff --git a/x b/x", "fallback" },
	{ WORD20 " " WORD20 " " WORD20 " abcdefghi", WORD20 " " WORD20 " " WORD20 " abcdefghi" },
	{ WORD20 " " WORD20 " " WORD20 " abcdefghij", WORD20 " " WORD20 " " WORD20 },
	{ WORD20 WORD20 WORD20 WORD20, WORD20 WORD20 WORD20 "abcdefghijkl" },
	{ WORD20 " " WORD20 " " WORD20 ", abcdefghij", WORD20 " " WORD20 " " WORD20 },
};

static void subject(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(subjects); i++) {
		struct str out = STR_INIT(4096);

		message_subject(span_of(subjects[i].text), "fallback", &out);
		if (strcmp(out.buf, subjects[i].want))
			fail_msg("'%s' gives '%s', not '%s'", subjects[i].text, out.buf,
				 subjects[i].want);
		str_release(&out);
	}
}

static const struct row bodies[] = {
	{ "", "" },
	{ " \n\n\t\n", "" },
	{ "one\ntwo", "one two" },
	{ "\n\none\r\n\r\n\r\ntwo\n\n", "one\n\ntwo" },
	{ WORD20 " " WORD20 " " WORD20 " " WORD20, WORD20 " " WORD20 " " WORD20 "\n" WORD20 },
	{ WORD20 WORD20 WORD20 WORD20 " x", WORD20 WORD20 WORD20 WORD20 "\nx" },

	/* lists, quotations, code and tables keep their form */
	{ "- one\n- two\n  more", "- one\n- two more" },
	{ "* " WORD20 " " WORD20 " " WORD20 " " WORD20,
	  "* " WORD20 " " WORD20 " " WORD20 "\n  " WORD20 },
	{ "12. a\n13. b", "12. a\n13. b" },
	{ "text\n- item", "text\n- item" },
	{ "text\n\n    code  here\n\tmore\n\nend", "text\n\n    code  here\n\tmore\n\nend" },
	{ "> quoted\n> more", "> quoted\n> more" },
	{ "| a | b |\n| c | d |", "| a | b |\n| c | d |" },
	{ "```c\nint  x;\n\nint y;\n```\nend", "    int  x;\n\n    int y;\nend" },
	{ "## Root cause\nIt was wrong.", "Root cause\n\nIt was wrong." },

	/* what am takes for something else */
	{ "a\n---\nb", "a b" },
	{ "a\n--- \nb", "a b" },
	{ "a\n-----------\nb", "a b" },
	{ "a\n-- >8 -- cut -- >8 --\nb", "a b" },
	{ "-- --\n8<\n-- --\n\nb", "b" },
	{ "values >8 are refused -- see above", "values >8 are refused -- see above" },
	{ "```\na\n  -- >8 --\nb\n```", "    a\n    b" },
	{ "a\n\ndiff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-x\n+y\n\nb",
	  "a\n\n    diff --git a/x b/x\n    --- a/x\n    +++ b/x\n    @@ -1 +1 @@\n    -x\n    +y\n\nb" },
	{ "```diff\n--- a/x\n+++ b/x\n```", "    --- a/x\n    +++ b/x" },
	{ "Index: x.c\n=====", "    Index: x.c\n    =====" },
	{ "--- old name", "    --- old name" },
	{ "From: A <a@b>\nSubject: x", " From: A <a@b> Subject: x" },
	{ "Date: now", " Date: now" },
	{ "[PATCH] x", " [PATCH] x" },
	{ ">From x", " >From x" },
	{ "From 0123456789abcdef0123456789abcdef01234567 Mon Sep 17 00:00:00 2001",
	  " From 0123456789abcdef0123456789abcdef01234567 Mon Sep 17 00:00:00 2001" },
	{ "#12 is the reason", " #12 is the reason" },

	/* and where a line would be broken before it */
	{ WORD20 " " WORD20 " " WORD20 " abcdefghi From here",
	  WORD20 " " WORD20 " " WORD20 "\nabcdefghi From here" },
	{ WORD20 " " WORD20 " " WORD20 " abcdefghi From: Index: #1 x",
	  WORD20 " " WORD20 " " WORD20 "\nabcdefghi From: Index: #1 x" },
	{ WORD20 " " WORD20 " " WORD20 " abcdefghi (cherry picked from commit 1234)",
	  WORD20 " " WORD20 " " WORD20 "\nabcdefghi (cherry picked from commit 1234)" },
	{ WORD20 WORD20 WORD20 WORD20 " From here", WORD20 WORD20 WORD20 WORD20 "\n From here" },

	/* nobody's trailers */
	{ "a\n\nSigned-off-by: A <a@b>\nReviewed-by: B <b@c>", "a" },
	{ "a\n\nCo-Authored-By: A <a@b>\nFixes: 123", "a" },
	{ "  Acked-by: A <a@b>\nb", "b" },
	{ "(cherry picked from commit 1234)", "" },
	{ "a\n\nTested: yes\nRisk: none", "a\n\n Tested: yes Risk: none" },
	{ "Note: this matters", " Note: this matters" },
	{ "Note: this matters\n\nend", "Note: this matters\n\nend" },
	{ "a: b c d", " a: b c d" },

	/* bytes */
	{ "a\033[1mb\033[0m\000c", "ab" },
	{ "caf\303\251 \200\377", "caf\303\251 ??" },
	{ "x\342\200\256y\342\200\217z\357\273\277", "xyz" },
	{ "a \t b  \nc", "a b c" },
};

static void body(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bodies); i++) {
		struct str out = STR_INIT(65536);

		message_body(span_of(bodies[i].text), &out);
		if (strcmp(out.buf, bodies[i].want))
			fail_msg("%s\n--gives--\n%s\n--not--\n%s", bodies[i].text, out.buf,
				 bodies[i].want);
		str_release(&out);
	}
}

static void whole(void **state)
{
	static const struct {
		const char *subject, *body, *trailers, *want;
	} rows[] = {
		{ "s", "", "", "s\n" },
		{ "s", "b", "", "s\n\nb\n" },
		{ "s", "b", "A: b\n", "s\n\nb\n\nA: b\n" },
		{ "s", "", "A: b", "s\n\nA: b\n" },
		{ "", "---", "", "f\n" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct str out = STR_INIT(65536);

		assert_null(message_make(span_of(rows[i].subject), span_of(rows[i].body),
					 span_of(rows[i].trailers), "f", &out));
		assert_string_equal(out.buf, rows[i].want);
		str_release(&out);
	}
}

static size_t columns(struct span line)
{
	size_t n = 0;

	for (size_t at = 0; at < line.len; n++) {
		uint32_t cp;

		at += utf8_next(line, at, &cp);
	}
	return n;
}

/* The header's invariants, on text that is nothing but trouble. */
static void anything(void **state)
{
	static const char *const bits[] = {
		"\n", "\n\n", " ", "From ", "From: x", "Subject:", "diff --git a/x b/x", "---", "- ",
		"word ", "Index: ", "Signed-off-by: A <a@b>", "#", ">", "```", "\033[31m", "\r",
		"\342\200\256", "\351", "\303\251", "    ", "[PATCH] ", "Re: ", "-- >8 --", "\t",
		"1. ", "Key: ", WORD20 WORD20 WORD20, "--- a", "+++ b", "@@ -1 +1 @@", ". ",
	};
	unsigned seed = 7;

	(void)state;
	for (int round = 0; round < 4000; round++) {
		struct str text = STR_INIT(65536), out = STR_INIT(1 << 20);
		struct span rest, line, last = { 0 };
		bool empty = false, all_trailers = true;

		for (int i = 0; i < round % 40; i++) {
			seed = seed * 1103515245u + 12345u;
			str_adds(&text, bits[(seed >> 16) % ARRAY_SIZE(bits)]);
		}
		assert_null(message_make(str_span(&text), str_span(&text), SPAN(""), "f", &out));
		assert_true(utf8_valid(str_span(&out)));
		rest = str_span(&out);
		assert_true(span_line(&rest, &line));
		assert_true(line.len && columns(line) <= MESSAGE_SUBJECT_COLUMNS);
		assert_true(!rest.len || (span_line(&rest, &line) && !line.len));
		while (span_line(&rest, &line)) {
			bool wraps = span_findc(span_trim(line), ' ', 0) >= 0;
			enum hazard hazard = hazard_of_line(line);

			if (empty || !line.len)
				all_trailers = true;
			if (hazard != HAZARD_NONE && line.ptr[0] != ' ' && line.ptr[0] != '\t')
				fail_msg("'%s' gives a line '%.*s'", text.buf, (int)line.len,
					 line.ptr);
			assert_false(empty && !line.len);
			if (columns(line) > MESSAGE_BODY_COLUMNS + 1 && wraps && line.ptr[0] != ' ' &&
			    line.ptr[0] != '\t' && line.ptr[0] != '>' && line.ptr[0] != '|')
				fail_msg("'%s' gives a long line '%.*s'", text.buf, (int)line.len,
					 line.ptr);
			for (size_t i = 0; i < line.len; i++)
				assert_true((unsigned char)line.ptr[i] >= 0x20 || line.ptr[i] == '\t');
			if (line.len && !hazard_is_trailer(line))
				all_trailers = false;
			empty = !line.len;
			last = line;
		}
		assert_false(last.ptr && (empty || all_trailers));
		str_release(&out);
		str_release(&text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(subject),
		cmocka_unit_test(body),
		cmocka_unit_test(whole),
		cmocka_unit_test(anything),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
