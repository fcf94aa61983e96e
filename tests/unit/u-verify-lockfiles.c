/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include "verify/lockfiles.h"

static void names(void **state)
{
	static const struct {
		const char *path;
		bool is;
	} rows[] = {
		{ "package-lock.json", true },    { "web/app/package-lock.json", true },
		{ "Cargo.lock", true },	          { "cargo.lock", false },
		{ "requirements.txt", true },     { "dev/requirements-test.txt", true },
		{ "requirements/base.txt", false }, { "go.sum", true },
		{ "go.sum/file", false },         { "package.json", false },
		{ "Gemfile.lock", true },         { "my-Gemfile.lock", false },
		{ "", false },                    { "poetry.lock.bak", false },
		{ "gradle/verification-metadata.xml", true },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (lockfiles_has(rows[i].path) != rows[i].is)
			fail_msg("%s", rows[i].path);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
