/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Imports that a remedy adds or takes out. Each function sets *why to a reason
 * when it may not.
 */
#ifndef ISSUE_IMPORTS_H
#define ISSUE_IMPORTS_H

#include "base/compiler.h"
#include "base/err.h"
#include "base/span.h"
#include "issue/remedy.h"

/* What an #include line of file is for: "<stdio.h>", a path of the tree, or nothing. */
struct err *import_needs(struct remedy *d, const char *file, struct span import,
			 struct span *out) MUST_USE;

/*
 * Adds import to diag's file, or to the one that included it without what it
 * needs. header is what is wanted of an #include, where that is another than it
 * names; else NULL.
 */
struct err *remedy_import(struct remedy *d, const struct diag *diag, enum cure_kind kind,
			  struct span import, struct span subject, const char *header,
			  const char **why) MUST_USE;

/* Removes the line that Go calls an unused import of name, if it is just that. */
struct err *remedy_removal(struct remedy *d, const struct diag *diag, struct span name,
			   struct span subject, const char **why) MUST_USE;

/* Drops every #include that another added one brings along. */
struct err *remedy_drop_needless(struct remedy *d) MUST_USE;

#endif
