/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What git's pre-commit hook calls: the checks on what is staged, and what the rules
 * would mend of what fails. It reports; neither index nor commit is touched, and the
 * commit is never stopped.
 */
#ifndef CMD_COMMIT_HOOK_H
#define CMD_COMMIT_HOOK_H

#include "base/compiler.h"
#include "base/err.h"
#include "cmd/session.h"

struct err *commit_hook(struct session *s) MUST_USE;

#endif
