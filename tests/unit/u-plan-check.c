/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <time.h>

#include "base/compiler.h"
#include "base/path.h"
#include "plan/check.h"
#include "plan/decode.h"

/* "create a; replace b; rename a b" as a plan. */
static void decode(struct plan *plan, const char *steps)
{
	struct str json = STR_INIT(1 << 20);
	struct span rest = span_of(steps), step;
	const char *sep = "";

	str_adds(&json, "{\"edits\": [");
	while (span_split(&rest, ';', &step)) {
		struct span word = { NULL, 0 }, file = { NULL, 0 }, to = { NULL, 0 };

		step = span_trim(step);
		if (!step.len)
			continue;
		span_split(&step, ' ', &word);
		span_split(&step, ' ', &file);
		span_split(&step, ' ', &to);
		str_addf(&json, "%s{\"file\": \"%.*s\", ", sep, (int)file.len, file.ptr);
		if (span_eqs(word, "create"))
			str_adds(&json, "\"type\": \"create_file\", \"content\": \"\"}");
		else if (span_eqs(word, "delete"))
			str_adds(&json, "\"type\": \"delete_file\"}");
		else if (span_eqs(word, "rename"))
			str_addf(&json, "\"type\": \"rename_file\", \"to\": \"%.*s\"}",
				 (int)to.len, to.ptr);
		else if (span_eqs(word, "glob"))
			str_adds(&json, "\"type\": \"replace\", \"find\": \"x\", "
					"\"replace\": \"\", \"regex\": true}");
		else
			str_adds(&json, "\"type\": \"remove_line\", \"find\": \"x\"}");
		sep = ", ";
	}
	str_adds(&json, "]}");
	ok(err_wrap(plan_decode(plan, str_span(&json)), "%s", steps));
	str_release(&json);
}

static void test_conflicts(void **state)
{
	static const struct {
		const char *steps;
		const char *why; /* NULL: none */
	} cases[] = {
		{ "", NULL },
		{ "edit a", NULL },
		{ "edit a; edit a; edit b", NULL },
		{ "create a; edit a", NULL },
		{ "create a; delete a", NULL },
		{ "delete a; create a", NULL },
		{ "edit a; delete a", NULL },
		{ "rename a b; edit b", NULL },
		{ "edit a; rename a b", NULL },
		{ "rename a b; create a", NULL },
		{ "rename a b; rename b c", NULL },
		{ "rename a c; rename b a; rename c b", NULL }, /* swap */
		{ "delete b; rename a b", NULL },
		{ "create a/b; create a/c; create a-b; create a.b", NULL },
		{ "delete a; create a/b", NULL },
		{ "delete a/b; create a", NULL },
		{ "rename a a/b", NULL },
		{ "glob a*; delete a; glob a", NULL },
		{ "create a; create a",
		  "edits[0] (create_file) and edits[1] (create_file) contradict: 'a': "
		  "a file is there after the first" },
		{ "edit a; edit b; create a",
		  "edits[0] (remove_line) and edits[2] (create_file) contradict: 'a': "
		  "a file is there after the first" },
		{ "delete a; edit a",
		  "edits[0] (delete_file) and edits[1] (remove_line) contradict: 'a': "
		  "no file is there after the first" },
		{ "delete a; delete a",
		  "edits[0] (delete_file) and edits[1] (delete_file) contradict: 'a': "
		  "no file is there after the first" },
		{ "rename a b; edit a",
		  "edits[0] (rename_file) and edits[1] (remove_line) contradict: 'a': "
		  "no file is there after the first" },
		{ "rename a b; rename a c",
		  "edits[0] (rename_file) and edits[1] (rename_file) contradict: 'a': "
		  "no file is there after the first" },
		{ "rename a c; rename b c",
		  "edits[0] (rename_file) and edits[1] (rename_file) contradict: 'c': "
		  "a file is there after the first" },
		{ "edit b; rename a b",
		  "edits[0] (remove_line) and edits[1] (rename_file) contradict: 'b': "
		  "a file is there after the first" },
		{ "create b; rename a b",
		  "edits[0] (create_file) and edits[1] (rename_file) contradict: 'b': "
		  "a file is there after the first" },
		{ "rename a b; create b",
		  "edits[0] (rename_file) and edits[1] (create_file) contradict: 'b': "
		  "a file is there after the first" },
		{ "create a; create a/b",
		  "edits[0] (create_file) and edits[1] (create_file) contradict: 'a': "
		  "it would be a file and a folder" },
		{ "create a/b/c; create a-x; edit a",
		  "edits[0] (create_file) and edits[2] (remove_line) contradict: 'a': "
		  "it would be a file and a folder" },
		/* the one that comes first in the plan is told */
		{ "create z; create z; create a; create a",
		  "edits[0] (create_file) and edits[1] (create_file) contradict: 'z': "
		  "a file is there after the first" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct plan plan;
		struct err *err;

		decode(&plan, cases[i].steps);
		err = plan_check_conflicts(&plan);
		if (!cases[i].why)
			ok(err_wrap(err, "%s", cases[i].steps));
		else if (!err)
			fail_msg("'%s' is taken", cases[i].steps);
		else
			fails(err, ERR_INPUT, cases[i].why);
		plan_release(&plan);
	}
}

static void test_protected(void **state)
{
	static const struct {
		const char *steps;
		const char *why;
	} cases[] = {
		{ "edit a; create b/.gitignore", NULL },
		{ "edit a; create .github/workflows/x.yml",
		  "edits[1].file: '.github/workflows/x.yml' is protected by "
		  "dualfix.protect '.github/'" },
		{ "delete sub/.gitmodules",
		  "edits[0].file: 'sub/.gitmodules' is protected by dualfix.protect "
		  "'**/.gitmodules'" },
		{ "rename hook .husky/pre-commit",
		  "edits[0].to: '.husky/pre-commit' is protected by dualfix.protect "
		  "'.husky/'" },
		{ "rename .gitlab-ci.yml x",
		  "edits[0].file: '.gitlab-ci.yml' is protected by dualfix.protect "
		  "'.gitlab-ci.yml'" },
		{ "glob *.yml; glob .github/*", NULL }, /* whoever expands it asks */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct plan plan;
		struct err *err;

		decode(&plan, cases[i].steps);
		err = plan_check_protected(&plan, path_protect_default,
					   path_protect_default_n);
		if (cases[i].why) {
			if (!err)
				fail_msg("'%s' is taken", cases[i].steps);
			assert_non_null(strstr(err_hint_text(err), "--allow-protected"));
			fails(err, ERR_INPUT, cases[i].why);
		} else {
			ok(err);
		}
		ok(plan_check_protected(&plan, NULL, 0));
		plan_release(&plan);
	}
}

static void test_many(void **state)
{
	struct str steps = STR_INIT(1 << 20);
	struct plan plan;
	clock_t start;

	(void)state;
	for (int i = 0; i < 5000; i++)
		str_addf(&steps, "rename f%d d%d/f; ", i, i);
	for (int i = 0; i < 5000; i++)
		str_addf(&steps, "edit d%d/f; ", i);
	decode(&plan, steps.buf);
	start = clock();
	ok(plan_check_conflicts(&plan));
	ok(plan_check_protected(&plan, path_protect_default, path_protect_default_n));
	/* It takes 20 ms; this is against anything quadratic. */
	assert_true(clock() - start < 2 * CLOCKS_PER_SEC);
	plan_release(&plan);
	str_release(&steps);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_conflicts),
		cmocka_unit_test(test_protected),
		cmocka_unit_test(test_many),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
