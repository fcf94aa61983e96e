/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One stage: finding out what the executors' servers call the model, where the user
 * has not said it.
 */
#ifndef FLOW_EXECUTORS_H
#define FLOW_EXECUTORS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/events.h"
#include "model/endpoint.h"
#include "model/tape.h"
#include "sys/http.h"

struct executors;

struct executors_spec {
	struct http *http;
	const struct endpoint *endpoints;
	size_t n;
	struct tape *tape; /* one that plays answers for the servers; NULL: none */
	const struct events *events;
};

/*
 * Asks those of the endpoints that have no model, all at once; done is called
 * once, when all have answered. What cannot be reached or has no fitting model is
 * left out, with a warning. *waits is false when none had to be asked.
 */
struct err *executors_start(struct executors **out, const struct executors_spec *spec,
			    bool *waits, void (*done)(void *ctx, struct err *err),
			    void *ctx) MUST_USE;

/* Those that can be used, each with a model; they live as long as executors. */
size_t executors_list(const struct executors *executors, const struct endpoint **list);

/* Whether there is none to use because servers do not answer. */
bool executors_all_failed(const struct executors *executors);
void executors_free(struct executors *executors);

#endif
