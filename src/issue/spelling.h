/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether "did you mean" is right. A compiler suggests the nearest name it
 * knows, also when the name was deleted, is not included, or never was.
 */
#ifndef ISSUE_SPELLING_H
#define ISSUE_SPELLING_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/span.h"
#include "issue/remedy.h"

/*
 * Sets *why unless old, which stands places times where diagnostics want it
 * replaced, can only be new misspelt: it is near; no other name of the file or
 * of what it includes is as near; no table of the rules knows it; it stands
 * nowhere else in the tree and was not removed from it lately.
 */
struct err *spelling_check(struct remedy *d, const char *file, struct span old,
			   struct span new, size_t places, const char **why) MUST_USE;

/*
 * The name that file, a C source, knows and that is nearest to old: among its own
 * and those of what it includes, and for all but tags those of the rules' tables.
 * Sets *why when there is none, or more than one.
 */
struct err *spelling_nearest(struct remedy *d, const char *file, struct span old, bool tag,
			     struct span *out, const char **why) MUST_USE;

#endif
