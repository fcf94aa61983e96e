/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Text from outside as it stands in a prompt: a title and, between fences of
 * backticks, the text, byte for byte. The fence is longer than any run of
 * backticks in the text, so nothing in it can end it; and it depends on nothing
 * else, so the same text makes the same bytes.
 */
#ifndef CONTEXT_QUOTE_H
#define CONTEXT_QUOTE_H

#include "base/span.h"
#include "base/str.h"

struct quote {
	const char *title; /* one line: "src/a.c (lines 10-42 of 300)"; NULL: none */
	struct span text;
};

/* Adds title, fence, text (ended by a newline if it has none), fence, each on a line. */
void quote_add(struct str *out, const struct quote *quote);

#endif
