/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include "base/compiler.h"

static const struct span none = { NULL, 0 };

static void test_compare(void **state)
{
	(void)state;
	assert_true(span_eq(none, SPAN("")));
	assert_true(span_eq(span_of(NULL), none));
	assert_true(span_eqs(SPAN("a"), "a"));
	assert_false(span_eqs(SPAN("a\0b"), "a"));
	assert_false(span_eqs(SPAN("a"), "ab"));
	assert_true(span_starts(SPAN("abc"), "ab"));
	assert_true(span_starts(none, ""));
	assert_false(span_starts(none, "a"));
	assert_false(span_starts(SPAN("a"), "ab"));
	assert_true(span_ends(SPAN("abc"), "bc"));
	assert_true(span_ends(none, ""));
	assert_false(span_ends(SPAN("c"), "bc"));
}

static void test_cut(void **state)
{
	(void)state;
	assert_span(span_cut(SPAN("abc"), 1, 2), "b");
	assert_span(span_cut(SPAN("abc"), 1, 99), "bc");
	assert_span(span_cut(SPAN("abc"), 99, 99), "");
	assert_span(span_cut(SPAN("abc"), 2, 1), "");
	assert_null(span_cut(none, 0, 5).ptr);
}

static void test_find(void **state)
{
	struct span s = SPAN("abcabc\0x");

	(void)state;
	assert_int_equal(span_find(s, SPAN("bc"), 0), 1);
	assert_int_equal(span_find(s, SPAN("bc"), 2), 4);
	assert_int_equal(span_find(s, SPAN("bc"), 5), -1);
	assert_int_equal(span_find(s, SPAN("\0x"), 0), 6);
	assert_int_equal(span_find(s, SPAN(""), 0), -1);
	assert_int_equal(span_find(s, SPAN("a"), 99), -1);
	assert_int_equal(span_find(SPAN("ab"), SPAN("abc"), 0), -1);
	assert_int_equal(span_find(none, SPAN("a"), 0), -1);
	assert_int_equal(span_findc(s, 'c', 3), 5);
	assert_int_equal(span_findc(s, 'z', 0), -1);
	assert_int_equal(span_findc(s, 'a', 8), -1);
	assert_int_equal(span_findc(none, 'a', 0), -1);
}

static ptrdiff_t find_slowly(struct span s, struct span needle, size_t from)
{
	for (; from + needle.len <= s.len; from++) {
		if (!memcmp(s.ptr + from, needle.ptr, needle.len))
			return (ptrdiff_t)from;
	}
	return -1;
}

/* Long texts of few and of many different bytes: needles of theirs, and changed ones. */
static void test_find_long(void **state)
{
	static char text[3000], copy[3000];
	uint32_t dice = 1;

	(void)state;
	for (unsigned round = 0; round < 3000; round++) {
		unsigned kinds = round % 3 == 0 ? 2 : round % 3 == 1 ? 12 : 256;
		struct span s, needle;
		size_t at, from;

		for (size_t i = 0; i < sizeof(text); i++) {
			dice = dice * 1664525u + 1013904223u;
			text[i] = (char)("eq"[dice >> 16 & 1] + (char)((dice >> 24) % kinds));
		}
		/* Long runs of the same, where what looks like a hit goes on for long. */
		if (round % 7 == 0)
			memset(text + 100, 'q', 2500);
		dice = dice * 1664525u + 1013904223u;
		s = (struct span){ text, 1 + (dice >> 8) % sizeof(text) };
		at = (dice >> 4) % s.len;
		needle = span_cut(s, at, at + 1 + (dice >> 20) % (round % 2 ? 8 : 700));
		memcpy(copy, needle.ptr, needle.len);
		if (round % 5 == 0)
			copy[needle.len - 1]++;
		needle.ptr = copy;
		from = round % 4 ? 0 : at / 2;
		assert_int_equal(span_find(s, needle, from), find_slowly(s, needle, from));
	}
}

static void test_trim(void **state)
{
	(void)state;
	assert_span(span_trim(SPAN(" \t\r\n\v\fa b\n ")), "a b");
	assert_span(span_trim(SPAN(" \n ")), "");
	assert_span(span_trim(none), "");
	assert_int_equal(span_trim(SPAN("\0 ")).len, 1);
}

/* Every line or part in brackets. */
static void test_lines_and_parts(void **state)
{
	static const struct {
		struct span text;
		const char *lines, *parts;
	} cases[] = {
		{ { NULL, 0 }, "", "" },
		{ { "", 0 }, "", "[]" },
		{ SPAN("a"), "[a]", "[a]" },
		{ SPAN("a\n"), "[a]", "[a\n]" },
		{ SPAN("a\nb"), "[a][b]", "[a\nb]" },
		{ SPAN("a\r\nb\r"), "[a][b\r]", "[a\r\nb\r]" },
		{ SPAN("\n\r\n"), "[][]", "[\n\r\n]" },
		{ SPAN("a,b"), "[a,b]", "[a][b]" },
		{ SPAN("a,"), "[a,]", "[a][]" },
		{ SPAN(",a"), "[,a]", "[][a]" },
	};
	struct str lines = STR_INIT(100), parts = STR_INIT(100);

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct span rest = cases[i].text, one;

		str_reset(&lines);
		str_reset(&parts);
		while (span_line(&rest, &one))
			str_addf(&lines, "[%.*s]", (int)one.len, one.ptr);
		rest = cases[i].text;
		while (span_split(&rest, ',', &one))
			str_addf(&parts, "[%.*s]", (int)one.len, one.ptr);
		assert_string_equal(lines.buf, cases[i].lines);
		assert_string_equal(parts.buf, cases[i].parts);
	}
	str_release(&lines);
	str_release(&parts);
}

static void test_number(void **state)
{
	static const struct {
		const char *text;
		size_t max, n;
		bool good;
	} cases[] = {
		{ "0", 9, 0, true },
		{ "007", 9, 7, true },
		{ "10", 10, 10, true },
		{ "11", 10, 0, false },
		{ "9", 8, 0, false },
		{ "18446744073709551615", SIZE_MAX, SIZE_MAX, true },
		{ "18446744073709551616", SIZE_MAX, 0, false },
		{ "99999999999999999999999", SIZE_MAX, 0, false },
		{ "", 9, 0, false },
		{ "-1", 9, 0, false },
		{ "+1", 9, 0, false },
		{ " 1", 9, 0, false },
		{ "1x", 99, 0, false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		size_t n = 77;

		if (SIZE_MAX >> 32 == 0 && cases[i].max == SIZE_MAX)
			continue; /* the figures are those of 64 bits */
		if (cases[i].good !=
		    span_number(span_of(cases[i].text), cases[i].max, &n))
			fail_msg("'%s'", cases[i].text);
		assert_int_equal(n, cases[i].good ? cases[i].n : 77);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_compare),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_find), cmocka_unit_test(test_find_long),
		cmocka_unit_test(test_trim),
		cmocka_unit_test(test_lines_and_parts),
		cmocka_unit_test(test_number),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
