/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include "base/compiler.h"
#include "base/utf8.h"

static void test_next(void **state)
{
	static const struct {
		const char *text;
		uint32_t cp;
		size_t len;
	} cases[] = {
		{ "a", 'a', 1 },
		{ "\x7f", 0x7f, 1 },
		{ "\xc2\x80", 0x80, 2 },
		{ "\xdf\xbf", 0x7ff, 2 },
		{ "\xe0\xa0\x80", 0x800, 3 },
		{ "\xed\x9f\xbf", 0xd7ff, 3 },
		{ "\xee\x80\x80", 0xe000, 3 },
		{ "\xef\xbf\xbf", 0xffff, 3 },
		{ "\xf0\x90\x80\x80", 0x10000, 4 },
		{ "\xf4\x8f\xbf\xbf", 0x10ffff, 4 },
		/* continuation alone, overlong, surrogate, past the end */
		{ "\x80", UTF8_BAD, 1 },
		{ "\xbf", UTF8_BAD, 1 },
		{ "\xc0\x80", UTF8_BAD, 1 },
		{ "\xc1\xbf", UTF8_BAD, 1 },
		{ "\xe0\x9f\xbf", UTF8_BAD, 1 },
		{ "\xed\xa0\x80", UTF8_BAD, 1 },
		{ "\xf0\x8f\xbf\xbf", UTF8_BAD, 1 },
		{ "\xf4\x90\x80\x80", UTF8_BAD, 1 },
		{ "\xf5\x80\x80\x80", UTF8_BAD, 1 },
		{ "\xff", UTF8_BAD, 1 },
		/* cut off: the longest part that could have begun one */
		{ "\xc2", UTF8_BAD, 1 },
		{ "\xe2\x82", UTF8_BAD, 2 },
		{ "\xe2\x82x", UTF8_BAD, 2 },
		{ "\xf0\x9f\x98", UTF8_BAD, 3 },
		{ "\xf0\x9f\x98\xf0", UTF8_BAD, 3 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		uint32_t cp = 0;
		size_t len = utf8_next(span_of(cases[i].text), 0, &cp);

		if (cp != cases[i].cp || len != cases[i].len)
			fail_msg("case %zu: %x in %zu bytes", i, cp, len);
		assert_int_equal(utf8_valid(span_of(cases[i].text)),
				 cases[i].cp != UTF8_BAD);
	}
}

static void test_every_character_comes_back(void **state)
{
	struct str s = STR_INIT(8);
	size_t wrong = 0;

	(void)state;
	for (uint32_t cp = 0; cp <= 0x10ffff; cp++) {
		uint32_t back = 0;

		if (cp == 0xd800)
			cp = 0xe000;
		str_reset(&s);
		utf8_add(&s, cp);
		wrong += utf8_next(str_span(&s), 0, &back) != s.len || back != cp;
	}
	assert_int_equal(wrong, 0);
	str_reset(&s);
	utf8_add(&s, 0xdc00);
	assert_string_equal(s.buf, "\xef\xbf\xbd");
	str_reset(&s);
	utf8_add(&s, 0x110000);
	assert_string_equal(s.buf, "\xef\xbf\xbd");
	str_release(&s);
}

static void test_check(void **state)
{
	(void)state;
	assert_int_equal(utf8_check(SPAN("")), 0);
	assert_int_equal(utf8_check(SPAN("na\xc3\xafve")), 6);
	assert_int_equal(utf8_check(SPAN("na\xefve")), 2);
	assert_int_equal(utf8_check(SPAN("a\0b\xff")), 3);
	assert_true(utf8_valid(SPAN("a\0b")));
}

static void test_clean(void **state)
{
	static const struct {
		struct span text;
		const char *line, *all;
	} cases[] = {
		{ { "", 0 }, "", "" },
		{ SPAN("na\xc3\xafve"), "na\xc3\xafve", "na\xc3\xafve" },
		{ SPAN("a\nb\tc\r\nd\re"), "a b c d?e", "a\nb\tc\nd?e" },
		{ SPAN("\033[31mred\033]0;t\a"), "?[31mred?]0;t?", "?[31mred?]0;t?" },
		{ SPAN("\0\x7f"), "??", "??" },
		{ SPAN("\xc2\x9b"
		       "31m"),
		  "?31m", "?31m" },
		{ SPAN("a\xe2\x80\xae"
		       "b"),
		  "a?b", "a?b" },                                     /* bidi override */
		{ SPAN("a\xe2\x81\xa6"
		       "b\xe2\x81\xa9"),
		  "a?b?", "a?b?" },                                   /* bidi isolate */
		{ SPAN("a\xe2\x80\x8b\xef\xbb\xbf"
		       "b"),
		  "a??b", "a??b" },                                   /* zero width */
		{ SPAN("a\xf3\xa0\x81\x81"
		       "b"),
		  "a?b", "a?b" },                                     /* tag character */
		{ SPAN("a\xe2\x80\xa8"
		       "b"),
		  "a?b", "a?b" },                                     /* line separator */
		{ SPAN("\xe2\x9a\xa0\xef\xb8\x8f"), "\xe2\x9a\xa0\xef\xb8\x8f",
		  "\xe2\x9a\xa0\xef\xb8\x8f" },                       /* emoji style */
		{ SPAN("a\xff\xfe"
		       "b"),
		  "a\xef\xbf\xbd\xef\xbf\xbd"
		  "b",
		  "a\xef\xbf\xbd\xef\xbf\xbd"
		  "b" },
		{ SPAN("\xe2\x82"), "\xef\xbf\xbd", "\xef\xbf\xbd" },
	};
	struct str s = STR_INIT(100);

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		str_reset(&s);
		utf8_clean(&s, cases[i].text, UTF8_LINE);
		assert_string_equal(s.buf, cases[i].line);
		str_reset(&s);
		utf8_clean(&s, cases[i].text, UTF8_TEXT);
		assert_string_equal(s.buf, cases[i].all);
	}
	str_release(&s);
}

/* Whatever goes in, nothing comes out that needs cleaning again, or is too long. */
static void test_clean_is_final(void **state)
{
	static const char lead[] = "\xc2\xe2\xf3\xef\x80\x81\xbf\xa0";
	struct str once = STR_INIT(3 * 64), twice = STR_INIT(3 * 64);
	uint32_t seed = 1;

	(void)state;
	for (int round = 0; round < 20000; round++) {
		char text[64];

		for (size_t i = 0; i < sizeof(text); i++) {
			seed = seed * 1664525 + 1013904223;
			text[i] = (char)(seed >> 24);
			if (seed >> 10 & 1) /* more of what begins a long one */
				text[i] = lead[seed >> 28 & 7];
		}
		str_reset(&once);
		str_reset(&twice);
		utf8_clean(&once, (struct span){ text, sizeof(text) }, UTF8_LINE);
		ok(str_err(&once, "once"));
		utf8_clean(&twice, str_span(&once), UTF8_LINE);
		assert_true(utf8_valid(str_span(&once)));
		assert_string_equal(once.buf, twice.buf);
	}
	str_release(&once);
	str_release(&twice);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_next),
		cmocka_unit_test(test_every_character_comes_back),
		cmocka_unit_test(test_check),
		cmocka_unit_test(test_clean),
		cmocka_unit_test(test_clean_is_final),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
