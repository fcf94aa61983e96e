/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a run has to say while it runs. Rooms below cmd/ print nothing: they
 * hand a line to a sink, which shows it or does not.
 *
 * Text follows the rules of err.h: one line, no capital, no full stop.
 */
#ifndef BASE_EVENTS_H
#define BASE_EVENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"

enum event_kind {
	EVENT_STAGE,   /* a new stage begins: progress, gone when the run ends */
	EVENT_NOTE,    /* worth knowing; hidden by --quiet */
	EVENT_WARNING, /* the user may want to act */
	EVENT_DETAIL,  /* for --verbose */
};

/* A fact about a span: a text, a list of one text, or a number (text NULL). */
struct event_arg {
	const char *name;
	const char *text;
	int64_t number;
	bool list;
};

/* Something that took time, told when it is over; borrowed for the call. */
struct event_span {
	const char *kind; /* "run", "planner", "check", ...: one word */
	const char *name;
	int64_t start_us, end_us; /* on the monotonic clock */
	const struct event_arg *args;
	size_t n_args;
};

struct events {
	void (*emit)(void *ctx, enum event_kind kind, const char *text);
	void *ctx;
	void (*span)(void *ctx, const struct event_span *span); /* NULL: nobody measures */
	void *span_ctx;
};

/* events may be NULL: nobody listens. */
void events_emit(const struct events *events, enum event_kind kind, const char *fmt, ...)
	PRINTF_LIKE(3, 4);
void events_span(const struct events *events, const struct event_span *span);

#endif
