/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Definitions that the source knows of (struct source's tags), for languages that
 * the light scanner does not know and names that it does not find. Each text is
 * asked for once, and only when an answer is needed.
 */
#ifndef EDIT_TAGS_H
#define EDIT_TAGS_H

#include <stddef.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/span.h"
#include "edit/source.h"
#include "edit/text.h"

struct tagged_text;

struct tags {
	const struct source *source;
	struct tagged_text *texts;
	struct err *err; /* the first of all; a text that brings one has no tags */
};

void tags_init(struct tags *tags, const struct source *source);
void tags_release(struct tags *tags);

/* Takes what went wrong since it was last asked. */
struct err *tags_err(struct tags *tags) MUST_USE;

/*
 * Calls fn with the lines, counted from 0 and both included, of every definition of name
 * that owner's (len 0: anybody's) is, in the order of the text. Only those whose end is
 * known. t must live as long as tags.
 */
void tags_find(struct tags *tags, const struct text *t, const char *path, struct span owner,
	       struct span name, void (*fn)(void *ctx, size_t first, size_t last), void *ctx);

#endif
