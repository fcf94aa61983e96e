/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "flow/executors.h"

#include <stdio.h>
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
	struct tape *tape;
	bool started;
	bool some_failed; /* to answer at all */
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

/* What a server calls its model is a fact of the recording. */
static const char *fact_of(const struct query *query, const char *value)
{
	char name[512];

	if (!query->executors->tape)
		return NULL;
	snprintf(name, sizeof(name), "model of %s", query->endpoint->url);
	return tape_fact(query->executors->tape, name, value);
}

static void keep_fact(const struct query *query)
{
	if (query->model)
		(void)fact_of(query, query->model);
}

static void on_models(void *ctx, const char *const *ids, size_t n, struct err *err)
{
	struct query *query = ctx;
	const char *id = err ? NULL : models_pick_executor(ids, n);

	query->models = NULL;
	if (id)
		query->model = strdup(id);
	keep_fact(query);
	query->executors->some_failed |= err != NULL;
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

static struct err *ask(struct query *query, struct http *http)
{
	const char *known;

	if (query->endpoint->model)
		return NULL;
	if (query->executors->tape && tape_plays(query->executors->tape)) {
		known = fact_of(query, NULL);
		query->model = known ? strdup(known) : NULL;
		return known && !query->model ? err_nomem() : NULL;
	}
	query->executors->n_open++;
	return models_start(&query->models, http, query->endpoint, on_models, query);
}

struct err *executors_start(struct executors **out, const struct executors_spec *spec,
			    bool *waits, void (*done)(void *ctx, struct err *err), void *ctx)
{
	struct executors *executors = calloc(1, sizeof(*executors));
	struct err *err = NULL;

	*out = NULL;
	*waits = false;
	if (!executors)
		return err_nomem();
	executors->queries = calloc(spec->n + 1, sizeof(*executors->queries));
	executors->list = calloc(spec->n + 1, sizeof(*executors->list));
	executors->events = spec->events;
	executors->tape = spec->tape;
	executors->done = done;
	executors->ctx = ctx;
	if (!executors->queries || !executors->list)
		err = err_nomem();
	for (size_t i = 0; !err && i < spec->n; i++) {
		struct query *query = &executors->queries[executors->n++];

		query->executors = executors;
		query->endpoint = &spec->endpoints[i];
		err = ask(query, spec->http);
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

bool executors_all_failed(const struct executors *executors)
{
	return !executors->n_list && executors->some_failed;
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
