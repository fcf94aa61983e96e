/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include "base/compiler.h"
#include "base/path.h"

#define ZWNJ "\xe2\x80\x8c"
#define ZWJ "\xe2\x80\x8d"
#define RLO "\xe2\x80\xae"
#define BOM "\xef\xbb\xbf"
#define SOFT_HYPHEN "\xc2\xad"
#define VS1 "\xef\xb8\x80"
#define TAG_A "\xf3\xa0\x81\x81"
#define DOTTED_I "\xc4\xb0"
#define DOTLESS_I "\xc4\xb1"
#define LONG_S "\xc5\xbf"
#define KELVIN "\xe2\x84\xaa"

static const char *const good[] = {
	"a",
	"a/b.c",
	".gitignore",
	".gitattributes",
	".github/workflows/x.yml",
	".gitx/a",
	"git",
	"git/config",
	"a.git/b",
	"x.git",
	"..a",
	"a..",
	"a../b",
	".a",
	"...a/b",
	"na\xc3\xafve/\xf0\x9f\x98\x80",
	"latin-1 \xe9",
	"\xe9",
	".gi\xff",
	"x.git\xff",
	"units/system-systemd\\x2dcryptsetup.slice",
	"src/[id].tsx",
	"a b",
	" a",
	"a:b",
	"c:b",
	"-rf",
	"~/x",
	"git~",
	"git~x",
	"git~1x",
	"gitx~1",
	"gi~1",
	"g~1",
	"xgit~1",
	"gi24fg~1",
	"gx7eba~1",
	".git" ZWJ "ignore",
	".gi\xcc\x81t", /* an accent is no ignorable */
	"a/" ZWJ "b",
};

static const struct {
	const char *path, *why;
} bad[] = {
	{ "", "empty" },
	{ "/", "not relative" },
	{ "/etc/passwd", "not relative" },
	{ "\\x", "not relative" },
	{ "C:/x", "not relative" },
	{ "c:\\x", "not relative" },
	{ "a//b", "empty part" },
	{ "a/", "empty part" },
	{ "a\\\\b", "empty part" },
	{ ".", "a part '.' or '..'" },
	{ "..", "a part '.' or '..'" },
	{ "./a", "a part '.' or '..'" },
	{ "a/.", "a part '.' or '..'" },
	{ "a/./b", "a part '.' or '..'" },
	{ "../a", "a part '.' or '..'" },
	{ "a/../b", "a part '.' or '..'" },
	{ "a/..", "a part '.' or '..'" },
	{ "a\\..\\b", "a part '.' or '..'" },
	{ "a/...", "a part '.' or '..'" }, /* dots at the end go on Windows */
	{ "a/.. /b", "a part '.' or '..'" },
	{ "a/ /b", "a part '.' or '..'" },
	{ "a/." ZWJ "./b", "a part '.' or '..'" },
	{ "a\nb", "control character" },
	{ "a\tb", "control character" },
	{ "a\033[2J", "control character" },
	{ "a\x7f", "control character" },
	{ "a\xc2\x9b", "control character" },
	{ ".git", ".git" },
	{ ".git/config", ".git" },
	{ ".GIT/config", ".git" },
	{ ".Git/config", ".git" },
	{ "a/.git/b", ".git" },
	{ "a/b/.gIt", ".git" },
	{ "a\\.git\\b", ".git" },
	{ "a\\.git", ".git" },
	{ ".git\\config", ".git" },
	{ ".git.", ".git" },
	{ ".git ", ".git" },
	{ ".git. . .", ".git" },
	{ ".git /config", ".git" },
	{ "a/.git.../b", ".git" },
	{ ".git:", ".git" },
	{ ".git:x/a", ".git" },
	{ ".git::$INDEX_ALLOCATION/config", ".git" },
	{ ".GIT::$INDEX_ALLOCATION", ".git" },
	{ ".git :x", ".git" },
	{ ".git.:$I30:$INDEX_ALLOCATION", ".git" },
	{ "git~1", ".git" },
	{ "GIT~1/config", ".git" },
	{ "a/Git~1/b", ".git" },
	{ "git~2", ".git" },
	{ "git~12", ".git" },
	{ "git~1.", ".git" },
	{ "git~1 ", ".git" },
	{ "git~1::$INDEX_ALLOCATION", ".git" },
	{ "a\\git~1", ".git" },
	{ "gi24f4~1", ".git" },
	{ ".g" ZWNJ "it/config", ".git" },
	{ ZWJ ".git", ".git" },
	{ ".git" RLO, ".git" },
	{ "." BOM "G" ZWJ "I" ZWNJ "T/x", ".git" },
	{ ".gi" SOFT_HYPHEN "t", ".git" },
	{ ".gi" VS1 "t", ".git" },
	{ ".gi" TAG_A "t", ".git" },
	{ ".git" ZWJ "." ZWJ " ", ".git" },
	{ ".git" ZWJ "::$INDEX_ALLOCATION", ".git" },
	{ "g" ZWJ "it~1", ".git" },
	{ ".Git\xff", ".git" },
	{ ".g" ZWJ "it\xffx/a", ".git" },
	{ ".g" DOTTED_I "t", ".git" },
	{ ".g" DOTLESS_I "t", ".git" },
};

static void test_good(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(good); i++)
		ok(err_wrap(path_check(good[i]), "case %zu", i));
}

static void test_bad(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct err *err = path_check(bad[i].path);

		if (!err)
			fail_msg("case %zu passes: '%s'", i, bad[i].path);
		fails_saying(err, ERR_INPUT, bad[i].why);
	}
}

static void test_length(void **state)
{
	struct str s = STR_INIT(2 * PATH_MAX_BYTES);

	(void)state;
	while (s.len < PATH_MAX_BYTES - 1)
		str_addc(&s, 'a');
	str_addc(&s, 'b');
	ok(path_check(s.buf));
	str_addc(&s, 'b');
	fails(path_check(s.buf), ERR_INPUT, "the path is longer than 4096 bytes");
	str_reset(&s);
	str_adds(&s, ".git");
	while (s.len < PATH_MAX_BYTES)
		str_addc(&s, ' ');
	fails_saying(path_check(s.buf), ERR_INPUT, ".git");
	str_reset(&s);
	str_adds(&s, ".g");
	while (s.len < PATH_MAX_BYTES - 8)
		str_adds(&s, ZWJ);
	str_adds(&s, "it");
	fails_saying(path_check(s.buf), ERR_INPUT, ".git");
	str_release(&s);
}

static void test_protected_by_default(void **state)
{
	static const struct {
		const char *path, *by;
	} cases[] = {
		{ ".github/workflows/ci.yml", ".github/" },
		{ ".github", ".github/" },
		{ ".GitHub/x", ".github/" },
		{ ".github./x", ".github/" },
		{ ".github /x", ".github/" },
		{ ".github::$INDEX_ALLOCATION/x", ".github/" },
		{ ".gi" ZWJ "thub/x", ".github/" },
		{ ".github\\workflows\\x", ".github/" },
		{ "GITHUB~1/x", ".github/" },
		{ "githu~10/x", ".github/" },
		{ "gi1234~1/x", ".github/" },
		{ ".gitlab-ci.yml", ".gitlab-ci.yml" },
		{ ".GITLAB-CI.YML", ".gitlab-ci.yml" },
		{ "gitlab~1.yml", ".gitlab-ci.yml" },
		{ "GITLAB~1.YML:x", ".gitlab-ci.yml" },
		{ ".husky/pre-commit", ".husky/" },
		{ ".hus" KELVIN "y/x", ".husky/" },
		{ ".hu" LONG_S "ky/x", ".husky/" },
		{ "husky~1/x", ".husky/" },
		{ ".githooks/x", ".githooks/" },
		{ "githoo~1/x", ".githooks/" },
		{ ".pre-commit-config.yaml", ".pre-commit-config.yaml" },
		{ "PRE-CO~1.YAM", ".pre-commit-config.yaml" },
		{ "lefthook.yml", "lefthook.yml" },
		{ "Lefthook.yml.", "lefthook.yml" },
		{ ".gitmodules", "**/.gitmodules" },
		{ "a/b/.gitmodules", "**/.gitmodules" },
		{ "a/.GITMODULES", "**/.gitmodules" },
		{ "a/gitmod~1", "**/.gitmodules" },
		{ "a\\.gitmodules", "**/.gitmodules" },
		{ "a/gi7eba~1", "**/.gitmodules" },
		{ ".gitattributes", "**/.gitattributes" },
		{ "x/.gitattribute" LONG_S, "**/.gitattributes" },
		{ "x/gitatt~4", "**/.gitattributes" },
		{ "a/.github/x", NULL },
		{ "github/x", NULL },
		{ ".githubx/x", NULL },
		{ ".gitlab-ci.yaml", NULL },
		{ "ci/.gitlab-ci.yml", NULL },
		{ "a/lefthook.yml", NULL },
		{ ".gitignore", NULL },
		{ "a/.gitmodules2", NULL },
		{ "a/gitmodules", NULL },
		{ "src/main.c", NULL },
		{ "git/x~1", NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const char *by = path_protected(cases[i].path, path_protect_default,
						path_protect_default_n);

		if (!cases[i].by && by)
			fail_msg("'%s' is protected by '%s'", cases[i].path, by);
		if (cases[i].by && (!by || strcmp(by, cases[i].by)))
			fail_msg("'%s' is protected by '%s', not '%s'", cases[i].path,
				 by ? by : "", cases[i].by);
	}
	assert_null(path_protect_default[path_protect_default_n]);
}

static void test_patterns(void **state)
{
	static const struct {
		const char *pattern, *path;
		bool hit;
	} cases[] = {
		{ "a", "a", true },
		{ "a", "a/b/c", true },
		{ "a/", "a/b/c", true },
		{ "/a/", "a/b", true },
		{ "a", "b/a", false },
		{ "a/b", "a/b/c", true },
		{ "a/b", "a", false },
		{ "a/b", "a/c", false },
		{ "**/a", "x/y/a/z", true },
		{ "**/a/b", "x/a/b", true },
		{ "**/a/b", "x/a/c/b", false },
		{ "*.lock", "x.lock", true },
		{ "*.lock", "a/x.lock", false },
		{ "**/*.lock", "a/x.LOCK", true },
		{ "deploy/*.yml", "deploy/x.yml", true },
		{ "deploy/*.yml", "deploy/a/x.yml", false },
		{ "a?c", "abc", true },
		{ "a?c", "a\xc3\xa4"
			 "c", true },
		{ "a?c", "ac", false },
		{ "*a*b*c", "xaybzc", true },
		{ "*a*b*c", "xaybz", false },
		{ "", "a", false },
		{ "/", "a", false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const char *hit = path_protected(cases[i].path, &cases[i].pattern, 1);

		if (!!hit != cases[i].hit)
			fail_msg("'%s' and '%s'", cases[i].pattern, cases[i].path);
	}
	assert_null(path_protected("a", NULL, 0));
}

static void test_below(void **state)
{
	(void)state;
	assert_string_equal(path_below("/home/a/b", "/home/a"), "/b");
	assert_string_equal(path_below("/home/a/b", "/home/a//"), "/b");
	assert_string_equal(path_below("/home/a", "/home/a"), "");
	assert_string_equal(path_below("/home/a", "/"), "/home/a");
	assert_string_equal(path_below("/", "/"), "/");
	assert_string_equal(path_below("a/b", "a/"), "/b");
	assert_null(path_below("/home/ab", "/home/a"));
	assert_null(path_below("/home", "/home/a"));
	assert_null(path_below("a", "/"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_length),
		cmocka_unit_test(test_protected_by_default),
		cmocka_unit_test(test_patterns),
		cmocka_unit_test(test_below),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
