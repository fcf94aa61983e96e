/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The box that checks run in. What a box promises, its arguments say; they stand
 * in one table (sandbox.c).
 *
 * No network and no outside sockets, home unreadable but for what the user
 * names, the user's git directory unreadable but for objects, writes only in
 * the checkout and its own TMPDIR, an allowlisted environment, no terminal, no
 * capabilities, and every process ended with the command.
 */
#ifndef VERIFY_SANDBOX_H
#define VERIFY_SANDBOX_H

#include <stdbool.h>
#include <stddef.h>

#include "base/argv.h"
#include "base/compiler.h"
#include "base/err.h"
#include "sys/loop.h"

enum sandbox_kind {
	SANDBOX_BWRAP,
	SANDBOX_NONE, /* only ever when the user wrote so */
};

struct sandbox {
	enum sandbox_kind kind;
	const char *program; /* absolute path of bwrap */
};

/*
 * Takes the box that setting ("auto", "bwrap", "none") names, after a trial run
 * has shown that it works here. ERR_CONFIG with the line to type when it does not.
 */
struct err *sandbox_take(struct sandbox *out, struct loop *loop, const char *setting) MUST_USE;
const char *sandbox_name(enum sandbox_kind kind);

struct sandbox_job {
	const char *command;  /* for sh -c */
	const char *tree_dir; /* the scratch checkout: writable, but its .git read-only */
	const char *work_dir; /* where the command starts, in tree_dir */
	const char *temp_dir; /* TMPDIR, writable; not below tree_dir */
	const char *const *read_dirs; /* NULL-terminated: object folders, dualfix.sandboxRead */
	const char *const *pass_env;  /* NULL-terminated names: dualfix.sandboxEnv */
	bool network;
};

/* The argument list and the environment to run job with. */
struct err *sandbox_command(const struct sandbox *sandbox, const struct sandbox_job *job,
			    struct argv *args, struct argv *env) MUST_USE;

#endif
