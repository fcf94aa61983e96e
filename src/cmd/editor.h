/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * --edit: the plan in the user's editor, as `git var GIT_EDITOR` names it.
 */
#ifndef CMD_EDITOR_H
#define CMD_EDITOR_H

#include "base/compiler.h"
#include "base/err.h"
#include "base/str.h"

/* For struct wall; ctx is a struct person. An emptied file is ERR_INPUT: nothing is done. */
struct err *editor_edit_plan(void *ctx, const char *dir, struct str *json) MUST_USE;

#endif
