/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The part of a file that is worth showing: whole lines around the places that
 * matter, grown to the function or block they stand in. Pure.
 *
 * Lines are shown without numbers: models copy numbers into what they quote.
 */
#ifndef CONTEXT_EXCERPT_H
#define CONTEXT_EXCERPT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/span.h"

#define EXCERPT_PARTS_MAX 16

struct excerpt_part {
	size_t first_line, last_line; /* 1-based, both included */
	struct span text;             /* of the file, whole lines */
};

struct excerpt {
	struct excerpt_part parts[EXCERPT_PARTS_MAX];
	size_t n;
	size_t n_lines; /* of the file */
};

/*
 * Cuts text. lines (sorted or not) are the places that matter, words (n_words) are
 * looked for besides, rarest first. A text of up to whole_bytes is taken whole; else
 * parts are taken in the order of their worth, lines first, while they fit
 * max_bytes, and given in the order of the file. With no place at all it is the
 * file's begin.
 */
void excerpt_cut(struct excerpt *out, struct span text, const size_t *lines,
		 size_t n_lines, const char *const *words, size_t n_words,
		 size_t whole_bytes, size_t max_bytes);

#endif
