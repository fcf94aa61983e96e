/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * git dualfix hook: what git's hooks call.
 *
 * Polite: stdout stays empty, what is being pushed is never changed, trouble of our
 * own lets the push go with a warning. Only a check that definitely fails stops it.
 */
#include "cmd/command.h"

#include <stdlib.h>
#include <string.h>

#include "base/deadline.h"
#include "cmd/check_mail.h"
#include "cmd/commit_hook.h"
#include "cmd/drive.h"
#include "cmd/input.h"
#include "cmd/options.h"
#include "flow/verify.h"
#include "hook/push.h"
#include "sys/clock.h"
#include "sys/file.h"

/* A line for each ref that is pushed: a mirror may have a million. */
#define STDIN_MAX_BYTES ((size_t)256 << 20)
#define SKIP_HINT "git push --no-verify skips this; DUALFIX=0 too"

static bool is_set(const char *name)
{
	const char *value = getenv(name);

	return value && *value;
}

/* Nothing waits for the connection any more: a fix of the pushed commit is made. */
static struct err *suggest_fix(struct session *s, const struct check_list *checks,
			       const struct push_tip *tip)
{
	struct input input;
	struct run_options options;
	struct str slug = STR_INIT(4096);
	int code;
	struct err *err = session_rules(s);

	input_init(&input);
	if (!err && s->settings.hook_models)
		err = session_models(s);
	else if (!err)
		s->no_planner = err_hint(err_new(ERR_CONFIG, "a hook asks none"),
					 "git config dualfix.hookModels true, or "
					 "git dualfix --failing");
	if (err)
		goto out;
	str_adds(&slug, tip->branch);
	err = input_take_failing(&input);
	input.run.slug = slug.buf;
	options = session_run_options(s, checks);
	options.base = tip->oid;
	terminal_note(&s->terminal, "looking for a fix (Ctrl-C skips this)");
	if (!err)
		err = drive(s, &options, &input, 1, false, &code);
out:
	str_release(&slug);
	input_release(&input);
	return err;
}

/* The push stops here: *exit_code is 1 whatever becomes of the fix. */
static struct err *definite_failure(struct session *s, const struct check_list *checks,
				    const struct push_tip *tip, const struct verification *v,
				    int *exit_code)
{
	struct err *err;

	session_warn_failures(s, checks, v, "");
	if (s->settings.pre_push == PRE_PUSH_WARN) {
		terminal_warning(&s->terminal, "%.12s (%s) fails its checks; pushed all the same",
				 tip->oid, tip->branch);
		return NULL;
	}
	*exit_code = 1;
	terminal_warning(&s->terminal, "%.12s (%s) fails its checks; the push was stopped",
			 tip->oid, tip->branch);
	if (s->settings.pre_push == PRE_PUSH_SUGGEST) {
		err = suggest_fix(s, checks, tip);
		if (err_is_signal(err))
			return err;
		if (err)
			terminal_error(&s->terminal, err);
		err_drop(err);
	}
	terminal_hint(&s->terminal, SKIP_HINT);
	return NULL;
}

static bool any_is(const struct verification *v, enum check_status status)
{
	for (size_t i = 0; i < v->n; i++)
		if (v->results[i].status == status)
			return true;
	return false;
}

static void warn_of_errors(struct session *s, const struct check_list *checks,
			   const struct push_tip *tip, const struct verification *v)
{
	for (size_t i = 0; i < v->n; i++)
		if (v->results[i].status == CHECK_ERROR)
			terminal_warning(&s->terminal, "%s not checked: '%s': %s", tip->branch,
					 checks->v[i].command, v->results[i].why.buf);
}

static struct err *check_tip(struct session *s, const struct check_list *checks,
			     const struct push_tip *tip, int64_t deadline_ms, int *exit_code)
{
	struct verification v = { 0 };
	struct verify_spec spec = session_verify_spec(
		s, checks, deadline_left_ms(deadline_ms, clock_mono_ms()));
	struct oid commit;
	bool known;
	struct err *err = repo_commit_of(s->repo, tip->oid, &commit);

	if (!err)
		err = verify_is_known(&spec, &commit, &known);
	if (err || known)
		return err;
	events_emit(&s->events, EVENT_STAGE, "checking %.12s (%s) before it is pushed", tip->oid,
		    tip->branch);
	err = verify_commit(&v, &spec, &commit);
	if (err)
		return err;
	/* Whatever else there is: trouble with one check excuses no other. */
	if (any_is(&v, CHECK_FAIL))
		err = definite_failure(s, checks, tip, &v, exit_code);
	else if (any_is(&v, CHECK_ERROR))
		warn_of_errors(s, checks, tip, &v);
	else if (any_is(&v, CHECK_TIMEOUT))
		terminal_warning(&s->terminal, "%s not checked: no time left "
				 "(dualfix.hookTimeout is %lld s)", tip->branch,
				 (long long)s->settings.hook_timeout_s);
	verification_release(&v);
	return err;
}

static struct err *check_push(struct session *s, const void *ctx, int *exit_code)
{
	const struct push *push = ctx;
	int64_t deadline_ms = deadline_after_ms(clock_mono_ms(),
						s->settings.hook_timeout_s * 1000);
	struct check_list checks = { 0 };
	struct err *err = check_list_make(&checks, repo_config(s->repo), NULL, 0);

	for (size_t i = 0; !err && checks.n && i < push->n && !*exit_code; i++)
		err = check_tip(s, &checks, &push->tips[i], deadline_ms, exit_code);
	if (push->left_out)
		terminal_warning(&s->terminal, "%zu more commits were not checked",
				 push->left_out);
	check_list_release(&checks);
	return err;
}

/* Our trouble is not the push's, nor the commit's, nor the mail's: it goes on. */
static struct err *let_go(struct session *s, const char *what, struct err *err)
{
	terminal_clear(&s->terminal);
	/* A signal is the user's wish. */
	if (!err || err_is_signal(err))
		return err;
	terminal_warning(&s->terminal, "%s unchecked: %s", what, err_text(err));
	if (err_hint_text(err))
		terminal_hint(&s->terminal, "%s", err_hint_text(err));
	err_drop(err);
	return NULL;
}

static bool is_wanted(const struct session *s)
{
	return !is_set("CI") || s->settings.hook_in_ci;
}

/* What a hook does, where it is wanted; ctx is the event's. */
typedef struct err *hook_work(struct session *s, const void *ctx, int *exit_code);

static struct err *in_session(const char *what, hook_work *work, const void *ctx,
			      int *exit_code)
{
	const char *const no_args[] = { NULL };
	struct session s;
	bool help;
	struct err *err = session_open(&s, FOR_HOOK, no_args, &help);

	if (!err && is_wanted(&s))
		err = work(&s, ctx, exit_code);
	err = let_go(&s, what, err);
	session_release(&s);
	return err;
}

/*
 * pre-commit (the program) reads stdin itself and tells its hooks of one ref by
 * variables instead.
 */
static void add_manager_ref(struct str *text)
{
	const char *to = getenv("PRE_COMMIT_TO_REF");
	const char *from = getenv("PRE_COMMIT_FROM_REF");
	const char *local = getenv("PRE_COMMIT_LOCAL_BRANCH");
	const char *remote = getenv("PRE_COMMIT_REMOTE_BRANCH");

	if (text->len || !to || !remote)
		return;
	str_addf(text, "%s %s %s %s\n", local ? local : "HEAD", to, remote, from ? from : to);
}

static struct err *pre_push(const char *const *args, int *exit_code)
{
	struct str text = STR_INIT(STDIN_MAX_BYTES);
	struct push push = { 0 };
	struct err *err = file_read("-", &text);

	(void)args;
	add_manager_ref(&text);
	if (!err)
		err = push_parse(&push, str_span(&text));
	if (!err && push.n)
		err = in_session("pushed", check_push, &push, exit_code);
	push_release(&push);
	str_release(&text);
	return err;
}

static struct err *check_mail(struct session *s, const void *ctx, int *exit_code)
{
	struct err *err = check_mail_hook(s, ctx, exit_code);

	if (*exit_code)
		terminal_hint(&s->terminal, "git send-email --no-validate skips this; "
			      "DUALFIX=0 too");
	return err;
}

static struct err *sendemail_validate(const char *const *args, int *exit_code)
{
	return in_session("mailed", check_mail, args, exit_code);
}

static struct err *look_at_commit(struct session *s, const void *ctx, int *exit_code)
{
	(void)ctx;
	(void)exit_code;
	return commit_hook(s);
}

static struct err *pre_commit(const char *const *args, int *exit_code)
{
	(void)args;
	return in_session("committed", look_at_commit, NULL, exit_code);
}

static const struct {
	const char *event;
	struct err *(*call)(const char *const *args, int *exit_code);
} events[] = {
	{ "pre-push", pre_push },
	{ "pre-commit", pre_commit },
	{ "sendemail-validate", sendemail_validate },
};

struct err *cmd_hook(const char *const *args, int *exit_code)
{
	const char *off = getenv("DUALFIX");

	*exit_code = 0;
	for (size_t i = 0; args[0] && i < ARRAY_SIZE(events); i++) {
		if (strcmp(args[0], events[i].event))
			continue;
		if (off && !strcmp(off, "0"))
			return NULL;
		return events[i].call(args + 1, exit_code);
	}
	return err_new(ERR_USAGE, "hook takes the name of an event: pre-push, pre-commit or "
		       "sendemail-validate");
}
