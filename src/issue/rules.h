/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From diagnostics to a plan, with no model: compilers' own fix-its, and rules,
 * which are data (templates/rules/, the user's dualfix.rules).
 *
 * A rule never guesses. A position counts only if the source line that the
 * diagnostic quotes stands there, or the log came from our own run. A spelling
 * suggestion is refused when the unknown name occurs elsewhere in the tree or
 * was defined in its recent history: then it was most likely deleted, not
 * misspelt.
 */
#ifndef ISSUE_RULES_H
#define ISSUE_RULES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/span.h"
#include "base/str.h"
#include "edit/source.h"
#include "issue/diag.h"
#include "plan/plan.h"

struct rules;

/* Reads rule texts one after another; a bad one is ERR_INPUT naming name and line. */
struct err *rules_new(struct rules **out) MUST_USE;
struct err *rules_add(struct rules *rules, const char *name, struct span text) MUST_USE;
void rules_free(struct rules *rules);

/* What only the repository can tell; every answer may be an err. */
struct evidence {
	void *ctx;

	/* How many times word stands in the tree as a whole word, up to max. */
	struct err *(*count_word)(void *ctx, const char *word, size_t max, size_t *n);

	/* Whether a line with word as a whole word was removed in recent history. */
	struct err *(*removed_word)(void *ctx, const char *word, bool *was);

	/* Calls fn for files of the tree that hold word as a whole word. */
	struct err *(*files_with)(void *ctx, const char *word,
				  struct err *(*fn)(void *fn_ctx, const char *path),
				  void *fn_ctx);
};

struct rules_input {
	const struct rules *rules;
	const struct diags *diags;
	const struct source *source;     /* the tree the diagnostics speak of */
	const struct evidence *evidence;
	bool own_log; /* the log is from our own run of that very tree */
};

/*
 * Makes a plan of whole-line replaces and add_imports (an add_line for a header
 * that all others include first), with a commit subject and body that say what
 * was cured. out->n_edits is 0 when nothing can be cured.
 * left gets a line for each error that is not, and why ("refused: ...").
 */
struct err *rules_plan(struct plan *out, const struct rules_input *input,
		       struct str *left) MUST_USE;

#endif
