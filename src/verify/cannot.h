/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A failure that says nothing about the tree: the check could not run at all.
 *
 * The shell says so by 126 and 127 (a script that exits so by itself cannot be
 * told apart and counts the same); the box by a single "bwrap: " line; and a
 * check whose closing lines say that a network is out of reach could not run
 * where none is allowed; nor one that was refused a socket where there are none.
 */
#ifndef VERIFY_CANNOT_H
#define VERIFY_CANNOT_H

#include <stdbool.h>

#include "base/span.h"
#include "base/str.h"

struct cannot_input {
	int exit_code;
	struct span log;
	bool boxed;   /* home is hidden */
	bool network; /* it was allowed */
	bool walled;  /* no sockets at all, not even on loopback (verify/walls.h) */

	/* A link to what the box hides, and what to show for it (verify/hidden.h); or "". */
	const char *link, *folder;
	const char *work_tree; /* the user's; or NULL */
};

/* Whether the shell says so: it found no program, or none that it may run. */
bool exit_is_of_shell(int exit_code);

/* Whether a check that exited so could not run; why gets one line, with what to type. */
bool cannot_run(const struct cannot_input *in, struct str *why);

#endif
