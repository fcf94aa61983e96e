/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "flow/replies.h"

#include <stdio.h>

#include "flow/calls.h"
#include "flow/places.h"
#include "flow/task.h"
#include "model/answer.h"
#include "sys/clock.h"

#define MARKER_MAX_BYTES 64

void delegate_end(struct delegate *d, struct err *err)
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

void delegate_end_if_all_have(struct delegate *d)
{
	if (d->closed && !d->n_open && !d->ended)
		delegate_end(d, splice_all(d));
}

static void close_task(struct task *task, enum task_state state)
{
	task->state = state;
	task->row.ms = clock_mono_ms() - task->start_ms;
	task->d->n_open--;
	delegate_end_if_all_have(task->d);
}

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
	calls_cancel_others(task);
	close_task(task, TASK_DONE);
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
	if (reply->overlong && task_make_bare(task))
		return task_prompt(task);
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
		delegate_end(d, err);
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
		delegate_end(d, err);
		return;
	}
	if (!failed && kind == ERR_NO_FIX)
		failed = prompt_region_again(&task->prompt, d->spec.templates, &task->input,
					     str_span(&reply->text), err_text(err));
	err_drop(err);
	task->state = TASK_QUEUED;
	if (failed)
		delegate_end(d, failed);
}

static void take_single(struct call *call, struct chat_reply *reply, struct err *err)
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
static void take_batch(struct call *call, struct chat_reply *reply, struct err *err)
{
	struct delegate *d = call->d;
	struct server *server = &d->servers[call->server];

	if (err && err_kind(err) != ERR_SERVICE) {
		delegate_end(d, err);
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

void reply_take(struct call *call, struct chat_reply *reply, struct err *err)
{
	struct server *server = &call->d->servers[call->server];

	if (*reply->model)
		snprintf(server->model, sizeof(server->model), "%s", reply->model);
	if (call->n > 1)
		take_batch(call, reply, err);
	else
		take_single(call, reply, err);
}
