/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <stdlib.h>

#include "base/compiler.h"
#include "edit/required.h"
#include "sys/regex.h"

#define RANDOM_PATTERNS 30000

static void reads_patterns(void **state)
{
	static const struct {
		const char *pattern;
		const char *texts; /* each in <> */
		unsigned flags;
	} cases[] = {
		{ "foo", "<foo>", 0 },
		{ "foo\\w*\\s*\\(", "<foo>", 0 },
		{ "\\bget_(a|b)_of\\(x", "<_of(x>", 0 },
		{ "(\\w+)->lock", "<->lock>", 0 },
		{ "foo|barx|b(a|z)zz", "<foo><barx><zz>", 0 },
		{ "foo|b", "", 0 },
		{ "foo|", "", 0 },
		{ "fooo?", "<foo>", 0 },
		{ "foox*bar", "<foo>", 0 },
		{ "foox+", "<foox>", 0 },
		{ "foo(bar)?", "<foo>", 0 },
		{ "abc{2}d", "<ab>", 0 },
		{ "abc{,2}d", "<ab>", 0 },
		{ "abc{0, 2}dd", "<ab>", 0 },
		{ "abc{x}", "<ab>", 0 },
		{ "gr\xc3\xb6\xc3\x9f?e", "<gr\xc3\xb6>", 0 },
		{ "one\ntwo3", "<two3>", 0 },
		{ "a.c", "", 0 },
		{ "\\.\\*\\{\\\\", "<.*{\\>", 0 },
		{ "ab\\x41bc\\x{42}cdef", "<cdef>", 0 },
		{ "ab\\101cde", "<cde>", 0 },
		{ "ab\\pLcd\\p{Lu}efg", "<efg>", 0 },
		{ "[abc]de[]f]ghi", "<ghi>", 0 },
		{ "[^]]de[[:alpha:]]fgh", "<fgh>", 0 },
		{ "[a\\]b]cde", "<cde>", 0 },
		{ "[[a]bcd", "<bcd>", 0 },
		{ "[[.x.]]abc", "", 0 },
		{ "(?:abc|def)gh", "<gh>", 0 },
		{ "(?<=abc)def", "<def>", 0 },
		{ "(?<name>abc)def", "<def>", 0 },
		{ "(?i)foo", "", 0 },
		{ "a(?i:foo)bar", "", 0 },
		{ "(?(1)ab|cd)ef", "", 0 },
		{ "foo(*ACCEPT)bar", "", 0 },
		{ "(?#c)foo", "", 0 },
		{ "\\Qfoo\\E", "", 0 },
		{ "foo\\cAbar", "", 0 },
		{ "foo", "", REGEX_CASELESS },
		{ "foo", "", REGEX_EXTENDED },
		{ "aa|bb|cc|dd|ee|ff|gg|hh", "<aa><bb><cc><dd><ee><ff><gg><hh>", 0 },
		{ "aa|bb|cc|dd|ee|ff|gg|hh|ii", "", 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct str got = STR_INIT(4096);
		struct required r;

		required_init(&r, span_of(cases[i].pattern), cases[i].flags);
		str_adds(&got, "");
		for (size_t k = 0; k < r.n; k++)
			str_addf(&got, "<%.*s>", (int)r.v[k].len, r.v[k].text);
		if (strcmp(got.buf ? got.buf : "", cases[i].texts))
			fail_msg("%s: %s, not %s", cases[i].pattern, got.buf,
				 cases[i].texts);
		str_release(&got);
	}
}

/* Longer than a text may be, cut anywhere: its end is never lost in mid-character. */
static void reads_long_ones(void **state)
{
	(void)state;
	for (size_t pad = 50; pad < 80; pad++) {
		struct str pattern = STR_INIT(4096), text = STR_INIT(4096);
		struct required r;

		for (size_t i = 0; i < pad; i++)
			str_addc(&pattern, 'x');
		str_add_span(&text, str_span(&pattern));
		str_adds(&pattern, "\xe2\x82\xac?y");
		str_adds(&text, "y");
		required_init(&r, str_span(&pattern), 0);
		assert_int_equal(r.n, 1);
		assert_true(required_holds(&r, str_span(&text)));
		str_release(&pattern);
		str_release(&text);
	}
}

static unsigned next(unsigned *seed, unsigned n)
{
	*seed = *seed * 1664525u + 1013904223u;
	return (*seed >> 16) % n;
}

static void add_random(struct str *out, unsigned *seed, size_t depth)
{
	static const char *const atoms[] = {
		"a", "b", "ab", "ba", "bb", "aab", "\\(", "(", ".", "[ab]", "[^a]", "[]a]",
		"[[:alpha:]b]", "[[a]", "\\w", "\\d1", "\\x61", "\\x{62}", "\\141", "\\p{L}",
		"\\pL", "\\b", "^", "$", "\\n", "\n", "\xc3\xa9", "{", "}", "a{", "\\\\",
		"-", "\\K", "\\R", "x", "{,", "(?=", "(?!", "(?:", "(?>", "(?|", "(?<n>",
		"(?i)", "(?i:", "(?x)", "(*COMMIT)", "(*ACCEPT)", "\\Qa*\\E", "(?#", "(?1)",
		"\\1", "\\g1", "#", " ", "]", "\\N", "\\N{2}", "\\h", "\\cA", "\\e",
	};
	static const char *const many[] = { "*", "+", "?", "{0,1}", "{2}", "{1,}", "*?", "++",
					    "?+", "{,2}", "{0}", "" };
	size_t n = 1 + next(seed, 5);

	for (size_t i = 0; i < n; i++) {
		const char *atom = atoms[next(seed, ARRAY_SIZE(atoms))];

		str_adds(out, atom);
		if (*atom == '(' && atom[strlen(atom) - 1] != ')') {
			if (depth < 3)
				add_random(out, seed, depth + 1);
			str_addc(out, ')');
		}
		if (!next(seed, 3))
			str_adds(out, many[next(seed, ARRAY_SIZE(many))]);
		if (!next(seed, 12))
			str_addc(out, '|');
	}
}

static void add_subject(struct str *out, unsigned *seed)
{
	static const char *const parts[] = { "a", "b", "ab", "(", "1", "\n", "\xc3\xa9", "A",
					     "{", "}", "\\", "-", "x", "B", "#", " ", "]", "q" };
	size_t n = next(seed, 24);

	for (size_t i = 0; i < n; i++)
		str_adds(out, parts[next(seed, ARRAY_SIZE(parts))]);
}

/* Whatever matches holds what is said to be required. */
static void never_misses_a_match(void **state)
{
	static const unsigned flags[] = { 0, REGEX_UTF, REGEX_MULTILINE, REGEX_DOTALL };
	unsigned seed = 20;
	size_t matches = 0, refused = 0;

	(void)state;
	for (size_t i = 0; i < RANDOM_PATTERNS; i++) {
		struct str pattern = STR_INIT(4096), text = STR_INIT(4096);
		struct required r;
		struct regex *re;
		struct err *err;

		add_random(&pattern, &seed, 0);
		err = regex_new(&re, str_span(&pattern), flags[i % ARRAY_SIZE(flags)]);
		required_init(&r, str_span(&pattern), flags[i % ARRAY_SIZE(flags)]);
		for (size_t k = 0; !err && k < 8; k++) {
			struct regex_match match;
			bool found;

			str_reset(&text);
			add_subject(&text, &seed);
			err = regex_find(re, str_span(&text), 0, &found, &match);
			if (err || !found)
				continue;
			matches += r.n > 0;
			if (!required_holds(&r, str_span(&text)))
				fail_msg("'%s' matches in '%s', which lacks '%.*s'",
					 pattern.buf, text.buf, (int)r.v[0].len,
					 r.v[0].text);
		}
		refused += err != NULL;
		err_drop(err);
		regex_free(re);
		str_release(&pattern);
		str_release(&text);
	}
	/* The test itself is worth something. */
	assert_true(matches > RANDOM_PATTERNS / 40);
	assert_true(refused < RANDOM_PATTERNS / 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_patterns),
		cmocka_unit_test(reads_long_ones),
		cmocka_unit_test(never_misses_a_match),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
