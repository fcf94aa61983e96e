/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One stage: a plan's edits, applied to a tree, give a tree.
 *
 * Edits are added one by one, as they arrive. Direct ones are applied at once; what
 * needs a model is delegated, at once too where consent has been given. A plan is
 * atomic: with an edit that could not be done there is no new tree, unless
 * keep_going says to take what could be.
 *
 *	round_new(&round, &spec, done, ctx);
 *	round_add(round, edit);                 for each, also from callbacks
 *	round_close(round, &waits);             no more edits; done is called if waits
 *	round_finish(round, &end, &tree);
 */
#ifndef FLOW_ROUND_H
#define FLOW_ROUND_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/events.h"
#include "base/str.h"
#include "flow/report.h"
#include "flow/wall.h"
#include "flow/withhold.h"
#include "model/budget.h"
#include "model/client.h"
#include "model/template.h"
#include "plan/plan.h"
#include "repo/repo.h"

struct round_spec {
	struct repo *repo;
	const struct oid *tree; /* what the plan applies to */
	bool reproducers_only;  /* of the edits, those of that role and no other */
	bool keep_going;
	const char *const *protect; /* n_protect patterns no change may match */
	size_t n_protect;
	const char *const *lent; /* n_lent paths that checks are lent: nobody may edit there */
	size_t n_lent;
	struct withhold *withhold; /* what no executor is shown; needed with models */
	bool models;            /* edits that need one may go to a model */
	bool rescue;            /* edits that failed directly may, too */
	struct client *client;
	const struct endpoint *executors;
	size_t n_executors;
	const struct endpoint *planner;
	const struct templates *templates;
	struct budget *budget;
	struct chat_cache *cache; /* of executors' answers; or NULL */
	const struct events *events;
	int64_t hedge; /* as in flow/delegate.h */
	const struct wall *wall; /* asked for consent; NULL: it has been given */
};

enum round_end {
	ROUND_CHANGED,   /* there is a new tree */
	ROUND_SATISFIED, /* every edit was there already */
	ROUND_FAILED,    /* an edit could not be done: round_failures() */
	ROUND_PARTLY,    /* keep_going: a new tree, with edits missing */
};

struct round;

struct err *round_new(struct round **out, const struct round_spec *spec,
		      void (*done)(void *ctx, struct err *err), void *ctx) MUST_USE;

/* Reads a file that edits may want; resolver_prepare(). */
struct err *round_prepare(struct round *round, const char *path, bool *there) MUST_USE;

/* edit is borrowed to the end. */
struct err *round_add(struct round *round, const struct edit *edit) MUST_USE;

/* Whether round_add() of it may turn the loop: not from a callback, then. */
bool round_may_turn(struct round *round, const struct edit *edit);

/* Not from a callback, nor is round_finish(). *waits: done will be called, or was. */
struct err *round_close(struct round *round, bool *waits) MUST_USE;
struct err *round_finish(struct round *round, enum round_end *end, struct oid *tree) MUST_USE;

/* Adds a row for each edit to the report, and the usage of its model calls. */
struct err *round_report(struct round *round, struct report *report,
			 bool by_rule) MUST_USE;

/* Only the usage, of one whose edits come to nothing. Calls under way end with it. */
struct err *round_report_usage(struct round *round, struct report *report) MUST_USE;

/* The edits that could not be done and why, for the planner or a person. */

/* A line for each, as a model may read it. */
void round_failures(const struct round *round, struct str *out);
void round_free(struct round *round);

#endif
