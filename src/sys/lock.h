/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lock files that cannot go stale: an flock(2) that ends with its holder.
 */
#ifndef SYS_LOCK_H
#define SYS_LOCK_H

#include <stdbool.h>

#include "base/compiler.h"
#include "base/err.h"

struct lock {
	int fd; /* -1: not held */
};

#define LOCK_INIT { .fd = -1 }

/* Takes path if nobody has it; *taken says so. Never waits. */
struct err *lock_try(struct lock *lock, const char *path, bool *taken) MUST_USE;
void lock_release(struct lock *lock);

#endif
