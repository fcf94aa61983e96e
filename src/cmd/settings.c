/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/settings.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/rows.h"
#include "flow/mode.h"
#include "mail/trailers.h"

const char *const send_names[] = { "ask", "always", "never", NULL };
static const char *const pre_push_names[] = { "suggest", "warn", "block", NULL };
const char *const accept_names[] = { "fixed", "improved", "held", "unverified", NULL };
const char *const idle_names[] = { "name", "remove", "off", NULL };
static const char *const sandbox_names[] = { "auto", "bwrap", "landlock", "none", NULL };
static const char *const backend_names[] = { "auto", "libgit2", "git", NULL };
static const char *const policy_names[] = { "disclose", "allow", "forbid", NULL };
const char *const thinking_names[] = { "low", "off", "high", "max", NULL };

const struct setting settings_table[] = {
	{ "dualfix.planner.url", "DUALFIX_PLANNER_URL", TEXT(planner.url),
	  "https://api.deepseek.com", "base URL of the planner" },
	{ "dualfix.planner.model", "DUALFIX_PLANNER_MODEL", TEXT(planner.model),
	  "deepseek-flash", "the planner's model" },
	{ "dualfix.planner.keyEnv", NULL, TEXT(planner.key_env), "DEEPSEEK_API_KEY",
	  "the environment variable that holds its key" },
	{ "dualfix.planner.server", NULL, TEXT(planner.server), NULL,
	  "the kind of server, where its URL does not tell: vllm, ollama, ..." },
	{ "dualfix.planner.thinking", NULL, CHOICE(planner.thinking, thinking_names), "low",
	  "how long it may think: off, low, high, max" },
	{ "dualfix.planner.insecure", NULL, BOOLEAN(planner.insecure), "false",
	  "allow plain http to another machine" },
	{ "dualfix.planner.priceInput", NULL, USD(planner.price_input), NULL,
	  "USD per million tokens read" },
	{ "dualfix.planner.priceCachedInput", NULL, USD(planner.price_cached), NULL,
	  "USD per million tokens read from the provider's cache" },
	{ "dualfix.planner.priceOutput", NULL, USD(planner.price_output), NULL,
	  "USD per million tokens written" },
	{ "dualfix.executor.url", "DUALFIX_EXECUTOR_URL", LIST(executor.urls), NULL,
	  "base URLs of the executor; without one, one found on loopback, else the planner's" },
	{ "dualfix.executor.model", "DUALFIX_EXECUTOR_MODEL", TEXT(executor.model), NULL,
	  "the executor's model; by default the endpoint's Qwen 2.5 (Coder) 7B" },
	{ "dualfix.executor.keyEnv", NULL, TEXT(executor.key_env), NULL,
	  "the environment variable that holds its key" },
	{ "dualfix.executor.server", NULL, TEXT(executor.server), NULL,
	  "the kind of server, where its URL does not tell: vllm, ollama, ..." },
	{ "dualfix.executor.insecure", NULL, BOOLEAN(executor.insecure), "false",
	  "allow plain http to another machine" },
	{ "dualfix.executor.concurrency", NULL, COUNT(executor.concurrency, 0, 1024), "0",
	  "requests at once; 0: by the kind of server" },
	{ "dualfix.executor.hedge", NULL, COUNT(executor.hedge, 0, 1000), "0",
	  "ask a second executor after so many times the usual wait; 0: never" },
	{ "dualfix.executor.priceInput", NULL, USD(executor.price_input), NULL,
	  "USD per million tokens read" },
	{ "dualfix.executor.priceCachedInput", NULL, USD(executor.price_cached), NULL,
	  "USD per million tokens read from the provider's cache" },
	{ "dualfix.executor.priceOutput", NULL, USD(executor.price_output), NULL,
	  "USD per million tokens written" },
	{ "dualfix.send", "DUALFIX_SEND", CHOICE(send, send_names), "ask",
	  "whether text may go to a model elsewhere: ask, always, never" },
	{ "dualfix.exclude", NULL, LIST(exclude), NULL,
	  "pathspecs of files that are never shown to a model" },
	{ "dualfix.mode", NULL, CHOICE(mode, mode_names), "adaptive",
	  "sequential, hybrid, adaptive or single" },
	{ "dualfix.attempts", NULL, COUNT(attempts, 0, 20), "3", "rounds of repair" },
	{ "dualfix.timeout", NULL, COUNT(timeout_s, 1, 86400), "900", "seconds a run may take" },
	{ "dualfix.jobs", NULL, COUNT(jobs, 1, 256), "1", "runs at once" },
	{ "dualfix.accept", NULL, CHOICE(accept, accept_names), "fixed",
	  "the weakest outcome that counts: fixed, improved, held, unverified" },
	{ "dualfix.review", NULL, BOOLEAN(review), "false",
	  "let the planner read the final diff and refuse it" },
	{ "dualfix.loadBearing", NULL, CHOICE(idle, idle_names), "name",
	  "hunks that the checks do not need: name, remove, or off (do not look)" },
	{ "dualfix.repeat", NULL, COUNT(repeat, 1, 100), "1",
	  "how often each check runs, so that flaky ones are seen" },
	{ "dualfix.budget", NULL, USD(budget_usd), "0.25", "USD a run may spend" },
	{ "dualfix.maxTokens", NULL, COUNT(max_tokens, 0, INT64_MAX), "2000000",
	  "tokens a run may use" },
	{ "dualfix.maxChangedFiles", NULL, COUNT(max_changed_files, 1, 1000000), "20",
	  "files that a model's fix may change" },
	{ "dualfix.maxChangedLines", NULL, COUNT(max_changed_lines, 1, 100000000), "800",
	  "lines that a model's fix may add and remove" },
	{ "dualfix.sandbox", NULL, ONE_OF(sandbox, sandbox_names), "auto",
	  "auto, bwrap, landlock or none" },
	{ "dualfix.sandboxRead", NULL, LIST(sandbox_read), NULL,
	  "folders that checks may read besides the system's" },
	{ "dualfix.sandboxEnv", NULL, LIST(sandbox_env), NULL,
	  "environment variables that checks may see" },
	{ "dualfix.overlay", NULL, LIST(overlay), NULL,
	  "ignored files and folders of the work tree that checks see" },
	{ "dualfix.protect", NULL, LIST(protect), NULL,
	  "paths no plan may touch; replaces the default list" },
	{ "dualfix.rules", NULL, LIST(rules), NULL, "rule files besides the shipped ones" },
	{ "dualfix.backend", NULL, CHOICE(backend, backend_names), "auto",
	  "what reads and writes objects: auto, libgit2, git" },
	{ "dualfix.fetchMissing", NULL, BOOLEAN(fetch_missing), "false",
	  "let git fetch what a partial clone lacks" },
	{ "dualfix.prePush", NULL, CHOICE(pre_push, pre_push_names), "suggest",
	  "when a pushed commit fails its checks: suggest, warn, block" },
	{ "dualfix.hookTimeout", NULL, COUNT(hook_timeout_s, 1, 3600), "30",
	  "seconds a hook may take" },
	{ "dualfix.hookModels", NULL, BOOLEAN(hook_models), "false",
	  "let the pre-push hook ask models for a fix" },
	{ "dualfix.hookInCI", NULL, BOOLEAN(hook_in_ci), "false",
	  "run hooks where CI is set" },
	{ "dualfix.checkpatch", NULL, TEXT(checkpatch), NULL,
	  "a command that reads a patch on stdin, for check-mail" },
	{ "dualfix.trailer", NULL, CHOICE(trailer, trailer_styles), "assisted-by",
	  "how models are named: assisted-by, generated-by, co-authored-by, none" },
	{ "dualfix.evidence", NULL, CHOICE(evidence, evidence_places), "trailer",
	  "where what the checks showed goes: trailer, note (refs/notes/dualfix), none" },
	{ "dualfix.policy", NULL, CHOICE(policy, policy_names), "disclose",
	  "disclose, allow or forbid; under forbid no patch files are made" },
	{ "dualfix.expire", NULL, AGE(expire_s), "14.days",
	  "how long runs and cached answers are kept" },
	{ "dualfix.cache", "DUALFIX_CACHE", BOOLEAN(cache), "true",
	  "take answers that a model gave before to the very same question" },
};
const size_t settings_table_n = ARRAY_SIZE(settings_table);

struct err *settings_init(struct settings *s)
{
	*s = (struct settings){
		.planner = { .price_input = -1, .price_cached = -1, .price_output = -1 },
		.executor = { .price_input = -1, .price_cached = -1, .price_output = -1 },
	};
	argv_init(&s->planner.urls);
	argv_init(&s->executor.urls);
	argv_init(&s->exclude);
	argv_init(&s->sandbox_read);
	argv_init(&s->sandbox_env);
	argv_init(&s->overlay);
	argv_init(&s->protect);
	argv_init(&s->rules);
	argv_init(&s->messages);
	argv_init(&s->verify);
	argv_init(&s->hooks);
	for (size_t i = 0; i < settings_table_n; i++) {
		const struct setting *row = &settings_table[i];
		struct err *err;

		if (!row->fallback)
			continue;
		err = value_set(&row->value, s, ERR_FATAL, row->key, row->fallback);
		if (err)
			return err;
	}
	return NULL;
}

static void release_role(struct role_settings *role)
{
	free(role->url);
	argv_release(&role->urls);
	free(role->model);
	free(role->key_env);
	free(role->server);
}

void settings_release(struct settings *s)
{
	release_role(&s->planner);
	release_role(&s->executor);
	argv_release(&s->exclude);
	free(s->sandbox);
	argv_release(&s->sandbox_read);
	argv_release(&s->sandbox_env);
	argv_release(&s->overlay);
	argv_release(&s->protect);
	argv_release(&s->rules);
	argv_release(&s->messages);
	free(s->base);
	free(s->plan_file);
	free(s->predictions);
	free(s->shard);
	free(s->skip);
	free(s->record);
	free(s->replay);
	free(s->trace);
	argv_release(&s->verify);
	free(s->branch);
	free(s->output_directory);
	free(s->range_diff);
	free(s->progress);
	free(s->color);
	argv_release(&s->hooks);
	free(s->checkpatch);
	free(s->new_planner);
	free(s->new_planner_model);
	free(s->new_executor);
	free(s->new_executor_model);
	free(s->new_send);
	*s = (struct settings){ 0 };
}

/* git folds section and name but not the subsection between them. */
static void canonical_key(char *out, size_t size, const char *key)
{
	const char *first = strchr(key, '.');
	const char *last = strrchr(key, '.');
	size_t i;

	for (i = 0; key[i] && i + 1 < size; i++) {
		bool fold = key + i < first || key + i > last;

		out[i] = fold && key[i] >= 'A' && key[i] <= 'Z' ? (char)(key[i] + 32) : key[i];
	}
	out[i] = '\0';
}

static struct err *read_config_row(struct settings *s, const struct setting *row,
				   const struct config *config)
{
	char key[128];
	const char *const *values;
	size_t n;

	canonical_key(key, sizeof(key), row->key);
	n = config_get_all(config, key, &values);
	if (row->value.type != VALUE_LIST && n > 1) {
		values += n - 1;
		n = 1;
	}
	for (size_t i = 0; i < n; i++) {
		struct err *err = value_set(&row->value, s, ERR_CONFIG, row->key, values[i]);

		if (err)
			return err_hint(err, "git config --show-origin --get-all %s", row->key);
	}
	if (n && row->value.offset == offsetof(struct settings, accept))
		s->accept_given = true;
	return NULL;
}

static struct err *read_variable(struct settings *s, const struct setting *row)
{
	const char *text = row->variable ? getenv(row->variable) : NULL;
	struct argv *list;
	struct str part = STR_INIT(4096);
	struct err *err = NULL;

	if (!text || !*text)
		return NULL;
	if (row->value.type != VALUE_LIST)
		return value_set(&row->value, s, ERR_CONFIG, row->variable, text);
	list = (struct argv *)((char *)s + row->value.offset);
	argv_release(list);
	while (!err && *text) {
		size_t n = strcspn(text, " \t\n");

		str_reset(&part);
		str_add(&part, text, n);
		if (n)
			err = err_first(str_err(&part, row->variable),
					value_set(&row->value, s, ERR_CONFIG, row->variable,
						  part.buf));
		text += n + strspn(text + n, " \t\n");
	}
	str_release(&part);
	return err;
}

struct err *settings_read(struct settings *s, const struct config *config)
{
	for (size_t i = 0; i < settings_table_n; i++) {
		struct err *err = read_config_row(s, &settings_table[i], config);

		if (!err)
			err = read_variable(s, &settings_table[i]);
		if (err)
			return err;
	}
	return NULL;
}
