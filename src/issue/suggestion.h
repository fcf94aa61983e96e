/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * "did you mean 'x'?" as a fix-it, where the compiler gives none of its own: gcc in
 * the definition of a macro, and both wherever nobody asked for fix-its, as in the
 * log of an ordinary build.
 */
#ifndef ISSUE_SUGGESTION_H
#define ISSUE_SUGGESTION_H

#include "issue/forms.h"

/* Adds them to the diagnostics from index first on. */
struct err *suggestions_add(struct intake *in, size_t first) MUST_USE;

#endif
