/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include "base/deadline.h"

static void test_arithmetic(void **state)
{
	const int64_t never = DEADLINE_NEVER;

	(void)state;
	assert_true(deadline_after_ms(100, 50) == 150);
	assert_true(deadline_after_ms(100, 0) == 100);
	assert_true(deadline_after_ms(100, -5) == 100);
	assert_true(deadline_after_ms(100, never) == never);
	assert_true(deadline_after_ms(never, 1) == never);
	assert_true(deadline_left_ms(150, 100) == 50);
	assert_true(deadline_left_ms(100, 150) == 0);
	assert_true(deadline_left_ms(never, 150) == never);
	assert_true(deadline_passed(100, 100));
	assert_false(deadline_passed(101, 100));
	assert_false(deadline_passed(never, never));
	assert_true(deadline_earlier(5, never) == 5);
	assert_true(deadline_earlier(7, 5) == 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_arithmetic),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
