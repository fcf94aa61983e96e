/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <stdio.h>

#include "model-side.h"
#include "model/models.h"
#include "model/probe.h"
#include "model/tape.h"
#include "sys/clock.h"

/*
 * The other side is tests/server/modelserver.py. Each case has a model of its own, so
 * one server plays all of them, and all run at once: the whole takes as long as the
 * slowest.
 */
#define KEY "sk-this-is-the-key-0123456789"

/* Long enough for a busy machine, and short for whoever waits. */
#define SILENT_MS 4000
#define QUEUED_MS 5000

#define TWO "\"content\":\"one two three four five\",\"chunk_bytes\":4"
#define TEXT "one two three four five"
#define EURO "\"content\":\"a \\u20ac and \\u00e9\",\"chunk_bytes\":1"
#define EURO_TEXT "a \xe2\x82\xac and \xc3\xa9"

static const struct {
	const char *name;
	const char *profile;
	const char *replies[3]; /* one after another; the last one stays */
	const char *text;       /* the answer; NULL: it fails */
	enum err_kind kind;
	const char *error;
	enum chat_finish finish;
	int requests; /* 0: some */
} cases[] = {
	{ "plain", "openai", { "{" TWO "}" }, TEXT, 0, NULL, CHAT_STOP, 1 },
	{ "thinking", "deepseek",
	  { "{" TWO ",\"reasoning\":\"let me think about that\"}" },
	  TEXT, 0, NULL, CHAT_STOP, 1 },
	{ "crlf", "openai", { "{" TWO ",\"sse\":[\"crlf\",\"bom\"]}" }, TEXT, 0, NULL,
	  CHAT_STOP, 1 },
	{ "split-data", "openai", { "{" TWO ",\"sse\":[\"split_data\"]}" },
	  TEXT, 0, NULL, CHAT_STOP, 1 },
	{ "utf8-bytes", "openai", { "{" EURO ",\"write_bytes\":1}" },
	  EURO_TEXT, 0, NULL, CHAT_STOP, 1 },
	{ "ollama", "ollama", { "{" TWO "}" }, TEXT, 0, NULL, CHAT_STOP, 1 },
	{ "ollama-bytes", "ollama", { "{" EURO ",\"write_bytes\":1}" },
	  EURO_TEXT, 0, NULL, CHAT_STOP, 1 },
	{ "usage-on-finish", "openai", { "{" TWO ",\"sse\":[\"usage_on_finish\"]}" },
	  TEXT, 0, NULL, CHAT_STOP, 1 },
	{ "no-usage", "openai", { "{" TWO ",\"sse\":[\"no_usage\"]}" },
	  TEXT, 0, NULL, CHAT_STOP, 1 },
	{ "keep-alive", "openai", { "{" TWO ",\"delay_ms\":600,\"keepalive_ms\":100}" },
	  TEXT, 0, NULL, CHAT_STOP, 1 },
	{ "empty-lines", "openai", { "{" TWO ",\"fault\":\"empty_lines_first\"}" },
	  TEXT, 0, NULL, CHAT_STOP, 1 },
	{ "unstreamed", "openai",
	  { "{\"body\":{\"choices\":[{\"message\":{\"content\":\"" TEXT "\"},"
	    "\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":7}}}" },
	  TEXT, 0, NULL, CHAT_STOP, 1 },
	{ "length", "openai", { "{" TWO ",\"finish_reason\":\"length\"}" },
	  TEXT, 0, NULL, CHAT_LENGTH, 1 },
	{ "filtered", "openai", { "{" TWO ",\"finish_reason\":\"content_filter\"}" },
	  TEXT, 0, NULL, CHAT_FILTERED, 1 },

	/* what may go better is tried again */
	{ "blank-once", "openai", { "{\"content\":\"  \\n \"}", "{" TWO "}" },
	  TEXT, 0, NULL, CHAT_STOP, 2 },
	{ "blank", "openai", { "{\"content\":\"   \"}" }, NULL, ERR_SERVICE, "is blank",
	  0, 3 },
	{ "nothing", "openai", { "{\"content\":\"\"}" }, NULL, ERR_SERVICE, "is blank",
	  0, 3 },
	{ "tool-calls", "openai",
	  { "{\"content\":\"\",\"tool_calls\":[{\"function\":{\"name\":\"f\",\"arguments\":\"{\"}}]}",
	    "{" TWO "}" }, TEXT, 0, NULL, CHAT_STOP, 2 },
	{ "starved", "openai",
	  { "{" TWO ",\"finish_reason\":\"insufficient_system_resource\"}", "{" TWO "}" },
	  TEXT, 0, NULL, CHAT_STOP, 2 },
	{ "aborted", "openai", { "{" TWO ",\"finish_reason\":\"aborted\"}" },
	  NULL, ERR_SERVICE, "ended with 'aborted'", 0, 3 },
	{ "busy", "openai", { "{\"status\":429,\"headers\":{\"Retry-After\":\"1\"}}",
	  "{" TWO "}" },
	  TEXT, 0, NULL, CHAT_STOP, 2 },
	{ "busy-past", "openai",
	  { "{\"status\":429,\"headers\":{\"Retry-After\":\"Fri, 31 Dec 1999 23:59:59 GMT\"}}",
	    "{" TWO "}" }, TEXT, 0, NULL, CHAT_STOP, 2 },
	{ "busy-for-long", "openai",
	  { "{\"status\":429,\"headers\":{\"Retry-After\":\"3000\"}}" },
	  NULL, ERR_SERVICE, "HTTP 429", 0, 1 },
	{ "fault", "openai", { "{\"status\":500}", "{\"status\":503}", "{" TWO "}" },
	  TEXT, 0, NULL, CHAT_STOP, 3 },
	{ "fault-stays", "openai", { "{\"status\":503}" },
	  NULL, ERR_SERVICE, "after 3 attempts: HTTP 503: scripted status 503", 0, 3 },
	{ "error-in-200", "openai", { "{" TWO ",\"fault\":\"error_in_200\"}",
	  "{" TWO "}" },
	  TEXT, 0, NULL, CHAT_STOP, 2 },
	{ "error-in-200-ollama", "ollama", { "{" TWO ",\"fault\":\"error_in_200\"}" },
	  NULL, ERR_SERVICE, "the server broke off: scripted failure", 0, 3 },
	{ "garbage", "openai", { "{" TWO ",\"fault\":\"garbage\"}" },
	  NULL, ERR_SERVICE, "malformed reply", 0, 3 },
	{ "garbage-once", "ollama", { "{" TWO ",\"fault\":\"garbage\"}", "{" TWO "}" },
	  TEXT, 0, NULL, CHAT_STOP, 2 },

	/* once only */
	{ "cut-once", "openai", { "{" TWO ",\"fault\":\"cut\"}", "{" TWO "}" },
	  TEXT, 0, NULL, CHAT_STOP, 2 },
	{ "cut", "openai", { "{" TWO ",\"fault\":\"cut\"}" }, NULL, ERR_SERVICE, "", 0,
	  2 },
	{ "no-done-once", "openai", { "{" TWO ",\"fault\":\"no_done\"}", "{" TWO "}" },
	  TEXT, 0, NULL, CHAT_STOP, 2 },
	{ "no-done", "openai", { "{" TWO ",\"fault\":\"no_done\"}" },
	  NULL, ERR_SERVICE, "was cut off", 0, 2 },
	{ "no-done-ollama", "ollama", { "{" TWO ",\"fault\":\"no_done\"}" },
	  NULL, ERR_SERVICE, "was cut off", 0, 2 },
	{ "close-before", "openai", { "{\"fault\":\"close_before\"}", "{" TWO "}" },
	  TEXT, 0, NULL, CHAT_STOP, 2 },
	{ "stall", "openai", { "{" TWO ",\"fault\":\"stall\"}", "{" TWO "}" },
	  TEXT, 0, NULL, CHAT_STOP, 2 },
	{ "stall-with-comments", "openai",
	  { "{" TWO ",\"fault\":\"keepalive_forever\"}" },
	  NULL, ERR_SERVICE, "the answer stopped half way", 0, 2 },
	{ "silence", "openai", { "{" TWO ",\"delay_ms\":60000}" },
	  NULL, ERR_SERVICE, "no answer for", 0, 2 },
	{ "queue", "openai", { "{" TWO ",\"delay_ms\":60000,\"keepalive_ms\":300}" },
	  NULL, ERR_SERVICE, "queued, no answer for", 0, 2 },
	{ "drip", "openai", { "{" TWO ",\"fault\":\"slow_drip\",\"gap_ms\":500}" },
	  NULL, ERR_SERVICE, " for ", 0, 2 },

	/* never */
	{ "bad-key", "openai", { "{\"status\":401,\"body\":\"bad key @KEY@\"}" },
	  NULL, ERR_CONFIG, "HTTP 401: bad key [key]", 0, 1 },
	{ "forbidden", "openai", { "{\"status\":403}" }, NULL, ERR_CONFIG, "HTTP 403",
	  0, 1 },
	{ "no-balance", "openai", { "{\"status\":402}" }, NULL, ERR_SERVICE, "HTTP 402",
	  0, 1 },
	{ "unknown-model", "openai",
	  { "{\"status\":400,\"body\":{\"error\":{\"message\":\"supported: a, b\"}}}" },
	  NULL, ERR_SERVICE, "HTTP 400: supported: a, b", 0, 1 },
	{ "overlong", "openai",
	  { "{\"status\":400,\"body\":{\"error\":{\"message\":\"maximum context length is 5\"}}}" },
	  NULL, ERR_SERVICE, "maximum context length", 0, 1 },
	{ "moved", "openai", { "{\"status\":302,\"headers\":{\"Location\":\"/x\"}}" },
	  NULL, ERR_SERVICE, "HTTP 302", 0, 1 },
	{ "html", "openai", { "{\"fault\":\"html\"}" },
	  NULL, ERR_SERVICE, "no answer of a model: '<html>", 0, 1 },
	{ "html-502", "openai", { "{\"fault\":\"html\",\"status\":502}", "{" TWO "}" },
	  TEXT, 0, NULL, CHAT_STOP, 2 },
	{ "endless", "openai", { "{" TWO ",\"fault\":\"endless\"}" },
	  NULL, ERR_SERVICE, "larger than", 0, 1 },
	/* on a busy machine it is not unpacked before QUEUED_MS */
	{ "bomb", "openai", { "{\"fault\":\"gzip_bomb\"}" }, NULL, ERR_SERVICE, "", 0,
	  0 },
	{ "error-400-in-200", "openai",
	  { "{\"body\":{\"error\":{\"code\":400,\"message\":\"no such thing\"}}}" },
	  NULL, ERR_SERVICE, "HTTP 400: no such thing", 0, 1 },
	{ "key-in-answer", "openai",
	  { "{\"body\":{\"choices\":[{\"message\":{\"content\":\"it is @KEY@!\"},"
	    "\"finish_reason\":\"stop\"}]}}" },
	  "it is [key]!", 0, NULL, CHAT_STOP, 1 },
};

#define N_CASES ARRAY_SIZE(cases)

static void add_rules(struct str *out)
{
	str_adds(out, "{\"models\":[\"b\",\"a\",\"qwen2.5-coder:7b\"],\"rules\":[");
	for (size_t i = 0; i < N_CASES; i++) {
		for (size_t j = 0; j < 3 && cases[i].replies[j]; j++) {
			bool last = j == 2 || !cases[i].replies[j + 1];

			str_addf(out, "{\"match\":{\"model\":\"%s\"},%s\"reply\":%s},\n",
				 cases[i].name, last ? "" : "\"times\":1,",
				 cases[i].replies[j]);
		}
	}
	str_adds(out, "{\"match\":{\"model\":\"slow\"},"
		      "\"reply\":{\"content\":\"x\",\"delay_ms\":300}}]}\n");
}

static int setup(void **state)
{
	struct str scenario = STR_INIT(1 << 20);

	(void)state;
	add_rules(&scenario);
	side_start(&scenario, KEY);
	str_release(&scenario);
	return 0;
}

struct result {
	struct chat_reply reply;
	struct err *err;
	struct str told; /* what delta saw since it last began anew */
	int times;
	int *left;
	bool *over;
};

static void on_delta(void *ctx, struct span text)
{
	struct result *result = ctx;

	if (!text.len)
		str_reset(&result->told);
	str_add_span(&result->told, text);
}

static void on_done(void *ctx, struct chat_reply *reply, struct err *err)
{
	struct result *result = ctx;

	result->times++;
	result->reply = *reply;
	str_init(&reply->text, 0); /* the text is ours now */
	result->err = err;
	if (!--*result->left)
		*result->over = true;
}

static void judge(size_t i, struct result *result)
{
	const struct usage *usage = &result->reply.usage;
	const char *error = result->err ? err_text(result->err) : NULL;

	if (result->times != 1)
		fail_msg("%s: done %d times", cases[i].name, result->times);
	if (error && cases[i].text)
		fail_msg("%s: failed: %s", cases[i].name, error);
	if (!error && !cases[i].text)
		fail_msg("%s: answered '%s'", cases[i].name, result->reply.text.buf);
	if (cases[i].requests && usage->requests != cases[i].requests)
		fail_msg("%s: %d requests (%s)", cases[i].name, (int)usage->requests,
			 error ? error : "answered");
	if (error) {
		if (err_kind(result->err) != cases[i].kind ||
		    !strstr(error, cases[i].error))
			fail_msg("%s: %s", cases[i].name, error);
		if (strstr(error, KEY) || !strstr(error, "planner '"))
			fail_msg("%s: %s", cases[i].name, error);
		assert_int_equal(result->reply.text.len, 0);
		return;
	}
	if (strcmp(result->reply.text.buf, cases[i].text) ||
	    (strcmp(result->told.buf, cases[i].text) && !strstr(cases[i].text, "[key]")))
		fail_msg("%s: '%s', told '%s'", cases[i].name, result->reply.text.buf,
			 result->told.buf);
	assert_int_equal(result->reply.finish, cases[i].finish);
	assert_true(usage->prompt_tokens > 0);
	assert_true(usage->usd > 0);
	assert_int_equal(usage->estimated, usage->requests > 1 ? usage->estimated
				: !strcmp(cases[i].name, "no-usage") ||
				  !strcmp(cases[i].name, "key-in-answer"));
}

static void fault_matrix(void **state)
{
	const struct client_limits limits = {
		.queued_ms = QUEUED_MS, .silent_ms = SILENT_MS, .between_ms = SILENT_MS,
		.deadline_ms = clock_mono_ms() + 60000, .max_attempts = 3,
		.max_answer_bytes = 65536,
	};
	static struct result results[N_CASES];
	struct endpoint endpoints[N_CASES];
	struct client *client;
	int left = (int)N_CASES;
	bool over = false;

	(void)state;
	ok(client_new(&client, side.loop, side.http, &limits));
	for (size_t i = 0; i < N_CASES; i++) {
		struct chat *chat;

		results[i] = (struct result){ .left = &left, .over = &over };
		str_init(&results[i].told, 1 << 20);
		endpoints[i] = endpoint_with(side.endpoint, cases[i].name, NULL);
		endpoints[i].profile = profile_by_name(cases[i].profile);
		ok(client_chat(client, &endpoints[i], &request, on_delta, on_done,
			       &results[i], &chat));
	}
	ok(loop_run(side.loop, &over));
	for (size_t i = 0; i < N_CASES; i++) {
		judge(i, &results[i]);
		str_release(&results[i].told);
		chat_reply_release(&results[i].reply);
		err_drop(results[i].err);
	}
	client_free(client);
}

static void hints(void **state)
{
	static const struct {
		const char *model, *hint;
	} wanted[] = {
		{ "bad-key", "the key from DUALFIX_TEST_KEY was refused" },
		{ "no-balance", "no balance left" },
		{ "moved", "redirects are not followed" },
		{ "overlong", "dualfix.exclude" },
	};
	const struct client_limits limits = { .max_attempts = 1 };
	struct client *client;

	(void)state;
	ok(client_new(&client, side.loop, side.http, &limits));
	for (size_t i = 0; i < ARRAY_SIZE(wanted); i++) {
		struct endpoint endpoint =
			endpoint_with(side.endpoint, wanted[i].model, NULL);
		struct chat *chat;
		int left = 1;
		bool over = false;
		struct result result = { .left = &left, .over = &over };

		ok(client_chat(client, &endpoint, &request, NULL, on_done, &result,
			       &chat));
		ok(loop_run(side.loop, &over));
		assert_non_null(result.err);
		assert_non_null(err_hint_text(result.err));
		if (!strstr(err_hint_text(result.err), wanted[i].hint))
			fail_msg("%s: %s", wanted[i].model, err_hint_text(result.err));
		err_drop(result.err);
	}
	client_free(client);
}

/* A port that nobody listens on is given up within 5 seconds. */
static void closed_port(void **state)
{
	const struct client_limits limits = { 0 };
	struct endpoint endpoint = endpoint_with(side.endpoint, "m", NULL);
	struct client *client;
	struct chat *chat;
	int left = 1;
	bool over = false;
	struct result result = { .left = &left, .over = &over };
	int64_t start_ms = clock_mono_ms();

	(void)state;
	endpoint.url = "http://127.0.0.1:1/v1";
	ok(client_new(&client, side.loop, side.http, &limits));
	ok(client_chat(client, &endpoint, &request, NULL, on_done, &result, &chat));
	ok(loop_run(side.loop, &over));
	assert_true(clock_mono_ms() - start_ms < 60000);
	fails_saying(result.err, ERR_SERVICE, "planner 'm'");
	client_free(client);
}

static void run_time_is_up(void **state)
{
	const struct client_limits limits = { .deadline_ms = clock_mono_ms() + 1000 };
	struct endpoint endpoint = endpoint_with(side.endpoint, "silence", NULL);
	struct client *client;
	struct chat *chat;
	int left = 3;
	bool over = false;
	struct result results[3];

	(void)state;
	endpoint.concurrency = 2; /* the third never gets its turn */
	ok(client_new(&client, side.loop, side.http, &limits));
	for (size_t i = 0; i < 3; i++) {
		results[i] = (struct result){ .left = &left, .over = &over };
		ok(client_chat(client, &endpoint, &request, NULL, on_done, &results[i],
			       &chat));
	}
	ok(loop_run(side.loop, &over));
	for (size_t i = 0; i < 3; i++) {
		fails_saying(results[i].err, ERR_SERVICE,
			     "the time for this run is used up");
		assert_int_equal(results[i].reply.usage.requests, i < 2);
	}
	client_free(client);
}

/* With one request at a time, five of 300 ms take five times that. */
static void takes_turns(void **state)
{
	const struct client_limits limits = { 0 };
	struct endpoint endpoint = endpoint_with(side.endpoint, "slow", NULL);
	struct client *client;
	struct chat *chat;
	int left = 5;
	bool over = false;
	struct result results[5];
	int64_t start_ms = clock_mono_ms();

	(void)state;
	endpoint.concurrency = 1;
	ok(client_new(&client, side.loop, side.http, &limits));
	for (size_t i = 0; i < 5; i++) {
		results[i] = (struct result){ .left = &left, .over = &over };
		ok(client_chat(client, &endpoint, &request, NULL, on_done, &results[i],
			       &chat));
	}
	ok(loop_run(side.loop, &over));
	assert_true(clock_mono_ms() - start_ms >= 1500);
	for (size_t i = 0; i < 5; i++) {
		ok(results[i].err);
		chat_reply_release(&results[i].reply);
	}
	client_free(client);
}

static void too_large_is_not_sent(void **state)
{
	static char text[200000];
	const struct chat_message large = { CHAT_USER, { text, sizeof(text) } };
	const struct chat_request too_large = { .messages = &large, .n_messages = 1,
						.max_tokens = 100 };
	const struct client_limits limits = { 0 };
	struct endpoint endpoint = endpoint_with(side.endpoint, "qwen2.5-coder:7b", NULL);
	struct client *client;
	struct chat *chat;

	(void)state;
	memset(text, 'x', sizeof(text));
	ok(client_new(&client, side.loop, side.http, &limits));
	fails_saying(
		client_chat(client, &endpoint, &too_large, NULL, on_done, NULL, &chat),
		ERR_SERVICE, "does not fit");
	client_free(client);
}

static struct chat *running;

static void cancelling_delta(void *ctx, struct span text)
{
	bool *over = ctx;

	(void)text;
	client_cancel(running, NULL);
	running = NULL;
	*over = true;
}

static void cancels(void **state)
{
	const struct client_limits limits = { .queued_ms = 1500 };
	struct endpoint endpoint = endpoint_with(side.endpoint, "plain", NULL);
	struct client *client;
	struct loop_timer *timer;
	bool over = false;

	(void)state;
	ok(client_new(&client, side.loop, side.http, &limits));

	/* before it began */
	ok(client_chat(client, &endpoint, &request, NULL, never_called, NULL, &running));
	client_cancel(running, NULL);

	/* from its own callback */
	ok(client_chat(client, &endpoint, &request, cancelling_delta, never_called, &over,
		       &running));
	ok(loop_run(side.loop, &over));

	/* with its client, while it runs: nothing watches it any more */
	endpoint = endpoint_with(side.endpoint, "silence", NULL);
	ok(client_chat(client, &endpoint, &request, NULL, never_called, NULL, &running));
	over = false;
	ok(loop_timer(side.loop, clock_mono_ms() + 300, ring, &over, &timer));
	ok(loop_run(side.loop, &over));
	client_free(client);
	over = false;
	ok(loop_timer(side.loop, clock_mono_ms() + limits.queued_ms, ring, &over, &timer));
	ok(loop_run(side.loop, &over));
	client_cancel(NULL, NULL);
}

static void cancel_it(void *ctx)
{
	struct usage *spent = ctx;

	client_cancel(running, spent);
	running = NULL;
}

/* A call that could not even begin has cost nothing, and nobody else frees why. */
static void cancels_unsent(void **state)
{
	const struct client_limits limits = { 0 };
	struct endpoint endpoint = endpoint_with(side.endpoint, "plain", NULL);
	struct usage spent = { .requests = -1 };
	struct client *client;
	struct loop_timer *timer;
	bool over = false;

	(void)state;
	endpoint.url = "http://example.com/";
	endpoint.allow_http = false;
	ok(client_new(&client, side.loop, side.http, &limits));
	ok(client_chat(client, &endpoint, &request, NULL, never_called, NULL, &running));
	ok(loop_timer(side.loop, clock_mono_ms(), cancel_it, &spent, &timer));
	ok(loop_timer(side.loop, clock_mono_ms() + 50, ring, &over, &timer));
	ok(loop_run(side.loop, &over));
	assert_int_equal(spent.requests, 0);
	client_free(client);
}

/* What a server said, and what the tape says then, are the same; no key is on it. */
static void recorded_and_played(void **state)
{
	static const char *const models[] = { "plain", "fault-stays", "bad-key",
					      "key-in-answer" };
	const struct client_limits limits = { .max_attempts = 2 };
	struct result results[2][ARRAY_SIZE(models)];
	struct tape *tapes[2] = { NULL, NULL };

	(void)state;
	ok(tape_new(&tapes[0]));
	for (size_t round = 0; round < 2; round++) {
		struct client *client;

		if (round)
			ok(tape_parse(&tapes[1], tape_text(tapes[0])));
		ok(client_new(&client, side.loop, round ? NULL : side.http, &limits));
		client_use_tape(client, tapes[round]);
		for (size_t i = 0; i < ARRAY_SIZE(models); i++) {
			struct endpoint endpoint =
				endpoint_with(side.endpoint, models[i], NULL);
			int left = 1;
			bool over = false;
			struct chat *chat;

			results[round][i] = (struct result){ .left = &left, .over = &over };
			ok(client_chat(client, &endpoint, &request, NULL, on_done,
				       &results[round][i], &chat));
			ok(loop_run(side.loop, &over));
		}
		client_free(client);
	}
	assert_null(strstr(tape_text(tapes[0]).ptr, KEY));
	for (size_t i = 0; i < ARRAY_SIZE(models); i++) {
		struct result *a = &results[0][i], *b = &results[1][i];

		assert_string_equal(a->reply.text.buf, b->reply.text.buf);
		assert_string_equal(a->reply.model, b->reply.model);
		assert_int_equal(a->reply.usage.requests, b->reply.usage.requests);
		assert_float_equal(a->reply.usage.usd, b->reply.usage.usd, 0);
		assert_int_equal(!a->err, !b->err);
		if (a->err)
			assert_string_equal(err_text(a->err), err_text(b->err));
		for (size_t round = 0; round < 2; round++) {
			err_drop(results[round][i].err);
			chat_reply_release(&results[round][i].reply);
		}
	}
	tape_free(tapes[0]);
	tape_free(tapes[1]);
}

struct listing {
	char ids[128];
	struct err *err;
	bool over;
};

static void on_models(void *ctx, const char *const *ids, size_t n, struct err *err)
{
	struct listing *listing = ctx;
	const char *pick = models_pick_executor(ids, n);

	for (size_t i = 0; i < n; i++)
		snprintf(listing->ids + strlen(listing->ids),
			 sizeof(listing->ids) - strlen(listing->ids), "%s ", ids[i]);
	snprintf(listing->ids + strlen(listing->ids),
		 sizeof(listing->ids) - strlen(listing->ids), "-> %s",
		 pick ? pick : "none");
	listing->err = err;
	listing->over = true;
}

static void lists_models(void **state)
{
	static const char *const profiles[] = { "openai", "ollama" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(profiles); i++) {
		struct endpoint endpoint = endpoint_with(side.endpoint, "m", NULL);
		struct listing listing = { .over = false };
		struct models *models;

		endpoint.profile = profile_by_name(profiles[i]);
		ok(models_start(&models, side.http, &endpoint, on_models, &listing));
		ok(loop_run(side.loop, &listing.over));
		ok(listing.err);
		assert_string_equal(listing.ids,
				    "a b qwen2.5-coder:7b -> qwen2.5-coder:7b");
	}
}

struct found {
	char url[64], model[64];
	bool over;
};

static void on_found(void *ctx, const char *url, const char *model)
{
	struct found *found = ctx;

	snprintf(found->url, sizeof(found->url), "%s", url ? url : "");
	snprintf(found->model, sizeof(found->model), "%s", model ? model : "");
	found->over = true;
}

/* Whatever runs here: it ends soon, and finds a place and a model or neither. */
static void probes(void **state)
{
	struct found found = { .over = false };
	struct probe *probe;
	int64_t start_ms = clock_mono_ms();

	(void)state;
	ok(probe_start(&probe, side.loop, side.http, on_found, &found));
	ok(loop_run(side.loop, &found.over));
	assert_true(clock_mono_ms() - start_ms < 60000);
	assert_int_equal(found.url[0] != '\0', found.model[0] != '\0');
	ok(probe_start(&probe, side.loop, side.http, on_found, &found));
	probe_cancel(probe);
	probe_cancel(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(recorded_and_played),
		cmocka_unit_test(lists_models),
		cmocka_unit_test(probes),
		cmocka_unit_test(too_large_is_not_sent),
		cmocka_unit_test(cancels),
		cmocka_unit_test(cancels_unsent),
		cmocka_unit_test(takes_turns),
		cmocka_unit_test(hints),
		cmocka_unit_test(closed_port),
		cmocka_unit_test(run_time_is_up),
		cmocka_unit_test(fault_matrix),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, setup, side_stop);
}
