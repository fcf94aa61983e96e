/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An arena: many small things that die together.
 *
 * Memory comes zeroed and aligned for any type. Past max_bytes, or with no
 * memory left, arena_alloc() returns NULL and the caller returns arena_err().
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/span.h"

struct arena_block;

struct arena {
	struct arena_block *head;
	size_t total_bytes;
	size_t max_bytes;
	bool full;
};

void arena_init(struct arena *a, size_t max_bytes);
void arena_release(struct arena *a);

void *arena_alloc(struct arena *a, size_t size);

/* n elements of size bytes; NULL on overflow too. */
void *arena_array(struct arena *a, size_t n, size_t size);

/* Copies, NUL-terminated. */
char *arena_dup(struct arena *a, struct span s);
char *arena_dups(struct arena *a, const char *s);
char *arena_printf(struct arena *a, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* Why the last allocation returned NULL: the ceiling (ERR_INPUT) or memory. */
struct err *arena_err(const struct arena *a, const char *what) MUST_USE;

#endif
