/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * UTF-8 as Unicode chapter 3.9 has it: no overlong forms, no surrogates,
 * nothing past U+10FFFF.
 */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"
#include "base/str.h"

#define UTF8_BAD UINT32_MAX
#define UTF8_REPLACEMENT 0xfffdu

/*
 * Reads the character at offset at < s.len and returns its length in bytes.
 * Where there is none, *cp is UTF8_BAD and the length is that of the longest
 * part that could have begun one, at least 1.
 */
size_t utf8_next(struct span s, size_t at, uint32_t *cp);

/* Adds cp, which must be a scalar value; anything else adds U+FFFD. */
void utf8_add(struct str *out, uint32_t cp);

/* Offset of the first byte that is not UTF-8; s.len if all of it is. */
size_t utf8_check(struct span s);
bool utf8_valid(struct span s);

/* C0, DEL and C1. */
bool utf8_is_control(uint32_t cp);

/*
 * Code points that draw nothing of their own: Default_Ignorable_Code_Point
 * of Unicode, bidi controls among them. Some file systems drop them from
 * names before they compare.
 */
bool utf8_is_ignorable(uint32_t cp);

enum utf8_form {
	UTF8_LINE, /* "\n", "\t" and "\r\n" become one blank each */
	UTF8_TEXT, /* "\n" and "\t" stay, "\r\n" becomes "\n" */
};

/*
 * Adds text so that it can be shown on a terminal or written to a log: controls
 * and line separators, what a reader cannot see and what reorders the text
 * become '?', invalid bytes U+FFFD. Variation selectors 1 to 16 stay.
 * Never more than three times as long as text.
 */
void utf8_clean(struct str *out, struct span text, enum utf8_form form);

#endif
