/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <stdlib.h>

#include "base/compiler.h"
#include "model/wire.h"

static struct endpoint endpoint_of(const char *profile, const char *model)
{
	struct endpoint e = {
		.url = "http://127.0.0.1:1/v1",
		.model = model,
		.role = "planner",
		.thinking = "off",
		.profile = profile_by_name(profile),
		.host = "127.0.0.1",
	};

	assert_non_null(e.profile);
	e.window_tokens = profile_window(e.profile, model);
	return e;
}

#define MESSAGES \
	"\"messages\":[{\"role\":\"system\",\"content\":\"rules\"}," \
	"{\"role\":\"user\",\"content\":\"do \\\"it\\\"\\n\"}]}"
#define PREFILLED \
	"\"messages\":[{\"role\":\"system\",\"content\":\"rules\"}," \
	"{\"role\":\"user\",\"content\":\"do \\\"it\\\"\\n\"}," \
	"{\"role\":\"assistant\",\"content\":\"<updated-code>\\n\"}]}"

static const struct {
	const char *profile, *model, *thinking;
	bool json, region;
	const char *want;
} requests[] = {
	{ "deepseek", "deepseek-flash", "off", true, false,
	  "{\"model\":\"deepseek-flash\",\"stream\":true,"
	  "\"stream_options\":{\"include_usage\":true},\"thinking\":{\"type\":\"disabled\"},"
	  "\"temperature\":0,\"max_tokens\":900,"
	  "\"response_format\":{\"type\":\"json_object\"}," MESSAGES },
	{ "deepseek", "deepseek-flash", "low", true, false,
	  "{\"model\":\"deepseek-flash\",\"stream\":true,"
	  "\"stream_options\":{\"include_usage\":true},\"thinking\":{\"type\":\"enabled\"},"
	  "\"reasoning_effort\":\"low\",\"max_tokens\":900,"
	  "\"response_format\":{\"type\":\"json_object\"}," MESSAGES },
	{ "vllm", "qwen", "off", false, true,
	  "{\"model\":\"qwen\",\"stream\":true,\"stream_options\":{\"include_usage\":true},"
	  "\"temperature\":0,\"repetition_penalty\":1,\"max_tokens\":900,"
	  "\"stop\":[\"</updated-code>\"],\"add_generation_prompt\":false,"
	  "\"continue_final_message\":true," PREFILLED },
	{ "llama", "qwen", "off", false, true,
	  "{\"model\":\"qwen\",\"stream\":true,\"stream_options\":{\"include_usage\":true},"
	  "\"temperature\":0,\"repeat_penalty\":1,\"max_tokens\":900,"
	  "\"stop\":[\"</updated-code>\"]," PREFILLED },
	{ "lmstudio", "qwen", "off", true, false,
	  "{\"model\":\"qwen\",\"stream\":true,\"stream_options\":{\"include_usage\":true},"
	  "\"temperature\":0,\"repeat_penalty\":1,\"max_tokens\":900,"
	  "\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"answer\","
	  "\"schema\":{\"type\":\"object\"}}}," MESSAGES },
	{ "openai", "x", "high", false, true,
	  "{\"model\":\"x\",\"stream\":true,\"stream_options\":{\"include_usage\":true},"
	  "\"temperature\":0,\"max_tokens\":900,\"stop\":[\"</updated-code>\"]," MESSAGES },
	{ "ollama", "qwen2.5-coder:7b", "off", false, true,
	  "{\"model\":\"qwen2.5-coder:7b\",\"stream\":true,\"truncate\":false,\"shift\":false,"
	  "\"keep_alive\":\"30m\",\"options\":{\"num_ctx\":8192,\"temperature\":0,"
	  "\"repeat_penalty\":1,\"num_predict\":900,\"stop\":[\"</updated-code>\"]},"
	  PREFILLED },
};

static void encodes(void **state)
{
	const struct chat_message messages[] = { { CHAT_SYSTEM, SPAN("rules") },
						 { CHAT_USER, SPAN("do \"it\"\n") } };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(requests); i++) {
		struct endpoint e = endpoint_of(requests[i].profile, requests[i].model);
		const struct chat_request request = {
			.messages = messages, .n_messages = 2, .max_tokens = 900,
			.json = requests[i].json,
			.stop = requests[i].region ? "</updated-code>" : NULL,
			.prefill = requests[i].region ? "<updated-code>\n" : NULL,
		};
		struct str out = STR_INIT(65536), again = STR_INIT(65536);

		e.thinking = requests[i].thinking;
		assert_null(wire_encode(&out, &e, &request));
		assert_null(wire_encode(&again, &e, &request));
		assert_string_equal(out.buf, requests[i].want);
		assert_string_equal(out.buf, again.buf);
		str_release(&out);
		str_release(&again);
	}
}

static void windows(void **state)
{
	static char text[70000];
	static const struct {
		const char *profile, *model;
		size_t bytes;
		int max, min;
		const char *error;     /* NULL: it fits */
		const char *max_tokens; /* what is asked for then */
	} cases[] = {
		{ "vllm", "Qwen/Qwen2.5-Coder-7B", 35000, 900, 0, NULL,
		  "\"max_tokens\":900," },
		{ "vllm", "Qwen/Qwen2.5-Coder-7B", 70000, 13000, 0, "does not fit",
		  NULL },
		{ "vllm", "Qwen/Qwen2.5-Coder-7B", 70000, 13000, 500, NULL,
		  "\"max_tokens\":12760," },
		{ "vllm", "unknown", 70000, 13000, 0, NULL, "\"max_tokens\":13000," },
		{ "dashscope", "qwen-max", 70, 9000, 0, "at most 8192", NULL },
		{ "dashscope", "qwen-max", 70, 9000, 100, NULL, "\"max_tokens\":8192," },
		{ "ollama", "qwen2.5:7b", 35000, 900, 0, NULL, "\"num_ctx\":16384," },
		{ "ollama", "qwen2.5:7b", 70000, 9000, 0, NULL, "\"num_ctx\":32768," },
	};

	(void)state;
	memset(text, 'x', sizeof(text));
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct endpoint e = endpoint_of(cases[i].profile, cases[i].model);
		const struct chat_message message = { CHAT_USER,
						      { text, cases[i].bytes } };
		const struct chat_request request = {
			.messages = &message, .n_messages = 1, .max_tokens = cases[i].max,
			.min_tokens = cases[i].min,
		};
		struct err *err = wire_check_window(&e, &request);
		struct str out = STR_INIT(1 << 20);

		if (cases[i].error) {
			assert_non_null(err);
			assert_int_equal(err_kind(err), ERR_SERVICE);
			assert_non_null(strstr(err_text(err), cases[i].error));
		} else {
			assert_null(err);
			assert_null(wire_encode(&out, &e, &request));
			assert_non_null(strstr(out.buf, cases[i].max_tokens));
		}
		err_drop(err);
		str_release(&out);
	}
}

/* Events of one answer, one a line. */
static const struct {
	const char *name;
	enum wire wire;
	const char *events;
	const char *text;
	enum wire_finish finish;
	bool ended, failed;
	int status;
	int64_t prompt, cached, completion;
} answers[] = {
	{ "thinking, then text, usage on its own", WIRE_OPENAI,
	  "{\"model\":\"deepseek-flash\",\"choices\":[{\"index\":0,\"delta\":{\"role\":"
	  "\"assistant\",\"content\":null,\"reasoning_content\":\"\"},\"finish_reason\":null}]}\n"
	  "{\"choices\":[{\"delta\":{\"reasoning_content\":\"hm\"}}]}\n"
	  "{\"choices\":[{\"delta\":{\"content\":\"{\\\"a\\\":\"}}]}\n"
	  "{\"choices\":[{\"delta\":{\"content\":\"1}\"},\"finish_reason\":\"stop\"}],"
	  "\"usage\":null}\n"
	  "{\"choices\":[],\"usage\":{\"prompt_tokens\":9000,\"prompt_cache_hit_tokens\":8960,"
	  "\"completion_tokens\":300}}\n[DONE]\n",
	  "{\"a\":1}", WIRE_STOP, true, false, 0, 9000, 8960, 300 },
	{ "usage on the finish chunk, then not again", WIRE_OPENAI,
	  "{\"choices\":[{\"delta\":{\"content\":\"x\"},\"finish_reason\":\"length\"}],\"usage\":"
	  "{\"prompt_tokens\":9,\"completion_tokens\":3,\"prompt_tokens_details\":"
	  "{\"cached_tokens\":4}}}\n{\"choices\":[],\"usage\":null}\n[DONE]\n",
	  "x", WIRE_LENGTH, true, false, 0, 9, 4, 3 },
	{ "counts that no sum could hold", WIRE_OPENAI,
	  "{\"choices\":[{\"delta\":{\"content\":\"x\"},\"finish_reason\":\"stop\"}],\"usage\":"
	  "{\"prompt_tokens\":9223372036854775807,\"completion_tokens\":-9223372036854775808,"
	  "\"prompt_cache_hit_tokens\":9223372036854775807}}\n[DONE]\n",
	  "x", WIRE_STOP, true, false, 0, USAGE_COUNT_MAX, USAGE_COUNT_MAX, 0 },
	{ "cut off", WIRE_OPENAI,
	  "{\"choices\":[{\"delta\":{\"content\":\"x\"},\"finish_reason\":\"stop\"}]}\n",
	  "x", WIRE_STOP, false, false, 0, 0, 0, 0 },
	{ "tool calls in pieces", WIRE_OPENAI,
	  "{\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0,\"function\":"
	  "{\"arguments\":\"{\"}}]}}]}\n"
	  "{\"choices\":[{\"delta\":{},\"finish_reason\":\"tool_calls\"}]}\n[DONE]\n",
	  "", WIRE_STOP, true, false, 0, 0, 0, 0 },
	{ "starved", WIRE_OPENAI,
	  "{\"choices\":[{\"delta\":{\"content\":\"x\"},\"finish_reason\":"
	  "\"insufficient_system_resource\"}]}\n[DONE]\n",
	  "x", WIRE_STARVED, true, false, 0, 0, 0, 0 },
	{ "filtered", WIRE_OPENAI,
	  "{\"choices\":[{\"delta\":{},\"finish_reason\":\"content_filter\"}]}\n[DONE]\n",
	  "", WIRE_FILTERED, true, false, 0, 0, 0, 0 },
	{ "unknown reason", WIRE_OPENAI,
	  "{\"choices\":[{\"delta\":{},\"finish_reason\":\"aborted\"}]}\n[DONE]\n",
	  "", WIRE_ODD, true, false, 0, 0, 0, 0 },
	{ "error in the stream, number", WIRE_OPENAI,
	  "{\"choices\":[{\"delta\":{\"content\":\"x\"}}]}\n"
	  "{\"error\":{\"code\":502,\"message\":\"bad upstream\"},\"choices\":[]}\n",
	  "x", WIRE_OPEN, false, true, 502, 0, 0, 0 },
	{ "error in the stream, word", WIRE_OPENAI,
	  "{\"error\":{\"code\":\"invalid_request_error\",\"message\":\"no\"}}\n",
	  "", WIRE_OPEN, false, true, 0, 0, 0, 0 },
	{ "flat error", WIRE_OPENAI,
	  "{\"object\":\"error\",\"message\":\"too long\",\"code\":400}\n",
	  "", WIRE_OPEN, false, true, 400, 0, 0, 0 },
	{ "ollama", WIRE_OLLAMA,
	  "{\"model\":\"q\",\"message\":{\"content\":\"a\\u00e9\"},\"done\":false}\n"
	  "{\"message\":{\"content\":\"b\"},\"done\":false}\n"
	  "{\"message\":{\"content\":\"\"},\"done\":true,\"done_reason\":\"stop\","
	  "\"prompt_eval_count\":7,\"eval_count\":2}\n",
	  "a\xc3\xa9" "b", WIRE_STOP, true, false, 0, 7, 0, 2 },
	{ "ollama, cut at the limit", WIRE_OLLAMA,
	  "{\"message\":{\"content\":\"a\"},\"done\":true,\"done_reason\":\"length\"}\n",
	  "a", WIRE_LENGTH, true, false, 0, 0, 0, 0 },
	{ "ollama, error on the way", WIRE_OLLAMA,
	  "{\"message\":{\"content\":\"a\"},\"done\":false}\n{\"error\":\"out of memory\"}\n",
	  "a", WIRE_OPEN, false, true, 0, 0, 0, 0 },
};

static void reads(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(answers); i++) {
		struct chat_reply reply;
		struct wire_reader reader;
		struct span rest = span_of(answers[i].events), line;
		bool progress;

		chat_reply_init(&reply, 4096);
		wire_reader_init(&reader, answers[i].wire, &reply);
		while (span_line(&rest, &line))
			assert_null(wire_event(&reader, line, &progress));
		if (strcmp(reply.text.buf, answers[i].text) ||
		    reader.finish != answers[i].finish ||
		    reader.ended != answers[i].ended ||
		    reader.failed != answers[i].failed ||
		    reader.status != answers[i].status)
			fail_msg("%s: '%s' %d %d %d %d", answers[i].name, reply.text.buf,
				 reader.finish, reader.ended, reader.failed,
				 reader.status);
		assert_int_equal(reply.usage.prompt_tokens, answers[i].prompt);
		assert_int_equal(reply.usage.cached_tokens, answers[i].cached);
		assert_int_equal(reply.usage.completion_tokens, answers[i].completion);
		wire_reader_release(&reader);
		chat_reply_release(&reply);
	}
}

/* Events that show no work of the model must not keep a watchdog quiet. */
static void progress_is_work(void **state)
{
	static const struct {
		const char *event;
		bool progress;
	} cases[] = {
		{ "{\"choices\":[]}", false },
		{ "{\"choices\":[{\"delta\":{\"role\":\"assistant\",\"content\":\"\"}}]}", false },
		{ "{\"choices\":[{\"delta\":{\"content\":null,\"reasoning_content\":\"\"}}]}",
		  false },
		{ "{}", false },
		{ "{\"choices\":[{\"delta\":{\"content\":\"x\"}}]}", true },
		{ "{\"choices\":[{\"delta\":{\"reasoning_content\":\"x\"}}]}", true },
		{ "{\"choices\":[{\"delta\":{\"tool_calls\":[{}]}}]}", true },
		{ "{\"choices\":[],\"usage\":{}}", true },
		{ "[DONE]", true },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct chat_reply reply;
		struct wire_reader reader;
		bool progress;

		chat_reply_init(&reply, 4096);
		wire_reader_init(&reader, WIRE_OPENAI, &reply);
		assert_null(wire_event(&reader, span_of(cases[i].event), &progress));
		if (progress != cases[i].progress)
			fail_msg("%s", cases[i].event);
		wire_reader_release(&reader);
		chat_reply_release(&reply);
	}
}

static void bodies(void **state)
{
	static const struct {
		const char *body, *text, *error;
		bool failed;
	} cases[] = {
		{ "\n\n{\"choices\":[{\"message\":{\"content\":\"hi\"},\"finish_reason\":\"stop\"}]}",
		  "hi", NULL, false },
		{ "{\"error\":{\"message\":\"no\"}}", "", NULL, true },
		{ "{\"choices\":[{\"message\":{\"content\":\"hi\"}}]}", "hi",
		  "is no answer", false },
		{ "{\"choices\":[{\"message\":{\"content\":\"hi", "", "malformed",
		  false },
		{ "[]", "", "expected an object", false },
		{ "{}", "", "is no answer", false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct chat_reply reply;
		struct wire_reader reader;
		struct err *err;

		chat_reply_init(&reply, 4096);
		wire_reader_init(&reader, WIRE_OPENAI, &reply);
		err = wire_body(&reader, span_of(cases[i].body));
		assert_true(!err == !cases[i].error);
		if (err) {
			assert_int_equal(err_kind(err), ERR_SERVICE);
			assert_non_null(strstr(err_text(err), cases[i].error));
		}
		assert_int_equal(reader.failed, cases[i].failed);
		assert_int_equal(reader.ended, !err && !cases[i].failed);
		assert_string_equal(reply.text.buf, cases[i].text);
		err_drop(err);
		wire_reader_release(&reader);
		chat_reply_release(&reply);
	}
}

static void bad_events(void **state)
{
	static const char *const cases[] = {
		"", "nonsense", "{\"choices\":", "[1]", "\"text\"", "{\"a\":\"\xff\"}",
		"<html>",
		"{\"choices\":[{\"delta\":{\"content\":\"more than eight bytes\"}}]}",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct chat_reply reply;
		struct wire_reader reader;
		struct err *err;
		bool progress;

		chat_reply_init(&reply, 8);
		wire_reader_init(&reader, WIRE_OPENAI, &reply);
		err = wire_event(&reader, span_of(cases[i]), &progress);
		if (!err || err_kind(err) != ERR_SERVICE)
			fail_msg("%s", cases[i]);
		err_drop(err);
		wire_reader_release(&reader);
		chat_reply_release(&reply);
	}
}

static void error_texts(void **state)
{
	static const struct {
		const char *body, *want;
	} cases[] = {
		{ "{\"error\":{\"message\":\"Model Not Exist\",\"type\":\"invalid_request_error\","
		  "\"param\":null,\"code\":\"invalid_request_error\"}}",
		  "Model Not Exist" },
		{ "{\"error\":{\"code\":402,\"message\":\"no credit\",\"metadata\":{}}}",
		  "no credit" },
		{ "{\"object\":\"error\",\"message\":\"too long\",\"code\":400}",
		  "too long" },
		{ "{\"error\":\"model 'x' not found\"}", "model 'x' not found" },
		{ "{\"message\":\"Not Found\",\"status\":\"404\"}", "Not Found" },
		{ "{\"detail\":\"no\"}", "no" },
		{ "{\"error\":{}}", "an error without a message" },
		{ "\n <html>busy</html>\n", "<html>busy</html>" },
		{ "", "" },
		{ "{\"error\":", "{\"error\":" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct str out = STR_INIT(200);

		wire_error_text(span_of(cases[i].body), &out);
		assert_string_equal(out.buf, cases[i].want);
		str_release(&out);
	}
}

static void long_error_is_cut_at_a_character(void **state)
{
	struct str out = STR_INIT(10);

	(void)state;
	wire_error_text(SPAN("\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9 \xe2\x82\xac\xe2\x82\xac"),
			&out);
	assert_string_equal(out.buf, "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9 ");
	assert_null(str_err(&out, "x"));
	str_release(&out);
}

static void collect(void *ctx, struct span id)
{
	str_add_span(ctx, id);
	str_addc(ctx, ' ');
}

static void lists_models(void **state)
{
	static const struct {
		const char *body, *want; /* NULL: refused */
	} cases[] = {
		{ "{\"object\":\"list\",\"data\":[{\"id\":\"a\"},{\"id\":\"b/c\"},{}]}",
		  "a b/c " },
		{ "{\"models\":[{\"name\":\"qwen2.5:7b\",\"model\":\"x\"}]}",
		  "qwen2.5:7b " },
		{ "{\"data\":[]}", "" },
		{ "{}", NULL },
		{ "<html>", NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct str out = STR_INIT(200);
		struct err *err = wire_models(span_of(cases[i].body), collect, &out);

		assert_true(!err == (cases[i].want != NULL));
		if (cases[i].want)
			assert_string_equal(out.buf, cases[i].want);
		err_drop(err);
		str_release(&out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(encodes),
		cmocka_unit_test(windows),
		cmocka_unit_test(reads),
		cmocka_unit_test(progress_is_work),
		cmocka_unit_test(bodies),
		cmocka_unit_test(bad_events),
		cmocka_unit_test(error_texts),
		cmocka_unit_test(long_error_is_cut_at_a_character),
		cmocka_unit_test(lists_models),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
