/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The box that checks run in. What a box promises, its table says (bwrap.c,
 * walls.c); what it cannot promise, sandbox_limits().
 *
 * No network and no outside sockets, home unreadable but for what the user
 * names, the user's git directory unreadable but for objects, writes only in
 * the checkout and its own TMPDIR, an allowlisted environment, no terminal, no
 * capabilities, and every process ended with the command.
 *
 * In every box, in none too: no core files, and bounds on processor time, files
 * and processes (limits.c); when memory runs out, the kernel ends a check before
 * anything else.
 */
#ifndef VERIFY_SANDBOX_H
#define VERIFY_SANDBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/argv.h"
#include "base/compiler.h"
#include "base/err.h"
#include "sys/hold.h"
#include "sys/loop.h"
#include "sys/proc.h"
#include "verify/box.h"

/*
 * Takes the box that setting ("auto", "bwrap", "landlock", "none"; NULL is "auto")
 * names, after a trial run has shown that it works here; "auto" is bwrap, or else
 * landlock. ERR_CONFIG with the line to type when none does.
 *
 * lent (NULL: nothing) is shown in it, and becomes its own whatever comes of it. No
 * other box than bwrap can do that, so "auto" is bwrap then.
 */
struct err *sandbox_take(struct sandbox *out, struct loop *loop, const char *setting,
			 struct lent *lent) MUST_USE;
void sandbox_release(struct sandbox *sandbox);
const char *sandbox_name(enum sandbox_kind kind);

#define SANDBOX_LIMITS_MAX 8

/* What it cannot promise: static texts, one line each without a full stop. */
size_t sandbox_limits(const struct sandbox *sandbox,
		      const char *limits[SANDBOX_LIMITS_MAX]);

#define SANDBOX_BOUNDS_MAX 8

struct walls;

/* A job, ready to be started; stays where it is until its process has started. */
struct sandbox_entry {
	struct argv args, env; /* complete */
	const char *dir;       /* where to start it; NULL: it goes there by itself */
	struct hold hold;
	struct hold_limit bounds[SANDBOX_BOUNDS_MAX];
	struct walls *walls;
};

struct err *sandbox_enter(struct sandbox_entry *out, const struct sandbox *sandbox,
			  const struct sandbox_job *job) MUST_USE;
void sandbox_entry_release(struct sandbox_entry *entry);

/* Sets program, environment, folder and hold of spec. */
void sandbox_entry_spec(const struct sandbox_entry *entry, struct proc_spec *spec);

#endif
