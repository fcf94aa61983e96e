/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <stdlib.h>

#include "base/compiler.h"
#include "sys/clock.h"
#include "sys/regex.h"

static struct regex *compiled(const char *pattern, unsigned flags)
{
	struct regex *re;

	ok(err_wrap(regex_new(&re, span_of(pattern), flags), "%s", pattern));
	return re;
}

static void test_flags(void **state)
{
	unsigned flags = 1000;

	(void)state;
	assert_true(regex_flags_of("", &flags));
	assert_int_equal(flags, 0);
	assert_true(regex_flags_of("imsxe", &flags));
	assert_int_equal(flags, REGEX_CASELESS | REGEX_MULTILINE | REGEX_DOTALL |
					REGEX_EXTENDED | REGEX_EXPAND);
	assert_true(regex_flags_of("ii", &flags));
	assert_int_equal(flags, REGEX_CASELESS);
	assert_false(regex_flags_of("g", &flags));
	assert_false(regex_flags_of("iI", &flags));
}

static void test_refused_patterns(void **state)
{
	static const struct {
		const char *pattern, *why;
		unsigned flags;
	} cases[] = {
		{ "(", "missing closing parenthesis at offset 1", 0 },
		{ "a**b)", "at offset", 0 },
		{ "[z-a]", "range out of order", 0 },
		{ "\\C", "using \\C is disabled", 0 },
		{ "a(?<=b\\Kc)", "\\K is not allowed", 0 },
		{ "(*LIMIT_MATCH=99999999)a", "(*", 0 },
		{ "(*LIMIT_DEPTH=1)a", "(*", 0 },
		{ "(*NO_JIT)a", "(*", 0 },
		{ "(*NO_START_OPT)(*LIMIT_HEAP=1)a", "(*", 0 },
		{ "(*NOTEMPTY)a", "(*", 0 },
		{ "(*UTF)a", "(*", 0 },
		{ "(*UCP)a", "(*", 0 },
		{ "(*CRLF)a", "(*", 0 },
		{ "(*ANY)a", "(*", 0 },
		{ "(*BSR_UNICODE)a", "(*", 0 },
		{ "\\x{100}", "character code point", 0 },
		{ "\\p{Nonsense}", "unknown property", REGEX_UTF },
		{ "a\xff", "UTF-8 error", REGEX_UTF },
		{ "((((a{999}){999}){999}){999})", "too large", 0 },
	};
	struct str s = STR_INIT(1 << 20);
	struct regex *re;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct err *err;

		err = regex_new(&re, span_of(cases[i].pattern), cases[i].flags);
		if (!err)
			fail_msg("'%s' is taken", cases[i].pattern);
		fails_saying(err, ERR_INPUT, cases[i].why);
		assert_null(re);
	}
	while (s.len <= 65536)
		str_adds(&s, "abcdefgh");
	fails_saying(regex_new(&re, str_span(&s), 0), ERR_INPUT, "longer than");
	str_release(&s);
}

/* All matches, as "start-end " each. */
static void all(struct str *out, const char *pattern, unsigned flags, struct span subject)
{
	struct regex *re = compiled(pattern, flags);
	struct regex_match m = { 0, 0 };
	size_t last = 0;
	bool found;

	str_reset(out);
	ok(regex_find(re, subject, 0, &found, &m));
	while (found) {
		assert_true(m.start >= last && m.start <= m.end && m.end <= subject.len);
		last = m.end;
		str_addf(out, "%zu-%zu ", m.start, m.end);
		ok(regex_next(re, subject, &found, &m));
	}
	regex_free(re);
	ok(str_err(out, "matches"));
}

static void test_all_matches(void **state)
{
	static const struct {
		const char *pattern;
		unsigned flags;
		struct span subject;
		const char *matches;
	} cases[] = {
		{ "a", 0, SPAN("banana"), "1-2 3-4 5-6 " },
		{ "ana", 0, SPAN("banana"), "1-4 " },
		{ "x", 0, SPAN("banana"), "" },
		{ "x", 0, { NULL, 0 }, "" },
		{ "", 0, { NULL, 0 }, "0-0 " },
		{ "", 0, SPAN("ab"), "0-0 1-1 2-2 " },
		{ "x*", 0, SPAN("axb"), "0-0 1-2 2-2 3-3 " },
		{ "|a", 0, SPAN("aba"), "0-0 0-1 1-1 2-2 2-3 3-3 " },
		{ "\\b", 0, SPAN("  ab c"), "2-2 4-4 5-5 6-6 " },
		{ "(?=a)", 0, SPAN("aab"), "0-0 1-1 " },
		{ "a\\K", 0, SPAN("aaa"), "1-1 2-2 3-3 " },
		{ "a\\Kb", 0, SPAN("abab"), "1-2 3-4 " },
		{ "\\Ka", 0, SPAN("aa"), "0-1 1-2 " },
		{ "^", REGEX_MULTILINE, SPAN("a\nb\n"), "0-0 2-2 " },
		{ "^", REGEX_MULTILINE, SPAN("a\r\nb"), "0-0 3-3 " },
		{ "b$", REGEX_MULTILINE, SPAN("ab\r\nb\nb"), "1-2 4-5 6-7 " },
		{ "^a", 0, SPAN("aa\na"), "0-1 " },
		{ "a.c", 0, SPAN("a\nc a\rc abc"), "8-11 " },
		{ "a.c", REGEX_DOTALL, SPAN("a\nc"), "0-3 " },
		{ "A B # c", REGEX_CASELESS | REGEX_EXTENDED, SPAN("xab"), "1-3 " },
		{ "a\\Rb", 0, SPAN("a\r\nb a\nb"), "0-4 5-8 " },
		{ "b", 0, SPAN("a\0b"), "2-3 " },
		{ ".", 0, SPAN("\xc3\xa4"), "0-1 1-2 " },
		{ ".", REGEX_UTF, SPAN("\xc3\xa4"), "0-2 " },
		{ "", REGEX_UTF, SPAN("\xc3\xa4"), "0-0 2-2 " },
		{ "\xc3\x84", REGEX_UTF | REGEX_CASELESS, SPAN("x\xc3\xa4"), "1-3 " },
		{ "b", REGEX_UTF, SPAN("a\xff"
				       "b\xc3"),
		  "2-3 " },
		{ "a.b", REGEX_UTF, SPAN("a\xff"
					 "b"),
		  "" },
		{ "a.b", 0, SPAN("a\xff"
				 "b"),
		  "0-3 " },
		{ "(*ACCEPT)a", 0, SPAN("a"), "0-0 1-1 " },
		{ "(*FAIL)", 0, SPAN("a"), "" },
		{ "(?C1)a", 0, SPAN("a"), "0-1 " },
	};
	struct str s = STR_INIT(1000);

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		all(&s, cases[i].pattern, cases[i].flags, cases[i].subject);
		if (strcmp(s.buf, cases[i].matches))
			fail_msg("'%s': %s, not %s", cases[i].pattern, s.buf,
				 cases[i].matches);
	}
	str_release(&s);
}

/* However much stands before, and so wherever a long search is parted. */
static void test_parts_of_a_search(void **state)
{
	static const struct {
		const char *pattern;
		unsigned flags;
		const char *subject;
		int end; /* of the first match in it; -1: none */
	} cases[] = {
		{ "(?<=\\s)\\s", 0, "a\r\nb", -1 },
		{ "\\s(?=b)", 0, "a\r\nb", -1 },
		{ "^\\s?(?=b)", REGEX_MULTILINE, "a\r\nb", 3 },
		{ "^(?!z)", REGEX_MULTILINE, "z\r\nb", 3 },
		{ "^\n", REGEX_MULTILINE, "a\r\nb", -1 },
		{ "^\n", REGEX_MULTILINE, "a\n\r\nb\n\n", 7 },
		{ "\n", 0, "a\r\nb", 3 },
		{ "[\t-\x0b]", 0, "a\r\nb", 3 },
		{ "\\w(?=b)", REGEX_UTF, "\xc3\xa4\xe2\x82\xac\x80\x80zb", 8 },
		{ "^(?!z)", REGEX_MULTILINE | REGEX_UTF, "z\n\x80\x80y", 2 },
		{ ".*y", REGEX_DOTALL | REGEX_UTF, "\xffxy", -1 },
		{ ".*+(?<=y)", REGEX_UTF, "\xffxy", -1 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		for (int pad = 0; pad < 60; pad++) {
			struct regex *re = compiled(cases[i].pattern, cases[i].flags);
			char text[80];
			struct regex_match m = { 0, 0 };
			bool found;

			memset(text, 'z', sizeof(text));
			strcpy(text + pad, cases[i].subject);
			ok(regex_find(re, span_of(text), 0, &found, &m));
			if (found != (cases[i].end >= 0) ||
			    (found && (int)m.end != pad + cases[i].end))
				fail_msg("'%s' behind %d bytes: %d at %zu", cases[i].pattern, pad,
					 found, m.end);
			regex_free(re);
		}
	}
}

static void test_find_from(void **state)
{
	struct regex *re = compiled("\\ba|(?<=\xc3\xa4)x", REGEX_UTF);
	struct span subject = SPAN("aa a \xc3\xa4x");
	struct regex_match m = { 9, 9 };
	bool found;

	(void)state;
	ok(regex_find(re, subject, 1, &found, &m)); /* what is before counts for \b */
	assert_true(found);
	assert_int_equal(m.start, 3);
	ok(regex_find(re, subject, 6, &found, &m)); /* inside of a character */
	assert_true(found);
	assert_int_equal(m.start, 7);
	ok(regex_find(re, subject, 8, &found, &m));
	assert_false(found);
	ok(regex_find(re, subject, 9, &found, &m));
	assert_false(found);
	ok(regex_next(re, subject, &found, &m));
	assert_false(found);
	regex_free(re);
	regex_free(NULL);
}

static void test_groups(void **state)
{
	struct regex *re = compiled("(?J)(?<k>a)|(?<k>b)(?<rest>c)?(d*)", 0);
	struct span subject = SPAN("xbyc");
	struct regex_match m;
	bool found;

	(void)state;
	assert_null(regex_group(re, subject, 0).ptr);
	ok(regex_find(re, subject, 0, &found, &m));
	assert_true(found);
	assert_span(regex_group(re, subject, 0), "b");
	assert_null(regex_group(re, subject, 1).ptr);
	assert_span(regex_group(re, subject, 2), "b");
	assert_null(regex_group(re, subject, 3).ptr);
	assert_non_null(regex_group(re, subject, 4).ptr);
	assert_int_equal(regex_group(re, subject, 4).len, 0);
	assert_null(regex_group(re, subject, 5).ptr);
	assert_null(regex_group(re, subject, -1).ptr);
	assert_span(regex_named(re, subject, "k"), "b");
	assert_null(regex_named(re, subject, "rest").ptr);
	assert_null(regex_named(re, subject, "none").ptr);
	assert_true(regex_has_name(re, "rest"));
	assert_false(regex_has_name(re, "none"));
	assert_false(regex_has_name(re, ""));
	ok(regex_find(re, subject, 3, &found, &m));
	assert_false(found);
	assert_null(regex_group(re, subject, 0).ptr);
	regex_free(re);
}

static void test_replacements(void **state)
{
	static const struct {
		const char *replacement;
		unsigned flags;
		const char *result; /* NULL: refused */
	} cases[] = {
		{ "", 0, "" },
		{ "plain", 0, "plain" },
		{ "\\1 \\n & \\$$", 0, "\\1 \\n & \\$" },
		{ "$0", 0, "key=val" },
		{ "$2=$1", 0, "val=key" },
		{ "${2}0", 0, "val0" },
		{ "${name}", 0, "key" },
		{ "<$3>", 0, "<>" }, /* took no part */
		{ "$$1", 0, "$1" },
		{ "$$$1", 0, "$key" },
		{ "$", 0, NULL },
		{ "a$", 0, NULL },
		{ "$x", 0, NULL },
		{ "$name", 0, NULL },
		{ "$4", 0, NULL },
		{ "$20", 0, NULL },
		{ "$99999999999999999999", 0, NULL },
		{ "${}", 0, NULL },
		{ "${4}", 0, NULL },
		{ "${none}", 0, NULL },
		{ "${name", 0, NULL },
		{ "${-1}", 0, NULL },
		{ "${1:-x}", 0, NULL },
		{ "${a_name_that_is_longer_than_any_name_may_be}", 0, NULL },
		{ "\\U$1\\E-$2", REGEX_EXPAND, "KEY-val" },
		{ "${3:-none}", REGEX_EXPAND, "none" },
		{ "${name:+yes:no}", REGEX_EXPAND, "yes" },
		{ "a\\tb", REGEX_EXPAND, "a\tb" },
		{ "$name", REGEX_EXPAND, "key" },
		{ "<$3>", REGEX_EXPAND, "<>" },
		{ "", REGEX_EXPAND, "" },
		{ "$4", REGEX_EXPAND, NULL },
		{ "${none}", REGEX_EXPAND, NULL },
		{ "$", REGEX_EXPAND, NULL },
		{ "${1", REGEX_EXPAND, NULL },
		{ "a\\", REGEX_EXPAND, NULL },
	};
	struct span subject = SPAN("key=val;");
	struct str s = STR_INIT(100);

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct regex *re = compiled("(?<name>\\w+)=(\\w+)(!)?", cases[i].flags);
		struct span replacement = span_of(cases[i].replacement);
		struct err *early = regex_check_replacement(re, replacement);
		struct regex_match m;
		struct err *late;
		bool found;

		str_reset(&s);
		ok(regex_find(re, subject, 0, &found, &m));
		late = regex_expand(re, subject, replacement, &s);
		if (cases[i].result) {
			ok(err_wrap(early, "%s", cases[i].replacement));
			ok(late);
			assert_string_equal(s.buf, cases[i].result);
		} else {
			if (!early || !late)
				fail_msg("'%s' is taken", cases[i].replacement);
			fails_saying(early, ERR_INPUT, "");
			fails_saying(late, ERR_INPUT, "");
		}
		regex_free(re);
	}
	str_release(&s);
}

/* From 10.47 on PCRE2 asks that a replacement be made as the search was. */
static void test_replacements_of_later_matches(void **state)
{
	struct regex *re = compiled("(?<=(.))|b", REGEX_EXPAND);
	struct span subject = SPAN("abxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxb");
	struct str s = STR_INIT(200);
	struct regex_match m;
	bool found;

	(void)state;
	ok(regex_find(re, subject, 0, &found, &m));
	while (found) {
		ok(regex_expand(re, subject, SPAN("\\U$1\\E"), &s));
		ok(regex_next(re, subject, &found, &m));
	}
	assert_string_equal(s.buf, "ABXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXB");
	str_release(&s);
	regex_free(re);
}

static void test_expansion_has_a_ceiling(void **state)
{
	static const unsigned flags[] = { 0, REGEX_EXPAND };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(flags); i++) {
		struct regex *re = compiled(".*", flags[i]);
		struct str s = STR_INIT(10);
		struct regex_match m;
		struct err *err;
		bool found;

		ok(regex_find(re, SPAN("12345678"), 0, &found, &m));
		err = regex_expand(re, SPAN("12345678"), SPAN("$0$0"), &s);
		if (!err)
			err = str_err(&s, "replacement");
		fails(err, ERR_INPUT, "replacement: larger than 10 bytes");
		str_release(&s);
		regex_free(re);
	}
}

#define HITS 1400

/*
 * Long texts are gone through in parts, and what takes more than a few steps another way:
 * neither shows. Between two hits stands the filler, one more of it each time.
 */
static void test_long_texts(void **state)
{
	static const struct {
		const char *pattern;
		unsigned flags;
		const char *filler, *hit;
		size_t n;
	} cases[] = {
		{ "(?<=a)b", 0, "-", "ab", HITS },
		{ "^x", REGEX_MULTILINE, "y\n", "x\n", HITS },
		{ "^x", 0, "-", "x", 1 },
		{ "\u00e9", REGEX_UTF, "\u00fc", "\u00e9", HITS },
		{ "\u20ac", REGEX_UTF, "\x82", "\u20ac", HITS },
		{ "\\bword\\b", 0, "s", " word ", HITS },
		{ "[^-]+", 0, "-", "end", HITS },
		{ "\\Gx", 0, "-", "x", 1 },
		{ "b(*COMMIT)x|c", 0, "-", "bc", 0 },
		{ "aa(*SKIP)b|a", 0, "-", "aa", 0 },
		{ ".*z", 0, "-", "\n", 0 },
		{ "\\z", 0, "-", "x", 1 },
		{ "e[-f]*?f", 0, "-", "fe", HITS - 1 },
	};
	struct str text = STR_INIT(4 << 20);

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct regex *re = compiled(cases[i].pattern, cases[i].flags);
		struct regex_match m;
		size_t n = 0;
		bool found;

		str_reset(&text);
		for (size_t hit = 0; hit < HITS; hit++) {
			for (size_t k = 0; k < hit; k++)
				str_adds(&text, cases[i].filler);
			str_adds(&text, cases[i].hit);
		}
		ok(regex_find(re, str_span(&text), 0, &found, &m));
		for (; found; n++)
			ok(regex_next(re, str_span(&text), &found, &m));
		if (n != cases[i].n)
			fail_msg("'%s': %zu matches", cases[i].pattern, n);
		regex_free(re);
	}
	str_release(&text);
}

/* Each would run for hours, or out of stack. None may say "no match". */
static void test_bombs(void **state)
{
	static const struct {
		const char *pattern;
		unsigned flags;
	} cases[] = {
		{ "(a*)*[xy]", 0 },
		{ "(a|aa)+$[xy]", 0 },
		{ ".*.*.*[=:]", REGEX_DOTALL },
		{ "(?:a?){40}a{40}\\d", 0 },
		{ "(a|b|ab)*[cd]\\1", 0 },
		{ "^(.|a)+[xy]", REGEX_UTF },
		{ "\\w+;", 0 },
		{ "(?:(?=\\w*;)a){9}|(?:(?=\\w*c)a){99}d", 0 },
	};
	size_t len = 1 << 20;
	char *text = malloc(len);

	(void)state;
	assert_non_null(text);
	memset(text, 'a', len);
	text[len - 1] = 'c';
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct regex *re = compiled(cases[i].pattern, cases[i].flags);
		struct regex_match m;
		bool found = true;
		int64_t start_ms = clock_thread_ms();
		struct err *err;

		regex_set_budget(re, 100);
		err = regex_find(re, (struct span){ text, len }, 0, &found, &m);
		if (err)
			assert_int_equal(err_kind(err), ERR_NO_FIX);
		if (clock_thread_ms() - start_ms > 3000)
			fail_msg("'%s' ran on", cases[i].pattern);
		if (!err && !found)
			fail_msg("'%s' gave up silently", cases[i].pattern);
		err_drop(err);
		regex_free(re);
	}
	free(text);
}

static void test_budget_is_for_all_searches(void **state)
{
	size_t len = 1 << 16;
	char *text = malloc(len);
	struct regex *re = compiled("a[ab]*[bc]", 0); /* quadratic, and never deep */
	struct span subject = { text, len };
	struct regex_match m;
	struct err *err = NULL;
	bool found = false;
	int n = 0;

	(void)state;
	assert_non_null(text);
	memset(text, 'a', len);
	text[len - 1] = '.';
	regex_set_budget(re, 20);
	while (!err && n++ < 10000000)
		err = regex_find(re, span_cut(subject, len - 500, len), 0, &found, &m);
	fails(err, ERR_NO_FIX, "the pattern takes too long on this text");
	regex_set_budget(re, 1000);
	ok(regex_find(re, SPAN("aab"), 0, &found, &m));
	assert_true(found);
	regex_free(re);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_flags),
		cmocka_unit_test(test_refused_patterns),
		cmocka_unit_test(test_all_matches),
		cmocka_unit_test(test_parts_of_a_search),
		cmocka_unit_test(test_find_from),
		cmocka_unit_test(test_groups),
		cmocka_unit_test(test_replacements),
		cmocka_unit_test(test_replacements_of_later_matches),
		cmocka_unit_test(test_expansion_has_a_ceiling),
		cmocka_unit_test(test_long_texts),
		cmocka_unit_test(test_bombs),
		cmocka_unit_test(test_budget_is_for_all_searches),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
