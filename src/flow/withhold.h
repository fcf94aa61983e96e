/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What no model is shown of a run's edits and checks: files that dualfix.exclude
 * matches, files that are keys, regions in which something looks like a secret. What the
 * planner is shown of the base passes context/ instead.
 */
#ifndef FLOW_WITHHOLD_H
#define FLOW_WITHHOLD_H

#include <stdbool.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/str.h"
#include "edit/resolve.h"
#include "plan/plan.h"
#include "repo/repo.h"

struct withhold;

/* exclude is a NULL-terminated list of pathspecs; NULL: none. Not from a callback. */
struct err *withhold_new(struct withhold **out, struct repo *repo, const struct oid *tree,
			 const char *const *exclude) MUST_USE;
void withhold_free(struct withhold *w);

/* Why path must not be shown, as the end of a sentence; NULL: it may be. */
const char *withhold_file(const struct withhold *w, const char *path);

/* What plan moves out of such files is not shown under its new name either. */
struct err *withhold_moved(struct withhold *w, const struct plan *plan) MUST_USE;

/*
 * The diff of two trees without such files, whichever of their names it is. Turns
 * the loop.
 */
struct err *withhold_diff(const struct withhold *w, struct repo *repo, const struct oid *a,
			  const struct oid *b, struct str *out) MUST_USE;

/*
 * Adds log to out, and in place of each line that quotes one of such a file a word that
 * it was left out. A line that stands, white space at its ends aside, the same in a
 * shown file that log names by its path is no such quote, unless a key has it. Files
 * are read as the base has them, up to 8 MiB of each sort.
 */
struct err *withhold_quoted(struct withhold *w, struct span log, struct str *out) MUST_USE;

/*
 * Whether region may be shown, its surroundings and what is to be done there, too; if
 * not, the result says why.
 */
struct err *withhold_region(struct withhold *w, const struct region *region,
			    struct span action, struct edit_result *result,
			    bool *withheld) MUST_USE;

#endif
