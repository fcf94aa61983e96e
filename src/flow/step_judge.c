/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "flow/steps.h"

#include "repo/tree.h"

#define SAID_MAX_BYTES 4096

/*
 * The plan whose reproducers count beside those of the given plans before it: the
 * current one, which may be the last of those.
 */
static const struct plan *plan_at(const struct run *run, size_t i)
{
	const struct run_input *input = run->input;

	if (i < run->next_plan && i < input->n_plans)
		return &input->plans[i];
	return run->origin == FROM_FILE || i > run->next_plan ? NULL : run->current;
}

static bool has_reproducer(const struct plan *plan)
{
	for (size_t i = 0; i < plan->n_edits; i++)
		if (plan->edits[i].role == ROLE_REPRODUCER)
			return true;
	return false;
}

static bool has_reproducers(const struct run *run)
{
	const struct plan *plan;

	for (size_t i = 0; (plan = plan_at(run, i)); i++)
		if (has_reproducer(plan))
			return true;
	return false;
}

/* The tests of all plans that show the fault, alone on the base. */
static struct err *add_reproducers(struct run *run, enum round_end *end)
{
	struct round_spec spec = {
		.repo = run->env.repo,
		.tree = &run->base_tree,
		.reproducers_only = true,
	};
	const struct plan *plan;
	struct round *round;
	bool waits;
	struct err *err = round_new(&round, &spec, NULL, NULL);

	*end = ROUND_FAILED;
	if (err)
		return err;
	for (size_t k = 0; !err && (plan = plan_at(run, k)); k++)
		for (size_t i = 0; !err && i < plan->n_edits; i++)
			err = round_add(round, &plan->edits[i]);
	if (!err)
		err = round_close(round, &waits);
	if (!err)
		err = round_finish(round, end, &run->before_tree);
	round_free(round);
	return err;
}

/* The checks must fail there. */
static struct err *try_reproducers(struct run *run)
{
	enum round_end end;
	struct prove_spec prove;
	struct err *err = add_reproducers(run, &end);

	run->reproduced = true;
	if (err)
		return err;
	if (end != ROUND_CHANGED) {
		run->before_tree = run->base_tree;
		if (end == ROUND_FAILED)
			events_emit(run->env.events, EVENT_WARNING,
				    "the reproducers cannot be applied to the base alone");
		return NULL;
	}
	run_stage(run, "checking the base with the reproducer");
	prove = run_prove_spec(run, &run->before_tree);
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
		run->before_tree = run->base_tree;
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
	bool refused;
	struct err *err = run_start_before(run);

	if (err)
		return err;
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
	run_put_after_away(run);
	if (!run->reproduced && has_reproducers(run) &&
	    !run_any_failed(run, prove_results(run->before))) {
		err = try_reproducers(run);
		if (err || run->step == STEP_REPRODUCED)
			return err;
	}
	err = run_weigh(run, &refused);
	if (err || refused)
		return err;
	run_stage(run, "checking the result");
	return run_check_result(run);
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
	if (!measured && run->step == STEP_REVIEW) {
		/* A round that was taken back may have been judged since. */
		run->report.outcome = OUTCOME_IMPROVED;
		measured = report_set_checks(&run->report, run->options.checks,
					     prove_results(run->before),
					     prove_results(run->after));
	}
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

/* From what does not pass to the next round, unless there is none. */
static struct err *go_on(struct run *run)
{
	struct str said = STR_INIT(SAID_MAX_BYTES);
	bool cured = false, worse;
	struct err *err = run_note_candidate(run, &worse, &said);

	if (!err)
		err = run_try_rules(run, false, &cured);
	if (err || cured)
		goto out;
	if (run_may_plan(run)) {
		err = run_ask_planner(run);
	} else if (run_may_repair(run)) {
		err = run_repair(run, worse ? str_span(&said) : (struct span){ 0 }, true);
	} else {
		run_tell_left(run);
		run->step = STEP_END;
	}
out:
	str_release(&said);
	return err;
}

struct err *step_judge(struct run *run)
{
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
		run->step = STEP_NEEDED;
		return NULL;
	}
	return go_on(run);
}
