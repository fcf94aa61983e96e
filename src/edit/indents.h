/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which indentations a file has, and whether they are all of one kind.
 */
#ifndef EDIT_INDENTS_H
#define EDIT_INDENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"
#include "edit/text.h"

#define INDENTS_MAX 128u

/* What a file does in all of its indented lines. */
enum habit { HABIT_NONE, HABIT_TABS, HABIT_BLANKS };

/* Read once for all edits of a file; starts zeroed. */
struct indents {
	bool known;
	bool more; /* than v holds */
	struct {
		uint32_t at, len; /* in the view */
	} v[INDENTS_MAX];
	size_t n;
	size_t tabs, blanks, both; /* lines indented so; one blank alone is no indent */
};

/* Lines of blanks alone say nothing. */
void indents_read(struct indents *in, const struct text *t);

struct span indents_get(const struct indents *in, const struct text *t, size_t i);

enum habit indents_habit(const struct indents *in);

#endif
