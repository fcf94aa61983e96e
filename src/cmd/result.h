/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How a run ends on the screen: the result on stdout, what was shown and what to
 * type next on stderr.
 */
#ifndef CMD_RESULT_H
#define CMD_RESULT_H

#include <stdbool.h>

#include "base/compiler.h"
#include "base/err.h"
#include "cmd/session.h"
#include "flow/run.h"

/* What stdout gets of run, by --json, --diff, --stdout; else branch, commit, patches. */
struct err *result_print(struct session *s, const struct run *run) MUST_USE;

/* The closing lines on stderr. alone: the command makes no other run. */
void result_tell(struct session *s, const struct run *run, bool alone);

#endif
