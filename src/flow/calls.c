/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "flow/calls.h"

#include <stdlib.h>

#include "sys/clock.h"

struct call *call_new(struct delegate *d, size_t server)
{
	struct call *call = calloc(1, sizeof(*call));

	if (!call)
		return NULL;
	call->d = d;
	call->server = server;
	prompt_init(&call->batch);
	return call;
}

void call_free(struct call *call)
{
	prompt_release(&call->batch);
	free(call);
}

void call_begin(struct call *call)
{
	struct delegate *d = call->d;

	call->start_ms = clock_mono_ms();
	call->next = d->calls;
	d->calls = call;
	d->servers[call->server].busy++;
	for (size_t i = 0; i < call->n; i++) {
		call->tasks[i]->state = TASK_ASKED;
		call->tasks[i]->calls++;
		call->tasks[i]->row.attempts++;
	}
}

void call_end(struct call *call)
{
	struct call **at = &call->d->calls;

	while (*at && *at != call)
		at = &(*at)->next;
	if (*at)
		*at = call->next;
	call->d->servers[call->server].busy--;
	for (size_t i = 0; i < call->n; i++)
		call->tasks[i]->calls--;
}

void call_settle(struct call *call, const struct usage *usage)
{
	budget_settle(call->d->spec.budget, &call->hold, usage);
	usage_add(&call->d->servers[call->server].usage, usage);
}

static void cancel(struct call *call)
{
	struct usage usage;

	call_end(call);
	client_cancel(call->chat, &usage);
	call_settle(call, &usage);
	call_free(call);
}

void calls_cancel_others(struct task *task)
{
	struct call *call = task->d->calls;

	while (call) {
		struct call *next = call->next;

		for (size_t i = 0; i < call->n; i++)
			if (call->tasks[i] == task) {
				cancel(call);
				break;
			}
		call = next;
	}
}

void calls_cancel_all(struct delegate *d)
{
	while (d->calls)
		cancel(d->calls);
}
