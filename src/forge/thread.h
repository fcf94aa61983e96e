/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An issue and its comments, as a forge has them, and as one text. Pure.
 *
 * What comes in is copied and cut to ceilings; that something was cut is said where
 * it was. All of it is somebody's words, to be judged and never to be obeyed.
 */
#ifndef FORGE_THREAD_H
#define FORGE_THREAD_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/span.h"
#include "base/str.h"

#define THREAD_NOTES_MAX 300
#define THREAD_PIECE_MAX_BYTES ((size_t)64 << 10)
#define THREAD_TEXT_MAX_BYTES ((size_t)512 << 10)

struct note {
	struct span author, date; /* the date as the forge writes it */
	struct span body;
	bool cut;
};

struct thread {
	struct arena arena;
	struct span title, labels; /* labels: with ", " between them */
	struct span address;       /* what the forge says it is; maybe empty */
	struct note first;
	bool closed, moved;
	size_t n_comments;         /* as the forge counts; SIZE_MAX if it did not say */
	struct note *notes;        /* n of them, in order */
	size_t n, cap;
	size_t left_out;
};

void thread_init(struct thread *thread);
void thread_release(struct thread *thread);

/* Copies note; past THREAD_NOTES_MAX it is counted only. */
struct err *thread_add(struct thread *thread, const struct note *note) MUST_USE;

/* A copy that lives as long as the thread; ptr NULL: no memory (arena_err()). */
struct span thread_copy(struct thread *thread, struct span s);

/*
 * The whole as text: title, labels, who and when, the body, and each comment below
 * its author and date. What a reader does not see, and what a comment only repeats
 * (forge/quote.h), is gone. Comments that do not fit are counted at the end.
 */
struct err *thread_text(const struct thread *thread, struct str *out) MUST_USE;

#endif
