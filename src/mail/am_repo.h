/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A repository of its own in which git am runs: it has no configuration and no hooks,
 * so that a patch comes to what it comes to for others, and it sees the user's objects.
 *
 *	<dir>/git     the repository
 *	<dir>/tree    its work tree, empty: git am checks out what it needs
 *
 * It is the caller's to remove.
 */
#ifndef MAIL_AM_REPO_H
#define MAIL_AM_REPO_H

#include "base/argv.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/span.h"
#include "base/str.h"
#include "repo/repo.h"

struct am_repo {
	struct repo *repo;
	struct argv env;
};

/*
 * dir is absolute. objects is where its objects go; NULL: below dir. like, an id of
 * repo's, tells the format of them.
 */
struct err *am_repo_make(struct am_repo *out, struct repo *repo, const char *dir,
			 const char *objects, const struct oid *like) MUST_USE;
void am_repo_release(struct am_repo *am);

/* As repo_git(). */
struct err *am_repo_git(const struct am_repo *am, const char *const *args,
			struct span input, struct str *out) MUST_USE;

/* HEAD and index are base from now on. */
struct err *am_repo_start(const struct am_repo *am, const struct oid *base) MUST_USE;

#endif
