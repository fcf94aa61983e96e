/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Why a text stands nowhere: the places that come nearest, and what differs there.
 *
 * Where but one word is misspelt, or one line left out, the place is proposed
 * ("did you mean lines 10-15"). A proposal is never applied: doing so was the only
 * source of wrong edits that a benchmark over real commits found.
 */
#ifndef EDIT_NEAREST_H
#define EDIT_NEAREST_H

#include "base/compiler.h"
#include "base/err.h"
#include "base/span.h"
#include "edit/draft.h"
#include "edit/result.h"

/* Adds lines to the reason of result, and sets its line to the nearest place. */
struct err *nearest_explain(struct draft *d, struct span find,
			    struct edit_result *result) MUST_USE;

#endif
