/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * When an answer has been silent for too long. Pure. Bytes alone are no sign of work:
 * a server that waits, or is stuck, may send comments for ever.
 */
#ifndef MODEL_PULSE_H
#define MODEL_PULSE_H

#include <stdbool.h>
#include <stdint.h>

#include "sys/retry.h"

/* What has been seen of an attempt, and when: ms of the loop's clock. */
struct pulse {
	int64_t began_ms;
	int64_t byte_ms; /* the last byte */
	int64_t work_ms; /* the last sign of work: text, thinking, usage, an end */
	bool worked;     /* there was one */
	bool said;       /* the last word was said; only the close is missing */
};

/* How long is too long; as in model/client.h, but none is zero. */
struct pulse_limits {
	int64_t queued_ms, silent_ms, between_ms, deadline_ms;
};

/* The next moment at which silence is too long, and what it is then called. */
struct pulse_limit {
	int64_t at_ms;
	enum retry_cause cause; /* RETRY_NEVER: the run's time is up */
	const char *text;       /* "no answer"; NULL with RETRY_NEVER */
};

struct pulse_limit pulse_limit(const struct pulse *pulse,
			       const struct pulse_limits *limits);

#endif
