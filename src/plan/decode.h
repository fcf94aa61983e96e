/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * JSON text to a plan. All of it is checked: an err (ERR_INPUT) names the place
 * and nothing of the plan is usable.
 */
#ifndef PLAN_DECODE_H
#define PLAN_DECODE_H

#include "base/compiler.h"
#include "base/err.h"
#include "base/span.h"
#include "plan/plan.h"

/* out is initialised by the call; released by the caller even after an err. */
struct err *plan_decode(struct plan *out, struct span json) MUST_USE;

/*
 * One edit, as number index of plan, into whose arena its strings go: for a plan
 * that is still arriving. plan->edits is not touched.
 */
struct err *plan_decode_edit(struct plan *plan, struct span json, size_t index,
			     struct edit *out) MUST_USE;

/*
 * Without what a model wrote around its JSON. The part from the first brace to
 * the last, within the code fence that holds it if there is one; else all of it.
 */
struct span plan_unwrap(struct span reply);

#endif
