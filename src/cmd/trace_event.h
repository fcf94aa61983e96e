/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Trace Event Format as a JSON object, for Perfetto and chrome://tracing: what the file
 * of --trace gets. A lane of a kind is a row, named by a metadata event.
 */
#ifndef CMD_TRACE_EVENT_H
#define CMD_TRACE_EVENT_H

#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/err.h"
#include "cmd/traced.h"

/* Whether a file can be put at path, by a rename: to ask before any work is done. */
struct err *trace_event_check(const char *path) MUST_USE;

/* Times count from start_us. lost: how many spans there were besides. Whole or not at all. */
struct err *trace_event_write(const char *path, const struct traced *spans, size_t n,
			      size_t lost, int64_t start_us) MUST_USE;

#endif
