/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * git dualfix run, plan and apply: an issue or a plan becomes runs.
 */
#include "cmd/run.h"

#include <stdbool.h>
#include <stdlib.h>

#include "cmd/command.h"
#include "cmd/drive.h"
#include "cmd/input.h"

#define MESSAGE_MAX_BYTES ((size_t)4 << 20)

struct err *run_open_checks(struct session *s, bool tell, struct check_list *checks)
{
	const struct settings *set = &s->settings;
	struct err *err;

	*checks = (struct check_list){ 0 };
	if (set->no_verify || set->diff)
		return NULL;
	err = check_list_make(checks, repo_config(s->repo), argv_list(&set->verify),
			      set->verify.n);
	if (!err && !checks->n && tell) {
		terminal_note(&s->terminal, "no checks are configured, so nothing can be verified");
		terminal_hint(&s->terminal, CHECKS_HINT);
	}
	return err;
}

struct err *run_join_messages(const struct settings *set, struct str *out)
{
	for (size_t i = 0; i < set->messages.n; i++)
		str_addf(out, "%s%s", i ? "\n\n" : "", set->messages.v[i]);
	return str_err(out, "-m");
}

static struct err *read_issues(struct session *s, struct input *inputs, size_t *n)
{
	struct str message = STR_INIT(MESSAGE_MAX_BYTES);
	struct err *err = NULL;

	*n = 0;
	for (size_t i = 0; !err && i < s->args.n; i++)
		err = input_read_issue(&inputs[(*n)++], s, s->args.v[i]);
	if (!err)
		err = run_join_messages(&s->settings, &message);
	if (!err && message.len)
		err = input_take_message(&inputs[(*n)++], s, str_span(&message));
	str_release(&message);
	if (!err && s->settings.failing)
		err = input_take_failing(&inputs[(*n)++]);
	if (!err && s->settings.plan_file) {
		if (*n > 1)
			return err_new(ERR_USAGE, "--plan goes with one issue");
		err = input_read_plan(&inputs[0], s->settings.plan_file);
		inputs[0].run.failing = false;
		*n = 1;
	}
	if (!err && !*n)
		err = err_new(ERR_USAGE, "no issue was named");
	return err;
}

struct err *run_check_sinks(const struct settings *set, size_t n)
{
	if (set->json + set->diff + set->to_stdout > 1)
		return err_new(ERR_USAGE, "--json, --diff and --stdout exclude each other");
	if (set->branch && n > 1)
		return err_new(ERR_USAGE, "--branch goes with one issue");
	if (set->failing && (set->diff || set->no_verify))
		return err_new(ERR_USAGE, "--failing asks the checks, and %s runs none",
			       set->diff ? "--diff" : "--no-verify");
	return NULL;
}

static struct err *run_issues(struct session *s, enum run_goal goal, int *exit_code)
{
	size_t room = s->args.n + 3, n = 0;
	struct input *inputs = calloc(room, sizeof(*inputs));
	struct check_list checks = { 0 };
	struct run_options options;
	struct err *err;

	if (!inputs)
		return err_nomem();
	for (size_t i = 0; i < room; i++)
		input_init(&inputs[i]);
	err = read_issues(s, inputs, &n);
	if (!err)
		err = run_check_sinks(&s->settings, n);
	if (!err)
		err = run_open_checks(s, goal != GOAL_PLAN && !s->settings.failing, &checks);
	if (!err && s->settings.failing && !checks.n)
		err = err_hint(err_new(ERR_CONFIG, "--failing needs a check"), CHECKS_HINT);
	if (!err)
		err = session_rules(s);
	if (!err)
		err = session_models(s);
	if (err)
		goto out;
	for (size_t i = 0; i < n; i++) {
		inputs[i].run.command = goal == GOAL_PLAN ? "plan" : "run";
		inputs[i].run.args = s->given;
	}
	options = session_run_options(s, &checks);
	if (goal == GOAL_PLAN)
		options.goal = GOAL_PLAN;
	err = drive(s, &options, inputs, n, true, exit_code);
	err = err_first(err, session_keep_tape(s));
out:
	for (size_t i = 0; i < room; i++)
		input_release(&inputs[i]);
	free(inputs);
	check_list_release(&checks);
	return err;
}

struct err *cmd_run(struct session *s, int *exit_code)
{
	return run_issues(s, GOAL_COMMIT, exit_code);
}

struct err *cmd_plan(struct session *s, int *exit_code)
{
	return run_issues(s, GOAL_PLAN, exit_code);
}

/* All plans are one run: a commit for each, all or none. */
static struct err *read_plans(struct session *s, struct input *parts, struct plan *plans,
			      struct run_input *input)
{
	for (size_t i = 0; i < s->args.n; i++) {
		struct err *err = input_read_plan(&parts[i], s->args.v[i]);

		if (err)
			return err;
		plans[i] = parts[i].plan;
	}
	input->plans = plans;
	input->n_plans = s->args.n;
	input->slug = "plan";
	input->command = "apply";
	input->args = s->given;
	return NULL;
}

bool run_has_model_edit(const struct plan *plans, size_t n)
{
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < plans[i].n_edits; k++)
			if (!edit_is_direct(&plans[i].edits[k]))
				return true;
	return false;
}

struct err *cmd_apply(struct session *s, int *exit_code)
{
	size_t n = s->args.n;
	struct input *parts, whole;
	struct plan *plans;
	struct check_list checks = { 0 };
	struct run_options options;
	struct err *err;

	if (!n)
		return err_new(ERR_USAGE, "no plan was named");
	parts = calloc(n, sizeof(*parts));
	plans = calloc(n, sizeof(*plans));
	input_init(&whole);
	for (size_t i = 0; parts && i < n; i++)
		input_init(&parts[i]);
	err = parts && plans ? read_plans(s, parts, plans, &whole.run) : err_nomem();
	if (!err)
		err = run_check_sinks(&s->settings, 1);
	if (!err)
		err = run_open_checks(s, true, &checks);
	s->wants_executor = err ? false : run_has_model_edit(plans, n);
	if (!err)
		err = session_models(s);
	if (err)
		goto out;
	options = session_run_options(s, &checks);
	options.never_plan = true;
	if (!s->settings.accept_given)
		options.accept = OUTCOME_UNVERIFIED;
	err = drive(s, &options, &whole, 1, true, exit_code);
	err = err_first(err, session_keep_tape(s));
out:
	for (size_t i = 0; parts && i < n; i++)
		input_release(&parts[i]);
	input_release(&whole);
	free(parts);
	free(plans);
	check_list_release(&checks);
	return err;
}
