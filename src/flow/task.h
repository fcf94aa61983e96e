/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One edit that a model is asked for, and the prompt that it is asked with.
 */
#ifndef FLOW_TASK_H
#define FLOW_TASK_H

#include <stdbool.h>

#include "base/compiler.h"
#include "base/err.h"
#include "flow/delegate_state.h"

/* NULL: no memory. Its region is still to be filled in. */
struct task *task_new(struct delegate *d, const struct edit *edit, struct edit_result *result);
void task_free(struct task *task);

/* What is asked, from its edit and region; makes the prompt. */
struct err *task_describe(struct task *task) MUST_USE;

/* Makes the prompt anew, with the lines around its region unless it is bare. */
struct err *task_prompt(struct task *task) MUST_USE;

/* Those lines are a help, not a need. Says whether there is less to send without them. */
bool task_make_bare(struct task *task);

#endif
