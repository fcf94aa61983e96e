/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The vfork and the exec under sys/proc.c: what the child does between the two,
 * where only async-signal-safe calls are allowed, in memory that is still ours.
 */
#ifndef SYS_SPAWN_H
#define SYS_SPAWN_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/compiler.h"
#include "base/err.h"
#include "sys/hold.h"

struct spawn_spec {
	const char *path; /* of the program; relative to dir */
	const char *const *argv;
	const char *const *env;
	const char *dir; /* NULL: here */
	int stream[3];   /* become 0, 1 and 2; -1: ours. Never 0 to 2 themselves */
	bool own_group;  /* a process group of its own */
	int death_signal; /* what it gets should we die; 0: nothing */
	const struct hold *hold; /* NULL: nothing */
};

/*
 * Finds the program as execvp(3) would, but in the PATH of env, and only in
 * its absolute folders: the working folder may be anybody's. *path is NULL
 * when there is none, *errnum then says why.
 */
struct err *spawn_find(char **path, int *errnum, const char *name,
		       const char *const *env) MUST_USE;

/* status_fd is the caller's, for spawn_failure(). */
struct err *spawn(const struct spawn_spec *spec, pid_t *pid, int *status_fd) MUST_USE;

/* Once the child ended: the errno that kept it from running, or 0. */
int spawn_failure(int status_fd);

#endif
