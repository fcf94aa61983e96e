/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One stage: edits that need a model, each a region rewritten by the executor.
 *
 * All of them are in flight together, as far as the endpoints take them. An
 * answer that will not do is asked for once more with the reason, then the
 * planner's endpoint is tried. Answers are spliced in plan order when all are
 * there.
 */
#ifndef FLOW_DELEGATE_H
#define FLOW_DELEGATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/err.h"
#include "edit/resolve.h"
#include "model/budget.h"
#include "model/client.h"
#include "model/template.h"
#include "plan/plan.h"

struct delegate_spec {
	struct client *client;
	const struct endpoint *executors;
	size_t n_executors;
	const struct endpoint *planner; /* thinking off; NULL: none to fall back on */
	const struct templates *templates;
	struct budget *budget;
	struct resolver *resolver;
	const struct plan *plan;
	struct edit_result *results; /* of the plan's edits; those done are updated */
	bool rescue;                 /* take edits that failed directly, too */
};

struct delegate;

/* What the model call for one edit came to. */
struct delegate_row {
	size_t edit;      /* its index in the plan */
	const struct endpoint *endpoint; /* who gave the answer that was taken; NULL: nobody */
	const char *model;
	int attempts;
	int64_t ms;
};

/* *needed is false (and nothing started) when no edit waits for a model. */
struct err *delegate_start(struct delegate **out, const struct delegate_spec *spec,
			   bool *needed, void (*done)(void *ctx, struct err *err),
			   void *ctx) MUST_USE;

size_t delegate_rows(const struct delegate *d, const struct delegate_row **rows);

/* Calls fn with what each call cost, retries and answers that would not do too. */
struct err *delegate_usage(const struct delegate *d,
			   struct err *(*fn)(void *ctx, const struct endpoint *endpoint,
					     const char *model, const struct usage *usage),
			   void *ctx) MUST_USE;
void delegate_free(struct delegate *d);

#endif
