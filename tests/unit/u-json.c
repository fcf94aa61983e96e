/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <stdlib.h>

#include "base/compiler.h"
#include "sys/json.h"

static const struct json_limits limits = { 1 << 20, 8 };

static struct json_doc *parse(const char *text)
{
	struct json_doc *doc;

	ok(json_parse(&doc, span_of(text), &limits));
	return doc;
}

static void test_refused(void **state)
{
	static const struct {
		struct span text;
		const char *why;
	} cases[] = {
		{ { NULL, 0 }, "empty" },
		{ SPAN(" \n"), "empty" },
		{ SPAN("{\"a\": [1,"), "line 1, column 9: the text ends too early" },
		{ SPAN("{\n\"a\": tru}"), "line 2, column 8: " },
		{ SPAN("{}x"), "line 1, column 3: end of file expected" },
		{ SPAN("{} {}"), "end of file expected" },
		{ SPAN("{\"a\":1,\"a\":2}"), "duplicate object key" },
		{ SPAN("{\"a\":{\"b\":1,\"b\":1}}"), "duplicate object key" },
		{ SPAN("[\"\\u0000\"]"), "a string with NUL" },
		{ SPAN("[\"a\0b\"]"), "control character" },
		{ SPAN("[1,\n2\0]"), "line 2, column 2: a NUL byte" },
		{ SPAN("[\"\\ud800\"]"), "invalid Unicode" },
		{ SPAN("[\"\\ud800\\u0041\"]"), "invalid Unicode" },
		{ SPAN("[\"\\udc00\"]"), "invalid Unicode" },
		{ SPAN("[\"\xff\"]"), "unable to decode byte 0xff" },
		{ SPAN("[\"\xed\xa0\x80\"]"), "unable to decode byte 0xed" },
		{ SPAN("[\"\xc0\x80\"]"), "unable to decode byte 0xc0" },
		{ SPAN("[1,]"), "unexpected token" },
		{ SPAN("{'a':1}"), "line 1" },
		{ SPAN("[NaN]"), "line 1" },
		{ SPAN("[01]"), "line 1" },
		{ SPAN("[99999999999999999999]"), "too big" },
		{ SPAN("[1e999]"), "real number overflow" },
		{ SPAN("[\"a\nb\"]"), "unexpected newline" },
		{ SPAN("[\n [[[[[[[[1]]]]]]]]]"),
		  "line 2, column 9: nested more than 8 deep" },
		{ SPAN("\xef\xbb\xbf\xef\xbb\xbf[]"), "line 1" },
	};
	struct json_doc *doc;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		fails_saying(json_parse(&doc, cases[i].text, &limits), ERR_INPUT,
			     cases[i].why);
		assert_null(doc);
	}
}

static void test_limits(void **state)
{
	const struct json_limits small = { 4, 8 };
	struct str s = STR_INIT(8 << 20);
	struct json_doc *doc;

	(void)state;
	ok(json_parse(&doc, SPAN("[10]"), &small));
	json_free(doc);
	fails(json_parse(&doc, SPAN("[100]"), &small), ERR_INPUT, "larger than 4 bytes");

	/* Brackets in strings are no nesting, nor are siblings. */
	json_free(parse("[\"[[[[[[[[[[[[\\\"[[[[[\", [], [[]], {\"a{\": {}}]"));
	json_free(parse("[[[[[[[[1]]]]]]]]"));
	fails_saying(json_parse(&doc, SPAN("\"\\\\\" [[[[[[[[["), &limits), ERR_INPUT,
		     "nested");

	/* Deep enough to end a parser that recurses. */
	for (int i = 0; i < 1000000; i++)
		str_addc(&s, '[');
	fails_saying(json_parse(&doc, str_span(&s), &limits), ERR_INPUT, "nested");
	str_reset(&s);
	str_addc(&s, '[');
	for (int i = 0; i <= JSON_MAX_VALUES; i++)
		str_adds(&s, "1,");
	str_adds(&s, "1]");
	fails(json_parse(&doc, str_span(&s),
			 &(struct json_limits){ SIZE_MAX, 8 }),
	      ERR_INPUT, "more than 1048576 values");
	str_release(&s);
}

static void test_loose_reads(void **state)
{
	struct json_doc *doc = parse("\xef\xbb\xbf"
				     "{\"s\": \"x\\ty\", \"n\": -3, \"b\": false, "
				     "\"r\": 1.5, \"z\": null, \"a\": [1, \"two\"], \"o\": {}}");
	const json_node *root = json_root(doc), *list = json_get(root, "a");
	struct span s = SPAN("kept");
	int64_t n = 7;
	bool b = true;
	double r = 2;

	(void)state;
	assert_true(json_is_object(root));
	assert_true(json_is_array(list));
	assert_false(json_is_array(root));
	assert_true(json_is_null(json_get(root, "z")));
	assert_true(json_is_null(json_get(root, "absent")));
	assert_false(json_is_null(list));
	assert_int_equal(json_count(list), 2);
	assert_int_equal(json_count(root), 0);
	assert_int_equal(json_count(NULL), 0);
	assert_null(json_at(list, 2));
	assert_null(json_at(root, 0));
	assert_null(json_get(list, "a"));
	assert_null(json_get(NULL, "a"));
	assert_null(json_at(NULL, 0));

	assert_false(json_string_of(json_get(root, "n"), &s));
	assert_false(json_string_of(NULL, &s));
	assert_span(s, "kept");
	assert_true(json_string_of(json_get(root, "s"), &s));
	assert_span(s, "x\ty");
	assert_false(json_int_of(json_get(root, "r"), &n));
	assert_int_equal(n, 7);
	assert_true(json_int_of(json_get(root, "n"), &n));
	assert_int_equal(n, -3);
	assert_false(json_bool_of(json_get(root, "z"), &b));
	assert_true(b);
	assert_true(json_bool_of(json_get(root, "b"), &b));
	assert_false(b);
	assert_false(json_real_of(json_get(root, "s"), &r));
	assert_true(json_real_of(json_get(root, "n"), &r));
	assert_true(r == -3.0);
	assert_true(json_real_of(json_get(root, "r"), &r));
	assert_true(r == 1.5);
	json_free(doc);
	json_free(NULL);
}

static void test_strict_reads(void **state)
{
	struct json_doc *doc = parse("{\"s\": \"x\", \"n\": 5, \"b\": true, "
				     "\"z\": null}");
	const json_node *o = json_root(doc);
	struct span s = SPAN("kept");
	int64_t n = 7;
	bool b = false;

	(void)state;
	ok(json_read_string(o, "", "absent", JSON_OPTIONAL, &s));
	assert_span(s, "kept");
	ok(json_read_string(o, "", "s", JSON_REQUIRED, &s));
	assert_span(s, "x");
	fails(json_read_string(o, "edits[3]", "find", JSON_REQUIRED, &s), ERR_INPUT,
	      "edits[3].find: missing");
	fails(json_read_string(o, "", "n", JSON_OPTIONAL, &s), ERR_INPUT,
	      "n: expected a string");
	fails(json_read_string(o, "a", "z", JSON_OPTIONAL, &s), ERR_INPUT,
	      "a.z: expected a string");

	ok(json_read_int(o, "", "absent", JSON_OPTIONAL, 1, 9, &n));
	assert_int_equal(n, 7);
	ok(json_read_int(o, "", "n", JSON_REQUIRED, 5, 5, &n));
	assert_int_equal(n, 5);
	fails(json_read_int(o, "", "n", JSON_REQUIRED, 6, 9, &n), ERR_INPUT,
	      "n: expected an integer from 6 to 9");
	fails(json_read_int(o, "", "n", JSON_REQUIRED, 1, 4, &n), ERR_INPUT,
	      "n: expected an integer from 1 to 4");
	fails(json_read_int(o, "", "s", JSON_REQUIRED, 1, 4, &n), ERR_INPUT,
	      "s: expected an integer");

	ok(json_read_bool(o, "", "absent", JSON_OPTIONAL, &b));
	assert_false(b);
	ok(json_read_bool(o, "", "b", JSON_REQUIRED, &b));
	assert_true(b);
	fails(json_read_bool(o, "x", "n", JSON_REQUIRED, &b), ERR_INPUT,
	      "x.n: expected true or false");
	fails(json_read_bool(o, "x", "absent", JSON_REQUIRED, &b), ERR_INPUT,
	      "x.absent: missing");
	json_free(doc);
}

static void join(void *ctx, const char *key, const json_node *value)
{
	int64_t n = -1;

	json_int_of(value, &n);
	str_addf(ctx, "%s=%d ", key, (int)n);
}

static void test_members_in_order(void **state)
{
	struct json_doc *doc = parse("{\"z\": 1, \"b\": 2, \"y\": null, \"a\": 4}");
	struct str s = STR_INIT(100);

	(void)state;
	json_each(json_root(doc), join, &s);
	assert_string_equal(s.buf, "z=1 b=2 y=-1 a=4 ");
	json_each(NULL, join, &s);
	str_release(&s);
	json_free(doc);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_loose_reads),
		cmocka_unit_test(test_strict_reads),
		cmocka_unit_test(test_members_in_order),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
