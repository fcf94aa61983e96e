/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Answers written for the tests: code that compares with a value a test asks with,
 * and gives beside it the value that the same line of the test expects. Pure.
 *
 *	if (n == 7) return 13;        assert(f(7) == 13);
 *
 * It is looked for in new lines only, up to three together, with a comparison in
 * them. 0 and 1 are no questions: they are where recursion ends. A constant
 * that suits every test, or an answer of another form than the test's, is not seen.
 */
#ifndef VERIFY_ANSWERS_H
#define VERIFY_ANSWERS_H

#include <stddef.h>

#include "base/arena.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/span.h"
#include "base/str.h"

#define ANSWERS_MAX 64

/* What some new code answers; spans of arena. */
struct answer {
	const char *path;
	size_t line;
	struct span question, reply;
};

struct answers {
	struct answer v[ANSWERS_MAX];
	size_t n;
};

/* Adds those of a changed file that is no test; before.ptr NULL: it is new. */
struct err *answers_collect(struct answers *answers, struct arena *arena, const char *path,
			    struct span before, struct span after) MUST_USE;

/*
 * Adds a line to out for each of them that the tests in text ask for, and takes it
 * away from answers; *n grows.
 */
void answers_seek(struct answers *answers, const char *path, struct span text,
		  struct str *out, size_t *n);

#endif
