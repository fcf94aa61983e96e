/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What run, plan, apply, amend and resume share.
 */
#ifndef CMD_RUN_H
#define CMD_RUN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"
#include "base/err.h"
#include "cmd/session.h"
#include "plan/plan.h"
#include "verify/check.h"

/* What to type where no checks are. */
#define CHECKS_HINT "git dualfix init finds some; or --verify <command>"

/* The checks that the settings want; tell: say so if there are none. */
struct err *run_open_checks(struct session *s, bool tell, struct check_list *checks) MUST_USE;

/* ERR_USAGE when results would go to two places, or n runs to one branch. */
struct err *run_check_sinks(const struct settings *set, size_t n) MUST_USE;

bool run_has_model_edit(const struct plan *plans, size_t n);

/* The text of all -m together. */
struct err *run_join_messages(const struct settings *set, struct str *out) MUST_USE;

#endif
