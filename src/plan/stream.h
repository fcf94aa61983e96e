/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A plan while it still arrives: each edit is handed out as soon as its object is
 * complete, so that work on it can begin. Nothing of it may be used for good before
 * plan_stream_finish() has decoded the whole text and found the same edits in it.
 *
 * Prose and a code fence before the first brace are passed over, as plan_unwrap()
 * does it. A text that is no plan hands out nothing; that is said at the end.
 */
#ifndef PLAN_STREAM_H
#define PLAN_STREAM_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/span.h"
#include "plan/plan.h"

/* Edits past these wait for the end; a plan that long is not made faster by this. */
#define PLAN_STREAM_EDITS_MAX 256

struct plan_stream;

struct err *plan_stream_new(struct plan_stream **out) MUST_USE;
void plan_stream_free(struct plan_stream *stream);

/* Forgets everything: the answer begins anew. Edits handed out are gone. */
void plan_stream_reset(struct plan_stream *stream);

/*
 * More text. Returns the number of edits complete so far; they are
 * plan_stream_plan()->edits, which do not move until reset or free.
 */
size_t plan_stream_feed(struct plan_stream *stream, struct span text);

/* What there is of the plan: n_edits grows. */
const struct plan *plan_stream_plan(const struct plan_stream *stream);

/*
 * The text has ended; decoded as a whole it is decoded (borrowed). If its first
 * edits are those handed out, and there are no others, the stream's plan is
 * completed with the texts and moved to out, and true is returned. False: what was
 * begun must be thrown away.
 */
bool plan_stream_finish(struct plan_stream *stream, const struct plan *decoded,
			struct plan *out);

#endif
