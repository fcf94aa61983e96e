/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One run: an issue, or a plan, to a verified commit.
 *
 * Stages (ask, cure, apply, delegate, prove, publish) are files of their own;
 * run.c only calls them in order and decides what comes next. Until publish
 * everything is a proposal in a quarantine.
 *
 * A run is driven in steps from outside the loop's callbacks, so several runs
 * share one loop:
 *
 *	run_new(&run, &input, &options, &env);
 *	runs_drive(loop, runs, n, jobs, finished, ctx);
 *	run_report(run)
 */
#ifndef FLOW_RUN_H
#define FLOW_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/events.h"
#include "base/span.h"
#include "flow/mode.h"
#include "flow/report.h"
#include "flow/wall.h"
#include "issue/diag.h"
#include "issue/rules.h"
#include "model/client.h"
#include "model/template.h"
#include "plan/plan.h"
#include "repo/repo.h"
#include "sys/http.h"
#include "verify/check.h"
#include "verify/sandbox.h"
#include "verify/verdict.h"

/* What is to be done: an issue, plans, or whatever the checks say (failing). */
struct run_input {
	const char *title;    /* one line; NULL: none */
	const char *slug;     /* for the branch name */
	struct span text;     /* the issue, cleaned, for a model; ptr NULL: none */
	struct span raw;      /* as it came, for the record; ptr NULL: none */
	const char *address;  /* https URL of the issue; NULL: none */
	const struct diags *diags; /* what the issue says, when it is a log or the like */
	const struct plan *plans;  /* given: no planner is asked for a first plan */
	size_t n_plans;
	bool failing;
};

enum run_goal {
	GOAL_PLAN,   /* stop after planning */
	GOAL_DIFF,   /* the diff, unchecked */
	GOAL_COMMIT, /* a commit on a branch */
};

struct run_options {
	enum run_goal goal;
	enum mode mode;
	const char *base; /* revision; NULL: HEAD */
	bool worktree;    /* plus the uncommitted changes of tracked files */
	const struct check_list *checks; /* may be empty */
	enum outcome accept;
	int attempts;
	int64_t timeout_ms;
	int64_t max_tokens;
	double budget_usd;
	const char *branch; /* NULL: dualfix/<slug> */
	bool patches, mbox;
	const char *patch_dir;
	int reroll_count; /* 0: none */
	bool signoff, keep_going, allow_protected, review;
	bool never_plan;    /* apply: the planner may edit, but writes no plan */
	const char *const *protect; /* NULL-terminated; NULL: the default list */
	const char *const *exclude;
	const char *const *sandbox_read;
	const char *const *sandbox_env;
	const char *sandbox; /* "auto", "bwrap", "none" */
	int64_t expire_s;    /* how long passes stay known */
	int trailer;         /* enum trailer_style */
	bool forbid_patches; /* dualfix.policy=forbid */
	size_t max_changed_files, max_changed_lines;
};

struct run_env {
	struct loop *loop;
	struct repo *repo;
	const struct rules *rules;
	struct http *http;
	struct client *client;           /* NULL: no model may be asked */
	const struct endpoint *planner;  /* NULL: none */
	const struct endpoint *executors; /* n_executors; none: the planner does its edits */
	size_t n_executors;
	const struct err *no_planner;    /* why there is none, when one is needed */
	const struct templates *templates;
	const struct wall *wall;
	const struct events *events;
};

struct run;

/* Everything given is borrowed until run_free(). */
struct err *run_new(struct run **out, const struct run_input *input,
		    const struct run_options *options, const struct run_env *env) MUST_USE;
void run_free(struct run *run);

/*
 * Drives the runs to their ends, jobs at once; finished is called as each ends.
 * What goes wrong with a run is in its report; the err returned is for what
 * stops all of them: a signal, a fault of the loop.
 */
struct err *runs_drive(struct loop *loop, struct run **runs, size_t n, size_t jobs,
		       void (*finished)(void *ctx, struct run *run), void *ctx) MUST_USE;

/* Complete when the run has finished. */
const struct report *run_report(const struct run *run);

/* The err it ended with, or NULL; borrowed. */
const struct err *run_error(const struct run *run);

/* The result as a plan (GOAL_PLAN), a diff (GOAL_DIFF) or an mbox (options.mbox). */
struct span run_output(const struct run *run);

#endif
