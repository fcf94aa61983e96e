/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The text of a draft as it is now, for edits that must see it whole, and the
 * way back from its offsets to places that can be written.
 */
#ifndef EDIT_CURRENT_H
#define EDIT_CURRENT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/span.h"
#include "base/str.h"
#include "edit/draft.h"

struct current_piece;

struct current {
	struct span text; /* LF line ends; until the draft's next change */
	struct str hold;
	struct current_piece *pieces; /* NULL: text is the base view */
	size_t n;
};

/* Initialised by the call; released by the caller even after an err. */
struct err *current_read(struct current *now, struct draft *d) MUST_USE;
void current_release(struct current *now);

/*
 * The place of [start, end). False if it lies over the edge of a change, or in
 * one that is not ours to touch: that is then *edge.
 */
bool current_locate(const struct current *now, size_t start, size_t end,
		    struct place *out, struct change **edge);

#endif
