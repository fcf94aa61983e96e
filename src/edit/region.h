/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What an executor is to rewrite, and whether its answer may go back.
 */
#ifndef EDIT_REGION_H
#define EDIT_REGION_H

#include <stdbool.h>
#include <stddef.h>

#include "base/span.h"
#include "base/str.h"
#include "plan/plan.h"

/* What an executor is to rewrite. Spans live as long as the resolver (edit/resolve.h). */
struct region {
	const struct edit *edit;
	const char *file;
	size_t first_line, last_line; /* of the base, for people */
	struct span text;   /* as it is now, whole lines, LF line ends, no BOM */
	struct span before; /* a few lines above and below, to read only */
	struct span after;
};

/*
 * Judges an answer, whole lines with LF, before resolver_splice() sees it. Refused,
 * with the reason for the model in words: text that holds NUL, or is not UTF-8
 * where the region is; a JSON object where the region is none; a code fence left in;
 * lines that stand for code left out; the lines around the region repeated; another
 * indentation of the whole; brackets that do not balance as before; a region that is
 * copied unchanged, or rewritten or grown beyond what an edit is. An empty answer
 * deletes the region.
 */
bool region_check(const struct region *region, struct span answer, struct str *reason);

/* Whether line may stand for lines left out: `...`, `// ...`, `// ... existing code ...`. */
bool region_is_elision(struct span line);

/* The same, but only what says so in words, as no program does. */
bool region_is_placeholder(struct span line);

#endif
