/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "flow/delegate.h"

#include <stdlib.h>

#include "edit/region.h"
#include "flow/dispatch.h"
#include "flow/task.h"

static void woken(void *ctx)
{
	dispatch_pump(ctx);
}

static struct err *add_server(struct delegate *d, const struct endpoint *endpoint)
{
	struct server *server = &d->servers[d->n_servers++];

	server->endpoint = endpoint;
	return pool_server(client_pool(d->spec.client), endpoint->url, endpoint->model,
			   &server->in_pool);
}

static struct err *open_servers(struct delegate *d)
{
	const struct delegate_spec *spec = &d->spec;
	struct err *err = NULL;

	d->servers = calloc(spec->n_executors + 1, sizeof(*d->servers));
	d->choices = calloc(spec->n_executors + 1, sizeof(*d->choices));
	if (!d->servers || !d->choices)
		return err_nomem();
	for (size_t i = 0; !err && i < spec->n_executors; i++)
		err = add_server(d, &spec->executors[i]);
	d->n_executors = d->n_servers;
	if (!err && spec->planner) {
		d->servers[d->n_servers].is_planner = true;
		err = add_server(d, spec->planner);
	}
	if (!err && !d->n_servers)
		err = err_hint(err_new(ERR_CONFIG, "the plan has edits that need a model, "
				       "and none is configured"),
			       "git config dualfix.executor.url <url>");
	return err;
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
	d->listener = (struct listener){ .woken = woken, .ctx = d };
	client_listen(spec->client, &d->listener);
	err = open_servers(d);
	if (err) {
		delegate_free(d);
		return err;
	}
	*out = d;
	return NULL;
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

struct err *delegate_add(struct delegate *d, const struct edit *edit,
			 struct edit_result *result)
{
	struct task *task = task_new(d, edit, result);
	bool found, withheld = false;
	struct err *err;

	if (!task)
		return err_nomem();
	err = resolver_region(d->spec.resolver, edit, result, &found, &task->region);
	if (!err && found)
		err = task_describe(task);
	if (!err && found)
		err = withhold_region(d->spec.withhold, &task->region, task->input.action,
				      result, &withheld);
	found = found && !withheld;
	if (err && err_kind(err) == ERR_NO_FIX) { /* its text must not be shown to the model */
		edit_result_set(result, EDIT_FAILED, "%s", err_text(err));
		err_drop(err);
		err = NULL;
		found = false;
	}
	if (!err && found)
		err = keep_task(d, task);
	if (err || !found) {
		task_free(task); /* with no region the edit stays failed, for the planner */
		return err;
	}
	return client_wake(d->spec.client); /* others may come in this turn, to share */
}

void delegate_close(struct delegate *d)
{
	dispatch_close(d);
}

const struct delegate_row *delegate_row(const struct delegate *d, const struct edit *edit)
{
	for (size_t i = 0; i < d->n_tasks; i++)
		if (d->tasks[i]->row.edit == edit)
			return &d->tasks[i]->row;
	return NULL;
}

struct err *delegate_usage(struct delegate *d,
			   struct err *(*fn)(void *ctx, const struct endpoint *endpoint,
					     const char *model, const struct usage *usage),
			   void *ctx)
{
	dispatch_stop(d);
	for (size_t i = 0; i < d->n_servers; i++) {
		struct server *server = &d->servers[i];
		struct usage usage = server->usage;
		struct err *err;

		if (!usage.requests && !usage.hits)
			continue;
		server->usage = (struct usage){ 0 };
		err = fn(ctx, server->endpoint, server->model, &usage);
		if (err)
			return err;
	}
	return NULL;
}

void delegate_free(struct delegate *d)
{
	if (!d)
		return;
	dispatch_stop(d);
	client_unlisten(d->spec.client, &d->listener);
	for (size_t i = 0; i < d->n_tasks; i++)
		task_free(d->tasks[i]);
	err_drop(d->err);
	free(d->tasks);
	free(d->servers);
	free(d->choices);
	free(d);
}
