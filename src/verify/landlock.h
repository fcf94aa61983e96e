/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Landlock: which files a process and its children may use, decided by the
 * process itself, for good, without privileges. System calls only, no library.
 *
 * A right holds for all that lies below a path, and cannot be taken away again
 * further down. What must stay hidden below an allowed folder is left out by
 * allowing its neighbours one by one, so what appears there later is hidden, too.
 *
 * The interface grows by versions (landlock(7)). Taken from version 2 on, Linux
 * 5.19: before it a file could not be moved from one folder to another.
 * What no version covers: chmod, chown, times, extended attributes, stat, and
 * that folders can be entered.
 *
 *	2  Linux 5.19  moving between folders
 *	3  Linux 6.2   truncate(2)
 *	4  Linux 6.7   TCP ports
 *	5  Linux 6.10  ioctl(2) on devices
 *	6  Linux 6.12  signals and abstract sockets kept inside
 */
#ifndef VERIFY_LANDLOCK_H
#define VERIFY_LANDLOCK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/argv.h"
#include "base/compiler.h"
#include "base/err.h"

enum landlock_version {
	LANDLOCK_MOVES = 2,
	LANDLOCK_TRUNCATE = 3,
	LANDLOCK_TCP = 4,
	LANDLOCK_IOCTL = 5,
	LANDLOCK_SCOPES = 6,
};

/* The kernel's version, or 0: absent, switched off at boot, or forbidden to us. */
int landlock_version(void);

/* What may be done with a file, or with all below a folder. */
enum reach {
	REACH_READ,   /* names, bytes, and programs run */
	REACH_WRITE,  /* anything but devices and sockets made */
	REACH_DEVICE, /* bytes read and written, and ioctl(2) */
	REACH_ALL,    /* for what other rules bound */
};

struct landlock {
	int fd; /* close-on-exec; -1: none */
	int version;
	size_t n_rules;
};

/* version: what of the kernel's to use, at most. network: leave TCP alone. */
struct err *landlock_init(struct landlock *out, int version, bool network) MUST_USE;
void landlock_release(struct landlock *landlock);

/*
 * Allows path, which is absolute, but for what of except lies below it or is it
 * (absolute, without links). What does not exist needs no rule.
 */
struct err *landlock_allow(struct landlock *landlock, const char *path, enum reach reach,
			   const struct argv *except) MUST_USE;

/*
 * From now on nothing else is allowed; 0 or an errno. no_new_privs must be set.
 * Of several, one after the other, all must allow. Async-signal-safe.
 */
int landlock_enforce(const struct landlock *landlock);

#endif
