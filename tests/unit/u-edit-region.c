/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "edit-fixture.h"

#include <stdio.h>

static const char region_text[] = "\tint a = 1;\n\tif (a) {\n\t\tb();\n\t}\n";

static const struct {
	const char *name, *answer, *why; /* NULL: good */
} answers[] = {
	{ "changed", "\tint a = 2;\n\tif (a) {\n\t\tb();\n\t}\n", NULL },
	{ "deleted", "", NULL },
	{ "unchanged", region_text, "unchanged" },
	{ "fence", "```c\n\tint a = 2;\n```\n", "code fence" },
	{ "elision", "\tint a = 2;\n\t// ... existing code ...\n", "leaves code out" },
	{ "dots", "\tint a = 2;\n\t...\n", "leaves code out" },
	{ "context above", "before();\n\tint a = 2;\n\tif (a) {\n\t\tb();\n\t}\n", "lines above" },
	{ "context below", "\tint a = 2;\n\tif (a) {\n\t\tb();\n\t}\nafter();\n", "lines below" },
	{ "dedented", "int a = 2;\nif (a) {\n\tb();\n}\n", "not indented" },
	{ "unbalanced", "\tint a = 2;\n\tif (a) {\n\t\tb();\n", "brackets" },
	{ "a brace in a string", "\tint a = 2;\n\tif (a) {\n\t\tb(\"}\");\n\t}\n", NULL },
	{ "a plan", "{\"root_cause\": \"r\", \"edits\": [{\"file\": \"a.c\"}]}\n", "JSON object" },
	{ "not UTF-8", "\tint a = 2; // \xff\n", "UTF-8" },
};

static void test_check(void **state)
{
	struct region region = {
		.file = "a.c", .text = SPAN(""), .before = SPAN("before();\n"),
		.after = SPAN("after();\n"),
	};
	int complaints = 0;

	(void)state;
	region.text = span_of(region_text);
	for (size_t i = 0; i < ARRAY_SIZE(answers); i++) {
		struct str reason = STR_INIT(EDIT_REASON_MAX_BYTES);
		bool good = region_check(&region, span_of(answers[i].answer), &reason);

		if (good != !answers[i].why ||
		    (!good && !strstr(reason.buf, answers[i].why))) {
			fprintf(stderr, "# %s: %d %s\n", answers[i].name, good, reason.buf);
			complaints++;
		}
		str_release(&reason);
	}
	assert_int_equal(complaints, 0);
}

static void test_lost(void **state)
{
	struct str text = STR_INIT(10000), reason = STR_INIT(EDIT_REASON_MAX_BYTES);
	struct region region = { .file = "a.txt", .before = SPAN(""), .after = SPAN("") };

	(void)state;
	for (int i = 0; i < 20; i++)
		str_addf(&text, "line %d says this\n", i);
	region.text = str_span(&text);
	assert_false(region_check(&region, SPAN("something else\n"), &reason));
	assert_non_null(strstr(reason.buf, "came back"));
	str_release(&text);
	str_release(&reason);
}

/* Three times as many lines and sixty, and not one more. */
static void test_growth(void **state)
{
	struct region region = { .file = "a.c", .before = SPAN(""), .after = SPAN("") };

	(void)state;
	region.text = span_of(region_text);
	for (size_t more = 71; more <= 72; more++) {
		struct str text = STR_INIT(10000), reason = STR_INIT(EDIT_REASON_MAX_BYTES);

		str_adds(&text, "\tint a = 1;\n\tif (a) {\n");
		for (size_t i = 0; i < more; i++)
			str_adds(&text, "\t\tb();\n");
		str_adds(&text, "\t}\n");
		assert_int_equal(region_check(&region, str_span(&text), &reason), more == 71);
		str_release(&text);
		str_release(&reason);
	}
}

#define MODEL(f) .kind = EDIT_MODEL, .file = f, .action = SPAN("do it")
#define REPLACE(f, r) .kind = EDIT_REPLACE, .file = "a.c", .find = SPAN(f), .replace = SPAN(r)

static void apply(struct resolver *r, const struct edit *edit, enum edit_status status)
{
	struct edit_result result;

	edit_result_init(&result);
	ok(resolver_apply(r, edit, &result));
	if (result.status != status)
		fail_msg("edits[%zu] %s: %s", edit->index, edit_status_name(result.status),
			 result.reason.buf);
	edit_result_release(&result);
}

static void assert_change(struct resolver *r, const char *want)
{
	const struct file_change *changes;
	size_t n;

	ok(resolver_changes(r, &changes, &n));
	assert_int_equal(n, 1);
	assert_span(changes[0].bytes, want);
}

static void test_model_edit(void **state)
{
	static const struct case_file tree[CASE_FILES] = {
		{ "a.c", SPAN("one();\r\ntwo();\r\nthree();\r\nfour();"), 0 },
	};
	struct edit model = { MODEL("a.c"), .region_start = 2, .region_end = 3, .index = 1 };
	struct edit above = { REPLACE("one();\n", "uno();\n"), .index = 0 };
	struct edit inside = { REPLACE("two();\n", "due();\n"), .index = 2 };
	struct edit below = { REPLACE("four();", "quattro();"), .index = 3 };
	struct source source;
	struct resolver *r = fake_resolver(&source, tree);
	struct region region;
	bool found;

	(void)state;
	apply(r, &above, EDIT_APPLIED);
	apply(r, &model, EDIT_WAITING);
	apply(r, &inside, EDIT_REFUSED);
	apply(r, &below, EDIT_APPLIED);
	ok(resolver_region(r, &model, NULL, &found, &region));
	assert_true(found);
	assert_span(region.text, "two();\nthree();\n");
	assert_span(region.before, "uno();\n");
	assert_span(region.after, "quattro();");
	assert_int_equal(region.first_line, 2);
	assert_int_equal(region.last_line, 3);
	ok(resolver_splice(r, &region, SPAN("2();\n3();")));
	apply(r, &inside, EDIT_REFUSED);
	assert_change(r, "uno();\r\n2();\r\n3();\r\nquattro();");
	resolver_free(r);
}

static void test_whole_file(void **state)
{
	static const struct case_file tree[CASE_FILES] = { { "a.c", SPAN("one();\n"), 0 } };
	struct edit model = { MODEL("a.c"), .index = 0 };
	struct edit later = { REPLACE("two();", "due();"), .index = 1 };
	struct source source;
	struct resolver *r = fake_resolver(&source, tree);
	struct region region;
	bool found;

	(void)state;
	apply(r, &model, EDIT_WAITING);
	apply(r, &later, EDIT_REFUSED);
	ok(resolver_region(r, &model, NULL, &found, &region));
	ok(resolver_splice(r, &region, SPAN("one();\ntwo();\n")));
	apply(r, &later, EDIT_APPLIED);
	assert_change(r, "one();\ndue();\n");
	resolver_free(r);
}

static void test_named(void **state)
{
	static const struct case_file tree[CASE_FILES] = {
		{ "a.py", SPAN("def f():\n    return 1\n\ndef g():\n    return 2\n"), 0 },
	};
	struct edit model = { MODEL("a.py"), .symbol = "g", .index = 0 };
	struct edit beyond = { MODEL("a.py"), .region_start = 4, .region_end = 9, .index = 1 };
	struct source source;
	struct resolver *r = fake_resolver(&source, tree);
	struct region region;
	bool found;

	(void)state;
	apply(r, &beyond, EDIT_FAILED);
	apply(r, &model, EDIT_WAITING);
	ok(resolver_region(r, &model, NULL, &found, &region));
	assert_span(region.text, "def g():\n    return 2\n");
	ok(resolver_splice(r, &region, SPAN("")));
	assert_change(r, "def f():\n    return 1\n\n");
	resolver_free(r);
}

static void test_failed_edit(void **state)
{
	struct str file = STR_INIT(100000);
	struct case_file tree[CASE_FILES] = { { "a.c", { NULL, 0 }, 0 } };
	struct edit edit = { REPLACE("\tint v20 = compute(20);\n\tsomething(else);\n", "x\n"),
			     .index = 1 };
	struct edit earlier = { REPLACE("compute(21)", "calc(21)"), .index = 0 };
	struct edit lost = { REPLACE("no such text\n", "x\n"), .index = 2 };
	struct edit_result result;
	struct source source;
	struct resolver *r;
	struct region region;
	bool found;

	(void)state;
	for (int i = 0; i < 100; i++)
		str_addf(&file, "void f%d(void)\n{\n\tint v%d = compute(%d);\n\tuse(v%d);\n}\n\n",
			 i, i, i, i);
	tree[0].bytes = str_span(&file);
	r = fake_resolver(&source, tree);
	apply(r, &earlier, EDIT_APPLIED);
	edit_result_init(&result);
	ok(resolver_apply(r, &edit, &result));
	assert_int_equal(result.status, EDIT_FAILED);
	ok(resolver_region(r, &edit, &result, &found, &region));
	assert_true(found);
	assert_span(region.text, "void f20(void)\n{\n\tint v20 = compute(20);\n\tuse(v20);\n}\n");
	ok(resolver_splice(r, &region, SPAN("void f20(void)\n{\n}\n")));
	ok(resolver_apply(r, &lost, &result));
	ok(resolver_region(r, &lost, &result, &found, &region));
	assert_false(found);
	edit_result_release(&result);
	resolver_free(r);
	str_release(&file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_check),
		cmocka_unit_test(test_lost),
		cmocka_unit_test(test_growth),
		cmocka_unit_test(test_model_edit),
		cmocka_unit_test(test_whole_file),
		cmocka_unit_test(test_named),
		cmocka_unit_test(test_failed_edit),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
