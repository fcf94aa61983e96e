/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A file as the edit engine reads it.
 *
 * The bytes stay as they are; matching sees a view of them: without the BOM
 * (UTF-8's, three bytes) and with every CRLF as LF. Where no CRLF is, the view
 * is the file itself. A lone CR is a byte like any other, as is invalid UTF-8.
 *
 * Offsets are view offsets unless a name says base. Lines are counted from 0
 * here and from 1 wherever people read them. Line i is [start[i], start[i+1]),
 * its LF included; the last line may have none. An empty file has no lines.
 */
#ifndef EDIT_TEXT_H
#define EDIT_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/span.h"

#define TEXT_MAX_BYTES ((size_t)64 << 20)
#define TEXT_MAX_LINES ((size_t)2000000)

struct text {
	struct span base; /* borrowed */
	size_t bom_bytes;
	struct span view;
	char *copy; /* the view, where it is not the base */
	uint32_t *start;
	uint32_t *cr; /* CRLFs before line i; NULL: the file has none */
	size_t n_lines;
	bool ascii; /* no byte of the view is beyond ASCII */
};

/* Why bytes cannot be edited as text, as the end of a sentence; NULL: they can. */
const char *text_refusal(struct span bytes);

/* Of bytes that text_refusal() lets through. */
struct err *text_init(struct text *t, struct span bytes) MUST_USE;
void text_release(struct text *t);

/* The line that holds offset at; n_lines at the end of a file that ends in LF. */
size_t text_line_at(const struct text *t, size_t at);

/* Line i without its LF, and the offset where that ends. */
struct span text_line(const struct text *t, size_t i);
size_t text_line_stop(const struct text *t, size_t i);

bool text_final_newline(const struct text *t); /* an empty file counts as ended */

/* Where a view offset lies in the base; one before an LF lies before its CR. */
size_t text_base_at(const struct text *t, size_t at);

/* '\r' when line i ends in CRLF, else '\n'. A line without end takes the one above's. */
char text_end(const struct text *t, size_t i);

/* The line end that a new line at offset at should have: that of its neighbour. */
char text_end_near(const struct text *t, size_t at);

/* Leading and trailing blanks (space and tab) of one line, in bytes. */
size_t text_indent(struct span line);
size_t text_trail(struct span line);

size_t text_count(struct span s, char c);

#endif
