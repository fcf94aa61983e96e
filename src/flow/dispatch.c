/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "flow/dispatch.h"

#include <stdlib.h>

#include "base/deadline.h"
#include "flow/calls.h"
#include "flow/places.h"
#include "flow/replies.h"
#include "flow/task.h"
#include "model/tokens.h"
#include "model/wire.h"
#include "sys/clock.h"

/* Whether calls that end will give back some of the budget: others', or the planner's. */
static bool may_wait(const struct delegate *d)
{
	return d->calls || !d->closed;
}

static void on_reply(void *ctx, struct chat_reply *reply, struct err *err)
{
	struct call *call = ctx;
	struct delegate *d = call->d;

	call_end(call);
	call_settle(call, &reply->usage);
	reply_take(call, reply, err);
	chat_reply_release(reply);
	call_free(call);
	dispatch_pump(d);
}

static struct chat_request request_of(const struct call *call)
{
	const struct task *task = call->tasks[0];
	const struct prompt *prompt = call->n > 1 ? &call->batch : &task->prompt;
	struct chat_request request = {
		.messages = prompt->messages,
		.n_messages = prompt->n,
		.stop = prompt->stop,
		.prefill = prompt->prefill,
		.max_attempts = call->once ? 1 : 0,
		.cache = call->d->spec.cache,
	};

	for (size_t i = 0; i < call->n; i++)
		request.max_tokens += prompt_region_tokens(&call->tasks[i]->input);
	return request;
}

/* Sends it; *sent is false when the budget has nothing for it just now. */
static struct err *send_call(struct call *call, bool *sent)
{
	struct delegate *d = call->d;
	struct server *server = &d->servers[call->server];
	struct chat_request request;
	const struct budget_call priced = endpoint_call(server->endpoint);
	struct err *err;

	*sent = false;
	call->once = place_has_neighbour(call->tasks[0], call->server);
	request = request_of(call);
	err = budget_hold(d->spec.budget, &priced, wire_prompt_tokens(&request),
			  request.max_tokens, &request.max_tokens, &call->hold);
	if (err && err_kind(err) == ERR_SERVICE && may_wait(d)) {
		err_drop(err);
		return NULL;
	}
	if (err)
		return err;
	err = client_chat(d->spec.client, server->endpoint, &request, NULL, on_reply, call,
			  &call->chat);
	if (err) {
		budget_settle(d->spec.budget, &call->hold, NULL);
		return err;
	}
	*sent = true;
	call_begin(call);
	return NULL;
}

static bool call_fits(const struct call *call)
{
	const struct chat_request request = request_of(call);
	struct err *err = wire_check_window(call->d->servers[call->server].endpoint,
					    &request);
	bool yes = !err;

	err_drop(err);
	return yes;
}

static bool fits(struct task *task, size_t index)
{
	const struct call alone = { .d = task->d, .server = index, .tasks = { task },
				    .n = 1 };

	return call_fits(&alone);
}

/*
 * A server whose window is too small for it: first with less around it, then none of
 * it there. *found is false when it has to wait. ERR_SERVICE when nobody takes it.
 */
static struct err *find_place(struct task *task, size_t *index, bool *found)
{
	for (;;) {
		struct err *err = NULL;

		*found = place_find(task, index);
		if (!*found || fits(task, *index))
			return NULL;
		if (task_make_bare(task))
			err = task_prompt(task);
		else
			task->barred[*index] = BAR_FOR_GOOD;
		if (!err && !place_left(task))
			err = err_new(ERR_SERVICE,
				      "'%s': the region does not fit the window of any "
				      "model there is", task->row.edit->file);
		if (err)
			return err;
	}
}

/* The tasks that wait behind it and might share its request. */
static size_t gather(struct delegate *d, size_t from, struct task **waiting,
		     struct batch_part *parts)
{
	size_t n = 0;

	for (size_t i = from; i < d->n_tasks; i++) {
		struct task *task = d->tasks[i];
		int64_t own = prompt_region_own_tokens(&task->input);

		if (task->state != TASK_QUEUED || task->alone || task->bare ||
		    task->tries[0] || task->tries[1])
			continue;
		waiting[n] = task;
		parts[n++] = (struct batch_part){
			.file = task->region.file,
			.own_tokens = own + tokens_of_bytes(task->input.code.len),
			.shared_tokens = prompt_tokens(&task->prompt) - own,
		};
	}
	return n;
}

static struct err *make_batch(struct call *call)
{
	struct prompt_region v[BATCH_MAX];

	for (size_t i = 0; i < call->n; i++)
		v[i] = call->tasks[i]->input;
	return prompt_regions(&call->batch, call->d->spec.templates, v, call->n);
}

/* Adds those who go with task number from, of which it is the first. */
static struct err *add_company(struct call *call, size_t from)
{
	struct delegate *d = call->d;
	const struct endpoint *endpoint = d->servers[call->server].endpoint;
	size_t left = d->n_tasks - from, n, picked[BATCH_MAX];
	struct task **waiting = calloc(left, sizeof(struct task *));
	struct batch_part *parts = calloc(left, sizeof(*parts));
	struct batch_terms terms = { .paid = endpoint->prices.output > 0 };
	struct err *err = waiting && parts ? NULL : err_nomem();

	if (err)
		goto out;
	places_list(d->tasks[from]);
	terms.room = pool_room(client_pool(d->spec.client), d->choices, d->n_executors);
	n = gather(d, from, waiting, parts);
	call->n = n && waiting[0] == d->tasks[from] ?
			  batch_choose(parts, n, &terms, picked) : 1;
	for (size_t i = 1; i < call->n; i++)
		call->tasks[i] = waiting[picked[i]];
	if (call->n > 1)
		err = make_batch(call);
	if (err && err_kind(err) == ERR_NO_FIX) { /* together they leave no marker */
		err_drop(err);
		err = NULL;
		call->n = 1;
	}
	if (!err && call->n > 1 && !call_fits(call))
		call->n = 1;
out:
	free(waiting);
	free(parts);
	return err;
}

static struct err *send_task(struct delegate *d, size_t number)
{
	struct task *task = d->tasks[number];
	struct call *call;
	size_t index;
	bool found, sent = false;
	struct err *err = find_place(task, &index, &found);

	if (err || !found)
		return err;
	call = call_new(d, index);
	if (!call)
		return err_nomem();
	call->tasks[0] = task;
	call->n = 1;
	if (!task->alone && index < d->n_executors)
		err = add_company(call, number);
	if (!err)
		err = send_call(call, &sent);
	if (!sent)
		call_free(call);
	return err;
}

static void on_hedge(void *ctx);

static int64_t patience_ms(const struct delegate *d)
{
	if (!d->spec.hedge)
		return -1;
	return pool_patience_ms(client_pool(d->spec.client), d->spec.hedge);
}

/* A call that may be hedged, once it has been silent for so long. */
static bool is_slow(const struct call *call)
{
	return call->n == 1 && !call->hedged && call->server < call->d->n_executors &&
	       !chat_has_begun(call->chat);
}

static void stop_hedge(struct delegate *d)
{
	if (d->hedge)
		loop_cancel(client_loop(d->spec.client), d->hedge);
	d->hedge = NULL;
}

static void watch_slow(struct delegate *d)
{
	int64_t wait_ms = patience_ms(d), at_ms = DEADLINE_NEVER;
	struct err *err;

	stop_hedge(d);
	if (wait_ms < 0 || d->ended)
		return;
	for (const struct call *call = d->calls; call; call = call->next)
		if (is_slow(call))
			at_ms = deadline_earlier(at_ms, call->start_ms + wait_ms);
	if (at_ms == DEADLINE_NEVER)
		return;
	err = loop_timer(client_loop(d->spec.client), at_ms, on_hedge, d, &d->hedge);
	if (err)
		delegate_end(d, err);
}

/* Not worth an error: the first call is still under way. */
static void hedge(struct call *slow)
{
	struct delegate *d = slow->d;
	struct task *task = slow->tasks[0];
	struct call *call;
	size_t index;
	bool sent = false;

	slow->hedged = true;
	places_list(task);
	d->choices[slow->server].barred = true;
	if (!pool_pick(client_pool(d->spec.client), d->choices, d->n_executors, &index) ||
	    !fits(task, index))
		return;
	call = call_new(d, index);
	if (!call)
		return;
	call->tasks[0] = task;
	call->n = 1;
	call->hedged = true;
	err_drop(send_call(call, &sent));
	if (!sent)
		call_free(call);
}

static void on_hedge(void *ctx)
{
	struct delegate *d = ctx;
	int64_t wait_ms = patience_ms(d), now_ms = clock_mono_ms();

	d->hedge = NULL;
	for (struct call *call = d->calls, *next; call; call = next) {
		next = call->next;
		if (is_slow(call) && call->start_ms + wait_ms <= now_ms)
			hedge(call);
	}
	watch_slow(d);
}

void dispatch_pump(struct delegate *d)
{
	for (size_t i = 0; i < d->n_tasks && !d->ended; i++) {
		struct err *err;

		if (d->tasks[i]->state != TASK_QUEUED)
			continue;
		err = send_task(d, i);
		if (err)
			delegate_end(d, err);
	}
	watch_slow(d);
}

void dispatch_close(struct delegate *d)
{
	struct err *err = d->err;

	d->closed = true;
	d->err = NULL;
	if (d->ended) {
		d->done(d->ctx, err);
		return;
	}
	delegate_end_if_all_have(d);
	dispatch_pump(d);
}

void dispatch_stop(struct delegate *d)
{
	stop_hedge(d);
	calls_cancel_all(d);
}
