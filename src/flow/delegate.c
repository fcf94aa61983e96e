/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "flow/delegate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "edit/region.h"
#include "flow/rescue.h"
#include "model/answer.h"
#include "model/prompt.h"
#include "sys/clock.h"

/* Two tries of the executor, one of the planner. */
#define TRIES_EXECUTOR 2
#define TRIES_PLANNER 1
#define ANSWER_MAX_BYTES ((size_t)4 << 20)
#define ACTION_MAX_BYTES ((size_t)2 << 20)

enum task_state { TASK_QUEUED, TASK_ASKED, TASK_DONE, TASK_FAILED };

struct task {
	struct delegate *d;
	struct delegate_row row;
	struct edit_result *result; /* the caller's */
	struct region region;
	struct prompt prompt;
	struct prompt_region input;
	enum task_state state;
	size_t server; /* index of the endpoint in d->servers */
	int tries[2]; /* of executor and planner */
	struct chat *chat;
	struct budget_hold hold;
	struct str action; /* what is to be done, where the edit itself does not say */
	struct str answer; /* checked text */
	struct str reason; /* why the last one would not do */
	int64_t start_ms;
};

/* An endpoint with what is under way there and what it did cost. */
struct server {
	const struct endpoint *endpoint;
	bool is_planner;
	bool failed; /* and the user was told */
	int busy;
	char model[128];
	struct usage usage;
};

struct delegate {
	struct delegate_spec spec;
	struct server *servers;
	size_t n_servers;
	struct task **tasks; /* each by itself: calls under way point to them */
	size_t n_tasks, cap_tasks;
	size_t n_open;
	bool closed, ended;
	struct err *err; /* that it ended with before it was closed */
	void (*done)(void *ctx, struct err *err);
	void *ctx;
};

static void pump(struct delegate *d);

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

/* Whether some endpoint may still be asked for this edit. */
static bool may_go_on(const struct task *task)
{
	const struct delegate *d = task->d;

	for (size_t i = 0; i < d->n_servers; i++) {
		int most = d->servers[i].is_planner ? TRIES_PLANNER : TRIES_EXECUTOR;

		/* Alone, the planner gets the second try too. */
		if (d->servers[i].is_planner && d->n_servers == 1)
			most = TRIES_EXECUTOR;
		if (task->tries[d->servers[i].is_planner] < most)
			return true;
	}
	return false;
}

/* Takes the text out of reply and checks it against the region. */
static struct err *take_answer(struct task *task, const struct chat_reply *reply)
{
	struct str reason = STR_INIT(EDIT_REASON_MAX_BYTES);
	struct err *err = NULL;

	str_reset(&task->answer);
	if (reply->finish != CHAT_STOP)
		return err_new(ERR_NO_FIX, "the answer ended with '%s'",
			       chat_finish_name(reply->finish));
	err = answer_region(&task->answer, str_span(&reply->text), task->prompt.marker,
			    task->prompt.prefill != NULL);
	if (!err && !region_check(&task->region, str_span(&task->answer), &reason))
		err = err_new(ERR_NO_FIX, "%s", reason.buf);
	str_release(&reason);
	return err;
}

static void fail_try(struct task *task, struct span answer, struct err *err)
{
	struct err *failed = NULL;

	str_reset(&task->reason);
	str_adds(&task->reason, err_text(err));
	if (!may_go_on(task))
		close_task(task, TASK_FAILED);
	else if (err_kind(err) == ERR_NO_FIX)
		failed = prompt_region_again(&task->prompt, task->d->spec.templates,
					     &task->input, answer, err_text(err));
	err_drop(err);
	if (task->state == TASK_ASKED)
		task->state = TASK_QUEUED;
	if (failed)
		end(task->d, failed);
	else
		pump(task->d);
}

/* Edits go elsewhere, which may cost more: the user should know why. */
static void tell_failure(const struct delegate *d, struct server *server, const struct err *err)
{
	if (server->failed)
		return;
	server->failed = true;
	events_emit(d->spec.events, EVENT_WARNING, "%s", err_text(err));
}

static void on_reply(void *ctx, struct chat_reply *reply, struct err *err)
{
	struct task *task = ctx;
	struct delegate *d = task->d;
	struct server *server = &d->servers[task->server];

	task->chat = NULL;
	server->busy--;
	budget_settle(d->spec.budget, &task->hold, &reply->usage);
	usage_add(&server->usage, &reply->usage);
	if (*reply->model)
		snprintf(server->model, sizeof(server->model), "%s", reply->model);
	if (!err)
		err = take_answer(task, reply);
	if (!err) {
		task->row.endpoint = server->endpoint;
		close_task(task, TASK_DONE);
		pump(d);
	} else if (err_kind(err) == ERR_NO_FIX ||
		   (err_kind(err) == ERR_SERVICE && may_go_on(task))) {
		if (err_kind(err) == ERR_SERVICE)
			tell_failure(d, server, err);
		/* The answer will not do, or this server failed: another try, another server. */
		fail_try(task, str_span(&reply->text), err);
	} else {
		end(d, err);
	}
	chat_reply_release(reply);
}

/* Whether calls that end will give back some of the budget: others', or the planner's. */
static bool may_wait(const struct delegate *d)
{
	for (size_t i = 0; i < d->n_servers; i++)
		if (d->servers[i].busy)
			return true;
	return !d->closed;
}

static struct err *send_task(struct task *task, size_t index)
{
	struct delegate *d = task->d;
	struct server *server = &d->servers[index];
	struct chat_request request = {
		.messages = task->prompt.messages,
		.n_messages = task->prompt.n,
		.max_tokens = prompt_region_tokens(&task->input),
		.stop = task->prompt.stop,
		.prefill = task->prompt.prefill,
	};
	const struct budget_call call = endpoint_call(server->endpoint);
	struct err *err = budget_hold(d->spec.budget, &call, prompt_tokens(&task->prompt),
				      request.max_tokens, &request.max_tokens, &task->hold);

	if (err && err_kind(err) == ERR_SERVICE && may_wait(d)) {
		err_drop(err);
		return NULL;
	}
	if (err)
		return err;
	err = client_chat(d->spec.client, server->endpoint, &request, NULL, on_reply, task,
			  &task->chat);
	if (err) {
		budget_settle(d->spec.budget, &task->hold, NULL);
		return err;
	}
	task->server = index;
	task->state = TASK_ASKED;
	task->tries[server->is_planner]++;
	task->row.attempts++;
	server->busy++;
	return NULL;
}

/* The endpoint with room and the least to do that this task may still go to. */
static bool find_server(const struct task *task, size_t *index)
{
	const struct delegate *d = task->d;
	bool executor = d->n_servers > 1 || !d->servers[0].is_planner;
	bool planner_turn = !executor || task->tries[0] >= TRIES_EXECUTOR;
	bool found = false;

	for (size_t i = 0; i < d->n_servers; i++) {
		const struct server *server = &d->servers[i];

		if (server->is_planner != planner_turn ||
		    server->busy >= server->endpoint->concurrency)
			continue;
		if (!found || server->busy < d->servers[*index].busy)
			*index = i;
		found = true;
	}
	return found;
}

static void pump(struct delegate *d)
{
	for (size_t i = 0; i < d->n_tasks && !d->ended; i++) {
		size_t index = 0;
		struct err *err;

		if (d->tasks[i]->state != TASK_QUEUED || !find_server(d->tasks[i], &index))
			continue;
		err = send_task(d->tasks[i], index);
		if (err)
			end(d, err);
	}
}

static struct err *open_servers(struct delegate *d)
{
	const struct delegate_spec *spec = &d->spec;

	d->servers = calloc(spec->n_executors + 1, sizeof(*d->servers));
	if (!d->servers)
		return err_nomem();
	for (size_t i = 0; i < spec->n_executors; i++)
		d->servers[d->n_servers++].endpoint = &spec->executors[i];
	if (spec->planner) {
		d->servers[d->n_servers].endpoint = spec->planner;
		d->servers[d->n_servers++].is_planner = true;
	}
	if (!d->n_servers)
		return err_hint(err_new(ERR_CONFIG, "the plan has edits that need a model, "
					"and none is configured"),
				"git config dualfix.executor.url <url>");
	return NULL;
}

struct err *delegate_new(struct delegate **out, const struct delegate_spec *spec,
			 void (*done)(void *ctx, struct err *err), void *ctx)
{
	struct delegate *d = calloc(1, sizeof(*d));
	struct err *err;

	*out = NULL;
	if (!d)
		return err_nomem();
	d->spec = *spec;
	d->done = done;
	d->ctx = ctx;
	err = open_servers(d);
	if (err) {
		delegate_free(d);
		return err;
	}
	*out = d;
	return NULL;
}

static void free_task(struct task *task)
{
	if (task->chat) {
		client_cancel(task->chat, NULL);
		budget_settle(task->d->spec.budget, &task->hold, NULL);
	}
	prompt_release(&task->prompt);
	str_release(&task->action);
	str_release(&task->answer);
	str_release(&task->reason);
	free(task);
}

static struct err *keep_task(struct delegate *d, struct task *task)
{
	if (d->n_tasks == d->cap_tasks) {
		size_t cap = d->cap_tasks ? d->cap_tasks * 2 : 16;
		struct task **grown = realloc(d->tasks, cap * sizeof(struct task *));

		if (!grown)
			return err_nomem();
		d->tasks = grown;
		d->cap_tasks = cap;
	}
	d->tasks[d->n_tasks++] = task;
	d->n_open++;
	return NULL;
}

static struct err *make_prompt(struct task *task)
{
	const struct templates *templates = task->d->spec.templates;
	const struct edit *edit = task->row.edit;
	struct err *err;

	task->input = (struct prompt_region){
		.file = task->region.file,
		.action = edit->action,
		.code = task->region.text,
		.before = task->region.before,
		.after = task->region.after,
	};
	if (edit_is_direct(edit)) {
		err = rescue_action(templates, edit, task->result, &task->action);
		if (err)
			return err;
		task->input.action = str_span(&task->action);
	}
	return prompt_region(&task->prompt, templates, &task->input);
}

struct err *delegate_add(struct delegate *d, const struct edit *edit,
			 struct edit_result *result)
{
	struct task *task = calloc(1, sizeof(*task));
	bool found, withheld = false;
	struct err *err;

	if (!task)
		return err_nomem();
	task->d = d;
	task->row.edit = edit;
	task->result = result;
	task->start_ms = clock_mono_ms();
	str_init(&task->action, ACTION_MAX_BYTES);
	str_init(&task->answer, ANSWER_MAX_BYTES);
	str_init(&task->reason, EDIT_REASON_MAX_BYTES);
	prompt_init(&task->prompt);
	err = resolver_region(d->spec.resolver, edit, result, &found, &task->region);
	if (!err && found)
		err = withhold_region(d->spec.withhold, &task->region, result, &withheld);
	found = found && !withheld;
	if (!err && found)
		err = make_prompt(task);
	if (err && err_kind(err) == ERR_NO_FIX) { /* its text must not be shown to the model */
		edit_result_set(result, EDIT_FAILED, "%s", err_text(err));
		err_drop(err);
		err = NULL;
		found = false;
	}
	if (!err && found)
		err = keep_task(d, task);
	if (err || !found) {
		free_task(task); /* with no region the edit stays failed, for the planner */
		return err;
	}
	pump(d);
	return NULL;
}

void delegate_close(struct delegate *d)
{
	struct err *err = d->err;

	d->closed = true;
	d->err = NULL;
	if (d->ended) {
		d->done(d->ctx, err);
		return;
	}
	end_if_all_have(d);
	pump(d);
}

const struct delegate_row *delegate_row(const struct delegate *d, const struct edit *edit)
{
	for (size_t i = 0; i < d->n_tasks; i++)
		if (d->tasks[i]->row.edit == edit)
			return &d->tasks[i]->row;
	return NULL;
}

struct err *delegate_usage(const struct delegate *d,
			   struct err *(*fn)(void *ctx, const struct endpoint *endpoint,
					     const char *model, const struct usage *usage),
			   void *ctx)
{
	for (size_t i = 0; i < d->n_servers; i++) {
		const struct server *server = &d->servers[i];
		struct err *err;

		if (!server->usage.requests)
			continue;
		err = fn(ctx, server->endpoint, server->model, &server->usage);
		if (err)
			return err;
	}
	return NULL;
}

void delegate_free(struct delegate *d)
{
	if (!d)
		return;
	for (size_t i = 0; i < d->n_tasks; i++)
		free_task(d->tasks[i]);
	err_drop(d->err);
	free(d->tasks);
	free(d->servers);
	free(d);
}
