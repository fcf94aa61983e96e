/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finding what an edit names, byte for byte.
 *
 * The rule of all searches: every place counts. One is taken; several are told
 * and none is taken, unless `line` or `symbol` fits exactly one of them; none
 * means that something laxer may look. What stood in the base alone is meant
 * even if an earlier edit has written the same text again elsewhere.
 */
#ifndef EDIT_LITERAL_H
#define EDIT_LITERAL_H

#include "base/compiler.h"
#include "base/err.h"
#include "base/span.h"
#include "base/str.h"
#include "edit/draft.h"
#include "edit/result.h"
#include "plan/plan.h"

enum find_verdict {
	FIND_NONE,   /* nowhere; the result is untouched */
	FIND_HERE,   /* places holds it: one, or with all several */
	FIND_NOT,    /* the result says why not */
};

/*
 * What of a hit counts: may widen the place (which has its hit), or say no. The
 * offsets count in around. NULL stands for every hit as it is.
 */
typedef bool find_shape(const struct draft *d, struct span around, struct place *p);

/* needle has LF line ends and is not empty. places is the caller's to release. */
struct err *literal_find(struct draft *d, const struct edit *edit, struct span needle,
			 find_shape *shape, struct places *places,
			 struct edit_result *result, enum find_verdict *verdict) MUST_USE;

/*
 * The end of every search that lists places: keeps the one that is meant, or
 * all of them for an edit that wants all, or explains. Places of the base that
 * a change has taken are not among them.
 */
enum find_verdict find_choose(struct draft *d, const struct edit *edit,
			      struct places *places, struct edit_result *result);

/* The text of a plan with LF line ends: s itself, or a copy in hold. */
struct span plan_text(struct span s, struct str *hold);

/*
 * What stands in the place of p when find, which stands there, becomes replace:
 * replace to the letter, but for an LF at the edge of only one of the two where
 * that would join two lines or double an empty one, or take the file's last line
 * end along by mistake. The result is part of replace or lives in hold.
 */
struct span literal_text(const struct draft *d, const struct place *p, struct span find,
			 struct span replace, struct str *hold);

#endif
