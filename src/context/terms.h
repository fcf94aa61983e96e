/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a text about a fault names: files, places in them, and words that may be
 * names in the code. Nothing is looked up here: "and/or" may come out as a path,
 * and the tree will not have it. Pure.
 */
#ifndef CONTEXT_TERMS_H
#define CONTEXT_TERMS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/span.h"
#include "context/rank.h"

#define TERMS_PLACES_MAX 256
#define TERMS_WORDS_MAX RANK_WORDS_MAX

struct term_place {
	const char *path; /* as written, without "./" in front */
	size_t line;      /* 0: the file as such */
};

struct terms {
	struct arena arena;
	struct term_place places[TERMS_PLACES_MAX]; /* each once, in the order met */
	size_t n_places;
	struct rank_word words[TERMS_WORDS_MAX]; /* names first, then words of prose */
	size_t n_words;
	size_t n_names; /* how many of them are names */
};

void terms_init(struct terms *terms);
void terms_release(struct terms *terms);

/* Adds what text names. May be called for several texts, the telling one first. */
struct err *terms_read(struct terms *terms, struct span text) MUST_USE;

#endif
