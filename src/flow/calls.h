/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The calls of a delegate that are under way. A task is asked for by one at a time, or
 * by two where it is hedged; the budget holds what each may cost until it is settled.
 */
#ifndef FLOW_CALLS_H
#define FLOW_CALLS_H

#include <stddef.h>

#include "flow/delegate_state.h"

/* For no task yet; NULL: no memory. */
struct call *call_new(struct delegate *d, size_t server);
void call_free(struct call *call);

/* It was sent: it counts with its server and its tasks until call_end(). */
void call_begin(struct call *call);
void call_end(struct call *call);

/* Gives back what the budget held beyond usage, which is counted to the server. */
void call_settle(struct call *call, const struct usage *usage);

/* Gives up what is still under way, and counts what it did cost. */
void calls_cancel_others(struct task *task);
void calls_cancel_all(struct delegate *d);

#endif
