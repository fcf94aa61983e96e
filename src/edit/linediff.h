/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which lines of one list stand in another: a shortest edit script (Myers 1986),
 * bounded in the number of differences.
 */
#ifndef EDIT_LINEDIFF_H
#define EDIT_LINEDIFF_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"
#include "base/err.h"
#include "edit/block.h"

#define LINEDIFF_NEW ((size_t)-1)

/*
 * from[j] becomes the line of a that line j of b is, byte for byte, ascending, or
 * LINEDIFF_NEW. Past the bound *exact is false, and only the lines that both
 * share at their start and end are paired. from has room for b->n.
 */
struct err *linediff(const struct lines *a, const struct lines *b, size_t *from,
		     bool *exact) MUST_USE;

#endif
