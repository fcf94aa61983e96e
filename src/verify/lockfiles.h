/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which state of its dependencies a tree is in: the lockfiles of package managers,
 * wherever they lie in it. Their names stand in one table (lockfiles.c).
 */
#ifndef VERIFY_LOCKFILES_H
#define VERIFY_LOCKFILES_H

#include <stdbool.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/str.h"
#include "repo/repo.h"
#include "verify/check.h"
#include "verify/sandbox.h"

/* Whether path names one. */
bool lockfiles_has(const char *path);

/*
 * Adds to key, which is empty: the same text for two trees if their lockfiles are
 * the same, the commands of preparation are, and the sandbox is of the same kind.
 */
struct err *lockfiles_key(struct str *key, struct repo *repo, const struct oid *tree,
			  const struct check_list *checks,
			  const struct sandbox *sandbox) MUST_USE;

#endif
