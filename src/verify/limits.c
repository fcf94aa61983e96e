/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "verify/limits.h"

#include <sys/resource.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/sysinfo.h>
#endif

#define FILE_MAX_BYTES (UINT64_C(16) << 30)
#define OPEN_FILES_MAX 65536

/* Processes and threads, beside all that run already: the kernel counts a user's. */
#define TASKS_MAX 8192

#define CPU_SPARE_S 60

/*
 * A process cannot use more within its deadline than all processors the whole
 * time. What got away from the deadline ends by this.
 */
static uint64_t cpu_max_s(int64_t timeout_ms)
{
	long n = sysconf(_SC_NPROCESSORS_ONLN);
	uint64_t s = (uint64_t)(timeout_ms + 999) / 1000;

	return s * (uint64_t)(n > 0 ? n : 1) + CPU_SPARE_S;
}

size_t limits_make(struct hold_limit limits[LIMITS_N], int64_t timeout_ms)
{
	size_t n = 0;
#ifdef __linux__
	struct sysinfo info;

	if (!sysinfo(&info))
		limits[n++] = (struct hold_limit){ RLIMIT_NPROC,
						   (uint64_t)info.procs + TASKS_MAX };
#endif
	limits[n++] = (struct hold_limit){ RLIMIT_CORE, 0 };
	limits[n++] = (struct hold_limit){ RLIMIT_FSIZE, FILE_MAX_BYTES };
	limits[n++] = (struct hold_limit){ RLIMIT_NOFILE, OPEN_FILES_MAX };
	if (timeout_ms > 0)
		limits[n++] = (struct hold_limit){ RLIMIT_CPU, cpu_max_s(timeout_ms) };
	return n;
}
