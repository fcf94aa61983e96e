/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "edit-fixture.h"

#include <stdio.h>

#define BOM "\xef\xbb\xbf"
#define LQUOTE "\xe2\x80\x9c"
#define RQUOTE "\xe2\x80\x9d"
#define DASH "\xe2\x80\x93"
#define ZWSP "\xe2\x80\x8b"
#define E_ACUTE "\xc3\xa9"
#define E_MARK "e\xcc\x81"

/* want NULL: not applied; reason then says why. */
static const struct row {
	const char *name, *base, *find, *replace, *want, *rung, *reason;
} rows[] = {
	/* 2. whole lines */
	{ "last line without end", "a\nb", "b\n", "c\n", "a\nc", "lines", NULL },
	{ "trailing blanks in the file", "a  \nb\t\nc\n", "a\nb\n", "a\nB\n", "a  \nB\nc\n",
	  "trailing", NULL },
	{ "trailing blanks in the plan", "a\nb\nc\n", "a  \nb\n", "a  \nB  \n", "a\nB\nc\n",
	  "trailing", NULL },
	{ "dedented", "\tif (a)\n\t\tb();\n", "if (a)\n\tb();\n", "if (a)\n\tc();\n",
	  "\tif (a)\n\t\tc();\n", "indent", NULL },
	{ "indented", "if (a)\n\tb();\nx\n", "    if (a)\n    \tb();\n", "    if (a)\n    \tc();\n",
	  "if (a)\n\tc();\nx\n", "indent", NULL },
	{ "tabs as four blanks", "f() {\n\ta();\n\t\tb();\n}\n", "    a();\n        b();\n",
	  "    a();\n        c();\n", "f() {\n\ta();\n\t\tc();\n}\n", "indent", NULL },
	{ "blanks as tabs", "f() {\n  a();\n    b();\n}\n", "\ta();\n\t\tb();\n",
	  "\ta();\n\t\tc();\n\td();\n", "f() {\n  a();\n    c();\n  d();\n}\n", "indent", NULL },
	{ "no one rule", "\ta();\n\tb();\n", "  a();\nb();\n", "  a();\nc();\n", NULL, NULL,
	  "by no one rule" },
	{ "first line stripped", "\ta();\n\tb();\n\tc();\n", "a();\n\tb();\n", "x();\n\tb();\n",
	  "\tx();\n\tb();\n\tc();\n", "literal", NULL },
	{ "one line, stripped, becomes two", "\ta();\n", "a();", "a();\nb();", NULL, NULL,
	  "two ways" },
	{ "the same where it would leave the block", "f() {\n\ta();\n\tc();\n}\n", "a();\n",
	  "a();\nb();\n", "f() {\n\ta();\n\tb();\n\tc();\n}\n", "literal", NULL },
	{ "the same, brackets even", "f() {\n\ta();\n\n\tc();\n}\n", "a();\n",
	  "a();\nif (x) {\n\tb();\n}\n",
	  "f() {\n\ta();\n\tif (x) {\n\t\tb();\n\t}\n\n\tc();\n}\n", "literal", NULL },
	{ "the same, brackets odd", "f() {\n\ta();\n\tc();\n}\n", "a();\n",
	  "a();\nif (x) {\nb();\n", NULL, NULL, "two ways" },
	{ "the same, a directive", "f() {\n\ta();\n\tc();\n}\n", "a();\n", "a();\n#if 0\n",
	  NULL, NULL, "two ways" },
	{ "the same at the end of the block", "f() {\n\ta();\n}\n", "a();\n", "a();\nb();\n",
	  NULL, NULL, "two ways" },
	{ "one line, stripped, becomes a block", "\ta();\n", "a();", "if (x) {\n\ta();\n}",
	  "\tif (x) {\n\t\ta();\n\t}\n", "literal", NULL },
	{ "inner blanks", "int   a = 1;\nb\n", "int a = 1;\n", "int a = 2;\n",
	  "int   a = 2;\nb\n", "blanks", NULL },
	{ "inner blanks of a new line", "int   a;\nint   b;\n", "int a;\nint b;\n",
	  "int a;\nint c;\nint b;\n", NULL, NULL, "blanks loosely" },
	{ "typographic in the plan", "say(\"hi\"); // a - b\n",
	  "say(" LQUOTE "hi" RQUOTE "); // a " DASH " b\n",
	  "say(" LQUOTE "ho" RQUOTE "); // a " DASH " b\n", "say(\"ho\"); // a - b\n",
	  "unicode", NULL },
	{ "typographic in the file", "// a " DASH " b c\n", "// a - b c\n", "// a - b d\n",
	  "// a " DASH " b d\n", "unicode", NULL },
	{ "decomposed in the plan", "caf" E_ACUTE " = 1\n", "caf" E_MARK " = 1\n",
	  "caf" E_MARK " = 2\n", "caf" E_ACUTE " = 2\n", "unicode", NULL },
	{ "zero width in the plan", "abc = 1\n", "ab" ZWSP "c = 1\n", "ab" ZWSP "c = 2\n",
	  "abc = 2\n", "unicode", NULL },
	{ "two but for indentation", "\ta();\n  a();\n", "    a();\n    ", "    b();\n    ",
	  NULL, NULL, "2 places" },
	{ "ambiguous on an early rung stays so", "  a b\n\ta b\na  b\n", "a b\n", "c\n", NULL,
	  NULL, "2 places" },
	{ "blanks alone: exact only", "\t\ta();\n", "\ta();\n", "\t\ta();\n", NULL, NULL,
	  "blanks alone" },
	{ "blanks alone: done", "\t\ta();\n", "    a();\n", "\t\ta();\n", NULL, NULL, "nowhere" },

	{ "an open last line goes", "a  \nb\nc", "a\nb\nc\n", "a\nb\n", "a  \nb\n",
	  "trailing", NULL },
	{ "the same, and replace ends open", "a  \nb\nc", "a\nb\nc", "a\nb", "a  \nb",
	  "trailing", NULL },
	{ "the same, elided", "one();\ntwo();\nthree();\nfour();\nfive();",
	  "one();\n...\nfour();\nfive();", "one();\n...\nfour();",
	  "one();\ntwo();\nthree();\nfour();", "elision", NULL },
	{ "one of two equal lines goes", "a\n  \nb\n\nc\n", "a\n\nb\n\nc\n", "a\n\nc\n", NULL,
	  NULL, "which of two equal lines of find" },
	{ "the same, the third unlike", "a\n\nb\n  \nb\n\nc\n", "a\n\nb\n\nb\n\nc\n",
	  "a\n\nc\n", NULL, NULL, "which of two equal lines of find" },
	{ "the same, alike in the file", "a \n\nb\n\nc\n", "a\n\nb\n\nc\n", "a\n\nc\n",
	  "a \n\nc\n", "trailing", NULL },
	{ "the same, a line that stays between", "x\n  \na\nb\n\nc\n", "x\n\na\nb\n\nc\n",
	  "x\n\na\nc\n", "x\n  \na\nc\n", "trailing", NULL },

	/* a file indented both ways */
	{ "both ways: a line that is replaced", "f() {\n\ta();\n\tb();\n    c();\n    d();\n}\n",
	  "    a();\n    b();\n", "    a();\n    x();\n",
	  "f() {\n\ta();\n\tx();\n    c();\n    d();\n}\n", "indent", NULL },
	{ "both ways: a new line, as a matched one", "f() {\n\ta();\n\tb();\n    c();\n}\n",
	  "    a();\n    b();\n", "    a();\n    x();\n    b();\n",
	  "f() {\n\ta();\n\tx();\n\tb();\n    c();\n}\n", "indent", NULL },
	{ "both ways: matched ones differ", "f() {\n\ta();\n    b();\n\t\tc();\n}\n",
	  "    a();\n    b();\n        c();\n", "    a();\n    x();\n        c();\n", NULL, NULL,
	  "by tabs and by blanks" },
	{ "both ways: aligned as a matched one", "f() {\n\t  a();\n\t  b();\n\t\tc();\n}\n",
	  "    a();\n    b();\n", "    a();\n    x();\n",
	  "f() {\n\t  a();\n\t  x();\n\t\tc();\n}\n", "indent", NULL },
	{ "both ways: as a line of the file", "f() {\n\ta();\n\t\tb();\n  c();\n}\n",
	  "    a();\n", "    a();\n        x();\n",
	  "f() {\n\ta();\n\t\tx();\n\t\tb();\n  c();\n}\n", "indent", NULL },
	{ "both ways: lines of the file differ", "f() {\n\ta();\n\t\tb();\n        c();\n}\n",
	  "    a();\n", "    a();\n        x();\n", NULL, NULL, "by tabs and by blanks" },
	{ "both ways: deeper than all lines", "f() {\n\ta();\n\tb();\n  c();\n}\n",
	  "    a();\n", "    a();\n        x();\n", NULL, NULL, "by tabs and by blanks" },
	{ "one way: deeper than all lines", "f() {\n\ta();\n\tb();\n\tc();\n\td();\n}\n",
	  "    a();\n", "    a();\n        x();\n",
	  "f() {\n\ta();\n\t\tx();\n\tb();\n\tc();\n\td();\n}\n", "indent", NULL },
	{ "both ways, tabs in the plan", "f() {\n\t  a();\n        b();\n}\n",
	  "\t  a();\n\t\tb();\n", "\t  a();\n\t\tb();\n\t\tx();\n",
	  "f() {\n\t  a();\n        b();\n        x();\n}\n", "indent", NULL },
	{ "a line that hangs, or the first one stripped", "x::\n\n    $ a\n\ny\n",
	  "$ a\n\n", "$ a\n  # b\n\n", NULL, NULL, "two ways" },
	{ "both ways, a line of blanks alone says so", "f() {\n  a();\n    \n}\n",
	  "  a();\n\t\n}\n", "  a();\n\tb();\n\t\n}\n", NULL, NULL,
	  "a line of blanks is quoted" },

	/* 3. edges */
	{ "empty edges in both", "a\nb\nc\n", "\nb\n\n\n", "\nB\n\n\n", "a\nB\nc\n", "edges",
	  NULL },
	{ "empty edges in find", "a\nb\nc\n", "b\n\n\n", "B\n", "a\nB\nc\n", "edges", NULL },
	{ "edges that differ", "a\nb\nc\n", "\n\nb\n", "\nB\n", NULL, NULL, "nowhere" },

	/* 4. elision */
	{ "elided", "f() {\n\tone();\n\ttwo();\n\tthree();\n\tfour();\n}\n",
	  "f() {\n\tone();\n...\n\tfour();\n", "f() {\n\tuno();\n...\n\tquatro();\n",
	  "f() {\n\tuno();\n\ttwo();\n\tthree();\n\tquatro();\n}\n", "elision", NULL },
	{ "elided, comment, dedented", "\tone();\n\ttwo();\n\tthree();\n\tfour();\n",
	  "one();\n// ... existing code ...\nfour();\n",
	  "one();\n// ... existing code ...\nquatro();\n",
	  "\tone();\n\ttwo();\n\tthree();\n\tquatro();\n", "elision", NULL },
	{ "elision at an edge", "a();\nb();\n", "...\nb();\n", "...\nc();\n", NULL, NULL,
	  "nowhere" },
	{ "segments out of order", "bbb();\nx\naaa();\n", "aaa();\n...\nbbb();\n",
	  "aaa();\n...\nccc();\n", NULL, NULL, "nowhere" },
	{ "dots that are the file's", "f:\n  a1\n  b2\n  c3\n  ...\n  d4\n",
	  "f:\n# ...\n  c3\n  ...\n  d4\n", "f:\n# ...\n  x\n  ...\n  d4\n", NULL, NULL,
	  "nowhere" },
	{ "dots that come elsewhere", "f:\n  a1\n  b2\n  c3\n", "f:\n  ...\n  c3\n",
	  "f:\n  if x:\n    ...\n  c3\n", NULL, NULL, "nowhere" },
	{ "a comment that ends in dots", "a();\n", "a();\n",
	  "/* An existing one... */\na();\n", "/* An existing one... */\na();\n", "literal",
	  NULL },
	{ "the rest left out, dots last", "a();\nb();\n", "a();\nb();\n",
	  "a();\n// rest of the code...\n", NULL, NULL, "leaves code out" },
	{ "left out in replace alone", "a();\nb();\nc();\n", "a();\nb();\nc();\n",
	  "a();\n// ... rest of code ...\n", NULL, NULL, "leaves code out" },

	/* 5. other readings */
	{ "numbered", "a\nbb\nccc\n", "2: bb\n3: ccc\n", "2: bb\n3: CCC\n", "a\nbb\nCCC\n",
	  "numbered", NULL },
	{ "numbered wrongly", "a\nbb\nccc\n", "2: bb\n4: ccc\n", "2: bb\n4: CCC\n", NULL, NULL,
	  "nowhere" },
	{ "escaped twice", "s = \"a\";\n\tb();\n", "s = \\\"a\\\";\\n\\tb();",
	  "s = \\\"c\\\";\\n\\tb();",
	  "s = \"c\";\n\tb();\n", "escaped", NULL },
	{ "escaped find, plain replace", "s = \"a\";\nb\n", "s = \\\"a\\\";\\nb", "s = \"c\";\nb",
	  NULL, NULL, "nowhere" },
	{ "entities", "if (a < b && c)\n", "if (a &lt; b &amp;&amp; c)\n",
	  "if (a &lt; b)\n", "if (a < b)\n", "entities", NULL },
	{ "fenced", "a\nb\n", "```c\na\n```\n", "```c\nA\n```\n", "A\nb\n", "fenced", NULL },
	{ "fenced as the file is", "```c\nabc\n```\ndef\n", "```c\ndef\n```\n",
	  "```c\nghi\n```\n", NULL, NULL, "nowhere" },

	/* 6, 7. told, never applied */
	{ "one word misspelt", "one\ntwo\nthree\nfour five\nsix\n",
	  "one\ntwo\nthree\nfour fyve\n", "one\ntwo\nthree\nfour 5\n", NULL, NULL,
	  "did you mean lines 1-4" },
	{ "one line left out", "line one\nline two\nline three\nline four\nline five\n",
	  "line one\nline two\nline four\nline five\n", "line one\n", NULL, NULL,
	  "find leaves out line 3: 'line three'" },
	{ "nearest", "a = 1\nfoo(bar, baz)\n", "foo(bar, bax, baz)\n", "x\n", NULL, NULL,
	  "near line 2: 'foo(bar, baz)'" },

	/* already there */
	{ "replace but for its empty edge is not whole", "one();\ntwo();\n", "gone();\n",
	  "\none();\n", NULL, NULL, "nowhere" },
	{ "added before", "a();\nadded();\nb();\n", "a();\n", "a();\nadded();\n", NULL, NULL, "" },
	{ "wrapped before", "  x\n  if (a)\n    call();\n  end\n", "\tcall();\n",
	  "\tif (a)\n\t  call();\n\tend\n", NULL, NULL, "reads like replace" },

	{ "wrapped before, loosely and further down",
	  "      })\n    })\n  }\n  if (set)\n    send();\n}\n", "    })\n  })\n}\n",
	  "    })\n  }\n  if (set)\n    send();\n}\n", NULL, NULL, "reads like replace" },
	{ "trailing blanks and an empty line lost before", "aaa\n  bbb\n",
	  "aaa \n  bbb \n\n", "aaa\n  bbb\n", NULL, NULL, NULL },
	{ "commented out before", "// foo\n", "foo", "// foo", NULL, NULL,
	  "reads like replace" },
	{ "signs added at the end before", "a;;\n", "a", "a;;", NULL, NULL,
	  "reads like replace" },
	{ "added amid a line before", "1 1 1\nx\n", "1\nx\n", "1 1 1\nx\n", NULL, NULL,
	  "reads like replace" },
	{ "the same, numbered", "# one\n", "1: one\n", "1: # one\n", NULL, NULL,
	  "reads like replace" },
	{ "an empty line more is no sign", "a();\n\nb();\n", "a();\n", "a();\n\n",
	  "a();\n\n\nb();\n", "literal", NULL },
	{ "replace stands, and a text that find misquotes",
	  "\topen_it();\n\tlog_it();\n\tclose_it();\n}\n\topen_it();\n\tx;\n\tclose_it();\n",
	  "\topen_it();\n\tclose_it();\n", "\topen_it();\n\tlog_it();\n\tclose_it();\n", NULL,
	  NULL, "nowhere" },

	/* what is written */
	{ "BOM, CRLF and indentation", BOM "f() {\r\n\ta();\r\n\tb();\r\n}", "a();\nb();\n}",
	  "a();\nc();\nb();\n}", NULL, NULL, "by no one rule" },
	{ "CRLF, dedented", "f() {\r\n\ta();\r\n\tb();\r\n}\r\n", "a();\nb();\n",
	  "a();\nc();\nb();\n", "f() {\r\n\ta();\r\n\tc();\r\n\tb();\r\n}\r\n", "indent", NULL },
	{ "mixed ends: context keeps its own", "a \r\nb \nc \r\n", "a\nb\nc\n", "a\nB\nc\n",
	  "a \r\nB\nc \r\n", "trailing", NULL },
	{ "latin-1 elsewhere", "\xe9 \xff\n\ta();\n\tb();\n", "a();\nb();\n", "a();\nc();\n",
	  "\xe9 \xff\n\ta();\n\tc();\n", "indent", NULL },
};

static int complaints;

static void complain(const struct row *row, const char *what, const char *detail)
{
	fprintf(stderr, "# %s: %s: %s\n", row->name, what, detail);
	complaints++;
}

static void run_row(const struct row *row)
{
	struct case_file tree[CASE_FILES] = { { "a.c", span_of(row->base), 0 } };
	struct edit edit = { .kind = EDIT_REPLACE, .file = "a.c", .find = span_of(row->find),
			     .replace = span_of(row->replace) };
	const struct file_change *changes;
	struct source source;
	struct resolver *r = fake_resolver(&source, tree);
	struct edit_result result;
	size_t n;

	edit_result_init(&result);
	ok(resolver_apply(r, &edit, &result));
	ok(resolver_changes(r, &changes, &n));
	if ((result.status == EDIT_APPLIED) != (row->want != NULL))
		complain(row, edit_status_name(result.status), result.reason.buf);
	else if (row->want && (n != 1 || !span_eqs(changes[0].bytes, row->want)))
		complain(row, "became", n ? changes[0].bytes.ptr : "(unchanged)");
	else if (!row->want && n)
		complain(row, "changed", changes[0].bytes.ptr);
	if (row->rung && (!result.rung || strcmp(result.rung, row->rung)))
		complain(row, "rung", result.rung ? result.rung : "(none)");
	if (row->reason && *row->reason && !strstr(result.reason.buf, row->reason))
		complain(row, "reason", result.reason.buf);
	edit_result_release(&result);
	resolver_free(r);
}

static void test_ladder(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		run_row(&rows[i]);
	assert_int_equal(complaints, 0);
}

#define ONE(text) { { "a.c", SPAN(text), 0 } }

static void test_anchors(void **state)
{
	static const struct edit_case cases[] = {
		{ "anchor quoted loosely", ONE("f() {\n\ta();  \n}\n"),
		  { { { .kind = EDIT_ADD_LINE, .file = "a.c", .position = POSITION_AFTER,
			.anchor = SPAN("f() {\na();\n"), .line_content = SPAN("\tb();") },
		      EDIT_APPLIED, NULL } },
		  ONE("f() {\n\ta();  \n\tb();\n}\n"), { 0 } },
		{ "remove_line quoted loosely", ONE("a  =  1\nb\n"),
		  { { { .kind = EDIT_REMOVE_LINE, .file = "a.c", .find = SPAN("a = 1") },
		      EDIT_APPLIED, NULL } },
		  ONE("b\n"), { 0 } },
		{ "a loose place that was changed", ONE("\ta();\n\tb();\n"),
		  { { { .kind = EDIT_REPLACE, .file = "a.c", .find = SPAN("b()"),
			.replace = SPAN("c()") }, EDIT_APPLIED, NULL },
		    { { .kind = EDIT_REPLACE, .file = "a.c", .find = SPAN("a();\nb();\n"),
			.replace = SPAN("x();\n") }, EDIT_REFUSED, "edits[0]" } },
		  ONE("\ta();\n\tc();\n"), { 0 } },
		{ "all, loosely", ONE("\ta( 1 );\nx\n\t\ta( 1 );\n"),
		  { { { .kind = EDIT_REPLACE, .file = "a.c", .find = SPAN("a( 1 );\n"),
			.replace = SPAN("b();\n"), .all = true }, EDIT_APPLIED, NULL } },
		  ONE("\tb();\nx\n\t\tb();\n"), { 0 } },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		run_edit_case(&cases[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ladder),
		cmocka_unit_test(test_anchors),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
