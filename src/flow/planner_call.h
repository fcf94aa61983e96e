/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One question to the planner: the budget holds what it may cost until the answer is
 * there, and its usage is counted, also when it is broken off.
 */
#ifndef FLOW_PLANNER_CALL_H
#define FLOW_PLANNER_CALL_H

#include <stdbool.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/span.h"
#include "model/budget.h"
#include "model/client.h"
#include "model/prompt.h"

struct planner_call {
	/* Set by the caller. */
	struct client *client;
	const struct endpoint *endpoint;
	struct budget *budget;
	struct chat_cache *cache; /* or NULL */
	int max_tokens, min_tokens; /* of the answer */
	void (*delta)(void *ctx, struct span text); /* or NULL */
	/* As client_chat()'s, once the call is settled. */
	void (*done)(void *ctx, struct chat_reply *reply, struct err *err);
	void *ctx;

	struct chat *chat; /* NULL: none is under way */
	struct budget_hold hold;
	struct usage usage; /* of all that were sent */
	char model[128];    /* as the server names it; "" before it has answered */
};

/* prompt is copied. An err: nothing was sent. */
struct err *planner_call_send(struct planner_call *call, const struct prompt *prompt) MUST_USE;

/* Without done; whether one was under way. */
bool planner_call_stop(struct planner_call *call);

#endif
