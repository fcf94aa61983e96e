/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <stdio.h>

#include "base/compiler.h"
#include "model/client.h"
#include "model/tape.h"

static struct chat_reply reply_of(const char *text)
{
	struct chat_reply reply;

	chat_reply_init(&reply, 4096);
	str_adds(&reply.text, text);
	reply.finish = CHAT_STOP;
	snprintf(reply.model, sizeof(reply.model), "m-1");
	reply.usage = (struct usage){ .requests = 2, .prompt_tokens = 30, .cached_tokens = 10,
				      .completion_tokens = 5, .usd = 0.125,
				      .estimated = true };
	return reply;
}

static void add(struct tape *tape, const char *request, const char *text)
{
	struct chat_reply reply = reply_of(text);

	ok(tape_add(tape, span_of(request), &reply, NULL));
	chat_reply_release(&reply);
}

static void plays(struct tape *tape, const char *request, const char *text)
{
	struct chat_reply reply;

	chat_reply_init(&reply, 4096);
	ok(tape_play(tape, span_of(request), &reply));
	assert_string_equal(reply.text.buf, text);
	assert_string_equal(reply.model, "m-1");
	assert_int_equal(reply.finish, CHAT_STOP);
	assert_int_equal(reply.usage.requests, 2);
	assert_int_equal(reply.usage.prompt_tokens, 30);
	assert_int_equal(reply.usage.cached_tokens, 10);
	assert_int_equal(reply.usage.completion_tokens, 5);
	assert_float_equal(reply.usage.usd, 0.125, 1e-12);
	assert_true(reply.usage.estimated);
	chat_reply_release(&reply);
}

static void records_and_plays(void **state)
{
	struct tape *tape, *copy;
	struct chat_reply reply = reply_of("");

	(void)state;
	ok(tape_new(&tape));
	assert_false(tape_plays(tape));
	assert_string_equal(tape_fact(tape, "run", "20261124-1"), "20261124-1");
	assert_string_equal(tape_fact(tape, "run", "another"), "20261124-1");
	add(tape, "{\"q\":\"a\\n\"}", "first \"\n\xe2\x82\xac");
	add(tape, "{\"q\":2}", "two");
	add(tape, "{\"q\":\"a\\n\"}", "second");

	ok(tape_parse(&copy, tape_text(tape)));
	assert_true(tape_plays(copy));
	assert_string_equal(tape_fact(copy, "run", "x"), "20261124-1");
	assert_null(tape_fact(copy, "time", "x"));
	plays(copy, "{\"q\":2}", "two");
	plays(copy, "{\"q\":\"a\\n\"}", "first \"\n\xe2\x82\xac");
	plays(copy, "{\"q\":\"a\\n\"}", "second");
	plays(copy, "{\"q\":\"a\\n\"}", "second");
	fails(tape_play(copy, SPAN("{\"q\":3}"), &reply), ERR_INPUT,
	      "the recording has no such request: ...{\"q\":3}");
	tape_free(tape);
	tape_free(copy);
	chat_reply_release(&reply);
}

static void failures_too(void **state)
{
	struct tape *tape, *copy;
	struct chat_reply reply = reply_of("");
	struct err *failed = err_hint(err_new(ERR_CONFIG, "HTTP 401: no"), "set it");

	(void)state;
	ok(tape_new(&tape));
	ok(tape_add(tape, SPAN("q"), &reply, failed));
	err_drop(failed);
	ok(tape_parse(&copy, tape_text(tape)));
	failed = tape_play(copy, SPAN("q"), &reply);
	assert_non_null(failed);
	assert_string_equal(err_hint_text(failed), "set it");
	fails(failed, ERR_CONFIG, "HTTP 401: no");
	tape_free(tape);
	tape_free(copy);
	chat_reply_release(&reply);
}

/* A tape made in one folder is played in another. */
static void paths_are_hidden(void **state)
{
	struct tape *tape, *copy;

	(void)state;
	ok(tape_new(&tape));
	ok(tape_hide(tape, "/home/me/repo", "[repository]"));
	ok(tape_hide(tape, "/home/me/repo/.git/dualfix/checkout", "[checkout]"));
	add(tape,
	    "cc /home/me/repo/.git/dualfix/checkout/a.c /home/me/repo/b.c /home/me/x",
	    "t");
	assert_non_null(strstr(tape_text(tape).ptr,
			       "cc [checkout]/a.c [repository]/b.c /home/me/x"));
	ok(tape_parse(&copy, tape_text(tape)));
	ok(tape_hide(copy, "/srv/co", "[checkout]"));
	ok(tape_hide(copy, "/srv/repo", "[repository]"));
	plays(copy, "cc /srv/co/a.c /srv/repo/b.c /home/me/x", "t");
	tape_free(tape);
	tape_free(copy);
}

static void bad_tapes(void **state)
{
	static const struct {
		const char *text, *error;
	} cases[] = {
		{ "", "the recording is empty" },
		{ "\n", "line 1" },
		{ "nonsense\n", "line 1" },
		{ "{\"tape\":2}\n", "line 1: tape" },
		{ "{\"request\":\"x\"}\n", "line 1: tape: missing" },
		{ "{\"tape\":1}\n{\"request\":\"x\"}\n", "line 2: text: missing" },
		{ "{\"tape\":1}\n{\"request\":5}\n",
		  "line 2: request: expected a string" },
		{ "{\"tape\":1}\n{\"fact\":\"x\"}\n", "line 2: value: missing" },
		{ "{\"tape\":1}\n{\"request\":\"x\",", "line 2" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct tape *tape;

		fails_saying(tape_parse(&tape, span_of(cases[i].text)), ERR_INPUT,
			     cases[i].error);
		assert_null(tape);
	}
}

struct outcome {
	char text[64];
	char told[64];
	struct err *err;
	bool over;
};

static void on_delta(void *ctx, struct span text)
{
	struct outcome *outcome = ctx;

	snprintf(outcome->told, sizeof(outcome->told), "%.*s", (int)text.len, text.ptr);
}

static void on_done(void *ctx, struct chat_reply *reply, struct err *err)
{
	struct outcome *outcome = ctx;

	snprintf(outcome->text, sizeof(outcome->text), "%s", reply->text.buf);
	outcome->err = err;
	outcome->over = true;
}

/* A client with a tape needs no network at all. */
static void client_plays(void **state)
{
	const struct client_limits limits = { 0 };
	const struct endpoint endpoint = {
		.url = "https://x.example", .host = "x.example", .model = "m",
		.role = "planner", .thinking = "off", .concurrency = 1,
		.profile = profile_by_name("openai"),
	};
	struct chat_message message = { CHAT_USER, SPAN("known") };
	const struct chat_request request = { .messages = &message, .n_messages = 1,
					      .max_tokens = 10 };
	const char body[] = "{\"model\":\"m\",\"stream\":true,"
			    "\"stream_options\":{\"include_usage\":true},\"temperature\":0,"
			    "\"max_tokens\":10,\"messages\":[{\"role\":\"user\","
			    "\"content\":\"known\"}]}";
	struct outcome outcome = { .over = false };
	struct tape *record, *tape;
	struct client *client;
	struct loop *loop;
	struct chat *chat;

	(void)state;
	ok(tape_new(&record));
	add(record, body, "an answer");
	ok(tape_parse(&tape, tape_text(record)));
	ok(loop_new(&loop));
	ok(client_new(&client, loop, NULL, &limits));
	client_use_tape(client, tape);
	ok(client_chat(client, &endpoint, &request, on_delta, on_done, &outcome, &chat));
	ok(loop_run(loop, &outcome.over));
	ok(outcome.err);
	assert_string_equal(outcome.text, "an answer");
	assert_string_equal(outcome.told, "an answer");

	message.text = SPAN("unknown");
	outcome = (struct outcome){ .over = false };
	ok(client_chat(client, &endpoint, &request, on_delta, on_done, &outcome, &chat));
	ok(loop_run(loop, &outcome.over));
	fails_saying(outcome.err, ERR_INPUT, "no such request");
	assert_string_equal(outcome.text, "");
	client_free(client);
	loop_free(loop);
	tape_free(tape);
	tape_free(record);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records_and_plays),
		cmocka_unit_test(failures_too),
		cmocka_unit_test(paths_are_hidden),
		cmocka_unit_test(bad_tapes),
		cmocka_unit_test(client_plays),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
