/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "verify/testfiles.h"

#include <ctype.h>
#include <fnmatch.h>
#include <string.h>
#include <strings.h>

#include "base/compiler.h"
#include "edit/language.h"

static const char *const folders[] = {
	"test", "tests", "t", "spec", "specs", "__tests__", "__snapshots__", "testdata",
	"test-data", "unittests", "e2e", "testsuite",
};

/* Of whole names. */
static const char *const names[] = {
	"test_*.*",   "test-*.*",   "*_test.*",   "*-test.*",	"*.test.*",
	"*_tests.*",  "*-tests.*",  "*.spec.*",	  "*_spec.*",	"*Test.java",
	"*Tests.java", "*Test.kt",  "*Tests.kt",  "*Test.cs",	"*Tests.cs",
	"*Test.php",  "*Tests.swift", "test.*",	  "tests.*",	"*.bats",
	"*.t",	      "*.snap",	    "*.golden",	  "conftest.py",
};

static const char *const recipes[] = {
	"Makefile",	"makefile",	    "GNUmakefile", "*.mk",
	"Makefile.am",	"Makefile.in",	    "package.json", "tox.ini",
	"noxfile.py",	"setup.cfg",	    "pytest.ini",  "pyproject.toml",
	"Cargo.toml",	"CMakeLists.txt",   "meson.build", "build.gradle",
	"pom.xml",	"build.gradle.kts", "Rakefile",	   "phpunit.xml",
	".mocharc*",	"phpunit.xml.dist", "justfile",	   "jest.config.*",
	"vitest.config.*",
};

/* Neither code nor what a test reads, wherever they stand. */
static const char *const prose[] = { "README*", "*.md", "*.rst", "*.adoc" };

static const char *const of_testing[] = { "test", "check", "spec", "verify" };

static const struct {
	enum test_word kind;
	const char *word;
} words[] = {
	{ TEST_WORD_ASSERTION, "assert" },	{ TEST_WORD_ASSERTION, "expect" },
	{ TEST_WORD_ASSERTION, "should" },	{ TEST_WORD_ASSERTION, "require" },
	{ TEST_WORD_ASSERTION, "check" },	{ TEST_WORD_ASSERTION, "verify" },
	{ TEST_WORD_ASSERTION, "ck_assert" },	{ TEST_WORD_ASSERTION, "static_assert" },
	{ TEST_WORD_ASSERTION, "debug_assert" }, { TEST_WORD_ASSERTION, "boost_" },
	{ TEST_WORD_ASSERTION, "must_" },	{ TEST_WORD_ASSERTION, "must." },
	{ TEST_WORD_ASSERTION, "cmp" },		{ TEST_WORD_ASSERTION, "diff " },
	{ TEST_WORD_ASSERTION, "grep " },	{ TEST_WORD_ASSERTION, "test " },
	{ TEST_WORD_ASSERTION, "test_cmp" },	{ TEST_WORD_ASSERTION, "test_must_" },
	{ TEST_WORD_ASSERTION, "test_grep" },	{ TEST_WORD_ASSERTION, "test_path_" },
	{ TEST_WORD_ASSERTION, "test_line_" },	{ TEST_WORD_ASSERTION, "test_expect_code" },
	{ TEST_WORD_ASSERTION, "[ " },		{ TEST_WORD_ASSERTION, "[[ " },
	{ TEST_WORD_ASSERTION, "is(" },		{ TEST_WORD_ASSERTION, "ok(" },
	{ TEST_WORD_ASSERTION, "is_deeply(" },	{ TEST_WORD_ASSERTION, "like(" },
	{ TEST_WORD_ASSERTION, "error(" },	{ TEST_WORD_ASSERTION, "errorf(" },
	{ TEST_WORD_ASSERTION, "fatal(" },	{ TEST_WORD_ASSERTION, "fatalf(" },
	{ TEST_WORD_ASSERTION, "fail(" },	{ TEST_WORD_ASSERTION, "fail " },
	{ TEST_WORD_ASSERTION, "panic!" },	{ TEST_WORD_ASSERTION, "abort(" },
	{ TEST_WORD_ASSERTION, "raise" },	{ TEST_WORD_ASSERTION, "throw" },
	{ TEST_WORD_ASSERTION, "exit(1" },	{ TEST_WORD_ASSERTION, "exit 1" },
	{ TEST_WORD_ASSERTION, "return 1" },

	{ TEST_WORD_DECLARATION, "def test" },	{ TEST_WORD_DECLARATION, "func test" },
	{ TEST_WORD_DECLARATION, "function test" }, { TEST_WORD_DECLARATION, "void test" },
	{ TEST_WORD_DECLARATION, "class test" }, { TEST_WORD_DECLARATION, "#[test" },
	{ TEST_WORD_DECLARATION, "@test" },	{ TEST_WORD_DECLARATION, "@parameterized" },
	{ TEST_WORD_DECLARATION, "test(" },	{ TEST_WORD_DECLARATION, "test_f(" },
	{ TEST_WORD_DECLARATION, "test_p(" },	{ TEST_WORD_DECLARATION, "test_case(" },
	{ TEST_WORD_DECLARATION, "it(" },	{ TEST_WORD_DECLARATION, "it " },
	{ TEST_WORD_DECLARATION, "describe(" },	{ TEST_WORD_DECLARATION, "describe " },
	{ TEST_WORD_DECLARATION, "context(" },	{ TEST_WORD_DECLARATION, "t.run(" },
	{ TEST_WORD_DECLARATION, "start_test(" }, { TEST_WORD_DECLARATION, "run_test(" },
	{ TEST_WORD_DECLARATION, "tcase_add_test" },
	{ TEST_WORD_DECLARATION, "cmocka_unit_test" },
	{ TEST_WORD_DECLARATION, "test_expect_success" },
	{ TEST_WORD_DECLARATION, "test_expect_failure" },
	{ TEST_WORD_DECLARATION, "subtest " },

	{ TEST_WORD_SKIP, "skip(" },		{ TEST_WORD_SKIP, "skipf(" },
	{ TEST_WORD_SKIP, "skipnow(" },		{ TEST_WORD_SKIP, "skipif" },
	{ TEST_WORD_SKIP, "skipunless" },	{ TEST_WORD_SKIP, "skiptest" },
	{ TEST_WORD_SKIP, "skip_all" },		{ TEST_WORD_SKIP, "skip \"" },
	{ TEST_WORD_SKIP, "skip '" },		{ TEST_WORD_SKIP, "mark.skip" },
	{ TEST_WORD_SKIP, "unittest.skip" },	{ TEST_WORD_SKIP, "test_skip" },
	{ TEST_WORD_SKIP, "gtest_skip" },	{ TEST_WORD_SKIP, "# skip" },
	{ TEST_WORD_SKIP, "# todo" },		{ TEST_WORD_SKIP, "xfail" },
	{ TEST_WORD_SKIP, "expectedfailure" },	{ TEST_WORD_SKIP, "test_expect_failure" },
	{ TEST_WORD_SKIP, "@ignore" },		{ TEST_WORD_SKIP, "@disabled" },
	{ TEST_WORD_SKIP, "disabled_" },	{ TEST_WORD_SKIP, "#[ignore" },
	{ TEST_WORD_SKIP, "should_panic" },	{ TEST_WORD_SKIP, "xit(" },
	{ TEST_WORD_SKIP, "xtest(" },		{ TEST_WORD_SKIP, "xdescribe(" },
	{ TEST_WORD_SKIP, "only(" },		{ TEST_WORD_SKIP, "todo(" },
	{ TEST_WORD_SKIP, "pending" },		{ TEST_WORD_SKIP, "exit 77" },
	{ TEST_WORD_SKIP, "exit(77" },		{ TEST_WORD_SKIP, "return 77" },
	{ TEST_WORD_SKIP, "exit 0" },		{ TEST_WORD_SKIP, "exit(0" },
	{ TEST_WORD_SKIP, "exit()" },		{ TEST_WORD_SKIP, "#if 0" },
	{ TEST_WORD_SKIP, "#define ndebug" },	{ TEST_WORD_SKIP, "if (0)" },
	{ TEST_WORD_SKIP, "if (false)" },	{ TEST_WORD_SKIP, "if false" },
	{ TEST_WORD_SKIP, "if 0:" },		{ TEST_WORD_SKIP, "|| true" },
	{ TEST_WORD_SKIP, "|| :" },		{ TEST_WORD_SKIP, "; true" },
	{ TEST_WORD_SKIP, "set +e" },		{ TEST_WORD_SKIP, "--deselect" },
	{ TEST_WORD_SKIP, "--ignore" },		{ TEST_WORD_SKIP, "--exclude" },
	{ TEST_WORD_SKIP, "-k \"not" },		{ TEST_WORD_SKIP, "-k 'not" },
	{ TEST_WORD_SKIP, ".ignore:" },		{ TEST_WORD_SKIP, "collect_ignore" },

	{ TEST_WORD_EVASION, "pytest_current_test" }, { TEST_WORD_EVASION, "in sys.modules" },
	{ TEST_WORD_EVASION, "jest_worker_id" }, { TEST_WORD_EVASION, "vitest_worker_id" },
	{ TEST_WORD_EVASION, "testing.testing()" }, { TEST_WORD_EVASION, "#ifdef test" },
	{ TEST_WORD_EVASION, "cfg!(test)" },	{ TEST_WORD_EVASION, "cfg(test)" },
	{ TEST_WORD_EVASION, "os._exit(" },	{ TEST_WORD_EVASION, "_exit(0" },
	{ TEST_WORD_EVASION, "quick_exit(0" },

	{ TEST_WORD_SUCCESS, "exit(0)" },	{ TEST_WORD_SUCCESS, "exit()" },
	{ TEST_WORD_SUCCESS, "exit(exit_success)" }, { TEST_WORD_SUCCESS, "exit 0" },
	{ TEST_WORD_SUCCESS, "exit;" },

	{ TEST_WORD_OPENER, "import " },	{ TEST_WORD_OPENER, "from " },
	{ TEST_WORD_OPENER, "#include" },	{ TEST_WORD_OPENER, "use " },
	{ TEST_WORD_OPENER, "using " },		{ TEST_WORD_OPENER, "require(" },
	{ TEST_WORD_OPENER, "def " },		{ TEST_WORD_OPENER, "async def " },
	{ TEST_WORD_OPENER, "class " },		{ TEST_WORD_OPENER, "func " },
	{ TEST_WORD_OPENER, "fn " },		{ TEST_WORD_OPENER, "pub fn " },
	{ TEST_WORD_OPENER, "function " },	{ TEST_WORD_OPENER, "@test" },
	{ TEST_WORD_OPENER, "@parameterized" },	{ TEST_WORD_OPENER, "@pytest.mark.param" },
	{ TEST_WORD_OPENER, "#[test" },		{ TEST_WORD_OPENER, "test_expect_success" },
	{ TEST_WORD_OPENER, "describe(" },	{ TEST_WORD_OPENER, "it(" },
	{ TEST_WORD_OPENER, "test(" },		{ TEST_WORD_OPENER, "test_f(" },
	{ TEST_WORD_OPENER, "start_test(" },
};

static bool matches_one(const char *const *patterns, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (!fnmatch(patterns[i], name, FNM_PERIOD))
			return true;
	return false;
}

static bool has_folder(const char *path, size_t len)
{
	struct span rest = { path, len }, part;

	while (span_split(&rest, '/', &part))
		for (size_t i = 0; i < ARRAY_SIZE(folders); i++)
			if (span_eqs(part, folders[i]))
				return true;
	return false;
}

static bool speaks_of_testing(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(of_testing); i++)
		if (strcasestr(name, of_testing[i]))
			return true;
	return false;
}

/* "./run-tests" in "cd sub && ./run-tests -v": as a word, from whatever folder. */
static bool is_started(const char *path, const char *command)
{
	static const char ends[] = " \t;&|()<>\"'";
	size_t len = strlen(path);

	while (*command) {
		size_t n = strcspn(command, ends);
		size_t skip = !strncmp(command, "./", 2) ? 2 : 0;

		if (n > skip && n - skip <= len) {
			const char *tail = path + len - (n - skip);

			if (!memcmp(tail, command + skip, n - skip) &&
			    (tail == path || tail[-1] == '/'))
				return true;
		}
		command += n;
		command += strspn(command, ends);
	}
	return false;
}

enum test_file test_file_of(const char *path, const char *const *commands,
			    size_t n_commands)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;
	bool code = language_of(path, (struct span){ 0 }) != LANGUAGE_OTHER;
	bool in_folder = slash && has_folder(path, (size_t)(slash - path));

	if (matches_one(prose, ARRAY_SIZE(prose), name))
		return TEST_FILE_NONE;
	for (size_t i = 0; i < n_commands && speaks_of_testing(name); i++)
		if (is_started(path, commands[i]))
			return TEST_FILE_RUNNER;
	if (matches_one(recipes, ARRAY_SIZE(recipes), name))
		return TEST_FILE_RECIPE;
	if (in_folder || matches_one(names, ARRAY_SIZE(names), name))
		return code || !strcmp(name + strcspn(name, "."), ".t") ? TEST_FILE_CODE :
									  TEST_FILE_DATA;
	return TEST_FILE_NONE;
}

bool test_file_shadows(const char *path)
{
	static const char *const shadows[] = {
		"GNUmakefile", "makefile", "unittest.py", "pytest.py", "sitecustomize.py",
		"usercustomize.py", "assert.h", "cmocka.h", "gtest.h", "check.h", "unity.h",
	};
	const char *slash = strrchr(path, '/');

	return matches_one(shadows, ARRAY_SIZE(shadows), slash ? slash + 1 : path);
}

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

static bool begins_at(struct span line, size_t at, const char *word)
{
	size_t n = strlen(word);

	return line.len - at >= n && !strncasecmp(line.ptr + at, word, n);
}

bool test_word_in(enum test_word kind, struct span line)
{
	line = span_trim(line);
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		const char *word = words[i].word;

		if (words[i].kind != kind)
			continue;
		if (kind == TEST_WORD_OPENER) {
			if (begins_at(line, 0, word))
				return true;
			continue;
		}
		for (size_t at = 0; at < line.len; at++)
			if ((!at || !is_word(word[0]) || !is_word(line.ptr[at - 1])) &&
			    begins_at(line, at, word))
				return true;
	}
	return false;
}

bool test_recipe_line(struct span target, struct span line)
{
	const struct span parts[] = { target, line };

	for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
		for (size_t at = 0; at < parts[i].len; at++)
			if (begins_at(parts[i], at, "test") || begins_at(parts[i], at, "check"))
				return true;
	return false;
}
