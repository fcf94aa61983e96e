/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A growing byte string with a ceiling.
 *
 * Invariant: buf is never NULL and buf[len] is always NUL, so it can be read
 * as a C string; it may hold NULs of its own.
 *
 * Failure is sticky: an append that finds no memory, or would pass max_bytes,
 * changes nothing and marks the string; later appends do nothing. The writer
 * asks once, at the end, with str_err(). A zeroed struct has the ceiling 0:
 * whoever forgot to set one gets an error, not a leak of the machine's memory.
 *
 *	struct str s = STR_INIT(1 << 20);
 *
 *	str_addf(&s, "%d", n);
 *	err = str_err(&s, "reply");
 *	...
 *	str_release(&s);
 */
#ifndef BASE_STR_H
#define BASE_STR_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/span.h"

struct str {
	char *buf;
	size_t len;
	size_t cap_bytes; /* 0 while buf is the shared empty string */
	size_t max_bytes;
	bool failed;
	bool full; /* failed because of the ceiling, not of memory */
};

extern char str_empty[1];

#define STR_INIT(max) { .buf = str_empty, .max_bytes = (max) }

void str_init(struct str *s, size_t max_bytes);

/* Frees; s can then be used again as after str_init() with the same ceiling. */
void str_release(struct str *s);

/* Empties without freeing and clears a failure. */
void str_reset(struct str *s);

void str_add(struct str *s, const void *bytes, size_t len);
void str_adds(struct str *s, const char *text);
void str_addc(struct str *s, char c);
void str_add_span(struct str *s, struct span span);
/* As one word of sh, whatever is in it. */
void str_add_quoted(struct str *s, const char *word);
void str_addf(struct str *s, const char *fmt, ...) PRINTF_LIKE(2, 3);
void str_vaddf(struct str *s, const char *fmt, va_list ap) PRINTF_LIKE(2, 0);

/* Cuts to len bytes; longer than it is changes nothing. */
void str_truncate(struct str *s, size_t len);

/* Makes room for len more bytes, as a hint. */
void str_reserve(struct str *s, size_t len);

/* Replaces [start, end) by the given bytes, which must not lie in s. */
void str_splice(struct str *s, size_t start, size_t end, struct span with);

struct span str_span(const struct str *s);

/* Hands over the bytes, NUL-terminated, for free(); NULL after a failure. Empties s. */
char *str_detach(struct str *s);

/* NULL, or why what (ERR_INPUT when it passed its ceiling) could not be built. */
struct err *str_err(const struct str *s, const char *what) MUST_USE;

#endif
