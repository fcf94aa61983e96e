/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Several places of one file written by one edit: all of them, or none.
 */
#ifndef EDIT_REWRITE_H
#define EDIT_REWRITE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/span.h"
#include "base/str.h"
#include "edit/draft.h"

struct rewrite {
	struct place at;
	size_t text, len; /* in texts */
	size_t ends;      /* in ends, as many as text has LFs; NO_ENDS: as draft_write() */
};

#define NO_ENDS ((size_t)-1)

struct rewrites {
	struct rewrite *v;
	size_t n, cap;
	struct str texts, ends;
	bool failed;
};

void rewrites_init(struct rewrites *w);
void rewrites_release(struct rewrites *w);

/* text and ends (NULL: none) are copied. */
void rewrites_add(struct rewrites *w, struct place at, struct span text, const char *ends);

/* Whether all of w, which is not nothing, stands where it would be written. */
bool rewrites_stand(const struct rewrites *w, const struct draft *d);

/*
 * Writes all of w, whose places do not overlap. *done is false, nothing is written
 * and the result says why, where a change is in the way or the file would grow
 * beyond its ceiling.
 */
struct err *rewrites_write(struct rewrites *w, struct draft *d, const struct edit *edit,
			   struct edit_result *result, bool *done) MUST_USE;

#endif
