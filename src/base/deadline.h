/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Deadline arithmetic. A deadline is a point on the monotonic clock in
 * milliseconds, as sys/clock.h gives it; it knows no clock itself.
 */
#ifndef BASE_DEADLINE_H
#define BASE_DEADLINE_H

#include <stdbool.h>
#include <stdint.h>

#define DEADLINE_NEVER INT64_MAX

/* now + span, clamped to DEADLINE_NEVER; a negative span counts as 0. */
int64_t deadline_after_ms(int64_t now_ms, int64_t span_ms);

/* What is left, never below 0; DEADLINE_NEVER stays so. */
int64_t deadline_left_ms(int64_t deadline_ms, int64_t now_ms);

bool deadline_passed(int64_t deadline_ms, int64_t now_ms);

int64_t deadline_earlier(int64_t a_ms, int64_t b_ms);

#endif
