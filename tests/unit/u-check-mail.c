/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include "flow/check_mail.h"

static const struct {
	const char *mail;
	bool numbered;
	size_t number, total;
	const char *prefix;
} mails[] = {
	{ "Subject: [PATCH 2/3] x\n", true, 2, 3, "PATCH " },
	{ "From: a\nsubject: [PATCH v4 00/12] x\n\nbody", true, 0, 12, "PATCH v4 " },
	{ "Subject: [RFC PATCH net-next 1/1] [foo] x\n", true, 1, 1, "RFC PATCH net-next " },
	{ "Subject: [1/2]\n", true, 1, 2, "" },
	{ "Subject: [PATCH] x 1/2\n", false, 0, 0, "" },
	{ "Subject: x\n\nSubject: [PATCH 1/2] quoted\n", false, 0, 0, "" },
	{ "Subject: [PATCH 1/] x\n", false, 0, 0, "" },
	{ "Subject: [PATCH /2] x\n", false, 0, 0, "" },
	{ "Subject: [PATCH 1/2 x] y\n", false, 0, 0, "" },
	{ "Subject: [PATCH 99999999999999999999/2] x\n", false, 0, 0, "" },
	{ "Subject: [PATCH 1/2", false, 0, 0, "" },
	{ "Subject:", false, 0, 0, "" },
	{ "", false, 0, 0, "" },
};

static void numbers(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(mails); i++) {
		size_t number = 0, total = 0;
		struct span prefix = { 0 };
		bool numbered = mail_number(span_of(mails[i].mail), &number, &total, &prefix);

		if (numbered != mails[i].numbered)
			fail_msg("%s", mails[i].mail);
		if (!numbered)
			continue;
		assert_int_equal(number, mails[i].number);
		assert_int_equal(total, mails[i].total);
		assert_span(prefix, mails[i].prefix);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
