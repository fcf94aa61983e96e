/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Probes the servers of a pool (model/pool.h) that are out, each when it is due, with
 * GET /models; and opens the connection to a server that will be asked soon with the
 * same request. Headers go out and no text, the key to its own server only. What such
 * a request comes to is told to the pool and to nobody else: none delays or fails a
 * call.
 */
#ifndef MODEL_HEALTH_H
#define MODEL_HEALTH_H

#include <stddef.h>

#include "base/compiler.h"
#include "base/err.h"
#include "model/endpoint.h"
#include "model/pool.h"
#include "sys/http.h"
#include "sys/loop.h"

struct health;

/*
 * All are borrowed. http may be NULL: then no server ever fails. back is called when
 * one has come back in.
 */
struct err *health_new(struct health **out, struct loop *loop, struct http *http,
		       struct pool *pool, void (*back)(void *ctx), void *ctx) MUST_USE;
void health_free(struct health *health);

/*
 * Server number i failed (model/pool.h), and is probed from now on; endpoint is how it
 * is reached, its URL and key live as long as we.
 */
struct err *health_failed(struct health *health, size_t i,
			  const struct endpoint *endpoint,
			  int64_t retry_after_ms) MUST_USE;

/* Somebody who waits for room at some server; any may come and go while they are told. */
struct listener {
	void (*woken)(void *ctx);
	void *ctx;
	struct listener *next; /* ours */
};

void health_listen(struct health *health, struct listener *listener);
void health_unlisten(struct health *health, struct listener *listener);
void health_tell(struct health *health);

/* Once for each URL; a second time nothing happens. */
struct err *health_warm(struct health *health, const struct endpoint *endpoint) MUST_USE;

#endif
