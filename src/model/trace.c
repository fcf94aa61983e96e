/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/trace.h"

#include <stdio.h>

#include "sys/clock.h"

#define ARGS_MAX 16

void chat_trace(const struct events *events, const struct endpoint *endpoint,
		const struct chat_reply *reply, const struct err *err, int64_t start_us)
{
	const struct usage *usage = &reply->usage;
	struct event_arg args[ARGS_MAX];
	struct event_span span = { .kind = endpoint->role, .start_us = start_us, .args = args };
	char name[192];

	if (!events || !events->span)
		return;
	snprintf(name, sizeof(name), "chat %s", endpoint->model);
	span.name = name;
	span.end_us = clock_mono_us();
	args[span.n_args++] = (struct event_arg){ "gen_ai.operation.name", .text = "chat" };
	args[span.n_args++] = (struct event_arg){ "gen_ai.provider.name",
						  .text = endpoint->profile->name };
	args[span.n_args++] = (struct event_arg){ "gen_ai.request.model",
						  .text = endpoint->model };
	if (*reply->model)
		args[span.n_args++] = (struct event_arg){ "gen_ai.response.model",
							  .text = reply->model };
	args[span.n_args++] = (struct event_arg){ "gen_ai.usage.input_tokens",
						  .number = usage->prompt_tokens };
	args[span.n_args++] = (struct event_arg){ "gen_ai.usage.cache_read.input_tokens",
						  .number = usage->cached_tokens };
	args[span.n_args++] = (struct event_arg){ "gen_ai.usage.output_tokens",
						  .number = usage->completion_tokens };
	if (err)
		args[span.n_args++] = (struct event_arg){ "error.type",
							  .text = err_kind_name(err_kind(err)) };
	else
		args[span.n_args++] = (struct event_arg){ "gen_ai.response.finish_reasons",
							  .text = chat_finish_name(reply->finish),
							  .list = true };
	args[span.n_args++] = (struct event_arg){ "server.address", .text = endpoint->host };
	args[span.n_args++] = (struct event_arg){ "requests", .number = usage->requests };
	args[span.n_args++] = (struct event_arg){ "cache_hits", .number = usage->hits };
	args[span.n_args++] = (struct event_arg){ "first_token_ms", .number = reply->first_ms };
	events_span(events, &span);
}
