/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Work on a plan that still arrives. Direct edits are resolved and hard ones sent
 * as soon as each is complete; nothing of it counts until the plan has ended and
 * is found to be the same.
 */
#include "flow/steps.h"

static struct err *read_ahead(void *ctx, const char *path, bool *there)
{
	const struct run *run = ctx;

	return round_prepare(run->early, path, there);
}

struct err *run_early_begin(struct run *run)
{
	struct err *err;

	run_early_drop(run);
	if (run->options.goal == GOAL_PLAN || run->env.wall->edit_plan)
		return NULL;
	err = run_know_withheld(run);
	if (!err)
		err = ahead_new(&run->ahead, read_ahead, run);
	return err ? err : plan_stream_new(&run->stream);
}

/* What it did cost is spent. */
static void drop_round(struct run *run)
{
	if (run->early)
		err_drop(round_report_usage(run->early, &run->report));
	round_free(run->early);
	run->early = NULL;
	run->early_n = 0;
}

void run_early_drop(struct run *run)
{
	drop_round(run);
	plan_stream_free(run->stream);
	run->stream = NULL;
	ahead_free(run->ahead);
	run->ahead = NULL;
}

/* Text may go to these endpoints at once if nobody has to be asked for it. */
static bool all_consented(const struct run *run, const struct round_spec *spec)
{
	const struct wall *wall = run->env.wall;

	for (size_t i = 0; i < spec->n_executors; i++)
		if (!wall->has_consent(wall->ctx, &spec->executors[i]))
			return false;
	return !spec->planner || wall->has_consent(wall->ctx, spec->planner);
}

static struct err *open_round(struct run *run)
{
	struct round_spec spec;

	run->origin = FROM_PLANNER;
	run->early_tree = run->tree;
	spec = run_round_spec(run, &run->early_tree);
	if (all_consented(run, &spec))
		spec.wall = NULL;
	return round_new(&run->early, &spec, run_on_stage, run);
}

static void begin_anew(struct run *run)
{
	drop_round(run);
	plan_stream_reset(run->stream);
	ahead_free(run->ahead);
	run->ahead = NULL;
	err_drop(ahead_new(&run->ahead, read_ahead, run));
}

void run_early_delta(void *ctx, struct span text)
{
	struct run *run = ctx;
	const struct plan *plan;
	struct err *err = NULL;

	if (!run->stream || !run->ahead)
		return;
	if (!text.len) { /* a retry: the answer begins anew */
		begin_anew(run);
		return;
	}
	plan_stream_feed(run->stream, text);
	ahead_feed(run->ahead, text);
	if (!run->executors_done)
		return;
	plan = plan_stream_plan(run->stream);
	if (!run->early)
		err = open_round(run);
	/* What git or ctags is asked about has to wait: not from here. */
	while (!err && run->early_n < plan->n_edits &&
	       !round_may_turn(run->early, &plan->edits[run->early_n]))
		err = round_add(run->early, &plan->edits[run->early_n++]);
	if (!err)
		ahead_read(run->ahead, plan);
	/* What is wrong with an edit is said when the whole plan is there. */
	if (err)
		run_early_drop(run);
	err_drop(err);
}

void run_early_end(struct run *run, struct plan *plan)
{
	struct plan whole;

	if (!run->early)
		return;
	if (plan->from_base || !plan_stream_finish(run->stream, plan, &whole)) {
		run_early_drop(run);
		return;
	}
	plan_release(plan);
	*plan = whole;
	ahead_count(run->ahead, plan, &run->report.ahead);
}

struct round *run_early_take(struct run *run, size_t *n)
{
	struct round *round = run->early;

	*n = run->early_n;
	run->early = NULL;
	run->early_n = 0;
	return round;
}
