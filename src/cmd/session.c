/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/session.h"

#include <stdlib.h>
#include <string.h>

#include "base/deadline.h"
#include "base/template_files.h"
#include "cmd/consent.h"
#include "cmd/editor.h"
#include "cmd/local_executor.h"
#include "cmd/options.h"
#include "model/endpoint.h"
#include "sys/clock.h"
#include "sys/file.h"

#define RULES_MAX_BYTES ((size_t)4 << 20)
#define TAIL_BYTES 2000

/* How long a server may keep silent before it counts as hung; facts in model/client.h. */
#define QUEUED_MAX_MS ((int64_t)10 * 60 * 1000)
#define SILENT_MAX_MS ((int64_t)120 * 1000)
#define BETWEEN_MAX_MS ((int64_t)90 * 1000)
#define ATTEMPTS_MAX 5

struct err *session_open(struct session *s, unsigned command, const char *const *args,
			 bool *help)
{
	struct err *err;

	*s = (struct session){ 0 };
	s->given = args;
	argv_init(&s->args);
	terminal_init(&s->terminal, false, 0, NULL, NULL);
	err = trace_new(&s->trace);
	if (!err)
		err = settings_init(&s->settings);
	if (!err)
		err = options_read(&s->settings, command, args, &s->args, help);
	if (err || *help)
		return err;
	terminal_init(&s->terminal, s->settings.quiet, (int)s->settings.verbose,
		      s->settings.progress, s->settings.color);
	s->events = terminal_events(&s->terminal);
	err = loop_new(&s->loop);
	if (!err)
		err = repo_open(&s->repo, s->loop, NULL);
	if (err)
		return err;

	/* Options win over what config and environment say: read them again, last. */
	settings_release(&s->settings);
	argv_release(&s->args);
	err = settings_init(&s->settings);
	if (!err)
		err = settings_read(&s->settings, repo_config(s->repo));
	if (!err)
		err = options_read(&s->settings, command, args, &s->args, help);
	if (!err)
		err = trace_open(s->trace, s->settings.trace, &s->events);
	s->person = (struct person){ s->repo, &s->terminal, s->settings.send };
	s->wall = (struct wall){ .ctx = &s->person, .consent = consent_ask,
				  .has_consent = consent_has };
	if (s->settings.edit)
		s->wall.edit_plan = editor_edit_plan;
	return err;
}

void session_release(struct session *s)
{
	client_free(s->client);
	cache_free(s->cache);
	tape_free(s->tape);
	http_free(s->http);
	endpoint_free(s->planner);
	for (size_t i = 0; i < s->n_executors; i++)
		endpoint_free(s->executors[i]);
	free(s->executors);
	free(s->executor_list);
	err_drop(s->no_planner);
	rules_free(s->rules);
	repo_close(s->repo);
	loop_free(s->loop);
	trace_free(s->trace);
	argv_release(&s->args);
	settings_release(&s->settings);
	*s = (struct session){ 0 };
}

static void note_helper(void *ctx, const char *url)
{
	(void)url;
	*(bool *)ctx = true;
}

/* Whether git has nobody to ask for a key; it costs a process or two to find out. */
static bool no_helper(const struct config *config)
{
	const char *const *helpers;
	bool any = config_get_all(config, "credential.helper", &helpers) > 0;

	config_subsections(config, "credential", note_helper, &any);
	return !any;
}

static struct endpoint_settings role_endpoint(const struct session *s,
					      const struct role_settings *role,
					      const char *name, const char *url)
{
	int64_t now_s = clock_wall_s();

	return (struct endpoint_settings){
		.role = name,
		.url = url,
		.model = role->model,
		.server = role->server,
		.named_variable = role->key_env,
		.no_helper = no_helper(repo_config(s->repo)),
		.insecure = role->insecure,
		.concurrency = role->concurrency,
		.prices = { role->price_input, role->price_cached, role->price_output },
		.from_s = now_s,
		.until_s = now_s,
	};
}

static struct err *open_planner(struct session *s)
{
	const struct role_settings *role = &s->settings.planner;
	struct endpoint_settings settings = role_endpoint(s, role, "planner", role->url);
	struct err *err;

	settings.own_variable = "DUALFIX_PLANNER_KEY";
	settings.thinking = thinking_names[role->thinking];
	settings.until_s += s->settings.timeout_s;
	err = endpoint_new(&s->planner, s->loop, &settings);
	if (err)
		return err;
	if (s->planner->key || s->planner->is_loopback || (s->tape && tape_plays(s->tape)))
		return NULL;
	s->no_planner = err_hint(err_new(ERR_CONFIG, "no key for the planner at %s",
					 s->planner->host),
				 "export %s=... (or store it with git credential)",
				 role->key_env ? role->key_env : "DUALFIX_PLANNER_KEY");
	endpoint_free(s->planner);
	s->planner = NULL;
	return NULL;
}

static void play_fact(struct tape *tape, const char *name, struct str *out)
{
	const char *fact = tape_fact(tape, name, NULL);

	if (fact)
		str_adds(out, fact);
}

/* Where the user names no executor, one on this machine is taken, if there is one. */
static struct err *find_local(struct session *s)
{
	struct role_settings *role = &s->settings.executor;
	struct str url = STR_INIT(1024), model = STR_INIT(1024);
	struct err *err = NULL;

	if (!mode_traits((enum mode)s->settings.mode)->executor)
		return NULL;
	if (s->tape && tape_plays(s->tape)) {
		play_fact(s->tape, "executor", &url);
		play_fact(s->tape, "executor model", &model);
	} else if (s->planner || s->wants_executor) {
		err = local_executor_find(s->repo, s->http, &url, &model);
	}
	if (err || !url.len)
		goto out;
	if (s->tape) {
		(void)tape_fact(s->tape, "executor", url.buf);
		(void)tape_fact(s->tape, "executor model", model.buf);
	}
	argv_push(&role->urls, url.buf);
	err = argv_err(&role->urls);
	if (!err && !role->model && model.len) {
		role->model = strdup(model.buf);
		err = role->model ? NULL : err_nomem();
	}
out:
	str_release(&url);
	str_release(&model);
	return err;
}

static struct err *open_executors(struct session *s)
{
	const struct role_settings *role = &s->settings.executor;
	size_t n = role->urls.n;
	struct err *err = NULL;

	if (!n)
		err = find_local(s);
	n = role->urls.n;
	if (err || !n)
		return err;
	s->executors = calloc(n, sizeof(*s->executors));
	s->executor_list = calloc(n, sizeof(*s->executor_list));
	if (!s->executors || !s->executor_list)
		return err_nomem();
	for (size_t i = 0; i < n; i++) {
		struct endpoint_settings settings =
			role_endpoint(s, role, "executor", role->urls.v[i]);

		settings.own_variable = "DUALFIX_EXECUTOR_KEY";
		settings.thinking = "off";
		settings.until_s += s->settings.timeout_s;
		err = endpoint_new(&s->executors[i], s->loop, &settings);
		if (err)
			return err;
		s->executor_list[i] = *s->executors[i];
		s->n_executors++;
	}
	return NULL;
}

static struct err *open_tape(struct session *s)
{
	struct str text = STR_INIT(TAPE_MAX_BYTES);
	struct err *err;

	if (s->settings.record && s->settings.replay)
		return err_new(ERR_USAGE, "--record and --replay exclude each other");
	if (s->settings.record) {
		err = tape_new(&s->tape);
		/* Empty, at once: whether it can be kept is known before money is spent. */
		if (!err)
			err = err_as(err_wrap(session_keep_tape(s), "--record"), ERR_CONFIG);
		return err;
	}
	if (!s->settings.replay)
		return NULL;
	err = file_read(s->settings.replay, &text);
	if (!err)
		err = err_wrap(tape_parse(&s->tape, str_span(&text)), "%s",
			       s->settings.replay);
	str_release(&text);
	return err;
}

struct err *session_keep_tape(struct session *s)
{
	if (!s->tape || tape_plays(s->tape))
		return NULL;
	return file_write(s->settings.record, tape_text(s->tape), 0600);
}

static struct err *open_http(struct session *s)
{
	const struct config *config = repo_config(s->repo);
	const struct http_config http = {
		.proxy = config_get(config, "http.proxy"),
		.ca_file = config_get(config, "http.sslcainfo"),
	};

	return s->http ? NULL : http_new(&s->http, s->loop, &http);
}

static const char *variable(const char *name)
{
	return getenv(name);
}

struct err *session_forge(struct session *s, struct forge_env *out)
{
	struct err *err;

	if (s->settings.replay)
		return err_hint(err_new(ERR_USAGE,
					"--replay goes without the network, and "
					"so without issues on a forge"),
				"git dualfix --replay <file> <file of the issue>");
	err = open_http(s);
	*out = (struct forge_env){
		.loop = s->loop,
		.http = s->http,
		.repo = s->repo,
		.events = &s->events,
		.variable = variable,
	};
	return err;
}

struct err *session_models(struct session *s)
{
	const struct client_limits limits = {
		.queued_ms = QUEUED_MAX_MS,
		.silent_ms = SILENT_MAX_MS,
		.between_ms = BETWEEN_MAX_MS,
		.deadline_ms = DEADLINE_NEVER, /* each run has a clock of its own */
		.max_attempts = ATTEMPTS_MAX,
		.events = &s->events,
	};
	struct err *err = open_tape(s);

	if (!err)
		err = open_planner(s);
	if (!err)
		err = open_http(s);
	if (!err)
		err = open_executors(s);
	if (!err)
		err = client_new(&s->client, s->loop, s->http, &limits);
	if (!err && s->tape)
		client_use_tape(s->client, s->tape);
	if (!err && s->settings.cache && !s->tape)
		err = cache_open(&s->cache, s->repo, s->settings.expire_s);
	if (s->tape && tape_plays(s->tape))
		s->person.send = SEND_ALWAYS; /* nothing is sent */
	return err;
}

/* As git reads a path from its configuration. */
static void add_home(struct str *out, const char *path)
{
	const char *home = getenv("HOME");

	if (!strncmp(path, "~/", 2) && home) {
		str_adds(out, home);
		path++;
	}
	str_adds(out, path);
}

struct err *session_rules(struct session *s)
{
	struct str text = STR_INIT(RULES_MAX_BYTES), path = STR_INIT(8192);
	struct err *err = rules_new(&s->rules);

	for (size_t i = 0; !err && i < template_files_count; i++) {
		const struct template_file *file = &template_files[i];

		if (span_starts(span_of(file->name), "rules/") &&
		    span_ends(span_of(file->name), ".rules"))
			err = rules_add(s->rules, file->name,
					(struct span){ file->bytes, file->len });
	}
	for (size_t i = 0; !err && i < s->settings.rules.n; i++) {
		str_reset(&text);
		str_reset(&path);
		add_home(&path, s->settings.rules.v[i]);
		err = file_read(path.buf, &text);
		if (!err)
			err = rules_add(s->rules, path.buf, str_span(&text));
		err = err_hint(err, "git config --get-all dualfix.rules");
	}
	str_release(&path);
	str_release(&text);
	return err;
}

struct run_env session_run_env(struct session *s)
{
	return (struct run_env){
		.loop = s->loop,
		.repo = s->repo,
		.rules = s->rules,
		.http = s->http,
		.client = s->client,
		.tape = s->tape,
		.cache = s->cache,
		.planner = s->planner,
		.executors = s->executor_list,
		.n_executors = s->n_executors,
		.no_planner = s->no_planner,
		.templates = &s->templates,
		.wall = &s->wall,
		.events = &s->events,
	};
}

struct run_options session_run_options(struct session *s, const struct check_list *checks)
{
	const struct settings *set = &s->settings;

	return (struct run_options){
		.goal = set->diff ? GOAL_DIFF : GOAL_COMMIT,
		.mode = (enum mode)set->mode,
		.base = set->base,
		.worktree = set->worktree,
		.checks = checks,
		.accept = (enum outcome)set->accept,
		.attempts = (int)set->attempts,
		.timeout_ms = set->timeout_s * 1000,
		.max_tokens = set->max_tokens,
		.budget_usd = set->budget_usd,
		.hedge = set->executor.hedge,
		.branch = set->branch,
		.patches = set->format_patch || set->output_directory,
		.mbox = set->to_stdout,
		.patch_dir = set->output_directory ? set->output_directory : ".",
		.reroll_count = (int)set->reroll_count,
		.earlier = set->range_diff,
		.signoff = set->signoff,
		.keep_going = set->keep_going,
		.allow_protected = set->allow_protected,
		.allow_test_edits = set->allow_test_edits,
		.idle = (enum idle_way)set->idle,
		.repeat = (int)set->repeat,
		.clean = set->clean,
		.review = set->review,
		.protect = set->protect.n ? argv_list(&set->protect) : NULL,
		.exclude = argv_list(&set->exclude),
		.sandbox_read = argv_list(&set->sandbox_read),
		.sandbox_env = argv_list(&set->sandbox_env),
		.overlay = argv_list(&set->overlay),
		.sandbox = set->sandbox,
		.expire_s = set->expire_s,
		.trailer = set->trailer,
		.evidence = set->evidence,
		.mind_policy = set->policy != POLICY_ALLOW,
		.forbid_patches = set->policy == POLICY_FORBID,
		.max_changed_files = (size_t)set->max_changed_files,
		.max_changed_lines = (size_t)set->max_changed_lines,
	};
}

struct verify_spec session_verify_spec(struct session *s, const struct check_list *checks,
				       int64_t timeout_ms)
{
	const struct settings *set = &s->settings;

	return (struct verify_spec){
		.loop = s->loop,
		.repo = s->repo,
		.checks = checks,
		.sandbox = set->sandbox,
		.sandbox_read = argv_list(&set->sandbox_read),
		.sandbox_env = argv_list(&set->sandbox_env),
		.overlay = argv_list(&set->overlay),
		.expire_s = set->expire_s,
		.timeout_ms = timeout_ms,
	};
}

void session_warn_failures(struct session *s, const struct check_list *checks,
			   const struct verification *v, const char *where)
{
	struct str tail = STR_INIT(TAIL_BYTES + 256);

	for (size_t i = 0; i < v->n; i++) {
		if (v->results[i].status != CHECK_FAIL)
			continue;
		str_reset(&tail);
		verdict_tail(str_span(&v->results[i].log), TAIL_BYTES, &tail);
		terminal_warning(&s->terminal, "'%s' fails%s%s", checks->v[i].command, where,
				 tail.len ? ":" : ", and printed nothing");
		terminal_block(&s->terminal, "  ", str_span(&tail));
	}
	str_release(&tail);
}
