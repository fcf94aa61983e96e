/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/probe.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/deadline.h"
#include "model/models.h"

#define PORTS_MAX 16
#define URL_MAX_BYTES 64
#define MODEL_MAX_BYTES 256

struct place {
	struct probe *probe;
	struct endpoint endpoint;
	struct models *models;
	char url[URL_MAX_BYTES];
	char model[MODEL_MAX_BYTES]; /* "": none there */
};

struct probe {
	struct loop *loop;
	struct loop_timer *timer;
	struct place places[PORTS_MAX];
	size_t n, n_open;
	void (*done)(void *ctx, const char *url, const char *model);
	void *ctx;
};

static void probe_free(struct probe *probe)
{
	for (size_t i = 0; i < probe->n; i++)
		models_cancel(probe->places[i].models);
	if (probe->timer)
		loop_cancel(probe->loop, probe->timer);
	free(probe);
}

void probe_cancel(struct probe *probe)
{
	if (probe)
		probe_free(probe);
}

static void finish(void *ctx)
{
	struct probe *probe = ctx;
	const struct place *found = NULL;

	probe->timer = NULL;
	for (size_t i = 0; !found && i < probe->n; i++)
		if (probe->places[i].model[0])
			found = &probe->places[i];
	probe->done(probe->ctx, found ? found->url : NULL, found ? found->model : NULL);
	probe_free(probe);
}

/* The timer ends it early: nobody's done is called from another's. */
static void finish_soon(struct probe *probe)
{
	struct err *err;

	if (probe->timer)
		loop_cancel(probe->loop, probe->timer);
	probe->timer = NULL;
	err = loop_timer(probe->loop, loop_now_ms(probe->loop), finish, probe,
			 &probe->timer);
	if (err)
		loop_fail(probe->loop, err);
}

static void on_models(void *ctx, const char *const *ids, size_t n, struct err *err)
{
	struct place *place = ctx;
	const char *model = models_pick_executor(ids, n);

	place->models = NULL;
	err_drop(err); /* nobody there, or no such server: not found */
	if (model && strlen(model) < sizeof(place->model))
		memcpy(place->model, model, strlen(model) + 1);
	if (!--place->probe->n_open)
		finish_soon(place->probe);
}

static struct err *ask(struct probe *probe, struct http *http,
		       const struct profile *profile, int port)
{
	struct place *place = &probe->places[probe->n];
	struct err *err;

	if (probe->n == PORTS_MAX)
		return NULL;
	snprintf(place->url, sizeof(place->url), "http://127.0.0.1:%d%s", port,
		 profile->wire == WIRE_OLLAMA ? "" : "/v1");
	place->probe = probe;
	place->endpoint = (struct endpoint){
		.url = place->url, .model = "", .role = "executor", .thinking = "off",
		.profile = profile, .host = "127.0.0.1", .is_loopback = true,
		.allow_http = true,
	};
	err = models_start(&place->models, http, &place->endpoint, on_models, place);
	if (!err) {
		probe->n++;
		probe->n_open++;
	}
	return err;
}

struct err *probe_start(struct probe **out, struct loop *loop, struct http *http,
			void (*done)(void *ctx, const char *url, const char *model),
			void *ctx)
{
	struct probe *probe = calloc(1, sizeof(*probe));
	const struct profile *profile;
	struct err *err = NULL;

	*out = NULL;
	if (!probe)
		return err_nomem();
	probe->loop = loop;
	probe->done = done;
	probe->ctx = ctx;
	for (size_t i = 0; !err && (profile = profile_at(i)); i++) {
		if (profile->port)
			err = ask(probe, http, profile, profile->port);
		if (!err && profile->second_port)
			err = ask(probe, http, profile, profile->second_port);
	}
	if (!err)
		err = loop_timer(loop, deadline_after_ms(loop_now_ms(loop), PROBE_MS),
				 finish, probe, &probe->timer);
	if (err)
		probe_free(probe);
	else
		*out = probe;
	return err;
}
