/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One stage: edits that need a model, each a region rewritten by the executor.
 *
 * Edits are added as they become known and are asked for at once, as far as the
 * endpoints take them; all are in flight together. Which executor one goes to is said
 * by model/pool.h, which edits share a request by flow/batch.h. An answer that will
 * not do is asked for once more with the reason, then the planner's endpoint is tried.
 * Answers are spliced in the order the edits were added, when all are there.
 *
 *	delegate_new(&d, &spec, done, ctx);
 *	delegate_add(d, edit, result);
 *	delegate_close(d);        done is called once all have ended, not before
 */
#ifndef FLOW_DELEGATE_H
#define FLOW_DELEGATE_H

#include "base/compiler.h"
#include "base/err.h"
#include "edit/resolve.h"
#include "flow/delegate_spec.h"
#include "plan/plan.h"

struct delegate;

/* ERR_CONFIG when there is no endpoint at all. */
struct err *delegate_new(struct delegate **out, const struct delegate_spec *spec,
			 void (*done)(void *ctx, struct err *err), void *ctx) MUST_USE;

/*
 * An edit that waits for a model, or failed; both are borrowed until the end. Its
 * result is set then. One for which no region is found stays as it is; one whose
 * region must not be shown is refused. Safe from
 * callbacks, like all of these.
 */
struct err *delegate_add(struct delegate *d, const struct edit *edit,
			 struct edit_result *result) MUST_USE;

/* No more edits. done is called from here if all have ended already. */
void delegate_close(struct delegate *d);

/* The row of an edit, or NULL if it was not added. */
const struct delegate_row *delegate_row(const struct delegate *d, const struct edit *edit);

/*
 * Calls fn with what each endpoint cost since the last time, answers that would not do
 * too. What is under way is ended first.
 */
struct err *delegate_usage(struct delegate *d,
			   struct err *(*fn)(void *ctx, const struct endpoint *endpoint,
					     const char *model, const struct usage *usage),
			   void *ctx) MUST_USE;
void delegate_free(struct delegate *d);

#endif
