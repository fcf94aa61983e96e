/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <string.h>

#include "base/str.h"
#include "repo/config.h"

static const char listing[] = "core.bare\nfalse\0"
			      "dualfix.verify\nmake\0"
			      "dualfix.verify\n\0"
			      "dualfix.verify\nmake check\0"
			      "dualfix.verify\nmake lint\nsecond line\0"
			      "dualfix.review\0"
			      "dualfix.planner.keyenv\nKEY\0"
			      "dualfix.check.Unit.command\nmake unit\0"
			      "dualfix.check.a.b.command\nmake b\0"
			      "dualfix.check.Unit.timeout\n2m\0"
			      "dualfix.check.command\nnone\0"
			      "dualfix.jobs\n300\0"
			      "dualfix.attempts\n-1\0"
			      "dualfix.budget\n0.25\0"
			      "dualfix.mode\n\0";

static struct config *make(void)
{
	struct config *config = NULL;

	assert_null(config_parse(&config, (struct span){ listing, sizeof(listing) - 1 }));
	return config;
}

static void get_finds_the_last_value(void **state)
{
	static const struct {
		const char *key, *value;
	} cases[] = {
		{ "core.bare", "false" },
		{ "CORE.Bare", "false" },
		{ "dualfix.planner.keyEnv", "KEY" },
		{ "dualfix.Planner.keyEnv", NULL },
		{ "dualfix.verify", "make lint\nsecond line" },
		{ "dualfix.check.Unit.command", "make unit" },
		{ "dualfix.check.unit.command", NULL },
		{ "dualfix.review", "" },
		{ "dualfix.mode", "" },
		{ "dualfix", NULL },
		{ "", NULL },
	};
	struct config *config = make();

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const char *value = config_get(config, cases[i].key);

		if (cases[i].value)
			assert_string_equal(value, cases[i].value);
		else
			assert_null(value);
	}
	config_free(config);
}

static void an_empty_value_clears_a_list(void **state)
{
	struct config *config = make();
	const char *const *values;

	(void)state;
	assert_int_equal(config_get_all(config, "dualfix.verify", &values), 2);
	assert_string_equal(values[0], "make check");
	assert_string_equal(values[1], "make lint\nsecond line");
	assert_int_equal(config_get_all(config, "dualfix.mode", &values), 0);
	assert_int_equal(config_get_all(config, "dualfix.none", &values), 0);
	config_free(config);
}

static void typed_values(void **state)
{
	struct config *config = make();
	bool b = false;
	int64_t n = 7;
	struct err *err;

	(void)state;
	assert_null(config_get_bool(config, "dualfix.review", &b));
	assert_true(b);
	assert_null(config_get_bool(config, "dualfix.mode", &b));
	assert_false(b);
	assert_null(config_get_bool(config, "dualfix.attempts", &b));
	assert_true(b);
	assert_null(config_get_int(config, "dualfix.none", 0, 1, &n));
	assert_int_equal(n, 7);
	assert_null(
		config_get_int(config, "dualfix.check.Unit.timeout", 0, INT64_MAX, &n));
	assert_int_equal(n, 2 << 20);

	err = config_get_bool(config, "dualfix.planner.keyenv", &b);
	assert_int_equal(err_kind(err), ERR_CONFIG);
	assert_non_null(strstr(err_text(err), "'dualfix.planner.keyenv'"));
	err_drop(err);
	err = config_get_int(config, "dualfix.attempts", 0, 20, &n);
	assert_string_equal(err_text(err),
			    "bad value '-1' for 'dualfix.attempts': expected 0 to 20");
	err_drop(err);
	err = config_get_int(config, "dualfix.budget", 0, 20, &n);
	assert_non_null(err);
	err_drop(err);
	config_free(config);
}

static void collect(void *ctx, const char *name)
{
	str_addf(ctx, "%s;", name);
}

static void subsections_in_order(void **state)
{
	struct config *config = make();
	struct str names = STR_INIT(1000);

	(void)state;
	config_subsections(config, "dualfix.check", collect, &names);
	assert_string_equal(names.buf, "Unit;a.b;");
	str_release(&names);
	config_free(config);
}

static void bad_listings(void **state)
{
	struct config *config;
	struct err *err = config_parse(&config, SPAN("core.bare\nfal"));

	(void)state;
	assert_non_null(err);
	assert_null(config);
	err_drop(err);
	assert_null(config_parse(&config, SPAN("")));
	assert_null(config_get(config, "core.bare"));
	config_free(config);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(get_finds_the_last_value),
		cmocka_unit_test(an_empty_value_clears_a_list),
		cmocka_unit_test(typed_values),
		cmocka_unit_test(subsections_in_order),
		cmocka_unit_test(bad_listings),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
