/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * git's trace2 in its event format (api-trace2 in git's documentation), version 3: what
 * `GIT_TRACE2_EVENT=... git dualfix` gets besides git's own lines. Spans are regions.
 *
 * The target is 1, "true" (stderr), a descriptor 2 to 9, or an absolute path: a file that
 * is appended to, or a folder that gets a file. A socket is refused.
 */
#ifndef CMD_TRACE2_H
#define CMD_TRACE2_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/str.h"
#include "cmd/traced.h"

struct trace2 {
	int fd;           /* -1: none */
	const char *path; /* of the environment; NULL: a descriptor, or off */
	const char *why;  /* it cannot be used: the reason; NULL: it can, or is off */
	struct str sid;   /* session, with those of the gits that called us */
	int64_t start_us, start_wall_ms;
};

/* Reads GIT_TRACE2_EVENT and keeps a descriptor of its own. */
void trace2_init(struct trace2 *trace2);
bool trace2_is_on(const struct trace2 *trace2);

/* Writes all lines; spans in the order of their start. ERR_CONFIG if it cannot. */
struct err *trace2_write(const struct trace2 *trace2, const char *command, int code,
			 const struct traced *spans, size_t n) MUST_USE;
void trace2_release(struct trace2 *trace2);

#endif
