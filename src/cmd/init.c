/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * git dualfix init: checks, endpoints, consent and hooks, set up and taken out.
 *
 * What the repository holds is looked at and tried, in the sandbox; nothing of it
 * is written before the user says yes, to a question or by --yes.
 */
#include "cmd/command.h"

#include <stdlib.h>
#include <string.h>

#include "cmd/question.h"
#include "flow/tryout.h"
#include "hook/install.h"
#include "hook/place.h"
#include "hook/written.h"
#include "repo/tree.h"
#include "sys/file.h"
#include "verify/detect.h"

#define TEXT_BYTES ((size_t)16 << 10)

struct choice {
	const struct proposal *p; /* NULL: none */
	const char *const *reads; /* what of the home it was shown to run; or NULL */
	const char *const *lends; /* and of the work tree */
	size_t tests;             /* that it counted */
};

/* What is to be written, in this order. */
struct setup_plan {
	struct session *s;
	struct argv keys, values;
	struct proposal proposals[PROPOSALS_MAX]; /* that the choices point into */
	struct str events;            /* of hooks, with commas between */
	struct choice check;          /* that passes on HEAD, or is insisted on */
	struct choice failing;        /* the first that runs and fails there */
	const struct proposal *offer; /* needs the network to prepare it, so the user's yes */
	bool found_none;              /* looked for checks in vain */
};

static void plan_write(struct setup_plan *plan, const char *key, const char *value)
{
	if (!value || !*value)
		return;
	argv_push(&plan->keys, key);
	argv_push(&plan->values, value);
}

static void add_events(struct setup_plan *plan, const char *list)
{
	str_addf(&plan->events, "%s%s", plan->events.len ? "," : "", list);
}

static void plan_options(struct setup_plan *plan)
{
	const struct settings *set = &plan->s->settings;

	for (size_t i = 0; i < set->verify.n; i++)
		plan_write(plan, "dualfix.verify", set->verify.v[i]);
	plan_write(plan, "dualfix.planner.url", set->new_planner);
	plan_write(plan, "dualfix.planner.model", set->new_planner_model);
	plan_write(plan, "dualfix.executor.url", set->new_executor);
	plan_write(plan, "dualfix.executor.model", set->new_executor_model);
	plan_write(plan, "dualfix.send", set->new_send);
	for (size_t i = 0; i < set->hooks.n; i++)
		add_events(plan, set->hooks.v[i]);
}

/* Checks. */

static void show_result(struct session *s, const struct proposal *p,
			const struct tryout *tryout)
{
	static const struct {
		int good;
		const char *word;
	} said[] = {
		[TRYOUT_PASSES] = { 1, "passes" },
		[TRYOUT_FAILS] = { 0, "fails" },
		[TRYOUT_SLOW] = { -1, "too slow" },
		[TRYOUT_LACKS] = { -1, "cannot run" },
	};
	struct str line = STR_INIT(TEXT_BYTES);

	str_addf(&line, "'%s' on HEAD (%s has %s", p->check, p->file, p->reason);
	if (tryout->tests)
		str_addf(&line, "; %zu tests", tryout->tests);
	str_addf(&line, "; %.1f s)", (double)tryout->ms / 1000);
	if (tryout->why.len)
		str_addf(&line, ": %s", tryout->why.buf);
	terminal_clear(&s->terminal);
	terminal_verdict(&s->terminal, said[tryout->verdict].good, said[tryout->verdict].word,
			 line.buf);
	if (tryout->verdict == TRYOUT_FAILS || tryout->verdict == TRYOUT_SLOW ||
	    s->settings.verbose)
		terminal_block(&s->terminal, "  ", str_span(&tryout->tail));
	str_release(&line);
}

/* The configured paths, then those wanted that are folders below top; *more if any is. */
static struct err *add_folders(struct argv *all, const struct argv *configured,
			       const char *const *wanted, const char *top, bool *more)
{
	struct str path = STR_INIT(TEXT_BYTES);

	*more = false;
	argv_push_all(all, argv_list(configured));
	for (size_t i = 0; top && wanted && wanted[i]; i++) {
		bool in_home = !strncmp(wanted[i], "~/", 2);

		str_reset(&path);
		str_addf(&path, "%s/%s", top, wanted[i] + (in_home ? 2 : 0));
		if (!file_is_dir(path.buf))
			continue;
		argv_push(all, wanted[i]);
		*more = true;
	}
	str_release(&path);
	return argv_err(all);
}

/* Once more, with its program's own folders in the home shown to it. */
static struct err *try_reading(const struct session *s, struct tryout *tryout,
			       struct verify_spec spec, struct choice *choice,
			       const struct oid *head)
{
	struct argv reads = ARGV_INIT;
	bool more;
	struct err *err = add_folders(&reads, &s->settings.sandbox_read, choice->p->reads,
				      getenv("HOME"), &more);

	if (!err && more) {
		spec.sandbox_read = argv_list(&reads);
		tryout_release(tryout);
		err = tryout_run(tryout, &spec, choice->p, head);
		choice->reads = choice->p->reads;
	}
	argv_release(&reads);
	return err;
}

/* Once more, with the packages that the user has installed: fetched already. */
static struct err *try_lending(const struct session *s, struct tryout *tryout,
			       struct verify_spec spec, struct choice *choice,
			       const struct oid *head)
{
	struct argv lends = ARGV_INIT;
	struct tryout second;
	bool more;
	struct err *err = add_folders(&lends, &s->settings.overlay, choice->p->lends,
				      repo_work_tree(s->repo), &more);

	if (err || !more)
		goto out;
	spec.overlay = argv_list(&lends);
	err = tryout_run(&second, &spec, choice->p, head);
	if (!err) {
		tryout_release(tryout);
		*tryout = second;
		choice->lends = choice->p->lends;
		goto out;
	}
	tryout_release(&second);
	/* git does not ignore them, or no sandbox here can show them. */
	if (err_kind(err) == ERR_CONFIG) {
		err_drop(err);
		err = NULL;
	}
out:
	argv_release(&lends);
	return err;
}

/* Notes it in the plan if it ran. */
static struct err *try_one(struct setup_plan *plan, const struct proposal *p,
			   const struct oid *head)
{
	struct session *s = plan->s;
	const struct verify_spec spec =
		session_verify_spec(s, NULL, s->settings.timeout_s * 1000);
	struct choice choice = { .p = p };
	struct tryout tryout;
	struct err *err;

	if (p->setup)
		events_emit(&s->events, EVENT_STAGE, "trying '%s', prepared by '%s'", p->check,
			    p->setup);
	else
		events_emit(&s->events, EVENT_STAGE, "trying '%s'", p->check);
	err = tryout_run(&tryout, &spec, p, head);
	if (!err && tryout.verdict == TRYOUT_LACKS && p->reads)
		err = try_reading(s, &tryout, spec, &choice, head);
	if (!err && tryout.verdict == TRYOUT_LACKS && p->lends && !p->setup)
		err = try_lending(s, &tryout, spec, &choice, head);
	if (!err)
		show_result(s, p, &tryout);
	choice.tests = tryout.tests;
	if (!err && tryout.verdict == TRYOUT_PASSES && (!plan->check.p || choice.tests))
		plan->check = choice;
	else if (!err && tryout.verdict == TRYOUT_FAILS && !plan->failing.p)
		plan->failing = choice;
	tryout_release(&tryout);
	return err;
}

/* What another build system calls tests may be more than what passed and counted none. */
static bool worth_trying(const struct setup_plan *plan, const struct proposal *p)
{
	const struct proposal *passing = plan->check.p, *failing = plan->failing.p;

	if (passing)
		return passing->strength <= PROPOSAL_TESTS_AGAIN && !plan->check.tests &&
		       p->strength <= PROPOSAL_TESTS_AGAIN && !p->setup &&
		       strcmp(p->file, passing->file);
	/* What ran and failed does not want for another way, nor for packages. */
	return (p->strength != PROPOSAL_TESTS_AGAIN && !p->setup) || !failing ||
	       strcmp(p->file, failing->file);
}

static struct err *try_all(struct setup_plan *plan, size_t n, const struct oid *head)
{
	const struct proposal *v = plan->proposals;
	struct err *err = NULL;

	for (size_t i = 0; !err && i < n; i++) {
		if (!worth_trying(plan, &v[i]))
			continue;
		if (!v[i].setup || plan->s->settings.yes)
			err = try_one(plan, &v[i], head);
		else if (!plan->offer)
			plan->offer = &v[i];
	}
	return err;
}

static struct err *find_checks(struct setup_plan *plan, struct oid *head)
{
	struct session *s = plan->s;
	struct repo_source *source = NULL;
	struct oid tree;
	size_t n = 0;
	struct err *err = repo_commit_of(s->repo, "HEAD", head);

	if (!err)
		err = repo_tree_of(s->repo, head, &tree);
	if (!err)
		err = repo_source_new(&source, s->repo, &tree);
	if (!err)
		err = detect_checks(plan->proposals, &n, repo_source(source));
	if (!err)
		err = try_all(plan, n, head);
	plan->found_none = !plan->check.p;
	repo_source_free(source);
	return err;
}

/* Questions. */

/* An empty answer keeps *value, "-" empties it. */
static struct err *edit_value(struct setup_plan *plan, const char *what, struct str *value)
{
	struct str text = STR_INIT(TEXT_BYTES), answer = STR_INIT(TEXT_BYTES);
	struct err *err;

	str_addf(&text, "%s [%s]:", what, value->len ? value->buf : "-");
	err = question_ask(plan->s->loop, text.buf, &answer);
	if (!err && answer.len) {
		str_reset(value);
		if (strcmp(answer.buf, "-"))
			str_adds(value, answer.buf);
	}
	str_release(&text);
	str_release(&answer);
	return err;
}

static struct err *edit_key(struct setup_plan *plan, const char *what, const char *key,
			    const char *now)
{
	struct str value = STR_INIT(TEXT_BYTES);
	struct err *err;

	str_adds(&value, now ? now : "");
	err = edit_value(plan, what, &value);
	if (!err && strcmp(value.buf, now ? now : ""))
		plan_write(plan, key, value.buf);
	str_release(&value);
	return err;
}

/* All that can be set up, one by one. */
static struct err *edit_all(struct setup_plan *plan)
{
	const struct settings *set = &plan->s->settings;
	const struct argv *urls = &set->executor.urls;
	struct str check = STR_INIT(TEXT_BYTES);
	struct err *err;

	if (!plan->check.p)
		plan->check = plan->failing;
	str_adds(&check, plan->check.p ? plan->check.p->check : "");
	err = edit_value(plan, "check", &check);
	if (!err && (!plan->check.p || strcmp(check.buf, plan->check.p->check))) {
		plan->check = (struct choice){ 0 };
		plan_write(plan, "dualfix.verify", check.buf);
		plan->found_none = !check.len;
	}
	if (!err)
		err = edit_key(plan, "planner's URL", "dualfix.planner.url", set->planner.url);
	if (!err)
		err = edit_key(plan, "planner's model", "dualfix.planner.model",
			       set->planner.model);
	if (!err)
		err = edit_key(plan, "executor's URL", "dualfix.executor.url",
			       urls->n ? urls->v[0] : NULL);
	if (!err)
		err = edit_key(plan, "executor's model", "dualfix.executor.model",
			       set->executor.model);
	if (!err)
		err = edit_key(plan, "send text to models elsewhere (ask, always, never)",
			       "dualfix.send", send_names[set->send]);
	if (!err)
		err = edit_value(plan, "hooks (pre-push, pre-commit, sendemail-validate)",
				 &plan->events);
	str_release(&check);
	return err;
}

static void ask_what(const struct setup_plan *plan, struct str *text)
{
	const struct choice *check = &plan->check;

	if (plan->offer) {
		str_addf(text, "Run '%s' in the sandbox, with the network, and use '%s' as the "
			 "check if that passes", plan->offer->setup, plan->offer->check);
		if (check->p)
			str_addf(text, ", else '%s'", check->p->check);
		str_adds(text, "? [Y/n/e]");
		return;
	}
	if (!check->p) {
		str_addf(text, "'%s' fails on HEAD. Use it as this repository's check all the "
			 "same? [y/N/e]", plan->failing.p->check);
		return;
	}
	str_addf(text, "Use '%s' as this repository's check", check->p->check);
	for (size_t i = 0; check->reads && check->reads[i]; i++)
		str_addf(text, "%s%s", i ? " and " : ", and let checks read ",
			 check->reads[i]);
	for (size_t i = 0; check->lends && check->lends[i]; i++)
		str_addf(text, "%s%s", i ? " and " : ", with the work tree's ", check->lends[i]);
	str_adds(text, "? [Y/n/e]");
}

/* *go: something is to be written. */
static struct err *ask(struct setup_plan *plan, const struct oid *head, bool *go)
{
	struct str text = STR_INIT(TEXT_BYTES), answer = STR_INIT(TEXT_BYTES);
	bool insists = !plan->offer && !plan->check.p;
	struct err *err;

	ask_what(plan, &text);
	err = question_ask(plan->s->loop, text.buf, &answer);
	*go = !err && strchr("yYeE", answer.len ? *answer.buf : insists ? 'n' : 'y');
	if (!err && (*answer.buf == 'e' || *answer.buf == 'E'))
		err = edit_all(plan);
	else if (*go && plan->offer)
		err = try_one(plan, plan->offer, head);
	else if (*go && insists)
		plan->check = plan->failing;
	if (*go && plan->check.p)
		plan->found_none = false;
	str_release(&text);
	str_release(&answer);
	return err;
}

/* Writing. */

static struct err *install_events(struct session *s, struct span list)
{
	struct span event;
	struct err *err = NULL;

	while (!err && span_split(&list, ',', &event)) {
		struct str name = STR_INIT(TEXT_BYTES), said = STR_INIT(TEXT_BYTES);
		struct span rest, first = { 0 };

		str_add_span(&name, span_trim(event));
		err = str_err(&name, "--hooks");
		if (!err && s->settings.uninstall)
			err = hook_uninstall(s->repo, name.buf, &said);
		else if (!err)
			err = hook_install(s->repo, name.buf, s->settings.chain, &said);
		/* Of those that nobody named, only what was there is told of. */
		if (!err && !said.len && s->settings.hooks.n)
			str_addf(&said, "%s: ours is not installed", name.buf);
		rest = str_span(&said);
		if (span_line(&rest, &first))
			terminal_note(&s->terminal, "%.*s", (int)first.len, first.ptr);
		terminal_block(&s->terminal, "", rest);
		str_release(&name);
		str_release(&said);
	}
	return err;
}

static struct err *write_plan(struct setup_plan *plan)
{
	const struct choice *check = &plan->check;
	struct session *s = plan->s;
	struct err *err;

	if (check->p) {
		for (size_t i = 0; check->reads && check->reads[i]; i++)
			plan_write(plan, "dualfix.sandboxRead", check->reads[i]);
		for (size_t i = 0; check->lends && check->lends[i]; i++)
			plan_write(plan, "dualfix.overlay", check->lends[i]);
		plan_write(plan, "dualfix.setup", check->p->setup);
		plan_write(plan, "dualfix.verify", check->p->check);
	}
	err = err_first(argv_err(&plan->keys), argv_err(&plan->values));
	for (size_t i = 0; !err && i < plan->keys.n; i++) {
		bool wrote;

		err = written_add(s->repo, plan->keys.v[i], plan->values.v[i], &wrote);
		if (!err)
			terminal_note(&s->terminal, "%s = %s%s", plan->keys.v[i],
				      plan->values.v[i], wrote ? "" : " (already)");
	}
	if (!err && plan->events.len)
		err = install_events(s, str_span(&plan->events));
	return err;
}

/* What to type for a check that init does not take by itself. */
static void add_insisting(struct str *line, const struct choice *choice)
{
	for (size_t i = 0; choice->reads && choice->reads[i]; i++)
		str_addf(line, "git config --add dualfix.sandboxRead '%s'; ", choice->reads[i]);
	for (size_t i = 0; choice->lends && choice->lends[i]; i++)
		str_addf(line, "git config --add dualfix.overlay '%s'; ", choice->lends[i]);
	if (choice->p->setup) {
		str_adds(line, "git config dualfix.setup ");
		str_add_quoted(line, choice->p->setup);
		str_adds(line, "; ");
	}
	str_adds(line, "git dualfix init --verify ");
	str_add_quoted(line, choice->p->check);
}

static struct err *nothing_found(const struct setup_plan *plan)
{
	struct str line = STR_INIT(TEXT_BYTES);
	struct err *err;

	if (!plan->failing.p)
		return err_hint(err_new(ERR_CONFIG, "no check was found that runs on HEAD"),
				"git dualfix init --verify <command>");
	add_insisting(&line, &plan->failing);
	err = err_hint(err_new(ERR_CONFIG, "no check passes on HEAD, so none was taken"),
		       "%s takes it all the same", line.buf);
	str_release(&line);
	return err;
}

/* A better check than the one taken fails on HEAD: how to have it in spite of that. */
static void say_left_out(const struct setup_plan *plan)
{
	struct str line = STR_INIT(TEXT_BYTES);

	if (!plan->failing.p || !plan->check.p || plan->failing.p == plan->check.p ||
	    plan->check.p->strength <= PROPOSAL_TESTS_AGAIN)
		return;
	add_insisting(&line, &plan->failing);
	terminal_hint(&plan->s->terminal, "%s takes what fails on HEAD all the same", line.buf);
	str_release(&line);
}

/* Whether checks are configured; they are named. */
static struct err *name_configured(struct session *s, bool *any)
{
	struct check_list checks = { 0 };
	struct err *err = check_list_make(&checks, repo_config(s->repo), NULL, 0);

	*any = checks.n > 0;
	for (size_t i = 0; i < checks.n; i++)
		terminal_verdict(&s->terminal, 1, "check", checks.v[i].command);
	check_list_release(&checks);
	return err;
}

static void say_next(const struct setup_plan *plan)
{
	struct session *s = plan->s;

	if (plan->check.p && plan->check.p == plan->failing.p)
		terminal_hint(&s->terminal, "git dualfix --failing; git dualfix doctor");
	else
		terminal_hint(&s->terminal, "git dualfix doctor; git dualfix init --uninstall "
			      "takes it back");
}

static struct err *no_terminal(const struct setup_plan *plan)
{
	if (!plan->check.p && !plan->offer)
		return nothing_found(plan);
	return err_hint(err_new(ERR_CONFIG, "nothing was written: no terminal to ask on"),
			"git dualfix init --yes");
}

static struct err *set_up(struct setup_plan *plan)
{
	struct session *s = plan->s;
	struct oid head;
	bool configured = false, go = true, said, look;
	struct err *err = NULL;

	plan_options(plan);
	said = plan->keys.n || plan->events.len;
	look = !s->settings.verify.n && (s->settings.yes || !said);
	if (look)
		err = name_configured(s, &configured);
	if (!err && look && !configured)
		err = find_checks(plan, &head);
	if (!err && (plan->check.p || plan->offer || plan->failing.p) && !s->settings.yes) {
		if (!question_possible())
			return no_terminal(plan);
		err = ask(plan, &head, &go);
	}
	if (err)
		return err;
	if (!go) {
		terminal_note(&s->terminal, "nothing was written");
		return NULL;
	}
	err = write_plan(plan);
	if (!err && plan->found_none)
		err = nothing_found(plan);
	if (!err)
		say_left_out(plan);
	if (!err && (plan->keys.n || plan->events.len))
		say_next(plan);
	return err;
}

static struct err *take_out(struct session *s)
{
	size_t n = 0;
	struct err *err = NULL;

	for (size_t i = 0; !err && i < s->settings.hooks.n; i++)
		err = install_events(s, span_of(s->settings.hooks.v[i]));
	if (s->settings.hooks.n)
		return err;
	for (size_t i = 0; !err && hook_events[i]; i++)
		err = install_events(s, span_of(hook_events[i]));
	if (!err)
		err = written_remove(s->repo, "", &n);
	if (!err && n)
		terminal_note(&s->terminal, "settings removed: %zu", n);
	return err;
}

struct err *cmd_init(struct session *s, int *exit_code)
{
	struct setup_plan plan = { .s = s };
	struct err *err;

	*exit_code = 0;
	if (s->args.n)
		return err_new(ERR_USAGE, "init takes no argument");
	if (s->settings.chain && !s->settings.hooks.n)
		return err_new(ERR_USAGE, "--chain goes with --hooks");
	if (s->settings.uninstall)
		return take_out(s);
	argv_init(&plan.keys);
	argv_init(&plan.values);
	str_init(&plan.events, TEXT_BYTES);
	err = set_up(&plan);
	argv_release(&plan.keys);
	argv_release(&plan.values);
	str_release(&plan.events);
	return err;
}
