/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "flow/run.h"

#include <stdlib.h>
#include <string.h>

#include "flow/steps.h"
#include "sys/clock.h"

#define OUTPUT_MAX_BYTES ((size_t)512 << 20)
#define TEXTS_MAX_BYTES ((size_t)64 << 20)
#define LEFT_MAX_BYTES ((size_t)1 << 20)

static struct err *(*const steps[])(struct run *run) = {
	[STEP_BEGIN] = step_begin,     [STEP_SOURCE] = step_source,
	[STEP_PLANNED] = step_planned, [STEP_APPLY] = step_apply,
	[STEP_APPLIED] = step_applied, [STEP_CHECK] = step_check,
	[STEP_REPRODUCED] = step_reproduced, [STEP_JUDGE] = step_judge,
	[STEP_NEEDED] = step_needed,   [STEP_TRIED] = step_tried,
	[STEP_REVIEW] = step_review,   [STEP_REVIEWED] = step_reviewed,
	[STEP_PUBLISH] = step_publish,
};

struct err *step_publish(struct run *run)
{
	struct publish_spec spec = {
		.repo = run->env.repo,
		.parent = &run->head,
		.landings = run->landings,
		.n_landings = run->n_landings,
		.title = run->input->title,
		.slug = run_slug(run),
		.branch = run->options.branch,
		.address = run->input->address,
		.tape = run->env.tape,
		.trailer = run->options.trailer,
		.evidence = run->options.evidence,
		.planned = run->from_model,
		.signoff = run->options.signoff,
		.patches = run->options.patches,
		.mbox = run->options.mbox,
		.patch_dir = run->options.patch_dir,
		.reroll_count = run->options.reroll_count,
		.earlier = run->options.earlier,
		.in_reply_to = run->input->in_reply_to,
		.templates = run->env.templates,
		.making = run_keep_commit,
		.making_ctx = run,
		.made = run_is_out(run) ? &run->input->state->commit : NULL,
		.made_branch = run->state.branch,
	};
	int64_t start_us = clock_mono_us();
	struct err *err;

	if (run->input->prior)
		spec.earlier_message = run->input->prior->message;
	run_stage(run, "publishing");
	err = run_settle_plan(run);
	if (!err)
		err = publish(&spec, &run->report, &run->output);
	run->report.timings.publish_ms = (clock_mono_us() - start_us) / 1000;
	run_trace(run, "publish", start_us);
	run->step = STEP_END;
	return err;
}

static void write_report(struct run *run)
{
	struct str text = STR_INIT(OUTPUT_MAX_BYTES);
	struct jsonw w;
	struct err *err;

	jsonw_init(&w, &text, false);
	report_encode(&run->report, &w);
	str_addc(&text, '\n');
	err = str_err(&text, "report");
	if (!err)
		err = record_write(run->record, "report.json", str_span(&text));
	if (err)
		events_emit(run->env.events, EVENT_WARNING, "the run's record is incomplete: %s",
			    err_text(err));
	err_drop(err);
	str_release(&text);
}

/* What the checks said of the base, for show and for whoever doubts the verdict. */
static void keep_before(struct run *run)
{
	struct err *err;

	if (!run->before || !run->before_done)
		return;
	err = prove_keep_logs(run->before, run->record, "before");
	if (err)
		events_emit(run->env.events, EVENT_WARNING, "the run's record is incomplete: %s",
			    err_text(err));
	err_drop(err);
}

static bool left_some(const struct run *run)
{
	for (size_t i = 0; i < run->report.n_edits; i++)
		if (run->report.edits[i].status == EDIT_FAILED ||
		    run->report.edits[i].status == EDIT_REFUSED)
			return true;
	return false;
}

/* What the run holds outside memory: other processes, checkout, scratch folders. */
static void let_go(struct run *run)
{
	loop_cancel(run->env.loop, run->timer);
	run->timer = NULL;
	loop_cancel(run->env.loop, run->before_timer);
	run->before_timer = NULL;
	ask_free(run->ask);
	run->ask = NULL;
	run_early_drop(run);
	review_free(run->review);
	run->review = NULL;
	round_free(run->round);
	run->round = NULL;
	withhold_free(run->withhold);
	run->withhold = NULL;
	executors_free(run->executors);
	run->executors = NULL;
	needed_free(run->needed);
	run->needed = NULL;
	prove_free(run->nearest.prove);
	run->nearest.prove = NULL;
	prove_free(run->after);
	prove_free(run->before);
	run->after = run->before = NULL;
	checkout_release(run->checkout);
	run->checkout = NULL;
	known_free(run->known);
	run->known = NULL;
	sandbox_release(&run->sandbox);
	record_close(run->record);
	run->record = NULL;
}

/* A call that is broken off has cost something, too. */
static struct err *stop_models(struct run *run)
{
	struct report *report = &run->report;
	struct err *err = NULL;

	run_early_drop(run);
	if (run->ask && ask_stop(run->ask))
		err = report_usage(report, run->env.planner, ask_model(run->ask),
				   ask_usage(run->ask));
	if (run->review && review_stop(run->review))
		err = err_first(err, report_usage(report, run->env.planner,
						  review_model(run->review),
						  review_usage(run->review)));
	if (run->round)
		err = err_first(err, round_report_usage(run->round, report));
	return err;
}

/* Of what the models said only that is kept which came to something. */
static void settle_cache(struct run *run)
{
	enum outcome outcome = run->report.outcome;

	if (!run->cache)
		return;
	if (run->err ? err_kind(run->err) == ERR_NO_FIX || err_kind(run->err) == ERR_INPUT :
		       !outcome_emits(outcome) && outcome != OUTCOME_PLANNED)
		chat_cache_fail(run->cache);
	else if (!run->err)
		chat_cache_keep(run->cache);
}

static void finish(struct run *run, struct err *err)
{
	struct report *report = &run->report;
	enum outcome accept = run->options.goal == GOAL_DIFF ? OUTCOME_UNVERIFIED :
							       run->options.accept;

	run->step = STEP_END;
	run->ready = false;
	err_drop(stop_models(run)); /* short of memory: the reason to end is better told */
	report->timings.total_ms = clock_mono_ms() - run->start_ms;
	if (err) {
		report_error(report, err);
		if (err_kind(err) != ERR_NO_FIX)
			report->outcome = OUTCOME_ERROR;
		else if (report->outcome != OUTCOME_REFUSED)
			report->outcome = run_is_forbidden(run) ? OUTCOME_REFUSED :
								  OUTCOME_UNFIXED;
		report->exit_code = err_exit_code(err_kind(err));
	} else {
		report->exit_code = outcome_exit_code(report->outcome, accept);
		if (run->options.keep_going && left_some(run))
			report->exit_code = 1;
	}
	run->err = err;
	run_trace(run, "run", run->start_ms * 1000);
	settle_cache(run);
	if (run->record) {
		keep_before(run);
		run_keep_candidate(run);
		err_drop(run_keep_state(run)); /* a full disk is told with the report */
		write_report(run);
	}
	let_go(run);
}

static void run_step(struct run *run)
{
	struct err *err;

	if (run->timed_out)
		err = err_hint(err_new(ERR_SERVICE, "the time is used up (%lld s)",
				       (long long)(run->options.timeout_ms / 1000)),
			       "--timeout <seconds>, or git config dualfix.timeout <seconds>");
	else if (run->before_err)
		err = run->before_err;
	else
		err = steps[run->step](run);
	if (err == run->before_err)
		run->before_err = NULL;
	if (!err && run->step != STEP_END)
		return;
	if (!run_fall_back(run, &err))
		finish(run, err);
}

struct err *run_new(struct run **out, const struct run_input *input,
		    const struct run_options *options, const struct run_env *env)
{
	struct run *run = calloc(1, sizeof(*run));
	struct err *err;

	*out = NULL;
	if (!run)
		return err_nomem();
	run->input = input;
	run->options = *options;
	run->env = *env;
	run->traits = mode_traits(options->mode);
	run->ready = true;
	report_init(&run->report);
	argv_init(&run->changed);
	str_init(&run->left, LEFT_MAX_BYTES);
	str_init(&run->deeds, LEFT_MAX_BYTES);
	str_init(&run->words, LEFT_MAX_BYTES);
	str_init(&run->answer, OUTPUT_MAX_BYTES);
	str_init(&run->output, OUTPUT_MAX_BYTES);
	arena_init(&run->texts, TEXTS_MAX_BYTES);
	plan_init(&run->plan);
	prompt_init(&run->prompt);
	budget_init(&run->budget, options->budget_usd, options->max_tokens);
	run->landings = calloc(input->n_plans + 1, sizeof(*run->landings));
	err = run->landings ? repo_dup(&run->repo, env->repo) : err_nomem();
	if (err) {
		run_free(run);
		return err;
	}
	run->env.repo = run->repo;
	if (env->cache && env->client)
		err = chat_cache_new(&run->cache, env->cache);
	if (err) {
		run_free(run);
		return err;
	}
	*out = run;
	return NULL;
}

void run_free(struct run *run)
{
	if (!run)
		return;
	let_go(run);
	repo_close(run->repo);
	report_release(&run->report);
	argv_release(&run->changed);
	str_release(&run->left);
	str_release(&run->deeds);
	str_release(&run->words);
	str_release(&run->answer);
	str_release(&run->output);
	arena_release(&run->texts);
	plan_release(&run->plan);
	prompt_release(&run->prompt);
	chat_cache_free(run->cache);
	err_drop(run->stage_err);
	err_drop(run->before_err);
	err_drop(run->err);
	free(run->landings);
	free(run);
}

/* The places of runs under way; NULL: free. */
struct drive {
	const struct runs *runs;
	struct run **slots;
	size_t n;
	bool bell;
	bool drained; /* there are no more to come */
};

static struct err *fill(struct drive *drive)
{
	for (size_t i = 0; i < drive->n && !drive->drained; i++) {
		struct run *run = NULL;
		struct err *err;

		if (drive->slots[i])
			continue;
		err = drive->runs->next(drive->runs->ctx, &run);
		if (err)
			return err;
		drive->drained = !run;
		if (!run)
			break;
		run->bell = &drive->bell;
		run->start_ms = clock_mono_ms();
		drive->slots[i] = run;
	}
	return NULL;
}

static struct err *again(const struct err *err)
{
	return err_new(err_kind(err), "%s", err_text(err));
}

/* A signal that came while a step waited for git was told to that run, but is for all. */
static struct err *signal_of(const struct run *run)
{
	return err_is_signal(run->err) ? again(run->err) : NULL;
}

/* Gives each run that is ready its turn. */
static struct err *turn(struct drive *drive, bool *active, bool *moved)
{
	struct err *err = NULL;

	*active = *moved = false;
	for (size_t i = 0; i < drive->n && !err; i++) {
		struct run *run = drive->slots[i];

		if (!run)
			continue;
		*active = true;
		if (!run->ready)
			continue;
		*moved = true;
		run_step(run);
		if (run->step != STEP_END)
			continue;
		drive->slots[i] = NULL;
		err = signal_of(run);
		drive->runs->finished(drive->runs->ctx, run);
	}
	return err;
}

struct err *runs_drive(struct loop *loop, size_t jobs, const struct runs *runs)
{
	struct drive drive = { .runs = runs, .n = jobs };
	bool active = true, moved;
	struct err *err = NULL;

	drive.slots = calloc(jobs, sizeof(struct run *));
	if (!drive.slots)
		return err_nomem();
	while (!err && active) {
		drive.bell = false;
		err = fill(&drive);
		if (err)
			break;
		err = turn(&drive, &active, &moved);
		if (!err && active && !moved)
			err = loop_run(loop, &drive.bell);
	}
	for (size_t i = 0; err && i < jobs; i++) {
		struct run *run = drive.slots[i];

		if (!run)
			continue;
		finish(run, again(err));
		runs->finished(runs->ctx, run);
	}
	free(drive.slots);
	return err;
}

const struct report *run_report(const struct run *run)
{
	return &run->report;
}

const struct err *run_error(const struct run *run)
{
	return run->err;
}

bool run_is_resumable(const struct run *run)
{
	return run->state.command && run->report.run && run->err &&
	       run->report.outcome == OUTCOME_ERROR && err_kind(run->err) != ERR_INPUT;
}

struct span run_output(const struct run *run)
{
	return str_span(&run->output);
}
