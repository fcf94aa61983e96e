/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A run's state and its steps, for the files of flow/ that drive it: run.c calls the
 * steps, step_*.c are the steps, steps.c is what they share. Stages (ask, cure, round,
 * prove, publish, ...) are not shown it: they get what they need in a spec.
 *
 * A step either does its work and names the next one, or starts a stage and waits:
 * it is called again when some stage has ended, and looks whether it was its own.
 */
#ifndef FLOW_STEPS_H
#define FLOW_STEPS_H

#include "flow/ahead.h"
#include "flow/ask.h"
#include "flow/executors.h"
#include "flow/job.h"
#include "flow/prove.h"
#include "flow/publish.h"
#include "flow/report.h"
#include "flow/review.h"
#include "flow/round.h"
#include "flow/state.h"
#include "model/budget.h"
#include "model/cache.h"
#include "model/prompt.h"
#include "plan/stream.h"
#include "repo/checkout.h"
#include "repo/record.h"

enum step {
	STEP_BEGIN,
	STEP_SOURCE,    /* where does the next plan come from? */
	STEP_PLANNED,   /* the planner answered */
	STEP_APPLY,
	STEP_APPLIED,
	STEP_CHECK,
	STEP_REPRODUCED,
	STEP_JUDGE,
	STEP_NEEDED,    /* which hunks is the result owed to? */
	STEP_TRIED,
	STEP_REVIEW,
	STEP_REVIEWED,
	STEP_PUBLISH,
	STEP_END,
};

enum origin { FROM_FILE, FROM_RULES, FROM_PLANNER };

/* The best that is less than a fix: what is left when nothing better comes of going on. */
struct best {
	bool known;
	bool taken; /* the run went back to it */
	struct oid tree;
	struct landing last;
	size_t n_landings, n_edits;
	bool from_model;
	size_t failed; /* tests */
};

/* The candidate that came nearest to passing, and what its checks said. */
struct nearest {
	bool known;
	struct oid tree;
	struct landing last;
	size_t n_landings;
	bool current;        /* run->after is its checks */
	struct prove *prove; /* its checks, when they are put away; or NULL */
	size_t broken, checks, tests; /* that fail; the fewer the better, in this order */
};

#define TRIED_MAX 64

struct run {
	const struct run_input *input;
	struct run_options options;
	struct run_env env;
	const struct mode_traits *traits;
	struct report report;
	struct err *err;

	enum step step;
	bool ready;        /* the step may be tried */
	bool stage_done;   /* the stage that the step waits for has ended */
	bool before_done;  /* the checks of the base have ended */
	bool timed_out;
	bool reproduced;   /* the plan's reproducers were tried */
	bool *bell;        /* the driver's: some run is ready */
	struct err *stage_err, *before_err;
	struct loop_timer *timer;
	struct loop_timer *before_timer; /* when the checks of the base begin */
	bool before_due;                 /* they have not begun; they will */
	int64_t start_ms, deadline_ms;

	struct repo *repo; /* its own handle; env.repo is the same */
	struct record *record;
	struct checkout *checkout;
	struct sandbox sandbox;
	struct known *known;
	const char *hide_dirs[3];   /* NULL-terminated */
	struct oid head, base_tree; /* the base: commit and tree */
	struct oid tree;            /* what stands now */
	struct oid before_tree;     /* what before speaks of: the base, with reproducers */
	struct prove *before, *after;
	struct argv changed;        /* paths that differ from the base */

	struct budget budget;
	struct chat_cache *cache;   /* NULL: none */
	struct endpoint quick;      /* the planner's endpoint without thinking */
	struct withhold *withhold;  /* NULL: not looked up yet */
	struct executors *executors;
	bool executors_asked, executors_done;
	struct prompt prompt;
	bool has_prompt;
	int less;                   /* of context: see flow/brief.h */
	struct ask *ask;
	struct str answer;          /* the planner's last one */
	struct plan_stream *stream; /* the plan while it arrives; NULL: not followed */
	struct round *early;        /* begun with its first early_n edits, from early_tree */
	size_t early_n;
	struct ahead *ahead;        /* files that the plan names while it arrives */
	struct oid early_tree;
	struct plan plan;           /* when it is ours */
	const struct plan *current;
	enum origin origin;
	bool from_model;            /* some plan was */
	bool policy_told;           /* what the project says of models' work */
	bool edited;                /* the user has seen it in the editor */
	bool landed_by_rules;       /* the last landing speaks of rules only */
	struct str deeds, words;    /* of rules in it: a line for each round, their bodies */
	size_t next_plan;
	int repairs, rule_rounds;
	bool rules_spent;           /* their last plan changed nothing */
	struct oid rebuilt;         /* the tree of which some files were built again */
	struct str left;            /* what rules could not cure */
	struct review *review;
	struct round *round;
	struct oid round_tree;      /* what the round started from */
	int64_t round_start_ms;
	struct state state;         /* for going on if it is stopped (flow/recall.c) */
	size_t rounds;              /* plans that were kept, so far */
	size_t recalled;            /* answers that were kept or, of a stopped run, used */
	bool strayed;               /* its next answer is none to what is asked now */
	struct landing *landings;
	size_t n_landings;
	struct best best;
	struct nearest nearest;
	struct oid tried[TRIED_MAX]; /* trees whose checks did not pass */
	size_t n_tried;
	struct needed *needed;      /* the trials of hunks (flow/step_needed.c) */
	struct arena texts;         /* of landings */
	struct str output;
};

/*
 * At the end of a run that comes to nothing, with *err or without: goes back to the
 * best that was reached, if there is one and *err is no fault of the run itself; *err
 * is then told and dropped.
 */
bool run_fall_back(struct run *run, struct err **err);

/* Counts what the tree that stands now changes. */
struct err *run_measure(struct run *run) MUST_USE;

/* The steps, in order. */
struct err *step_begin(struct run *run) MUST_USE;
struct err *step_source(struct run *run) MUST_USE;
struct err *step_planned(struct run *run) MUST_USE;
struct err *step_apply(struct run *run) MUST_USE;
struct err *step_applied(struct run *run) MUST_USE;
struct err *step_check(struct run *run) MUST_USE;
struct err *step_reproduced(struct run *run) MUST_USE;
struct err *step_judge(struct run *run) MUST_USE;
struct err *step_needed(struct run *run) MUST_USE;
struct err *step_tried(struct run *run) MUST_USE;
struct err *step_review(struct run *run) MUST_USE;
struct err *step_reviewed(struct run *run) MUST_USE;
struct err *step_publish(struct run *run) MUST_USE;

/* Looks up, once, which files of the base no model is shown. Not from a callback. */
struct err *run_know_withheld(struct run *run) MUST_USE;

/* The round that a plan's edits go into, from tree. */
struct round_spec run_round_spec(struct run *run, const struct oid *tree);

/*
 * The plan while it arrives (flow/early.c): its edits are worked on at once. What was
 * begun is taken for plan if it is the same plan, else thrown away.
 */
struct err *run_early_begin(struct run *run) MUST_USE;
void run_early_delta(void *ctx, struct span text);
void run_early_end(struct run *run, struct plan *plan);
struct round *run_early_take(struct run *run, size_t *n);
void run_early_drop(struct run *run);

/*
 * The checks of the base, if they are due. Where the planner is asked whatever they
 * say, they are begun when its question is on its way: to move the checkout may take
 * long, and the planner's time costs most.
 */
struct err *run_start_before(struct run *run) MUST_USE;
struct err *run_start_before_soon(struct run *run) MUST_USE;

/* Begins to find out the executors' models, unless that has been done. */
struct err *run_find_executors(struct run *run) MUST_USE;

/* Whether all that the tree that stands now changes comes from rules. */
bool run_only_rules(const struct run *run);

/*
 * Looks whether what stands now makes tests ask less, or was written for what they
 * ask. Then *refused is set, and the next step is repair, or there is an err.
 */
struct err *run_weigh(struct run *run, bool *refused) MUST_USE;

/*
 * The candidate that came nearest (flow/nearest.c): takes note of one whose checks did
 * not pass; *worse says that an earlier one was nearer and that the run went back to it,
 * and what became of this one. Keeps the diff of the nearest with the run's record.
 */
struct err *run_note_candidate(struct run *run, bool *worse, struct str *said) MUST_USE;
bool run_has_tried(const struct run *run, const struct oid *tree);
void run_put_after_away(struct run *run);
void run_keep_candidate(struct run *run);
void needed_free(struct needed *needed);

/*
 * For going on after a stop (flow/recall.c, flow/state.h). Begin takes over what the
 * stopped run has; keep writes what there is now; recall takes the planner's next
 * answer from the stopped run, into plan and answer.
 */
struct err *run_begin_state(struct run *run) MUST_USE;
struct err *run_keep_state(struct run *run) MUST_USE;
struct err *run_recall(struct run *run, bool *recalled) MUST_USE;
struct err *run_keep_answer(struct run *run) MUST_USE;

/* Keeps the plan of the next round as plan-N.json, and as plan.json for now. */
struct err *run_keep_plan(struct run *run, struct span json) MUST_USE;

/* Makes plan.json and the report's plan those of the round that the commit ends with. */
struct err *run_settle_plan(struct run *run) MUST_USE;

/* Whether the stopped run made its branch, which still is what it was. */
bool run_is_out(const struct run *run);

/* Told by publish, just before the branch is made. ctx is the run. */
struct err *run_keep_commit(void *ctx, const char *branch, const struct oid *commit) MUST_USE;

/*
 * Warns, once, where the project bans what models made: when a plan is given, and before
 * a planner is asked. What rules alone mend no model made.
 */
struct err *run_tell_policy(struct run *run) MUST_USE;

/* Whether patches are wanted that dualfix.policy forbids. */
bool run_is_forbidden(const struct run *run);

/* For progress. */
void run_stage(struct run *run, const char *text);

/* A stage that is over, for a trace; kind is its name. */
void run_trace(struct run *run, const char *kind, int64_t start_us);

/* What the checks need to run on tree. */
struct prove_spec run_prove_spec(struct run *run, const struct oid *tree);

/* Starts the checks on what stands now, to be judged. */
struct err *run_check_result(struct run *run) MUST_USE;

/* Something that the run may wait for has happened. */
void run_ring(struct run *run);

/* The done of the checks of the base. */
void run_on_before(void *ctx, struct err *err);

/* That of every other stage. */
void run_on_stage(void *ctx, struct err *err);

/* Goes to step, which is tried once the stage just started has ended. */
void run_wait(struct run *run, enum step step);

/* Whether it has; *err is what it ended with. If not, the step is left waiting. */
bool run_stage_ended(struct run *run, struct err **err);

/* "fix" where the issue gives no better name. */
const char *run_slug(const struct run *run);

/* How the checks went on the tree that stands now; NULL: not known. */
struct check_result *run_results(struct run *run);
bool run_any_failed(const struct run *run, const struct check_result *results);

/* A check that could not run says nothing about the tree: ERR_CONFIG names it. */
struct err *run_cannot_check(const struct run *run,
			     const struct check_result *results) MUST_USE;

/*
 * The next plan: from rules (*cured says whether they had one, or that the checks run
 * again to say more; given: from the issue, not our own logs), or the planner, about
 * the tree that stands now.
 */
struct err *run_try_rules(struct run *run, bool given, bool *cured) MUST_USE;
struct err *run_ask_planner(struct run *run) MUST_USE;

/* Opens the connection to the planner, if that is agreed to and it will be asked. */
void run_warm_planner(struct run *run);

/* Says what the rules could not cure, and why. */
void run_tell_left(const struct run *run);

/* Whether the planner may write a first plan: in every mode it gets what rules left. */
bool run_may_plan(const struct run *run);

/*
 * Whether the planner may be asked again, and asking it: about failures, or with
 * failures.ptr NULL about checks that failed. applied: its last plan is in the tree.
 */
bool run_may_repair(const struct run *run);
struct err *run_repair(struct run *run, struct span failures, bool applied) MUST_USE;

#endif
