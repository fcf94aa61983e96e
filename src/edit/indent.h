/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How a plan's indentation is to be read: the one rule that explains every line
 * that matched, applied to the lines that are new.
 *
 * Rules: as is; a prefix more or less; n blanks for a tab, or back; the first line
 * alone stripped; and a prefix together with tabs for blanks. Where rules that all
 * explain the matched lines would write new ones differently, nothing is clear.
 *
 * Blanks for tabs, or back, do not say which was which. A new line is then indented as
 * the matched lines that the plan indents like it; if there are none, as the file's
 * lines that it would quote so; if these differ, nothing is clear. What stands nowhere
 * is computed, in a file that does one thing only.
 */
#ifndef EDIT_INDENT_H
#define EDIT_INDENT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/span.h"
#include "base/str.h"
#include "edit/indents.h"
#include "edit/text.h"

/* Leading blanks of a line as the plan has it and as the file has it. */
struct indent_pair {
	struct span plan, file;
	bool is_first; /* of the find text */
};

/* A line that is new: its leading blanks in the plan. */
struct indent_fresh {
	struct span plan;
	bool is_first; /* of the replace text */
	bool blank;    /* there is nothing else on it */
	bool nested;   /* a bracket that replace itself opens is open */
	bool outer;    /* closes something, is a label, a directive, an item: may stand out */
};

/* Whether the line below is to be deeper. */
enum indent_opens { OPENS_NOT, OPENS_MAYBE, OPENS_BLOCK };

/* All that is known of one edit's indentation. */
struct indent_case {
	const struct text *t;
	struct indents *indents; /* of t */
	const struct indent_pair *pairs; /* of lines that say something, in order */
	size_t n_pairs;
	const struct indent_fresh *fresh;
	size_t n_fresh;
	bool swapped;     /* a line of blanks alone has tabs for them, or back */
	bool exact;       /* find is the file's byte for byte */
	bool kept;        /* some line of replace is one of find: both read alike */
	enum indent_opens first_opens; /* the first line of replace */
	struct span below; /* blanks of the line that will follow; ptr NULL: not known */
};

struct indent_rule {
	const struct indent_case *from; /* NULL: nothing is looked up */
	enum { INDENT_AS_IS, INDENT_TO_BLANKS, INDENT_TO_TABS } convert;
	unsigned width; /* blanks a tab */
	enum { INDENT_STAY, INDENT_ADD, INDENT_DROP, INDENT_FIRST } shift;
	struct span by;
	struct span stripped; /* INDENT_FIRST: what the first line has left */
};

/*
 * False, with a reason, when no single rule will do. hold, initialised by the
 * caller, keeps what the rule refers to.
 */
bool indent_choose(struct indent_rule *out, const struct indent_case *c, struct str *hold,
		   const char **why);

/* Adds what plan becomes to out; false if the rule cannot say. */
bool indent_apply(const struct indent_rule *rule, struct span plan, bool is_first,
		  struct str *out);

#endif
