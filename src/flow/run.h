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
