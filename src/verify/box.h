/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A box, and what is run in one: the types that sandbox.h, the door, shares with
 * the boxes behind it.
 */
#ifndef VERIFY_BOX_H
#define VERIFY_BOX_H

#include <stdbool.h>
#include <stdint.h>

#include "base/argv.h"

enum sandbox_kind {
	SANDBOX_BWRAP,
	SANDBOX_LANDLOCK,
	SANDBOX_NONE, /* only ever when the user wrote so */
};

/* TMPDIR in bubblewrap's box: short, because a socket's path has 108 bytes at most. */
#define BWRAP_TMPDIR "/tmp/dualfix"

struct landlock;
struct lent;

struct sandbox {
	enum sandbox_kind kind;
	char *program;        /* absolute path of bwrap; owned */
	int landlock_version; /* what of it is used */
	uint64_t tmpfs_bytes; /* of each folder in memory; 0: half of the machine's */
	struct lent *lent;    /* what its jobs are lent (lent.h); owned; NULL: nothing */
	bool layers;          /* folders of it are written over, in memory; else read-only */

	/* What root may read in /etc and others may not: hidden in the box. */
	struct argv secret_files;
	struct argv secret_dirs;
	struct landlock *around; /* the walls around those; NULL: there are none */
};

/* All paths absolute; the lists are NULL-terminated and may be NULL. */
struct sandbox_job {
	const char *command;  /* for sh -c */
	const char *tree_dir; /* the scratch checkout: writable */
	const char *work_dir; /* where the command starts, in tree_dir */
	const char *temp_dir; /* TMPDIR, writable; not below tree_dir */
	const char *home_dir; /* a folder to be the home, writable; or NULL */
	const char *const *read_dirs;   /* dualfix.sandboxRead; "~/" is the home */
	const char *const *hide_dirs;   /* git directories: empty whatever shows them */
	const char *const *object_dirs; /* readable though they lie in a hidden one */
	const char *const *object_seats; /* where, one for each; NULL: there */
	const char *const *pass_env;    /* names: dualfix.sandboxEnv */
	bool network;
	int64_t timeout_ms;   /* what the caller's deadline for it will be */
};

#endif
