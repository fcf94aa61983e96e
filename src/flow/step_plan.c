/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "flow/steps.h"

#include "flow/brief.h"
#include "flow/cure.h"
#include "sys/clock.h"

/* One fix uncovers the next error: rules may have so many rounds. */
#define RULE_ROUNDS_MAX 25
#define DIFF_MAX_BYTES ((size_t)4 << 20)

/*
 * A build that goes on where the last one stopped says nothing of what it does not
 * compile again: of a misspelt call only the linker complains. Once for each tree.
 */
static struct err *build_again(struct run *run, const struct argv *paths)
{
	struct prove_spec spec;
	struct err *err = checkout_renew(run->checkout, argv_list(paths), paths->n);

	if (err)
		return err;
	run->rebuilt = run->tree;
	run_stage(run, "building again what does not link");
	if (!run->after) {
		prove_free(run->before);
		run->before = NULL;
		run->before_done = run->ready = false;
		spec = run_prove_spec(run, &run->tree);
		return prove_start(&run->before, &spec, run_on_before, run);
	}
	prove_free(run->after);
	run->after = NULL;
	return run_check_result(run);
}

struct err *run_try_rules(struct run *run, bool given, bool *cured)
{
	struct argv unlinked = ARGV_INIT;
	bool once = given || oid_eq(&run->rebuilt, &run->tree);
	struct cure_spec spec = {
		.repo = run->env.repo,
		.rules = run->env.rules,
		.commit = &run->head,
		.tree = &run->tree,
	};
	struct err *err;

	*cured = false;
	if (!run->env.rules || run->rules_spent || run->rule_rounds >= RULE_ROUNDS_MAX)
		return NULL;
	if (given) {
		spec.report = run->input->raw;
		spec.form = run->input->form;
		spec.root = run->input->root;
	} else {
		spec.results = run_results(run);
		spec.n_results = spec.results ? run->options.checks->n : 0;
		spec.root = run->checkout ? checkout_seen_dir(run->checkout) : NULL;
	}
	str_reset(&run->left);
	plan_release(&run->plan);
	err = cure(&spec, &run->plan, &run->left, once ? NULL : &unlinked);
	*cured = !err && (run->plan.n_edits || unlinked.n);
	if (*cured && !run->plan.n_edits)
		err = build_again(run, &unlinked);
	argv_release(&unlinked);
	if (err || !run->plan.n_edits)
		return err;
	run->rule_rounds++;
	run->current = &run->plan;
	run->origin = FROM_RULES;
	run->step = STEP_APPLY;
	return NULL;
}

static struct err *no_way_on(struct run *run)
{
	const struct err *why = run->env.no_planner;
	const char *hint = why ? err_hint_text(why) : NULL;

	run_tell_left(run);
	if (run->input->prior || (run->input->text.ptr && !run->input->reports))
		return err_hint(err_new(ERR_CONFIG, "no planner for this issue: %s",
					why ? err_text(why) : "none is configured"),
				"%s", hint ? hint : "git dualfix doctor");
	return err_hint(err_new(ERR_NO_FIX, "no rule cures this, and there is no planner: %s",
				why ? err_text(why) : "none is asked"),
			"%s", hint ? hint : "git dualfix doctor");
}

static void on_executors(void *ctx, struct err *err)
{
	struct run *run = ctx;

	err_drop(err); /* there is none: what cannot be reached was left out */
	run->executors_done = true;
	run_ring(run);
}

struct err *run_find_executors(struct run *run)
{
	struct executors_spec spec = {
		.http = run->env.http,
		.endpoints = run->env.executors,
		.n = run->env.n_executors,
		.tape = run->env.tape,
		.events = run->env.events,
	};
	bool waits;
	struct err *err;

	if (run->executors_asked)
		return NULL;
	run->executors_asked = run->executors_done = true;
	if (!run->traits->executor || !run->env.client || !spec.n)
		return NULL;
	err = executors_start(&run->executors, &spec, &waits, on_executors, run);
	run->executors_done = !err && !waits;
	return err;
}

/* The planner's answer and plan are there: now, or from before the run was stopped. */
static struct err *use_answer(struct run *run)
{
	run->current = &run->plan;
	run->origin = FROM_PLANNER;
	run->from_model = true;
	run->step = STEP_APPLY;
	if (run->plan.n_edits)
		return NULL;
	return err_new(ERR_NO_FIX, "the planner has no fix: %s",
		       run->plan.root_cause.len ? run->plan.root_cause.ptr :
						  "it says nothing more");
}

static struct err *send_question(struct run *run, const char *const *files)
{
	const struct wall *wall = run->env.wall;
	struct ask_spec spec = {
		.client = run->env.client,
		.endpoint = run->env.planner,
		.templates = run->env.templates,
		.budget = &run->budget,
		.cache = run->cache,
		.events = run->env.events,
		.prompt = &run->prompt,
		.delta = run_early_delta,
		.delta_ctx = run,
	};
	bool recalled;
	struct err *err = run_recall(run, &recalled);

	if (err || recalled)
		return err ? err : use_answer(run);
	err = wall->consent(wall->ctx, run->env.planner, files,
			    (size_t)prompt_tokens(&run->prompt));
	if (err)
		return err;
	run_stage(run, "planning");
	ask_free(run->ask);
	run->ask = NULL;
	err = run_early_begin(run);
	if (!err)
		err = ask_start(&run->ask, &spec, run_on_stage, run);
	if (!err)
		err = run_start_before_soon(run);
	if (!err)
		run_wait(run, STEP_PLANNED);
	return err;
}

void run_warm_planner(struct run *run)
{
	const struct wall *wall = run->env.wall;

	if (run->env.planner && run->env.client &&
	    wall->has_consent(wall->ctx, run->env.planner))
		client_warm(run->env.client, run->env.planner);
}

/* The files are shown as the base has them, so the change is, too. */
static struct err *add_wish(struct run *run)
{
	const struct prior *prior = run->input->prior;
	struct str diff = STR_INIT(DIFF_MAX_BYTES);
	struct brief_wish wish = { .plan = prior->plan, .wish = prior->wish };
	struct err *err = withhold_diff(run->withhold, run->env.repo, &run->base_tree,
					&run->tree, &diff);

	wish.diff = str_span(&diff);
	if (!err)
		err = brief_amend(&run->prompt, run->env.templates, &wish);
	str_release(&diff);
	return err;
}

/* Less and less of it, until it fits; what never fits is told when it is to be sent. */
static struct err *make_brief(struct run *run, struct brief_spec *spec, struct argv *files)
{
	for (;;) {
		struct err *err;

		argv_release(files);
		spec->less = run->less;
		err = brief_make(&run->prompt, spec, files);
		if (!err && run->input->prior)
			err = add_wish(run);
		if (err || run->less == BRIEF_LESS_MAX ||
		    ask_fits(run->env.planner, &run->prompt))
			return err;
		run->less++;
	}
}

struct err *run_ask_planner(struct run *run)
{
	struct brief_spec spec = {
		.repo = run->env.repo,
		.tree = run->input->prior ? &run->base_tree : &run->tree,
		.templates = run->env.templates,
		.planner = run->env.planner,
		.exclude = run->options.exclude,
		.title = run->input->title,
		.text = run->input->text,
		.checks = run->options.checks,
		.root = run->checkout ? checkout_seen_dir(run->checkout) : "",
		.direct_only = run->options.mode == MODE_SEQUENTIAL,
	};
	struct argv files = ARGV_INIT;
	int64_t start_us = clock_mono_us();
	struct err *err;

	if (!run->env.planner || !run->env.client)
		return no_way_on(run);
	run_stage(run, "reading the repository");
	run_warm_planner(run);
	err = run_tell_policy(run);
	if (!err)
		err = run_know_withheld(run);
	spec.withhold = run->withhold;
	if (run->before_done)
		spec.results = run_results(run);
	if (!err)
		err = make_brief(run, &spec, &files);
	run->has_prompt = true;
	run->report.timings.context_ms += (clock_mono_us() - start_us) / 1000;
	run_trace(run, "context", start_us);
	if (!err)
		err = send_question(run, argv_list(&files));
	if (!err)
		err = run_find_executors(run);
	argv_release(&files);
	return err;
}

static struct err *use_given_plan(struct run *run)
{
	run->current = &run->input->plans[run->next_plan++];
	run->origin = FROM_FILE;
	run->step = STEP_APPLY;
	return NULL;
}

struct err *step_source(struct run *run)
{
	const struct run_input *input = run->input;
	bool cured = false;
	struct err *err = NULL;

	if (run->next_plan < input->n_plans)
		return use_given_plan(run);
	if (input->failing) {
		if (!run->before_done) {
			run_stage(run, "checking the base");
			run->ready = false;
			return NULL;
		}
		err = run_cannot_check(run, run_results(run));
		if (!err)
			err = report_set_checks(&run->report, run->options.checks,
						prove_results(run->before), NULL);
		if (err)
			return err;
		if (!input->prior && !run_any_failed(run, run_results(run))) {
			run->report.outcome = OUTCOME_NOTHING;
			run->step = STEP_END;
			return NULL;
		}
		if (!input->prior)
			err = run_try_rules(run, false, &cured);
	} else if (input->reports && !input->prior) {
		err = run_try_rules(run, true, &cured);
	}
	if (err || cured)
		return err;
	return run_ask_planner(run);
}

struct err *step_planned(struct run *run)
{
	struct err *err = run->before_timer ? NULL : run_start_before(run);

	if (err || !run_stage_ended(run, &err))
		return err;
	run->report.timings.plan_ms += ask_ms(run->ask);
	err = err_first(err, report_usage(&run->report, run->env.planner, ask_model(run->ask),
					  ask_usage(run->ask)));
	if (err && ask_overlong(run->ask) && run->less < BRIEF_LESS_MAX) {
		events_emit(run->env.events, EVENT_WARNING,
			    "%s; it is asked again, with less of the repository", err_text(err));
		err_drop(err);
		run->less++;
		return run_ask_planner(run);
	}
	if (!err)
		err = run_start_before(run);
	if (err)
		return err;
	str_reset(&run->answer);
	str_add_span(&run->answer, ask_answer(run->ask));
	plan_release(&run->plan);
	ask_take_plan(run->ask, &run->plan);
	run_early_end(run, &run->plan);
	err = str_err(&run->answer, "the planner's answer");
	if (!err)
		err = run_keep_answer(run);
	return err ? err : use_answer(run);
}

struct err *run_repair(struct run *run, struct span failures, bool applied)
{
	struct str diff = STR_INIT(DIFF_MAX_BYTES);
	struct brief_round round = {
		.answer = str_span(&run->answer),
		.failures = failures,
		.checks = run->options.checks,
		/* What was not checked has no results: those at hand speak of the base. */
		.results = applied && (!failures.ptr || run->after) ? run_results(run) : NULL,
		.root = run->checkout ? checkout_seen_dir(run->checkout) : "",
	};
	const char *const no_files[] = { NULL };
	struct err *err = NULL;

	run->repairs++;
	if (run->cache)
		chat_cache_fail(run->cache);
	events_emit(run->env.events, EVENT_DETAIL, "round %d of repair", run->repairs);
	if (!run->has_prompt)
		return run_ask_planner(run);
	err = run_know_withheld(run);
	round.withhold = run->withhold;
	if (!err && applied) {
		err = withhold_diff(run->withhold, run->env.repo, &run->base_tree, &run->tree,
				    &diff);
		round.diff = str_span(&diff);
	}
	if (!err)
		err = brief_repair(&run->prompt, run->env.templates, &round);
	if (!err && !ask_fits(run->env.planner, &run->prompt))
		err = run_ask_planner(run); /* afresh, about what stands now */
	else if (!err)
		err = send_question(run, no_files);
	str_release(&diff);
	return err;
}
