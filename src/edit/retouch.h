/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * New text of a line whose old text the plan quoted loosely: with other runs of
 * blanks, or with typographic characters for plain ones or the other way round.
 *
 * What a new line shares with the one that it replaces keeps the file's bytes.
 * What it brings is written as the plan has it, unless the plan has shown that it
 * misquotes just such text: then it is folded, where the file knows only the plain
 * form, or else refused.
 */
#ifndef EDIT_RETOUCH_H
#define EDIT_RETOUCH_H

#include <stdbool.h>
#include <stddef.h>

#include "base/span.h"
#include "base/str.h"
#include "edit/fold.h"
#include "edit/text.h"

/* What characters a file has; looked up once for all its edits. */
struct retouch_file {
	bool known;
	unsigned typographic;
	bool decomposed, widthless;
};

struct retouch {
	const struct text *t;
	struct retouch_file *file; /* of t */
	enum fold level;
	bool loose_blanks;      /* a run of blanks was quoted as another */
	bool plan_typographic;  /* the plan has typographic where the file is plain */
	unsigned file_typographic; /* the other way round: which of retouch.c's kin */
	bool plan_decomposed, file_decomposed;
	bool plan_widthless, file_widthless;
};

void retouch_init(struct retouch *r, const struct text *t, struct retouch_file *file,
		  enum fold level);

/* Notes how the plan quoted one line of the file. */
void retouch_learn(struct retouch *r, struct span plan, struct span file);

/* Whether one line looks like a new version of the other. */
bool retouch_alike(struct span a, struct span b);

/*
 * Adds body, a new line without indentation, to out; old and file are the line that
 * it replaces, as quoted and as it is, or empty. False, with a reason, if unclear.
 */
bool retouch_write(const struct retouch *r, struct span old, struct span file,
		   struct span body, struct str *out, const char **why);

#endif
