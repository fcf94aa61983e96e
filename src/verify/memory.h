/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How much memory a check holds, itself and all below it. No limit of the kernel's
 * will do (limits.h), so it is looked at from outside, twice a second; between two
 * looks the kernel ends it when the machine has no more (sys/hold.h).
 */
#ifndef VERIFY_MEMORY_H
#define VERIFY_MEMORY_H

#include <stdint.h>
#include <sys/types.h>

#define MEMORY_LOOK_MS 500

/* What a check may hold: three quarters of the machine's; 0 where that is unknown. */
uint64_t memory_max_bytes(void);

/* Resident and not shared with a file, of pid and its descendants. 0: unknown. */
uint64_t memory_held_bytes(pid_t pid);

#endif
