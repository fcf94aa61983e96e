/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "verify/clean.h"
#include "verify/verdict.h"

static void cleaning(void **state)
{
	static const struct {
		const char *line, *want;
	} rows[] = {
		{ "plain\ttext", "plain\ttext" },
		{ "\033[1;31merror:\033[0m x", "error: x" },
		{ "\033[38;5;9mred\033[K", "red" },
		{ "\033]0;title\007after", "after" },
		{ "\033]8;;http://x\033\\link", "link" },
		{ "\033(Bx\033", "x" },
		{ "\033[", "" },
		{ "10%\r50%\r100% done", "100% done" },
		{ "done\r", "done" },
		{ "ab\bc", "ac" },
		{ "\b\bx", "x" },
		{ "a\303\251\bc", "ac" },
		{ "a\001\177b", "ab" },
		{ "caf\303\251", "caf\303\251" },
		{ "caf\351 \200", "caf? ?" },
		{ "a\342\200\256b\342\200\213c", "abc" },
		{ "a\302\205b", "ab" },
		{ "", "" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct str out = STR_INIT(256);

		clean_line(span_of(rows[i].line), &out);
		if (strcmp(out.buf, rows[i].want))
			fail_msg("'%s' gives '%s'", rows[i].line, out.buf);
		str_release(&out);
	}
}

/* filler lines, then text, then filler lines */
static void build(struct str *log, size_t before, const char *text, size_t after)
{
	str_init(log, 64 << 20);
	for (size_t i = 0; i < before; i++)
		str_addf(log, "cc -O2 -Wall -c -o obj/file%zu.o src/file%zu.c\n", i, i);
	str_adds(log, text);
	for (size_t i = 0; i < after; i++)
		str_addf(log, "cc -O2 -Wall -c -o obj/more%zu.o src/more%zu.c\n", i, i);
}

static const char gcc_error[] =
	"a.c: In function \342\200\230main\342\200\231:\n"
	"a.c:6:17: error: expected \342\200\230;\342\200\231 before \342\200\230}\342\200\231 token\n"
	"    6 |         return 0\n"
	"      |                 ^\n"
	"make: *** [Makefile:3: a.o] Error 1\n";

static const char traceback[] =
	"FAIL: test_a (__main__.T.test_a)\n"
	"Traceback (most recent call last):\n"
	"  File \"t_x.py\", line 3, in test_a\n"
	"    def test_a(self): self.assertEqual(1, 2)\n"
	"AssertionError: 1 != 2\n"
	"\nRan 2 tests in 0.000s\n\nFAILED (failures=1)\n";

static void telling(void **state)
{
	static const struct {
		const char *what, *text;
		size_t before, after, max_bytes;
		const char *has[4]; /* in the tail, in this order */
	} rows[] = {
		{ "all of it", gcc_error, 0, 0, 4096, { "In function", "6 |", "*** [" } },
		{ "first error in the middle", gcc_error, 2000, 2000, 2000,
		  { "lines left out", "a.c:6:17: error:", "left out ...]\n", "more1999.c\n" } },
		{ "first error at the end", gcc_error, 2000, 0, 1000,
		  { "[... 19", "a.c:6:17: error:", "return 0", "*** [Makefile:3" } },
		{ "first error at the start", gcc_error, 0, 2000, 1000,
		  { "In function", "a.c:6:17: error:", "left out", "more1999.c" } },
		{ "traceback", traceback, 3000, 3000, 2000,
		  { "FAIL: test_a", "Traceback", "AssertionError: 1 != 2", "more2999" } },
		{ "a weak sign comes second", "cc errors.c\ncc b.c\nb.c:1: error: real\n", 1000, 1000,
		  1000, { "b.c:1: error: real", "left out", "more999" } },
		{ "no sign at all", "nothing to see\n", 1000, 1000, 500,
		  { "lines left out", "more999.c" } },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct str log, out = STR_INIT(1 << 20);
		size_t at = 0;

		build(&log, rows[i].before, rows[i].text, rows[i].after);
		verdict_tail(str_span(&log), rows[i].max_bytes, &out);
		if (out.len > rows[i].max_bytes)
			fail_msg("%s: %zu bytes", rows[i].what, out.len);
		for (size_t j = 0; j < 4 && rows[i].has[j]; j++) {
			ptrdiff_t found = span_find(str_span(&out), span_of(rows[i].has[j]), at);

			if (found < 0)
				fail_msg("%s: no '%s' in:\n%s", rows[i].what, rows[i].has[j],
					 out.buf);
			at = (size_t)found;
		}
		str_release(&out);
		str_release(&log);
	}
}

static void folding(void **state)
{
	static const struct {
		const char *log, *want;
	} rows[] = {
		{ "", "" },
		{ "one", "one\n" },
		{ "one\r\ntwo\r\n", "one\ntwo\n" },
		{ "a\na\na\nb\n", "a\n[the line above 2 times more]\nb\n" },
		{ "a\na", "a\n[the line above 1 times more]\n" },
		{ "\n\n\nx\n", "\n[the line above 2 times more]\nx\n" },
		{ "a\nb\na\nb\n", "a\nb\na\nb\n" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct str out = STR_INIT(1024);

		verdict_tail(span_of(rows[i].log), 1024, &out);
		assert_string_equal(out.buf, rows[i].want);
		str_release(&out);
	}
}

/* Whatever the bytes are, the tail is text, and no longer than asked. */
static void bounds(void **state)
{
	unsigned seed = 1;

	(void)state;
	for (int round = 0; round < 300; round++) {
		struct str log = STR_INIT(1 << 20), out = STR_INIT(1 << 20);
		size_t max_bytes = (size_t)round * 7;

		for (int i = 0; i < round * 20; i++) {
			static const char *const bits[] = { "\n", "error: ", "\033[", "\r", "x",
							    "\303\251", "\200", "abc def " };

			seed = seed * 1103515245u + 12345u;
			str_adds(&log, bits[seed >> 16 & 7]);
		}
		verdict_tail(str_span(&log), max_bytes, &out);
		assert_true(out.len <= max_bytes);
		assert_true(utf8_valid(str_span(&out)));
		assert_null(memchr(out.buf, 033, out.len));
		assert_true(!out.len || out.buf[out.len - 1] == '\n');
		str_release(&out);
		str_release(&log);
	}
}

static void one_endless_line(void **state)
{
	struct str log = STR_INIT(16 << 20), out = STR_INIT(1 << 20);

	(void)state;
	str_adds(&log, "error: ");
	for (int i = 0; i < 1000000; i++)
		str_adds(&log, "\303\251");
	verdict_tail(str_span(&log), 2000, &out);
	assert_true(out.len < 500);
	assert_true(utf8_valid(str_span(&out)));
	assert_true(span_ends(str_span(&out), " [...]\n"));
	str_release(&out);
	str_release(&log);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cleaning),
		cmocka_unit_test(telling),
		cmocka_unit_test(folding),
		cmocka_unit_test(bounds),
		cmocka_unit_test(one_endless_line),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
