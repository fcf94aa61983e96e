/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Before against after: what the checks show. Pure.
 *
 * No model has a say in it; what a check printed counts only against a fix.
 */
#ifndef VERIFY_VERDICT_H
#define VERIFY_VERDICT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/span.h"
#include "base/str.h"
#include "verify/check.h"

enum outcome {
	OUTCOME_FIXED,      /* some check failed before, all pass now */
	OUTCOME_IMPROVED,   /* fewer failing tests by name, none new, not all cured */
	OUTCOME_HELD,       /* all passed before and after */
	OUTCOME_UNVERIFIED, /* no check ran */
	OUTCOME_UNFIXED,    /* something still fails */
	OUTCOME_BROKEN,     /* something that passed fails now */
	OUTCOME_REFUSED,    /* review or policy said no */
	OUTCOME_NOTHING,    /* nothing to do: every edit satisfied already */
	OUTCOME_PLANNED,    /* plan only */
	OUTCOME_ERROR,      /* a check cannot run, or an err */
};

const char *outcome_name(enum outcome outcome);

/* Whether it is as good as accept or better: fixed, improved, held, unverified. */
bool outcome_at_least(enum outcome outcome, enum outcome accept);

/* Whether there is something to emit at all. */
bool outcome_emits(enum outcome outcome);

/*
 * The verdict over n checks, before[i] and after[i] being the same one. error when
 * one cannot run; broken if one that passed now fails, else unfixed if one still
 * fails, else fixed if one failed before, else held; unverified when no check ran
 * on both. A timeout is a failure. Fewer tests than before in a log that counts
 * them is never a pass. Instead of unfixed it is improved when every failure left
 * names its tests, all of them failed before, and some that failed pass now. A flaky
 * check shows nothing: it never failed before, and never passes now.
 */
enum outcome verdict(const struct check_result *before, const struct check_result *after,
		     size_t n);

/* Whether the log of after counts fewer tests than that of before. */
bool verdict_fewer_tests(const struct check_result *before,
			 const struct check_result *after);

/*
 * The telling tail: the part of a failing log that says what is wrong, at most
 * max_bytes: the first error with its context, the closing lines, runs of
 * repeats folded, terminal codes taken out. Adds to out; always ends with a newline
 * unless nothing was added.
 */
void verdict_tail(struct span log, size_t max_bytes, struct str *out);

#endif
