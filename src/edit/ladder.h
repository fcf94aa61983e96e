/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How an edit finds its place: rungs, each more tolerant than the one before.
 *
 * Each rung lists all places in the file. One: it is taken. More: the edit is
 * refused at once, never tried on a laxer rung. None: the next rung. After the
 * plain reading of the plan come other ones (edit/reading.h), each with all rungs.
 *
 *	literal      anywhere in the text
 *	lines        whole lines, equal
 *	trailing     and trailing blanks ignored
 *	indent       and leading ones
 *	blanks       and the length of runs of blanks within
 *	unicode      and characters folded (edit/fold.h)
 *	edges        the same without the empty lines at the edges of find and replace
 *	elision      the same with lines of dots between segments, each unique
 *
 * An edit that changes nothing but what the rungs overlook is found byte for byte
 * or not at all.
 */
#ifndef EDIT_LADDER_H
#define EDIT_LADDER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/span.h"
#include "base/str.h"
#include "edit/adapt.h"
#include "edit/draft.h"
#include "edit/literal.h"

struct query {
	const struct edit *edit;
	struct span find;    /* LF line ends, not empty */
	struct span replace; /* as a reading changes with find; empty for anchors */
	bool lines_only;     /* no literal rung: remove_line has its own */
	bool replaces;       /* replace is meant: it may elide as find does */
};

struct finding {
	const char *rung;
	struct places places; /* of whole lines but on the literal rung */
	enum fold level;
	bool literal;
	struct span find, replace; /* as they were read */
	size_t cut_head, cut_tail; /* empty lines of find that the file has not */
	bool about_form;           /* find and replace are the same at the laxest level */
	struct segment *segments;  /* of the one place found by elision */
	size_t n_segments;
	struct str find_hold, replace_hold;
};

void finding_init(struct finding *f);
void finding_release(struct finding *f);

/* places, when found, are one, or with the edit's `all` several that may overlap. */
struct err *ladder_find(struct draft *d, const struct query *q, struct finding *out,
			struct edit_result *result, enum find_verdict *verdict) MUST_USE;

#endif
