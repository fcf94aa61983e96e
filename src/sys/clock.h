/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The only reader of the clocks.
 */
#ifndef SYS_CLOCK_H
#define SYS_CLOCK_H

#include <stdint.h>

/* Milliseconds on the monotonic clock; for deadlines and durations. */
int64_t clock_mono_ms(void);
int64_t clock_mono_us(void); /* the same clock, finer; for traces */

/* What this thread has computed; for budgets that a busy machine must not use up. */
int64_t clock_thread_ms(void);

/* Time since the epoch; for dates that people read. */
int64_t clock_wall_ms(void);
int64_t clock_wall_s(void);

#endif
