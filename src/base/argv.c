/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/argv.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char *argv_empty[1];

void argv_init(struct argv *a)
{
	*a = (struct argv)ARGV_INIT;
}

void argv_release(struct argv *a)
{
	for (size_t i = 0; i < a->n; i++)
		free(a->v[i]);
	if (a->cap)
		free(a->v);
	argv_init(a);
}

static void push_owned(struct argv *a, char *s)
{
	if (!s) {
		a->failed = true;
		return;
	}
	if (a->n + 1 >= a->cap) {
		size_t cap = a->cap ? a->cap * 2 : 16;
		char **v = realloc(a->cap ? a->v : NULL, cap * sizeof(*v));

		if (!v) {
			a->failed = true;
			free(s);
			return;
		}
		a->v = v;
		a->cap = cap;
	}
	a->v[a->n++] = s;
	a->v[a->n] = NULL;
}

void argv_push(struct argv *a, const char *s)
{
	push_owned(a, strdup(s));
}

void argv_pushf(struct argv *a, const char *fmt, ...)
{
	va_list ap;
	char *s = NULL;

	va_start(ap, fmt);
	if (vasprintf(&s, fmt, ap) < 0)
		s = NULL;
	va_end(ap);
	push_owned(a, s);
}

void argv_push_all(struct argv *a, const char *const *list)
{
	for (; *list; list++)
		argv_push(a, *list);
}

const char *const *argv_list(const struct argv *a)
{
	return (const char *const *)a->v;
}

struct err *argv_err(const struct argv *a)
{
	return a->failed ? err_nomem() : NULL;
}
