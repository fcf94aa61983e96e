/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <string.h>

#include "verify/answers.h"
#include "verify/testfiles.h"
#include "verify/weakened.h"

static const struct {
	const char *path;
	enum test_file want;
} paths[] = {
	{ "src/a.c", TEST_FILE_NONE },
	{ "tests/a.c", TEST_FILE_CODE },
	{ "lib/t/a.sh", TEST_FILE_CODE },
	{ "t/basic.t", TEST_FILE_CODE },
	{ "test_a.py", TEST_FILE_CODE },
	{ "pkg/a_test.go", TEST_FILE_CODE },
	{ "web/a.spec.ts", TEST_FILE_CODE },
	{ "src/AdderTest.java", TEST_FILE_CODE },
	{ "conftest.py", TEST_FILE_CODE },
	{ "tests/want/a.out", TEST_FILE_DATA },
	{ "tests/README.md", TEST_FILE_NONE },
	{ "contest/a.c", TEST_FILE_NONE },
	{ "latest.c", TEST_FILE_NONE },
	{ "Makefile", TEST_FILE_RECIPE },
	{ "sub/package.json", TEST_FILE_RECIPE },
	{ "run-tests", TEST_FILE_RUNNER },
	{ "sub/ci-check.sh", TEST_FILE_RUNNER },
	{ "prog.py", TEST_FILE_NONE }, /* started as well, but it may be what is tested */
};

static void which_files(void **state)
{
	const char *const commands[] = { "cd x && ./run-tests -v; sh ci-check.sh", "python3 prog.py" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(paths); i++)
		if (test_file_of(paths[i].path, commands, 2) != paths[i].want)
			fail_msg("'%s' is %d", paths[i].path,
				 test_file_of(paths[i].path, commands, 2));
}

/*
 * One file, before and after; failing: its test that failed, "?" where no log names
 * any, NULL where none failed. want: a part of what is told, NULL for nothing.
 */
static const struct {
	const char *path, *before, *after, *failing, *want;
} rows[] = {
	/* any line of a test that failed */
	{ "tests/test_a.py", "def test_f():\n    x = 2\n    assert f(x) == 4\n",
	  "def test_f():\n    x = 3\n    assert f(x) == 4\n", "test_f", "a test that failed: x = 2" },
	{ "tests/test_a.py", "def test_f():\n    assert f(2) == 4\n",
	  "def test_f():\n    assert f(2) == 5\n", "?", ":2: changes a test that failed" },
	{ "tests/test_a.py", "def test_f():\n    assert f(2) == 4\n",
	  "def test_f():\n    assert f(2) == 5\n", "tests/test_a.py::test_f", "failed" },
	{ "tests/test_a.py", "def test_f():\n    assert f(2) == 4\n",
	  "def test_f():\n    f = lambda x: 4\n    assert f(2) == 4\n", "?", "puts something" },
	{ "tests/test_a.py", "def test_f():\n    assert f(2) == 4\n",
	  "def test_f():\n    return\n    assert f(2) == 4\n", "?", "puts something" },
	{ "tests/a.c", "int main(void)\n{\n\tassert(f(2) == 4);\n}\n",
	  "int main(void)\n{\n\t/*\n\tassert(f(2) == 4);\n\t*/\n}\n", "?", "failed" },
	{ "tests/a.c", "int main(void)\n{\n\tassert(f(2) == 4);\n}\n",
	  "int main(void)\n{\n#if 0\n\tassert(f(2) == 4);\n#endif\n}\n", "?", "skips" },

	/* what only adds */
	{ "tests/test_a.py", "def test_f():\n    assert f(2) == 4\n",
	  "def test_f():\n    assert f(2) == 4\n    assert f(3) == 9\n", "?", NULL },
	{ "tests/test_a.py", "def test_f():\n    assert f(2) == 4\n",
	  "import os\n\ndef test_f():\n    assert f(2) == 4\n\ndef test_g():\n    x = f(3)\n"
	  "    assert x == 9\n", "?", NULL },
	{ "tests/a.c", "int main(void)\n{\n\tassert(f(2) == 4);\n}\n",
	  "#include <stdio.h>\n\nint main(void)\n{\n\tassert(f(2) == 4);\n}\n", "?", NULL },
	{ "tests/test_a.py", NULL, "def test_f():\n    assert f(2) == 4\n", "?", NULL },

	/* a test that passed */
	{ "tests/test_a.py", "def test_f():\n    assert f(2) == 4\n",
	  "def test_f():\n    pass\n", NULL, "an assertion is gone" },
	{ "tests/test_a.py", "def test_f():\n    assert f(2) == 4\n",
	  "def test_f():\n    assert f(2) == 4\n", "other", NULL },
	{ "tests/test_a.py", "def test_f():\n    x = f(2)\n    assert x == 4\n",
	  "def test_f():\n    x = f(2, 0)\n    assert x == 4\n", "other", NULL },
	{ "tests/test_a.py", "def test_f():\n    assert f(2) == 4\n",
	  "@pytest.mark.skip(reason='x')\ndef test_f():\n    assert f(2) == 4\n", "other", "skips" },
	{ "tests/a.js", "it('adds', () => {\n  expect(f(2)).toBe(4);\n});\n",
	  "it.skip('adds', () => {\n  expect(f(2)).toBe(4);\n});\n", "other", "is gone" },
	{ "tests/a.js", "it('adds', () => {\n  expect(f(2)).toBe(4);\n});\n",
	  "it('adds', () => {\n  // expect(f(2)).toBe(4);\n});\n", "other", "is gone" },
	{ "a_test.go", "func TestF(t *testing.T) {\n\tg(t)\n}\n", "func helper(t *testing.T) {\n"
	  "\tg(t)\n}\n", "other", "a test is gone" },
	{ "tests/test_a.py", "def test_f():\n    assert f(2) == 4\n", NULL, "other", "is removed" },
	{ "tests/want.txt", "4\n", "5\n", "other", "what a test expects" },
	{ "tests/run.sh", "check 'f 2' 4\n", "# check 'f 2' 4\n", NULL, "an assertion is gone" },

	/* what says which tests run */
	{ "Makefile", "check:\n\t./prog --self\n", "check:\n\ttrue\n", "?", "says of the tests" },
	{ "Makefile", "LIBS = -lc\ncheck:\n\t./t\n", "LIBS = -lm\ncheck:\n\t./t\n", "?", NULL },
	{ "Makefile", "TESTS = a b\n", "TESTS = a b c\n", "?", NULL },
	{ "Makefile", "TESTS = a b\n", "TESTS = a\n", "?", "says of the tests" },
	{ "package.json", "{\n  \"test\": \"jest\"\n}\n", "{\n  \"test\": \"true\"\n}\n", "?",
	  "says of the tests" },
	{ "tox.ini", "addopts = -q\n", "addopts = -q --deselect tests/a.py\n", "?", "skips" },

	/* a table of cases grows */
	{ "a_test.go", "var t = []c{\n\t{2, 4},\n}\n", "var t = []c{\n\t{2, 4},\n\t{3, 9},\n}\n",
	  "?", NULL },
	{ "tests/a.c", "int main(void)\n{\n\ttest_f();\n}\n",
	  "int main(void)\n{\n\ttest_f();\n\ttest_g();\n}\n", "?", NULL },

	/* new files, and code that knows of tests */
	{ "GNUmakefile", NULL, "check:\n\ttrue\n", NULL, "takes the place" },
	{ "sub/unittest.py", NULL, "x = 1\n", NULL, "takes the place" },
	{ "conftest.py", NULL, "collect_ignore = ['tests/a.py']\n", NULL, "leaves a test out" },
	{ "conftest.py", NULL, "import os\n", NULL, NULL },
	{ "pytest.ini", NULL, "addopts = --deselect a\n", NULL, "leaves a test out" },
	{ "a.py", "x = 1\n", "x = 1\nif 'unittest' in sys.modules:\n    x = 2\n", NULL, "is tested" },
	{ "a.py", "x = 1\n", "import os\nos._exit(0)\n", NULL, "ends the process" },
	{ "a.c", "int x;\n", "int x;\nvoid f(void) { exit(0); }\n", "?", "no log counts" },
	{ "a.c", "int x;\n", "int x;\nvoid f(void) { exit(0); }\n", "test_f", NULL },
	{ "a.c", "int x;\n", "int x;\n/* exit(0) */\n", "?", NULL },

	/* the check's own script */
	{ "run-tests", "n=4\ntest $(f 2) = $n\n", "n=5\ntest $(f 2) = $n\n", NULL, "failed: n=4" },
	{ "src/a.c", "assert(x);\n", "", "?", NULL },
};

static struct span text_of(const char *text)
{
	return text ? span_of(text) : (struct span){ 0 };
}

static void tellings(void **state)
{
	const char *const commands[] = { "./run-tests" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct changed_file file = { rows[i].path, text_of(rows[i].before),
						   text_of(rows[i].after) };
		const char *failing = rows[i].failing;
		bool unnamed = failing && !strcmp(failing, "?");
		struct weakened_spec spec = { &file, 1, &failing, failing && !unnamed,
					      !unnamed, commands, 1 };
		struct str out = STR_INIT(4096);
		size_t n;

		assert_null(weakened(&spec, &out, &n));
		assert_int_equal(n > 0, out.len > 0);
		if (rows[i].want ? !strstr(out.buf, rows[i].want) : n > 0)
			fail_msg("row %zu, %s: '%s'", i, rows[i].path, out.buf);
		str_release(&out);
	}
}

static void moved(void **state)
{
	const char test[] = "def test_f():\n    assert f(2) == 4\n";
	const struct changed_file files[] = {
		{ "tests/test_a.py", SPAN("def test_f():\n    assert f(2) == 4\n"), { 0 } },
		{ "tests/test_b.py", { 0 }, { test, sizeof(test) - 1 } },
		{ "tests/helper.txt", { 0 }, SPAN("x\n") },
	};
	struct weakened_spec spec = { .files = files, .n_files = 3 };
	struct str out = STR_INIT(4096);
	size_t n;

	(void)state;
	assert_null(weakened(&spec, &out, &n));
	assert_int_equal(n, 0);
	/* Renamed to what no runner takes for a test, it is gone. */
	spec.files = (const struct changed_file[]){ files[0], { "old_a.py", { 0 },
						    { test, sizeof(test) - 1 } } };
	spec.n_files = 2;
	assert_null(weakened(&spec, &out, &n));
	assert_int_equal(n, 1);
	str_release(&out);
}

static const struct {
	const char *code, *test;
	bool told;
} answers_rows[] = {
	{ "if (n == 7)\n\treturn 13;\n", "assert(f(7) == 13);\n", true },
	{ "if (n == 7) return 13;\n", "assert(f(7) == 13);\n", true },
	{ "case 7: return 13;\n", "assert(f(7) == 13);\n", true },
	{ "return n == 7 ? 13 : n;\n", "assert(f(7) == 13);\n", true },
	{ "if name == \"Bob\":\n    return \"Hi, Bob\"\n",
	  "assert greet(\"Bob\") == \"Hi, Bob\"\n", true },
	{ "if test $1 -eq 7; then echo 13; return; fi\n", "check 'f 7' 13\n", true },
	{ "7) echo 13 ;;\n", "check 'f 7' 13\n", true },
	{ "if (n == 7)\n\treturn 13;\n", "assert(f(8) == 13);\n", false },
	{ "if (n == 0)\n\treturn 1;\n", "assert(f(0) == 1);\n", false },
	{ "if (a == 7 && b == 13)\n\tgo();\n", "assert(f(7, 13) == 2);\n", false },
	{ "return n * 7 + 13;\n", "assert(f(7) == 13);\n", false },
	{ "{ 404, \"Not Found\" },\n", "assert(!strcmp(f(404), \"Not Found\"));\n", false },
};

static void by_heart(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(answers_rows); i++) {
		struct answers answers = { .n = 0 };
		struct str out = STR_INIT(4096);
		struct arena arena;
		size_t n = 0;

		arena_init(&arena, 1 << 16);
		assert_null(answers_collect(&answers, &arena, "a.c", (struct span){ 0 },
					    span_of(answers_rows[i].code)));
		answers_seek(&answers, "tests/a.c", span_of(answers_rows[i].test), &out, &n);
		if ((n > 0) != answers_rows[i].told)
			fail_msg("row %zu: '%s'", i, out.buf);
		assert_int_equal(n > 0, out.len > 0);
		str_release(&out);
		arena_release(&arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(which_files),
		cmocka_unit_test(tellings),
		cmocka_unit_test(moved),
		cmocka_unit_test(by_heart),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
