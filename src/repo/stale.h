/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Locks of refs that a git of ours left when it was killed. git takes a lock that is
 * there for one that somebody holds, for ever; whose it is only what stands in it can
 * tell.
 */
#ifndef REPO_STALE_H
#define REPO_STALE_H

#include <stdbool.h>

#include "base/argv.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/str.h"
#include "repo/repo.h"

/*
 * The lock of a branch that a run was about to make of commit, when it died. If commit
 * is what stands in it, nobody else wrote that: it is removed. *left gets the path of
 * any other one, unless it is a few seconds old: that may be in use.
 */
struct err *stale_branch_lock(struct repo *repo, const char *branch, const struct oid *commit,
			      bool *removed, struct str *left) MUST_USE;

/* Adds to left the path of each lock on all refs that is older than a few seconds. */
struct err *stale_shared_locks(struct repo *repo, struct argv *left) MUST_USE;

/* Whether somebody has a lock on that branch now, or left one. */
bool stale_is_locked(const struct repo *repo, const char *branch);

#endif
