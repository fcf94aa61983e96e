/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where a string stands in a text, when many are asked for.
 *
 * Every third offset of the text is filed under the six bytes that stand there.
 * Whatever is eight bytes or longer covers such an offset, in one of three
 * phases: the rarest of its filed six bytes is looked up for each phase, and what
 * is found is compared. Shorter needles, and needles made of common bytes only,
 * are searched for.
 *
 * The text may grow at its end; what is indexed must not change.
 */
#ifndef EDIT_GRAMS_H
#define EDIT_GRAMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/span.h"

/* A growing list of offsets; a failed allocation is remembered. */
struct offsets {
	size_t *v;
	size_t n, cap;
	bool failed;
};

void offsets_add(struct offsets *o, size_t at);
void offsets_release(struct offsets *o);

struct grams {
	uint32_t *head;  /* by hash: the newest sample and one, or 0 */
	uint32_t *count; /* by hash: how many samples */
	uint32_t *next;  /* by sample */
	size_t n_buckets, n_samples, cap_samples;
};

void grams_release(struct grams *g);

/* Brings the index up to the end of text. */
struct err *grams_extend(struct grams *g, struct span text) MUST_USE;

/* Adds all offsets of needle in text, ascending, overlapping ones too. */
struct err *grams_find(const struct grams *g, struct span text, struct span needle,
		       struct offsets *out) MUST_USE;

/* The same with no index. */
struct err *offsets_find(struct span text, struct span needle,
			 struct offsets *out) MUST_USE;

#endif
