/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One hunk of history as a find/replace edit, before and after damage.
 */
#ifndef BENCH_SAMPLE_H
#define BENCH_SAMPLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"
#include "base/str.h"

#define SAMPLE_MAX_BYTES ((size_t)16 << 20)

/* Lines with their line ends, borrowed from some text. */
struct bench_lines {
	struct span *v;
	size_t n;
};

struct sample {
	const char *path;
	struct span before;       /* the file */
	struct bench_lines file;
	size_t first, taken;      /* lines of the hunk */
	struct bench_lines fresh; /* what comes instead */
	size_t above, below;      /* context lines quoted */
	struct span other;        /* another file's text */
};

/* What the engine gets, and what it must make of it. */
struct trial {
	struct str file, find, replace, want;
	bool must_refuse;
	bool may_hit; /* or do what is wanted after all */
	bool unasked; /* whatever is done is counted, and neither right nor wrong */
	bool done;    /* it is applied already */
	bool any_ends; /* line ends of new lines may be either (mixed file) */
};

struct dice {
	uint64_t state;
};

uint64_t roll(struct dice *d);
size_t roll_below(struct dice *d, size_t n);

void trial_init(struct trial *t);
void trial_reset(struct trial *t);
void trial_release(struct trial *t);

/* A way in which models damage what they quote. False: not for this sample. */
struct damage {
	const char *name;
	bool (*make)(const struct sample *s, struct trial *t, struct dice *dice);
};

extern const struct damage damages[];
extern const size_t n_damages;

struct bench_lines bench_split(struct span s);

/* Quoted loosely, the block could be another one, or it changes blanks alone. */
bool sample_is_vague(const struct sample *s);

#endif
