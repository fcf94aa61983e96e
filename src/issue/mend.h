/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Small faults of C for which the compiler offers no fix-it, but which leave one
 * way to mend them.
 */
#ifndef ISSUE_MEND_H
#define ISSUE_MEND_H

#include "base/compiler.h"
#include "base/err.h"
#include "base/span.h"
#include "issue/remedy.h"

/*
 * diag is about the first word of a line in a function: puts a ';' behind what
 * stands before, if that is a declaration of its own lines.
 */
struct err *mend_statement(struct remedy *d, const struct diag *diag, struct span subject,
			   const char **why) MUST_USE;

/*
 * name ("struct x" for a tag) is one that nothing declares and that stands in the
 * tree once: makes it the only near one that diag's file knows.
 */
struct err *mend_spelling(struct remedy *d, const struct diag *diag, struct span name,
			  struct span subject, const char **why) MUST_USE;

#endif
