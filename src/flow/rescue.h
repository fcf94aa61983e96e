/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A direct edit that failed, put in words for an executor.
 */
#ifndef FLOW_RESCUE_H
#define FLOW_RESCUE_H

#include "base/compiler.h"
#include "base/err.h"
#include "base/str.h"
#include "edit/result.h"
#include "model/template.h"
#include "plan/plan.h"

/* Adds what is to be done, from the edit and the reason it failed for. */
struct err *rescue_action(const struct templates *templates, const struct edit *edit,
			  const struct edit_result *failed, struct str *out) MUST_USE;

#endif
