/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A call to a model as a span (base/events.h), its facts under the names of the
 * OpenTelemetry conventions for generative AI, v1.37: opentelemetry.io, semconv,
 * gen-ai-spans. No text of a prompt or an answer is among them.
 */
#ifndef MODEL_TRACE_H
#define MODEL_TRACE_H

#include <stdint.h>

#include "base/err.h"
#include "base/events.h"
#include "model/chat.h"
#include "model/endpoint.h"

/* The span's kind is the endpoint's role. err is borrowed; NULL: it was answered. */
void chat_trace(const struct events *events, const struct endpoint *endpoint,
		const struct chat_reply *reply, const struct err *err, int64_t start_us);

#endif
