/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where a task of a delegate may go: an executor that is well, as the pool picks it
 * (model/pool.h), twice; then the planner's endpoint, once; then executors that ail,
 * if there is nobody else. One that failed at this task does not get it again, unless
 * it was asked just once because there were others, and now there are none.
 */
#ifndef FLOW_PLACES_H
#define FLOW_PLACES_H

#include <stdbool.h>
#include <stddef.h>

#include "flow/delegate_state.h"

/* Whether somebody may be asked for it, now or later. */
bool place_left(struct task *task);

/* The number of the server with room for it; false: it has to wait. */
bool place_find(const struct task *task, size_t *index);

/* Whether another executor would take it, should this one fail. */
bool place_has_neighbour(const struct task *task, size_t index);

/* Server number index failed at it. once: it was asked just once. */
void place_bar(struct task *task, size_t index, bool once);

/* Fills the delegate's list of choices for the pool, in the order of its servers. */
void places_list(const struct task *task);

#endif
