/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What becomes of the answers to the calls of a delegate, and with the last of them of
 * the delegate itself.
 *
 * What an endpoint fails at for reasons of its own (down, busy, too small a window) goes
 * to another endpoint (flow/places.h); what an answer fails at is asked for again with
 * the reason.
 */
#ifndef FLOW_REPLIES_H
#define FLOW_REPLIES_H

#include "base/err.h"
#include "flow/delegate_state.h"
#include "model/chat.h"

/* Of a call that has ended: its tasks are done, failed, or queued again. Takes err. */
void reply_take(struct call *call, struct chat_reply *reply, struct err *err);

/* Ends the delegate with err, or once it is closed: nobody waits for it before. */
void delegate_end(struct delegate *d, struct err *err);

/* The same with the answers spliced, where no task is open any more. */
void delegate_end_if_all_have(struct delegate *d);

#endif
