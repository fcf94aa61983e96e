/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "flow/steps.h"

#include "plan/check.h"
#include "plan/decode.h"
#include "plan/encode.h"
#include "sys/clock.h"

#define TEXTS_MAX_BYTES ((size_t)2 << 20)
#define PLAN_TEXT_MAX_BYTES ((size_t)256 << 20)

static struct err *edit_by_hand(struct run *run, struct str *json)
{
	struct err *err = run->env.wall->edit_plan(run->env.wall->ctx,
							record_dir(run->record), json);

	run->edited = true;
	if (err)
		return err;
	plan_release(&run->plan);
	run->current = &run->plan;
	return plan_decode(&run->plan, str_span(json));
}

static struct err *encode_plan(const struct plan *plan, bool pretty, struct str *json)
{
	struct jsonw w;

	jsonw_init(&w, json, pretty);
	plan_encode(plan, &w);
	return str_err(json, "plan");
}

/* In the run's folder for people, in the report on one line. */
static struct err *keep_plan(struct run *run)
{
	struct str json = STR_INIT(PLAN_TEXT_MAX_BYTES), line = STR_INIT(PLAN_TEXT_MAX_BYTES);
	struct err *err = encode_plan(run->current, true, &json);

	str_addc(&json, '\n');
	if (!err && run->env.wall->edit_plan && !run->edited)
		err = edit_by_hand(run, &json);
	if (!err)
		err = run_keep_plan(run, str_span(&json));
	if (!err)
		err = encode_plan(run->current, false, &line);
	if (err)
		goto out;
	run->report.plan_json = arena_dup(&run->report.arena, str_span(&line));
	if (!run->report.plan_json)
		err = arena_err(&run->report.arena, "report");
	if (run->options.goal == GOAL_PLAN)
		str_add_span(&run->output, str_span(&json));
out:
	str_release(&json);
	str_release(&line);
	return err;
}

static bool needs_model(const struct plan *plan)
{
	for (size_t i = 0; i < plan->n_edits; i++)
		if (!edit_is_direct(&plan->edits[i]))
			return true;
	return false;
}

/* Whether every edit of the plan applies to tree as it is written, no model asked. */
static struct err *applies_to(struct run *run, const struct oid *tree, bool *all)
{
	struct round_spec spec = run_round_spec(run, tree);
	struct round *round;
	enum round_end end = ROUND_FAILED;
	struct oid made;
	bool waits;
	struct err *err;

	*all = false;
	spec.models = spec.rescue = spec.keep_going = false;
	err = round_new(&round, &spec, NULL, NULL);
	for (size_t i = 0; !err && i < run->current->n_edits; i++)
		err = round_add(round, &run->current->edits[i]);
	if (!err)
		err = round_close(round, &waits);
	if (!err)
		err = round_finish(round, &end, &made);
	round_free(round);
	*all = !err && end != ROUND_FAILED;
	/* What is wrong with a path or an edit is said by the round itself. */
	err_drop(err);
	return NULL;
}

/*
 * A repair that quotes the base without saying so. If it cannot be meant for what the
 * last round left, and every edit applies to the base, it can be read in one way only.
 */
static struct err *read_right(struct run *run)
{
	bool here, there = false;
	struct err *err;

	if (run->origin != FROM_PLANNER || run->current != &run->plan || run->plan.from_base ||
	    (!run->repairs && !run->input->prior) || oid_eq(&run->tree, &run->base_tree) ||
	    run->input->n_plans ||
	    needs_model(run->current))
		return NULL;
	err = applies_to(run, &run->tree, &here);
	if (!err && !here)
		err = applies_to(run, &run->base_tree, &there);
	if (err || !there)
		return err;
	events_emit(run->env.events, EVENT_NOTE,
		    "the plan quotes the base, so it is applied to that");
	run_early_drop(run);
	run->plan.from_base = true;
	return NULL;
}

struct err *step_apply(struct run *run)
{
	struct round_spec spec;
	size_t begun;
	bool waits;
	struct err *err = NULL;

	if (run->options.goal != GOAL_PLAN && needs_model(run->current))
		err = run_find_executors(run);
	if (!err && run->executors_asked && !run->executors_done) {
		run->ready = false;
		return NULL;
	}
	if (!err && run->executors && executors_all_failed(run->executors) &&
	    !run->env.planner && needs_model(run->current))
		err = err_hint(err_new(ERR_SERVICE, "no executor answers, and there is no "
				       "planner to do its edits"),
			       "git dualfix doctor");
	if (!err)
		err = keep_plan(run);
	if (err)
		return err;
	if (run->options.goal == GOAL_PLAN) {
		run->report.outcome = OUTCOME_PLANNED;
		run->step = STEP_END;
		return NULL;
	}
	err = read_right(run);
	if (err)
		return err;
	run_stage(run, "editing");
	run->round_start_ms = clock_mono_ms();
	err = run_know_withheld(run);
	if (err)
		return err;
	run->round_tree = run->current->from_base ? run->base_tree : run->tree;
	spec = run_round_spec(run, &run->round_tree);
	err = plan_check_conflicts(run->current);
	if (!err)
		err = plan_check_protected(run->current, spec.protect, spec.n_protect);
	if (err)
		return err;
	round_free(run->round);
	run->round = NULL;
	run->round = run_early_take(run, &begun);
	if (!run->round)
		err = round_new(&run->round, &spec, run_on_stage, run);
	for (size_t i = begun; !err && i < run->current->n_edits; i++)
		err = round_add(run->round, &run->current->edits[i]);
	if (!err)
		err = round_close(run->round, &waits);
	if (err)
		return err;
	if (!waits)
		run->stage_done = true;
	run_wait(run, STEP_APPLIED);
	return NULL;
}

static struct err *edits_failed(struct run *run)
{
	struct str text = STR_INIT((size_t)1 << 20);
	struct err *err;

	round_failures(run->round, &text);
	if (run->origin == FROM_RULES && run_may_plan(run))
		err = run_ask_planner(run);
	else if (run->origin != FROM_RULES && run_may_repair(run))
		err = run_repair(run, str_span(&text), false);
	else
		err = err_new(ERR_NO_FIX, "the plan could not be applied, so none of it was");
	str_release(&text);
	return err;
}

/* The checks have said what they have to say of it. */
static struct err *tried_before(struct run *run)
{
	if (!run_may_repair(run)) {
		events_emit(run->env.events, EVENT_NOTE,
			    "the planner comes to the same files again, which do not pass");
		run->step = STEP_END;
		return NULL;
	}
	return run_repair(run, SPAN("With that plan the files are what an earlier round made of "
				    "them, and the checks do not pass then. Find another cause."
				    "\n"), false);
}

static struct span keep_text(struct run *run, struct span text)
{
	char *copy = text.ptr ? arena_dup(&run->texts, text) : NULL;

	return (struct span){ copy, copy ? text.len : 0 };
}

/* One fix uncovers the next error: rounds of rules make one commit that tells them all. */
static void tell_rules(struct run *run, struct landing *landing)
{
	const struct plan *plan = run->current;
	bool first = !run->landed_by_rules;
	struct str body = STR_INIT(TEXTS_MAX_BYTES);

	if (first) {
		str_reset(&run->deeds);
		str_reset(&run->words);
	}
	str_addf(&run->deeds, "- %.*s\n", (int)plan->subject.len, plan->subject.ptr);
	str_addf(&run->words, "%s%.*s", first ? "" : "\n\n", (int)plan->body.len,
		 plan->body.ptr);
	if (first)
		return;
	str_addf(&body, "%s\n%s", run->deeds.buf, run->words.buf);
	if (!body.failed && !run->deeds.failed && !run->words.failed) {
		landing->subject = SPAN("fix what the checks report");
		landing->body = keep_text(run, str_span(&body));
	}
	str_release(&body);
}

/*
 * Whether the plan's words take the place of those of the plans before it: a repair
 * of the planner's own plan tells the whole story, one of the user's plan does not.
 */
static bool tells_all(const struct run *run)
{
	const struct plan *plan = run->current;

	if (plan->from_base || run->landed_by_rules)
		return true;
	return run->origin == FROM_PLANNER && !run->input->n_plans && plan->subject.len;
}

/* A plan that says nothing of the commit leaves it as it was. */
static void take_words_of(struct run *run, const struct prior *prior, struct landing *landing)
{
	landing->subject = keep_text(run, prior->subject);
	if (!landing->body.len)
		landing->body = keep_text(run, prior->body);
}

/* A given plan makes a commit of its own; a rule's or a repair's goes into the last one. */
static void land(struct run *run)
{
	const struct plan *plan = run->current;
	bool own = !run->n_landings || run->origin == FROM_FILE;
	struct landing *landing;

	run->n_landings += own;
	landing = &run->landings[run->n_landings - 1];
	landing->tree = run->tree;
	landing->round = run->rounds;
	if (!own && !tells_all(run))
		return;
	landing->subject = keep_text(run, plan->subject);
	landing->body = keep_text(run, plan->body);
	landing->why = keep_text(run, plan->root_cause.len ? plan->root_cause : plan->strategy);
	if (!plan->subject.len && run->input->prior) {
		take_words_of(run, run->input->prior, landing);
	} else if (!plan->subject.len && !run->input->title) {
		/* Better than no word of it: what it does, and why below. */
		landing->subject = keep_text(run, plan->strategy);
		landing->why = keep_text(run, plan->root_cause);
	}
	if (run->origin == FROM_RULES)
		tell_rules(run, landing);
	run->landed_by_rules = run->origin == FROM_RULES;
}

/* What the commits so far come to; a plan that adds nothing to it makes none. */
static const struct oid *landed_tree(const struct run *run)
{
	return run->n_landings ? &run->landings[run->n_landings - 1].tree : &run->base_tree;
}

/* What is there already, be it the base or what the amended run left. */
static bool is_nothing(const struct run *run, const struct oid *tree)
{
	const struct prior *prior = run->input->prior;

	if (prior && !run->n_landings && oid_eq(tree, &prior->tree))
		return true;
	return oid_eq(tree, &run->base_tree) &&
	       (!run->n_landings || run->origin != FROM_FILE);
}

struct err *step_applied(struct run *run)
{
	enum round_end end;
	struct oid tree;
	bool last;
	struct err *err;

	if (!run_stage_ended(run, &err))
		return NULL;
	if (!err)
		err = round_finish(run->round, &end, &tree);
	err = err_first(err, round_report(run->round, &run->report, run->origin == FROM_RULES));
	run->report.timings.edit_ms += clock_mono_ms() - run->round_start_ms;
	err = err_first(err, run_keep_state(run));
	if (err)
		return err;
	if (end == ROUND_FAILED)
		return edits_failed(run);
	if (run->origin == FROM_PLANNER && run_has_tried(run, &tree))
		return tried_before(run);
	run->rules_spent = run->origin == FROM_RULES && oid_eq(&tree, &run->tree);
	run->reproduced = run->reproduced && run->origin == FROM_RULES;
	run->tree = tree;
	last = run->next_plan >= run->input->n_plans;
	if (last && is_nothing(run, &tree)) {
		if (end == ROUND_PARTLY)
			return edits_failed(run);
		run->report.outcome = OUTCOME_NOTHING;
		run->step = STEP_END;
		return NULL;
	}
	if (!oid_eq(&tree, landed_tree(run)))
		land(run);
	err = withhold_moved(run->withhold, run->current);
	if (!err)
		err = run_measure(run);
	run->report.tree = run->tree;
	run->step = run->next_plan < run->input->n_plans ? STEP_SOURCE : STEP_CHECK;
	return err;
}
