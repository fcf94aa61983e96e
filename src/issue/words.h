/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Identifiers and the tokens of C, as far as a reader of source needs them who
 * is no compiler. Bytes from 0x80 on count as letters.
 */
#ifndef ISSUE_WORDS_H
#define ISSUE_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/span.h"

bool is_word_byte(char c);

/* Whether all of s is one identifier. */
bool is_word(struct span s);

/* The next run of word bytes at or after *at, which moves behind it. */
bool word_next(struct span text, size_t *at, struct span *word);

/* Whether word stands in text as a whole word. */
bool holds_word(struct span text, struct span word);

/*
 * How many letters must be changed, added, dropped or swapped with their
 * neighbour to make b of a; limit + 1 if more than limit, or if either is longer
 * than 64 bytes.
 */
size_t word_distance(struct span a, struct span b, size_t limit);

enum c_kind {
	C_WORD,      /* an identifier, a keyword or a number */
	C_MARK,      /* one byte of punctuation */
	C_STRING,    /* a string or character constant */
	C_DIRECTIVE, /* a line that begins with '#', continuation lines too */
};

struct c_token {
	enum c_kind kind;
	struct span text;
};

/* The next token at or after *at, which moves behind it; comments are skipped. */
bool c_next(struct span text, size_t *at, struct c_token *token);

#endif
