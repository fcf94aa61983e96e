/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which files of a tree a regex edit with a glob may be about, by several threads.
 */
#ifndef EDIT_SWEEP_H
#define EDIT_SWEEP_H

#include "base/compiler.h"
#include "base/err.h"
#include "edit/overlay.h"
#include "plan/plan.h"

/*
 * Calls fn, sorted by path, for each tracked file that edit->file names and in which
 * the pattern matches, or that an earlier edit has named: what is there now is the
 * overlay's to say. Where the source cannot sift, for every file that is named.
 * A search that runs into a limit is ERR_NO_FIX naming the file.
 */
struct err *sweep_files(const struct overlay *o, const struct edit *edit,
			struct err *(*fn)(void *ctx, const char *path),
			void *ctx) MUST_USE;

#endif
