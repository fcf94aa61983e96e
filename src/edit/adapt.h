/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is written where a find text matched as lines.
 *
 * Lines that find and replace share are context: the file's own bytes stay. New
 * lines are indented by the one rule that explains the matched lines
 * (edit/indent.h), lose trailing blanks that the plan added elsewhere too, and keep
 * the file's bytes in what they share with the line that they replace. Where more
 * than one reading is left, the edit is refused.
 */
#ifndef EDIT_ADAPT_H
#define EDIT_ADAPT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/str.h"
#include "edit/block.h"
#include "edit/fold.h"
#include "edit/indents.h"
#include "edit/retouch.h"
#include "edit/text.h"

/* A find text that matched, line by line, from line at of the file on. */
struct segment {
	struct lines find, replace;
	size_t at;
	struct str text, ends; /* what adapt() made of it: whole lines */
};

void segment_init(struct segment *s);
void segment_release(struct segment *s);

/* What is known of a file for all its edits; starts zeroed. */
struct adapt_file {
	struct indents indents;
	struct retouch_file chars;
};

/*
 * Fills text and ends of all n segments of one edit, read alike. level is the fold
 * at which they matched. *why is set, and nothing else to be used, when it is not
 * clear what to write.
 */
struct err *adapt(const struct text *t, struct adapt_file *file, struct segment *segments,
		  size_t n, enum fold level, const char **why) MUST_USE;

#endif
