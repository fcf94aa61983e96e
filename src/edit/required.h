/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a file must hold for a pattern to match in it, read off the pattern: most
 * files of a tree lack it, and looking for a text is cheaper than matching.
 *
 * Only the outermost sequence of the pattern is read, groups and classes are
 * skipped, and whatever is not understood counts as requiring nothing: a file is
 * then matched in the usual way.
 */
#ifndef EDIT_REQUIRED_H
#define EDIT_REQUIRED_H

#include <stdbool.h>
#include <stddef.h>

#include "base/span.h"

#define REQUIRED_MAX 8
#define REQUIRED_MAX_BYTES 64

/* Every match holds one of these texts, which have no line end in them. */
struct required {
	struct {
		char text[REQUIRED_MAX_BYTES];
		size_t len;
	} v[REQUIRED_MAX];
	size_t n; /* 0: nothing is known */
};

/* flags as regex_new() takes them. */
void required_init(struct required *r, struct span pattern, unsigned flags);

/* False if no match can be in bytes. */
bool required_holds(const struct required *r, struct span bytes);

#endif
