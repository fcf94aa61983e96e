/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One stage: diagnostics become a plan with no model.
 */
#ifndef FLOW_CURE_H
#define FLOW_CURE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/argv.h"
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

	/* Either an issue that holds diagnostics, or our own run on that very tree. */
	struct span report; /* ptr NULL: our own */
	enum diag_form form;
	struct check_result *results;
	size_t n_results;
	const char *root; /* where the tools ran */
};

/* Of a name that the linker misses, no more files than this are built again. */
#define CURE_UNLINKED_MAX 16

/*
 * plan->n_edits is 0 when nothing can be cured; left says why, a line for each
 * error. plan is initialised by the call.
 *
 * unlinked (NULL: not wanted) gets the files that use what the linker misses: what
 * the compiler said of them may stand in the log of an earlier build only.
 */
struct err *cure(const struct cure_spec *spec, struct plan *plan, struct str *left,
		 struct argv *unlinked) MUST_USE;

#endif
