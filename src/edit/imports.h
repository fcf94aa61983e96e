/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * add_import: where the language puts imports, once.
 *
 * import_line may be several lines and several statements; those that are there
 * already, in whatever spacing, quotes or longer list of names, are left out, and
 * an edit of which all are there is EDIT_SATISFIED.
 */
#ifndef EDIT_IMPORTS_H
#define EDIT_IMPORTS_H

#include "base/compiler.h"
#include "base/err.h"
#include "edit/draft.h"
#include "edit/result.h"
#include "plan/plan.h"

struct err *imports_add(struct draft *d, const struct edit *edit,
			struct edit_result *result) MUST_USE;

#endif
