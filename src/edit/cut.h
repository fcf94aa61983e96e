/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which lines of a file are cut out for an executor: the fewest that hold what it
 * needs, never a large file.
 */
#ifndef EDIT_CUT_H
#define EDIT_CUT_H

#include <stdbool.h>
#include <stddef.h>

#include "edit/draft.h"
#include "edit/result.h"
#include "edit/symbols.h"
#include "plan/plan.h"

/* A file of so many lines is given whole; no region is larger. */
#define CUT_MAX_LINES ((size_t)150)
#define CUT_MIN_LINES ((size_t)5)

/*
 * The lines, counted from 0, that a model_edit names: its region, its symbol,
 * or a small file whole (*whole). False: the result says why not.
 */
bool cut_named(const struct draft *d, const struct edit *edit, struct line_range *out,
	       bool *whole, struct edit_result *result);

/*
 * The lines to hand over for an edit that failed: the smallest block around what
 * its find or anchor, line and symbol point at, or some lines around it. False
 * when nothing points anywhere in a large file.
 */
bool cut_around(const struct draft *d, const struct edit *edit,
		   const struct edit_result *failed, struct line_range *out, bool *whole);

/*
 * Widens lines to hold every change that reaches over its edge whole. False, with
 * *conflict, if an executor has part of it.
 */
bool cut_settle(const struct draft *d, struct line_range *lines,
		   const struct change **conflict);

#endif
