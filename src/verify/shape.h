/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Shapes: the small patterns that closing lines of test runners are told by. Pure.
 *
 * A shape is matched against a whole line whose blanks at both ends are gone:
 *
 *	' '   one or more blanks	'~'   none or more
 *	'*'   anything, the least	"%n"  the same, and it is the name
 *	"#p"  a decimal number that is added to the field: passed, failed,
 *	      skipped, run in total ("#r"), or nothing ("#i")
 *
 * All else stands for itself.
 */
#ifndef VERIFY_SHAPE_H
#define VERIFY_SHAPE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/span.h"

struct shape_sums {
	size_t run, passed, failed, skipped;
};

/* sums and name, either may be NULL, change only if it matches. */
bool shape_match(const char *shape, struct span line, struct shape_sums *sums,
		 struct span *name);

#endif
