/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The box that needs no other program: Landlock for files, a filter for system
 * calls, no capabilities. What may be used stands in one table (walls.c); all
 * else is refused.
 *
 * The paths are those outside: TMPDIR is where it is, /tmp is not there. The home is
 * a folder in TMPDIR, with links to what of the user's may be read: programs take
 * a home that refuses them for a fault. The git directory of the checkout lies in
 * what may be written; nobody outside reads it (repo/facade.h).
 */
#ifndef VERIFY_WALLS_H
#define VERIFY_WALLS_H

#include "base/argv.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/str.h"
#include "verify/box.h"
#include "verify/landlock.h"
#include "verify/premises.h"
#include "verify/seccomp.h"

struct walls {
	struct landlock landlock;
	const struct landlock *around; /* the sandbox's; or NULL */
	struct seccomp seccomp;
	struct argv folders; /* of the home, made from inside, where no harm is done */
	struct argv links;   /* target, name, target, name, ... */
};

/*
 * The walls around what only root may read, where there is any: the same for all
 * jobs, and many rules. They go around those of each job.
 */
struct err *walls_around(struct landlock **out, const struct sandbox *sandbox) MUST_USE;
void walls_around_free(struct landlock *around);

/* Adds what HOME is. */
void walls_home(const struct premises *at, struct str *out);

struct err *walls_new(struct walls **out, const struct sandbox *sandbox,
		      const struct premises *at) MUST_USE;
void walls_free(struct walls *walls);

/* For struct hold: puts this process behind them for good. ctx: the walls. */
int walls_confine(const void *ctx);

#endif
