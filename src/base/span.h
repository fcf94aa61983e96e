/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A span: bytes somebody else owns. It may hold any byte, NUL included, and
 * is not NUL-terminated. ptr may be NULL only when len is 0.
 */
#ifndef BASE_SPAN_H
#define BASE_SPAN_H

#include <stdbool.h>
#include <stddef.h>

struct span {
	const char *ptr;
	size_t len;
};

/* A span over a string literal, without its NUL. */
#define SPAN(lit) ((struct span){ "" lit, sizeof(lit) - 1 })

/* A span over a C string; NULL gives the empty span. */
struct span span_of(const char *s);

/* The part [start, end) of s; both are clamped to it. */
struct span span_cut(struct span s, size_t start, size_t end);

bool span_eq(struct span a, struct span b);
bool span_eqs(struct span a, const char *s);
bool span_starts(struct span s, const char *prefix);
bool span_ends(struct span s, const char *suffix);

/* Offset of the first needle in s at or after from, or -1. An empty needle is nowhere. */
ptrdiff_t span_find(struct span s, struct span needle, size_t from);
ptrdiff_t span_findc(struct span s, char c, size_t from);

/* s without the blanks (space, \t, \r, \n, \v, \f) at both ends. */
struct span span_trim(struct span s);

/*
 * Takes the next line off *rest into *line, without its "\n" or "\r\n".
 * False when nothing is left. A last line without line end counts.
 */
bool span_line(struct span *rest, struct span *line);

/*
 * Takes what stands before the next sep off *rest into *part; sep itself is
 * dropped. False when *rest was used up: "a," has the parts "a" and "".
 */
bool span_split(struct span *rest, char sep, struct span *part);

/* Reads s, all decimal digits, as a number up to max. False if it is not one. */
bool span_number(struct span s, size_t max, size_t *out);

#endif
