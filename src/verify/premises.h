/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The paths that a box is about: what its job names, and what our surroundings
 * have. For the boxes (bwrap.c, walls.c) and sandbox.c.
 */
#ifndef VERIFY_PREMISES_H
#define VERIFY_PREMISES_H

#include "base/argv.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/str.h"
#include "verify/box.h"
#include "verify/surroundings.h"

struct premises {
	const struct sandbox_job *job;
	const char *seen; /* the checkout, where the job sees it */
	struct str work;  /* where it starts, as it sees that */
	struct surroundings outside;
	const char *home; /* NULL: it cannot be covered, so it is not shown either */
	char *resolv;     /* where /etc/resolv.conf really is */
	struct str git, seen_git; /* .git of the checkout, and as the job sees it */
	struct argv read_dirs, hide_dirs, object_dirs; /* absolute, and there */
	struct argv object_seats; /* where each of object_dirs is seen */
};

/* ERR_CONFIG naming a path that is not absolute, or cannot be hidden or shown. */
struct err *premises_init(struct premises *at, const struct sandbox *sandbox,
			  const struct sandbox_job *job) MUST_USE;
void premises_release(struct premises *at);

#endif
