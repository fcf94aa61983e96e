/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Texts as lists of lines, and where such a list stands in a file.
 *
 * Every line of a file is filed under the hash of its laxest reading
 * (edit/fold.h); a block is looked for by its rarest line and compared from
 * there. What matches at a stricter level is among what is found.
 */
#ifndef EDIT_BLOCK_H
#define EDIT_BLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/span.h"
#include "edit/grams.h"
#include "edit/text.h"

struct lines {
	struct span *v; /* without line ends */
	size_t n;
	bool ended; /* the last one has a line end */
};

struct err *lines_split(struct lines *out, struct span s) MUST_USE;
void lines_release(struct lines *lines);

struct line_index {
	uint32_t *hash; /* by line */
	uint32_t *next; /* by line: the next one of its bucket and one, or 0 */
	uint32_t *head, *count; /* by bucket */
	size_t n_buckets, n_lines;
};

void line_index_release(struct line_index *index);

/*
 * Adds the first line of every block of t that is block[0..n) at FOLD_UNICODE,
 * ascending. A block of blank lines is nowhere. Builds the index at first use.
 */
struct err *block_find(struct line_index *index, const struct text *t,
		       const struct span *block, size_t n, struct offsets *out) MUST_USE;

/* Adds the lines of t that are line at FOLD_UNICODE, at most max of them. */
struct err *block_lines(struct line_index *index, const struct text *t, struct span line,
			size_t max, struct offsets *out) MUST_USE;

#endif
