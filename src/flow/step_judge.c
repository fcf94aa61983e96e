/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "flow/steps.h"

#include "repo/tree.h"

static bool has_reproducer(const struct plan *plan)
{
	for (size_t i = 0; i < plan->n_edits; i++)
		if (plan->edits[i].role == ROLE_REPRODUCER)
			return true;
	return false;
}

/* The tests that show the fault, alone on the base: the checks must fail there. */
static struct err *try_reproducers(struct run *run)
{
	struct round_spec spec = {
		.repo = run->env.repo,
		.tree = &run->base_tree,
		.reproducers_only = true,
	};
	struct round *round;
	enum round_end end = ROUND_FAILED;
	struct oid tree;
	struct prove_spec prove;
	bool waits;
	struct err *err = round_new(&round, &spec, NULL, NULL);

	run->reproduced = true;
	if (err)
		return err;
	for (size_t i = 0; !err && i < run->current->n_edits; i++)
		err = round_add(round, &run->current->edits[i]);
	if (!err)
		err = round_close(round, &waits);
	if (!err)
		err = round_finish(round, &end, &tree);
	round_free(round);
	if (err || end != ROUND_CHANGED)
		return err;
	run_stage(run, "checking the base with the reproducer");
	prove = run_prove_spec(run, &tree);
	err = prove_start(&run->after, &prove, run_on_stage, run);
	if (!err)
		run_wait(run, STEP_REPRODUCED);
	return err;
}

struct err *step_reproduced(struct run *run)
{
	struct err *err;

	if (!run_stage_ended(run, &err))
		return NULL;
	run->step = STEP_CHECK;
	if (err)
		return err;
	if (!run_any_failed(run, prove_results(run->after))) {
		events_emit(run->env.events, EVENT_WARNING,
			    "the reproducer does not fail on the base");
		prove_free(run->after);
	} else {
		prove_free(run->before);
		run->before = run->after;
	}
	run->after = NULL;
	return NULL;
}

static struct err *unchecked(struct run *run)
{
	run->report.outcome = OUTCOME_UNVERIFIED;
	if (run->options.goal != GOAL_DIFF) {
		run->step = STEP_REVIEW;
		return NULL;
	}
	run->step = STEP_END;
	return repo_diff_text(run->env.repo, &run->base_tree, &run->tree, NULL,
			      &run->output);
}

struct err *step_check(struct run *run)
{
	struct prove_spec spec = run_prove_spec(run, &run->tree);
	struct err *err;

	if (!run->before)
		return unchecked(run);
	if (!run->before_done) {
		run_stage(run, "checking the base");
		run->ready = false;
		return NULL;
	}
	err = run_cannot_check(run, prove_results(run->before));
	if (err)
		return err;
	prove_free(run->after);
	run->after = NULL;
	if (!run->reproduced && has_reproducer(run->current) &&
	    !run_any_failed(run, prove_results(run->before))) {
		err = try_reproducers(run);
		if (err || run->step == STEP_REPRODUCED)
			return err;
	}
	run_stage(run, "checking the result");
	spec.changed = argv_list(&run->changed);
	spec.n_changed = run->changed.n;
	err = prove_start(&run->after, &spec, run_on_stage, run);
	if (!err)
		run_wait(run, STEP_JUDGE);
	return err;
}

static size_t failed_tests(const struct run *run, const struct check_result *results)
{
	size_t n = 0;

	for (size_t i = 0; i < run->options.checks->n; i++)
		n += results[i].tests.failed;
	return n;
}

/* Fewer tests fail, but some do, and more was asked for: this is kept, and on it goes. */
static bool goes_on(struct run *run)
{
	struct best *best = &run->best;
	size_t failed = failed_tests(run, prove_results(run->after));

	if (run->report.outcome != OUTCOME_IMPROVED || best->taken ||
	    outcome_at_least(OUTCOME_IMPROVED, run->options.accept))
		return false;
	if (best->known && best->failed <= failed)
		return true;
	*best = (struct best){
		.known = true,
		.tree = run->tree,
		.last = run->landings[run->n_landings - 1],
		.n_landings = run->n_landings,
		.n_edits = run->report.n_edits,
		.from_model = run->from_model,
		.failed = failed,
	};
	return true;
}

bool run_fall_back(struct run *run, struct err **err)
{
	struct best *best = &run->best;
	struct err *measured;

	if (!best->known || best->taken || run->timed_out)
		return false;
	if (!*err && !oid_is_none(&run->report.commit))
		return false; /* it is out */
	if (run->report.outcome == OUTCOME_REFUSED)
		return false;
	if (*err && err_kind(*err) != ERR_NO_FIX && err_kind(*err) != ERR_SERVICE &&
	    err_kind(*err) != ERR_CONFIG)
		return false;
	best->taken = true;
	run->landings[best->n_landings - 1] = best->last;
	run->n_landings = best->n_landings;
	run->report.n_edits = best->n_edits;
	run->from_model = best->from_model;
	run->report.tree = best->tree;
	run->step = oid_eq(&run->tree, &best->tree) && run->after ? STEP_REVIEW : STEP_CHECK;
	run->tree = best->tree;
	measured = run_measure(run);
	if (measured) { /* it did pass when it was landed: so this is about the repository */
		err_drop(*err);
		*err = measured;
		return false;
	}
	if (*err)
		events_emit(run->env.events, EVENT_WARNING, "%s", err_text(*err));
	err_drop(*err);
	*err = NULL;
	run->ready = true;
	return true;
}

struct err *step_judge(struct run *run)
{
	bool cured;
	struct err *err;

	if (!run_stage_ended(run, &err))
		return NULL;
	if (err)
		return err;
	run->report.timings.verify_ms += prove_ms(run->after);
	err = report_set_checks(&run->report, run->options.checks, prove_results(run->before),
				prove_results(run->after));
	if (!err)
		err = prove_keep_logs(run->after, run->record, "after");
	if (!err)
		err = run_cannot_check(run, prove_results(run->after));
	if (err)
		return err;
	run->report.outcome = verdict(prove_results(run->before), prove_results(run->after),
				      run->options.checks->n);
	if (outcome_emits(run->report.outcome) && !goes_on(run)) {
		run->step = STEP_REVIEW;
		return NULL;
	}
	err = run_try_rules(run, false, &cured);
	if (err || cured)
		return err;
	if (run_may_plan(run))
		return run_ask_planner(run);
	if (run_may_repair(run))
		return run_repair(run, (struct span){ 0 }, true);
	run_tell_left(run);
	run->step = STEP_END;
	return NULL;
}
