/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include "base/compiler.h"
#include "model/budget.h"
#include "model/profile.h"

static void profiles(void **state)
{
	static const struct {
		const char *url, *name;
	} cases[] = {
		{ "https://api.deepseek.com", "deepseek" },
		{ "https://API.DeepSeek.com/v1/", "deepseek" },
		{ "https://user:key@api.deepseek.com:443/x", "deepseek" },
		{ "https://api.deepseek.com.evil.example", "openai" },
		{ "https://notapi.deepseek.com", "openai" },
		{ "https://openrouter.ai/api/v1", "openrouter" },
		{ "https://dashscope-intl.aliyuncs.com/compatible-mode/v1", "dashscope" },
		{ "https://x.ap-southeast-1.maas.aliyuncs.com/compatible-mode/v1",
		  "dashscope" },
		{ "http://localhost:11434", "ollama" },
		{ "http://[::1]:11434/v1", "ollama" },
		{ "http://127.0.0.1:8080/v1", "llama" },
		{ "http://127.0.0.1:9931/v1", "llama" },
		{ "http://127.0.0.1:8000/v1", "vllm" },
		{ "http://127.0.0.1:30000/v1", "sglang" },
		{ "http://127.0.0.1:1234/v1", "lmstudio" },
		{ "http://127.0.0.1:34567/v1", "openai" },
		{ "https://example.org/a:8000/", "openai" },
		{ "", "openai" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		assert_string_equal(profile_of_url(cases[i].url)->name, cases[i].name);
	for (size_t i = 0; profile_at(i); i++)
		assert_ptr_equal(profile_by_name(profile_at(i)->name), profile_at(i));
	assert_null(profile_by_name("unheard-of"));
}

static void window_of_a_model(void **state)
{
	(void)state;
	assert_int_equal(profile_window(profile_by_name("deepseek"), "deepseek-flash"),
			 1000000);
	assert_int_equal(profile_window(profile_by_name("vllm"), "Qwen/Qwen2.5-Coder-7B"),
			 32768);
	assert_int_equal(profile_window(profile_by_name("vllm"), "other"), 0);
	assert_int_equal(profile_window(profile_by_name("ollama"), "other"), 32768);
}

static void known_prices(void **state)
{
	const char *deepseek = "https://api.deepseek.com";
	static const struct {
		int64_t at_s; /* each checked with date -u -d @N */
		const char *when;
	} cases[] = {
		{ -1, "peak" },
		{ 1795482000, "peak" },     /* Tue 2026-11-24 01:00:00 */
		{ 1795481999, "off-peak" },
		{ 1795492799, "peak" },     /* Tue 2026-11-24 03:59:59 */
		{ 1795492800, "off-peak" }, /* Tue 2026-11-24 04:00:00 */
		{ 1795500000, "peak" },     /* Tue 2026-11-24 06:00:00 */
		{ 1795514400, "off-peak" }, /* Tue 2026-11-24 10:00:00 */
		{ 1795827600, "off-peak" }, /* Sat 2026-11-28 01:00:00 */
		{ 1795914000, "off-peak" }, /* Sun 2026-11-29 01:00:00 */
		{ 1796000400, "peak" },     /* Mon 2026-11-30 01:00:00 */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct price *p =
			price_of(deepseek, "deepseek-flash", cases[i].at_s);

		assert_non_null(p);
		if (strcmp(p->when, cases[i].when))
			fail_msg("%lld is not %s", (long long)cases[i].at_s,
				 cases[i].when);
	}
	assert_null(price_of(deepseek, "something", -1));
	assert_null(price_of("https://proxy.example", "deepseek-flash", -1));
	assert_non_null(
		price_of("https://openrouter.ai/api/v1", "qwen/qwen-2.5-7b-instruct", 0));
}

static void costs(void **state)
{
	static const struct {
		struct usage usage;
		struct prices prices;
		double usd;
	} cases[] = {
		{ { 1, 1000000, 0, 1000000, 0, false, 0, 0, 0 }, { 0.15, 0.003, 0.60 }, 0.75 },
		{ { 1, 1000000, 500000, 0, 0, false, 0, 0, 0 }, { 0.15, 0.003, 0.60 }, 0.0765 },
		{ { 1, 1000000, 500000, 0, 0, false, 0, 0, 0 }, { 0.15, -1, 0.60 }, 0.15 },
		{ { 1, 1000000, 0, 1, 0, false, 0, 0, 0 }, { 0.15, 0.003, -1 }, -1 },
		{ { 1, 1000000, 0, 0, 0, false, 0, 0, 0 }, { -1, 0, 0 }, -1 },
		{ { 1, 0, 0, 0, 0, false, 0, 0, 0 }, { -1, -1, -1 }, 0 },
		{ { 1, 5000, 0, 5000, 0, false, 0, 0, 0 }, { 0, 0, 0 }, 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		assert_float_equal(usage_usd(&cases[i].usage, &cases[i].prices),
				   cases[i].usd, 1e-9);
}

static void unknown_is_never_zero(void **state)
{
	struct usage sum = { 0 };
	const struct usage known = { .requests = 1, .prompt_tokens = 10, .completion_tokens = 10,
				     .usd = 0.5 };
	const struct usage unknown = { .requests = 2, .prompt_tokens = 10, .cached_tokens = 5,
				       .completion_tokens = 10, .usd = -1,
				       .estimated = true };

	(void)state;
	usage_add(&sum, &known);
	assert_float_equal(sum.usd, 0.5, 1e-9);
	assert_false(sum.estimated);
	usage_add(&sum, &unknown);
	usage_add(&sum, &known);
	assert_true(sum.usd < 0);
	assert_true(sum.estimated);
	assert_int_equal(sum.requests, 4);
	assert_int_equal(sum.prompt_tokens, 30);
	assert_int_equal(sum.cached_tokens, 5);
}

static void holds(void **state)
{
	static const struct prices prices = { 1, 1, 10 }, unknown = { -1, -1, -1 };
	static const struct prices nothing = { 0, 0, 0 };
	static const struct {
		double usd;
		int64_t tokens;
		const struct prices *prices;
		int64_t prompt;
		int min, max;
		int granted; /* 0: refused */
		const char *error;
		bool local;
	} cases[] = {
		{ 1.0, 0, &prices, 100000, 100, 10000, 10000, NULL, false },
		{ 0.15, 0, &prices, 100000, 100, 10000, 5000, NULL, false },
		{ 0.1005, 0, &prices, 100000, 100, 10000, 0,
		  "may cost $0.1010; $0.1005 of", false },
		{ 0.05, 0, &prices, 100000, 100, 10000, 0, "may cost", false },
		{ 0, 0, &prices, 1, 1, 1, 0, "may cost", false },
		{ -1, 0, &prices, 100000000, 100, 10000, 10000, NULL, false },
		{ 0.05, 0, &unknown, 100000, 100, 10000, 10000, NULL, false },
		{ 0.05, 50000, &unknown, 100000, 100, 10000, 0,
		  "tokens; 50000 of 50000", false },
		{ -1, 105000, &prices, 100000, 100, 10000, 5000, NULL, false },
		{ 0, 0, &unknown, 1, 1, 1, 0, "what 'm' costs is not known", false },
		{ 0, 0, &unknown, 100, 10, 100, 100, NULL, true },
		{ 0, 0, &prices, 1, 1, 1, 0, "may cost", true },
		{ 0, 0, &nothing, 100, 10, 100, 100, NULL, false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct budget budget;
		struct budget_hold hold;
		int max = cases[i].max;
		struct err *err;

		budget_init(&budget, cases[i].usd, cases[i].tokens);
		err = budget_hold(&budget,
				  &(struct budget_call){ "m", cases[i].prices,
							 cases[i].local },
				  cases[i].prompt, cases[i].min, &max, &hold);
		if (cases[i].error) {
			assert_int_equal(err_kind(err), ERR_SERVICE);
			if (!strstr(err_text(err), cases[i].error))
				fail_msg("%zu: %s", i, err_text(err));
			assert_int_equal(budget.tokens_held, 0);
			err_drop(err);
			continue;
		}
		assert_null(err);
		assert_true(max >= cases[i].granted - 1 && max <= cases[i].granted);
		budget_settle(&budget, &hold, NULL);
		assert_int_equal(budget.tokens_held, 0);
		assert_float_equal(budget.usd_held, 0, 1e-12);
	}
}

/* Calls under way count before they are over: each of ten could fit alone. */
static void calls_at_once(void **state)
{
	const struct prices prices = { 0, 0, 10 };
	const struct budget_call call = { "m", &prices, false };
	const struct usage cheap = { .requests = 1, .prompt_tokens = 10, .completion_tokens = 1000,
				     .usd = 0.01 };
	struct budget budget;
	struct budget_hold first, second;
	int max = 10000;
	struct err *err;

	(void)state;
	budget_init(&budget, 0.15, 0);
	assert_null(budget_hold(&budget, &call, 10, 10000, &max, &first));
	err = budget_hold(&budget, &call, 10, 10000, &max, &second);
	assert_non_null(err);
	err_drop(err);
	budget_settle(&budget, &first, &cheap);
	assert_null(budget_hold(&budget, &call, 10, 10000, &max, &second));
	budget_settle(&budget, &second, NULL);
	assert_float_equal(budget.usd_known, 0.01, 1e-9);

	budget_init(&budget, -1, 15000);
	assert_null(budget_hold(&budget, &call, 10, 10000, &max, &first));
	err = budget_hold(&budget, &call, 10, 10000, &max, &second);
	assert_non_null(err);
	err_drop(err);
	budget_settle(&budget, &first, &cheap);
	assert_null(budget_hold(&budget, &call, 10, 10000, &max, &second));
	budget_settle(&budget, &second, NULL);
	assert_int_equal(budget.tokens_held, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(profiles),
		cmocka_unit_test(window_of_a_model),
		cmocka_unit_test(known_prices),
		cmocka_unit_test(costs),
		cmocka_unit_test(unknown_is_never_zero),
		cmocka_unit_test(holds),
		cmocka_unit_test(calls_at_once),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
