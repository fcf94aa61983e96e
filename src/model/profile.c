/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/profile.h"

#include <string.h>
#include <strings.h>

#include "base/compiler.h"
#include "base/span.h"

/* The last row is what a server is taken for that nothing is known of. */
static const struct profile profiles[] = {
	{
		/*
		 * api-docs.deepseek.com: thinking is on unless switched off, and then
		 * temperature is ignored; json_object only; 1M window, 384K output.
		 * Prefill needs the beta address. An account may have 2,500 calls under
		 * way (quick_start/rate_limit); a batch of many jobs is far below that.
		 */
		.name = "deepseek", .wire = WIRE_OPENAI, .json = JSON_MODE_OBJECT,
		.thinking_switch = true, .sampling = true, .concurrency = 64,
		.window_tokens = 1000000, .output_tokens = 393216,
	},
	{
		/* openrouter.ai/docs: hosts differ; nothing is asked that one may lack */
		.name = "openrouter", .wire = WIRE_OPENAI, .json = JSON_MODE_OBJECT,
		.sampling = true, .penalty = "repetition_penalty", .concurrency = 8,
	},
	{
		/* alibabacloud.com/help, compatible mode: output of the Qwen 2.5 is 8K */
		.name = "dashscope", .wire = WIRE_OPENAI, .json = JSON_MODE_OBJECT,
		.sampling = true, .penalty = "repetition_penalty", .concurrency = 8,
		.output_tokens = 8192,
	},
	{
		/* ollama docs/api: /v1 cannot set num_ctx and cuts, /api/chat can */
		.name = "ollama", .wire = WIRE_OLLAMA, .json = JSON_MODE_OBJECT,
		.prefill = PREFILL_PLAIN, .sampling = true, .penalty = "repeat_penalty",
		.local = true, .concurrency = 1, .window_tokens = 32768, .port = 11434,
	},
	{
		/*
		 * llama.cpp tools/server/README.md: slots are chosen by itself; the
		 * default port is moving (pull request 26508)
		 */
		.name = "llama", .wire = WIRE_OPENAI, .json = JSON_MODE_OBJECT,
		.prefill = PREFILL_PLAIN, .sampling = true, .penalty = "repeat_penalty",
		.local = true, .concurrency = 4, .port = 8080, .second_port = 9931,
	},
	{
		/* docs.vllm.ai, OpenAI-compatible server: batches by itself */
		.name = "vllm", .wire = WIRE_OPENAI, .json = JSON_MODE_OBJECT,
		.prefill = PREFILL_CONTINUE, .sampling = true,
		.penalty = "repetition_penalty", .local = true, .concurrency = 32,
		.port = 8000,
	},
	{
		/* docs.sglang.ai: as vLLM */
		.name = "sglang", .wire = WIRE_OPENAI, .json = JSON_MODE_OBJECT,
		.prefill = PREFILL_CONTINUE, .sampling = true,
		.penalty = "repetition_penalty", .local = true, .concurrency = 32,
		.port = 30000,
	},
	{
		/*
		 * lmstudio.ai/docs and lmstudio-bug-tracker 546, 2339: json_object is
		 * refused; an overlong prompt may give a 200 with no text at all
		 */
		.name = "lmstudio", .wire = WIRE_OPENAI, .json = JSON_MODE_SCHEMA,
		.sampling = true, .penalty = "repeat_penalty", .local = true,
		.cuts_prompts = true, .concurrency = 4, .port = 1234,
	},
	{
		/* platform.openai.com/docs/api-reference: what all others copy */
		.name = "openai", .wire = WIRE_OPENAI, .json = JSON_MODE_OBJECT,
		.sampling = true, .concurrency = 8,
	},
};

#define PROFILE_ANY (&profiles[ARRAY_SIZE(profiles) - 1])

#define DEEPSEEK "api.deepseek.com"

static const struct {
	const char *host; /* the whole of it, or with a leading dot what it ends in */
	const char *profile;
} hosts[] = {
	{ DEEPSEEK, "deepseek" },
	{ "openrouter.ai", "openrouter" },
	{ "dashscope.aliyuncs.com", "dashscope" },
	{ "dashscope-intl.aliyuncs.com", "dashscope" },
	{ "dashscope-us.aliyuncs.com", "dashscope" },
	{ ".maas.aliyuncs.com", "dashscope" },
};

static const struct {
	const char *model; /* id, or what follows its last slash, begins so */
	int window_tokens;
} windows[] = {
	/* huggingface.co/Qwen/Qwen2.5-Coder-7B-Instruct: more only with YaRN */
	{ "qwen2.5", 32768 },
	{ "qwen-2.5", 32768 },
	{ "deepseek-flash", 1000000 },
	{ "deepseek-v4", 1000000 },
};

#define PEAK "peak"
#define OFF_PEAK "off-peak"

/*
 * api-docs.deepseek.com/quick_start/pricing (2026-11-15) and models.dev
 * (2026-07-02).
 */
#define DEEPSEEK_DATE "2026-11-15"
#define MODELS_DEV_DATE "2026-07-02"

static const struct price prices[] = {
	{ DEEPSEEK, "deepseek-v4-pro", 1.32, 0.044, 3.96, DEEPSEEK_DATE, PEAK },
	{ DEEPSEEK, "deepseek-v4-pro", 0.66, 0.022, 1.98, DEEPSEEK_DATE, OFF_PEAK },
	{ DEEPSEEK, "deepseek-flash", 0.30, 0.006, 1.20, DEEPSEEK_DATE, PEAK },
	{ DEEPSEEK, "deepseek-flash", 0.15, 0.003, 0.60, DEEPSEEK_DATE, OFF_PEAK },
	{ DEEPSEEK, "deepseek-v4-flash", 0.30, 0.006, 1.20, DEEPSEEK_DATE, PEAK },
	{ DEEPSEEK, "deepseek-v4-flash", 0.15, 0.003, 0.60, DEEPSEEK_DATE, OFF_PEAK },
	{ "openrouter.ai", "qwen/qwen-2.5-7b-instruct", 0.04, 0.04, 0.10,
	  MODELS_DEV_DATE, NULL },
	{ "dashscope.aliyuncs.com", "qwen2.5-coder-7b-instruct", 0.144, 0.144, 0.287,
	  MODELS_DEV_DATE, NULL },
	{ "dashscope.aliyuncs.com", "qwen2.5-7b-instruct", 0.072, 0.072, 0.144,
	  MODELS_DEV_DATE, NULL },
	{ "dashscope-intl.aliyuncs.com", "qwen2.5-7b-instruct", 0.175, 0.175, 0.70,
	  MODELS_DEV_DATE, NULL },
	{ "api.siliconflow.com", "Qwen/Qwen2.5-7B-Instruct", 0.05, 0.05, 0.05,
	  MODELS_DEV_DATE, NULL },
	{ "api.novita.ai", "qwen/qwen2.5-7b-instruct", 0.07, 0.07, 0.07,
	  MODELS_DEV_DATE, NULL },
	{ "api.together.ai", "Qwen/Qwen2.5-7B-Instruct-Turbo", 0.30, 0.30, 0.30,
	  MODELS_DEV_DATE, NULL },
};

/* Host and port of a URL, without user and brackets; the port is 0 if not said. */
static void split_url(const char *url, struct span *host, size_t *port)
{
	struct span rest = span_of(url), authority = rest;
	ptrdiff_t at = span_find(rest, SPAN("://"), 0), colon;

	*port = 0;
	if (at >= 0)
		rest = span_cut(rest, (size_t)at + 3, rest.len);
	for (authority.len = 0, authority.ptr = rest.ptr; authority.len < rest.len;
	     authority.len++)
		if (strchr("/?#", authority.ptr[authority.len]))
			break;
	at = span_findc(authority, '@', 0);
	if (at >= 0)
		authority = span_cut(authority, (size_t)at + 1, authority.len);
	if (span_starts(authority, "[")) {
		at = span_findc(authority, ']', 0);
		*host = span_cut(authority, 1, at < 0 ? authority.len : (size_t)at);
		colon = at < 0 ? -1 : span_findc(authority, ':', (size_t)at);
	} else {
		colon = span_findc(authority, ':', 0);
		*host = span_cut(authority, 0, colon < 0 ? authority.len : (size_t)colon);
	}
	if (colon >= 0)
		(void)span_number(span_cut(authority, (size_t)colon + 1, authority.len),
				  65535, port);
}

static bool host_is(struct span host, const char *want)
{
	size_t len = strlen(want);

	if (want[0] != '.')
		return host.len == len && !strncasecmp(host.ptr, want, len);
	return host.len > len && !strncasecmp(host.ptr + host.len - len, want, len);
}

const struct profile *profile_by_name(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(profiles); i++)
		if (!strcmp(profiles[i].name, name))
			return &profiles[i];
	return NULL;
}

const struct profile *profile_at(size_t index)
{
	return index < ARRAY_SIZE(profiles) ? &profiles[index] : NULL;
}

const struct profile *profile_of_url(const char *url)
{
	struct span host;
	size_t port;

	split_url(url, &host, &port);
	for (size_t i = 0; i < ARRAY_SIZE(hosts); i++)
		if (host_is(host, hosts[i].host))
			return profile_by_name(hosts[i].profile);
	for (size_t i = 0; port && i < ARRAY_SIZE(profiles); i++)
		if (profiles[i].port == (int)port || profiles[i].second_port == (int)port)
			return &profiles[i];
	return PROFILE_ANY;
}

int profile_window(const struct profile *profile, const char *model)
{
	const char *slash = strrchr(model, '/');
	const char *name = slash ? slash + 1 : model;
	int window = profile->window_tokens;

	for (size_t i = 0; i < ARRAY_SIZE(windows); i++) {
		int known = windows[i].window_tokens;

		if (strncasecmp(name, windows[i].model, strlen(windows[i].model)))
			continue;
		if (!window || known < window)
			window = known;
	}
	return window;
}

/* Monday to Friday, 01:00-04:00 and 06:00-10:00 UTC. */
static bool is_peak(int64_t at_s)
{
	int64_t day = at_s / 86400, hour = at_s % 86400 / 3600;
	int64_t weekday = (day + 3) % 7; /* 1970-01-01 was a Thursday; Monday is 0 */

	if (at_s < 0)
		return true;
	return weekday < 5 && ((hour >= 1 && hour < 4) || (hour >= 6 && hour < 10));
}

const struct price *price_of(const char *url, const char *model, int64_t at_s)
{
	const char *when = is_peak(at_s) ? PEAK : OFF_PEAK;
	struct span host;
	size_t port;

	split_url(url, &host, &port);
	for (size_t i = 0; i < ARRAY_SIZE(prices); i++) {
		const struct price *price = &prices[i];

		if (host_is(host, price->host) &&
		    !strncmp(model, price->model, strlen(price->model)) &&
		    (!price->when || !strcmp(price->when, when)))
			return price;
	}
	return NULL;
}
