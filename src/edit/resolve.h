/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From edits to changed files, without touching any.
 *
 * A resolver stands over one source tree. Edits are applied one by one in plan
 * order, each against what the earlier ones left (EDITS in gitdualfix-plan(5)).
 * Files are read when an edit first names them. Nothing is written anywhere:
 * the caller looks at all results and then takes the changes, or throws the
 * resolver away.
 *
 * Positions are byte offsets of the base file; every change is kept in base
 * coordinates (edit/change.h) and the file is put together once, at the end.
 */
#ifndef EDIT_RESOLVE_H
#define EDIT_RESOLVE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/span.h"
#include "edit/region.h"
#include "edit/result.h"
#include "edit/source.h"
#include "plan/plan.h"

/* No file is made larger. */
#define EDIT_FILE_MAX_BYTES ((size_t)64 << 20)

struct resolver;

struct err *resolver_new(struct resolver **out, const struct source *source) MUST_USE;
void resolver_free(struct resolver *r);

/*
 * Reads path and lays it out in lines, for edits that will come; nothing else changes.
 * *there: it is a text file. What is wrong with it is said by the edit that names it.
 */
struct err *resolver_prepare(struct resolver *r, const char *path, bool *there) MUST_USE;

/*
 * Tries one edit. An err is a fault of ours, of the source, or a path that the
 * plan may not name (ERR_INPUT, "edits[2].file: ..."); everything else is in
 * *result. A model_edit becomes EDIT_WAITING and its place is reserved: a later
 * edit that reaches into it is EDIT_REFUSED, naming both.
 */
struct err *resolver_apply(struct resolver *r, const struct edit *edit,
			   struct edit_result *result) MUST_USE;

/*
 * Whether applying edit may make the source run a program (its list, sift or tags): not
 * from a callback of the loop, then. Changes nothing.
 */
bool resolver_may_turn(struct resolver *r, const struct edit *edit);

/*
 * The region of a waiting edit; or of an edit that failed directly, found from
 * its find or anchor, line and symbol: the smallest enclosing block. Reserves it.
 * *found is false when there is none to be had (a large file and no clue).
 */
struct err *resolver_region(struct resolver *r, const struct edit *edit,
			    const struct edit_result *failed, bool *found,
			    struct region *out) MUST_USE;

/*
 * Puts an executor's answer, already checked with region_check(), in the
 * region's place: line ends become the file's, an empty answer deletes it,
 * the file's final newline stays as it was.
 */
struct err *resolver_splice(struct resolver *r, const struct region *region,
			    struct span answer) MUST_USE;

/* One file of the result that differs from the source. */
struct file_change {
	const char *path;
	enum source_kind kind; /* SOURCE_ABSENT: deleted; else FILE, EXECUTABLE or LINK */
	struct span bytes;
};

/*
 * All of them, sorted by path, no path twice; they live as long as the
 * resolver. A file whose edits cancel out is not among them. ERR_NO_FIX, naming the
 * edit, when a file that was JSON is none any more, or a file is too large.
 */
struct err *resolver_changes(struct resolver *r, const struct file_change **out,
			     size_t *n) MUST_USE;

#endif
