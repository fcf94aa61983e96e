/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What no edit can say alone: whether the edits of a plan go together, and
 * whether they keep off protected paths. Both look at the plan only, not at a
 * tree. The paths of a glob are known to whoever expands it, who asks
 * path_protected() about each.
 */
#ifndef PLAN_CHECK_H
#define PLAN_CHECK_H

#include <stddef.h>

#include "base/compiler.h"
#include "base/err.h"
#include "plan/plan.h"

/*
 * ERR_INPUT naming both edits when, read in plan order, one needs a file that
 * an earlier one took away, or makes a file where an earlier one knows one; or
 * when in the end a path would be a file and a folder.
 */
struct err *plan_check_conflicts(const struct plan *plan) MUST_USE;

/*
 * ERR_INPUT naming the edit and the pattern when one of the n patterns of
 * base/path.h protects its file, or where it renames it to.
 */
struct err *plan_check_protected(const struct plan *plan, const char *const *patterns,
				 size_t n) MUST_USE;

#endif
