/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <stdio.h>

#include "base/compiler.h"
#include "edit/symbols.h"

static const char c_text[] =
	"#include <a.h>\n"                    /* 1 */
	"\n"
	"/* Counts { braces. */\n"            /* 3 */
	"static int\n"
	"count(const char *s)\n"              /* 5 */
	"{\n"
	"\tif (*s == '{')\n"
	"\t\treturn count(s + 1); /* } */\n"  /* 8 */
	"\treturn 0;\n"
	"}\n"                                 /* 10 */
	"\n"
	"int count(const char *s);\n"
	"struct point {\n"                    /* 13 */
	"\tint x, y;\n"
	"};\n"                                /* 15 */
	"\n"
	"#define MAX(a, b) ((a) > (b) ? (a) : (b))\n"
	"int main(void)\n"                    /* 18 */
	"{\n"
	"\tstruct point p = { 1, 2 };\n"
	"\tfor (int i = 0; i < 3; i++) {\n"   /* 21 */
	"\t\tputs(\"}\");\n"
	"\t\tcount(\"x\");\n"                 /* 23 */
	"\t}\n"
	"\treturn p.x;\n"
	"}\n";                                /* 26 */

/* As zlib is written. */
static const char old_text[] =
	"local unsigned bi_reverse(code, len)\n" /* 1 */
	"    unsigned code; /* the value; */\n"
	"    int len;\n"
	"{\n"
	"    return flip(code, len);\n"        /* 5 */
	"}\n"
	"\n"
	"int ZEXPORT\n"                         /* 8 */
	"hook(fn, table)\n"
	"int (*fn)(int);\n"
	"long table[16];\n"
	"{\n"
	"    return fn(table[0]);\n"
	"}\n"                                   /* 14 */
	"static DECLARE(flip, two)\n"           /* 15 */
	"int x;\n"
	"struct last {\n"
	"    int a;\n"
	"};\n";

static const char cc_text[] =
	"namespace ns {\n"                    /* 1 */
	"class Box : public Base {\n"
	"public:\n"
	"  int size() const { return n_; }\n" /* 4 */
	"  void grow();\n"
	"};\n"                                /* 6 */
	"void Box::grow()\n"
	"{\n"
	"  n_ = size() + 1;\n"
	"}\n"                                 /* 10 */
	"}\n";

static const char py_text[] =
	"import os\n"                         /* 1 */
	"\n"
	"@decorated\n"                        /* 3 */
	"def first(a,\n"
	"          b):\n"                     /* 5 */
	"    \"\"\"Says:\n"
	"def second():\n"
	"    \"\"\"\n"                        /* 8 */
	"    return a\n"
	"\n"
	"class Box(object):\n"                /* 11 */
	"    def size(self):\n"
	"        return 1\n"                  /* 13 */
	"\n"
	"    async def grow(self):\n"         /* 15 */
	"        if self:\n"
	"            return 2\n"
	"        return 3\n"                  /* 18 */
	"\n"
	"def second():\n"                     /* 20 */
	"    pass\n";

static const char js_text[] =
	"import x from 'x';\n"                /* 1 */
	"export function one(a) {\n"
	"  return /[{]/.test(a);\n"
	"}\n"                                 /* 4 */
	"class Box {\n"
	"  size() {\n"                        /* 6 */
	"    return `}${this.n}`;\n"
	"  }\n"                               /* 8 */
	"}\n"
	"const two = (a) => {\n"              /* 10 */
	"  return one(a);\n"
	"};\n"                                /* 12 */
	"one(() => {\n"
	"});\n";

static const char go_text[] =
	"package a\n"                         /* 1 */
	"\n"
	"// Box is one.\n"                    /* 3 */
	"type Box struct {\n"
	"\tn int\n"
	"}\n"                                 /* 6 */
	"\n"
	"func (b *Box) Size() int {\n"        /* 8 */
	"\treturn b.n\n"
	"}\n"                                 /* 10 */
	"\n"
	"func Size(b Box) int {\n"            /* 12 */
	"\treturn b.Size()\n"
	"}\n";                                /* 14 */

static const char rs_text[] =
	"struct Box<'a> {\n"                  /* 1 */
	"    s: &'a str,\n"
	"}\n"                                 /* 3 */
	"#[inline]\n"
	"pub fn size(c: char) -> usize {\n"   /* 5 */
	"    if c == '{' { 1 } else { 2 }\n"
	"}\n"                                 /* 7 */
	"impl<'a> Box<'a> {\n"
	"    fn grow(&self) {\n"              /* 9 */
	"        size('}');\n"
	"    }\n"                             /* 11 */
	"}\n";

static const char java_text[] =
	"package a;\n"                        /* 1 */
	"public class Box {\n"
	"    @Override\n"                     /* 3 */
	"    public int size() throws X {\n"
	"        return size(1);\n"
	"    }\n"                             /* 6 */
	"    private int size(int a) {\n"     /* 7 */
	"        return a;\n"
	"    }\n"                             /* 9 */
	"}\n";

static const char sh_text[] =
	"#!/bin/sh\n"                         /* 1 */
	"one() {\n"
	"\techo \"${1#\\}}\" # }\n"
	"}\n"                                 /* 4 */
	"function two {\n"
	"\tone two\n"
	"}\n"                                 /* 7 */
	"one two\n";

static const struct row {
	const char *path, *text, *name, *want; /* "first-last", in lines from 1 */
} rows[] = {
	{ "a.c", c_text, "count", "3-10" },
	{ "a.c", c_text, "count()", "3-10" },
	{ "a.c", c_text, "point", "13-15" },
	{ "a.c", c_text, "main", "18-26" },
	{ "a.c", c_text, "puts", "" },
	{ "a.c", c_text, "missing", "" },
	{ "z.c", old_text, "bi_reverse", "1-6" },
	{ "z.c", old_text, "hook", "8-14" },
	{ "z.c", old_text, "flip", "" },
	{ "z.c", old_text, "DECLARE", "" },
	{ "z.c", old_text, "fn", "" },
	{ "z.c", old_text, "last", "17-19" },
	{ "a.cc", cc_text, "Box", "2-6" },
	{ "a.cc", cc_text, "Box::grow", "7-10" },
	{ "a.cc", cc_text, "ns::size", "4-4" },
	{ "a.py", py_text, "first", "3-9" },
	{ "a.py", py_text, "second", "20-21" },
	{ "a.py", py_text, "Box", "11-18" },
	{ "a.py", py_text, "Box.grow", "15-18" },
	{ "a.py", py_text, "Box.second", "" },
	{ "a.js", js_text, "one", "2-4" },
	{ "a.js", js_text, "two", "10-12" },
	{ "a.js", js_text, "Box.size", "6-8" },
	{ "a.go", go_text, "Box", "3-6" },
	{ "a.go", go_text, "Size", "8-10 12-14" },
	{ "a.go", go_text, "Box.Size", "8-10" },
	{ "a.rs", rs_text, "size", "4-7" },
	{ "a.rs", rs_text, "grow", "9-11" },
	{ "A.java", java_text, "Box", "2-10" },
	{ "A.java", java_text, "size", "3-6 7-9" },
	{ "a.sh", sh_text, "one", "2-4" },
	{ "a.sh", sh_text, "two", "5-7" },
};

static void test_find(void **state)
{
	int complaints = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct symbol_ranges ranges;
		struct str got = STR_INIT(1000);
		struct text t;

		ok(text_init(&t, span_of(rows[i].text)));
		symbols_find(&t, rows[i].path, rows[i].name, NULL, &ranges);
		for (size_t k = 0; k < ranges.n; k++)
			str_addf(&got, "%s%zu-%zu", k ? " " : "", ranges.v[k].first + 1,
				 ranges.v[k].last + 1);
		if (strcmp(got.buf, rows[i].want)) {
			fprintf(stderr, "# %s: %s: '%s', not '%s'\n", rows[i].path,
				rows[i].name, got.buf, rows[i].want);
			complaints++;
		}
		str_release(&got);
		text_release(&t);
	}
	assert_int_equal(complaints, 0);
}

static void test_enclosing(void **state)
{
	static const struct {
		const char *path, *text;
		size_t first, last, min;
		size_t want_first, want_last; /* 0: none */
	} blocks[] = {
		{ "a.c", c_text, 23, 23, 1, 21, 24 },
		{ "a.c", c_text, 23, 23, 5, 18, 26 },
		{ "a.c", c_text, 8, 8, 3, 3, 10 },
		{ "a.c", c_text, 17, 17, 3, 0, 0 },
		{ "a.py", py_text, 17, 17, 2, 16, 17 },
		{ "a.py", py_text, 17, 17, 3, 15, 18 },
		{ "a.py", py_text, 13, 16, 5, 11, 18 },
		{ "a.js", js_text, 7, 7, 3, 6, 8 },
	};
	int complaints = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(blocks); i++) {
		struct line_range got = { 0, 0 };
		struct text t;
		bool found;

		ok(text_init(&t, span_of(blocks[i].text)));
		found = symbols_enclosing(&t, blocks[i].path, blocks[i].first - 1,
					  blocks[i].last - 1, blocks[i].min, 150, &got);
		if (found != (blocks[i].want_first != 0) ||
		    (found && (got.first + 1 != blocks[i].want_first ||
			       got.last + 1 != blocks[i].want_last))) {
			fprintf(stderr, "# block %zu: %d %zu-%zu\n", i, found, got.first + 1,
				got.last + 1);
			complaints++;
		}
		text_release(&t);
	}
	assert_int_equal(complaints, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_enclosing),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
