/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Edits of whole lines: add_line and remove_line.
 *
 * What is added is verbatim, its indentation included; it gets a line end if it
 * has none, and the end of the file stays as it was, with or without one.
 */
#ifndef EDIT_LINES_H
#define EDIT_LINES_H

#include "base/compiler.h"
#include "base/err.h"
#include "edit/draft.h"
#include "edit/result.h"
#include "plan/plan.h"

struct err *lines_add(struct draft *d, const struct edit *edit,
		      struct edit_result *result) MUST_USE;
struct err *lines_remove(struct draft *d, const struct edit *edit,
			 struct edit_result *result) MUST_USE;

/*
 * Inserts whole lines (text, LF line ends) at p, which is empty and where a line
 * starts or the text ends.
 */
struct err *lines_put(struct draft *d, const struct place *p, struct span text,
		      const struct edit *edit, struct edit_result *result,
		      bool *done) MUST_USE;

#endif
