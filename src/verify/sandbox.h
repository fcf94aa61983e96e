/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The box that checks run in. What a box promises, its arguments say; they stand
 * in one table (sandbox.c).
 *
 * No network and no outside sockets, home unreadable but for what the user
 * names, the user's git directory unreadable but for objects, writes only in
 * the checkout and its own TMPDIR, an allowlisted environment, no terminal, no
 * capabilities, and every process ended with the command.
 *
 * Folders of the box itself (/tmp, /var/tmp, /run, home) are empty, in memory,
 * and gone with the command. Inside, TMPDIR has a short name, so that paths of
 * sockets fit and logs of two runs can be compared.
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
	char *program; /* absolute path of bwrap; owned */

	/* What root may read in /etc and others may not: blanked in the box. */
	struct argv secret_files;
	struct argv secret_dirs;
};

/*
 * Takes the box that setting ("auto", "bwrap", "none"; NULL is "auto") names,
 * after a trial run has shown that it works here. ERR_CONFIG with the line to
 * type when it does not.
 */
struct err *sandbox_take(struct sandbox *out, struct loop *loop,
			 const char *setting) MUST_USE;
void sandbox_release(struct sandbox *sandbox);
const char *sandbox_name(enum sandbox_kind kind);

/* What a box of this kind cannot promise, one line without a full stop. */
const char *sandbox_limits(enum sandbox_kind kind);

/* All paths absolute; the lists are NULL-terminated and may be NULL. */
struct sandbox_job {
	const char *command;  /* for sh -c */
	const char *tree_dir; /* the scratch checkout: writable, but its .git read-only */
	const char *work_dir; /* where the command starts, in tree_dir */
	const char *temp_dir; /* TMPDIR, writable; not below tree_dir */
	const char *const *read_dirs;   /* dualfix.sandboxRead; "~/" is the home */
	const char *const *hide_dirs;   /* git directories: empty whatever shows them */
	const char *const *object_dirs; /* readable though they lie in a hidden one */
	const char *const *pass_env;    /* names: dualfix.sandboxEnv */
	bool network;
};

/*
 * Adds the argument list and the complete environment to run job with. With
 * SANDBOX_NONE the caller starts it in work_dir; a box goes there by itself.
 */
struct err *sandbox_command(const struct sandbox *sandbox, const struct sandbox_job *job,
			    struct argv *args, struct argv *env) MUST_USE;

#endif
