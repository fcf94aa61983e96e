/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/trace.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "cmd/trace2.h"
#include "cmd/trace_event.h"
#include "cmd/traced.h"
#include "sys/clock.h"
#include "sys/secret.h"

#define HELD_MAX_BYTES ((size_t)64 << 20)
#define TEXT_MAX_BYTES ((size_t)1 << 20) /* of a name or a fact */

/* Kinds, in the order in which a run goes through them. */
static const char *const kinds[] = { "run", "context", "planner", "resolve",
				     "executor", "check", "publish" };

struct trace {
	struct arena arena;
	struct traced *spans;
	size_t n, cap, lost;
	int64_t start_us;
	const char *file;
	struct trace2 trace2;
};

struct err *trace_new(struct trace **out)
{
	struct trace *trace = calloc(1, sizeof(*trace));

	*out = trace;
	if (!trace)
		return err_nomem();
	trace->start_us = clock_mono_us();
	arena_init(&trace->arena, HELD_MAX_BYTES);
	trace2_init(&trace->trace2);
	return NULL;
}

void trace_free(struct trace *trace)
{
	if (!trace)
		return;
	arena_release(&trace->arena);
	trace2_release(&trace->trace2);
	free(trace->spans);
	free(trace);
}

static bool make_room(struct trace *trace)
{
	size_t cap = trace->cap ? trace->cap * 2 : 64;
	struct traced *grown;

	if (trace->n < trace->cap)
		return true;
	grown = trace->n < TRACE_SPANS_MAX ? realloc(trace->spans, cap * sizeof(*grown)) : NULL;
	if (!grown)
		return false;
	trace->spans = grown;
	trace->cap = cap;
	return true;
}

static const char *copy(struct trace *trace, const char *text)
{
	struct str clean = STR_INIT(TEXT_MAX_BYTES);
	const char *kept = NULL;

	if (!text)
		return NULL;
	str_adds(&clean, text);
	secret_redact(&clean);
	if (!clean.failed)
		kept = arena_dup(&trace->arena, str_span(&clean));
	str_release(&clean);
	return kept;
}

/* False where something found no room. */
static bool copy_args(struct trace *trace, struct traced *held, const struct event_span *span)
{
	struct event_arg *args = arena_array(&trace->arena, span->n_args + 1, sizeof(*args));

	for (size_t i = 0; args && i < span->n_args; i++) {
		args[i] = span->args[i];
		args[i].name = copy(trace, args[i].name);
		args[i].text = copy(trace, args[i].text);
		if (!args[i].name || (span->args[i].text && !args[i].text))
			return false;
	}
	held->args = args;
	held->n_args = span->n_args;
	return args && held->kind && held->name;
}

static int64_t later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static void on_span(void *ctx, const struct event_span *span)
{
	struct trace *trace = ctx;
	struct traced *held;

	if (!make_room(trace)) {
		trace->lost++;
		return;
	}
	held = &trace->spans[trace->n];
	*held = (struct traced){
		.kind = copy(trace, span->kind),
		.name = copy(trace, span->name),
		.start_us = later(span->start_us, trace->start_us),
	};
	held->end_us = later(span->end_us, held->start_us);
	if (copy_args(trace, held, span))
		trace->n++;
	else
		trace->lost++;
}

struct err *trace_open(struct trace *trace, const char *file, struct events *events)
{
	struct err *err = file ? trace_event_check(file) : NULL;

	if (err)
		return err;
	if (trace->trace2.why)
		events_emit(events, EVENT_WARNING, "GIT_TRACE2_EVENT is of no use: %s",
			    trace->trace2.why);
	trace->file = file;
	if (!file && !trace2_is_on(&trace->trace2))
		return NULL;
	events->span = on_span;
	events->span_ctx = trace;
	return NULL;
}

static int by_start(const void *a, const void *b)
{
	const struct traced *x = a, *y = b;

	if (x->start_us != y->start_us)
		return x->start_us < y->start_us ? -1 : 1;
	return x->end_us < y->end_us ? -1 : x->end_us > y->end_us;
}

/* What is not among them comes behind them. */
static int place_of(const char *kind)
{
	size_t i = 0;

	while (i < ARRAY_SIZE(kinds) && strcmp(kinds[i], kind) != 0)
		i++;
	return (int)i;
}

/* Gives each span the first lane of its kind that is free by then. */
static struct err *assign_lanes(struct trace *trace)
{
	const size_t n_kinds = ARRAY_SIZE(kinds) + 1;
	int64_t *free_us = calloc(n_kinds * TRACE_LANES_MAX, sizeof(*free_us));

	if (!free_us)
		return err_nomem();
	if (trace->n)
		qsort(trace->spans, trace->n, sizeof(*trace->spans), by_start);
	for (size_t i = 0; i < trace->n; i++) {
		struct traced *span = &trace->spans[i];
		int64_t *lanes;

		span->place = place_of(span->kind);
		lanes = free_us + (size_t)span->place * TRACE_LANES_MAX;
		while (span->lane < TRACE_LANES_MAX - 1 && lanes[span->lane] > span->start_us)
			span->lane++;
		span->first = !lanes[span->lane];
		lanes[span->lane] = span->end_us;
	}
	free(free_us);
	return NULL;
}

struct err *trace_close(struct trace *trace, const struct events *events,
			const char *command, int code)
{
	struct err *err, *unheard;

	if (!trace || (!trace->file && !trace2_is_on(&trace->trace2)))
		return NULL;
	err = assign_lanes(trace);
	if (err)
		return err;
	unheard = trace2_write(&trace->trace2, command, code, trace->spans, trace->n);
	if (unheard)
		events_emit(events, EVENT_WARNING, "%s", err_text(unheard));
	err_drop(unheard);
	if (!trace->file)
		return NULL;
	return trace_event_write(trace->file, trace->spans, trace->n, trace->lost,
				 trace->start_us);
}
