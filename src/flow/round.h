/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One stage: a plan, applied to a tree, gives a tree.
 *
 * Direct edits are applied at once; what needs a model is delegated. A plan is
 * atomic: with an edit that could not be done there is no new tree, unless
 * keep_going says to take what could be.
 *
 *	round_start(&round, &spec, &waits, done, ctx);
 *	... done, if waits ...
 *	round_finish(round, &end, &tree);
 */
#ifndef FLOW_ROUND_H
#define FLOW_ROUND_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/str.h"
#include "flow/report.h"
#include "flow/wall.h"
#include "model/budget.h"
#include "model/client.h"
#include "model/template.h"
#include "plan/plan.h"
#include "repo/repo.h"

struct round_spec {
	struct repo *repo;
	const struct oid *tree; /* what the plan applies to */
	const struct plan *plan;
	bool reproducers_only;  /* of the plan, the edits of that role and no other */
	bool keep_going;
	const char *const *protect; /* n_protect patterns no change may match */
	size_t n_protect;
	bool models;            /* edits that need one may go to a model */
	bool rescue;            /* edits that failed directly may, too */
	struct client *client;
	const struct endpoint *executors;
	size_t n_executors;
	const struct endpoint *planner;
	const struct templates *templates;
	struct budget *budget;
	const struct wall *wall; /* asked for consent before text goes to an endpoint */
};

enum round_end {
	ROUND_CHANGED,   /* there is a new tree */
	ROUND_SATISFIED, /* every edit was there already */
	ROUND_FAILED,    /* an edit could not be done: round_failures() */
	ROUND_PARTLY,    /* keep_going: a new tree, with edits missing */
};

struct round;

/* Not from a callback. *waits: done will be called; else finish it now. */
struct err *round_start(struct round **out, const struct round_spec *spec, bool *waits,
			void (*done)(void *ctx, struct err *err), void *ctx) MUST_USE;
struct err *round_finish(struct round *round, enum round_end *end, struct oid *tree) MUST_USE;

/* Adds a row for each edit to the report, and the usage of its model calls. */
struct err *round_report(const struct round *round, struct report *report,
			 bool by_rule) MUST_USE;

/* The edits that could not be done and why, for the planner or a person. */
void round_failures(const struct round *round, struct str *out);
void round_free(struct round *round);

#endif
