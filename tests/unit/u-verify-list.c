/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <string.h>

#include "verify/check.h"

/* name\nvalue\0 as git lists it; what the list is then, or the error. */
static void configured(void **state)
{
	static const struct {
		const char *listing, *commands[3], *want;
	} cases[] = {
		{ "", { NULL }, "" },
		{ "dualfix.verify\nmake|dualfix.verify\nmake check|", { NULL },
		  "- make . - 600 0|- make check . - 600 0|" },
		{ "dualfix.verify\nmake|dualfix.verify\n|dualfix.verify\nninja|", { NULL },
		  "- ninja . - 600 0|" },
		{ "dualfix.verify\nmake|dualfix.verifytimeout\n5|", { "a", "b" },
		  "- a . - 5 0|- b . - 5 0|" },
		{ "dualfix.check.web.command\nnpm test|dualfix.check.web.path\nweb/|"
		  "dualfix.check.web.dir\nweb|dualfix.check.web.timeout\n30|"
		  "dualfix.check.web.network\ntrue|", { NULL }, "web npm test web web/ 30 1|" },
		{ "dualfix.check.a.command\nx|dualfix.verify\ny|dualfix.check.b.command\nz|",
		  { NULL }, "- y . - 600 0|a x . - 600 0|b z . - 600 0|" },
		{ "dualfix.check.a.path\nx|", { NULL }, "dualfix.check.a.command: missing" },
		{ "dualfix.check.a.command\nx|dualfix.check.a.dir\n/tmp|", { NULL },
		  "dualfix.check.a.dir: '/tmp' is not a folder below the root" },
		{ "dualfix.check.a.command\nx|dualfix.check.a.dir\nb/../..|", { NULL },
		  "dualfix.check.a.dir: 'b/../..' is not a folder below the root" },
		{ "dualfix.check.a.command\nx|dualfix.check.a.timeout\nsoon|", { NULL },
		  "dualfix.check.a.timeout" },
		{ "dualfix.check.a.command\nx|dualfix.check.a.timeout\n0|", { NULL },
		  "dualfix.check.a.timeout" },
		{ "dualfix.check.a.command\nx|dualfix.check.a.network\nmaybe|", { NULL },
		  "dualfix.check.a.network" },
		{ "dualfix.verify\n  |", { NULL }, "dualfix.verify: an empty command" },
		{ "", { " " }, "--verify: an empty command" },
		{ "dualfix.verifytimeout\n-1|", { NULL }, "'dualfix.verifyTimeout'" },
		{ "dualfix.verifytimeout\nsoon|", { NULL }, "'dualfix.verifyTimeout'" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct str listing = STR_INIT(4096), got = STR_INIT(4096);
		struct check_list list;
		struct config *config;
		struct err *err;
		size_t n = 0;

		str_adds(&listing, cases[i].listing);
		for (size_t j = 0; j < listing.len; j++) {
			if (listing.buf[j] == '|')
				listing.buf[j] = '\0';
		}
		while (cases[i].commands[n])
			n++;
		ok(config_parse(&config, str_span(&listing)));
		err = check_list_make(&list, config, cases[i].commands, n);
		for (size_t j = 0; !err && j < list.n; j++) {
			const struct check *c = &list.v[j];

			str_addf(&got, "%s %s %s %s %d %d|", c->name ? c->name : "-", c->command,
				 c->dir ? c->dir : ".", c->path ? c->path : "-",
				 (int)(c->timeout_ms / 1000), c->network);
		}
		if (err ? !strstr(err_text(err), cases[i].want) || !*cases[i].want :
			  strcmp(got.buf, cases[i].want))
			fail_msg("%zu: '%s'", i, err ? err_text(err) : got.buf);
		err_drop(err);
		check_list_release(&list);
		config_free(config);
		str_release(&got);
		str_release(&listing);
	}
}

static void setup_is_listed(void **state)
{
	static const char text[] = "dualfix.setup\nnpm ci\0dualfix.setup\n\0dualfix.setup\na\0"
				   "dualfix.setup\nb\0dualfix.verifytimeout\n7";
	const char *const commands[] = { "make check" };
	struct check_list list;
	struct config *config;

	(void)state;
	ok(config_parse(&config, (struct span){ text, sizeof(text) }));
	ok(check_list_make(&list, config, commands, 1));
	assert_int_equal(list.n, 1);
	assert_int_equal(list.n_setup, 2);
	assert_string_equal(list.setup[0].command, "a");
	assert_string_equal(list.setup[1].command, "b");
	assert_true(list.setup[0].network && list.setup[0].timeout_ms == 7000);
	check_list_release(&list);
	config_free(config);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(configured),
		cmocka_unit_test(setup_is_listed),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
