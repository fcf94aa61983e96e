/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <string.h>

#include "plan/decode.h"
#include "plan/stream.h"

static const char nasty[] =
	"Here is the plan:\n```json\n"
	"{\"root_cause\": \"a } in \\\"edits\\\": [ {\", \"strategy\": \"\\\\\",\n"
	" \"other\": {\"edits\": [{\"file\": \"x\", \"type\": \"delete_file\"}]},\n"
	" \"commit\": {\"subject\": \"s\", \"body\": \"b\"},\n"
	" \"edits\": [\n"
	"  {\"file\": \"a.c\", \"type\": \"replace\", \"find\": \"if (x) {\", \"replace\": \"}}]\"},\n"
	"  {\"file\": \"b.c\", \"type\": \"model_edit\", \"action\": \"\\u007b\","
	" \"region\": {\"start\": 1, \"end\": 2}},\n"
	"  {\"file\": \"c.c\", \"type\": \"delete_file\", \"note\": [[{}]]}]}\n```\n";

static struct plan_stream *new_stream(void)
{
	struct plan_stream *stream;

	assert_null(plan_stream_new(&stream));
	return stream;
}

static void every_split(void **state)
{
	struct span text = span_of(nasty);

	(void)state;
	for (size_t cut = 1; cut <= text.len; cut++) {
		struct plan_stream *stream = new_stream();
		struct plan decoded, plan;

		for (size_t at = 0; at < text.len; at += cut)
			plan_stream_feed(stream, span_cut(text, at, at + cut));
		assert_int_equal(plan_stream_plan(stream)->n_edits, 3);
		assert_null(plan_decode(&decoded, plan_unwrap(text)));
		assert_true(plan_stream_finish(stream, &decoded, &plan));
		assert_string_equal(plan.edits[0].replace.ptr, "}}]");
		assert_string_equal(plan.subject.ptr, "s");
		assert_int_equal(plan.edits[2].index, 2);
		plan_release(&decoded);
		plan_release(&plan);
		plan_stream_free(stream);
	}
}

static void handed_out_at_once(void **state)
{
	struct plan_stream *stream = new_stream();
	const char *end = strstr(nasty, "}}]\"}") + 5; /* just past the first edit */
	size_t first = (size_t)(end - nasty);

	(void)state;
	assert_int_equal(plan_stream_feed(stream, (struct span){ nasty, first - 1 }), 0);
	assert_int_equal(plan_stream_feed(stream, (struct span){ nasty + first - 1, 1 }), 1);
	plan_stream_reset(stream);
	assert_int_equal(plan_stream_plan(stream)->n_edits, 0);
	assert_int_equal(plan_stream_feed(stream, span_of(nasty)), 3);
	plan_stream_free(stream);
}

static void other_edits_are_not_the_same(void **state)
{
	static const char *const others[] = {
		"{\"edits\":[]}",
		"{\"edits\":[{\"file\":\"a\",\"type\":\"delete_file\"}]}",
		"{\"edits\":[{\"file\":\"a\",\"type\":\"rename_file\",\"to\":\"b\"}]}",
	};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct plan_stream *stream = new_stream();
		struct plan decoded, plan;
		bool same;

		plan_stream_feed(stream, SPAN("{\"edits\":[{\"file\":\"a\",\"type\":\"delete_file\"}]}"));
		assert_null(plan_decode(&decoded, span_of(others[i])));
		same = plan_stream_finish(stream, &decoded, &plan);
		assert_int_equal(same, i == 1);
		if (same)
			plan_release(&plan);
		plan_release(&decoded);
		plan_stream_free(stream);
	}
}

static void rubbish_hands_out_nothing(void **state)
{
	static const char *const texts[] = { "", "no plan", "}}}", "{]]]]", "{\"edits\":[{\"a\":1}]}",
					     "{\"edits\":{\"a\":{}}}", "[[{\"edits\":[{}]}]]" };

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		struct plan_stream *stream = new_stream();

		assert_int_equal(plan_stream_feed(stream, span_of(texts[i])), 0);
		plan_stream_free(stream);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_split),
		cmocka_unit_test(handed_out_at_once),
		cmocka_unit_test(other_edits_are_not_the_same),
		cmocka_unit_test(rubbish_hands_out_nothing),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
