/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a run has to say while it runs. Rooms below cmd/ print nothing: they
 * hand a line to a sink, which shows it or does not.
 *
 * Text follows the rules of err.h: one line, no capital, no full stop.
 */
#ifndef BASE_EVENTS_H
#define BASE_EVENTS_H

#include "base/compiler.h"

enum event_kind {
	EVENT_STAGE,   /* a new stage begins: progress, gone when the run ends */
	EVENT_NOTE,    /* worth knowing; hidden by --quiet */
	EVENT_WARNING, /* the user may want to act */
	EVENT_DETAIL,  /* for --verbose */
};

struct events {
	void (*emit)(void *ctx, enum event_kind kind, const char *text);
	void *ctx;
};

/* events may be NULL: nobody listens. */
void events_emit(const struct events *events, enum event_kind kind, const char *fmt, ...)
	PRINTF_LIKE(3, 4);

#endif
