/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Over files: each of tests/data/plan-bad is refused with the line that its
 * .error holds, each of plan-good is written back as its .out. Run from the top
 * of the source.
 */
#include "unit.h"

#include <dirent.h>
#include <stdlib.h>
#include <time.h>

#include "base/compiler.h"
#include "plan/decode.h"
#include "plan/encode.h"
#include "plan/fields.h"
#include "sys/file.h"

#define BAD "tests/data/plan-bad"
#define GOOD "tests/data/plan-good"

static int is_json(const struct dirent *entry)
{
	return span_ends(span_of(entry->d_name), ".json");
}

/* Calls fn with the path of each case without ".json"; returns how many there are. */
static int each_case(const char *folder, void (*fn)(const char *path))
{
	struct dirent **list;
	int n = scandir(folder, &list, is_json, alphasort);
	struct str path = STR_INIT(1000);

	for (int i = 0; i < n; i++) {
		str_reset(&path);
		str_addf(&path, "%s/%s", folder, list[i]->d_name);
		str_truncate(&path, path.len - 5);
		fn(path.buf);
		free(list[i]);
	}
	if (n >= 0)
		free(list);
	str_release(&path);
	return n;
}

static void load(struct str *out, const char *path, const char *ending)
{
	struct str name = STR_INIT(1000);

	str_init(out, PLAN_MAX_BYTES);
	str_addf(&name, "%s%s", path, ending);
	ok(file_read(name.buf, out));
	str_release(&name);
}

static void encode(const struct plan *plan, struct str *out)
{
	struct jsonw w;

	str_init(out, PLAN_MAX_BYTES);
	jsonw_init(&w, out, true);
	plan_encode(plan, &w);
	str_addc(out, '\n');
	ok(str_err(out, "plan"));
}

static void check_bad(const char *path)
{
	struct str json, want;
	struct plan plan;
	struct err *err;

	load(&json, path, ".json");
	load(&want, path, ".error");
	err = plan_decode(&plan, str_span(&json));
	if (!err)
		fail_msg("%s is taken", path);
	if (!span_eqs(span_trim(str_span(&want)), err_text(err)))
		fail_msg("%s: '%s' is not '%s'", path, err_text(err), want.buf);
	assert_int_equal(err_kind(err), ERR_INPUT);
	err_drop(err);
	plan_release(&plan);
	str_release(&json);
	str_release(&want);
}

static void test_bad_plans(void **state)
{
	(void)state;
	assert_true(each_case(BAD, check_bad) > 80);
}

static void check_good(const char *path)
{
	struct str json, want, once, twice;
	struct plan plan;

	load(&json, path, ".json");
	load(&want, path, ".out");
	ok(err_wrap(plan_decode(&plan, str_span(&json)), "%s", path));
	encode(&plan, &once);
	plan_release(&plan);
	assert_string_equal(once.buf, want.buf);
	ok(plan_decode(&plan, str_span(&once)));
	encode(&plan, &twice);
	plan_release(&plan);
	assert_string_equal(twice.buf, once.buf);
	str_release(&json);
	str_release(&want);
	str_release(&once);
	str_release(&twice);
}

static void test_good_plans(void **state)
{
	(void)state;
	assert_true(each_case(GOOD, check_good) > 10);
}

static void test_seed(void **state)
{
	struct str json;
	struct plan plan;

	(void)state;
	load(&json, GOOD "/seed", ".json");
	ok(plan_decode(&plan, str_span(&json)));
	assert_span(plan.root_cause, "ImportError: module not found");
	assert_span(plan.strategy, "Fix import path and update references");
	assert_null(plan.subject.ptr);
	assert_int_equal(plan.n_edits, 3);
	assert_int_equal(plan.edits[1].kind, EDIT_REPLACE);
	assert_int_equal(plan.edits[1].index, 1);
	assert_string_equal(plan.edits[1].file, "main.py");
	assert_span(plan.edits[1].find, "old_module.function()");
	assert_span(plan.edits[1].replace, "new_module.function()");
	assert_null(plan.edits[1].anchor.ptr);
	assert_null(plan.edits[1].symbol);
	assert_int_equal(plan.edits[2].kind, EDIT_ADD_IMPORT);
	assert_span(plan.edits[2].import_line, "from new_module import helper");
	plan_release(&plan);
	plan_release(&plan);
	plan_release(NULL);
	str_release(&json);
}

/* Every prefix of a plan is refused, and none is read past its end. */
static void test_truncated_anywhere(void **state)
{
	struct str json;

	(void)state;
	load(&json, GOOD "/every-type", ".json");
	for (size_t len = 0; len < span_trim(str_span(&json)).len; len++) {
		char *exact = malloc(len ? len : 1);
		struct plan plan;
		struct err *err;

		assert_non_null(exact);
		memcpy(exact, json.buf, len);
		err = plan_decode(&plan, (struct span){ exact, len });
		if (!err)
			fail_msg("the first %zu bytes are taken", len);
		assert_int_equal(err_kind(err), ERR_INPUT);
		err_drop(err);
		plan_release(&plan);
		free(exact);
	}
	str_release(&json);
}

static void many(struct str *out, size_t n)
{
	str_init(out, 2 * PLAN_MAX_BYTES);
	str_adds(out, "{\"edits\":[");
	for (size_t i = 0; i < n; i++)
		str_addf(out,
			 "%s{\"file\":\"src/d%zu/f%zu.c\",\"type\":\"replace\","
			 "\"find\":\"int f%zu(void);\",\"replace\":\"int g%zu(void);\"}",
			 i ? "," : "", i % 97, i, i, i);
	str_adds(out, "]}");
}

static void test_limits(void **state)
{
	struct str json;
	struct plan plan;
	clock_t start;

	(void)state;
	many(&json, PLAN_MAX_EDITS);
	start = clock();
	ok(plan_decode(&plan, str_span(&json)));
	/* It takes 30 ms; this is against anything quadratic. */
	assert_true(clock() - start < 2 * CLOCKS_PER_SEC);
	assert_int_equal(plan.n_edits, PLAN_MAX_EDITS);
	plan_release(&plan);
	str_release(&json);

	many(&json, PLAN_MAX_EDITS + 1);
	fails(plan_decode(&plan, str_span(&json)), ERR_INPUT, "edits: more than 10000");
	plan_release(&plan);

	while (json.len <= PLAN_MAX_BYTES)
		str_adds(&json, "                                        ");
	fails(plan_decode(&plan, str_span(&json)), ERR_INPUT,
	      "larger than 16777216 bytes");
	plan_release(&plan);
	str_release(&json);
}

/* As large as may be, all of it text that is kept. */
static void test_largest_text(void **state)
{
	struct str json;
	struct plan plan;

	(void)state;
	str_init(&json, PLAN_MAX_BYTES);
	str_adds(&json, "{\"edits\":[{\"type\":\"create_file\",\"file\":\"a\","
			"\"content\":\"");
	while (json.len < PLAN_MAX_BYTES - 4)
		str_addc(&json, 'x');
	str_adds(&json, "\"}]}");
	ok(str_err(&json, "plan"));
	ok(plan_decode(&plan, str_span(&json)));
	assert_true(plan.edits[0].content.len > PLAN_MAX_BYTES - 100);
	plan_release(&plan);
	str_release(&json);
}

static void test_unwrap(void **state)
{
	static const struct {
		const char *reply, *json;
	} cases[] = {
		{ "{\"edits\": []}", "{\"edits\": []}" },
		{ "  {\"edits\": []}\n\n", "{\"edits\": []}" },
		{ "```json\n{\"edits\": []}\n```\n", "{\"edits\": []}" },
		{ "Here it is:\n```json\n{\n}\n```\nIt {should} work.", "{\n}" },
		{ "In {braces}:\n\n```\n{\"a\": 1}\n```", "{\"a\": 1}" },
		{ "```c\nint x;\n```\nso\n  ```JSON\n  {\"a\": 1}\n  ```", "{\"a\": 1}" },
		{ "```json\r\n{\"a\": 1}\r\n```\r\n", "{\"a\": 1}" },
		{ "The plan: {\"a\": \"```\"} as asked", "{\"a\": \"```\"}" },
		{ "```json\n{\"a\": 1}", "{\"a\": 1}" },
		{ "no braces", "no braces" },
		{ "} {", "} {" },
		{ "", "" },
		{ "{\"a\": 1", "{\"a\": 1" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		assert_span(plan_unwrap(span_of(cases[i].reply)), cases[i].json);
	assert_int_equal(plan_unwrap((struct span){ NULL, 0 }).len, 0);
}

static void test_names(void **state)
{
	(void)state;
	for (int i = 0; i < EDIT_KINDS; i++) {
		struct edit edit = { .kind = (enum edit_kind)i };

		assert_non_null(edit_kind_name(edit.kind));
		assert_int_equal(edit_is_direct(&edit), i != EDIT_MODEL);
	}
	assert_null(edit_position_name(POSITION_NONE));
	assert_string_equal(edit_position_name(POSITION_AFTER), "after");
	assert_string_equal(edit_role_name(ROLE_REPRODUCER), "reproducer");
}

/* The examples that a planner is shown are plans, and the schema is short. */
static void test_schema(void **state)
{
	struct str schema = STR_INIT(1 << 16), json = STR_INIT(1 << 16);
	struct span rest, line;
	struct plan plan;
	size_t examples = 0;

	(void)state;
	plan_schema(&schema, false);
	ok(str_err(&schema, "schema"));
	assert_true(schema.len < 900 * 7 / 2); /* such text has 3.5 to 4 bytes a token */
	for (size_t i = 0; i < plan_fields_n; i++)
		assert_non_null(strstr(schema.buf, plan_fields[i].key));
	rest = str_span(&schema);
	while (span_line(&rest, &line)) {
		if (!span_starts(line, "{\"file\""))
			continue;
		str_reset(&json);
		str_addf(&json, "{\"edits\": [%.*s]}", (int)line.len, line.ptr);
		ok(err_wrap(plan_decode(&plan, str_span(&json)), "%s", json.buf));
		assert_int_equal(plan.edits[0].kind, examples);
		examples++;
		plan_release(&plan);
	}
	assert_int_equal(examples, EDIT_KINDS);
	str_reset(&schema);
	plan_schema(&schema, true);
	assert_null(strstr(schema.buf, "model"));
	assert_null(strstr(schema.buf, "action"));
	assert_null(strstr(schema.buf, "region"));
	assert_non_null(strstr(schema.buf, "rename_file"));
	str_release(&schema);
	str_release(&json);
}

static void test_man(void **state)
{
	struct str man = STR_INIT(1 << 16);
	struct span rest, line;
	size_t items = 0;

	(void)state;
	plan_man(&man);
	ok(str_err(&man, "man page"));
	rest = str_span(&man);
	while (span_line(&rest, &line)) {
		assert_true(line.len > 0);
		items += span_starts(line, ".It Cm ");
		if (line.ptr[0] == '.')
			assert_true(span_starts(line, ".It ") ||
				    span_starts(line, ".Bl ") || span_eqs(line, ".El") ||
				    span_eqs(line, ".Pp"));
	}
	assert_int_equal(items, EDIT_KINDS + plan_fields_n);
	str_release(&man);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bad_plans),
		cmocka_unit_test(test_good_plans),
		cmocka_unit_test(test_seed),
		cmocka_unit_test(test_truncated_anywhere),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_largest_text),
		cmocka_unit_test(test_unwrap),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_schema),
		cmocka_unit_test(test_man),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
