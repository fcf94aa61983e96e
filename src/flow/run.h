/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One run: an issue, or a plan, to a verified commit.
 *
 * Stages (ask, cure, apply, delegate, prove, publish) are files of their own;
 * run.c only calls them in order and decides what comes next. Until publish
 * everything is a proposal in a quarantine.
 *
 * A run is driven in steps from outside the loop's callbacks, so several runs
 * share one loop. It has a handle of the repository of its own, for its quarantine.
 */
#ifndef FLOW_RUN_H
#define FLOW_RUN_H

#include <stddef.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/span.h"
#include "flow/job.h"
#include "flow/report.h"

struct run;

/* Everything given is borrowed until run_free(). */
struct err *run_new(struct run **out, const struct run_input *input,
		    const struct run_options *options, const struct run_env *env) MUST_USE;
void run_free(struct run *run);

/* Where runs come from and where they go. */
struct runs {
	void *ctx;
	/* The next one, or NULL when there are no more; called when there is room. */
	struct err *(*next)(void *ctx, struct run **out);
	/* One has ended: its report is complete. Frees it, then or later. */
	void (*finished)(void *ctx, struct run *run);
};

/*
 * Drives runs to their ends, jobs at once. What goes wrong with a run is in its
 * report; the err returned is for what stops all of them: a signal, a fault of the
 * loop, next's own. Those under way end with it, too.
 */
struct err *runs_drive(struct loop *loop, size_t jobs, const struct runs *runs) MUST_USE;

/* Complete when the run has finished. */
const struct report *run_report(const struct run *run);

/* The err it ended with, or NULL; borrowed. */
const struct err *run_error(const struct run *run);

/* Whether `git dualfix resume` would go on with it: trouble from outside ended it. */
bool run_is_resumable(const struct run *run);

/* The result as a plan (GOAL_PLAN), a diff (GOAL_DIFF) or an mbox (options.mbox). */
struct span run_output(const struct run *run);

#endif
