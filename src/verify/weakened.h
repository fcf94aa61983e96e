/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tests that a change weakens: what passes because the tests ask less is no fix.
 * Pure.
 *
 * Texts are compared as lists of lines, those of all files together, so that what
 * only moves is not gone. Told is
 *
 *	of a test that failed   any line of it gone or altered, whatever stands in it,
 *	                        and lines put into it that are no assertions
 *	of any test             an assertion or a test that is gone, one that is
 *	                        skipped, a file removed, what is expected altered
 *	of a recipe             a line about tests that is gone, a test left out
 *	of code                 that it asks whether it is tested, or ends the process
 *	of a new file           that it takes the place of what tests are run with
 *
 * New tests, and assertions added to old ones, are welcome anywhere. Which file a
 * failing test is in is told by its name; while the names are not all known, any may
 * have failed.
 *
 * No language is parsed, so honest changes are told too: a call in a test that must
 * follow a changed signature looks like a changed expectation. And a test can be
 * weakened from outside, by a helper that no name gives away: this is a net, no proof.
 */
#ifndef VERIFY_WEAKENED_H
#define VERIFY_WEAKENED_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/span.h"
#include "base/str.h"

/* A file that the change adds, alters or removes. */
struct changed_file {
	const char *path;
	struct span before, after; /* ptr NULL: there is none */
};

struct weakened_spec {
	const struct changed_file *files;
	size_t n_files;
	const char *const *failing; /* names of tests that failed before */
	size_t n_failing;
	bool named;                 /* those are all that failed */
	const char *const *commands; /* of the checks */
	size_t n_commands;
};

/* Adds a line for each to out, at most WEAKENED_TOLD_MAX; *n counts all. */
#define WEAKENED_TOLD_MAX 10

struct err *weakened(const struct weakened_spec *spec, struct str *out, size_t *n) MUST_USE;

#endif
