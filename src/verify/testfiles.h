/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is a test: by the names that files of tests have, and by the words that
 * assertions, declarations of tests and skips begin with. Tables; pure.
 *
 * No language is parsed. A project that names its tests unlike any row has none
 * here, and what becomes of them is not seen.
 */
#ifndef VERIFY_TESTFILES_H
#define VERIFY_TESTFILES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/span.h"

enum test_file {
	TEST_FILE_NONE,
	TEST_FILE_CODE,   /* tests, and what only they use */
	TEST_FILE_DATA,   /* in a folder of tests, and no code: what they expect, say */
	TEST_FILE_RECIPE, /* says which tests run: Makefile, tox.ini, package.json */
	TEST_FILE_RUNNER, /* started by a check's command: ./run-tests */
};

/*
 * commands: those of the checks. A file that one of them starts is a runner if its
 * name speaks of testing: else it may be the program that is to be fixed.
 */
enum test_file test_file_of(const char *path, const char *const *commands,
			    size_t n_commands);

/* A file that, when it is new, takes the place of what tests are run with. */
bool test_file_shadows(const char *path);

enum test_word {
	TEST_WORD_ASSERTION,
	TEST_WORD_DECLARATION,
	TEST_WORD_SKIP,   /* a test that is not run, or may fail */
	TEST_WORD_EVASION, /* of code: it asks whether it is tested, or ends the process */
	TEST_WORD_SUCCESS, /* of code: it ends the process with success */
	TEST_WORD_OPENER, /* what a new test, function or import begins with */
};

/*
 * Whether line has one. All but openers stand anywhere at the beginning of a word,
 * an opener at the beginning of the line. Upper and lower case are one.
 */
bool test_word_in(enum test_word kind, struct span line);

/* Whether the line of a recipe, or the target it belongs to, speaks of testing. */
bool test_recipe_line(struct span target, struct span line);

#endif
