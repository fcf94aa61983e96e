/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "on-loop.h"

#include "base/compiler.h"
#include "model/endpoint.h"
#include "model/models.h"

static void picks_executor(void **state)
{
	static const struct {
		const char *ids[4];
		const char *want;
	} lists[] = {
		{ { "Qwen/Qwen2.5-7B-Instruct", "Qwen/Qwen2.5-Coder-7B-Instruct" },
		  "Qwen/Qwen2.5-Coder-7B-Instruct" },
		{ { "qwen2.5-coder:7b-base", "qwen2.5-coder:7b" }, "qwen2.5-coder:7b" },
		{ { "qwen/qwen-2.5-7b-instruct", "x" }, "qwen/qwen-2.5-7b-instruct" },
		{ { "qwen2.5-coder:32b", "qwen2.5-vl-7b", "qwen3:7b", "qwen2.5-27b" },
		  NULL },
		{ { "deepseek-flash" }, NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
		size_t n = 0;
		const char *pick;

		while (n < 4 && lists[i].ids[n])
			n++;
		pick = models_pick_executor(lists[i].ids, n);
		if (lists[i].want)
			assert_string_equal(pick, lists[i].want);
		else
			assert_null(pick);
	}
}

static void endpoints(void **state)
{
	static const struct {
		const char *url;
		bool insecure;
		const char *server;
		const char *chat, *models, *error;
	} settings[] = {
		{ "https://api.deepseek.com", false, NULL,
		  "https://api.deepseek.com/chat/completions",
		  "https://api.deepseek.com/models", NULL },
		{ "https://x.example/v1/chat/completions", false, NULL,
		  "https://x.example/v1/chat/completions",
		  "https://x.example/v1/models", NULL },
		{ "https://x.example/v1/", false, NULL,
		  "https://x.example/v1/chat/completions",
		  "https://x.example/v1/models", NULL },
		{ "http://127.0.0.1:11434/v1", false, NULL,
		  "http://127.0.0.1:11434/api/chat", "http://127.0.0.1:11434/api/tags",
		  NULL },
		{ "http://localhost:5000", false, "ollama",
		  "http://localhost:5000/api/chat", "http://localhost:5000/api/tags",
		  NULL },
		{ "http://192.168.1.5:8000/v1", true, NULL,
		  "http://192.168.1.5:8000/v1/chat/completions",
		  "http://192.168.1.5:8000/v1/models",
		  NULL },
		{ "http://192.168.1.5:8000/v1", false, NULL, NULL, NULL,
		  "is plain http" },
		{ "ftp://x.example", false, NULL, NULL, NULL, "dualfix.executor.url" },
		{ "x.example/v1", false, NULL, NULL, NULL, "dualfix.executor.url" },
		{ "https://x.example", false, "nonsense", NULL, NULL,
		  "unknown kind of server" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(settings); i++) {
		const struct endpoint_settings s = {
			.role = "executor", .url = settings[i].url, .model = "m",
			.server = settings[i].server, .insecure = settings[i].insecure,
			.own_variable = "DUALFIX_TEST_KEY", .prices = { -1, -1, -1 },
		};
		struct endpoint *endpoint;
		struct str url = STR_INIT(1000);
		struct err *err = endpoint_new(&endpoint, loop, &s);

		if (settings[i].error) {
			if (err && strstr(settings[i].error, "url"))
				assert_non_null(err_hint_text(err));
			fails_saying(err, ERR_CONFIG, settings[i].error);
			continue;
		}
		ok(err);
		endpoint_url(endpoint, ENDPOINT_CHAT, &url);
		assert_string_equal(url.buf, settings[i].chat);
		str_reset(&url);
		endpoint_url(endpoint, ENDPOINT_MODELS, &url);
		assert_string_equal(url.buf, settings[i].models);
		str_release(&url);
		endpoint_free(endpoint);
	}
}

/* Without a credential helper a key comes from the environment, or not at all. */
static void endpoint_without_helper(void **state)
{
	struct endpoint_settings s = {
		.role = "planner", .url = "https://x.example", .own_variable = "T_OWN_KEY",
		.named_variable = "T_NAMED_KEY", .no_helper = true,
		.prices = { -1, -1, -1 },
	};
	struct endpoint *endpoint;

	(void)state;
	ok(endpoint_new(&endpoint, loop, &s));
	assert_null(endpoint->key);
	assert_null(endpoint->key_source);
	endpoint_free(endpoint);
	setenv("T_NAMED_KEY", "sk-named", 1);
	ok(endpoint_new(&endpoint, loop, &s));
	assert_string_equal(secret_reveal(endpoint->key), "sk-named");
	assert_string_equal(endpoint->key_source, "T_NAMED_KEY");
	endpoint_free(endpoint);
	setenv("T_OWN_KEY", "sk-own", 1);
	ok(endpoint_new(&endpoint, loop, &s));
	assert_string_equal(secret_reveal(endpoint->key), "sk-own");
	endpoint_free(endpoint);
}

static void endpoint_prices(void **state)
{
	static const struct {
		const char *url, *model;
		int64_t from_s, until_s;
		struct prices own;
		double output;
		const char *as_of;
	} rows[] = {
		/* Tue 2026-11-24 00:30, off-peak; a run of an hour ends in the peak */
		{ "https://api.deepseek.com", "deepseek-flash", 1795480200, 1795480300,
		  { -1, -1, -1 }, 0.60, "2026-11-15, off-peak" },
		{ "https://api.deepseek.com", "deepseek-flash", 1795480200, 1795483800,
		  { -1, -1, -1 }, 1.20, "2026-11-15, peak" },
		{ "https://api.deepseek.com", "deepseek-flash", 1795480200, 1795480300,
		  { 5, -1, 7 }, 7, NULL },
		{ "https://api.deepseek.com", "x", 0, 0, { -1, -1, -1 }, -1, NULL },
		{ "http://127.0.0.1:11434", "x", 0, 0, { -1, -1, -1 }, 0, NULL },
		{ "http://127.0.0.1:4000", "x", 0, 0, { -1, -1, -1 }, -1, NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct endpoint_settings s = {
			.role = "planner", .url = rows[i].url, .model = rows[i].model,
			.own_variable = "DUALFIX_TEST_KEY", .prices = rows[i].own,
			.from_s = rows[i].from_s, .until_s = rows[i].until_s,
		};
		struct endpoint *endpoint;

		ok(endpoint_new(&endpoint, loop, &s));
		assert_float_equal(endpoint->prices.output, rows[i].output, 1e-9);
		if (rows[i].as_of)
			assert_string_equal(endpoint->price_as_of, rows[i].as_of);
		else
			assert_null(endpoint->price_as_of);
		endpoint_free(endpoint);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(endpoints),
		cmocka_unit_test(endpoint_without_helper),
		cmocka_unit_test(endpoint_prices),
		cmocka_unit_test(picks_executor),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, setup, teardown);
}
