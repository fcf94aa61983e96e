/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A list of strings that it owns: an argument list or an environment.
 *
 * Invariant: v is never NULL and v[n] is always NULL. Failure is sticky as
 * in str.h; argv_err() is asked once, before v is used.
 */
#ifndef BASE_ARGV_H
#define BASE_ARGV_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"
#include "base/err.h"

struct argv {
	char **v;
	size_t n;
	size_t cap; /* 0 while v is the shared empty list */
	bool failed;
};

extern char *argv_empty[1];

#define ARGV_INIT { .v = argv_empty }

void argv_init(struct argv *a);
void argv_release(struct argv *a);

void argv_push(struct argv *a, const char *s);
void argv_pushf(struct argv *a, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* All of a NULL-terminated list. */
void argv_push_all(struct argv *a, const char *const *list);

/* v as exec wants it; no string in it is changed. */
const char *const *argv_list(const struct argv *a);

struct err *argv_err(const struct argv *a) MUST_USE;

#endif
