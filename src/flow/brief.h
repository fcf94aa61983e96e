/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One stage: what the planner is shown. The files that the issue names, the best of
 * the rest, cut to a budget; nothing excluded, nothing that looks like a secret.
 */
#ifndef FLOW_BRIEF_H
#define FLOW_BRIEF_H

#include <stdbool.h>
#include <stddef.h>

#include "base/argv.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/span.h"
#include "flow/withhold.h"
#include "model/endpoint.h"
#include "model/prompt.h"
#include "model/template.h"
#include "repo/repo.h"
#include "verify/check.h"

/* Each step leaves a quarter of the excerpts; the last leaves out the list of files. */
#define BRIEF_LESS_MAX 3

struct brief_spec {
	struct repo *repo;
	const struct oid *tree; /* what the plan will apply to */
	const struct templates *templates;
	const struct endpoint *planner;
	const char *const *exclude; /* NULL-terminated pathspecs */
	struct withhold *withhold;  /* what logs may not quote */
	const char *title;
	struct span text; /* the issue; ptr NULL: the failing checks are */
	const struct check_list *checks;
	const struct check_result *results; /* of the checks on tree; NULL: not known */
	const char *root; /* where they ran, taken off the paths in their logs */
	bool direct_only;
	int less; /* 0 to BRIEF_LESS_MAX: how much is left out, because it did not fit */
};

/* prompt is initialised by the call. files gets the paths that are shown. */
struct err *brief_make(struct prompt *prompt, const struct brief_spec *spec,
		       struct argv *files) MUST_USE;

/*
 * A further round on top of prompt: what the last plan (answer) made, as a diff, or
 * the failures of its edits; and how the checks went.
 */
struct brief_round {
	struct withhold *withhold;
	struct span answer;
	struct span diff;     /* ptr NULL: the edits failed */
	struct span failures; /* of edits; ptr NULL: the checks failed */
	const struct check_list *checks;
	const struct check_result *results;
	const char *root; /* as above */
};

struct err *brief_repair(struct prompt *prompt, const struct templates *templates,
			 const struct brief_round *round) MUST_USE;

/*
 * On top of prompt: what an earlier plan (empty: not kept) made, as a diff, and what
 * the user wishes of it.
 */
struct brief_wish {
	struct span plan;
	struct span diff;
	struct span wish;
};

struct err *brief_amend(struct prompt *prompt, const struct templates *templates,
			const struct brief_wish *wish) MUST_USE;

#endif
