/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is cut out of a file for an executor, and whether its answer may go back.
 */
#ifndef EDIT_REGION_H
#define EDIT_REGION_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/span.h"
#include "base/str.h"
#include "edit/draft.h"
#include "edit/result.h"
#include "edit/symbols.h"
#include "plan/plan.h"

/* A file of so many lines is given whole; no region is larger. */
#define REGION_MAX_LINES ((size_t)150)
#define REGION_MIN_LINES ((size_t)5)

struct region;

/*
 * The lines, counted from 0, that a model_edit names: its region, its symbol,
 * or a small file whole (*whole). False: the result says why not.
 */
bool region_named(const struct draft *d, const struct edit *edit, struct line_range *out,
		  bool *whole, struct edit_result *result);

/*
 * The lines to hand over for an edit that failed: the smallest block around what
 * its find or anchor, line and symbol point at, or some lines around it. False
 * when nothing points anywhere in a large file.
 */
bool region_around(const struct draft *d, const struct edit *edit,
		   const struct edit_result *failed, struct line_range *out, bool *whole);

/*
 * Widens lines to hold every change that reaches over its edge whole. False, with
 * *conflict, if an executor has part of it.
 */
bool region_settle(const struct draft *d, struct line_range *lines,
		   const struct change **conflict);

/*
 * Judges an answer, whole lines with LF, before resolver_splice() sees it. Refused,
 * with the reason for the model in words: text that is not UTF-8 or holds NUL
 * (where the region does not), a code fence or marker left in, lines that stand for code left out, the lines around
 * the region repeated, another indentation of the whole, brackets that do not
 * balance as before, a region that is copied unchanged, or rewritten or grown
 * beyond what an edit is. An empty answer deletes the region.
 */
bool region_check(const struct region *region, struct span answer, struct str *reason);

/* Whether line stands for code that is left out: `...`, `// ... existing code ...`. */
bool region_is_elision(struct span line);

/* The same, but only those that no program would hold: a comment that says so. */
bool region_is_placeholder(struct span line);

#endif
