/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which files an issue is most likely about, by the words that it shares with them.
 * Pure, and the same input gives the same order.
 *
 * A word counts more the fewer files hold it, its tenth occurrence in a file less
 * than its second, and in the file's path more than in its text. Code goes before tests,
 * both before documentation: of 20 files found by plain word counts for a kernel bug, 7
 * were documentation.
 */
#ifndef CONTEXT_RANK_H
#define CONTEXT_RANK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/span.h"

struct rank;

struct rank_word {
	const char *text;
	double weight; /* 1: a name; less: a word of prose */
};

struct ranked {
	const char *path; /* borrowed from rank_add() */
	double score;
};

#define RANK_WORDS_MAX 64

/* words are borrowed, RANK_WORDS_MAX of them count; n_files: all that there are. */
struct err *rank_new(struct rank **out, const struct rank_word *words, size_t n_words,
		     size_t n_files) MUST_USE;
void rank_free(struct rank *rank);

/* path holds word number word count times. path is borrowed. Paths come in any order. */
struct err *rank_add(struct rank *rank, const char *path, size_t word,
		     size_t count) MUST_USE;

/* Best first, ties by path; scores are above 0. Lives as long as the rank. */
struct err *rank_sort(struct rank *rank, const struct ranked **out, size_t *n) MUST_USE;

enum path_kind { PATH_CODE, PATH_TEST, PATH_DATA, PATH_PROSE, PATH_MADE };

/* What a file is by its name: for weights. */
enum path_kind path_kind_of(const char *path);

#endif
