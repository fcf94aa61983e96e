/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sys/clock.h"

#include <time.h>

static int64_t read_us(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

int64_t clock_mono_us(void)
{
	return read_us(CLOCK_MONOTONIC);
}

int64_t clock_mono_ms(void)
{
	return clock_mono_us() / 1000;
}

int64_t clock_thread_ms(void)
{
	return read_us(CLOCK_THREAD_CPUTIME_ID) / 1000;
}

int64_t clock_wall_ms(void)
{
	return read_us(CLOCK_REALTIME) / 1000;
}

int64_t clock_wall_s(void)
{
	return clock_wall_ms() / 1000;
}
