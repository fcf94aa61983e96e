/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which tasks of a delegate are sent when, and in whose company: alone or together, and
 * again to another executor where the first is slow.
 */
#ifndef FLOW_DISPATCH_H
#define FLOW_DISPATCH_H

#include "flow/delegate_state.h"

/* Sends what waits, as far as servers have room. */
void dispatch_pump(struct delegate *d);

/* Ends what is under way and counts what it did cost. */
void dispatch_stop(struct delegate *d);

/* No more tasks: the answers are spliced and done is called once all have ended. */
void dispatch_close(struct delegate *d);

#endif
