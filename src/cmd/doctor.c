/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * git dualfix doctor: what works here, and what to type where it does not.
 */
#include "cmd/command.h"

#include <string.h>

#include "cmd/consent.h"
#include "hook/install.h"
#include "hook/place.h"
#include "issue/forms.h"
#include "model/models.h"
#include "repo/record.h"
#include "sys/json.h"
#include "sys/regex.h"
#include "verify/check.h"
#include "verify/hidden.h"
#include "verify/lent.h"
#include "verify/sandbox.h"

struct examination {
	struct session *s;
	int problems;
};

#define TEXT_BYTES 8192

static void well(struct examination *e, const char *what, const char *fmt, ...)
	PRINTF_LIKE(3, 4);

static void well(struct examination *e, const char *what, const char *fmt, ...)
{
	struct str text = STR_INIT(4096);
	va_list ap;

	va_start(ap, fmt);
	str_vaddf(&text, fmt, ap);
	va_end(ap);
	terminal_verdict(&e->s->terminal, 1, what, text.buf);
	str_release(&text);
}

/* Shows err as a finding and drops it. */
static void ill(struct examination *e, const char *what, struct err *err)
{
	const char *hint = err_hint_text(err);

	e->problems++;
	terminal_verdict(&e->s->terminal, -1, what, err_text(err));
	if (hint)
		terminal_hint(&e->s->terminal, "%s", hint);
	err_drop(err);
}

static void examine_git(struct examination *e)
{
	const char *const args[] = { "version", NULL };
	struct str version = STR_INIT(1024), author = STR_INIT(4096), committer = STR_INIT(4096);
	struct err *err = repo_git(e->s->repo, args, (struct span){ 0 }, &version, NULL);

	well(e, "git-dualfix", "version %s", DUALFIX_VERSION);
	if (err)
		ill(e, "git", err);
	else
		well(e, "git", "%.*s", (int)span_trim(str_span(&version)).len, version.buf);
	well(e, "objects", "read by %s", repo_backend(e->s->repo));
	err = repo_identity(e->s->repo, &author, &committer);
	if (err)
		ill(e, "identity", err);
	else
		well(e, "identity", "%s", author.buf);
	str_release(&version);
	str_release(&author);
	str_release(&committer);
}

static void examine_libraries(struct examination *e)
{
	static void (*const libraries[])(struct str *out) = {
		repo_library, http_library, json_library, regex_library, clang_tidy_library,
	};
	struct str text = STR_INIT(TEXT_BYTES);

	for (size_t i = 0; i < ARRAY_SIZE(libraries); i++) {
		if (i)
			str_adds(&text, ", ");
		libraries[i](&text);
	}
	well(e, "libraries", "%s", text.buf);
	str_release(&text);
}

static void examine_checks(struct examination *e)
{
	struct check_list checks = { 0 };
	struct err *err = check_list_make(&checks, repo_config(e->s->repo), NULL, 0);

	if (!err && !checks.n)
		err = err_hint(err_new(ERR_CONFIG, "none is configured, so nothing can be "
				       "verified"),
			       "git dualfix init");
	if (err)
		ill(e, "checks", err);
	for (size_t i = 0; i < checks.n; i++)
		well(e, "check", "%s", checks.v[i].command);
	for (size_t i = 0; i < checks.n_setup; i++)
		well(e, "setup", "%s", checks.setup[i].command);
	check_list_release(&checks);
}

static void examine_limits(struct examination *e, const struct sandbox *sandbox)
{
	const char *limits[SANDBOX_LIMITS_MAX];
	size_t n = sandbox_limits(sandbox, limits);

	for (size_t i = 0; i < n; i++)
		well(e, "its limit", "%s", limits[i]);
}

/* Not everybody who has such a link needs what it leads to. */
static void examine_links(struct examination *e, const struct sandbox *sandbox)
{
	struct str link = STR_INIT(TEXT_BYTES), folder = STR_INIT(TEXT_BYTES);
	struct str word = STR_INIT(TEXT_BYTES);
	struct err *err = hidden_link(sandbox, argv_list(&e->s->settings.sandbox_read), &link,
				      &folder);

	if (err)
		ill(e, "overlay", err);
	if (!err && folder.len) {
		str_adds(&link, " leads to what the sandbox hides");
		str_add_quoted(&word, folder.buf);
		terminal_verdict(&e->s->terminal, 0, "overlay", link.buf);
		terminal_hint(&e->s->terminal, "git config --add dualfix.sandboxRead %s", word.buf);
	}
	str_release(&link);
	str_release(&folder);
	str_release(&word);
}

static void examine_lent(struct examination *e, const struct sandbox *sandbox)
{
	const struct lent *lent = sandbox->lent;

	for (size_t i = 0; i < lent->dirs.n; i++)
		well(e, "overlay", "%s, %s", lent->dirs.v[i], sandbox->layers ?
		     "what a check writes there is thrown away" : "read-only");
	for (size_t i = 0; i < lent->files.n; i++)
		well(e, "overlay", "%s, read-only", lent->files.v[i]);
	examine_links(e, sandbox);
}

static void examine_sandbox(struct examination *e)
{
	struct sandbox sandbox = { 0 };
	struct lent *lent;
	struct err *err = lent_take(&lent, e->s->repo, argv_list(&e->s->settings.overlay));

	/* Its own trouble; the sandbox works, or does not, without it too. */
	if (err && err_kind(err) == ERR_CONFIG) {
		ill(e, "overlay", err);
		err = NULL;
	}
	if (!err)
		err = sandbox_take(&sandbox, e->s->loop, e->s->settings.sandbox, lent);
	if (err) {
		ill(e, "sandbox", err);
	} else if (sandbox.kind == SANDBOX_NONE) {
		e->problems++;
		terminal_verdict(&e->s->terminal, 0, "sandbox",
				 "none, as configured: checks run with all of your rights");
	} else {
		well(e, "sandbox", "%s works here", sandbox_name(sandbox.kind));
	}
	if (!err && sandbox.lent)
		examine_lent(e, &sandbox);
	if (!err)
		examine_limits(e, &sandbox);
	sandbox_release(&sandbox);
}

struct probe {
	bool done;
	bool has_model;
	const char *model;
	size_t n;
	struct err *err;
};

static void on_models(void *ctx, const char *const *ids, size_t n, struct err *err)
{
	struct probe *probe = ctx;

	for (size_t i = 0; i < n; i++)
		if (probe->model && !strcmp(ids[i], probe->model))
			probe->has_model = true;
	probe->n = n;
	probe->err = err;
	probe->done = true;
}

/* What is asked for is no problem: a run asks when it comes to that. */
static void examine_consent(struct examination *e, const struct endpoint *endpoint)
{
	struct session *s = e->s;

	if (endpoint->is_loopback)
		return;
	if (consent_has(&s->person, endpoint)) {
		well(e, "consent", "text may go to %s", endpoint->host);
	} else if (s->person.send == SEND_NEVER) {
		e->problems++;
		terminal_verdict(&s->terminal, -1, "consent",
				 "dualfix.send is never: nothing goes to it");
		terminal_hint(&s->terminal, "git config dualfix.send ask");
	} else {
		terminal_verdict(&s->terminal, 0, "consent",
				 "asked for before the first byte goes there");
		terminal_hint(&s->terminal,
			      "git config dualfix.send always, where nobody can be asked");
	}
}

/* Asks the endpoint for its models: free of cost, and it proves URL and key. */
static struct err *examine_endpoint(struct examination *e, const struct endpoint *endpoint)
{
	struct probe probe = { .model = endpoint->model };
	struct models *models = NULL;
	struct err *err = models_start(&models, e->s->http, endpoint, on_models, &probe);

	if (!err)
		err = loop_run(e->s->loop, &probe.done);
	if (err && !probe.done)
		models_cancel(models); /* probe is gone soon */
	err = err_first(err, probe.err);
	if (!err && endpoint->model && probe.n && !probe.has_model)
		err = err_hint(err_new(ERR_CONFIG, "%s at %s has no model '%s'", endpoint->role,
				       endpoint->host, endpoint->model),
			       "git config dualfix.%s.model <id>", endpoint->role);
	if (err_is_signal(err))
		return err;
	if (err) {
		if (!err_hint_text(err))
			err = err_hint(err, "start the server, or "
				       "git config dualfix.%s.url <url>", endpoint->role);
		ill(e, "endpoint", err);
		return NULL;
	}
	well(e, endpoint->role, "%s at %s, which has %zu model%s; %s%s",
	     endpoint->model ? endpoint->model : "?", endpoint->host, probe.n,
	     probe.n == 1 ? "" : "s", endpoint->key_source ? "key from " : "no key",
	     endpoint->key_source ? endpoint->key_source : "");
	examine_consent(e, endpoint);
	return NULL;
}

static struct err *examine_models(struct examination *e)
{
	struct session *s = e->s;
	struct err *err = session_models(s);

	if (err) {
		ill(e, "models", err);
		return NULL;
	}
	if (s->planner)
		err = examine_endpoint(e, s->planner);
	else
		terminal_verdict(&s->terminal, 0, "planner", err_text(s->no_planner));
	if (!s->planner && err_hint_text(s->no_planner))
		terminal_hint(&s->terminal, "%s", err_hint_text(s->no_planner));
	for (size_t i = 0; !err && i < s->n_executors; i++)
		err = examine_endpoint(e, s->executors[i]);
	if (!s->n_executors)
		terminal_verdict(&s->terminal, 0, "executor", s->planner
				 ? "none; the planner's endpoint does its edits"
				 : "none; without a planner there are rules and plan files only");
	if (!err && !s->n_executors)
		terminal_hint(&s->terminal, "git config dualfix.executor.url <url>");
	return err;
}

/* Of those that nobody asked for by default, only what is there is told of. */
static void examine_hook(struct examination *e, const char *event)
{
	struct str text = STR_INIT(TEXT_BYTES);
	struct hook_place place;
	struct err *err = place_look(&place, e->s->repo, event);
	enum standing standing = err ? HOOK_NONE : place.standing;
	bool managed = !err && place.manager;

	place_release(&place);
	if (!err)
		err = hook_describe(e->s->repo, event, &text);
	if (err) {
		ill(e, event, err);
	} else if (standing == HOOK_OTHER) {
		terminal_verdict(&e->s->terminal, 0, event, text.buf);
		terminal_hint(&e->s->terminal, managed
			      ? "git dualfix init --hooks=%s says which lines to add there"
			      : "git dualfix init --hooks=%s --chain calls ours before it",
			      event);
	} else if (standing != HOOK_NONE) {
		well(e, event, "%s", text.buf);
	} else if (event == hook_events[0]) {
		terminal_verdict(&e->s->terminal, 0, event, "none");
		terminal_hint(&e->s->terminal, "git dualfix init --hooks");
	}
	str_release(&text);
}

static void examine_runs(struct examination *e)
{
	struct record_count count;
	struct err *err = record_count(&count, e->s->repo);

	if (err) {
		ill(e, "runs", err);
	} else if (count.killed) {
		e->problems++;
		terminal_verdict(&e->s->terminal, -1, "runs", "some were killed and left files");
		terminal_hint(&e->s->terminal, "git dualfix gc");
	} else {
		well(e, "runs", "%zu kept, %zu under way", count.runs, count.in_use);
	}
}

struct err *cmd_doctor(struct session *s, int *exit_code)
{
	struct examination e = { .s = s };
	struct err *err;

	if (s->args.n)
		return err_new(ERR_USAGE, "doctor takes no argument");
	examine_git(&e);
	examine_libraries(&e);
	examine_checks(&e);
	examine_sandbox(&e);
	err = examine_models(&e);
	if (err)
		return err;
	for (size_t i = 0; hook_events[i]; i++)
		examine_hook(&e, hook_events[i]);
	examine_runs(&e);
	*exit_code = e.problems ? 3 : 0;
	return NULL;
}
