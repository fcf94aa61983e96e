/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "repo-fixture.h"
#include "base/compiler.h"
#include "model/cache.h"
#include "model/client.h"
#include "model/wire.h"
#include "repo/cache.h"
#include "sys/clock.h"

#define YEAR_S ((int64_t)365 * 86400)

static bool has(const struct cache *cache, const char *key, const char *value)
{
	struct str out = STR_INIT(1024);
	bool found = cache_get(cache, span_of(key), &out);

	if (found)
		assert_string_equal(out.buf, value);
	else
		assert_int_equal(out.len, 0);
	str_release(&out);
	return found;
}

static void stored_and_found(void **state)
{
	struct fixture f;
	struct cache *cache, *brief;
	size_t removed;

	(void)state;
	fixture_make(&f, HISTORY_SH);
	fixture_open(&f);
	ok(cache_open(&cache, f.repo, YEAR_S));
	ok(cache_open(&brief, f.repo, 0));
	assert_false(has(cache, "k", ""));
	cache_forget(cache, SPAN("k"));
	assert_int_equal(sh_code(&f, "test ! -e .git/dualfix/cache"), 0);

	cache_put(cache, SPAN("k"), SPAN("first"));
	cache_put(cache, SPAN("k"), SPAN("one\n"));
	cache_put(cache, SPAN("k2"), SPAN(""));
	assert_true(has(cache, "k", "one\n"));
	assert_true(has(cache, "k2", ""));
	assert_false(has(brief, "k", ""));
	sh(&f, "test $(ls .git/dualfix/cache | wc -l) = 2");
	cache_forget(cache, SPAN("k2"));
	assert_false(has(cache, "k2", ""));

	ok(cache_gc(f.repo, YEAR_S, clock_wall_s(), &removed));
	assert_int_equal(removed, 0);
	sh(&f, ": >.git/dualfix/cache/not-ours");
	ok(cache_gc(f.repo, YEAR_S, clock_wall_s() + YEAR_S + 1, &removed));
	assert_int_equal(removed, 1);
	assert_false(has(cache, "k", ""));
	sh(&f, "test -e .git/dualfix/cache/not-ours");
	cache_free(brief);
	cache_free(cache);
	fixture_drop(&f);
}

static void damaged(void **state)
{
	static const char *const harms[] = {
		": >\"$f\"",
		"printf 'dualfix-cache 1 ' >\"$f\"",
		"printf more >>\"$f\"",
		"sed s/value/Value/ \"$f\" >x && cat x >\"$f\"",
		"sed 's/cache 1/cache 2/' \"$f\" >x && cat x >\"$f\"",
		"rm \"$f\" && mkdir \"$f\"",
		"mv \"$f\" x && ln -s ../../../x \"$f\"",
		"mkfifo x && mv x \"$f\"",
	};
	struct fixture f;
	struct cache *cache;

	(void)state;
	fixture_make(&f, HISTORY_SH);
	fixture_open(&f);
	ok(cache_open(&cache, f.repo, YEAR_S));
	for (size_t i = 0; i < ARRAY_SIZE(harms); i++) {
		char line[512];

		cache_put(cache, SPAN("k"), SPAN("the value"));
		assert_true(has(cache, "k", "the value"));
		snprintf(line, sizeof(line), "f=$(echo .git/dualfix/cache/*); %s", harms[i]);
		sh(&f, line);
		assert_false(has(cache, "k", ""));
		sh(&f, "rm -rf .git/dualfix/cache x");
	}
	sh(&f, "mkdir -p .git/dualfix && : >.git/dualfix/cache");
	cache_put(cache, SPAN("k"), SPAN("nowhere to go"));
	assert_false(has(cache, "k", ""));
	cache_free(cache);
	fixture_drop(&f);
}

static const struct endpoint here = { .role = "planner", .url = "http://h/v1", .prices = { 2, 1, 4 } };
static const struct endpoint there = { .role = "planner", .url = "http://h2/v1", .prices = { -1, -1, -1 } };

static void note(struct chat_cache *chats, const char *body, enum chat_finish finish)
{
	struct chat_reply reply;

	chat_reply_init(&reply, 1024);
	str_adds(&reply.text, "an answer");
	snprintf(reply.model, sizeof(reply.model), "m-1");
	reply.finish = finish;
	reply.usage = (struct usage){ .requests = 3, .prompt_tokens = 1000000,
				      .cached_tokens = 500000, .completion_tokens = 1000000 };
	chat_cache_note(chats, &here, span_of(body), &reply);
	chat_reply_release(&reply);
}

static bool finds(struct chat_cache *chats, const struct endpoint *endpoint, const char *body)
{
	struct chat_reply reply;
	bool found;

	chat_reply_init(&reply, 1024);
	found = chat_cache_find(chats, endpoint, span_of(body), &reply);
	if (found) {
		assert_string_equal(reply.text.buf, "an answer");
		assert_string_equal(reply.model, "m-1");
		assert_int_equal(reply.finish, CHAT_STOP);
		assert_int_equal(reply.usage.requests, 0);
		assert_int_equal(reply.usage.prompt_tokens, 0);
		assert_int_equal(reply.usage.hits, 1);
		assert_true(reply.usage.usd >= 0 && reply.usage.usd <= 0);
		/* half a million at 2, as much at 1, a million at 4 */
		assert_float_equal(reply.usage.saved_usd, 5.5, 1e-9);
	}
	chat_reply_release(&reply);
	return found;
}

static void kept_if_good(void **state)
{
	struct fixture f;
	struct cache *store;
	struct chat_cache *chats;

	(void)state;
	fixture_make(&f, HISTORY_SH);
	fixture_open(&f);
	ok(cache_open(&store, f.repo, YEAR_S));
	ok(chat_cache_new(&chats, store));
	note(chats, "{}", CHAT_STOP);
	assert_false(finds(chats, &here, "{}")); /* nothing says yet that it is good */
	chat_cache_fail(chats);
	chat_cache_keep(chats);
	assert_false(finds(chats, &here, "{}"));

	note(chats, "{}", CHAT_STOP);
	note(chats, "[]", CHAT_LENGTH);
	chat_cache_keep(chats);
	assert_true(finds(chats, &here, "{}"));
	assert_false(finds(chats, &here, "[]"));
	assert_false(finds(chats, &here, "{} "));
	assert_false(finds(chats, &there, "{}"));
	chat_cache_keep(chats); /* a hit stays */
	assert_true(finds(chats, &here, "{}"));
	chat_cache_fail(chats); /* and goes when nothing came of it */
	assert_false(finds(chats, &here, "{}"));

	note(chats, "{}", CHAT_STOP);
	chat_cache_free(chats);
	ok(chat_cache_new(&chats, store));
	assert_false(finds(chats, &here, "{}"));
	cache_put(store, SPAN("chat 1\nhttp://h/v1\n{}"), SPAN("{\"text\":\"an answer\"}"));
	assert_false(finds(chats, &here, "{}"));
	chat_cache_free(chats);
	chat_cache_free(NULL);
	cache_free(store);
	fixture_drop(&f);
}

struct stopper {
	struct chat *chat;
	struct usage spent;
	bool done;
};

static void cancel(void *ctx, struct span text)
{
	struct stopper *stopper = ctx;

	assert_true(span_eqs(text, "an answer"));
	client_cancel(stopper->chat, &stopper->spent);
	stopper->done = true;
}

static void never(void *ctx, struct chat_reply *reply, struct err *err)
{
	(void)ctx;
	(void)reply;
	err_drop(err);
	fail_msg("a cancelled call is done");
}

static void cancelled_hit_costs_nothing(void **state)
{
	const struct chat_message question = { CHAT_USER, SPAN("why?") };
	const struct endpoint_settings settings = {
		.role = "executor", .url = "http://127.0.0.1:1/v1", .model = "m",
		.no_helper = true,
	};
	const struct client_limits limits = { 0 };
	struct chat_request request = { .messages = &question, .n_messages = 1 };
	struct stopper stopper = { 0 };
	struct str body = STR_INIT(4096);
	struct chat_reply reply;
	struct endpoint *endpoint;
	struct client *client;
	struct fixture f;
	struct cache *store;

	(void)state;
	fixture_make(&f, HISTORY_SH);
	fixture_open(&f);
	ok(cache_open(&store, f.repo, YEAR_S));
	ok(chat_cache_new(&request.cache, store));
	ok(endpoint_new(&endpoint, f.loop, &settings));
	ok(wire_encode(&body, endpoint, &request));
	chat_reply_init(&reply, 1024);
	str_adds(&reply.text, "an answer");
	reply.finish = CHAT_STOP;
	chat_cache_note(request.cache, endpoint, str_span(&body), &reply);
	chat_cache_keep(request.cache);

	ok(client_new(&client, f.loop, NULL, &limits));
	ok(client_chat(client, endpoint, &request, cancel, never, &stopper, &stopper.chat));
	ok(loop_run(f.loop, &stopper.done));
	assert_int_equal(stopper.spent.hits, 1);
	assert_int_equal(stopper.spent.requests, 0);
	assert_int_equal(stopper.spent.prompt_tokens, 0);
	client_free(client);
	chat_reply_release(&reply);
	str_release(&body);
	endpoint_free(endpoint);
	chat_cache_free(request.cache);
	cache_free(store);
	fixture_drop(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stored_and_found),
		cmocka_unit_test(damaged),
		cmocka_unit_test(kept_if_good),
		cmocka_unit_test(cancelled_hit_costs_nothing),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return fixture_end(cmocka_run_group_tests(tests, NULL, NULL));
}
