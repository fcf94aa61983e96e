/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Server-sent events (the text/event-stream of the HTML standard), fed in
 * pieces of any size: lines end in LF, CR or CRLF, several data lines of an
 * event are joined with LF, a blank line ends it. The fields event, id and
 * retry mean nothing to a one-way answer and are skipped. What no blank line
 * ended when the stream stops was cut off and is no event.
 */
#ifndef SYS_SSE_H
#define SYS_SSE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/span.h"
#include "base/str.h"

struct sse {
	struct str line; /* begun in an earlier piece */
	struct str data; /* of the event under way */
	bool has_data;
	bool after_cr;   /* an LF now belongs to the line end before */
	bool begun;      /* the first line, which may have a BOM, is over */
	size_t comments; /* how many came: signs of life, no events */
};

void sse_init(struct sse *sse, size_t line_max_bytes, size_t event_max_bytes);
void sse_release(struct sse *sse);

/*
 * Calls event for each event that bytes completes; data lives until it returns.
 * An err of event ends it; ERR_SERVICE when a line or an event passes its
 * ceiling. After an err nothing more may be fed.
 */
struct err *sse_feed(struct sse *sse, struct span bytes,
		     struct err *(*event)(void *ctx, struct span data),
		     void *ctx) MUST_USE;

#endif
