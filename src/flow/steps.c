/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "flow/steps.h"

#include "base/path.h"
#include "repo/tree.h"
#include "sys/clock.h"
#include "verify/lent.h"

/* Errors that no rule cures; the log has them all. */
#define LEFT_SHOWN_MAX 20

void run_stage(struct run *run, const char *text)
{
	events_emit(run->env.events, EVENT_STAGE, "%s", text);
}

void run_trace(struct run *run, const char *kind, int64_t start_us)
{
	const struct event_arg args[] = {
		{ "run", .text = run->report.run ? run->report.run : "" },
	};
	const struct event_span span = {
		.kind = kind,
		.name = kind,
		.start_us = start_us,
		.end_us = clock_mono_us(),
		.args = args,
		.n_args = ARRAY_SIZE(args),
	};

	events_span(run->env.events, &span);
}

void run_ring(struct run *run)
{
	run->ready = true;
	if (run->bell)
		*run->bell = true;
}

void run_on_stage(void *ctx, struct err *err)
{
	struct run *run = ctx;

	run->stage_err = err;
	run->stage_done = true;
	run_ring(run);
}

void run_on_before(void *ctx, struct err *err)
{
	struct run *run = ctx;

	run->before_err = err;
	run->before_done = true;
	run_ring(run);
}

void run_wait(struct run *run, enum step step)
{
	run->step = step;
	run->ready = run->stage_done;
}

bool run_stage_ended(struct run *run, struct err **err)
{
	*err = NULL;
	if (!run->stage_done) {
		run->ready = false;
		return false;
	}
	run->stage_done = false;
	*err = run->stage_err;
	run->stage_err = NULL;
	return true;
}

bool run_is_forbidden(const struct run *run)
{
	return run->options.goal == GOAL_COMMIT && run->options.forbid_patches &&
	       (run->options.patches || run->options.mbox);
}

const char *run_slug(const struct run *run)
{
	return run->input->slug && *run->input->slug ? run->input->slug : "fix";
}

struct prove_spec run_prove_spec(struct run *run, const struct oid *tree)
{
	return (struct prove_spec){
		.loop = run->env.loop,
		.repo = run->env.repo,
		.checkout = run->checkout,
		.checks = run->options.checks,
		.sandbox = &run->sandbox,
		.tree = tree,
		.head = &run->head,
		.read_dirs = run->options.sandbox_read,
		.hide_dirs = run->hide_dirs,
		.pass_env = run->options.sandbox_env,
		.events = run->env.events,
		.known = run->known,
		.deadline_ms = run->deadline_ms,
		.repeat = run->options.repeat,
	};
}

struct err *run_check_result(struct run *run)
{
	struct prove_spec spec = run_prove_spec(run, &run->tree);
	struct err *err;

	spec.changed = argv_list(&run->changed);
	spec.n_changed = run->changed.n;
	err = prove_start(&run->after, &spec, run_on_stage, run);
	if (!err)
		run_wait(run, STEP_JUDGE);
	return err;
}

struct check_result *run_results(struct run *run)
{
	struct prove *prove = run->after ? run->after : run->before;

	return prove ? prove_results(prove) : NULL;
}

bool run_any_failed(const struct run *run, const struct check_result *results)
{
	for (size_t i = 0; results && i < run->options.checks->n; i++)
		if (results[i].status == CHECK_FAIL || results[i].status == CHECK_TIMEOUT)
			return true;
	return false;
}

struct err *run_cannot_check(const struct run *run, const struct check_result *results)
{
	for (size_t i = 0; i < run->options.checks->n; i++) {
		const char *command = run->options.checks->v[i].command;

		if (results[i].status == CHECK_ERROR)
			return err_hint(err_new(ERR_CONFIG, "the check '%s' cannot run: %s",
						command, results[i].why.buf),
					"git dualfix verify -v, with the same --verify if one was "
					"given, shows its log");
	}
	return NULL;
}

void run_tell_left(const struct run *run)
{
	struct span rest = str_span(&run->left), line;
	size_t n = 0;

	while (span_line(&rest, &line))
		if (n++ < LEFT_SHOWN_MAX)
			events_emit(run->env.events, EVENT_NOTE, "%.*s", (int)line.len, line.ptr);
	if (n > LEFT_SHOWN_MAX)
		events_emit(run->env.events, EVENT_NOTE, "and %zu more", n - LEFT_SHOWN_MAX);
}

bool run_may_plan(const struct run *run)
{
	return !run->has_prompt && !run->input->n_plans && run->env.planner &&
	       run->env.client && !run->options.never_plan;
}

bool run_may_repair(const struct run *run)
{
	return run->traits->repair && run->env.planner && run->env.client &&
	       !run->options.never_plan && run->repairs < run->options.attempts;
}

struct err *run_know_withheld(struct run *run)
{
	if (run->withhold)
		return NULL;
	return withhold_new(&run->withhold, run->env.repo, &run->base_tree,
			    run->options.exclude);
}

struct round_spec run_round_spec(struct run *run, const struct oid *tree)
{
	const struct mode_traits *traits = run->traits;
	const char *const *patterns = run->options.protect ? run->options.protect :
							      path_protect_default;
	struct round_spec spec = {
		.repo = run->env.repo,
		.tree = tree,
		.keep_going = run->options.keep_going,
		.protect = patterns,
		.withhold = run->withhold,
		.models = traits->executor || traits->planner_edits,
		.rescue = traits->rescue && run->origin != FROM_RULES,
		.client = run->env.client,
		.templates = run->env.templates,
		.budget = &run->budget,
		.cache = run->cache,
		.events = run->env.events,
		.hedge = run->options.hedge,
		.wall = run->env.wall,
	};

	while (!run->options.allow_protected && patterns[spec.n_protect])
		spec.n_protect++;
	if (run->sandbox.lent) {
		spec.lent = argv_list(&run->sandbox.lent->paths);
		spec.n_lent = run->sandbox.lent->paths.n;
	}
	if (run->executors)
		spec.n_executors = executors_list(run->executors, &spec.executors);
	if (run->env.planner) {
		run->quick = endpoint_with(run->env.planner, NULL, "off");
		spec.planner = &run->quick;
	}
	return spec;
}

static struct err *note_change(void *ctx, const char *path)
{
	struct run *run = ctx;

	argv_push(&run->changed, path);
	return argv_err(&run->changed);
}

struct err *run_measure(struct run *run)
{
	const struct run_options *options = &run->options;
	struct repo_diffstat stat;
	struct err *err;

	argv_release(&run->changed);
	err = repo_diff_stat(run->env.repo, &run->base_tree, &run->tree, &stat, note_change, run);
	if (err)
		return err;
	run->report.files = stat.files;
	run->report.added = stat.added;
	run->report.removed = stat.removed;
	/* The caps are there for models; a plan that the user wrote is meant. */
	if (!run->from_model)
		return NULL;
	if (stat.files > options->max_changed_files)
		return err_hint(err_new(ERR_NO_FIX, "the fix changes %zu files, more than %zu",
					stat.files, options->max_changed_files),
				"git config dualfix.maxChangedFiles %zu", stat.files);
	if (stat.added + stat.removed > options->max_changed_lines)
		return err_hint(err_new(ERR_NO_FIX, "the fix changes %zu lines, more than %zu",
					stat.added + stat.removed, options->max_changed_lines),
				"git config dualfix.maxChangedLines %zu",
				stat.added + stat.removed);
	return NULL;
}
