/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A plain replacement taken apart: "$1" and "${name}" refer to something, "$$" is a
 * dollar sign, every other byte is itself.
 */
#ifndef SYS_DOLLARS_H
#define SYS_DOLLARS_H

#include <stddef.h>

#include "base/span.h"

/*
 * The piece at *at < s.len, which moves behind it: literal, or what is referred to, and
 * literal.ptr is NULL. A $ that is none of the above refers to the empty name.
 */
void dollars_next(struct span s, size_t *at, struct span *literal, struct span *ref);

#endif
