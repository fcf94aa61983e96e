/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/events.h"

#include <stdarg.h>
#include <stdio.h>

void events_emit(const struct events *events, enum event_kind kind, const char *fmt, ...)
{
	char text[2048];
	va_list ap;

	if (!events || !events->emit)
		return;
	va_start(ap, fmt);
	if (vsnprintf(text, sizeof(text), fmt, ap) >= 0)
		events->emit(events->ctx, kind, text);
	va_end(ap);
}

void events_span(const struct events *events, const struct event_span *span)
{
	if (events && events->span)
		events->span(events->span_ctx, span);
}
