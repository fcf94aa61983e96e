/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include "model-side.h"
#include "model/pool.h"
#include "sys/clock.h"

/* What the client tells its pool, by models of the scripted server. */
static int setup(void **state)
{
	struct str scenario = STR_INIT(1 << 16);

	(void)state;
	str_adds(&scenario, "{\"models\":[\"m\"],\"rules\":["
		 "{\"match\":{\"model\":\"plain\"},\"reply\":{\"content\":\"x\"}},"
		 "{\"match\":{\"model\":\"length\"},\"reply\":{\"content\":\"x\","
		 "\"finish_reason\":\"length\"}},"
		 "{\"match\":{\"model\":\"fault-stays\"},\"reply\":{\"status\":503}},"
		 "{\"match\":{\"model\":\"unknown-model\"},\"reply\":{\"status\":400}},"
		 "{\"match\":{\"model\":\"no-balance\"},\"reply\":{\"status\":402}},"
		 "{\"match\":{\"model\":\"bad-key\"},\"reply\":{\"status\":401}},"
		 "{\"match\":{\"model\":\"html\"},\"reply\":{\"fault\":\"html\"}},"
		 "{\"match\":{\"model\":\"overlong\"},\"reply\":{\"status\":400,\"body\":"
		 "{\"error\":{\"message\":\"maximum context length is 5\"}}}},"
		 "{\"match\":{\"model\":\"too-large\"},\"reply\":{\"status\":413}},"
		 "{\"match\":{\"model\":\"silence\"},\"reply\":{\"content\":\"x\","
		 "\"delay_ms\":60000}}]}\n");
	side_start(&scenario, "sk-key-of-the-test");
	str_release(&scenario);
	return 0;
}

struct result {
	struct chat_reply reply;
	struct err *err;
	bool over;
};

static void on_done(void *ctx, struct chat_reply *reply, struct err *err)
{
	struct result *result = ctx;

	result->reply = *reply;
	str_init(&reply->text, 0); /* the text is ours now */
	result->err = err;
	result->over = true;
}

/* What a call that is broken off has cost: nothing before it began, then the prompt. */
static void cancelled_calls_cost(void **state)
{
	const struct client_limits limits = { 0 };
	struct endpoint endpoint = endpoint_with(side.endpoint, "silence", NULL);
	struct client *client;
	struct chat *running;
	struct loop_timer *timer;
	struct usage usage = { .requests = 7 };
	bool over = false;

	(void)state;
	ok(client_new(&client, side.loop, side.http, &limits));
	client_cancel(NULL, &usage);
	assert_int_equal(usage.requests, 0);
	ok(client_chat(client, &endpoint, &request, NULL, never_called, NULL, &running));
	client_cancel(running, &usage);
	assert_int_equal(usage.requests, 0);
	ok(client_chat(client, &endpoint, &request, NULL, never_called, NULL, &running));
	ok(loop_timer(side.loop, clock_mono_ms() + 300, ring, &over, &timer));
	ok(loop_run(side.loop, &over));
	assert_false(chat_has_begun(running));
	client_cancel(running, &usage);
	assert_int_equal(usage.requests, 1);
	assert_true(usage.prompt_tokens > 0 && usage.usd > 0 && usage.estimated);
	for (size_t i = 0; i < client_pool(client)->n; i++)
		assert_int_equal(client_pool(client)->v[i].busy, 0);
	client_free(client);
}

static struct client *woken_client;

static void pool_is_told(void **state)
{
	static const struct {
		const char *model;
		bool out, overlong;
	} calls[] = {
		{ "plain", false, false },	   { "fault-stays", true, false },
		{ "unknown-model", false, false }, { "no-balance", true, false },
		{ "html", true, false },	   { "overlong", false, true },
		{ "too-large", false, true },	   { "bad-key", true, false },
		{ "length", false, false },
	};
	const struct client_limits limits = { .max_attempts = 5 };
	struct chat_request once = request;
	struct client *client;

	(void)state;
	once.max_attempts = 1;
	ok(client_new(&client, side.loop, side.http, &limits));
	for (size_t i = 0; i < ARRAY_SIZE(calls); i++) {
		struct endpoint endpoint = endpoint_with(side.endpoint, calls[i].model, NULL);
		struct pool *pool = client_pool(client);
		struct chat *chat;
		size_t server;
		struct result result = { .over = false };

		ok(client_chat(client, &endpoint, &once, NULL, on_done, &result, &chat));
		ok(pool_server(pool, endpoint.url, endpoint.model, &server));
		assert_int_equal(pool->v[server].busy, 1);
		ok(loop_run(side.loop, &result.over));
		if (pool->v[server].out != calls[i].out)
			fail_msg("%s: out %d", calls[i].model, pool->v[server].out);
		assert_int_equal(pool->v[server].busy, 0);
		assert_int_equal(result.reply.usage.requests, 1);
		assert_int_equal(result.reply.overlong, calls[i].overlong);
		assert_int_equal(pool->v[server].latency_ms >= 0, !result.err);
		chat_reply_release(&result.reply);
		err_drop(result.err);
	}
	client_free(client);
}

struct waiter {
	struct listener listener;
	struct listener *leaves; /* goes when this one is told */
	int times;
	bool *over;
};

static void on_woken(void *ctx)
{
	struct waiter *waiter = ctx;

	waiter->times++;
	if (waiter->leaves)
		client_unlisten(woken_client, waiter->leaves);
	if (waiter->over)
		*waiter->over = true;
}

/* Who is out is probed and comes back; those who wait for it are told, and may go. */
static void comes_back(void **state)
{
	const struct client_limits limits = { .max_attempts = 1 };
	struct endpoint endpoint = endpoint_with(side.endpoint, "fault-stays", NULL);
	struct client *client;
	struct chat *chat;
	struct pool *pool;
	size_t server;
	bool woken = false;
	struct result result = { .over = false };
	struct waiter third = { { on_woken, &third, NULL }, NULL, 0, &woken };
	struct waiter second = { { on_woken, &second, NULL }, NULL, 0, NULL };
	struct waiter first = { { on_woken, &first, NULL }, &second.listener, 0, NULL };

	(void)state;
	ok(client_new(&client, side.loop, side.http, &limits));
	woken_client = client;
	pool = client_pool(client);
	ok(client_chat(client, &endpoint, &request, NULL, on_done, &result, &chat));
	ok(loop_run(side.loop, &result.over));
	err_drop(result.err);
	ok(pool_server(pool, endpoint.url, endpoint.model, &server));
	assert_true(pool->v[server].out);
	client_listen(client, &first.listener);
	client_listen(client, &second.listener);
	client_listen(client, &third.listener);
	while (pool->v[server].out) {
		woken = false;
		ok(loop_run(side.loop, &woken));
	}
	assert_int_equal(second.times, 0);
	assert_true(first.times > 0 && third.times > 0);
	client_unlisten(client, &first.listener);
	client_unlisten(client, &third.listener);
	client_unlisten(client, &third.listener);
	client_free(client);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cancelled_calls_cost),
		cmocka_unit_test(pool_is_told),
		cmocka_unit_test(comes_back),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, setup, side_stop);
}
