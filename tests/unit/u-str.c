/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <stdlib.h>

#include "base/compiler.h"

static void test_appends(void **state)
{
	struct str s = STR_INIT(1000);
	char wide[600];

	(void)state;
	assert_string_equal(s.buf, "");
	str_addc(&s, 'a');
	str_adds(&s, "bc");
	str_add(&s, "d\0e", 3);
	str_add(&s, NULL, 0);
	str_add_span(&s, SPAN("f"));
	str_addf(&s, "%d-%s", 7, "g");
	assert_int_equal(s.len, 10);
	assert_memory_equal(s.buf, "abcd\0ef7-g", 11);

	/* Longer than the formatting buffer, and growing in between. */
	memset(wide, 'w', sizeof(wide));
	wide[sizeof(wide) - 1] = '\0';
	str_reset(&s);
	str_addf(&s, "<%s>", wide);
	ok(str_err(&s, "s"));
	assert_int_equal(s.len, sizeof(wide) + 1);
	assert_int_equal(s.buf[s.len - 1], '>');
	assert_int_equal(s.buf[s.len], '\0');
	str_release(&s);
	assert_string_equal(s.buf, "");
	assert_int_equal(s.max_bytes, 1000);
	str_release(&s);
}

static void test_quoted(void **state)
{
	struct str s = STR_INIT(100);

	(void)state;
	str_add_quoted(&s, "it's $HOME");
	str_add_quoted(&s, "");
	assert_string_equal(s.buf, "'it'\\''s $HOME'''");
	str_release(&s);
}

static void test_ceiling_is_exact_and_sticky(void **state)
{
	struct str s = STR_INIT(4);

	(void)state;
	str_adds(&s, "1234");
	ok(str_err(&s, "s"));
	str_addc(&s, '5');
	assert_string_equal(s.buf, "1234");
	fails(str_err(&s, "reply"), ERR_INPUT, "reply: larger than 4 bytes");
	str_truncate(&s, 0);
	str_addc(&s, 'x'); /* still failed */
	assert_string_equal(s.buf, "");
	str_reset(&s);
	ok(str_err(&s, "s"));
	str_addf(&s, "%05d", 1);
	assert_string_equal(s.buf, "");
	assert_true(s.full);
	str_reset(&s);
	str_add(&s, "x", SIZE_MAX);
	assert_true(s.failed);
	str_release(&s);
}

static void test_zeroed_refuses(void **state)
{
	struct str s = { 0 };

	(void)state;
	str_addc(&s, 'x');
	assert_true(s.failed);
	assert_string_equal(s.buf, "");
	str_release(&s);
}

static void test_reserve_is_a_hint(void **state)
{
	struct str s = STR_INIT(100);
	const char *buf;

	(void)state;
	str_reserve(&s, 101);
	ok(str_err(&s, "s"));
	str_reserve(&s, 100);
	buf = s.buf;
	for (int i = 0; i < 100; i++)
		str_addc(&s, 'x');
	assert_ptr_equal(s.buf, buf);
	ok(str_err(&s, "s"));
	str_release(&s);
}

static void test_truncate_and_splice(void **state)
{
	static const struct {
		size_t start, end;
		const char *with, *result;
	} cases[] = {
		{ 0, 0, "x", "xabcdef" },   { 6, 6, "x", "abcdefx" },
		{ 2, 4, "", "abef" },       { 2, 4, "XYZ", "abXYZef" },
		{ 2, 4, "XY", "abXYef" },   { 0, 6, "", "" },
		{ 0, 6, "long enough to grow", "long enough to grow" },
	};
	struct str s = STR_INIT(100), small = STR_INIT(6);

	(void)state;
	str_adds(&s, "abc");
	str_truncate(&s, 5);
	assert_string_equal(s.buf, "abc");
	str_truncate(&s, 1);
	assert_string_equal(s.buf, "a");
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		str_reset(&s);
		str_adds(&s, "abcdef");
		str_splice(&s, cases[i].start, cases[i].end, span_of(cases[i].with));
		assert_string_equal(s.buf, cases[i].result);
		assert_int_equal(s.len, strlen(cases[i].result));
	}
	str_release(&s);
	str_splice(&s, 0, 0, SPAN("")); /* on the shared empty string */
	assert_string_equal(s.buf, "");

	str_adds(&small, "abcdef");
	str_splice(&small, 1, 2, SPAN("xx"));
	assert_string_equal(small.buf, "abcdef");
	assert_true(small.full);
	str_release(&small);
}

static void test_detach(void **state)
{
	struct str s = STR_INIT(3);
	char *p;

	(void)state;
	p = str_detach(&s);
	assert_string_equal(p, "");
	free(p);
	str_adds(&s, "abc");
	p = str_detach(&s);
	assert_string_equal(p, "abc");
	free(p);
	assert_string_equal(s.buf, "");
	str_adds(&s, "abcd");
	assert_null(str_detach(&s));
	ok(str_err(&s, "s"));
	str_adds(&s, "abc");
	assert_span(str_span(&s), "abc");
	str_release(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_appends),
		cmocka_unit_test(test_quoted),
		cmocka_unit_test(test_ceiling_is_exact_and_sticky),
		cmocka_unit_test(test_zeroed_refuses),
		cmocka_unit_test(test_reserve_is_a_hint),
		cmocka_unit_test(test_truncate_and_splice),
		cmocka_unit_test(test_detach),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
