/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One stage: diagnostics become a plan with no model.
 */
#ifndef FLOW_CURE_H
#define FLOW_CURE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/str.h"
#include "issue/diag.h"
#include "issue/rules.h"
#include "plan/plan.h"
#include "repo/repo.h"
#include "verify/check.h"

struct cure_spec {
	struct repo *repo;
	const struct rules *rules;
	const struct oid *commit; /* whose history is looked into */
	const struct oid *tree;   /* the diagnostics speak of it */

	/* Either what an issue file says, or the logs of our own run on that very tree. */
	const struct diags *diags;
	struct check_result *results;
	size_t n_results;
	const char *root; /* where that run was */
};

/*
 * plan->n_edits is 0 when nothing can be cured; left says why, a line for each
 * error. plan is initialised by the call.
 */
struct err *cure(const struct cure_spec *spec, struct plan *plan, struct str *left) MUST_USE;

#endif
