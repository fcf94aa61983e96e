/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * git dualfix amend and resume: a run of the past, gone on with.
 */
#include "cmd/command.h"

#include <stdlib.h>
#include <string.h>

#include "cmd/drive.h"
#include "cmd/input.h"
#include "cmd/options.h"
#include "cmd/past.h"
#include "cmd/run.h"
#include "flow/state.h"
#include "plan/decode.h"
#include "repo/record.h"

#define TEXT_MAX_BYTES ((size_t)64 << 20)
#define NAME_MAX_BYTES 4096
#define VERSION_MAX 1000

/* What the run of the past left, read back for the new one. */
struct again {
	struct session *s;
	struct past past;
	struct state state;     /* its own */
	struct input input;
	struct plan *plans;     /* given to it, n_plans of them */
	size_t n_plans;
	struct prior prior;     /* of an amending run; what follows is what it borrows */
	struct issue_text wish;
	struct plan plan;
	struct str plan_json, message, branch;
	int version;
	struct settings then;   /* what it was told, where that is asked */
	struct check_list checks;
};

static struct err *again_init(struct again *a, struct session *s)
{
	*a = (struct again){ .s = s };
	past_init(&a->past);
	state_init(&a->state);
	input_init(&a->input);
	issue_text_init(&a->wish);
	plan_init(&a->plan);
	str_init(&a->plan_json, TEXT_MAX_BYTES);
	str_init(&a->message, TEXT_MAX_BYTES);
	str_init(&a->branch, NAME_MAX_BYTES);
	return settings_init(&a->then);
}

static void again_release(struct again *a)
{
	for (size_t i = 0; i < a->n_plans; i++)
		plan_release(&a->plans[i]);
	free(a->plans);
	past_release(&a->past);
	state_release(&a->state);
	input_release(&a->input);
	issue_text_release(&a->wish);
	plan_release(&a->plan);
	str_release(&a->plan_json);
	str_release(&a->message);
	str_release(&a->branch);
	settings_release(&a->then);
	check_list_release(&a->checks);
}

/* *there tells a part that the run never had; anything else that is wrong is an err. */
static struct err *read_part(struct again *a, const char *name, struct str *out, bool *there)
{
	struct err *err = record_read(a->s->repo, a->past.id.buf, name, TEXT_MAX_BYTES, out);

	*there = !err;
	if (err && err_kind(err) == ERR_INPUT) {
		err_drop(err);
		err = NULL;
	}
	return err;
}

static struct err *read_state(struct again *a, bool *there)
{
	struct str json = STR_INIT(STATE_MAX_BYTES);
	struct err *err = read_part(a, STATE_FILE, &json, there);

	if (!err && *there)
		err = state_decode(&a->state, str_span(&json));
	str_release(&json);
	return err_wrap(err, "run %s", a->past.id.buf);
}

/* The issue, as the run of the past had it; *there: it was a text. */
static struct err *read_issue(struct again *a, bool *there)
{
	struct str raw = STR_INIT(TEXT_MAX_BYTES);
	struct input *input = &a->input;
	struct err *err = read_part(a, "issue", &raw, there);

	if (!err && *there)
		err = input_take_message(input, a->s, str_span(&raw));
	else if (!err && a->state.failing)
		err = input_take_failing(input);
	if (!err && a->state.address) {
		str_adds(&input->address, a->state.address);
		input->run.address = input->address.buf;
	}
	if (!err && a->state.in_reply_to) {
		str_adds(&input->message_id, a->state.in_reply_to);
		input->run.in_reply_to = input->message_id.buf;
	}
	str_release(&raw);
	return err_first(err, err_first(str_err(&input->address, "address"),
					str_err(&input->message_id, "Message-ID")));
}

static struct err *commit_message(struct again *a, const struct oid *commit)
{
	const char *const args[] = { "log", "-1", "--no-show-signature", "--format=%B",
				     commit->hex, NULL };
	struct span rest;
	struct err *err = repo_git(a->s->repo, args, (struct span){ 0 }, &a->message, NULL);

	a->prior.message = rest = str_span(&a->message);
	if (!span_line(&rest, &a->prior.subject))
		a->prior.subject = (struct span){ 0 };
	return err;
}

/* What the planner is told of the earlier plan, and what the commit says with no new one. */
static struct err *read_plan(struct again *a)
{
	bool there;
	struct err *err = read_part(a, "plan.json", &a->plan_json, &there);

	if (err || !there)
		return err;
	err = plan_decode(&a->plan, str_span(&a->plan_json));
	if (err && err_kind(err) == ERR_INPUT) {
		err_drop(err);
		return NULL;
	}
	a->prior.plan = str_span(&a->plan_json);
	a->prior.body = a->plan.body.len ? a->plan.body : a->plan.root_cause;
	return err;
}

static struct err *read_prior(struct again *a, const struct past *past, struct span wish)
{
	struct err *err = NULL;

	if (oid_is_none(&past->commit))
		return err_hint(err_new(ERR_INPUT, "run %s made no commit: there is nothing to "
					"amend", past->id.buf),
				"git dualfix show %s", past->id.buf);
	a->prior.run = past->id.buf;
	if (wish.len)
		err = issue_text_read(&a->wish, wish);
	if (!err)
		err = repo_tree_of(a->s->repo, &past->commit, &a->prior.tree);
	if (!err)
		err = commit_message(a, &past->commit);
	if (!err)
		err = read_plan(a);
	a->prior.wish = str_span(&a->wish.text);
	a->input.run.prior = &a->prior;
	return err_wrap(err, "run %s", past->id.buf);
}

/* Where the name of a version ends in "-v<n>", that is counted on. */
static size_t split_version(const char *branch, int *version)
{
	const char *at = strrchr(branch, '-');
	size_t n;

	*version = 1;
	if (at && at[1] == 'v' && span_number(span_of(at + 2), VERSION_MAX, &n) && n > 1) {
		*version = (int)n;
		return (size_t)(at - branch);
	}
	return strlen(branch);
}

/* The first version that nobody has. */
static struct err *name_branch(struct again *a, const char *branch)
{
	size_t len = split_version(branch, &a->version);
	struct str ref = STR_INIT(NAME_MAX_BYTES);
	struct err *err = NULL;
	int code = 0;

	while (!err && !code && a->version < VERSION_MAX) {
		const char *args[] = { "show-ref", "--verify", "--quiet", NULL, NULL };

		a->version++;
		str_reset(&a->branch);
		str_addf(&a->branch, "%.*s-v%d", (int)len, branch, a->version);
		str_reset(&ref);
		str_addf(&ref, "refs/heads/%s", a->branch.buf);
		args[3] = ref.buf;
		err = err_first(str_err(&a->branch, "branch"), str_err(&ref, "branch"));
		if (!err)
			err = repo_git(a->s->repo, args, (struct span){ 0 }, NULL, &code);
	}
	if (!err && !code && !a->s->settings.branch)
		err = err_hint(err_new(ERR_INPUT, "every name up to '%.*s-v%d' is taken",
				       (int)len, branch, VERSION_MAX),
			       "--branch <name>");
	str_release(&ref);
	return err;
}

static void amend_options(const struct again *a, const struct past *past,
			  struct run_options *options)
{
	options->base = past->base.hex;
	if (!options->branch)
		options->branch = a->branch.buf;
	if (!options->reroll_count)
		options->reroll_count = a->version;
	if (!options->earlier)
		options->earlier = past->commit.hex;
}

/* The checks that were named for it are the ones that it is held to. */
static struct err *keep_checks(struct again *a)
{
	const struct command *command = a->state.command ? command_find(a->state.command) : NULL;
	struct settings *set = &a->s->settings;
	struct argv rest = ARGV_INIT;
	bool help = false;
	struct err *err = NULL;

	if (command && !set->verify.n && !set->no_verify)
		err = options_read(&a->then, command->options, a->state.args, &rest, &help);
	for (size_t i = 0; i < a->then.verify.n; i++)
		argv_push(&set->verify, a->then.verify.v[i]);
	argv_release(&rest);
	return err_first(err, argv_err(&set->verify));
}

static struct err *open_all(struct again *a, bool tell)
{
	struct session *s = a->s;
	struct err *err = run_check_sinks(&s->settings, 1);

	if (!err)
		err = run_open_checks(s, tell, &a->checks);
	if (!err)
		err = session_rules(s);
	return err ? err : session_models(s);
}

static struct err *drive_one(struct again *a, const struct run_options *options,
			     int *exit_code)
{
	struct err *err = drive(a->s, options, &a->input, 1, true, exit_code);

	return err_first(err, session_keep_tape(a->s));
}

/* What is wished may be said, or be a plan, or both. */
static struct err *read_wish(struct again *a)
{
	const struct settings *set = &a->s->settings;
	struct str wish = STR_INIT(TEXT_MAX_BYTES);
	bool there;
	struct err *err = run_join_messages(set, &wish);

	if (!err && !span_trim(str_span(&wish)).len && !set->plan_file)
		err = err_new(ERR_USAGE, "say with -m what is to be different, or give a --plan");
	if (!err)
		err = read_prior(a, &a->past, span_trim(str_span(&wish)));
	if (!err)
		err = read_issue(a, &there);
	if (!err && !there && !a->state.failing && wish.len)
		err = input_take_message(&a->input, a->s, str_span(&wish));
	if (!err && set->plan_file)
		err = input_read_plan(&a->input, set->plan_file);
	str_release(&wish);
	return err;
}

static struct err *amend(struct again *a, int *exit_code)
{
	struct session *s = a->s;
	struct run_options options;
	bool there;
	struct err *err;

	if (s->args.n > 1)
		return err_new(ERR_USAGE, "more than one run was named");
	err = past_find_fix(&a->past, s->repo, s->args.n ? s->args.v[0] : NULL);
	if (!err)
		err = read_state(a, &there);
	if (!err)
		err = read_wish(a);
	if (!err)
		err = name_branch(a, a->past.branch.buf);
	if (!err)
		err = keep_checks(a);
	if (!err)
		err = open_all(a, true);
	if (err)
		return err;
	options = session_run_options(s, &a->checks);
	amend_options(a, &a->past, &options);
	a->input.run.command = "amend";
	a->input.run.args = s->given;
	return drive_one(a, &options, exit_code);
}

struct err *cmd_amend(struct session *s, int *exit_code)
{
	struct again a;
	struct err *err = again_init(&a, s);

	if (!err)
		err = amend(&a, exit_code);
	again_release(&a);
	return err;
}

/* Trouble from outside ended it, no verdict and nothing that was wrong with its input. */
static bool was_stopped(const struct past *past)
{
	int64_t code = -1;

	if (!past->doc)
		return !strcmp(past->outcome.buf, "killed");
	(void)json_int_of(json_get(json_root(past->doc), "exit"), &code);
	return !strcmp(past->outcome.buf, outcome_name(OUTCOME_ERROR)) &&
	       code != err_exit_code(ERR_INPUT);
}

static struct err *find_stopped(struct again *a)
{
	struct session *s = a->s;
	const char *id;
	bool there;
	struct err *err;

	if (s->args.n > 1)
		return err_new(ERR_USAGE, "more than one run was named");
	err = past_find(&a->past, s->repo, s->args.n ? s->args.v[0] : NULL);
	if (err)
		return err;
	id = a->past.id.buf;
	if (record_in_use(s->repo, id))
		return err_new(ERR_INPUT, "run %s is still going on", id);
	if (!was_stopped(&a->past))
		return err_hint(err_new(ERR_INPUT, "run %s has ended: %s", id,
					a->past.outcome.buf),
				oid_is_none(&a->past.commit) ? "git dualfix show %s" :
				"git dualfix amend %s -m <text>", id);
	err = read_state(a, &there);
	if (!err && (!there || !command_find(a->state.command)))
		err = err_hint(err_new(ERR_INPUT, "run %s kept nothing to go on with", id),
			       "git dualfix drop %s, and begin anew", id);
	return err;
}

static void forget_text(char **text)
{
	free(*text);
	*text = NULL;
}

/*
 * The settings of now, what the run was told when it began, and what is told now. What
 * names the issue is in the record.
 */
static struct err *read_settings(struct again *a)
{
	const struct command *command = command_find(a->state.command);
	struct session *s = a->s;
	struct settings *set = &s->settings;
	struct argv rest = ARGV_INIT, then;
	bool help = false;
	struct err *err;

	settings_release(set);
	err = settings_init(set);
	if (!err)
		err = settings_read(set, repo_config(s->repo));
	if (!err)
		err = options_read(set, command->options, a->state.args, &rest, &help);
	then = set->verify;
	argv_init(&set->verify);
	argv_release(&set->messages);
	forget_text(&set->plan_file);
	forget_text(&set->base);
	set->worktree = set->failing = false;
	if (!err)
		err = options_read(set, FOR_RESUME, s->given, &rest, &help);
	if (!set->verify.n) {
		set->verify = then;
		argv_init(&then);
	}
	argv_release(&then);
	s->person.send = set->send;
	if (!set->edit)
		s->wall.edit_plan = NULL;
	argv_release(&rest);
	return err;
}

static struct err *read_given(struct again *a)
{
	struct str json = STR_INIT(TEXT_MAX_BYTES), name = STR_INIT(64);
	size_t n = a->state.n_given;
	struct err *err = NULL;

	a->plans = calloc(n + 1, sizeof(*a->plans));
	if (!a->plans)
		return err_nomem();
	while (!err && a->n_plans < n) {
		str_reset(&name);
		str_addf(&name, "given-%zu.json", a->n_plans + 1);
		err = record_read(a->s->repo, a->past.id.buf, name.buf, TEXT_MAX_BYTES, &json);
		if (!err)
			err = plan_decode(&a->plans[a->n_plans++], str_span(&json));
	}
	a->input.run.plans = a->plans;
	a->input.run.n_plans = n;
	str_release(&json);
	str_release(&name);
	return err;
}

static struct err *read_amended(struct again *a, struct past *amended)
{
	struct str wish = STR_INIT(TEXT_MAX_BYTES);
	bool there;
	struct err *err = past_read(amended, a->s->repo, a->state.amends);

	if (!err)
		err = read_part(a, "wish", &wish, &there);
	if (!err)
		err = read_prior(a, amended, span_trim(str_span(&wish)));
	if (!err)
		err = name_branch(a, amended->branch.buf);
	str_release(&wish);
	return err;
}

static struct err *resume(struct again *a, struct past *amended, int *exit_code)
{
	struct session *s = a->s;
	struct run_options options;
	bool there, applies, plans;
	struct err *err = find_stopped(a);

	if (!err)
		err = read_settings(a);
	if (!err)
		err = read_issue(a, &there);
	if (!err)
		err = read_given(a);
	if (!err && a->state.amends)
		err = read_amended(a, amended);
	if (err)
		return err;
	applies = !strcmp(a->state.command, "apply");
	plans = !strcmp(a->state.command, "plan");
	if (applies) {
		s->wants_executor = run_has_model_edit(a->plans, a->n_plans);
		a->input.run.slug = "plan";
	}
	err = open_all(a, !plans);
	if (err)
		return err;
	options = session_run_options(s, &a->checks);
	options.base = a->state.base.hex;
	if (a->state.amends)
		amend_options(a, amended, &options);
	if (plans)
		options.goal = GOAL_PLAN;
	options.never_plan = applies;
	if (applies && !s->settings.accept_given)
		options.accept = OUTCOME_UNVERIFIED;
	a->input.run.state = &a->state;
	a->input.run.resumes = a->past.id.buf;
	a->input.run.command = a->state.command;
	a->input.run.args = a->state.args;
	return drive_one(a, &options, exit_code);
}

struct err *cmd_resume(struct session *s, int *exit_code)
{
	struct again a;
	struct past amended;
	struct err *err = again_init(&a, s);

	past_init(&amended);
	if (!err)
		err = resume(&a, &amended, exit_code);
	again_release(&a);
	past_release(&amended);
	return err;
}
