/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Test counts: what the closing lines of test runners say. Pure.
 *
 * Read are TAP, prove, automake, meson, ctest, pytest, unittest, go test, cargo
 * test, cmocka, gtest, jest, mocha, node --test, rspec, minitest, phpunit, surefire
 * and a plain "N passed, N failed". When a runner of programs (prove, automake,
 * meson, ctest) closes, what the programs print is not counted as well. Several
 * closings of one rank are added up.
 */
#ifndef VERIFY_COUNTS_H
#define VERIFY_COUNTS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/span.h"

struct test_counts {
	bool known;    /* the log counts tests at all */
	size_t run;    /* passed and failed; a file that does not load counts as one */
	size_t failed;
	size_t skipped;
};

void counts_read(struct span log, struct test_counts *out);

/*
 * Names of failing tests, sorted, each once, as spans of arena. complete is false
 * when the log does not name as many as it counts: then nothing can be said by name.
 */
struct test_names {
	const char **v;
	size_t n;
	bool complete;
};

struct err *counts_names(struct span log, struct arena *arena,
			 struct test_names *out) MUST_USE;

#endif
