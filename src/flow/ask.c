/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "flow/ask.h"

#include <stdlib.h>

#include "flow/planner_call.h"
#include "model/wire.h"
#include "plan/decode.h"
#include "sys/clock.h"

/* A plan of that many tokens is longer than any that a person would review. */
#define PLAN_MAX_TOKENS 32000
#define PLAN_MIN_TOKENS 512

struct ask {
	struct ask_spec spec;
	struct planner_call call;
	struct plan plan;
	struct str answer;
	int64_t start_ms, ms;
	bool asked_again;
	bool overlong;
	void (*done)(void *ctx, struct err *err);
	void *ctx;
};

static void on_delta(void *ctx, struct span text)
{
	struct ask *ask = ctx;

	if (ask->spec.delta)
		ask->spec.delta(ask->spec.delta_ctx, text);
}

static void finish(struct ask *ask, struct err *err)
{
	ask->ms = clock_mono_ms() - ask->start_ms;
	ask->done(ask->ctx, err);
}

static struct err *read_plan(struct ask *ask, const struct chat_reply *reply)
{
	if (reply->finish == CHAT_LENGTH)
		return err_new(ERR_SERVICE, "%s: the plan was cut off at %lld tokens",
			       ask->spec.endpoint->model,
			       (long long)reply->usage.completion_tokens);
	if (reply->finish != CHAT_STOP)
		return err_new(ERR_SERVICE, "%s: no plan: %s", ask->spec.endpoint->model,
			       reply->finish == CHAT_FILTERED ? "its filter cut in" :
								"the answer broke off");
	return plan_decode(&ask->plan, plan_unwrap(str_span(&reply->text)));
}

/* Quotes the error to the model, once. Takes err; returns what then stands. */
static struct err *ask_again(struct ask *ask, struct err *err)
{
	struct err *failed;

	if (ask->asked_again)
		return err_as(err_wrap(err, "%s wrote a malformed plan, twice",
				       ask->spec.endpoint->model), ERR_SERVICE);
	ask->asked_again = true;
	on_delta(ask, (struct span){ 0 });
	plan_release(&ask->plan);
	failed = prompt_repair_json(ask->spec.prompt, ask->spec.templates,
				    str_span(&ask->answer), err_text(err));
	err_drop(err);
	return failed ? failed : planner_call_send(&ask->call, ask->spec.prompt);
}

static void on_reply(void *ctx, struct chat_reply *reply, struct err *err)
{
	struct ask *ask = ctx;
	bool again = false;

	if (err) {
		ask->overlong = reply->overlong;
		chat_reply_release(reply);
		finish(ask, err);
		return;
	}
	if (reply->usage.hits)
		events_emit(ask->spec.events, EVENT_NOTE,
			    "this plan was made before and costs nothing; --no-cache asks again");
	str_release(&ask->answer);
	err = read_plan(ask, reply);
	ask->answer = reply->text;
	str_init(&reply->text, 0);
	chat_reply_release(reply);
	if (err && err_kind(err) == ERR_INPUT) {
		err = ask_again(ask, err);
		again = !err;
	}
	if (!again)
		finish(ask, err);
}

struct err *ask_start(struct ask **out, const struct ask_spec *spec,
		      void (*done)(void *ctx, struct err *err), void *ctx)
{
	struct ask *ask = calloc(1, sizeof(*ask));
	struct err *err;

	*out = NULL;
	if (!ask)
		return err_nomem();
	ask->spec = *spec;
	ask->done = done;
	ask->ctx = ctx;
	ask->start_ms = clock_mono_ms();
	plan_init(&ask->plan);
	str_init(&ask->answer, 0);
	ask->call = (struct planner_call){
		.client = spec->client,
		.endpoint = spec->endpoint,
		.budget = spec->budget,
		.cache = spec->cache,
		.max_tokens = PLAN_MAX_TOKENS,
		.min_tokens = PLAN_MIN_TOKENS,
		.delta = on_delta,
		.done = on_reply,
		.ctx = ask,
	};
	err = planner_call_send(&ask->call, spec->prompt);
	if (err) {
		ask_free(ask);
		return err;
	}
	*out = ask;
	return NULL;
}

void ask_take_plan(struct ask *ask, struct plan *out)
{
	*out = ask->plan;
	plan_init(&ask->plan);
}

struct span ask_answer(const struct ask *ask)
{
	return str_span(&ask->answer);
}

const struct usage *ask_usage(const struct ask *ask)
{
	return &ask->call.usage;
}

const char *ask_model(const struct ask *ask)
{
	return ask->call.model;
}

int64_t ask_ms(const struct ask *ask)
{
	return ask->ms;
}

bool ask_overlong(const struct ask *ask)
{
	return ask->overlong;
}

bool ask_fits(const struct endpoint *endpoint, const struct prompt *prompt)
{
	const struct chat_request request = {
		.messages = prompt->messages,
		.n_messages = prompt->n,
		.max_tokens = PLAN_MIN_TOKENS,
	};
	struct err *err = wire_check_window(endpoint, &request);
	bool fits = !err;

	err_drop(err);
	return fits;
}

bool ask_stop(struct ask *ask)
{
	return planner_call_stop(&ask->call);
}

void ask_free(struct ask *ask)
{
	if (!ask)
		return;
	(void)ask_stop(ask);
	plan_release(&ask->plan);
	str_release(&ask->answer);
	free(ask);
}
