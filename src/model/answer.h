/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is taken from a model's answer: an executor's region, a reviewer's word.
 * (A plan is read by plan/decode.h.)
 */
#ifndef MODEL_ANSWER_H
#define MODEL_ANSWER_H

#include <stdbool.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/span.h"
#include "base/str.h"

/*
 * The text between <marker> and </marker> of reply, without the line end after
 * the one, the closing tag missing where it was the stop word. prefilled: the
 * opening tag was ours and may be missing. A fence around all of it is taken off. out
 * gets whole lines, or nothing at all. ERR_NO_FIX says in words for the model what
 * is wrong.
 */
struct err *answer_region(struct str *out, struct span reply, const char *marker,
			  bool prefilled) MUST_USE;

/*
 * The same for one of several regions in one answer, strictly: its own opening and
 * closing tags stand there once, in this order, and no tag of another between them.
 * family is what all their markers begin with, marker this one's.
 */
struct err *answer_part(struct str *out, struct span reply, const char *family,
			const char *marker) MUST_USE;

/* {"approve": true, "reason": "..."}; ERR_SERVICE when reply is nothing of the kind. */
struct err *answer_review(struct span reply, bool *approved, struct str *reason) MUST_USE;

#endif
