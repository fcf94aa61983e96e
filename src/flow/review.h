/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One stage: the planner reads the final diff and the evidence, and may refuse. Its
 * word can only stop a fix: what the checks did not show, no review makes good.
 */
#ifndef FLOW_REVIEW_H
#define FLOW_REVIEW_H

#include <stdbool.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/span.h"
#include "base/str.h"
#include "flow/report.h"
#include "model/budget.h"
#include "model/client.h"
#include "model/template.h"

struct review_spec {
	struct client *client;
	const struct endpoint *endpoint;
	const struct templates *templates;
	struct budget *budget;
	struct span issue; /* ptr NULL: the failing checks were the issue */
	struct span diff;
	const struct report *report; /* how the checks went */
};

struct review;

/* done is called once from the loop. */
struct err *review_start(struct review **out, const struct review_spec *spec,
			 void (*done)(void *ctx, struct err *err), void *ctx) MUST_USE;

/* Once done without an err: whether it approved, and why or why not. */
bool review_approved(const struct review *review);
const char *review_reason(const struct review *review);
const struct usage *review_usage(const struct review *review);
const char *review_model(const struct review *review);
/* Ends a call that is under way, without done; whether there was one. Usage counts it. */
bool review_stop(struct review *review);
void review_free(struct review *review);

#endif
