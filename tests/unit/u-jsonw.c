/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <math.h>

#include "base/compiler.h"
#include "base/jsonw.h"

static void write_sample(struct jsonw *w)
{
	jsonw_object(w);
	jsonw_kv_text(w, "branch", "dualfix/x");
	jsonw_kv_text(w, "none", NULL);
	jsonw_kv_int(w, "n", -5);
	jsonw_kv_bool(w, "yes", true);
	jsonw_kv_string(w, "empty", SPAN(""));
	jsonw_key(w, "list");
	jsonw_array(w);
	jsonw_int(w, 1);
	jsonw_bool(w, false);
	jsonw_null(w);
	jsonw_object(w);
	jsonw_end(w);
	jsonw_array(w);
	jsonw_end(w);
	jsonw_end(w);
	jsonw_end(w);
}

static void test_shape(void **state)
{
	struct str s = STR_INIT(1000);
	struct jsonw w;

	(void)state;
	jsonw_init(&w, &s, false);
	write_sample(&w);
	ok(str_err(&s, "json"));
	assert_string_equal(s.buf, "{\"branch\":\"dualfix/x\",\"none\":null,\"n\":-5,"
				   "\"yes\":true,\"empty\":\"\","
				   "\"list\":[1,false,null,{},[]]}");
	str_reset(&s);
	jsonw_init(&w, &s, true);
	write_sample(&w);
	assert_string_equal(s.buf, "{\n"
				   "  \"branch\": \"dualfix/x\",\n"
				   "  \"none\": null,\n"
				   "  \"n\": -5,\n"
				   "  \"yes\": true,\n"
				   "  \"empty\": \"\",\n"
				   "  \"list\": [\n"
				   "    1,\n"
				   "    false,\n"
				   "    null,\n"
				   "    {},\n"
				   "    []\n"
				   "  ]\n"
				   "}");
	str_release(&s);
}

static void test_strings(void **state)
{
	static const struct {
		struct span in;
		const char *out;
	} cases[] = {
		{ { NULL, 0 }, "\"\"" },
		{ SPAN("a \"b\" \\c /d"), "\"a \\\"b\\\" \\\\c /d\"" },
		{ SPAN("\b\f\n\r\t"), "\"\\b\\f\\n\\r\\t\"" },
		{ SPAN("\0\033\x1f"), "\"\\u0000\\u001b\\u001f\"" },
		{ SPAN("\x7f\xc2\x9b"), "\"\\u007f\\u009b\"" },
		{ SPAN("na\xc3\xafve \xf0\x9f\x98\x80"),
		  "\"na\xc3\xafve \xf0\x9f\x98\x80\"" },
		{ SPAN("a\xff\xed\xa0\x80z"), "\"a\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"
					      "\xef\xbf\xbdz\"" },
	};
	struct str s = STR_INIT(100);
	struct jsonw w;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		str_reset(&s);
		jsonw_init(&w, &s, false);
		jsonw_string(&w, cases[i].in);
		assert_string_equal(s.buf, cases[i].out);
	}
	str_release(&s);
}

static void test_keys_are_escaped(void **state)
{
	struct str s = STR_INIT(100);
	struct jsonw w;

	(void)state;
	jsonw_init(&w, &s, false);
	jsonw_object(&w);
	jsonw_kv_int(&w, "a\"\n", 1);
	jsonw_end(&w);
	assert_string_equal(s.buf, "{\"a\\\"\\n\":1}");
	str_release(&s);
}

static void test_numbers(void **state)
{
	static const struct {
		double in;
		const char *out;
	} cases[] = {
		{ 0, "0" },         { 1, "1" },
		{ -1.5, "-1.5" },   { 0.1, "0.1" },
		{ 0.004, "0.004" }, { 1.0 / 3, "0.3333333333333333" },
		{ 1e300, "1e+300" }, { 123456789.125, "123456789.125" },
		{ NAN, "null" },    { INFINITY, "null" },
	};
	struct str s = STR_INIT(100);
	struct jsonw w;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		str_reset(&s);
		jsonw_init(&w, &s, false);
		jsonw_real(&w, cases[i].in);
		assert_string_equal(s.buf, cases[i].out);
	}
	str_reset(&s);
	jsonw_init(&w, &s, false);
	jsonw_array(&w);
	jsonw_int(&w, INT64_MIN);
	jsonw_int(&w, INT64_MAX);
	jsonw_end(&w);
	assert_string_equal(s.buf, "[-9223372036854775808,9223372036854775807]");
	str_release(&s);
}

static void test_misuse_and_ceiling_fail(void **state)
{
	struct str s = STR_INIT(1000);
	struct jsonw w;

	(void)state;
	jsonw_init(&w, &s, false);
	for (int i = 0; i < JSONW_DEPTH_MAX; i++)
		jsonw_array(&w);
	ok(str_err(&s, "json"));
	jsonw_array(&w);
	assert_true(s.failed);
	str_reset(&s);
	jsonw_init(&w, &s, false);
	jsonw_end(&w);
	assert_true(s.failed);
	str_release(&s);

	str_init(&s, 5);
	jsonw_init(&w, &s, false);
	jsonw_text(&w, "12345");
	fails(str_err(&s, "json"), ERR_INPUT, "json: larger than 5 bytes");
	str_release(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_shape),
		cmocka_unit_test(test_strings),
		cmocka_unit_test(test_keys_are_escaped),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_misuse_and_ceiling_fail),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
