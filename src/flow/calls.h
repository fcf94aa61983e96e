/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The model calls of a delegate: tasks sent, alone or together, and what becomes of
 * the answers.
 *
 * A task is asked for by one call at a time, or by two where it is hedged. What an
 * endpoint fails at for reasons of its own (down, busy, too small a window) goes to
 * another endpoint (flow/places.h); what an answer fails at is asked for again with
 * the reason.
 */
#ifndef FLOW_CALLS_H
#define FLOW_CALLS_H

#include "base/compiler.h"
#include "base/err.h"
#include "flow/delegate_state.h"

/* Sends what waits, as far as servers have room. */
void calls_pump(struct delegate *d);

/* Ends what is under way and counts what it did cost. */
void calls_stop(struct delegate *d);

/* Makes the prompt of a task anew, as far as it has lines around its region. */
struct err *calls_prompt(struct task *task) MUST_USE;

/* No more tasks: the answers are spliced and done is called once all have ended. */
void calls_close(struct delegate *d);

#endif
