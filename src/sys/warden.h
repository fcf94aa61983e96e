/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A process of ours between us and a child whose descendants nobody else ends. It
 * ends as the child did. What can kill the warden escapes.
 *
 * HOLD_WARDEN_OF_ALL: orphans below it become its children (PR_SET_CHILD_SUBREAPER),
 * and all of them are killed when the child ended, or when it is told to stop: by
 * SIGTERM, which the kernel sends it, too, when we die. Where there is no namespace
 * of processes this is the way to leave none of them behind that moved to a session
 * of its own.
 *
 * HOLD_WARDEN_OF_GROUP: when we die its process group is killed. For bubblewrap, whose
 * first process in the namespace waits for ever if the one outside is killed before
 * it was told to go on.
 *
 * Linux only; elsewhere warden_run() fails with ENOSYS.
 */
#ifndef SYS_WARDEN_H
#define SYS_WARDEN_H

#include <stdbool.h>
#include <sys/types.h>

#include "sys/hold.h"

#ifdef __linux__
#define WARDEN_WORKS true
#else
#define WARDEN_WORKS false
#endif

/* How long the child may take to end after SIGTERM, before SIGKILL. */
#define WARDEN_TERM_MS 700

/* At most this long after SIGTERM the warden has ended as well. */
#define WARDEN_GRACE_MS 6000

/*
 * For sys/spawn.c, in a fresh child of parent with a memory of its own, the leader of
 * a process group, all signals blocked; only async-signal-safe calls. Calls program,
 * which may borrow that memory and must end in exec or _exit(2), in a new process of
 * the group, without a terminal, which dies with the warden. Returns only an errno,
 * when there is none.
 */
int warden_run(enum hold_warden kind, pid_t parent, void (*program)(const void *ctx),
	       const void *ctx);

#endif
