/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * EDIT_REPLACE without regex: find by the ladder, write by its rules.
 *
 * Already applied (EDIT_SATISFIED) is an edit whose find stands nowhere and whose
 * replace, whole and saying something, stands in the file exactly once; or one that
 * only adds to find what the file has there already.
 */
#ifndef EDIT_REPLACE_H
#define EDIT_REPLACE_H

#include "base/compiler.h"
#include "base/err.h"
#include "edit/draft.h"
#include "edit/result.h"
#include "plan/plan.h"

struct err *replace_apply(struct draft *d, const struct edit *edit,
			  struct edit_result *result) MUST_USE;

#endif
