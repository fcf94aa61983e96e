/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A file while it is edited: its text, the changes made so far, and what makes
 * looking things up in it fast.
 *
 * A place is where an edit applies: a range of the base view that no change has
 * touched, or a range of the text of one change (in).
 */
#ifndef EDIT_DRAFT_H
#define EDIT_DRAFT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/span.h"
#include "base/str.h"
#include "edit/adapt.h"
#include "edit/block.h"
#include "edit/change.h"
#include "edit/grams.h"
#include "edit/result.h"
#include "edit/text.h"
#include "plan/plan.h"

struct tags;

struct draft {
	const char *path; /* tells the language */
	struct text text;
	struct changes changes;
	struct grams base_grams;
	struct grams log_grams;
	struct line_index line_index;
	struct adapt_file file;
	size_t scanned_bytes; /* by searches without index */
	struct tags *tags;    /* borrowed; NULL: none but what the light scanner finds */
	enum { HIDES_UNKNOWN, HIDES_NOTHING, HIDES_SOME } hides; /* fold_hides() */
	size_t editing;       /* plan index of the edit at work */
	size_t now_bytes;     /* of the view as it is now */
	size_t n_word_scans;  /* edits explained by reading the file word by word */
};

struct place {
	size_t start, end;
	struct change *in; /* NULL: the base */
};

struct places {
	struct place *v;
	size_t n, cap;
	bool failed;
};

/* bytes, borrowed, passed text_refusal(). */
struct err *draft_init(struct draft *d, const char *path, struct span bytes) MUST_USE;
void draft_release(struct draft *d);

void places_add(struct places *p, struct place place);
void places_release(struct places *p);

/* The text that the offsets of a place count in. */
struct span draft_around(const struct draft *d, const struct place *p);

/* 1-based base line of a place: of its change, when it lies in one. */
size_t draft_line(const struct draft *d, const struct place *p);

/* Adds every offset of needle in the base view, changed since or not. */
struct err *draft_find_base(struct draft *d, struct span needle,
			    struct offsets *out) MUST_USE;

/*
 * Adds every base line at which n lines stand that are the same as block at
 * FOLD_UNICODE, in no order.
 */
struct err *draft_find_block(struct draft *d, const struct span *block, size_t n,
			     struct offsets *out) MUST_USE;

/*
 * Adds every place of needle that lies whole in the text of one direct change
 * and not whole in the context that it shares with the base.
 */
struct err *draft_find_written(struct draft *d, struct span needle,
			       struct places *out) MUST_USE;

/*
 * Whether needle stands in the file as it is now, part in changed text and part
 * not: *edge is then a change that it reaches into.
 */
struct err *draft_find_straddle(struct draft *d, struct span needle,
				const struct change **edge) MUST_USE;

/*
 * Puts text in the place of p. ends may be NULL: every LF then gets the line end
 * of the line that it replaces, or of its neighbour. On a conflict, or beyond a
 * file's ceiling, the result is EDIT_REFUSED and says why, and *done is false;
 * otherwise the result is left alone.
 */
struct err *draft_write(struct draft *d, const struct place *p, struct span text,
			const char *ends, const struct edit *edit,
			struct edit_result *result, bool *done) MUST_USE;

/*
 * Whether the file may lose and gain so many bytes; otherwise the result is
 * EDIT_REFUSED and says so.
 */
bool draft_may_grow(const struct draft *d, size_t gone, size_t come,
		    struct edit_result *result);

/* Fills result: edit reaches into what conflict's edit wrote or an executor has. */
void draft_refuse(const struct draft *d, const struct change *conflict,
		  struct edit_result *result);

#endif
