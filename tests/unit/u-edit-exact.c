/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "edit-fixture.h"

#define ONE(text) { { "a.c", SPAN(text), 0 } }
#define REPLACE(f, r) .kind = EDIT_REPLACE, .file = "a.c", .find = SPAN(f), .replace = SPAN(r)
#define REMOVE(f) .kind = EDIT_REMOVE_LINE, .file = "a.c", .find = SPAN(f)
#define ADD(pos, text) .kind = EDIT_ADD_LINE, .file = "a.c", .position = pos, \
		       .line_content = SPAN(text)
#define BESIDE(pos, a, text) ADD(pos, text), .anchor = SPAN(a)
#define BOM "\xef\xbb\xbf"

static const struct edit_case cases[] = {
	{ "part of a line", ONE("int x = 1;\n"),
	  { { { REPLACE("x = 1", "x = 2") }, EDIT_APPLIED, NULL } },
	  ONE("int x = 2;\n"), { 0 } },
	{ "nowhere", ONE("int x = 1;\n"),
	  { { { REPLACE("y = 1", "y = 2") }, EDIT_FAILED, "nowhere" } }, { { 0 } }, { 0 } },
	{ "two places", ONE("x\ny\nx\n"),
	  { { { REPLACE("x", "z") }, EDIT_FAILED, "2 places (lines 1, 3)" } },
	  { { 0 } }, { 0 } },
	{ "overlapping places are two", ONE("aaa\n"),
	  { { { REPLACE("aa", "b") }, EDIT_FAILED, "2 places" } }, { { 0 } }, { 0 } },
	{ "all places", ONE("x\ny\nx\n"),
	  { { { REPLACE("x", "zz"), .all = true }, EDIT_APPLIED, NULL } },
	  ONE("zz\ny\nzz\n"), { 0 } },
	{ "all, overlapping", ONE("aaaa\n"),
	  { { { REPLACE("aa", "b"), .all = true }, EDIT_APPLIED, NULL } },
	  ONE("bb\n"), { 0 } },
	{ "line breaks a tie", ONE("x\ny\nx\n"),
	  { { { REPLACE("x", "z"), .line = 3 }, EDIT_APPLIED, NULL } },
	  ONE("x\ny\nz\n"), { 0 } },
	{ "a line that fits none", ONE("x\ny\nx\n"),
	  { { { REPLACE("x", "z"), .line = 2 }, EDIT_FAILED, "2 places" } },
	  { { 0 } }, { 0 } },
	{ "a line that fits two", ONE("y\nx x\nx\n"),
	  { { { REPLACE("x", "z"), .line = 2 }, EDIT_FAILED, "3 places" } },
	  { { 0 } }, { 0 } },
	{ "line is no condition", ONE("x\ny\n"),
	  { { { REPLACE("x", "z"), .line = 2 }, EDIT_APPLIED, NULL } },
	  ONE("z\ny\n"), { 0 } },
	{ "symbol breaks a tie",
	  ONE("int f(void)\n{\n\treturn 1;\n}\n\nint g(void)\n{\n\treturn 1;\n}\n"),
	  { { { REPLACE("return 1;", "return 2;"), .symbol = "g" }, EDIT_APPLIED, NULL } },
	  ONE("int f(void)\n{\n\treturn 1;\n}\n\nint g(void)\n{\n\treturn 2;\n}\n"), { 0 } },
	{ "a symbol that fits two",
	  ONE("int f(void)\n{\n\treturn 1;\n}\n\nint g(void)\n{\n\tif (0)\n\t\treturn 1;\n"
	      "\treturn 1;\n}\n"),
	  { { { REPLACE("return 1;", "return 2;"), .symbol = "g" }, EDIT_FAILED, "3 places" } },
	  { { 0 } }, { 0 } },
	{ "replace is data", ONE("x = 1\n"),
	  { { { REPLACE("1", "$& \\1 $$ %s") }, EDIT_APPLIED, NULL } },
	  ONE("x = $& \\1 $$ %s\n"), { 0 } },
	{ "same", ONE("x\n"), { { { REPLACE("x", "x") }, EDIT_SATISFIED, NULL } },
	  { { 0 } }, { 0 } },
	{ "done already", ONE("new_name(1);\n"),
	  { { { REPLACE("old_name(1)", "new_name(1)") }, EDIT_SATISFIED, NULL } },
	  { { 0 } }, { 0 } },
	{ "done already, a line between others", ONE("opened();\nlogged();\nclosed();\n"),
	  { { { REPLACE("opened();\nclosed();\n", "opened();\nlogged();\nclosed();\n") },
	      EDIT_SATISFIED, NULL } },
	  { { 0 } }, { 0 } },
	{ "done already, and lines like its own further off",
	  ONE("opened();\nlogged();\nclosed();\n}\nopened();\n1;\n2;\n3;\n4;\n5;\n6;\n7;\n"
	      "closed();\n"),
	  { { { REPLACE("opened();\nclosed();\n", "opened();\nlogged();\nclosed();\n") },
	      EDIT_SATISFIED, NULL } },
	  { { 0 } }, { 0 } },
	{ "done already, twice is not", ONE("new_name(1);\nnew_name(1);\n"),
	  { { { REPLACE("old_name(1)", "new_name(1)") }, EDIT_FAILED, "nowhere" } },
	  { { 0 } }, { 0 } },
	{ "done already, twice is not, for all either", ONE("new_name(1);\nnew_name(1);\n"),
	  { { { REPLACE("old_name(1)", "new_name(1)"), .all = true }, EDIT_FAILED, "nowhere" } },
	  { { 0 } }, { 0 } },
	{ "part of a word is not done", ONE("renewed(1);\n"),
	  { { { REPLACE("old", "new") }, EDIT_FAILED, "nowhere" } }, { { 0 } }, { 0 } },
	{ "CRLF file, LF plan", ONE("a\r\nb\r\nc\r\n"),
	  { { { REPLACE("a\nb\n", "a\nB\nB2\n") }, EDIT_APPLIED, NULL } },
	  ONE("a\r\nB\r\nB2\r\nc\r\n"), { 0 } },
	{ "LF file, CRLF plan", ONE("a\nb\nc\n"),
	  { { { REPLACE("a\r\nb\r\n", "a\r\nB\r\n") }, EDIT_APPLIED, NULL } },
	  ONE("a\nB\nc\n"), { 0 } },
	{ "mixed line ends stay", ONE("a\r\nb\nc\r\nd\n"),
	  { { { REPLACE("a\nb\nc\nd", "a\nb\nC\nd") }, EDIT_APPLIED, NULL } },
	  ONE("a\r\nb\nC\r\nd\n"), { 0 } },
	{ "lone CR is a byte", ONE("a\rb\nc\n"),
	  { { { REPLACE("c", "d") }, EDIT_APPLIED, NULL } }, ONE("a\rb\nd\n"), { 0 } },
	{ "CR CR LF", ONE("a\r\r\nb\n"), { { { REPLACE("b", "c") }, EDIT_APPLIED, NULL } },
	  ONE("a\r\r\nc\n"), { 0 } },
	{ "BOM stays", ONE(BOM "a\nb\n"),
	  { { { REPLACE("a\n", "c\n") }, EDIT_APPLIED, NULL },
	    { { ADD(POSITION_START, "top") }, EDIT_APPLIED, NULL } },
	  ONE(BOM "top\nc\nb\n"), { 0 } },
	{ "latin-1 stays", ONE("caf\xe9\nb\n\xff\xfe\xfd"),
	  { { { REPLACE("b", "c") }, EDIT_APPLIED, NULL } },
	  ONE("caf\xe9\nc\n\xff\xfe\xfd"), { 0 } },
	{ "no final newline stays", ONE("a\nb"),
	  { { { REPLACE("b", "c") }, EDIT_APPLIED, NULL } }, ONE("a\nc"), { 0 } },
	{ "LF in find only would join lines", ONE("a\nb\n"),
	  { { { REPLACE("a\n", "c") }, EDIT_APPLIED, NULL } }, ONE("c\nb\n"), { 0 } },
	{ "LF in replace only would double", ONE("a\nb\n"),
	  { { { REPLACE("a", "c\n") }, EDIT_APPLIED, NULL } }, ONE("c\nb\n"), { 0 } },
	{ "a line is deleted", ONE("a\nb\nc\n"),
	  { { { REPLACE("b\n", "") }, EDIT_APPLIED, NULL } }, ONE("a\nc\n"), { 0 } },
	{ "a trailing comment is deleted", ONE("a; // x\nb\n"),
	  { { { REPLACE(" // x\n", "") }, EDIT_APPLIED, NULL } }, ONE("a;\nb\n"), { 0 } },
	{ "binary", ONE("a\0b\n"),
	  { { { REPLACE("a", "b") }, EDIT_REFUSED, "is a binary file" } }, { { 0 } }, { 0 } },
	{ "UTF-16", ONE("\xff\xfe" "a\0"),
	  { { { REPLACE("a", "b") }, EDIT_REFUSED, "UTF-16" } }, { { 0 } }, { 0 } },

	{ "second edit sees the first", ONE("foo(1)\n"),
	  { { { REPLACE("foo(1)", "foo(1, 2)") }, EDIT_APPLIED, NULL },
	    { { REPLACE("foo(1, 2)", "foo(1, 3)") }, EDIT_APPLIED, NULL } },
	  ONE("foo(1, 3)\n"), { 0 } },
	{ "and its context", ONE("a\nb\nc\nd\n"),
	  { { { REPLACE("a\nb\nc\n", "a\nB\nc\n") }, EDIT_APPLIED, NULL },
	    { { REPLACE("B\nc\n", "B\nC\n") }, EDIT_APPLIED, NULL } },
	  ONE("a\nB\nC\nd\n"), { 0 } },
	{ "context is shared", ONE("a\nb\nc\nd\ne\n"),
	  { { { REPLACE("a\nb\nc\n", "a\nB\nc\n") }, EDIT_APPLIED, NULL },
	    { { REPLACE("c\nd\n", "c\nD\n") }, EDIT_APPLIED, NULL } },
	  ONE("a\nB\nc\nD\ne\n"), { 0 } },
	{ "written to the letter, in the base but for indentation",
	  ONE("a\n\tone();\n\ttwo();\nb\n"),
	  { { { REPLACE("b\n", "b\none();\ntwo();\n") }, EDIT_APPLIED, NULL },
	    { { REPLACE("one();\ntwo();\n", "one();\n") }, EDIT_FAILED,
		"2 places (lines 4, 2)" } },
	  ONE("a\n\tone();\n\ttwo();\nb\none();\ntwo();\n"), { 0 } },
	{ "and line says which is meant", ONE("a\n\tone();\n\ttwo();\nb\n"),
	  { { { REPLACE("b\n", "b\none();\ntwo();\n") }, EDIT_APPLIED, NULL },
	    { { REPLACE("one();\ntwo();\n", "one();\n"), .line = 2 }, EDIT_APPLIED, NULL } },
	  ONE("a\n\tone();\nb\none();\ntwo();\n"), { 0 } },
	{ "what is gone is gone", ONE("a\nb\nc\n"),
	  { { { REPLACE("b\n", "x\n") }, EDIT_APPLIED, NULL },
	    { { REPLACE("b\nc\n", "y\n") }, EDIT_REFUSED,
		"edits[1] reaches into text that edits[0] wrote" } },
	  ONE("a\nx\nc\n"), { 0 } },
	{ "a straddle", ONE("a\nb\nc\n"),
	  { { { REPLACE("b\n", "xyz\n") }, EDIT_APPLIED, NULL },
	    { { REPLACE("xyz\nc\n", "q\n") }, EDIT_REFUSED,
		"edits[1] reaches into text that edits[0] wrote" } },
	  ONE("a\nxyz\nc\n"), { 0 } },
	{ "unique in the base is meant", ONE("a\nb\nc\n"),
	  { { { REPLACE("b", "a") }, EDIT_APPLIED, NULL },
	    { { REPLACE("a", "x") }, EDIT_APPLIED, NULL } },
	  ONE("x\na\nc\n"), { 0 } },
	{ "unique now", ONE("a\na\n"),
	  { { { REPLACE("a", "x"), .line = 1 }, EDIT_APPLIED, NULL },
	    { { REPLACE("a", "y") }, EDIT_APPLIED, NULL } },
	  ONE("x\ny\n"), { 0 } },
	{ "insertions keep order", ONE("a\nb\n"),
	  { { { BESIDE(POSITION_BEFORE, "b", "1") }, EDIT_APPLIED, NULL },
	    { { BESIDE(POSITION_AFTER, "a", "2") }, EDIT_APPLIED, NULL },
	    { { BESIDE(POSITION_BEFORE, "b", "3") }, EDIT_APPLIED, NULL } },
	  ONE("a\n1\n2\n3\nb\n"), { 0 } },
	{ "all, in a change and in the context that it quotes", ONE("a;\nb;\n"),
	  { { { REPLACE("a;\nb;\n", "a;\nc; c;\nb;\n") }, EDIT_APPLIED, NULL },
	    { { REPLACE(";", "!"), .all = true }, EDIT_APPLIED, NULL } },
	  ONE("a!\nc! c!\nb!\n"), { 0 } },
	{ "all, after all", ONE("foo(1);foo(2);\nfoo(3);\n"),
	  { { { REPLACE("foo", "bar"), .all = true }, EDIT_APPLIED, NULL },
	    { { REPLACE("bar", "baz"), .all = true }, EDIT_APPLIED, NULL },
	    { { REPLACE("baz(", "q("), .all = true }, EDIT_REFUSED, "edits[1]" } },
	  ONE("baz(1);baz(2);\nbaz(3);\n"), { 0 } },
	{ "edits that cancel out", ONE("a\n"),
	  { { { REPLACE("a", "b") }, EDIT_APPLIED, NULL },
	    { { REPLACE("b", "a") }, EDIT_APPLIED, NULL } },
	  { { 0 } }, { 0 } },

	{ "start", ONE("a\n"), { { { ADD(POSITION_START, "x") }, EDIT_APPLIED, NULL } },
	  ONE("x\na\n"), { 0 } },
	{ "end", ONE("a\n"), { { { ADD(POSITION_END, "x = 42") }, EDIT_APPLIED, NULL } },
	  ONE("a\nx = 42\n"), { 0 } },
	{ "end of a file with no final newline", ONE("a"),
	  { { { ADD(POSITION_END, "x\n") }, EDIT_APPLIED, NULL },
	    { { ADD(POSITION_END, "y") }, EDIT_APPLIED, NULL } },
	  ONE("a\nx\ny"), { 0 } },
	{ "end of an empty file", ONE(""),
	  { { { ADD(POSITION_END, "x") }, EDIT_APPLIED, NULL } }, ONE("x\n"), { 0 } },
	{ "after, several lines, CRLF", ONE("a\r\nb\r\n"),
	  { { { BESIDE(POSITION_AFTER, "a", "x\n  y") }, EDIT_APPLIED, NULL } },
	  ONE("a\r\nx\r\n  y\r\nb\r\n"), { 0 } },
	{ "after the last line, no newline", ONE("a\nb"),
	  { { { BESIDE(POSITION_AFTER, "b", "x") }, EDIT_APPLIED, NULL } },
	  ONE("a\nb\nx"), { 0 } },
	{ "before, the anchor amid its line", ONE("int main(void) {\n}\n"),
	  { { { BESIDE(POSITION_BEFORE, "main(", "/* x */") }, EDIT_APPLIED, NULL } },
	  ONE("/* x */\nint main(void) {\n}\n"), { 0 } },
	{ "after an anchor of two lines", ONE("a\nb\nc\n"),
	  { { { BESIDE(POSITION_AFTER, "a\nb", "x") }, EDIT_APPLIED, NULL } },
	  ONE("a\nb\nx\nc\n"), { 0 } },
	{ "anchor in two places", ONE("a\na\n"),
	  { { { BESIDE(POSITION_AFTER, "a", "x") }, EDIT_FAILED, "2 places" } },
	  { { 0 } }, { 0 } },
	{ "anchor nowhere", ONE("a\n"),
	  { { { BESIDE(POSITION_AFTER, "b", "x") }, EDIT_FAILED, "anchor stands nowhere" } },
	  { { 0 } }, { 0 } },
	{ "beside a line changed in part", ONE("f(a, b);\ng();\n"),
	  { { { REPLACE("a, b", "a, c") }, EDIT_APPLIED, NULL },
	    { { BESIDE(POSITION_AFTER, "a, c", "x();") }, EDIT_APPLIED, NULL },
	    { { BESIDE(POSITION_BEFORE, "f(", "y();") }, EDIT_APPLIED, NULL } },
	  ONE("y();\nf(a, c);\nx();\ng();\n"), { 0 } },

	{ "remove the line that is find", ONE("\tx;\ny x;\n"),
	  { { { REMOVE("x;") }, EDIT_APPLIED, NULL } }, ONE("y x;\n"), { 0 } },
	{ "or the one that holds it", ONE("a\n\tcall(bad_line); // b\nc\n"),
	  { { { REMOVE("bad_line") }, EDIT_APPLIED, NULL } }, ONE("a\nc\n"), { 0 } },
	{ "two that hold it", ONE("bad 1\nbad 2\n"),
	  { { { REMOVE("bad") }, EDIT_FAILED, "2 places" } }, { { 0 } }, { 0 } },
	{ "twice on one line", ONE("bad bad\nc\n"),
	  { { { REMOVE("bad") }, EDIT_APPLIED, NULL } }, ONE("c\n"), { 0 } },
	{ "remove all", ONE("x\ny\n  x\n"),
	  { { { REMOVE("x"), .all = true }, EDIT_APPLIED, NULL } }, ONE("y\n"), { 0 } },
	{ "remove the last line", ONE("a\nb"), { { { REMOVE("b") }, EDIT_APPLIED, NULL } },
	  ONE("a\n"), { 0 } },
	{ "remove nothing", ONE("a\n"), { { { REMOVE("b") }, EDIT_FAILED, "on no line" } },
	  { { 0 } }, { 0 } },
	{ "remove what was added", ONE("a\n"),
	  { { { ADD(POSITION_END, "b") }, EDIT_APPLIED, NULL },
	    { { REMOVE("b") }, EDIT_APPLIED, NULL } },
	  { { 0 } }, { 0 } },
};

#define REGEX(f, r) REPLACE(f, r), .regex = true

static const struct edit_case patterns[] = {
	{ "groups", ONE("foo(a, b)\n"),
	  { { { REGEX("foo\\((\\w+), (?<x>\\w+)\\)", "bar(${x}, $1) \\1 $$") },
	      EDIT_APPLIED, NULL } },
	  ONE("bar(b, a) \\1 $\n"), { 0 } },
	{ "all", ONE("a1 a2\na3\n"),
	  { { { REGEX("a(\\d)", "b$1"), .all = true }, EDIT_APPLIED, NULL } },
	  ONE("b1 b2\nb3\n"), { 0 } },
	{ "more than one", ONE("a1 a2\na3\n"),
	  { { { REGEX("a(\\d)", "b$1") }, EDIT_FAILED, "3 places (lines 1, 1, 2)" } },
	  { { 0 } }, { 0 } },
	{ "line starts", ONE("a\r\nb\r\n"),
	  { { { REGEX("^(?=.)", "> "), .flags = "m", .all = true }, EDIT_APPLIED, NULL } },
	  ONE("> a\r\n> b\r\n"), { 0 } },
	{ "nowhere", ONE("a\n"), { { { REGEX("b", "c") }, EDIT_FAILED, "nowhere" } },
	  { { 0 } }, { 0 } },
	{ "characters", ONE("\xc3\xa9x\n"),
	  { { { REGEX("^.x", "y") }, EDIT_APPLIED, NULL } }, ONE("y\n"), { 0 } },
	{ "bytes", ONE("\xe9x\n"), { { { REGEX("^.x", "y") }, EDIT_APPLIED, NULL } },
	  ONE("y\n"), { 0 } },
	{ "sees what is there now", ONE("a\nb\n"),
	  { { { REPLACE("a", "b") }, EDIT_APPLIED, NULL },
	    { { REGEX("b", "c"), .all = true }, EDIT_APPLIED, NULL } },
	  ONE("c\nc\n"), { 0 } },
	{ "no straddle", ONE("a\nb\n"),
	  { { { REPLACE("a\n", "x\n") }, EDIT_APPLIED, NULL },
	    { { REGEX("x\\nb", "c") }, EDIT_REFUSED, "reaches into" } },
	  ONE("x\nb\n"), { 0 } },
	{ "a glob, all of it",
	  { { "a.c", SPAN("old();\n"), 0 }, { "b.c", SPAN("none\n"), 0 },
	    { "c.c", SPAN("old(); old();\r\n"), 0 }, { "d.h", SPAN("old();\n"), 0 },
	    { "l.c", SPAN("old();"), SOURCE_LINK } },
	  { { { .kind = EDIT_REPLACE, .file = "*.c", .find = SPAN("\\bold\\("),
		.replace = SPAN("new("), .regex = true, .all = true }, EDIT_APPLIED, NULL } },
	  { { "a.c", SPAN("new();\n"), 0 }, { "c.c", SPAN("new(); new();\r\n"), 0 } }, { 0 } },
	{ "a glob, one place",
	  { { "a.c", SPAN("old();\n"), 0 }, { "c.c", SPAN("old();\n"), 0 } },
	  { { { .kind = EDIT_REPLACE, .file = "*.c", .find = SPAN("old"),
		.replace = SPAN("new"), .regex = true }, EDIT_FAILED, "2 places" } },
	  { { 0 } }, { 0 } },
};

#define FILE_EDIT(k, f) .kind = k, .file = f
#define CREATE(f, text) FILE_EDIT(EDIT_CREATE_FILE, f), .content = SPAN(text)

static const struct edit_case files[] = {
	{ "create", { { 0 } },
	  { { { CREATE("x/y.sh", "hi\n"), .executable = true }, EDIT_APPLIED, NULL } },
	  { { "x/y.sh", SPAN("hi\n"), SOURCE_EXECUTABLE } }, { 0 } },
	{ "create what is there", ONE("a\n"),
	  { { { CREATE("a.c", "b\n") }, EDIT_REFUSED, "exists already" } }, { { 0 } }, { 0 } },
	{ "create the same", ONE("a\n"),
	  { { { CREATE("a.c", "a\n") }, EDIT_SATISFIED, NULL } }, { { 0 } }, { 0 } },
	{ "create twice", { { 0 } },
	  { { { CREATE("x", "a\n") }, EDIT_APPLIED, NULL },
	    { { CREATE("x", "b\n") }, EDIT_REFUSED, "edits[0] made 'x' already" } },
	  { { "x", SPAN("a\n"), 0 } }, { 0 } },
	{ "create below a file", ONE("a\n"),
	  { { { CREATE("a.c/x", "b\n") }, EDIT_REFUSED, "'a.c' is a file" } },
	  { { 0 } }, { 0 } },
	{ "create below a new file", { { 0 } },
	  { { { CREATE("x", "a\n") }, EDIT_APPLIED, NULL },
	    { { CREATE("x/y", "b\n") }, EDIT_REFUSED, "'x' is a file" } },
	  { { "x", SPAN("a\n"), 0 } }, { 0 } },
	{ "create above a new file", { { 0 } },
	  { { { CREATE("x/y", "a\n") }, EDIT_APPLIED, NULL },
	    { { CREATE("x", "b\n") }, EDIT_REFUSED, "is a folder" } },
	  { { "x/y", SPAN("a\n"), 0 } }, { 0 } },
	{ "a file becomes a folder", { { "a", SPAN("1\n"), 0 } },
	  { { { FILE_EDIT(EDIT_DELETE_FILE, "a") }, EDIT_APPLIED, NULL },
	    { { CREATE("a/b", "2\n") }, EDIT_APPLIED, NULL } },
	  { { "a", SPAN(""), 0 }, { "a/b", SPAN("2\n"), 0 } }, { true } },
	{ "edit what was created", { { 0 } },
	  { { { CREATE("a.c", "a\n") }, EDIT_APPLIED, NULL },
	    { { REPLACE("a", "b") }, EDIT_APPLIED, NULL } },
	  ONE("b\n"), { 0 } },
	{ "delete", { { "a", SPAN("1\0"), 0 }, { "l", SPAN("a"), SOURCE_LINK } },
	  { { { FILE_EDIT(EDIT_DELETE_FILE, "a") }, EDIT_APPLIED, NULL },
	    { { FILE_EDIT(EDIT_DELETE_FILE, "l") }, EDIT_APPLIED, NULL },
	    { { FILE_EDIT(EDIT_DELETE_FILE, "a") }, EDIT_REFUSED, "edits[0] deleted 'a'" },
	    { { FILE_EDIT(EDIT_DELETE_FILE, "n") }, EDIT_FAILED, "there is no file 'n'" } },
	  { { "a", SPAN(""), 0 }, { "l", SPAN(""), 0 } }, { true, true } },
	{ "delete what was edited", ONE("a\n"),
	  { { { REPLACE("a", "b") }, EDIT_APPLIED, NULL },
	    { { FILE_EDIT(EDIT_DELETE_FILE, "a.c") }, EDIT_REFUSED, "edits[0] changed" } },
	  ONE("b\n"), { 0 } },
	{ "edit what was deleted", ONE("a\n"),
	  { { { FILE_EDIT(EDIT_DELETE_FILE, "a.c") }, EDIT_APPLIED, NULL },
	    { { REPLACE("a", "b") }, EDIT_REFUSED, "edits[0] deleted" } },
	  ONE(""), { true } },
	{ "rename, then edit", ONE("a\n"),
	  { { { FILE_EDIT(EDIT_RENAME_FILE, "a.c"), .to = "d/b.c" }, EDIT_APPLIED, NULL },
	    { { .kind = EDIT_REPLACE, .file = "d/b.c", .find = SPAN("a"),
		.replace = SPAN("b") }, EDIT_APPLIED, NULL },
	    { { REPLACE("a", "b") }, EDIT_REFUSED, "edits[0] renamed 'a.c' to 'd/b.c'" },
	    { { CREATE("a.c", "shim\n") }, EDIT_APPLIED, NULL } },
	  { { "a.c", SPAN("shim\n"), 0 }, { "d/b.c", SPAN("b\n"), 0 } }, { 0 } },
	{ "rename onto a file", { { "a", SPAN("1"), 0 }, { "b", SPAN("2"), 0 } },
	  { { { FILE_EDIT(EDIT_RENAME_FILE, "a"), .to = "b" }, EDIT_REFUSED, "exists" } },
	  { { 0 } }, { 0 } },
	{ "rename there and back", { { "a", SPAN("1"), 0 } },
	  { { { FILE_EDIT(EDIT_RENAME_FILE, "a"), .to = "b" }, EDIT_APPLIED, NULL },
	    { { FILE_EDIT(EDIT_RENAME_FILE, "b"), .to = "a" }, EDIT_APPLIED, NULL } },
	  { { 0 } }, { 0 } },
	{ "links are not edited", { { "a.c", SPAN("b"), SOURCE_LINK } },
	  { { { REPLACE("b", "c") }, EDIT_REFUSED, "symbolic link" } }, { { 0 } }, { 0 } },
};

static void run_table(const struct edit_case *table, size_t n)
{
	for (size_t i = 0; i < n; i++)
		run_edit_case(&table[i]);
}

static void test_exact(void **state)
{
	(void)state;
	run_table(cases, ARRAY_SIZE(cases));
}

static void test_pattern(void **state)
{
	(void)state;
	run_table(patterns, ARRAY_SIZE(patterns));
}

static void test_files(void **state)
{
	(void)state;
	run_table(files, ARRAY_SIZE(files));
}

static void test_unsafe_paths(void **state)
{
	static const struct case_file tree[CASE_FILES] = {
		{ "link", SPAN("x"), SOURCE_LINK },
		{ "sub", { 0 }, SOURCE_SUBMODULE },
	};
	static const struct {
		const char *path, *why;
	} rows[] = {
		{ "link/x", "edits[3].file: 'link/x' leads through a symbolic link" },
		{ "sub/x", "edits[3].file: 'sub/x' leads into a submodule" },
		{ "sub", "edits[3].file: 'sub' is a submodule" },
		{ "../x", "edits[3].file: " },
		{ ".git/config", "edits[3].file: " },
	};
	struct source source;
	struct resolver *r = fake_resolver(&source, tree);

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct edit edit = { REPLACE("a", "b"), .index = 3 };
		struct edit_result result;

		edit.file = rows[i].path;
		edit_result_init(&result);
		fails_saying(resolver_apply(r, &edit, &result), ERR_INPUT, rows[i].why);
		edit.kind = EDIT_CREATE_FILE;
		fails_saying(resolver_apply(r, &edit, &result), ERR_INPUT, rows[i].why);
		edit_result_release(&result);
	}
	resolver_free(r);
}

static void test_json(void **state)
{
	static const struct case_file tree[CASE_FILES] = {
		{ "a.json", SPAN("{\"a\": [1, 2]}\n"), 0 },
		{ "b.json", SPAN("{ // a comment\n\"a\": 1}\n"), 0 },
	};
	static const struct {
		const char *file, *find, *replace, *why;
	} rows[] = {
		{ "b.json", "1}", "2", NULL }, /* it never was JSON */
		{ "a.json", "1, ", "", NULL },
		{ "a.json", "2]", "2", "edits[2]: after it, 'a.json' is no valid JSON" },
	};
	struct source source;
	struct resolver *r = fake_resolver(&source, tree);
	const struct file_change *changes;
	size_t n;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct edit edit = { .kind = EDIT_REPLACE, .file = rows[i].file, .index = i,
				     .find = span_of(rows[i].find),
				     .replace = span_of(rows[i].replace) };
		struct edit_result result;

		edit_result_init(&result);
		ok(resolver_apply(r, &edit, &result));
		assert_int_equal(result.status, EDIT_APPLIED);
		edit_result_release(&result);
		if (rows[i].why)
			fails_saying(resolver_changes(r, &changes, &n), ERR_NO_FIX, rows[i].why);
		else
			ok(resolver_changes(r, &changes, &n));
	}
	resolver_free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_exact),
		cmocka_unit_test(test_pattern),
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_unsafe_paths),
		cmocka_unit_test(test_json),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
