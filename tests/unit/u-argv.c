/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include "base/argv.h"

static void test_empty(void **state)
{
	struct argv a = ARGV_INIT;

	(void)state;
	assert_null(argv_list(&a)[0]);
	argv_release(&a);
	assert_null(argv_list(&a)[0]);
	assert_null(argv_empty[0]);
}

static void test_owns_copies(void **state)
{
	static const char *const rest[] = { "--", "x", NULL };
	struct argv a = ARGV_INIT;
	char word[] = "git";

	(void)state;
	argv_push(&a, word);
	word[0] = 'X';
	argv_pushf(&a, "-c%s=%d", "core.x", 1);
	argv_push(&a, "");
	argv_push_all(&a, rest);
	ok(argv_err(&a));
	assert_int_equal(a.n, 5);
	assert_string_equal(a.v[0], "git");
	assert_string_equal(a.v[1], "-ccore.x=1");
	assert_string_equal(a.v[2], "");
	assert_string_equal(a.v[4], "x");
	assert_null(a.v[5]);
	argv_release(&a);
	assert_int_equal(a.n, 0);
}

static void test_ends_with_null_at_every_length(void **state)
{
	struct argv a = ARGV_INIT;

	(void)state;
	for (size_t i = 0; i < 100; i++) {
		argv_pushf(&a, "%zu", i);
		assert_int_equal(a.n, i + 1);
		assert_null(a.v[a.n]);
	}
	assert_string_equal(a.v[99], "99");
	argv_release(&a);
}

static void test_failure_is_sticky(void **state)
{
	struct argv a = ARGV_INIT;

	(void)state;
	a.failed = true;
	argv_push(&a, "x");
	fails(argv_err(&a), ERR_FATAL, "out of memory");
	argv_release(&a);
	ok(argv_err(&a));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_owns_copies),
		cmocka_unit_test(test_ends_with_null_at_every_length),
		cmocka_unit_test(test_failure_is_sticky),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
