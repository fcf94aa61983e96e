/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Wraps prose to a width, line by line as it comes in. Pure.
 *
 * Lines of one paragraph are joined and broken anew; items of a list hang; what
 * is indented by four or more, quoted ("> ") or a table ("|") stays as it is. No
 * line starts with what hazard.h forbids: the break is made elsewhere, or a blank
 * put before. Paragraphs are separated by one empty line; none is at the start or
 * the end. A last paragraph of nothing but trailers is indented, so that it is
 * none.
 */
#ifndef MAIL_WRAP_H
#define MAIL_WRAP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/span.h"
#include "base/str.h"

struct wrap {
	struct str *out;
	size_t start;     /* where out was at first */
	size_t block;     /* where its last paragraph starts */
	size_t columns;
	struct str words; /* of the open paragraph, blank-separated */
	size_t hang;      /* how far its lines but the first are indented */
	bool gap;         /* an empty line is due */
};

void wrap_init(struct wrap *wrap, size_t columns, struct str *out);

/* A line of prose, clean, not empty. */
void wrap_text(struct wrap *wrap, struct span line);

/* A line that keeps its form, indented by so much. */
void wrap_verbatim(struct wrap *wrap, struct span line, size_t indent);

void wrap_blank(struct wrap *wrap);
void wrap_end_paragraph(struct wrap *wrap);

/* Closes and frees. */
void wrap_finish(struct wrap *wrap);

/* The longest start of s, cut between words, of at most so many characters. */
struct span wrap_cut(struct span s, size_t columns);

#endif
