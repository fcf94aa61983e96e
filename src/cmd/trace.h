/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A sink of spans (base/events.h): no stage knows that anybody listens. They are held
 * until the command ends and then go
 *
 *	to the file of --trace (cmd/trace_event.h);
 *	to where GIT_TRACE2_EVENT points (cmd/trace2.h).
 *
 * Keys are blanked out of both. At most TRACE_SPANS_MAX spans are held; how many more
 * there were is written at the end.
 */
#ifndef CMD_TRACE_H
#define CMD_TRACE_H

#include <stddef.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/events.h"

#define TRACE_SPANS_MAX ((size_t)100000)

struct trace;

/*
 * First thing in a command: GIT_TRACE2_EVENT is looked at before any descriptor is
 * opened. What is wrong with it is told by events, as git does, and it is left out.
 */
struct err *trace_new(struct trace **out) MUST_USE;

/* file: of --trace; NULL: none. ERR_CONFIG when it cannot be written. */
struct err *trace_open(struct trace *trace, const char *file, struct events *events) MUST_USE;

/*
 * Writes what there is. command is its name, code what the program will exit with. What
 * git was to get and cannot is told by events: only the user's own file is an err.
 */
struct err *trace_close(struct trace *trace, const struct events *events,
			const char *command, int code) MUST_USE;
void trace_free(struct trace *trace);

#endif
