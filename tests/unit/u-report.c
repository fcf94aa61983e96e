/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <stdio.h>

#include "flow/report.h"

/* However many names servers give themselves, nothing is lost of what they cost. */
static void many_models(void **state)
{
	const struct endpoint endpoint = {
		.role = "executor", .model = "m", .url = "https://a.example/v1",
		.host = "a.example",
	};
	const struct usage usage = { .requests = 1, .prompt_tokens = 2, .usd = 0.5 };
	static struct report report;
	char model[32];

	(void)state;
	report_init(&report);
	for (int i = 0; i < 1000; i++) {
		snprintf(model, sizeof(model), "m-%d", i);
		ok(report_usage(&report, &endpoint, model, &usage));
		ok(report_usage(&report, &endpoint, model, &usage));
	}
	assert_int_equal(report.n_usage, REPORT_ROLES_MAX);
	assert_string_equal(report.usage[0].model, "m-0");
	assert_int_equal(report.usage[0].usage.requests, 2);
	assert_string_equal(report.usage[REPORT_ROLES_MAX - 1].model, REPORT_OTHERS);
	assert_int_equal(report_usage_sum(&report).requests, 2000);
	assert_float_equal(report_usage_sum(&report).usd, 1000, 1e-6);
	report_release(&report);
}

/* A server that says no name answers under the one it was asked for. */
static void no_name(void **state)
{
	const struct endpoint endpoint = {
		.role = "planner", .model = "m", .url = "https://a.example:8/v1",
		.host = "a.example:8",
	};
	const struct usage usage = { .requests = 1, .usd = -1 };
	static struct report report;

	(void)state;
	report_init(&report);
	ok(report_usage(&report, &endpoint, "", &usage));
	ok(report_usage(&report, &endpoint, NULL, &usage));
	assert_int_equal(report.n_usage, 1);
	assert_string_equal(report.usage[0].model, "m");
	assert_string_equal(report.usage[0].endpoint, "a.example:8");
	assert_true(report.usage[0].usage.usd < 0);
	report_release(&report);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(many_models),
		cmocka_unit_test(no_name),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
