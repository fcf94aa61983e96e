/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How much of the machine a check may take. None of it is a setting: the bounds
 * are far above what a test suite needs, and there against one that runs away.
 *
 * Memory has none of these. RLIMIT_AS and RLIMIT_DATA count what a sanitizer, a
 * JVM or Go reserve and never touch: terabytes; and each process has its own. It
 * is watched instead (memory.h).
 */
#ifndef VERIFY_LIMITS_H
#define VERIFY_LIMITS_H

#include <stddef.h>
#include <stdint.h>

#include "sys/hold.h"

#define LIMITS_N 5

/* Fills limits, returns how many. timeout_ms: the check's deadline. */
size_t limits_make(struct hold_limit limits[LIMITS_N], int64_t timeout_ms);

#endif
