/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "flow/calls.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/deadline.h"
#include "flow/places.h"
#include "model/answer.h"
#include "model/tokens.h"
#include "model/wire.h"
#include "sys/clock.h"

#define MARKER_MAX_BYTES 64

/* ---- ends ---- */

/* Before it is closed nobody waits for it, but for something else it may be. */
static void end(struct delegate *d, struct err *err)
{
	if (d->ended) {
		err_drop(err);
		return;
	}
	d->ended = true;
	if (d->closed)
		d->done(d->ctx, err);
	else
		d->err = err;
}

static struct err *splice_all(struct delegate *d)
{
	for (size_t i = 0; i < d->n_tasks; i++) {
		struct task *task = d->tasks[i];
		struct err *err;

		if (task->state == TASK_FAILED) {
			edit_result_set(task->result, EDIT_FAILED, "%s", task->reason.buf);
			continue;
		}
		err = resolver_splice(d->spec.resolver, &task->region,
				      str_span(&task->answer));
		if (err)
			return err;
		edit_result_done(task->result, EDIT_APPLIED, "model", task->region.first_line);
	}
	return NULL;
}

static void end_if_all_have(struct delegate *d)
{
	if (d->closed && !d->n_open && !d->ended)
		end(d, splice_all(d));
}

static void close_task(struct task *task, enum task_state state)
{
	task->state = state;
	task->row.ms = clock_mono_ms() - task->start_ms;
	task->d->n_open--;
	end_if_all_have(task->d);
}

/* ---- calls ---- */

static struct call *call_new(struct delegate *d, size_t server)
{
	struct call *call = calloc(1, sizeof(*call));

	if (!call)
		return NULL;
	call->d = d;
	call->server = server;
	prompt_init(&call->batch);
	return call;
}

static void call_free(struct call *call)
{
	prompt_release(&call->batch);
	free(call);
}

static void unlink_call(struct call *call)
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

static void settle(struct call *call, const struct usage *usage)
{
	budget_settle(call->d->spec.budget, &call->hold, usage);
	usage_add(&call->d->servers[call->server].usage, usage);
}

static void cancel(struct call *call)
{
	struct usage usage;

	unlink_call(call);
	client_cancel(call->chat, &usage);
	settle(call, &usage);
	call_free(call);
}

static void cancel_others(struct task *task)
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

void calls_stop(struct delegate *d)
{
	if (d->hedge)
		loop_cancel(client_loop(d->spec.client), d->hedge);
	d->hedge = NULL;
	while (d->calls)
		cancel(d->calls);
}

/* ---- answers ---- */

static struct err *check(struct task *task)
{
	struct str reason = STR_INIT(EDIT_REASON_MAX_BYTES);
	struct err *err = NULL;

	if (!region_check(&task->region, str_span(&task->answer), &reason))
		err = err_new(ERR_NO_FIX, "%s", reason.buf);
	str_release(&reason);
	return err;
}

static struct err *ended_well(const struct chat_reply *reply)
{
	if (reply->finish == CHAT_STOP)
		return NULL;
	return err_new(ERR_NO_FIX, "the answer ended with '%s'",
		       chat_finish_name(reply->finish));
}

/* Takes the text out of reply and checks it against the region. */
static struct err *take_answer(struct task *task, const struct chat_reply *reply)
{
	struct err *err = ended_well(reply);

	str_reset(&task->answer);
	if (!err)
		err = answer_region(&task->answer, str_span(&reply->text),
				    task->prompt.marker, task->prompt.prefill != NULL);
	return err ? err : check(task);
}

static struct err *take_part(struct call *call, size_t i, const struct chat_reply *reply)
{
	struct task *task = call->tasks[i];
	const char *family = call->batch.marker;
	char marker[MARKER_MAX_BYTES];
	struct err *err = ended_well(reply);

	snprintf(marker, sizeof(marker), "%s-%zu", family, i + 1);
	str_reset(&task->answer);
	if (!err)
		err = answer_part(&task->answer, str_span(&reply->text), family, marker);
	return err ? err : check(task);
}

/* Edits go elsewhere, which may cost more: the user should know why. */
static void tell_failure(const struct delegate *d, struct server *server,
			 const struct err *err)
{
	if (server->failed)
		return;
	server->failed = true;
	events_emit(d->spec.events, EVENT_WARNING, "%s", err_text(err));
}

static void finish_task(struct task *task, const struct call *call)
{
	task->row.endpoint = task->d->servers[call->server].endpoint;
	cancel_others(task);
	close_task(task, TASK_DONE);
}

/* The lines around it are a help, not a need. Says whether there is less to send. */
static bool make_bare(struct task *task)
{
	if (task->bare)
		return false;
	task->bare = true;
	return task->region.before.len || task->region.after.len;
}

struct err *calls_prompt(struct task *task)
{
	const struct span none = { NULL, 0 };

	task->input.before = task->bare ? none : task->region.before;
	task->input.after = task->bare ? none : task->region.after;
	prompt_release(&task->prompt);
	prompt_init(&task->prompt);
	return prompt_region(&task->prompt, task->d->spec.templates, &task->input);
}

/* Counts a failed call of a task against the endpoint or the tries. Takes no err. */
static struct err *note_failure(struct task *task, const struct call *call,
				const struct chat_reply *reply, const struct err *err)
{
	struct server *server = &task->d->servers[call->server];

	str_reset(&task->reason);
	str_adds(&task->reason, err_text(err));
	if (err_kind(err) == ERR_NO_FIX) {
		task->tries[server->is_planner]++;
		return NULL;
	}
	if (reply->overlong && make_bare(task))
		return calls_prompt(task);
	place_bar(task, call->server, call->once);
	return NULL;
}

/* Takes err. */
static void fail_alone(struct task *task, struct call *call,
		       const struct chat_reply *reply, struct err *err)
{
	struct delegate *d = task->d;
	enum err_kind kind = err_kind(err);
	struct err *failed;

	if (kind != ERR_NO_FIX && kind != ERR_SERVICE) {
		end(d, err);
		return;
	}
	if (kind == ERR_SERVICE && !reply->overlong)
		tell_failure(d, &d->servers[call->server], err);
	failed = note_failure(task, call, reply, err);
	if (!failed && task->calls) { /* the other one may still do it */
		err_drop(err);
		return;
	}
	if (!failed && !place_left(task)) {
		if (kind == ERR_NO_FIX) {
			err_drop(err);
			close_task(task, TASK_FAILED);
			return;
		}
		end(d, err);
		return;
	}
	if (!failed && kind == ERR_NO_FIX)
		failed = prompt_region_again(&task->prompt, d->spec.templates, &task->input,
					     str_span(&reply->text), err_text(err));
	err_drop(err);
	task->state = TASK_QUEUED;
	if (failed)
		end(d, failed);
}

static void on_single(struct call *call, struct chat_reply *reply, struct err *err)
{
	struct task *task = call->tasks[0];

	if (!err)
		err = take_answer(task, reply);
	if (err)
		fail_alone(task, call, reply, err);
	else
		finish_task(task, call);
}

/* What is not there as it should be is asked for by itself; no try is counted. */
static void on_batch(struct call *call, struct chat_reply *reply, struct err *err)
{
	struct delegate *d = call->d;
	struct server *server = &d->servers[call->server];

	if (err && err_kind(err) != ERR_SERVICE) {
		end(d, err);
		return;
	}
	if (err && !reply->overlong)
		tell_failure(d, server, err);
	for (size_t i = 0; i < call->n && !d->ended; i++) {
		struct task *task = call->tasks[i];
		struct err *bad = err ? NULL : take_part(call, i, reply);

		if (!err && !bad) {
			finish_task(task, call);
			continue;
		}
		task->alone = true;
		task->state = TASK_QUEUED;
		if (err && !reply->overlong)
			place_bar(task, call->server, call->once);
		str_reset(&task->reason);
		str_adds(&task->reason, err_text(err ? err : bad));
		err_drop(bad);
	}
	err_drop(err);
}

static void on_reply(void *ctx, struct chat_reply *reply, struct err *err)
{
	struct call *call = ctx;
	struct delegate *d = call->d;
	struct server *server = &d->servers[call->server];

	unlink_call(call);
	settle(call, &reply->usage);
	if (*reply->model)
		snprintf(server->model, sizeof(server->model), "%s", reply->model);
	if (call->n > 1)
		on_batch(call, reply, err);
	else
		on_single(call, reply, err);
	chat_reply_release(reply);
	call_free(call);
	calls_pump(d);
}

/* ---- sending ---- */

/* Whether calls that end will give back some of the budget: others', or the planner's. */
static bool may_wait(const struct delegate *d)
{
	return d->calls || !d->closed;
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
	call->start_ms = clock_mono_ms();
	call->next = d->calls;
	d->calls = call;
	server->busy++;
	for (size_t i = 0; i < call->n; i++) {
		call->tasks[i]->state = TASK_ASKED;
		call->tasks[i]->calls++;
		call->tasks[i]->row.attempts++;
	}
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
		if (make_bare(task))
			err = calls_prompt(task);
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

/* ---- hedges ---- */

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

static void watch_slow(struct delegate *d)
{
	int64_t wait_ms = patience_ms(d), at_ms = DEADLINE_NEVER;
	struct err *err;

	if (d->hedge)
		loop_cancel(client_loop(d->spec.client), d->hedge);
	d->hedge = NULL;
	if (wait_ms < 0 || d->ended)
		return;
	for (const struct call *call = d->calls; call; call = call->next)
		if (is_slow(call))
			at_ms = deadline_earlier(at_ms, call->start_ms + wait_ms);
	if (at_ms == DEADLINE_NEVER)
		return;
	err = loop_timer(client_loop(d->spec.client), at_ms, on_hedge, d, &d->hedge);
	if (err)
		end(d, err);
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

void calls_pump(struct delegate *d)
{
	for (size_t i = 0; i < d->n_tasks && !d->ended; i++) {
		struct err *err;

		if (d->tasks[i]->state != TASK_QUEUED)
			continue;
		err = send_task(d, i);
		if (err)
			end(d, err);
	}
	watch_slow(d);
}

void calls_close(struct delegate *d)
{
	struct err *err = d->err;

	d->closed = true;
	d->err = NULL;
	if (d->ended) {
		d->done(d->ctx, err);
		return;
	}
	end_if_all_have(d);
	calls_pump(d);
}
