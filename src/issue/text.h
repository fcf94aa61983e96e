/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An issue as text: cleaned of what a reader would not see. Pure.
 *
 * HTML comments go, and characters that draw nothing or turn the direction of
 * the text: what a person did not see must not steer a model either.
 */
#ifndef ISSUE_TEXT_H
#define ISSUE_TEXT_H

#include "base/compiler.h"
#include "base/err.h"
#include "base/span.h"
#include "base/str.h"

#define ISSUE_TEXT_MAX_BYTES ((size_t)1 << 20)
#define ISSUE_TITLE_MAX_BYTES 200
#define ISSUE_SLUG_MAX_BYTES 40

struct issue_text {
	struct str text; /* UTF-8, LF line ends */
	char title[ISSUE_TITLE_MAX_BYTES + 1]; /* the first line that says something */
	char slug[ISSUE_SLUG_MAX_BYTES + 1];   /* of the title, for a branch; "" if none */
};

void issue_text_init(struct issue_text *issue);
void issue_text_release(struct issue_text *issue);

/*
 * Adds what a reader sees of raw. For a text of several authors: each part by itself,
 * so that nobody's half of a comment hides another's words.
 */
void issue_text_visible(struct str *out, struct span raw);

/* ERR_INPUT when nothing is left of raw, or it is too large. */
struct err *issue_text_read(struct issue_text *issue, struct span raw) MUST_USE;

#endif
