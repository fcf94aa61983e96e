/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files that a plan names before it edits them: in what it says of the cause, or with the
 * key "file" of an edit whose text is still on its way. They are read and laid out in
 * lines while the rest arrives, so that the edit finds them ready.
 *
 * A guess that is wrong costs the reading of a file that lies in the tree, no more. At
 * most AHEAD_FILES_MAX are read for one plan.
 */
#ifndef FLOW_AHEAD_H
#define FLOW_AHEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/span.h"
#include "plan/plan.h"

#define AHEAD_FILES_MAX 32

/* What it came to: of the files that plans edited, those that were ready. */
struct ahead_figures {
	size_t read, edited, ready;
	int64_t saved_us; /* what reading those took, while the plan arrived */
};

struct ahead;

/* read: *there says whether path is a file of the tree; then it has been read. */
struct err *ahead_new(struct ahead **out,
		      struct err *(*read)(void *ctx, const char *path, bool *there),
		      void *ctx) MUST_USE;
void ahead_free(struct ahead *ahead);

/* More of the plan's text, as it comes. */
void ahead_feed(struct ahead *ahead, struct span text);

/* Reads what was named since. What an edit of so_far has read already was named too late. */
void ahead_read(struct ahead *ahead, const struct plan *so_far);

/* Adds what it came to for plan, which has arrived. */
void ahead_count(const struct ahead *ahead, const struct plan *plan,
		 struct ahead_figures *figures);

#endif
