/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where a function, class or type is defined, by a light scan: comments and
 * strings are blanked, then definitions are recognised by how their line looks
 * and ended by brace or by indentation. It breaks ties and cuts regions; a wrong
 * answer costs a refusal or a wider region, never a wrong edit.
 */
#ifndef EDIT_SYMBOLS_H
#define EDIT_SYMBOLS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/span.h"
#include "edit/grams.h"
#include "edit/language.h"
#include "edit/tags.h"
#include "edit/text.h"

#define SYMBOL_RANGES_MAX 64

/* Lines counted from 0, both included. */
struct line_range {
	size_t first, last;
};

struct symbol_ranges {
	struct line_range v[SYMBOL_RANGES_MAX];
	size_t n;
};

/*
 * Every definition of name ("f", "Class.method", "ns::f": the last part is
 * looked for, inside the part before it if that is defined here too).
 * Leading decorators, attributes and doc comments belong to it. No memory to
 * scan with counts as no definition. tags (may be NULL) are asked for languages
 * that the scan does not know, and where it finds nothing.
 */
void symbols_find(const struct text *t, const char *path, const char *name,
		  struct tags *tags, struct symbol_ranges *out);

/* Whether tags would be asked for name: see struct source. */
bool symbols_need_tags(const struct text *t, const char *path, const char *name);

/*
 * The smallest block that holds lines [first, last]: a definition, or a brace or
 * indentation block of at least min_lines. False when none does.
 */
bool symbols_enclosing(const struct text *t, const char *path, size_t first, size_t last,
		       size_t min_lines, size_t max_lines, struct line_range *out);

/* A copy of view in which comments and string contents are blanks; free() it. NULL: no memory. */
char *symbols_blank(struct span view, enum language language);

#endif
