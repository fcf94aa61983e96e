/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Spans as a trace holds them until it is written.
 */
#ifndef CMD_TRACED_H
#define CMD_TRACED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/events.h"

/* So many of a kind side by side; what is beyond shares the last lane. */
#define TRACE_LANES_MAX 1000

/* Its lane is the row that it is shown in. Texts are the holder's. */
struct traced {
	const char *kind, *name;
	int64_t start_us, end_us;
	const struct event_arg *args;
	size_t n_args;
	int place;  /* of its kind among the others */
	int lane;   /* of its kind, from 0; those of a lane do not overlap */
	bool first; /* of its lane */
};

#endif
