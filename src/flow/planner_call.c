/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "flow/planner_call.h"

#include <stdio.h>

static void settle(struct planner_call *call, const struct usage *usage)
{
	call->chat = NULL;
	budget_settle(call->budget, &call->hold, usage);
	usage_add(&call->usage, usage);
}

static void on_reply(void *ctx, struct chat_reply *reply, struct err *err)
{
	struct planner_call *call = ctx;

	settle(call, &reply->usage);
	if (!err)
		snprintf(call->model, sizeof(call->model), "%s", reply->model);
	call->done(call->ctx, reply, err);
}

static void on_delta(void *ctx, struct span text)
{
	struct planner_call *call = ctx;

	call->delta(call->ctx, text);
}

struct err *planner_call_send(struct planner_call *call, const struct prompt *prompt)
{
	struct chat_request request = {
		.messages = prompt->messages,
		.n_messages = prompt->n,
		.max_tokens = call->max_tokens,
		.min_tokens = call->min_tokens,
		.json = true,
		.cache = call->cache,
	};
	const struct budget_call priced = endpoint_call(call->endpoint);
	struct err *err = budget_hold(call->budget, &priced, prompt_tokens(prompt),
				      call->min_tokens, &request.max_tokens, &call->hold);

	if (err)
		return err;
	err = client_chat(call->client, call->endpoint, &request,
			  call->delta ? on_delta : NULL, on_reply, call, &call->chat);
	if (err)
		budget_settle(call->budget, &call->hold, NULL);
	return err;
}

bool planner_call_stop(struct planner_call *call)
{
	struct usage usage;

	if (!call->chat)
		return false;
	client_cancel(call->chat, &usage);
	settle(call, &usage);
	return true;
}
