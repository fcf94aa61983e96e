/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <errno.h>

#include "base/compiler.h"

static void test_text(void **state)
{
	struct err *err = err_new(ERR_INPUT, "'%s': %d", "a", 5);

	(void)state;
	assert_null(err_hint_text(err));
	fails(err, ERR_INPUT, "'a': 5");
	fails(err_errno(ERR_FATAL, ENOENT, "cannot open '%s'", "x"), ERR_FATAL,
	      "cannot open 'x': No such file or directory");
}

static void test_wrap_and_hint(void **state)
{
	struct err *err;

	(void)state;
	assert_null(err_wrap(NULL, "x"));
	assert_null(err_hint(NULL, "x"));
	assert_null(err_as(NULL, ERR_FATAL));
	err = err_new(ERR_INPUT, "c");
	err = err_hint(err, "do %s", "this");
	err = err_hint(err, "do that");
	err = err_wrap(err, "b %d", 2);
	err = err_wrap(err, "a");
	err = err_as(err, ERR_CONFIG);
	assert_string_equal(err_hint_text(err), "do this");
	fails(err, ERR_CONFIG, "a: b 2: c");
}

static void test_controls(void **state)
{
	(void)state;
	fails(err_new(ERR_INPUT, "%s", "a\n\033[1m\x7f\xc2\x9b z"), ERR_INPUT,
	      "a??[1m??? z");
	fails(err_wrap(err_new(ERR_INPUT, "x"), "a\tb"), ERR_INPUT, "a?b: x");
	fails(err_new(ERR_INPUT, "%s", "na\xc3\xafve \xe2\x82\xac"), ERR_INPUT,
	      "na\xc3\xafve \xe2\x82\xac");
	fails(err_new(ERR_INPUT, "\xc2"), ERR_INPUT, "\xc2");
}

static void test_long_text_is_cut(void **state)
{
	char text[10000];
	struct err *err;

	(void)state;
	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	err = err_new(ERR_INPUT, "%s", text);
	assert_int_equal(strlen(err_text(err)), 4095);
	err_drop(err);
}

/* The one err that needs no memory: nothing changes or frees it. */
static void test_nomem(void **state)
{
	struct err *err = err_nomem();

	(void)state;
	err = err_as(err_hint(err_wrap(err, "x"), "y"), ERR_INPUT);
	assert_ptr_equal(err, err_nomem());
	assert_null(err_hint_text(err));
	err_drop(err);
	fails(err_nomem(), ERR_FATAL, "out of memory");
}

static void test_first(void **state)
{
	(void)state;
	assert_null(err_first(NULL, NULL));
	fails(err_first(err_new(ERR_INPUT, "a"), err_new(ERR_FATAL, "b")), ERR_INPUT,
	      "a");
	fails(err_first(NULL, err_new(ERR_FATAL, "b")), ERR_FATAL, "b");
	fails(err_first(err_new(ERR_INPUT, "a"), NULL), ERR_INPUT, "a");
	err_drop(NULL);
}

/* What scripts rely on; the manual has the same table. */
static void test_kinds(void **state)
{
	static const struct {
		const char *name;
		int exit_code;
	} kinds[] = {
		[ERR_NO_FIX] = { "no-fix", 1 },
		[ERR_INPUT] = { "input", 2 },
		[ERR_CONFIG] = { "config", 3 },
		[ERR_SERVICE] = { "service", 4 },
		[ERR_FATAL] = { "fatal", 128 },
		[ERR_USAGE] = { "usage", 129 },
		[ERR_INTERRUPTED] = { "interrupted", 130 },
		[ERR_TERMINATED] = { "terminated", 143 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		assert_string_equal(err_kind_name((enum err_kind)i), kinds[i].name);
		assert_int_equal(err_exit_code((enum err_kind)i), kinds[i].exit_code);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_wrap_and_hint),
		cmocka_unit_test(test_controls),
		cmocka_unit_test(test_long_text_is_cut),
		cmocka_unit_test(test_nomem),
		cmocka_unit_test(test_first),
		cmocka_unit_test(test_kinds),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
