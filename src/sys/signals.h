/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The signals that the loop takes over: SIGCHLD, SIGINT and SIGTERM are noted
 * and announced by a byte in a pipe, SIGPIPE is ignored. For sys/loop.c, and
 * for sys/spawn.c, which must undo it in a child.
 */
#ifndef SYS_SIGNALS_H
#define SYS_SIGNALS_H

#include <signal.h>
#include <stdbool.h>

#include "base/compiler.h"
#include "base/err.h"

/*
 * From now on each signal writes a byte to wake_fd, which must not block. A
 * SIGINT or SIGTERM that we were started with as ignored (nohup, a background
 * job) stays ignored. ERR_FATAL when they are taken already.
 */
struct err *signals_take(int wake_fd) MUST_USE;

/* Puts the handlers from before signals_take() back. */
void signals_give_back(void);

/* Whether SIGCHLD came since last asked. */
bool signals_child_ended(void);

/* SIGINT or SIGTERM if one came since last asked, else 0. */
int signals_stop(void);

/* The same, but it stays to be asked for. */
int signals_peek_stop(void);

/* Forgets a SIGINT that came, not a SIGTERM. */
void signals_forget_interrupt(void);

/* Holds every signal back over a fork; old is what was blocked before. */
void signals_block(sigset_t *old);
void signals_unblock(const sigset_t *old);

/* In the child, signals still blocked: default handlers, nothing blocked. */
void signals_default(void);

#endif
