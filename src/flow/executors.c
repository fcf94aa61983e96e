/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "flow/executors.h"

#include <stdlib.h>
#include <string.h>

#include "model/models.h"

struct query {
	struct executors *executors;
	const struct endpoint *endpoint;
	struct models *models;
	char *model; /* what was found; NULL: nothing */
};

struct executors {
	struct query *queries;
	size_t n;
	size_t n_open;
	struct endpoint *list;
	size_t n_list;
	const struct events *events;
	bool started;
	void (*done)(void *ctx, struct err *err);
	void *ctx;
};

static void make_list(struct executors *executors)
{
	for (size_t i = 0; i < executors->n; i++) {
		const struct query *query = &executors->queries[i];
		const char *model = query->endpoint->model ? query->endpoint->model :
							     query->model;

		if (model)
			executors->list[executors->n_list++] =
				endpoint_with(query->endpoint, model, NULL);
	}
}

static void close_query(struct executors *executors)
{
	if (--executors->n_open || !executors->started)
		return;
	make_list(executors);
	executors->done(executors->ctx, NULL);
}

static void on_models(void *ctx, const char *const *ids, size_t n, struct err *err)
{
	struct query *query = ctx;
	const char *id = err ? NULL : models_pick_executor(ids, n);

	query->models = NULL;
	if (id)
		query->model = strdup(id);
	if (err)
		events_emit(query->executors->events, EVENT_WARNING,
			    "executor left out: %s", err_text(err));
	else if (!id)
		events_emit(query->executors->events, EVENT_WARNING,
			    "executor at %s left out: it has no Qwen 2.5 7B, and "
			    "dualfix.executor.model names none", query->endpoint->host);
	err_drop(err);
	close_query(query->executors);
}

struct err *executors_start(struct executors **out, struct http *http,
			    const struct endpoint *endpoints, size_t n,
			    const struct events *events, bool *waits,
			    void (*done)(void *ctx, struct err *err), void *ctx)
{
	struct executors *executors = calloc(1, sizeof(*executors));
	struct err *err = NULL;

	*out = NULL;
	*waits = false;
	if (!executors)
		return err_nomem();
	executors->queries = calloc(n + 1, sizeof(*executors->queries));
	executors->list = calloc(n + 1, sizeof(*executors->list));
	executors->events = events;
	executors->done = done;
	executors->ctx = ctx;
	if (!executors->queries || !executors->list)
		err = err_nomem();
	for (size_t i = 0; !err && i < n; i++) {
		struct query *query = &executors->queries[executors->n++];

		query->executors = executors;
		query->endpoint = &endpoints[i];
		if (endpoints[i].model)
			continue;
		executors->n_open++;
		err = models_start(&query->models, http, &endpoints[i], on_models, query);
	}
	if (err) {
		executors_free(executors);
		return err;
	}
	*out = executors;
	*waits = executors->n_open > 0;
	executors->started = true;
	if (!*waits)
		make_list(executors);
	return NULL;
}

size_t executors_list(const struct executors *executors, const struct endpoint **list)
{
	*list = executors->list;
	return executors->n_list;
}

void executors_free(struct executors *executors)
{
	if (!executors)
		return;
	for (size_t i = 0; i < executors->n; i++) {
		models_cancel(executors->queries[i].models);
		free(executors->queries[i].model);
	}
	free(executors->queries);
	free(executors->list);
	free(executors);
}
