/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One stage: a prompt becomes a plan.
 *
 * A malformed plan is asked for once more, with the exact error quoted; a second
 * one is ERR_SERVICE. Nothing of a plan is used before it has ended cleanly.
 */
#ifndef FLOW_ASK_H
#define FLOW_ASK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/events.h"
#include "base/str.h"
#include "model/budget.h"
#include "model/client.h"
#include "model/prompt.h"
#include "model/template.h"
#include "plan/plan.h"

struct ask_spec {
	struct client *client;
	const struct endpoint *endpoint;
	const struct templates *templates;
	struct budget *budget;
	struct chat_cache *cache;    /* or NULL */
	const struct events *events; /* told when the plan comes out of it */
	struct prompt *prompt; /* gets a message for each further question */
	/* Sees the answer as it arrives; an empty text: it begins anew. NULL: nobody. */
	void (*delta)(void *ctx, struct span text);
	void *delta_ctx;
};

struct ask;

/* done is called once from the loop; with no err the plan is there. */
struct err *ask_start(struct ask **out, const struct ask_spec *spec,
		      void (*done)(void *ctx, struct err *err), void *ctx) MUST_USE;

/* The plan; it is moved to out. */
void ask_take_plan(struct ask *ask, struct plan *out);

/* What the model said last, for a further round. Borrowed. */
struct span ask_answer(const struct ask *ask);

const struct usage *ask_usage(const struct ask *ask);
const char *ask_model(const struct ask *ask); /* as the server names it */
int64_t ask_ms(const struct ask *ask);
/* Whether it failed because the prompt is longer than the planner takes. */
bool ask_overlong(const struct ask *ask);

/* Whether a plan for prompt fits the window of the endpoint, as far as that is known. */
bool ask_fits(const struct endpoint *endpoint, const struct prompt *prompt);

/* Ends a call that is under way, without done; whether there was one. Usage counts it. */
bool ask_stop(struct ask *ask);
void ask_free(struct ask *ask); /* ends a call under way */

#endif
