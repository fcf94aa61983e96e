/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How alike two lines are: levels of what is overlooked, each with all before it.
 *
 * FOLD_UNICODE compares canonical compositions (NFC) and takes typographic quotes,
 * dashes and spaces for their ASCII kin; zero-width characters and soft hyphens
 * count as nothing. Bytes that are no UTF-8 are themselves at every level.
 */
#ifndef EDIT_FOLD_H
#define EDIT_FOLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

enum fold {
	FOLD_NONE,    /* byte for byte */
	FOLD_TRAIL,   /* trailing blanks */
	FOLD_LEAD,    /* leading blanks */
	FOLD_INNER,   /* how long a run of blanks within is */
	FOLD_UNICODE,
};

bool fold_same(struct span a, struct span b, enum fold level);

/* Equal for lines that are the same at FOLD_UNICODE. */
uint32_t fold_hash(struct span line);

/*
 * The longest part of a line that stands byte for byte in every line that is the same
 * at FOLD_UNICODE, unless there a character without width stands in it: fold_hides()
 * tells whether a text has any. May be empty.
 */
struct span fold_plain(struct span line);
bool fold_hides(struct span text);

/*
 * What FOLD_UNICODE compares: characters composed and folded, runs of blanks as
 * one ' '. What has no width belongs to no unit.
 */
struct fold_unit {
	size_t start, end; /* in the line */
	uint32_t cp;
};

/* The next unit at or after *at, which moves past it; false at the end. */
bool fold_next(struct span line, size_t *at, struct fold_unit *out);

/* The ASCII kin of a typographic quote, dash or space; 0 for every other character. */
char fold_ascii(uint32_t cp);
bool fold_is_widthless(uint32_t cp);

#endif
