/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include "base/deadline.h"
#include "model/pulse.h"

static void limits(void **state)
{
	static const struct pulse_limits usual = {
		.queued_ms = 600, .silent_ms = 120, .between_ms = 90,
		.deadline_ms = DEADLINE_NEVER,
	};
	static const struct {
		struct pulse pulse;
		int64_t deadline_ms; /* 0: never */
		int64_t at_ms;
		const char *text;
	} cases[] = {
		{ { 0, 0, 0, false, false }, 0, 120, "no answer" },
		{ { 0, 100, 0, false, false }, 0, 220, "no answer" },
		/* comments keep it alive, but not for ever */
		{ { 0, 590, 0, false, false }, 0, 600, "queued, no answer" },
		{ { 0, 50, 50, true, false }, 0, 140, "the answer stopped half way, silent" },
		/* comments are no work */
		{ { 0, 130, 50, true, false }, 0, 140, "the answer stopped half way, silent" },
		{ { 0, 50, 50, true, true }, 0, 2050, "no answer" },
		{ { 0, 50, 50, true, false }, 100, 100, NULL },
		{ { 0, 50, 50, true, false }, 141, 140, "the answer stopped half way, silent" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct pulse_limits l = usual;
		struct pulse_limit limit;

		if (cases[i].deadline_ms)
			l.deadline_ms = cases[i].deadline_ms;
		limit = pulse_limit(&cases[i].pulse, &l);
		if (limit.at_ms != cases[i].at_ms)
			fail_msg("%zu: at %lld", i, (long long)limit.at_ms);
		assert_int_equal(!limit.text, !cases[i].text);
		if (limit.text)
			assert_string_equal(limit.text, cases[i].text);
		assert_int_equal(limit.cause, limit.text ? RETRY_SILENCE : RETRY_NEVER);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(limits) };

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
