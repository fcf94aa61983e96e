/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * regex edits: a PCRE2 pattern over the file as it is now, with LF line ends.
 *
 * Matching is by characters where the file is valid UTF-8, by bytes elsewhere.
 * A match that lies part in what an earlier edit wrote and part not is refused.
 * What the matches become is built, under the ceiling of a file, before anything
 * is changed.
 */
#ifndef EDIT_PATTERN_H
#define EDIT_PATTERN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/span.h"
#include "edit/draft.h"
#include "edit/result.h"
#include "plan/plan.h"

struct pattern;

/* A bad pattern, flag or group is ERR_INPUT, "edits[2].find: ...". */
struct err *pattern_new(struct pattern **out, const struct edit *edit) MUST_USE;
void pattern_free(struct pattern *p);

/*
 * Whether bytes, a whole file, hold a match: no draft is needed for most files. What is
 * no text holds none. Each file adds to the time that the searches have in all, for a
 * tree takes longer than a file.
 */
struct err *pattern_touches(struct pattern *p, struct span bytes, bool *any) MUST_USE;

/* Where the pattern matches in one file, and what each place becomes. */
struct matches {
	struct places places;
	struct offsets stops; /* of each replacement in text */
	struct str text;
};

void matches_release(struct matches *m);

/* On a match that must not be touched, the result is EDIT_REFUSED and m is empty. */
struct err *pattern_find(struct pattern *p, struct draft *d, struct matches *m,
			 struct edit_result *result) MUST_USE;

/* Writes match number which of m, or all of them (which = m->places.n). */
struct err *pattern_write(struct pattern *p, struct draft *d, const struct matches *m,
			  size_t which, struct edit_result *result) MUST_USE;

/* All of it for one file: one place, or every one with `all`. */
struct err *pattern_replace(struct pattern *p, struct draft *d,
			    struct edit_result *result) MUST_USE;

#endif
