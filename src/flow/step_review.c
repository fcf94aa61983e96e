/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "flow/steps.h"


#define DIFF_MAX_BYTES ((size_t)4 << 20)

struct err *step_review(struct run *run)
{
	struct str diff = STR_INIT(DIFF_MAX_BYTES);
	struct review_spec spec = {
		.client = run->env.client,
		.endpoint = run->env.planner,
		.templates = run->env.templates,
		.budget = &run->budget,
		.issue = run->input->text,
		.report = &run->report,
	};
	struct err *err;

	if (!run->options.review) {
		run->step = STEP_PUBLISH;
		return NULL;
	}
	if (!spec.client || !spec.endpoint)
		return err_hint(err_new(ERR_CONFIG, "--review needs a planner"),
				"git dualfix doctor");
	run_stage(run, "reviewing");
	review_free(run->review);
	run->review = NULL;
	err = run_know_withheld(run);
	if (!err)
		err = withhold_diff(run->withhold, run->env.repo, &run->base_tree, &run->tree,
				    &diff);
	spec.diff = str_span(&diff);
	if (!err)
		err = run->env.wall->consent(run->env.wall->ctx, run->env.planner,
					     argv_list(&run->changed), diff.len / 3);
	if (!err)
		err = review_start(&run->review, &spec, run_on_stage, run);
	str_release(&diff);
	if (!err)
		run_wait(run, STEP_REVIEWED);
	return err;
}

struct err *step_reviewed(struct run *run)
{
	struct str why = STR_INIT(8192);
	struct err *err;

	if (!run_stage_ended(run, &err))
		return NULL;
	err = err_first(err, report_usage(&run->report, run->env.planner,
					  review_model(run->review),
					  review_usage(run->review)));
	if (err)
		return err;
	if (review_approved(run->review)) {
		run->step = STEP_PUBLISH;
		return NULL;
	}
	str_addf(&why, "A reviewer refused it: %s\n", review_reason(run->review));
	events_emit(run->env.events, EVENT_NOTE, "review: %s", review_reason(run->review));
	run->report.outcome = OUTCOME_REFUSED;
	run->step = STEP_END;
	if (run_may_repair(run) && run->has_prompt)
		err = run_repair(run, str_span(&why), true);
	str_release(&why);
	return err;
}
