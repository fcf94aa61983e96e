/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/health.h"

#include <stdlib.h>
#include <string.h>

#include "model/models.h"

/* A server that is asked how it is, or only called upon. */
struct visit {
	struct visit *next;
	struct health *health;
	struct endpoint endpoint;
	bool warms;    /* server means nothing then */
	size_t server;
	struct models *models; /* NULL: not under way */
};

struct health {
	struct loop *loop;
	struct http *http;
	struct pool *pool;
	struct loop_timer *timer;
	struct visit *visits; /* one for each server or URL, kept */
	struct listener *listeners, *told_next;
	void (*back)(void *ctx);
	void *ctx;
};

static struct err *set_timer(struct health *health);

static void on_models(void *ctx, const char *const *ids, size_t n, struct err *err)
{
	struct visit *visit = ctx;
	struct health *health = visit->health;
	bool well = !err;

	(void)ids;
	(void)n;
	err_drop(err); /* whoever asks for an answer is told */
	visit->models = NULL;
	if (visit->warms)
		return;
	pool_probed(health->pool, visit->server, well, loop_now_ms(health->loop));
	if (well)
		health->back(health->ctx);
	err = set_timer(health);
	if (err)
		loop_fail(health->loop, err);
}

static struct err *start(struct visit *visit)
{
	return models_start(&visit->models, visit->health->http, &visit->endpoint, on_models,
			    visit);
}

static struct visit *find(const struct health *health, size_t server)
{
	for (struct visit *visit = health->visits; visit; visit = visit->next)
		if (!visit->warms && visit->server == server)
			return visit;
	return NULL;
}

static void on_due(void *ctx)
{
	struct health *health = ctx;
	int64_t at_ms, now_ms = loop_now_ms(health->loop);
	size_t i;
	struct err *err = NULL;

	health->timer = NULL;
	while (!err && pool_next_probe(health->pool, &i, &at_ms) && at_ms <= now_ms) {
		struct visit *visit = find(health, i);

		pool_probe(health->pool, i);
		if (visit)
			err = start(visit);
	}
	err = err_first(err, set_timer(health));
	if (err)
		loop_fail(health->loop, err);
}

static struct err *set_timer(struct health *health)
{
	int64_t at_ms;
	size_t i;

	if (health->timer)
		loop_cancel(health->loop, health->timer);
	health->timer = NULL;
	if (!pool_next_probe(health->pool, &i, &at_ms))
		return NULL;
	return loop_timer(health->loop, at_ms, on_due, health, &health->timer);
}

static struct visit *add(struct health *health, const struct endpoint *endpoint)
{
	struct visit *visit = calloc(1, sizeof(*visit));

	if (!visit)
		return NULL;
	visit->health = health;
	visit->endpoint = *endpoint;
	visit->endpoint.model = ""; /* it may be the run's, and we outlive runs */
	visit->next = health->visits;
	health->visits = visit;
	return visit;
}

struct err *health_failed(struct health *health, size_t i,
			  const struct endpoint *endpoint, int64_t retry_after_ms)
{
	struct visit *visit = find(health, i);

	if (!health->http) {
		pool_dropped(health->pool, i);
		return NULL;
	}
	pool_failed(health->pool, i, retry_after_ms, loop_now_ms(health->loop));
	if (!visit) {
		visit = add(health, endpoint);
		if (!visit)
			return err_nomem();
		visit->server = i;
	}
	return set_timer(health);
}

struct err *health_warm(struct health *health, const struct endpoint *endpoint)
{
	struct visit *visit = health->visits;

	if (!health->http)
		return NULL;
	while (visit && !(visit->warms && !strcmp(visit->endpoint.url, endpoint->url)))
		visit = visit->next;
	if (visit)
		return NULL;
	visit = add(health, endpoint);
	if (!visit)
		return err_nomem();
	visit->warms = true;
	return start(visit);
}

void health_listen(struct health *health, struct listener *listener)
{
	struct listener **last = &health->listeners;

	while (*last)
		last = &(*last)->next;
	listener->next = NULL;
	*last = listener;
}

void health_unlisten(struct health *health, struct listener *listener)
{
	struct listener **at = &health->listeners;

	while (*at && *at != listener)
		at = &(*at)->next;
	if (*at)
		*at = listener->next;
	if (health->told_next == listener)
		health->told_next = listener->next;
}

void health_tell(struct health *health)
{
	health->told_next = health->listeners;
	while (health->told_next) {
		struct listener *listener = health->told_next;

		health->told_next = listener->next;
		listener->woken(listener->ctx);
	}
}

struct err *health_new(struct health **out, struct loop *loop, struct http *http,
		       struct pool *pool, void (*back)(void *ctx), void *ctx)
{
	struct health *health = calloc(1, sizeof(*health));

	*out = health;
	if (!health)
		return err_nomem();
	*health = (struct health){ .loop = loop, .http = http, .pool = pool, .back = back,
				   .ctx = ctx };
	return NULL;
}

void health_free(struct health *health)
{
	if (!health)
		return;
	if (health->timer)
		loop_cancel(health->loop, health->timer);
	while (health->visits) {
		struct visit *visit = health->visits;

		health->visits = visit->next;
		models_cancel(visit->models);
		free(visit);
	}
	free(health);
}
